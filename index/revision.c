/* What became of the cells, and of the scores. Splitting a difference (index/revision_split.c) needs scores of mixtures of
 * the old and the new. Published results hold all that takes: the configuration in the manifest, the framework in the codebook, the raw
 * values in quality.csv.gz. So nothing else is asked of the archive. */
#include "index/revision.h"

#include <math.h>
#include <string.h>

#include "index/revision_cells.h"
#include "index/revision_split.h"

const char *csi_revised_name(csi_revised part)
{
    static const char *const names[CSI_N_REVISED] = {"data", "coverage", "goalposts", "weights", "method"};
    return names[part];
}

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

const csi_score_row *csi_revision_old(const csi_revision *r, size_t node, size_t year, size_t country)
{
    const long old_year = r->new->first_year + (long)year - r->old->first_year;
    if (r->old_node[node] == CSI_NONE || r->old_country[country] == CSI_NONE || old_year < 0 ||
        old_year >= (long)r->old->n_years) {
        return NULL;
    }
    return csi_results_at(r->old, r->old_node[node], (size_t)old_year, r->old_country[country]);
}

/* The scores published before, cell by cell of `new`, and parts that are not known yet. */
static csi_status prepare_split(csi_revision *r, csi_diag *diag, double **old_at)
{
    const size_t n_nodes = csi_names_count(r->new->nodes), n = n_nodes * r->new->n_years * r->new->countries.n;
    bool is_whole = true;
    *old_at = csi_arena_alloc(r->arena, n + 1, sizeof **old_at);
    for (size_t part = 0; part <= CSI_N_REVISED; part++) {
        double *values = csi_arena_alloc(r->arena, n + 1, sizeof *values);
        *(part < CSI_N_REVISED ? &r->part[part] : &r->program) = values;
        is_whole = is_whole && values != NULL;
        for (size_t i = 0; values != NULL && i < n; i++) {
            values[i] = (double)NAN;
        }
    }
    if (!is_whole || *old_at == NULL) {
        return csi_diag_no_memory(diag, "comparing results");
    }
    for (size_t i = 0; i < n; i++) {
        const size_t c = i % r->new->countries.n, year = i / r->new->countries.n % r->new->n_years;
        const csi_score_row *old = csi_revision_old(r, i / r->new->countries.n / r->new->n_years, year, c);
        (*old_at)[i] = old == NULL ? (double)NAN : old->score;
    }
    return CSI_OK;
}

csi_status csi_revision_make(const char *old, const char *new, csi_diag *diag, csi_revision **out)
{
    csi_arena *arena = csi_arena_new();
    csi_revision *r = arena == NULL ? NULL : csi_arena_alloc(arena, 1, sizeof *r);
    double *old_at;
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
    CSI_TRY(prepare_split(r, diag, &old_at));
    CSI_TRY(csi_revision_split(r, old, new, old_at, diag));
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
