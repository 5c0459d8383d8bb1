/* rank_changes.csv.gz: what moved every country's rank of the index from one year to the next, and from the first year to
 * the last; the effects of one country and pair of years add up to the difference of its ranks. */
#include <math.h>
#include <stdlib.h>

#include "core/workers.h"
#include "index/output.h"
#include "metrics/rank_change.h"

#define OTHERS "others"

static const csi_shape_field fields[] = {
    {.name = "iso3", .type = "string", .meaning = "Code of the country", .is_required = true},
    {.name = "year_from", .type = "integer", .meaning = "The earlier year", .is_required = true},
    {.name = "year_to", .type = "integer", .meaning = "The later year", .is_required = true},
    {.name = "part", .type = "string", .is_required = true,
     .meaning = "Code of the indicator or part that the effect is due to; others: the other countries' scores"},
    {.name = "rank_from", .type = "integer", .meaning = "Rank of the index in the earlier year", .is_required = true},
    {.name = "rank_to", .type = "integer", .meaning = "Rank in the later year", .is_required = true},
    {.name = "before", .type = "number", .meaning = "Score of the part in the earlier year"},
    {.name = "after", .type = "number", .meaning = "Score of the part in the later year"},
    {.name = "effect", .type = "number", .is_required = true,
     .meaning = "Places that are due to it, its Shapley value; negative towards the top"},
    {.name = "standard_error", .type = "number", .meaning = "Of the effect where orders were sampled; 0: exact",
     .is_required = true},
};

static const csi_shape shape = {
    .title = "Causes of changes of rank",
    .description = "Shapley values of the parts of the index, and of all other countries together, in every change of "
                   "rank between neighbouring years and between the first and the last; they add up to it. No "
                   "rows where a rule compares countries: `csindex explain --ranks` does one at a time.",
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .key = "iso3|year_from|year_to|part",
};

/* Jobs are countries within a pair of years, so that threads may share them; rows are written in order afterwards. */
typedef struct pair {
    const csi_run *run;
    size_t from, to;
    csi_rank_change_options options;
    size_t room; /* effects a country */
    csi_rank_effect *effect;
    size_t *n_effects;
} pair;

static csi_status explain(void *user, size_t country, size_t thread)
{
    const pair *p = user;
    const csi_point a = {p->run->result, p->from, country}, b = {p->run->result, p->to, country};
    (void)thread;
    return csi_rank_change(p->run->project->recipe, &p->run->context, &a, &b, p->run->project->framework->n_nodes - 1,
                           &p->options, NULL, p->effect + country * p->room, &p->n_effects[country]);
}

static void write_country(const pair *p, size_t country, csi_csv *csv)
{
    const csi_run *run = p->run;
    const csi_panel *scores = run->result->scores;
    const size_t root = scores->n_series - 1;
    for (size_t i = 0; i < p->n_effects[country]; i++) {
        const csi_rank_effect *effect = &p->effect[country * p->room + i];
        csi_csv_text(csv, run->raw->countries.country[country].iso3);
        csi_csv_integer(csv, scores->first_year + (int)p->from);
        csi_csv_integer(csv, scores->first_year + (int)p->to);
        csi_csv_text(csv, effect->node == CSI_NONE ? OTHERS : run->project->framework->node[effect->node].code);
        csi_csv_integer(csv, run->rank[csi_panel_at(scores, root, p->from, country)]);
        csi_csv_integer(csv, run->rank[csi_panel_at(scores, root, p->to, country)]);
        csi_csv_number(csv, effect->before);
        csi_csv_number(csv, effect->after);
        csi_csv_number(csv, effect->effect);
        csi_csv_number(csv, effect->error);
        csi_csv_end_row(csv);
    }
}

/* Many countries and years: exactly up to 4096 coalitions each. */
static csi_status explain_all(pair *p)
{
    const csi_result *result = p->run->result;
    const size_t root = result->scores->n_series - 1;
    csi_rivals rivals[2] = {{0}};
    csi_status status;
    CSI_TRY(csi_rivals_make(result, root, p->from, &rivals[0]));
    CSI_TRY(csi_rivals_make(result, root, p->to, &rivals[1]));
    p->options = (csi_rank_change_options){.max_exact = 12, .n_orders = 64, .only_alone = true,
                                           .rivals = {&rivals[0], &rivals[1]}};
    CSI_TRY(csi_workers_run(p->run->project->n_threads, result->scores->n_countries, explain, p));
out:
    csi_rivals_clear(&rivals[0]);
    csi_rivals_clear(&rivals[1]);
    return status;
}

static csi_status write_pair(pair *p, csi_csv *csv, csi_diag *diag)
{
    const size_t n = p->run->result->scores->n_countries;
    const csi_status status = explain_all(p);
    for (size_t c = 0; status == CSI_OK && c < n; c++) {
        write_country(p, c, csv);
    }
    if (status == CSI_ERR_MEMORY) {
        return csi_diag_no_memory(diag, "explaining changes of rank");
    }
    return status == CSI_OK ? CSI_OK : csi_diag_error(diag, status, NULL, "a change of rank could not be explained");
}

static csi_status write_changes(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    pair p = {.run = run, .room = scores->n_series + 1,
              .n_effects = calloc(scores->n_countries + 1, sizeof *p.n_effects)};
    csi_csv csv;
    csi_status status = CSI_OK;
    p.effect = reallocarray(NULL, (scores->n_countries + 1) * p.room, sizeof *p.effect);
    if (p.n_effects == NULL || p.effect == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "explaining the changes of rank"));
    }
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(&shape, &csv);
    for (p.to = 1; p.to < scores->n_years; p.to++) {
        p.from = p.to - 1;
        CSI_TRY(write_pair(&p, &csv, diag));
    }
    if (scores->n_years > 2) {
        p.from = 0;
        p.to = scores->n_years - 1;
        CSI_TRY(write_pair(&p, &csv, diag));
    }
    csi_csv_flush(&csv);
out:
    free(p.n_effects);
    free(p.effect);
    return status;
}

const csi_output csi_output_rank_changes = {
    .file = "rank_changes.csv.gz", .compression = CSI_GZIP, .shape = &shape, .write = write_changes};
