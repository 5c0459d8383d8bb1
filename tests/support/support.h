/* What every test shares: finding the oracle, reading its tables, temporary directories. */
#ifndef CSI_TESTS_SUPPORT_H
#define CSI_TESTS_SUPPORT_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>
#include <stddef.h>

/* The sanitized suite looks for faults of memory, not of numbers: it tries fewer cases, and leaves out those that need
 * many to say anything. */
#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif
#define CASES(n, when_sanitized) (IS_SANITIZED ? (when_sanitized) : (n))

/* The path of `name` below the oracle directory (CSINDEX_ORACLE_DIR, default ../shared/oracle from the source root), in
 * storage that lives as long as the test. Where the oracle is absent the test is skipped with a line that says so; with
 * CI=true it fails. */
const char *oracle_path(const char *name);

/* The path of `name` below the shared data directory beside the oracle; same rules. */
const char *shared_data_path(const char *name);

/* A CSV table, every cell as text; dies with a message when it cannot be read. Simple independent parser, so that a
 * fault in ours cannot hide. Row 0 is the heading. Never freed. */
typedef struct table {
    size_t n_rows, n_columns;
    char ***cell; /* [row][column]; "" where a row is short */
} table;
table table_read(const char *path);
table oracle_table(const char *name); /* oracle_path(name + ".csv"), read */
/* Columns first.. of rows 1..n, row-major, n x p; freed by the caller. */
double *table_numbers(const table *t, size_t n, size_t first, size_t p);
size_t table_column(const table *t, const char *heading);               /* dies when absent */
double table_number(const table *t, size_t row, size_t column);         /* NaN for "", NA, NaN */
size_t table_row(const table *t, size_t column, const char *text);      /* first row whose cell equals text; dies */

/* A fresh directory below $TMPDIR or /tmp, which is removed when the test ends, as its path is. */
const char *temporary_directory(void);

/* Writes text to directory/name and returns the path. */
const char *write_text_file(const char *directory, const char *name, const char *text);

/* Text as by printf, in storage that lives as long as the test. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* |a - b| <= tolerance, or both NaN. */
int is_near(double a, double b, double tolerance);
#define NEAR(got, want) cr_expect(is_near(got, want, 1e-12), #got ": %.17g, not %.17g", (double)(got), (double)(want))

#endif
