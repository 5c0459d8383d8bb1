/* See audit.h. */
#include "index/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/outfile.h"
#include "index/audit_table.h"
#include "metrics/sample.h"

static const struct {
    const char *file;
    csi_audit_table table; /* NULL: the page */
} parts[] = {
    {"indicators.csv", csi_audit_indicators},   {"correlations.csv", csi_audit_correlations},
    {"reliability.csv", csi_audit_reliability}, {"components.csv", csi_audit_components},
    {"items.csv", csi_audit_items},             {"importance.csv", csi_audit_importance},
    {"imputation.csv", csi_audit_imputation},   {"imputation_methods.csv", csi_audit_imputation_methods},
    {"clusters.csv", csi_audit_clusters},       {"findings.csv", csi_audit_findings},
    {"audit.md", NULL},
};
enum { N_PARTS = sizeof parts / sizeof parts[0] };

const char *csi_gravity_name(csi_gravity gravity)
{
    static const char *const names[] = {"note", "watch", "serious"};
    return names[gravity];
}

const char *csi_audit_number(csi_audit *audit, double value, int decimals)
{
    char text[CSI_NUMBER_MAX];
    csi_number_write_fixed(value, decimals, text);
    const char *copy = csi_arena_copy(audit->arena, text, strlen(text));
    return copy != NULL ? copy : "?";
}

csi_status csi_audit_find(csi_audit *audit, csi_gravity gravity, const char *topic, const char *code, const char *rule,
                          const char *evidence, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, evidence);
    const int length = vsnprintf(text, sizeof text, evidence, arguments);
    va_end(arguments);
    if (audit->n_findings == audit->room) {
        const size_t room = audit->room == 0 ? 32 : 2 * audit->room;
        csi_finding *larger = realloc(audit->finding, room * sizeof *larger);
        if (larger == NULL) {
            return CSI_ERR_MEMORY;
        }
        audit->finding = larger;
        audit->room = room;
    }
    const size_t n = length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    const char *copy = csi_arena_copy(audit->arena, text, n);
    if (copy == NULL) {
        return CSI_ERR_MEMORY;
    }
    audit->finding[audit->n_findings++] = (csi_finding){gravity, topic, code, copy, rule};
    return CSI_OK;
}

size_t csi_audit_n_scored(const csi_audit *audit)
{
    return csi_sample_count(csi_audit_column(audit, audit->run->project->framework->n_nodes - 1),
                            audit->run->result->scores->n_countries);
}

void csi_audit_headings(csi_csv *csv, const char *const *heading, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        csi_csv_text(csv, heading[i]);
    }
    csi_csv_end_row(csv);
}

static csi_status fill_table(csi_audit *audit, csi_audit_table table, csi_csv_sink sink, void *user, csi_diag *diag)
{
    csi_csv *csv = malloc(sizeof *csv);
    if (csv == NULL) {
        return csi_diag_no_memory(diag, "the audit");
    }
    csi_csv_init(csv, sink, user);
    const csi_status status = table(audit, csv, diag);
    csi_csv_flush(csv);
    free(csv);
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "the audit") : status;
}

static void to_file(void *user, const char *bytes, size_t n)
{
    csi_outfile_write(user, bytes, n);
}

static void to_nowhere(void *user, const char *bytes, size_t n)
{
    (void)user;
    (void)bytes;
    (void)n;
}

static csi_status begin(const csi_run *run, size_t year, csi_diag *diag, csi_audit **audit)
{
    csi_audit *a = calloc(1, sizeof *a);
    *audit = a;
    if (a == NULL || (a->arena = csi_arena_new()) == NULL) {
        return csi_diag_no_memory(diag, "the audit");
    }
    a->run = run;
    a->year = year;
    return CSI_OK;
}

csi_status csi_audit_compute(const csi_run *run, size_t year, csi_diag *diag, csi_audit **audit)
{
    csi_status status;
    CSI_TRY(begin(run, year, diag, audit));
    for (size_t i = 0; i < N_PARTS; i++) {
        if (parts[i].table != NULL) {
            CSI_TRY(fill_table(*audit, parts[i].table, to_nowhere, NULL, diag));
        }
    }
    return CSI_OK;
out:
    csi_audit_free(*audit);
    *audit = NULL;
    return status;
}

static csi_status write_part(csi_audit *audit, size_t part, csi_outfile *file, csi_diag *diag)
{
    if (parts[part].table == NULL) {
        csi_audit_page(audit, file);
        return CSI_OK;
    }
    return fill_table(audit, parts[part].table, to_file, file, diag);
}

csi_status csi_audit_write(const csi_run *run, size_t year, const char *directory, csi_diag *diag, csi_audit **audit)
{
    csi_outfile *file[N_PARTS] = {NULL};
    csi_audit *a = NULL;
    csi_status status;
    *audit = NULL;
    CSI_TRY(begin(run, year, diag, &a));
    CSI_TRY(csi_directory_make(directory, diag));
    for (size_t i = 0; i < N_PARTS; i++) {
        CSI_TRY(csi_outfile_open(directory, parts[i].file, CSI_PLAIN, diag, &file[i]));
        CSI_TRY(write_part(a, i, file[i], diag));
        CSI_TRY(csi_outfile_finish(file[i], diag, NULL));
    }
    for (size_t i = 0; i < N_PARTS; i++) {
        csi_outfile *finished = file[i];
        file[i] = NULL;
        CSI_TRY(csi_outfile_commit(finished, diag, NULL));
    }
    *audit = a;
    a = NULL;
out:
    for (size_t i = 0; i < N_PARTS; i++) {
        csi_outfile_abandon(file[i]);
    }
    csi_audit_free(a);
    return status;
}

void csi_audit_free(csi_audit *audit)
{
    if (audit != NULL) {
        csi_arena_free(audit->arena);
        free(audit->finding);
        free(audit);
    }
}
