/* See support.h. */
#include "tests/support/support.h"

#include <ftw.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whatever a test is handed lives as long as the test: it stays reachable from here, so that it is no leak. */
static struct kept {
    struct kept *next;
    void *storage;
} *all_kept;

static void *keep(void *storage)
{
    struct kept *k = malloc(sizeof *k);
    if (k == NULL || storage == NULL) {
        abort();
    }
    *k = (struct kept){all_kept, storage};
    all_kept = k;
    return storage;
}

char *text_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0) {
        abort();
    }
    va_end(arguments);
    return keep(text);
}

static const char *existing(const char *path, const char *what)
{
    if (access(path, R_OK) == 0) {
        return path;
    }
    const char *ci = getenv("CI");
    if (ci != NULL && strcmp(ci, "true") == 0) {
        cr_fatal("%s is absent: %s", what, path);
    }
    fprintf(stderr, "skipped: %s is absent: %s\n", what, path);
    cr_skip_test("%s is absent: %s", what, path);
    return path;
}

static const char *oracle_root(void)
{
    const char *root = getenv("CSINDEX_ORACLE_DIR");
    if (root != NULL && root[0] != '\0') {
        return root;
    }
    const char *source = getenv("CSINDEX_SOURCE");
    return text_format("%s/../shared/oracle", source != NULL ? source : ".");
}

/* Where CSINDEX_ORACLE_LOG names a file, what is asked for is noted there: tests/oracle/test_inventory.py wants to know. */
static void note(const char *name)
{
    const char *log = getenv("CSINDEX_ORACLE_LOG");
    FILE *file = log == NULL || log[0] == '\0' ? NULL : fopen(log, "ab");
    if (file != NULL) {
        fputs(text_format("%s\n", name), file);
        fclose(file);
    }
}

const char *oracle_path(const char *name)
{
    note(name);
    return existing(text_format("%s/%s", oracle_root(), name), "oracle file");
}

const char *shared_data_path(const char *name)
{
    return existing(text_format("%s/../data/%s", oracle_root(), name), "shared data file");
}

static char *slurp(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        cr_fatal("cannot open %s", path);
    }
    size_t n = 0, room = 1 << 16;
    char *bytes = malloc(room);
    size_t got;
    while ((got = fread(bytes + n, 1, room - n - 1, file)) > 0) {
        n += got;
        if (n + 1 >= room) {
            room *= 2;
            bytes = realloc(bytes, room);
        }
    }
    bytes[n] = '\0';
    fclose(file);
    return keep(bytes);
}

/* Takes one field off *cursor, unquoting it in place; sets *ends_row. */
static char *take_field(char **cursor, int *ends_row)
{
    char *from = *cursor, *to = *cursor, *start = *cursor;
    if (*from == '"') {
        from++;
        while (*from != '\0' && !(from[0] == '"' && from[1] != '"')) {
            from += from[0] == '"' ? 1 : 0;
            *to++ = *from++;
        }
        from += *from == '"';
    }
    while (*from != '\0' && *from != ',' && *from != '\n') {
        if (*from != '\r') {
            *to++ = *from;
        }
        from++;
    }
    *ends_row = *from != ',';
    *cursor = *from == '\0' ? from : from + 1;
    *to = '\0';
    return start;
}

table table_read(const char *path)
{
    char *cursor = slurp(path);
    if (strncmp(cursor, "\xef\xbb\xbf", 3) == 0) {
        cursor += 3;
    }
    table t = {0, 0, NULL};
    size_t room = 0;
    while (*cursor != '\0') {
        if (t.n_rows == room) {
            room = room == 0 ? 64 : room * 2;
            t.cell = realloc(t.cell, room * sizeof *t.cell);
        }
        size_t n = 0, wide = t.n_columns == 0 ? 1024 : t.n_columns;
        char **row = keep(calloc(wide, sizeof *row));
        int ends_row = 0;
        while (!ends_row) {
            char *field = take_field(&cursor, &ends_row);
            if (n < wide) {
                row[n] = field;
            }
            n++;
        }
        if (t.n_rows == 0) {
            t.n_columns = n;
        }
        for (size_t i = n; i < wide; i++) {
            row[i] = "";
        }
        t.cell[t.n_rows++] = row;
    }
    keep(t.cell);
    return t;
}

table oracle_table(const char *name)
{
    return table_read(oracle_path(text_format("%s.csv", name)));
}

double *table_numbers(const table *t, size_t n, size_t first, size_t p)
{
    double *value = calloc(n * p + 1, sizeof *value);
    for (size_t i = 0; i < n * p; i++) {
        value[i] = table_number(t, i / p + 1, first + i % p);
    }
    return value;
}

size_t table_column(const table *t, const char *heading)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        if (strcmp(t->cell[0][i], heading) == 0) {
            return i;
        }
    }
    cr_fatal("no column \"%s\"", heading);
    return 0;
}

double table_number(const table *t, size_t row, size_t column)
{
    const char *text = t->cell[row][column];
    if (text[0] == '\0' || strcmp(text, "NA") == 0 || strcmp(text, "NaN") == 0) {
        return NAN;
    }
    char *end = NULL;
    const double value = strtod(text, &end);
    if (*end != '\0') {
        cr_fatal("\"%s\" is not a number", text);
    }
    return value;
}

size_t table_row(const table *t, size_t column, const char *text)
{
    for (size_t i = 1; i < t->n_rows; i++) {
        if (strcmp(t->cell[i][column], text) == 0) {
            return i;
        }
    }
    cr_fatal("no row \"%s\"", text);
    return 0;
}

static struct made {
    struct made *next;
    char *path;
    pid_t by; /* a child that a test forked must not tidy up after its parent */
} *all_made;

static int open_up(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts, (void)where;
    return kind == FTW_D && chmod(path, 0700) != 0;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts, (void)kind, (void)where;
    return remove(path) != 0;
}

static void remove_temporary_directories(void)
{
    for (const struct made *m = all_made; m != NULL; m = m->next) {
        if (m->by == getpid()) {
            nftw(m->path, open_up, 8, FTW_PHYS);
            nftw(m->path, remove_one, 8, FTW_PHYS | FTW_DEPTH);
        }
    }
}

const char *temporary_directory(void)
{
    const char *root = getenv("TMPDIR");
    char *path = text_format("%s/csindex-test-XXXXXX", root != NULL ? root : "/tmp");
    if (mkdtemp(path) == NULL) {
        cr_fatal("cannot make %s", path);
    }
    if (all_made == NULL) {
        atexit(remove_temporary_directories);
    }
    struct made *m = keep(malloc(sizeof *m));
    *m = (struct made){all_made, path, getpid()};
    all_made = m;
    return path;
}

const char *write_text_file(const char *directory, const char *name, const char *text)
{
    char *path = text_format("%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0) {
        cr_fatal("cannot write %s", path);
    }
    return path;
}

int is_near(double a, double b, double tolerance)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= tolerance;
}
