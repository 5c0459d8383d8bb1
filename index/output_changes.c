/* changes.csv.gz: what made every country's index differ from one year to the next, and from the first year to the
 * last; the effects of one country and pair of years add up to the difference of its scores. Indicators that did not move
 * it are left out. */
#include <math.h>
#include <stdlib.h>

#include "index/output.h"
#include "metrics/decompose.h"

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "year_from", .type = "integer", .meaning = "The earlier year", .is_required = true},
    {.name = "year_to", .type = "integer", .meaning = "The later year", .is_required = true},
    {.name = "code", .type = "string", .meaning = "The indicator or part that the effect is due to", .is_required = true},
    {.name = "cause", .type = "string", .is_required = true, .choices = "value|imputed|break|coverage|weight|others",
     .meaning = "value: observed in both years and changed; imputed: as far as it changed, it was imputed in one or both; "
                "break: its source changed its method in between; coverage: present in one year only; weight: its weight "
                "changed; others: other countries' values"},
    {.name = "before", .type = "number", .meaning = "Normalised value or score in the earlier year"},
    {.name = "after", .type = "number", .meaning = "Normalised value or score in the later year"},
    {.name = "effect", .type = "number", .meaning = "Points of the index that are due to it", .is_required = true},
};

static const csi_shape shape = {
    .title = "Causes of change",
    .description = "Exact decomposition of the index's change between neighbouring years, and between the first and "
                   "the last, into indicators, coverage and weights.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|year_from|year_to|code|cause",
    .link = &csi_link_codebook,
    .n_links = 1,
};

typedef struct pair {
    const csi_run *run;
    size_t from, to;
    csi_effect *effect;
    csi_csv *csv;
} pair;

static csi_status write_country(const pair *p, size_t country, csi_diag *diag)
{
    const csi_run *run = p->run;
    const csi_framework *framework = run->project->framework;
    const csi_point a = {run->result, p->from, country}, b = {run->result, p->to, country};
    const int first_year = run->result->scores->first_year;
    size_t n = 0;
    const csi_status status = csi_decompose(run->project->recipe, &run->context, &a, &b, framework->n_nodes - 1, diag,
                                            p->effect, &n);
    for (size_t i = 0; i < n; i++) {
        if (p->effect[i].effect == 0) {
            continue;
        }
        csi_csv_text(p->csv, run->raw->countries.country[country].iso3);
        csi_csv_integer(p->csv, first_year + (int)p->from);
        csi_csv_integer(p->csv, first_year + (int)p->to);
        csi_csv_text(p->csv, framework->node[p->effect[i].node].code);
        csi_csv_text(p->csv, csi_cause_name(p->effect[i].cause));
        csi_csv_number(p->csv, p->effect[i].before);
        csi_csv_number(p->csv, p->effect[i].after);
        csi_csv_number(p->csv, p->effect[i].effect);
        csi_csv_end_row(p->csv);
    }
    return status;
}

static csi_status write_pair(const pair *p, csi_diag *diag)
{
    for (size_t c = 0; c < p->run->result->scores->n_countries; c++) {
        const csi_status status = write_country(p, c, diag);
        if (status != CSI_OK) {
            return status;
        }
    }
    return CSI_OK;
}

static csi_status write_changes(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_run *run = publication->run;
    const size_t n_years = run->result->scores->n_years;
    csi_csv csv;
    pair p = {.run = run, .csv = &csv};
    csi_status status = CSI_OK;
    p.effect = calloc(csi_max_effects(run->project->framework) + 1, sizeof *p.effect);
    if (p.effect == NULL) {
        return csi_diag_no_memory(diag, "explaining the changes");
    }
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (p.to = 1; p.to < n_years; p.to++) {
        p.from = p.to - 1;
        CSI_TRY(write_pair(&p, diag));
    }
    if (n_years > 2) {
        p.from = 0;
        p.to = n_years - 1;
        CSI_TRY(write_pair(&p, diag));
    }
    csi_csv_flush(&csv);
out:
    free(p.effect);
    return status;
}

const csi_output csi_output_changes = {
    .file = "changes.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_changes};
