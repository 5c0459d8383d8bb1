/* Each call that core makes of the system fails in turn, function by function: every allocation, and every call on files
 * of those that write. (fault_allocation and fault_files do the same to whole runs, and cannot go through every way out.) */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/framework.h"
#include "core/json.h"
#include "core/outfile.h"
#include "core/panel.h"
#include "core/settings.h"
#include "core/workers.h"
#include "tests/support/inject.h"
#include "tests/support/support.h"

static csi_status names(const void *data, csi_diag *diag)
{
    csi_status status = CSI_OK;
    csi_arena *arena = csi_arena_new();
    if (data != NULL && arena != NULL) {
        (void)csi_arena_alloc(arena, *(const size_t *)data, 1);
    }
    csi_names *made = arena == NULL ? NULL : csi_names_new(arena);
    if (made == NULL) {
        status = csi_diag_no_memory(diag, "making names");
        goto out;
    }
    for (size_t i = 0; i < (data == NULL ? 2000 : 2); i++) {
        char text[64];
        size_t index;
        const int length = snprintf(text, sizeof text, "a name that takes some room in its block: %zu", i);
        if (csi_names_add(made, text, (size_t)length, &index) != CSI_OK) {
            status = csi_diag_no_memory(diag, "adding a name");
            goto out;
        }
        const char *formatted = csi_arena_format(arena, "%zu %s", index, text);
        if (formatted == NULL) {
            status = csi_diag_no_memory(diag, "formatting");
            goto out;
        }
        if (index != i || csi_names_find(made, text, (size_t)length) != i || strcmp(csi_names_at(made, i), text) != 0) {
            status = CSI_ERR_INTERNAL;
            goto out;
        }
    }
out:
    csi_arena_free(arena);
    return status;
}

static csi_status panel(const void *data, csi_diag *diag)
{
    (void)data;
    csi_panel *one = NULL, *two = NULL;
    csi_status status = CSI_OK;
    CSI_TRY(csi_panel_new(2, 2020, 2, 3, true, &one));
    csi_panel_set(one, 1, 1, 2, 5, CSI_CELL_OBSERVED);
    CSI_TRY(csi_panel_copy(one, &two));
    status = csi_panel_get(two, 1, 1, 2) == 5 ? CSI_OK : CSI_ERR_INTERNAL;
out:
    csi_panel_free(one);
    csi_panel_free(two);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "making a panel") : status;
}

/* Many long messages: some have no room of their own, none is counted wrong. */
static csi_status messages(const void *data, csi_diag *diag)
{
    (void)data;
    for (unsigned i = 1; i <= 40; i++) {
        const csi_place place = {"data.csv", i, 1, 1, "source line"};
        csi_diag_warn(diag, &place, "warning %u", i);
        csi_diag_note(diag, NULL, "note %u", i);
    }
    if (csi_diag_n_warnings(diag) != 40 || csi_diag_n_errors(diag) != 0) {
        return CSI_ERR_INTERNAL;
    }
    return csi_diag_error(diag, CSI_ERR_DATA, NULL, "at last");
}

#define NODE(code_, level_, ...)                                                                                          \
    {                                                                                                                     \
        .code = code_, .name = code_, .unit = "", .measure = "", .kind = "", .level = level_, .direction = 1, .weight = 1, \
        .max_carry = -1, .goal_low = (double)NAN, .goal_high = (double)NAN, __VA_ARGS__                                                                                      \
    }
static csi_status framework(const void *data, csi_diag *diag)
{
    static const csi_node nodes[] = {NODE("a", 1, .denominator = "pop"), NODE("b", 1, .line = 2), NODE("top", 2, .line = 3),
                                     NODE("pop", 0, .line = 4)};
    static const char *const parents[] = {"top", "top", "", ""};
    (void)data;
    csi_framework *made = NULL;
    csi_arena *arena = csi_arena_new();
    if (arena == NULL) {
        return csi_diag_no_memory(diag, "making an arena");
    }
    /* Fills the arena's block, so that each of the framework's own requests in turn is the one that needs a new one. */
    (void)csi_arena_alloc(arena, *(const size_t *)data, 1);
    csi_status status = csi_framework_build(arena, "framework.csv", nodes, parents, 4, diag, &made);
    if (status == CSI_OK) {
        const char *near = csi_framework_nearest_series(made, "popp");
        status = near != NULL && strcmp(near, "pop") != 0 ? CSI_ERR_INTERNAL : CSI_OK;
    } else if (status != CSI_ERR_MEMORY) {
        status = CSI_ERR_INTERNAL;
    }
    csi_arena_free(arena);
    return status;
}

static csi_status settings(const void *data, csi_diag *diag)
{
    static const char yaml[] = "a: 1\nb: [x, 'y', ~]\nc: {d: e, f: {g: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}}\n";
    const char *text = yaml;
    (void)data;
    const csi_setting *root = NULL;
    csi_arena *arena = csi_arena_new();
    if (arena == NULL) {
        return csi_diag_no_memory(diag, "making an arena");
    }
    (void)csi_arena_alloc(arena, *(const size_t *)data, 1);
    csi_status status = csi_settings_parse(arena, "index.yaml", text, sizeof yaml - 1, diag, &root);
    if (status == CSI_OK) {
        const csi_setting *g = csi_setting_find(csi_setting_find(csi_setting_find(root, "c"), "f"), "g");
        status = g != NULL && g->n == 10 && strcmp(g->item[9].text, "10") == 0 ? CSI_OK : CSI_ERR_INTERNAL;
    } else if (root != NULL) {
        status = CSI_ERR_INTERNAL;
    }
    csi_arena_free(arena);
    return status;
}

static csi_status read_file(const void *path, csi_diag *diag)
{
    char *bytes = NULL, hex[CSI_DIGEST_HEX], of_bytes[CSI_DIGEST_HEX];
    size_t n = 0;
    csi_status status = CSI_OK;
    CSI_TRY(csi_file_read(path, 1 << 20, diag, &bytes, &n));
    CSI_TRY(csi_digest_file(path, diag, hex));
    csi_digest_bytes(bytes, n, of_bytes);
    status = n == 100000 && strcmp(hex, of_bytes) == 0 ? CSI_OK : CSI_ERR_INTERNAL;
out:
    free(bytes);
    return status;
}

static void put(const char *path, const char *text, size_t n)
{
    FILE *file = fopen(path, "wb");
    fwrite(text, 1, n, file);
    fclose(file);
}

static bool holds(const char *directory, const char *name, const char *expected)
{
    char path[512], bytes[64];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    const size_t n = file == NULL ? 0 : fread(bytes, 1, sizeof bytes - 1, file);
    bytes[n] = '\0';
    if (file != NULL) {
        fclose(file);
    }
    return file == NULL ? expected == NULL : expected != NULL && strcmp(bytes, expected) == 0;
}

/* Empties the directory; returns how many files were there. */
static int empty(const char *directory)
{
    DIR *listing = opendir(directory);
    int n = 0;
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        n += unlinkat(dirfd(listing), entry->d_name, 0) == 0;
    }
    closedir(listing);
    return n;
}

/* One gzipped JSON file over an old one: the old or the new, whole, and no temporary. */
static csi_status one_file(const void *data, csi_diag *diag)
{
    const char *directory = data;
    char path[512];
    inject_pause();
    snprintf(path, sizeof path, "%s/a.json.gz", directory);
    put(path, "old", 3);
    inject_resume();
    csi_outfile *file = NULL;
    csi_outfile_facts facts = {.bytes = 0};
    csi_status status = csi_outfile_open(directory, "a.json.gz", CSI_GZIP, diag, &file);
    if (status == CSI_OK) {
        csi_json json;
        csi_json_init_file(&json, file, true);
        csi_json_begin_array(&json);
        csi_json_integer(&json, 1);
        csi_json_end_array(&json);
        uint32_t state = 1;
        for (int i = 0; i < 50000; i++) { /* more than a buffer of bytes comes out */
            state = state * 1664525u + 1013904223u;
            csi_outfile_write(file, (const char *)&state, sizeof state);
        }
        csi_outfile_format(file, "%s\n", "the end");
        status = csi_outfile_commit(file, diag, &facts);
    }
    inject_pause();
    struct stat now = {.st_size = 0};
    const bool is_old = holds(directory, "a.json.gz", "old");
    const bool is_new = stat(path, &now) == 0 && (uint64_t)now.st_size == facts.bytes && facts.bytes > 70000;
    const bool is_whole = empty(directory) == 1 && (status == CSI_OK ? is_new : is_old || is_new);
    inject_resume();
    return is_whole ? status : CSI_ERR_INTERNAL;
}

typedef struct set_case {
    const char *directory;
    bool new_first;        /* the order: the file that was not there yet first */
    bool without_exchange; /* a file system that can only replace */
} set_case;

/* Three files as one, of which two were there: all old or all new, or a journal by which the next run makes them new. */
static csi_status file_set(const void *data, csi_diag *diag)
{
    static const char *const name[] = {"a", "b", "c"}, *const old[] = {"old a", "old b", NULL};
    static const char *const fresh[] = {"new a", "new b", "new c"};
    const set_case *c = data;
    const char *directory = c->directory;
    inject_pause();
    inject_forbid_exchange(c->without_exchange);
    char path[512];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, name[i]);
        put(path, old[i], 5);
    }
    inject_resume();
    csi_outfile *file[3] = {NULL};
    csi_status status = CSI_OK;
    for (size_t i = 0; i < 3 && status == CSI_OK; i++) {
        const size_t which = c->new_first ? 2 - i : i;
        status = csi_outfile_open(directory, name[which], CSI_PLAIN, diag, &file[i]);
        if (status == CSI_OK) {
            csi_outfile_text(file[i], fresh[which]);
        }
    }
    if (status == CSI_OK) {
        status = csi_outfile_commit_all(directory, file, 3, diag);
    } else {
        for (size_t i = 0; i < 3; i++) {
            csi_outfile_abandon(file[i]);
        }
    }
    inject_pause();
    snprintf(path, sizeof path, "%s/.csindex-switch", directory);
    const bool has_journal = access(path, F_OK) == 0;
    csi_directory_sweep(directory);
    bool is_old = !has_journal, is_new = true;
    for (size_t i = 0; i < 3; i++) {
        is_old = is_old && holds(directory, name[i], old[i]);
        is_new = is_new && holds(directory, name[i], fresh[i]);
    }
    const int n_left = empty(directory);
    inject_resume();
    return status == CSI_OK ? (is_new && n_left == 3 ? CSI_OK : CSI_ERR_INTERNAL)
                            : ((is_old && n_left == 2) || (is_new && n_left == 3) ? status : CSI_ERR_INTERNAL);
}

/* A killed run's journal is finished; where that fails, the next recovery still can. */
static csi_status recovery(const void *data, csi_diag *diag)
{
    const char *directory = data;
    char path[512], journal[512], sha[CSI_DIGEST_HEX];
    inject_pause();
    csi_digest_bytes("new a", 5, sha);
    snprintf(path, sizeof path, "%s/.csindex-a-4711-0.tmp", directory);
    put(path, "new a", 5);
    snprintf(path, sizeof path, "%s/a", directory);
    put(path, "old a", 5);
    snprintf(journal, sizeof journal, "%s .csindex-a-4711-0.tmp a\n", sha);
    snprintf(path, sizeof path, "%s/.csindex-switch", directory);
    put(path, journal, strlen(journal));
    inject_resume();
    const csi_status status = csi_directory_recover(directory, diag);
    inject_pause();
    const bool is_done = holds(directory, "a", "new a"), is_open = access(path, F_OK) == 0;
    const bool is_sound = csi_directory_recover(directory, NULL) == CSI_OK && holds(directory, "a", "new a") &&
                          empty(directory) == 1;
    inject_resume();
    return is_sound && (status == CSI_OK ? is_done || is_open : true) ? status : CSI_ERR_INTERNAL;
}

static csi_status directories(const void *data, csi_diag *diag)
{
    const char *directory = data;
    char path[512];
    snprintf(path, sizeof path, "%s/a/b", directory);
    csi_status status = CSI_OK;
    CSI_TRY(csi_directory_make(path, diag));
    CSI_TRY(csi_directory_sync(path, diag));
    csi_directory_sweep(path);
out:
    inject_pause();
    (void)rmdir(path);
    path[strlen(path) - 2] = '\0';
    (void)rmdir(path);
    inject_resume();
    return status;
}

static csi_status count_job(void *user, size_t job, size_t thread)
{
    (void)thread;
    ((int *)user)[job]++;
    return CSI_OK;
}

/* A thread that cannot be had is done without. */
static csi_status workers(const void *data, csi_diag *diag)
{
    (void)data;
    (void)diag;
    int done[50] = {0};
    csi_status status = csi_workers_run(4, 50, count_job, done);
    for (size_t i = 0; i < 50; i++) {
        status = done[i] == 1 ? status : CSI_ERR_INTERNAL;
    }
    return status;
}

Test(core, every_allocation_fails)
{
    const char *directory = temporary_directory();
    char *path = text_format("%s/file", directory), *bytes = calloc(1, 100000);
    const char *other = temporary_directory();
    put(path, bytes, 100000);
    free(bytes);
    static const struct {
        const char *what;
        inject_attempt attempt;
        long at_least;
    } row[] = {{"names", names, 6}, {"panel", panel, 2}, {"messages", messages, 40}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const long n = fail_every_allocation(row[i].what, row[i].attempt, NULL);
        cr_expect(n >= row[i].at_least, "%s: %ld allocations", row[i].what, n);
    }
    static const struct {
        const char *what;
        inject_attempt attempt;
        long at_least;
    } file_row[] = {{"one file", one_file, 5}, {"recovery", recovery, 3}, {"directories", directories, 2}};
    for (size_t i = 0; i < sizeof file_row / sizeof *file_row; i++) {
        const long n = fail_every_allocation(file_row[i].what, file_row[i].attempt, other);
        cr_expect(n >= file_row[i].at_least, "%s: %ld allocations", file_row[i].what, n);
    }
    cr_expect(fail_every_allocation("reading a file", read_file, path) >= 2);
    const set_case set = {.directory = other};
    cr_expect(fail_every_allocation("a set of files", file_set, &set) >= 10);
}

/* An arena's blocks are large: a block filled to here and there makes each of the many small requests be the one that
 * needs the next block. */
Test(core, every_new_block_fails)
{
    for (size_t used = 12288; used <= 16384; used += CASES(16, 64)) { /* the first block is of 16 KiB */
        fail_every_allocation("names", names, &used);
        fail_every_allocation("framework", framework, &used);
        fail_every_allocation("settings", settings, &used);
    }
}

Test(core, every_call_on_files_fails)
{
    const char *directory = temporary_directory(), *path = text_format("%s/file", temporary_directory());
    char *bytes = calloc(1, 100000);
    put(path, bytes, 100000);
    free(bytes);
    static const struct {
        const char *what;
        inject_attempt attempt;
        bool is_reading;
    } what[] = {{"one file", one_file, false}, {"recovery", recovery, false},
                {"directories", directories, false}, {"reading a file", read_file, true}, {"workers", workers, false}};
    static const struct {
        inject_fault fault;
        const char *words;
    } row[] = {
        {{INJECT_OPEN, EACCES, INJECT_FAIL, true}, "Permission denied"},
        {{INJECT_OPEN, EINTR, INJECT_FAIL, true}, "Interrupted"},
        {{INJECT_OPEN, EEXIST, INJECT_FAIL, true}, "File exists"},
        {{INJECT_OPEN, EEXIST, INJECT_REST, true}, "File exists"},
        {{INJECT_READ, EIO, INJECT_FAIL, true}, "Input/output error"},
        {{INJECT_READ, EINTR, INJECT_FAIL, true}, "must not fail"},
        {{INJECT_READ, 0, INJECT_SHORT, true}, "must not fail"},
        {{INJECT_WRITE, ENOSPC, INJECT_FAIL, false}, "No space left"},
        {{INJECT_WRITE, ENOSPC, INJECT_REST, false}, "No space left"},
        {{INJECT_WRITE, EINTR, INJECT_FAIL, true}, "must not fail"},
        {{INJECT_WRITE, 0, INJECT_SHORT, true}, "must not fail"},
        {{INJECT_FSYNC, EIO, INJECT_FAIL, false}, "Input/output error"},
        {{INJECT_FSYNC, EINTR, INJECT_FAIL, true}, "must not fail"},
        {{INJECT_FSYNC, EINVAL, INJECT_FAIL, true}, "Invalid argument"}, /* a directory that cannot be synced is fine */
        {{INJECT_FSYNC, ENOTSUP, INJECT_FAIL, true}, "not supported"},
        {{INJECT_RENAME, EIO, INJECT_FAIL, false}, "Input/output error"},
        {{INJECT_RENAME, EIO, INJECT_REST, false}, "Input/output error"},
        {{INJECT_RENAME, EINVAL, INJECT_FAIL, true}, "Invalid argument"}, /* no exchange on this file system: replaced */
        {{INJECT_RENAME, ENOSYS, INJECT_FAIL, true}, "not implemented"},
        {{INJECT_RENAME, EINVAL, INJECT_REST, true}, "Invalid argument"},
        {{INJECT_CLOSE, EIO, INJECT_FAIL, true}, "Input/output error"}, /* closing what was only read */
        {{INJECT_UNLINK, EIO, INJECT_FAIL, true}, "Input/output error"},
        {{INJECT_STAT, EACCES, INJECT_FAIL, true}, "Permission denied"},
        {{INJECT_CHMOD, EPERM, INJECT_FAIL, false}, "not permitted"},
        {{INJECT_LOCK, ENOTSUP, INJECT_FAIL, true}, "must not fail"},
        {{INJECT_THREAD, EAGAIN, INJECT_FAIL, true}, "must not fail"},
        {{INJECT_THREAD, EAGAIN, INJECT_REST, true}, "must not fail"},
        {{INJECT_LOCK, EINTR, INJECT_FAIL, true}, "must not fail"},
    };
    long n_calls[N_INJECT_CALLS] = {0};
    for (size_t w = 0; w < sizeof what / sizeof *what; w++) {
        for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
            const char *name = text_format("%s, %s", what[w].what, row[i].words);
            n_calls[row[i].fault.call] += fail_every_call(name, row[i].fault, row[i].words, what[w].attempt,
                                                          what[w].is_reading ? path : directory);
        }
    }
    for (int kind = 0; kind < 4; kind++) {
        const set_case set = {directory, kind % 2 == 1, kind >= 2};
        for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
            const char *name = text_format("a set of files (%d), %s", kind, row[i].words);
            n_calls[row[i].fault.call] += fail_every_call(name, row[i].fault, row[i].words, file_set, &set);
        }
    }
    inject_forbid_exchange(false);
    for (int call = 0; call < N_INJECT_CALLS; call++) {
        cr_expect(n_calls[call] > 0 || call == INJECT_MALLOC, "call %d is never made: the test cannot fail", call);
    }
}
