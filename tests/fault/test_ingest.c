/* Reading while the system fails: each allocation, each open and each read of every small file in support/shapes.h. What
 * comes out is what always does, or a status and a word: never a part of the data as if it were all. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "ingest/framework_read.h"
#include "ingest/inspect.h"
#include "tests/support/inject.h"
#include "tests/support/shapes.h"
#include "tests/support/support.h"

typedef struct job {
    const char *path[2];
    size_t n_paths;
    const char *yaml;
    const char *expected; /* the cells; NULL: it is refused */
    const csi_framework *framework;
} job;

static csi_status ingest(const void *data, csi_diag *diag)
{
    const job *j = data;
    csi_raw *raw = NULL;
    csi_arena *arena = csi_arena_new();
    if (arena == NULL) {
        return csi_diag_no_memory(diag, "making an arena");
    }
    csi_input input[] = {{j->path[0], "one.csv", NULL}, {j->path[1], "two.csv", NULL}};
    csi_ingest_options options = shapes_options();
    options.input = input;
    options.n_inputs = j->n_paths;
    options.n_threads = 1;
    csi_status status = CSI_OK;
    if (j->yaml[0] != '\0') {
        CSI_TRY(csi_settings_parse(arena, "index.yaml", j->yaml, strlen(j->yaml), diag, &input[0].options));
    }
    status = csi_ingest_read(arena, j->framework, &options, diag, &raw);
    if ((status == CSI_OK) != (raw != NULL)) {
        status = CSI_ERR_INTERNAL;
    } else if (status == CSI_OK && j->expected != NULL) {
        inject_pause();
        status = strcmp(shapes_show(raw), j->expected) == 0 ? CSI_OK : CSI_ERR_INTERNAL;
        inject_resume();
    }
out:
    csi_raw_free(raw);
    csi_arena_free(arena);
    return status;
}

static csi_status inspect(const void *data, csi_diag *diag)
{
    const job *j = data;
    const csi_verdict *verdict = NULL;
    csi_arena *arena = csi_arena_new();
    if (arena == NULL) {
        return csi_diag_no_memory(diag, "making an arena");
    }
    csi_input input = {j->path[0], "one.csv", NULL};
    csi_status status = CSI_OK;
    if (j->yaml[0] != '\0') {
        CSI_TRY(csi_settings_parse(arena, "index.yaml", j->yaml, strlen(j->yaml), diag, &input.options));
    }
    status = csi_inspect(arena, j->framework, &input, diag, &verdict);
    status = (status == CSI_OK) != (verdict != NULL) ? CSI_ERR_INTERNAL : status;
out:
    csi_arena_free(arena);
    return status;
}

static csi_status framework(const void *data, csi_diag *diag)
{
    csi_framework *made = NULL;
    csi_arena *arena = csi_arena_new();
    if (arena == NULL) {
        return csi_diag_no_memory(diag, "making an arena");
    }
    csi_status status = csi_framework_read(arena, data, "framework.csv", diag, &made);
    status = (status == CSI_OK) != (made != NULL) ? CSI_ERR_INTERNAL : status;
    csi_arena_free(arena);
    return status;
}

/* The framework of the shapes, kept for the length of a test. */
static csi_framework *read_framework(csi_arena **arena)
{
    csi_framework *made = NULL;
    *arena = csi_arena_new();
    const char *path = write_text_file(temporary_directory(), "framework.csv", shapes_framework);
    cr_assert(csi_framework_read(*arena, path, "framework.csv", NULL, &made) == CSI_OK);
    return made;
}

/* Of the sanitized suite's share only every third. */
#define STRIDE CASES(1, 3)

Test(ingest, every_allocation_fails)
{
    csi_arena *arena;
    const csi_framework *made = read_framework(&arena);
    const char *directory = temporary_directory();
    long n = 0;
    for (size_t i = 0; i < n_good_shapes; i += STRIDE) {
        const job j = {{write_text_file(directory, "one.csv", good_shapes[i].text)}, 1, good_shapes[i].yaml,
                       good_shapes[i].expected, made};
        n += fail_every_allocation(text_format("shape %zu", i), ingest, &j);
    }
    for (size_t i = 0; i < n_bad_shapes; i += STRIDE) {
        const job j = {{write_text_file(directory, "one.csv", bad_shapes[i].text)}, 1, bad_shapes[i].yaml, NULL, made};
        n += fail_every_allocation(text_format("bad shape %zu", i), ingest, &j);
    }
    for (size_t i = 0; i < n_event_shapes; i += STRIDE) {
        const job j = {{write_text_file(directory, "one.csv", EVENTS)}, 1, event_shapes[i].yaml, event_shapes[i].expected, made};
        n += fail_every_allocation(text_format("events %zu", i), ingest, &j);
    }
    cr_expect(n > 3000 / STRIDE, "%ld allocations", n);
    csi_arena_free(arena);
}

Test(ingest, every_allocation_of_a_verdict_and_of_a_framework_fails)
{
    csi_arena *arena;
    const csi_framework *made = read_framework(&arena);
    const char *directory = temporary_directory();
    for (size_t i = 0; i < n_good_shapes; i += STRIDE) {
        const job j = {{write_text_file(directory, "one.csv", good_shapes[i].text)}, 1, good_shapes[i].yaml, NULL, made};
        cr_expect(fail_every_allocation(text_format("verdict %zu", i), inspect, &j) > 10);
    }
    for (size_t i = 0; i < n_bad_shapes; i += STRIDE) {
        const job j = {{write_text_file(directory, "one.csv", bad_shapes[i].text)}, 1, bad_shapes[i].yaml, NULL, made};
        fail_every_allocation(text_format("bad verdict %zu", i), inspect, &j);
    }
    for (size_t i = 0; i < n_bad_frameworks; i += STRIDE) {
        const char *path = write_text_file(directory, "framework.csv", bad_frameworks[i].text);
        cr_expect(fail_every_allocation(text_format("framework %zu", i), framework, path) > 5);
    }
    const char *path = write_text_file(directory, "framework.csv", shapes_framework);
    cr_expect(fail_every_allocation("framework", framework, path) > 5);
    path = write_text_file(directory, "framework.csv",
                           "Level,iCode,Parent,Direction,Weight,Type,iName,Unit,Target,Denominator,transform,goal_low,goal_high,"
                           "max_carry,valid_from,measure,kind,breaks,Note\n"
                           "1,a,top,1,1,indicator,A,%,5,pop,log1p,0,10,2,2010,legal,capacity,2016;2018,x\n"
                           "2,top,,1,1,Aggregate,Index,,,,,,,,,,,,\nNA,pop,NA,NA,NA,Denominator,,,,,,,,,,,,,\n"
                           "NA,region,NA,NA,NA,Group,,,,,,,,,,,,,\nNA,note,NA,NA,NA,Other,,,,,,,,,,,,,\n");
    cr_expect(fail_every_allocation("a framework with all columns", framework, path) > 20);
    csi_arena_free(arena);
}

static const char *compressed(const char *directory, const char *name, const char *text, size_t times)
{
    const char *path = text_format("%s/%s", directory, name);
    gzFile file = gzopen(path, "wb");
    for (size_t i = 0; i < times; i++) {
        gzputs(file, text);
    }
    gzclose(file);
    return path;
}

Test(ingest, every_open_and_read_fails)
{
    csi_arena *arena;
    const csi_framework *made = read_framework(&arena);
    const char *directory = temporary_directory();
    const char *plain = write_text_file(directory, "one.csv", good_shapes[0].text);
    const char *zipped = compressed(directory, "two.csv.gz", LONG_HEAD "FRA,2022,a,4\n", 1);
    const job both = {{plain, zipped}, 2, "", "DEU 1 2021 2@3.4;FRA 0 2020 1.5@2.4;FRA 0 2022 4@2.4;", made};
    const job one = {{zipped}, 1, "", "FRA 0 2022 4@2.4;", made};
    static const struct {
        inject_fault fault;
        const char *words;
    } row[] = {
        {{INJECT_OPEN, EACCES, INJECT_FAIL, false}, "Permission denied"},
        {{INJECT_READ, EIO, INJECT_FAIL, false}, "Input/output error"},
        {{INJECT_READ, EIO, INJECT_REST, false}, "Input/output error"},
        {{INJECT_READ, EINTR, INJECT_FAIL, true}, "must not fail"},
        {{INJECT_READ, 0, INJECT_SHORT, true}, "must not fail"},
        {{INJECT_STAT, EACCES, INJECT_FAIL, true}, "must not fail"},
        {{INJECT_CLOSE, EIO, INJECT_FAIL, true}, "must not fail"}, /* of what was only read */
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        cr_expect(fail_every_call("two files", row[i].fault, row[i].words, ingest, &both) > 0);
        cr_expect(fail_every_call("a gzipped file", row[i].fault, row[i].words, ingest, &one) > 0);
        cr_expect(fail_every_call("a verdict", row[i].fault, row[i].words, inspect, &one) > 0);
    }
    csi_arena_free(arena);
}
