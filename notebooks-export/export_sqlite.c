/* One SQLite database with everything a release holds: tables, keys, views and five example queries (sqlite_schema.sql).
 *
 * It is built in memory and written as one block of bytes, so that no half-made database ever stands under the name, and
 * that the bytes depend on the results and SQLite's version alone. */
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "core/number.h"
#include "index/rows.h"
#include "notebooks-export/export.h"
#include "export_texts_data.h"

typedef struct database {
    sqlite3 *db;
    csi_diag *diag;
} database;

static csi_status complain(const database *base)
{
    if (base->db == NULL || sqlite3_errcode(base->db) == SQLITE_NOMEM) {
        return csi_diag_no_memory(base->diag, "writing the database");
    }
    return csi_diag_error(base->diag, CSI_ERR_SYSTEM, NULL, "SQLite: %s", sqlite3_errmsg(base->db));
}

static csi_status execute(const database *base, const char *sql)
{
    return sqlite3_exec(base->db, sql, NULL, NULL, NULL) == SQLITE_OK ? CSI_OK : complain(base);
}

static csi_status prepare(const database *base, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v2(base->db, sql, -1, statement, NULL) == SQLITE_OK ? CSI_OK : complain(base);
}

static csi_status insert(const database *base, sqlite3_stmt *statement)
{
    return sqlite3_step(statement) == SQLITE_DONE && sqlite3_reset(statement) == SQLITE_OK ? CSI_OK : complain(base);
}

/* Blank texts and NaN are NULL. The texts outlive the statement's step. */
static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        sqlite3_bind_null(statement, at);
    } else {
        sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    }
}

static void bind_number(sqlite3_stmt *statement, int at, double value)
{
    sqlite3_bind_double(statement, at, value); /* SQLite takes NaN for NULL */
}

static void bind_count(sqlite3_stmt *statement, int at, int value)
{
    if (value == 0) {
        sqlite3_bind_null(statement, at);
    } else {
        sqlite3_bind_int(statement, at, value);
    }
}

static csi_status write_release(const csi_release *release, const database *base)
{
    const csi_results *const results = release->results;
    const int first = results->first_year;
    const struct {
        const char *key, *text;
        int number;
    } row[] = {
        {"id", release->id, 0},
        {"name", release->name, 0},
        {"version", release->version, 0},
        {"description", release->description, 0},
        {"licence", release->licence, 0},
        {"index_code", csi_names_at(results->nodes, 0), 0},
        {"first_year", NULL, first},
        {"last_year", NULL, first + (int)results->n_years - 1},
        {"latest_year", NULL, first + (int)release->latest},
    };
    sqlite3_stmt *statement = NULL;
    csi_status status;
    CSI_TRY(prepare(base, "INSERT INTO release VALUES (?, ?)", &statement));
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        bind_text(statement, 1, row[i].key);
        if (row[i].text == NULL) {
            sqlite3_bind_int(statement, 2, row[i].number);
        } else {
            bind_text(statement, 2, row[i].text);
        }
        CSI_TRY(insert(base, statement));
    }
out:
    sqlite3_finalize(statement);
    return status;
}

static csi_status write_countries(const csi_release *release, const database *base)
{
    const csi_countries *const countries = &release->results->countries;
    sqlite3_stmt *statement = NULL;
    csi_status status;
    CSI_TRY(prepare(base, "INSERT INTO country VALUES (?, ?)", &statement));
    for (size_t c = 0; c < countries->n; c++) {
        bind_text(statement, 1, countries->country[c].iso3);
        bind_text(statement, 2, countries->country[c].name);
        CSI_TRY(insert(base, statement));
    }
out:
    sqlite3_finalize(statement);
    return status;
}

static const char *field(const csi_release *release, size_t entry, const char *heading)
{
    const size_t column = csi_release_heading(release, heading);
    return column == CSI_NONE ? "" : release->entry[entry].cell[column];
}

static void bind_number_text(sqlite3_stmt *statement, int at, const char *text)
{
    double value = NAN;
    if (csi_number_read(text, strlen(text), &value) != CSI_NUMBER_OK) {
        value = NAN;
    }
    bind_number(statement, at, value);
}

static csi_status write_nodes(const csi_release *release, const database *base)
{
    sqlite3_stmt *statement = NULL;
    csi_status status;
    CSI_TRY(prepare(base, "INSERT INTO node VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", &statement));
    for (size_t i = 0; i < release->n_entries; i++) {
        const csi_entry *const entry = &release->entry[i];
        bind_text(statement, 1, entry->code);
        sqlite3_bind_int64(statement, 2, (sqlite3_int64)i + 1);
        bind_text(statement, 3, entry->type);
        bind_count(statement, 4, entry->level);
        bind_text(statement, 5, entry->name);
        bind_text(statement, 6, entry->parent);
        bind_number_text(statement, 7, field(release, i, "Direction"));
        bind_number_text(statement, 8, field(release, i, "Weight"));
        bind_text(statement, 9, entry->unit);
        CSI_TRY(insert(base, statement));
    }
out:
    sqlite3_finalize(statement);
    return status;
}

static bool is_node_column(const char *heading)
{
    static const char *const known[] = {"Level", "iCode", "iName", "Parent", "Direction", "Weight", "Type", "Unit"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(heading, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

static csi_status write_codebook(const csi_release *release, const database *base)
{
    sqlite3_stmt *statement = NULL;
    csi_status status;
    CSI_TRY(prepare(base, "INSERT INTO codebook VALUES (?, ?, ?)", &statement));
    for (size_t i = 0; i < release->n_entries; i++) {
        for (size_t column = 0; column < release->n_headings; column++) {
            const char *const text = release->entry[i].cell[column];
            if (text[0] != '\0' && !is_node_column(release->heading[column])) {
                bind_text(statement, 1, release->entry[i].code);
                bind_text(statement, 2, release->heading[column]);
                bind_text(statement, 3, text);
                CSI_TRY(insert(base, statement));
            }
        }
    }
out:
    sqlite3_finalize(statement);
    return status;
}

static csi_status write_score(const csi_release *release, const database *base, sqlite3_stmt *statement, size_t node,
                              size_t year, size_t country)
{
    const csi_results *const results = release->results;
    const csi_score_row *const row = csi_results_at(results, node, year, country);
    sqlite3_bind_int(statement, 1, results->first_year + (int)year);
    bind_text(statement, 2, csi_names_at(results->nodes, node));
    bind_text(statement, 3, results->countries.country[country].iso3);
    bind_number(statement, 4, row->score);
    bind_count(statement, 5, row->rank);
    bind_count(statement, 6, row->n_ranked);
    bind_number(statement, 7, row->coverage);
    bind_number(statement, 8, row->imputed_share);
    bind_number(statement, 9, row->score_q05);
    bind_number(statement, 10, row->score_q50);
    bind_number(statement, 11, row->score_q95);
    bind_number(statement, 12, row->rank_q05);
    bind_number(statement, 13, row->rank_q50);
    bind_number(statement, 14, row->rank_q95);
    bind_text(statement, 15, csi_score_status_name(row->status));
    return insert(base, statement);
}

static csi_status write_scores(const csi_release *release, const database *base)
{
    const csi_results *const results = release->results;
    sqlite3_stmt *statement = NULL;
    csi_status status;
    CSI_TRY(prepare(base, "INSERT INTO score VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", &statement));
    for (size_t node = 0; node < csi_names_count(results->nodes); node++) {
        for (size_t c = 0; c < results->countries.n; c++) {
            for (size_t year = 0; year < results->n_years; year++) {
                CSI_TRY(write_score(release, base, statement, node, year, c));
            }
        }
    }
out:
    sqlite3_finalize(statement);
    return status;
}

/* A published table that goes into a table of the database column by column. */
enum { MAX_COLUMNS = 12 };
typedef struct transfer {
    const char *file, *sql;
    const char *state; /* rows that hold "missing" in this column are left out; NULL: none are */
    struct {
        const char *heading;
        char kind; /* t text, n number, i integer */
    } column[MAX_COLUMNS];
} transfer;

static csi_status bind_row(const transfer *from, const csi_rows *rows, const size_t *column, sqlite3_stmt *statement,
                           csi_diag *diag)
{
    csi_status status = CSI_OK;
    for (int i = 0; i < MAX_COLUMNS && from->column[i].heading != NULL; i++) {
        if (from->column[i].kind == 't') {
            bind_text(statement, i + 1, csi_rows_text(rows, column[i]));
        } else if (from->column[i].kind == 'i') {
            int value = 0;
            CSI_TRY(csi_rows_integer(rows, column[i], 0, diag, &value));
            bind_count(statement, i + 1, value);
        } else {
            double value = NAN;
            CSI_TRY(csi_rows_number(rows, column[i], diag, &value));
            bind_number(statement, i + 1, value);
        }
    }
out:
    return status;
}

static csi_status copy_table(const csi_release *release, const database *base, const transfer *from)
{
    csi_rows *rows = NULL;
    sqlite3_stmt *statement = NULL;
    size_t column[MAX_COLUMNS], state = CSI_NONE;
    bool has_row = false;
    csi_status status;
    const char *const path = csi_release_text(release, "%s/%s", release->directory, from->file);
    CSI_TRY(csi_rows_open(path, path, base->diag, &rows));
    for (int i = 0; i < MAX_COLUMNS && from->column[i].heading != NULL; i++) {
        CSI_TRY(csi_rows_expect(rows, from->column[i].heading, base->diag, &column[i]));
    }
    if (from->state != NULL) {
        CSI_TRY(csi_rows_expect(rows, from->state, base->diag, &state));
    }
    CSI_TRY(prepare(base, from->sql, &statement));
    CSI_TRY(csi_rows_next(rows, base->diag, &has_row));
    while (has_row) {
        if (state == CSI_NONE || strcmp(csi_rows_text(rows, state), "missing") != 0) {
            CSI_TRY(bind_row(from, rows, column, statement, base->diag));
            CSI_TRY(insert(base, statement));
        }
        CSI_TRY(csi_rows_next(rows, base->diag, &has_row));
    }
out:
    sqlite3_finalize(statement);
    csi_rows_close(rows);
    return status;
}

static const transfer contributions = {
    "contributions.csv.gz",
    "INSERT INTO contribution VALUES (?, ?, ?, ?, ?, ?, ?)",
    NULL,
    {{"year", 'i'}, {"code", 't'}, {"iso3", 't'}, {"parent", 't'}, {"normalised", 'n'}, {"weight", 'n'},
     {"contribution", 'n'}},
};

static const transfer observations = {
    "quality.csv.gz",
    "INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "state",
    {{"year", 'i'}, {"code", 't'}, {"iso3", 't'}, {"state", 't'}, {"marks", 't'}, {"raw", 'n'}, {"standard_error", 'n'},
     {"standard_error_below", 'n'}, {"imputed", 'n'}, {"treated", 'n'}, {"file", 't'}, {"line", 'i'}},
};

static const transfer causes = {
    "changes.csv.gz",
    "INSERT INTO cause VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    NULL,
    {{"year_from", 'i'}, {"year_to", 'i'}, {"code", 't'}, {"iso3", 't'}, {"cause", 't'}, {"before", 'n'}, {"after", 'n'},
     {"effect", 'n'}},
};

static csi_status build(const csi_release *release, const database *base)
{
    csi_status status;
    CSI_TRY(execute(base, "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA application_id = 0x63736978; BEGIN"));
    CSI_TRY(execute(base, csi_sqlite_schema));
    CSI_TRY(write_release(release, base));
    CSI_TRY(write_countries(release, base));
    CSI_TRY(write_nodes(release, base));
    CSI_TRY(write_codebook(release, base));
    CSI_TRY(write_scores(release, base));
    CSI_TRY(copy_table(release, base, &contributions));
    CSI_TRY(copy_table(release, base, &observations));
    CSI_TRY(copy_table(release, base, &causes));
    CSI_TRY(execute(base, "COMMIT"));
out:
    return status;
}

static csi_status fill(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    database base = {.diag = diag};
    csi_status status;
    sqlite3_int64 n = 0;
    unsigned char *bytes = NULL;
    if (sqlite3_open_v2(":memory:", &base.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        CSI_TRY(complain(&base));
    }
    CSI_TRY(build(release, &base));
    bytes = sqlite3_serialize(base.db, "main", &n, 0);
    if (bytes == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "writing the database"));
    }
    csi_outfile_write(file, (const char *)bytes, (size_t)n);
out:
    sqlite3_free(bytes);
    sqlite3_close(base.db);
    return status;
}

static csi_status write_sqlite(const csi_release *release, const char *directory, csi_diag *diag)
{
    return csi_export_file(release, directory, "csindex.sqlite", fill, diag);
}

const csi_exporter csi_exporter_sqlite = {
    .name = "sqlite",
    .files = "csindex.sqlite",
    .title = "a SQLite database with every table, keys, views and example queries",
    .write = write_sqlite,
};
