/* The list of vintages is read off the directory and their manifests each time, so that it cannot disagree with what is
 * there. The page is plain HTML that needs nothing else; texts that come from a configuration are escaped. */
#include "index/vintage_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/outfile.h"
#include "index/csv.h"
#include "index/verify.h"

enum { DATE = 10, COUNTER_MAX = 1000000 };

/* YYYY-MM-DD, and .N from 2 on; 0 for any other name. */
static int counter_of(const char *name)
{
    static const char form[] = "dddd-dd-dd";
    int64_t counter = 0;
    for (size_t i = 0; i < DATE; i++) {
        const bool is_digit = name[i] >= '0' && name[i] <= '9';
        if (form[i] == 'd' ? !is_digit : name[i] != form[i]) {
            return 0;
        }
    }
    if (name[DATE] == '\0') {
        return 1;
    }
    const char *const text = name + DATE + 1;
    const bool is_number = name[DATE] == '.' && text[0] >= '1' && text[0] <= '9' &&
                           csi_number_read_integer(text, strlen(text), &counter) == CSI_NUMBER_OK;
    return is_number && counter > 1 && counter < COUNTER_MAX ? (int)counter : 0;
}

static int compare(const csi_vintage *a, const csi_vintage *b)
{
    const int by_date = strncmp(a->name, b->name, DATE);
    return by_date != 0 ? by_date : a->counter - b->counter;
}

static void insert(csi_vintages *vintages, csi_vintage vintage)
{
    size_t at = vintages->n++;
    for (; at > 0 && compare(&vintages->vintage[at - 1], &vintage) > 0; at--) {
        vintages->vintage[at] = vintages->vintage[at - 1];
    }
    vintages->vintage[at] = vintage;
}

static csi_status collect(DIR *listing, csi_names *names)
{
    const struct dirent *entry;
    csi_status status = CSI_OK;
    while (status == CSI_OK && (entry = readdir(listing)) != NULL) {
        size_t index;
        if (counter_of(entry->d_name) > 0) {
            status = csi_names_add(names, entry->d_name, strlen(entry->d_name), &index);
        }
    }
    return status;
}

csi_status csi_vintages_find(csi_arena *arena, const char *directory, csi_diag *diag, csi_vintages *vintages)
{
    *vintages = (csi_vintages){0};
    csi_names *const names = csi_names_new(arena);
    DIR *const listing = opendir(directory);
    if (listing == NULL) {
        return csi_diag_error(diag, CSI_ERR_IO, &(csi_place){.file = directory}, "cannot be listed: %s", strerror(errno));
    }
    const bool is_listed = names != NULL && collect(listing, names) == CSI_OK;
    closedir(listing);
    vintages->vintage = is_listed ? csi_arena_alloc(arena, csi_names_count(names) + 1, sizeof *vintages->vintage) : NULL;
    if (vintages->vintage == NULL) {
        return csi_diag_no_memory(diag, "listing vintages");
    }
    for (size_t i = 0; i < csi_names_count(names); i++) {
        insert(vintages, (csi_vintage){csi_names_at(names, i), counter_of(csi_names_at(names, i))});
    }
    return CSI_OK;
}

/* What the list tells of one vintage; "" where its manifest does not. */
typedef struct account {
    const char *index, *version, *countries, *program;
    char sha256[CSI_DIGEST_HEX]; /* of the manifest, which vouches for the rest */
} account;

static const char *text_of(const csi_setting *manifest, const char *section, const char *key)
{
    const csi_setting *const found = csi_setting_find(csi_setting_find(manifest, section), key);
    return found == NULL || found->text == NULL ? "" : found->text;
}

static account describe(csi_arena *arena, const char *directory, const csi_vintage *vintage)
{
    const char *const path = csi_arena_format(arena, "%s/%s", directory, vintage->name);
    const char *const manifest_path = csi_arena_format(arena, "%s/manifest.json", path == NULL ? "" : path);
    const csi_setting *manifest = NULL;
    account facts = {"", "", "", "", ""};
    if (path != NULL && manifest_path != NULL && csi_manifest_read(arena, path, NULL, &manifest) == CSI_OK &&
        csi_digest_file(manifest_path, NULL, facts.sha256) == CSI_OK) {
        facts.index = text_of(manifest, "index", "id");
        facts.version = text_of(manifest, "index", "version");
        facts.countries = text_of(manifest, "counts", "countries");
        facts.program = text_of(manifest, "tool", "version");
    }
    return facts;
}

static csi_status write_table(csi_arena *arena, const char *directory, const csi_vintages *vintages, csi_diag *diag)
{
    static const char *const heading[] = {"vintage", "index", "version", "countries", "csindex", "manifest_sha256"};
    csi_outfile *file = NULL;
    csi_csv csv;
    csi_status status;
    CSI_TRY(csi_outfile_open(directory, "vintages.csv", CSI_PLAIN, diag, &file));
    csi_csv_init_file(&csv, file);
    for (size_t i = 0; i < sizeof heading / sizeof *heading; i++) {
        csi_csv_text(&csv, heading[i]);
    }
    csi_csv_end_row(&csv);
    for (size_t i = vintages->n; i > 0; i--) {
        const account facts = describe(arena, directory, &vintages->vintage[i - 1]);
        const char *const field[] = {vintages->vintage[i - 1].name, facts.index, facts.version, facts.countries,
                                     facts.program, facts.sha256};
        for (size_t j = 0; j < sizeof field / sizeof *field; j++) {
            csi_csv_text(&csv, field[j]);
        }
        csi_csv_end_row(&csv);
    }
    csi_csv_flush(&csv);
    status = csi_outfile_commit(file, diag, NULL);
out:
    return status;
}

static void write_escaped(csi_outfile *file, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&': csi_outfile_text(file, "&amp;"); break;
        case '<': csi_outfile_text(file, "&lt;"); break;
        case '>': csi_outfile_text(file, "&gt;"); break;
        case '"': csi_outfile_text(file, "&quot;"); break;
        default: csi_outfile_char(file, *text);
        }
    }
}

static void write_cell(csi_outfile *file, const char *text)
{
    csi_outfile_text(file, "<td>");
    write_escaped(file, text);
    csi_outfile_text(file, "</td>");
}

static csi_status write_page(csi_arena *arena, const char *directory, const csi_vintages *vintages, csi_diag *diag)
{
    csi_outfile *file = NULL;
    csi_status status;
    CSI_TRY(csi_outfile_open(directory, "index.html", CSI_PLAIN, diag, &file));
    csi_outfile_text(file, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\n"
                           "<title>Vintages</title>\n<h1>Vintages</h1>\n<p><a href=\"latest/ranking.csv\">Latest ranking"
                           "</a></p>\n<table>\n<caption>Every vintage is complete and does not change.</caption>\n"
                           "<tr><th scope=\"col\">Vintage</th><th scope=\"col\">Index</th><th scope=\"col\">Version</th>"
                           "<th scope=\"col\">Countries</th><th scope=\"col\">Manifest's SHA-256</th></tr>\n");
    for (size_t i = vintages->n; i > 0; i--) {
        const char *const name = vintages->vintage[i - 1].name;
        const account facts = describe(arena, directory, &vintages->vintage[i - 1]);
        csi_outfile_format(file, "<tr><td><a href=\"%s/manifest.json\">%s</a></td>", name, name);
        write_cell(file, facts.index);
        write_cell(file, facts.version);
        write_cell(file, facts.countries);
        csi_outfile_format(file, "<td><code>%s</code></td></tr>\n", facts.sha256);
    }
    csi_outfile_text(file, "</table>\n</html>\n");
    status = csi_outfile_commit(file, diag, NULL);
out:
    return status;
}

csi_status csi_vintages_write(csi_arena *arena, const char *directory, const csi_vintages *vintages, csi_diag *diag)
{
    csi_status status;
    CSI_TRY(write_table(arena, directory, vintages, diag));
    CSI_TRY(write_page(arena, directory, vintages, diag));
out:
    return status;
}
