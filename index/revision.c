/* The split of a revision into data and method needs the scores of the old data under the new method and the other way
 * round. Published results hold all that takes: the configuration in the manifest, the framework in the codebook, the raw
 * values in quality.csv.gz. So nothing else is asked of the archive. */
#include "index/revision.h"

#include <math.h>
#include <string.h>

#include "index/revision_cells.h"

static const char *text_at(const csi_results *results, const char *section, const char *key)
{
    const csi_setting *found = csi_setting_find(csi_setting_find(results->manifest, section), key);
    return found == NULL || found->text == NULL ? "" : found->text;
}

static bool is_same_text(const csi_revision *r, const char *section, const char *key)
{
    return strcmp(text_at(r->old, section, key), text_at(r->new, section, key)) == 0;
}

static void compare_origins(csi_revision *r)
{
    r->is_same_data = r->all.n_added == 0 && r->all.n_gone == 0 && r->all.n_revised == 0;
    r->is_same_method = is_same_text(r, "configuration", "sha256") && is_same_text(r, "configuration", "framework_sha256");
    r->is_same_program = is_same_text(r, "tool", "source_sha256");
}

static csi_status map_axes(csi_revision *r, csi_diag *diag)
{
    const size_t n_nodes = csi_names_count(r->new->nodes), n_countries = r->new->countries.n;
    size_t *node = csi_arena_alloc(r->arena, n_nodes, sizeof *node);
    size_t *country = csi_arena_alloc(r->arena, n_countries + 1, sizeof *country);
    if (node == NULL || country == NULL) {
        return csi_diag_no_memory(diag, "comparing results");
    }
    for (size_t i = 0; i < n_nodes; i++) {
        const char *code = csi_names_at(r->new->nodes, i);
        node[i] = csi_names_find(r->old->nodes, code, strlen(code));
    }
    for (size_t c = 0; c < n_countries; c++) {
        country[c] = csi_countries_find(&r->old->countries, r->new->countries.country[c].iso3);
    }
    r->old_node = node;
    r->old_country = country;
    return CSI_OK;
}

/* The row of `results` for a cell of `new`, by code, calendar year and country. */
static const csi_score_row *row_like(const csi_revision *r, const csi_results *results, size_t node, size_t year,
                                     size_t country)
{
    const char *code = csi_names_at(r->new->nodes, node);
    const size_t its_node = csi_names_find(results->nodes, code, strlen(code));
    const size_t its_country = csi_countries_find(&results->countries, r->new->countries.country[country].iso3);
    const long its_year = r->new->first_year + (long)year - results->first_year;
    if (its_node == CSI_NONE || its_country == CSI_NONE || its_year < 0 || its_year >= (long)results->n_years) {
        return NULL;
    }
    return csi_results_at(results, its_node, (size_t)its_year, its_country);
}

const csi_score_row *csi_revision_old(const csi_revision *r, size_t node, size_t year, size_t country)
{
    const long old_year = r->new->first_year + (long)year - r->old->first_year;
    if (r->old_node[node] == CSI_NONE || r->old_country[country] == CSI_NONE || old_year < 0 ||
        old_year >= (long)r->old->n_years) {
        return NULL;
    }
    return csi_results_at(r->old, r->old_node[node], (size_t)old_year, r->old_country[country]);
}

/* The scores of one directory's data under the other's method. */
static csi_status compute(const char *method, const char *data, csi_diag *diag, csi_results **results)
{
    csi_project *project = NULL;
    csi_run *run = NULL;
    csi_status status;
    *results = NULL;
    CSI_TRY(csi_project_read_published(method, data, diag, &project));
    CSI_TRY(csi_run_compute(project, diag, &run));
    CSI_TRY(csi_results_of_run(run, NULL, diag, results));
out:
    csi_run_free(run);
    csi_project_free(project);
    return status;
}

static double score_of(const csi_score_row *row)
{
    return row == NULL ? NAN : row->score;
}

/* Results under [data][method], 0 old and 1 new; NULL where the published one serves. */
typedef struct square {
    csi_results *at[2][2];
} square;

static void split_cell(csi_revision *r, const square *s, size_t node, size_t year, size_t country)
{
    const size_t cell = (node * r->new->n_years + year) * r->new->countries.n + country;
    const double published = score_of(csi_revision_old(r, node, year, country)), f11 = r->new->row[cell].score;
    const double f00 = s->at[0][0] == NULL ? published : score_of(row_like(r, s->at[0][0], node, year, country));
    const bool is_data_alone = r->is_same_method, is_method_alone = r->is_same_data;
    const double f10 = s->at[1][0] != NULL ? score_of(row_like(r, s->at[1][0], node, year, country))
                       : is_data_alone     ? f11
                                           : f00;
    const double f01 = s->at[0][1] != NULL ? score_of(row_like(r, s->at[0][1], node, year, country))
                       : is_method_alone   ? f11
                                           : f00;
    if (isnan(published) || isnan(f11) || isnan(f00) || isnan(f10) || isnan(f01)) {
        return;
    }
    r->program[cell] = f00 - published;
    r->data[cell] = 0.5 * (f10 - f00 + f11 - f01);
    r->method[cell] = f11 - f00 - r->data[cell];
}

static csi_status compute_square(csi_revision *r, const char *old, const char *new, csi_diag *diag, square *s)
{
    csi_status status = CSI_OK;
    if (!r->is_same_program) {
        CSI_TRY(compute(old, old, diag, &s->at[0][0]));
    }
    if (!r->is_same_data && !r->is_same_method) {
        CSI_TRY(compute(old, new, diag, &s->at[1][0]));
        CSI_TRY(compute(new, old, diag, &s->at[0][1]));
    }
out:
    return status;
}

static csi_status split(csi_revision *r, const char *old, const char *new, csi_diag *diag)
{
    const size_t n_nodes = csi_names_count(r->new->nodes);
    const size_t n = n_nodes * r->new->n_years * r->new->countries.n;
    square s = {{{NULL, NULL}, {NULL, NULL}}};
    r->data = csi_arena_alloc(r->arena, n + 1, sizeof *r->data);
    r->method = csi_arena_alloc(r->arena, n + 1, sizeof *r->method);
    r->program = csi_arena_alloc(r->arena, n + 1, sizeof *r->program);
    if (r->data == NULL || r->method == NULL || r->program == NULL) {
        return csi_diag_no_memory(diag, "comparing results");
    }
    for (size_t i = 0; i < n; i++) {
        r->data[i] = r->method[i] = r->program[i] = NAN;
    }
    const csi_status status = compute_square(r, old, new, NULL, &s);
    r->is_split = status == CSI_OK;
    for (size_t node = 0; r->is_split && node < n_nodes; node++) {
        for (size_t year = 0; year < r->new->n_years; year++) {
            for (size_t c = 0; c < r->new->countries.n; c++) {
                split_cell(r, &s, node, year, c);
            }
        }
    }
    for (size_t i = 0; i < 4; i++) {
        csi_results_free(s.at[i / 2][i % 2]);
    }
    if (!r->is_split) {
        csi_diag_warn(diag, NULL, "the old result cannot be computed again (%s), so data and method are not told apart",
                      csi_status_text(status));
    }
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "comparing results") : CSI_OK;
}

csi_status csi_revision_make(const char *old, const char *new, csi_diag *diag, csi_revision **out)
{
    csi_arena *arena = csi_arena_new();
    csi_revision *r = arena == NULL ? NULL : csi_arena_alloc(arena, 1, sizeof *r);
    csi_status status;
    *out = NULL;
    if (r == NULL) {
        csi_arena_free(arena);
        return csi_diag_no_memory(diag, "comparing results");
    }
    r->arena = arena;
    CSI_TRY(csi_results_read(old, diag, &r->old));
    CSI_TRY(csi_results_read(new, diag, &r->new));
    CSI_TRY(csi_revision_compare_cells(r, old, new, diag));
    compare_origins(r);
    CSI_TRY(map_axes(r, diag));
    CSI_TRY(split(r, old, new, diag));
    *out = r;
out:
    if (status != CSI_OK) {
        csi_revision_free(r);
    }
    return status;
}

void csi_revision_free(csi_revision *r)
{
    if (r != NULL) {
        csi_results_free(r->old);
        csi_results_free(r->new);
        csi_arena_free(r->arena);
    }
}

int csi_revision_rank_change(const csi_revision *r)
{
    int largest = 0;
    for (size_t year = 0; year < r->new->n_years; year++) {
        for (size_t c = 0; c < r->new->countries.n; c++) {
            const csi_score_row *old = csi_revision_old(r, 0, year, c), *new = csi_results_at(r->new, 0, year, c);
            if (old != NULL && old->rank > 0 && new->rank > 0) {
                const int change = old->rank > new->rank ? old->rank - new->rank : new->rank - old->rank;
                largest = change > largest ? change : largest;
            }
        }
    }
    return largest;
}

double csi_revision_share(const csi_revision *r)
{
    const size_t n_all = r->all.n_old + r->all.n_added, n_changed = r->all.n_added + r->all.n_gone + r->all.n_revised;
    return n_all == 0 ? 0 : (double)n_changed / (double)n_all;
}
