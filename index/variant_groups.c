/* Groups of countries, and shares of a base year.
 *
 * A group's score at a node is the mean of its countries' scores there, over the countries that are scored in every year
 * in which anybody is: a country that enters or leaves would move the mean without anything having changed. Weights are
 * one number a country, the same in every year, for the same reason. By hand: scores 10, 20 then 30, 20, weights 1, 3:
 * 17.5 and 22.5. The base-year series is 100 x / x of the base year; the scale has no natural zero, so it is a way of
 * drawing, not a percentage of anything. Edges: a group without such a country is missing; a score of 0 or none in the
 * base year leaves the series missing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/covariates.h"
#include "index/variant.h"
#include "ingest/country.h"

#define WORLD "WLD"

typedef struct grouping {
    csi_variant *v;
    const csi_variant_groups *groups;
    double *sum;      /* [4][group]: of weights, scores, coverage, imputed share */
    bool *is_waiting; /* [group] */
} grouping;

/* The text that groups a country: a column of the covariates or of the data, else the table of countries' own. */
static csi_status read_texts(const csi_run *run, const csi_variant_spec *spec, const csi_covariates *covariates,
                             csi_diag *diag, const char **text)
{
    const csi_countries *countries = &run->raw->countries;
    const size_t given = csi_countries_grouping(countries, spec->groups);
    const bool is_region = strcmp(spec->groups, "region") == 0, is_subregion = strcmp(spec->groups, "subregion") == 0;
    if (strcmp(spec->groups, "world") == 0) {
        return CSI_OK;
    }
    if (given == CSI_NONE && !((is_region || is_subregion) && run->project->units_are_countries)) {
        return csi_covariates_texts(covariates, spec->groups, &spec->place, diag, text);
    }
    for (size_t c = 0; c < countries->n; c++) {
        const csi_country_facts *facts = csi_country_find(countries->country[c].iso3);
        text[c] = given != CSI_NONE ? countries->country[c].group[given]
                  : facts == NULL   ? NULL
                  : is_region       ? facts->region
                                    : facts->subregion;
    }
    return CSI_OK;
}

/* The groups, sorted by name behind the world, as the countries of the variant. */
static csi_status name_groups(csi_variant *v, const char *const *text, size_t n_countries, csi_diag *diag, size_t *group_of)
{
    csi_names *names = csi_names_new(v->arena);
    csi_country *country = csi_arena_alloc(v->arena, n_countries + 1, sizeof *country);
    size_t at, n = 1;
    if (names == NULL || country == NULL) {
        return csi_diag_no_memory(diag, "grouping countries");
    }
    country[0] = (csi_country){.iso3 = WORLD, .name = "World"};
    for (size_t c = 0; c < n_countries; c++) {
        if (text[c] != NULL && strcmp(text[c], WORLD) == 0) {
            return csi_diag_error(diag, CSI_ERR_DATA, &v->spec->place,
                                  "no group of \"%s\" may be called \"" WORLD "\", which is the world", v->spec->groups);
        }
        if (text[c] != NULL && text[c][0] != '\0' && csi_names_add(names, text[c], strlen(text[c]), &at) != CSI_OK) {
            return csi_diag_no_memory(diag, "grouping countries");
        }
    }
    for (; n <= csi_names_count(names); n++) {
        const char *name = csi_names_at(names, n - 1);
        size_t place = n;
        for (; place > 0 && strcmp(country[place - 1].iso3, name) > 0; place--) {
            country[place] = country[place - 1];
        }
        country[place] = (csi_country){.iso3 = name, .name = name};
    }
    v->raw.countries = (csi_countries){.n = n, .country = country};
    for (size_t c = 0; c < n_countries; c++) {
        group_of[c] = text[c] == NULL || text[c][0] == '\0' ? CSI_NONE : csi_countries_find(&v->raw.countries, text[c]);
    }
    return CSI_OK;
}

/* Whether the country is scored on the node in every year in which any country is. */
static bool is_constant(const csi_panel *scores, const bool *is_year, size_t node, size_t country)
{
    bool is_any = false;
    for (size_t year = 0; year < scores->n_years; year++) {
        if (is_year[year] && isnan(csi_panel_get(scores, node, year, country))) {
            return false;
        }
        is_any = is_any || is_year[year];
    }
    return is_any;
}

static void add_country(const grouping *g, size_t node, size_t year, size_t country, size_t group)
{
    const csi_result *result = g->v->run.result;
    const size_t at = csi_panel_at(result->scores, node, year, country);
    const double w = g->groups->weight[country], imputed = result->imputed_share[at];
    g->sum[group] += w;
    g->sum[g->groups->n + group] += w * result->scores->value[at];
    g->sum[2 * g->groups->n + group] += w * result->coverage[at];
    g->sum[3 * g->groups->n + group] += w * (isnan(imputed) ? 0 : imputed);
    g->is_waiting[group] = g->is_waiting[group] || g->v->run.status[at] == CSI_SCORE_PROVISIONAL;
}

/* One node in one year: from countries to groups, into `scores` and beside. */
static void average(const grouping *g, size_t node, size_t year, csi_panel *scores, double *coverage, double *imputed,
                    unsigned char *status)
{
    const csi_variant_groups *groups = g->groups;
    const bool *is_member = groups->is_member + node * groups->n_countries;
    memset(g->sum, 0, 4 * groups->n * sizeof *g->sum);
    memset(g->is_waiting, 0, groups->n * sizeof *g->is_waiting);
    for (size_t c = 0; c < groups->n_countries; c++) {
        if (is_member[c] && !isnan(csi_panel_get(g->v->run.result->scores, node, year, c))) {
            add_country(g, node, year, c, groups->world);
            if (groups->of[c] != CSI_NONE) {
                add_country(g, node, year, c, groups->of[c]);
            }
        }
    }
    for (size_t k = 0; k < groups->n; k++) {
        const double w = g->sum[k];
        const size_t at = csi_panel_at(scores, node, year, k);
        csi_panel_set(scores, node, year, k, w > 0 ? g->sum[groups->n + k] / w : (double)NAN, CSI_CELL_OBSERVED);
        coverage[at] = w > 0 ? fmin(g->sum[2 * groups->n + k] / w, 1) : 0;
        imputed[at] = w > 0 ? fmin(g->sum[3 * groups->n + k] / w, 1) : (double)NAN;
        status[at] = w > 0 ? g->is_waiting[k] ? CSI_SCORE_PROVISIONAL : CSI_SCORE_FINAL : CSI_SCORE_MISSING;
    }
}

static void find_members(const csi_panel *scores, size_t node, bool *is_year, const csi_variant_groups *groups)
{
    bool *is_member = groups->is_member + node * groups->n_countries;
    for (size_t year = 0; year < scores->n_years; year++) {
        is_year[year] = false;
        for (size_t c = 0; c < groups->n_countries; c++) {
            is_year[year] = is_year[year] || !isnan(csi_panel_get(scores, node, year, c));
        }
    }
    for (size_t c = 0; c < groups->n_countries; c++) {
        is_member[c] = groups->weight[c] > 0 && is_constant(scores, is_year, node, c);
        if (is_member[c] && node + 1 == scores->n_series) {
            groups->n_members[groups->world]++;
            if (groups->of[c] != CSI_NONE) {
                groups->n_members[groups->of[c]]++;
            }
        }
    }
}

/* The averages take the place of the countries' figures. */
static csi_status average_all(const grouping *g, csi_diag *diag)
{
    csi_result *result = g->v->run.result;
    const csi_panel *from = result->scores;
    const size_t n = from->n_series * from->n_years * g->groups->n;
    csi_panel *scores = NULL;
    double *coverage = calloc(n + 1, sizeof *coverage), *imputed = calloc(n + 1, sizeof *imputed);
    unsigned char *status = calloc(n + 1, sizeof *status);
    int *rank = calloc(n + 1, sizeof *rank);
    bool *is_year = calloc(from->n_years + 1, sizeof *is_year);
    if (coverage == NULL || imputed == NULL || status == NULL || rank == NULL || is_year == NULL ||
        csi_panel_new(from->n_series, from->first_year, from->n_years, g->groups->n, false, &scores) != CSI_OK) {
        free(coverage);
        free(imputed);
        free(status);
        free(rank);
        free(is_year);
        return csi_diag_no_memory(diag, "grouping countries");
    }
    for (size_t node = 0; node < from->n_series; node++) {
        find_members(from, node, is_year, g->groups);
        for (size_t year = 0; year < from->n_years; year++) {
            average(g, node, year, scores, coverage, imputed, status);
        }
    }
    csi_panel_free(result->scores);
    free(result->coverage);
    free(result->imputed_share);
    free(g->v->run.status);
    free(g->v->run.rank);
    free(is_year);
    result->scores = scores;
    result->coverage = coverage;
    result->imputed_share = imputed;
    g->v->run.status = status;
    g->v->run.rank = rank;
    return CSI_OK;
}

static csi_status read_weights(const csi_variant_spec *spec, const csi_covariates *covariates, size_t n_countries,
                               csi_diag *diag, double *weight)
{
    csi_status status = CSI_OK;
    for (size_t c = 0; c < n_countries; c++) {
        weight[c] = 1;
    }
    if (spec->weight != NULL) {
        CSI_TRY(csi_covariates_numbers(covariates, spec->weight, &spec->place, diag, weight));
        for (size_t c = 0; c < n_countries; c++) {
            if (weight[c] < 0 || isinf(weight[c])) {
                return csi_diag_error(diag, CSI_ERR_DATA, &spec->place, "\"%s\" has a negative weight", spec->weight);
            }
        }
    }
out:
    return status;
}

csi_status csi_variant_group(csi_variant *v, const csi_run *run, csi_diag *diag)
{
    const size_t n_countries = run->raw->countries.n;
    csi_covariates *covariates = NULL;
    const char **text = csi_arena_alloc(v->arena, n_countries + 1, sizeof *text);
    double *weight = csi_arena_alloc(v->arena, n_countries + 1, sizeof *weight);
    size_t *group_of = csi_arena_alloc(v->arena, n_countries + 1, sizeof *group_of);
    csi_status status = CSI_OK;
    if (text == NULL || weight == NULL || group_of == NULL) {
        return csi_diag_no_memory(diag, "grouping countries");
    }
    if (run->project->covariates_path != NULL) {
        CSI_TRY(csi_covariates_read(v->arena, run->project->covariates_path, run->project->covariates_label,
                                    &run->raw->countries, diag, &covariates));
    }
    CSI_TRY(read_texts(run, v->spec, covariates, diag, text));
    CSI_TRY(read_weights(v->spec, covariates, n_countries, diag, weight));
    CSI_TRY(name_groups(v, text, n_countries, diag, group_of));
    const size_t n_groups = v->raw.countries.n, n_nodes = v->run.result->scores->n_series;
    csi_variant_groups *groups = csi_arena_alloc(v->arena, 1, sizeof *groups);
    bool *is_member = csi_arena_alloc(v->arena, n_nodes * n_countries + 1, sizeof *is_member);
    size_t *n_members = csi_arena_alloc(v->arena, n_groups, sizeof *n_members);
    const grouping g = {.v = v, .groups = groups,
                        .sum = csi_arena_alloc(v->arena, 4 * n_groups, sizeof *g.sum),
                        .is_waiting = csi_arena_alloc(v->arena, n_groups, sizeof *g.is_waiting)};
    if (groups == NULL || is_member == NULL || n_members == NULL || g.sum == NULL || g.is_waiting == NULL) {
        return csi_diag_no_memory(diag, "grouping countries");
    }
    *groups = (csi_variant_groups){n_groups, n_countries, csi_countries_find(&v->raw.countries, WORLD), group_of, weight,
                                   is_member, n_members};
    v->groups = groups;
    CSI_TRY(average_all(&g, diag));
out:
    return status;
}

/* The world is no competitor of its parts: it has no rank, and those behind it move up. */
void csi_variant_unrank_world(csi_variant *v)
{
    const csi_panel *scores = v->run.result->scores;
    const size_t world = v->groups->world;
    for (size_t column = 0; column < scores->n_series * scores->n_years; column++) {
        int *rank = v->run.rank + column * scores->n_countries;
        const int of_world = rank[world];
        for (size_t k = 0; k < scores->n_countries; k++) {
            rank[k] -= of_world > 0 && rank[k] > of_world ? 1 : 0;
        }
        rank[world] = 0;
        v->run.n_ranked[column] -= of_world > 0 ? 1 : 0;
    }
}

csi_status csi_variant_rebase(csi_variant *v, csi_diag *diag)
{
    csi_panel *scores = v->run.result->scores;
    const size_t base = csi_panel_find_year(scores, v->spec->base_year), n = scores->n_countries;
    double *at_base = calloc(n + 1, sizeof *at_base);
    if (at_base == NULL) {
        return csi_diag_no_memory(diag, "taking shares of a base year");
    }
    for (size_t node = 0; node < scores->n_series; node++) {
        memcpy(at_base, csi_panel_column(scores, node, base), n * sizeof *at_base);
        for (size_t year = 0; year < scores->n_years; year++) {
            for (size_t c = 0; c < n; c++) {
                const size_t at = csi_panel_at(scores, node, year, c);
                const double share = at_base[c] > 0 ? 100 * (scores->value[at] / at_base[c]) : (double)NAN;
                csi_panel_set(scores, node, year, c, share, scores->state[at]);
                if (isnan(share)) {
                    v->run.status[at] = CSI_SCORE_MISSING;
                }
            }
        }
    }
    free(at_base);
    return CSI_OK;
}
