/* See reading.h. */
#include "tests/support/reading.h"

#include <stdio.h>
#include <string.h>

void read_framework(result *r, const char *text)
{
    r->arena = csi_arena_new();
    r->diag = csi_diag_new(0);
    const char *path = write_text_file(temporary_directory(), "framework.csv", text);
    r->status = csi_framework_read(r->arena, path, "framework.csv", r->diag, &r->framework);
}

void collect_words(result *r)
{
    size_t n, used = 0;
    const csi_message *message = csi_diag_messages(r->diag, &n);
    r->words[0] = '\0';
    for (size_t i = 0; i < n && used < sizeof r->words; i++) {
        used += (size_t)snprintf(r->words + used, sizeof r->words - used, "%s:%llu:%u: %s\n",
                                 message[i].file != NULL ? message[i].file : "", (unsigned long long)message[i].line,
                                 message[i].column, message[i].text);
    }
}

result ingest(const csi_ingest_options *given, const char *const *text, size_t n_texts, const char *yaml)
{
    return ingest_each(given, text, n_texts, (const char *const[]){yaml, NULL, NULL});
}

result ingest_each(const csi_ingest_options *given, const char *const *text, size_t n_texts, const char *const *yaml)
{
    static const char *const labels[] = {"one.csv", "two.csv", "three.csv"};
    result r = {.raw = NULL};
    read_framework(&r, shapes_framework);
    cr_assert(r.status == CSI_OK);
    csi_input input[3];
    const char *directory = temporary_directory();
    for (size_t i = 0; i < n_texts; i++) {
        input[i] = (csi_input){write_text_file(directory, labels[i], text[i]), labels[i], NULL};
    }
    csi_ingest_options options = *given;
    options.input = input;
    options.n_inputs = n_texts;
    for (size_t i = 0; i < n_texts; i++) {
        cr_assert(yaml[i] == NULL || yaml[i][0] == '\0' ||
                  csi_settings_parse(r.arena, "index.yaml", yaml[i], strlen(yaml[i]), r.diag, &input[i].options) == CSI_OK);
    }
    r.status = csi_ingest_read(r.arena, r.framework, &options, r.diag, &r.raw);
    collect_words(&r);
    return r;
}

result ingest_path(const csi_ingest_options *given, const char *path, const char *yaml)
{
    result r = {.raw = NULL};
    read_framework(&r, shapes_framework);
    cr_assert(r.status == CSI_OK);
    csi_input input = {path, "one.csv", NULL};
    csi_ingest_options options = *given;
    options.input = &input;
    options.n_inputs = 1;
    if (yaml[0] != '\0') {
        cr_assert(csi_settings_parse(r.arena, "index.yaml", yaml, strlen(yaml), r.diag, &input.options) == CSI_OK);
    }
    r.status = csi_ingest_read(r.arena, r.framework, &options, r.diag, &r.raw);
    collect_words(&r);
    return r;
}

void release(result *r)
{
    csi_raw_free(r->raw);
    csi_diag_free(r->diag);
    csi_arena_free(r->arena);
}
