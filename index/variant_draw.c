/* Intervals of a variant: replicates of an ensemble, each taken through what the variant does to the series.
 *
 * Groups and shares of a base year are taken of every replicate's scores; a group stands on the countries that its published
 * series stands on. Scores are kept one by one, not counted in bins: shares of a base year lie on a scale of their own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/workers.h"
#include "index/variant.h"
#include "metrics/sample.h"

#define N_SHARES 3

static const double shares[N_SHARES] = {0.05, 0.5, 0.95};

/* What one thread works with while it takes a node. */
typedef struct room {
    double *score;         /* [unit][replicate]; NaN: none */
    uint16_t *rank;        /* likewise; 0: none */
    double *base, *weight; /* [replicate] */
    double *column;        /* [unit], as what follows: of one replicate */
    int *place;
    size_t *work;
    size_t *count;         /* [rank], from 0 on */
} room;

/* What replicates make of the countries in one year: [node of the variant][country][replicate]. */
typedef struct sample {
    double *score;
    uint16_t *rank;
} sample;

typedef struct drawing {
    csi_variant *v;
    size_t n;                      /* replicates */
    size_t n_nodes, n_countries, n_units; /* nodes: aggregates */
    size_t year;
    sample *sample;                /* where replicates are kept as they come */
    sample now, base;              /* of the year, of the base year */
    room *room;                    /* [thread] */
    double *score_quantile[N_SHARES], *rank_quantile[N_SHARES]; /* as the variant's scores */
} drawing;

static csi_status no_memory(csi_diag *diag)
{
    return csi_diag_no_memory(diag, "the intervals of a variant");
}

static void keep_block(void *user, const csi_ensemble_block *block)
{
    const drawing *d = user;
    for (size_t at = 0; at < d->n_nodes * d->n_countries; at++) {
        const size_t node = at / d->n_countries, c = at % d->n_countries, to = at * d->n + block->first_replicate;
        for (size_t r = 0; r < block->n_replicates; r++) {
            const size_t from = (node * block->room + r) * block->stride + c;
            d->sample->score[to + r] = block->score[from];
            d->sample->rank[to + r] = block->rank[from];
        }
    }
}

/* What every replicate makes of the unit, before any base year; `node` counts the aggregates, `weight` is scratch. */
static void take_unit(const drawing *d, const sample *from, size_t node, size_t unit, double *weight, double *to)
{
    const csi_variant_groups *groups = d->v->groups;
    const double *country = from->score + node * d->n_countries * d->n;
    if (groups == NULL) {
        memcpy(to, country + unit * d->n, d->n * sizeof *to);
        return;
    }
    const bool *is_member = groups->is_member + (node + d->v->project.framework->n_indicators) * d->n_countries;
    memset(to, 0, d->n * sizeof *to);
    memset(weight, 0, d->n * sizeof *weight);
    for (size_t c = 0; c < d->n_countries; c++) {
        const bool is_of = is_member[c] && (unit == groups->world || groups->of[c] == unit);
        for (size_t r = 0; r < d->n && is_of; r++) {
            const double x = country[c * d->n + r];
            to[r] += isnan(x) ? 0.0 : groups->weight[c] * x;
            weight[r] += isnan(x) ? 0.0 : groups->weight[c];
        }
    }
    for (size_t r = 0; r < d->n; r++) {
        to[r] = weight[r] > 0 ? to[r] / weight[r] : (double)NAN;
    }
}

static void take_units(const drawing *d, size_t node, const room *own)
{
    for (size_t unit = 0; unit < d->n_units; unit++) {
        double *score = own->score + unit * d->n;
        take_unit(d, &d->now, node, unit, own->weight, score);
        if (d->base.score != NULL) {
            take_unit(d, &d->base, node, unit, own->weight, own->base);
            for (size_t r = 0; r < d->n; r++) {
                score[r] = own->base[r] > 0 ? 100 * (score[r] / own->base[r]) : (double)NAN;
            }
        }
    }
}

/* Of units that are no longer the countries as they were scored. The world is not ranked among its parts. */
static void rank_anew(const drawing *d, const room *own)
{
    for (size_t r = 0; r < d->n; r++) {
        for (size_t unit = 0; unit < d->n_units; unit++) {
            const bool is_world = d->v->groups != NULL && unit == d->v->groups->world;
            own->column[unit] = is_world ? (double)NAN : own->score[unit * d->n + r];
        }
        (void)csi_rank_column(own->column, d->n_units, own->place, own->work);
        for (size_t unit = 0; unit < d->n_units; unit++) {
            own->rank[unit * d->n + r] = (uint16_t)own->place[unit];
        }
    }
}

static void fill_score_quantiles(const drawing *d, double *score, size_t at)
{
    const size_t n = csi_sample_pack(score, d->n, score);
    for (size_t i = 0; i < N_SHARES && n > 0; i++) {
        d->score_quantile[i][at] = csi_sample_quantile_unsorted(score, n, shares[i]);
    }
}

/* The k-th of the ranks counted, from 0. */
static double order_statistic(const size_t *count, size_t k)
{
    size_t rank = 1, n = count[1];
    while (n <= k) {
        n += count[++rank];
    }
    return (double)rank;
}

/* The same quantiles (type 7) of whole numbers, by counting them. */
static void fill_rank_quantiles(const drawing *d, const uint16_t *rank, size_t *count, size_t at)
{
    memset(count, 0, (d->n_units + 1) * sizeof *count);
    for (size_t r = 0; r < d->n; r++) {
        count[rank[r]]++;
    }
    const size_t n = d->n - count[0];
    for (size_t i = 0; i < N_SHARES && n > 0; i++) {
        const double place = shares[i] * (double)(n - 1);
        const size_t k = (size_t)place;
        const double below = order_statistic(count, k), above = k + 1 < n ? order_statistic(count, k + 1) : below;
        d->rank_quantile[i][at] = below + (place - (double)k) * (above - below);
    }
}

/* A node in the year; blank where the variant itself has no score. */
static csi_status take_node(void *user, size_t node, size_t thread)
{
    const drawing *d = user;
    const room *own = &d->room[thread];
    const csi_panel *scores = d->v->run.result->scores;
    const bool is_ranked_anew = d->v->groups != NULL || d->base.score != NULL;
    const uint16_t *rank = is_ranked_anew ? own->rank : d->now.rank + node * d->n_countries * d->n;
    take_units(d, node, own);
    if (is_ranked_anew) {
        rank_anew(d, own);
    }
    for (size_t unit = 0; unit < d->n_units; unit++) {
        const size_t at = csi_panel_at(scores, node + d->v->project.framework->n_indicators, d->year, unit);
        if (!isnan(scores->value[at])) {
            fill_score_quantiles(d, own->score + unit * d->n, at);
            fill_rank_quantiles(d, rank + unit * d->n, own->count, at);
        }
    }
    return CSI_OK;
}

static bool make_room(const drawing *d, room *to)
{
    *to = (room){
        .score = calloc(d->n_units + 1, d->n * sizeof *to->score), .rank = calloc(d->n_units + 1, d->n * sizeof *to->rank),
        .base = calloc(d->n, sizeof *to->base), .weight = calloc(d->n, sizeof *to->weight),
        .column = calloc(d->n_units + 1, sizeof *to->column), .place = calloc(d->n_units + 1, sizeof *to->place),
        .work = calloc(d->n_units + 1, sizeof *to->work), .count = calloc(d->n_units + 2, sizeof *to->count),
    };
    return to->score != NULL && to->rank != NULL && to->base != NULL && to->weight != NULL && to->column != NULL &&
           to->place != NULL && to->work != NULL && to->count != NULL;
}

static void clear_room(room *of)
{
    free(of->score);
    free(of->rank);
    free(of->base);
    free(of->weight);
    free(of->column);
    free(of->place);
    free(of->work);
    free(of->count);
}

static bool make_sample(const drawing *d, sample *to)
{
    const size_t n_cells = d->n_nodes * d->n_countries + 1;
    *to = (sample){calloc(n_cells, d->n * sizeof *to->score), calloc(n_cells, d->n * sizeof *to->rank)};
    return to->score != NULL && to->rank != NULL;
}

static void clear_sample(sample *of)
{
    free(of->score);
    free(of->rank);
}

static bool make_blanks(const drawing *d, size_t n, double **to)
{
    *to = csi_arena_alloc(d->v->arena, n + 1, sizeof **to);
    for (size_t k = 0; k < n && *to != NULL; k++) {
        (*to)[k] = (double)NAN;
    }
    return *to != NULL;
}

static csi_status allocate(drawing *d, size_t n_threads)
{
    const csi_panel *scores = d->v->run.result->scores;
    const size_t n_cells = scores->n_series * scores->n_years * scores->n_countries;
    bool is_made = make_sample(d, &d->now) && (d->v->spec->base_year == CSI_NO_YEAR || make_sample(d, &d->base)) &&
                   (d->room = calloc(n_threads, sizeof *d->room)) != NULL;
    for (size_t i = 0; i < n_threads && is_made; i++) {
        is_made = make_room(d, &d->room[i]);
    }
    for (size_t i = 0; i < N_SHARES && is_made; i++) {
        is_made = make_blanks(d, n_cells, &d->score_quantile[i]) && make_blanks(d, n_cells, &d->rank_quantile[i]);
    }
    return is_made ? CSI_OK : CSI_ERR_MEMORY;
}

static csi_status draw_year(drawing *d, const csi_ensemble *ensemble, size_t year, size_t n_threads, sample *to, csi_diag *diag)
{
    const csi_framework *framework = d->v->project.framework;
    const csi_ensemble_options options = {
        .n_replicates = d->n, .n_threads = n_threads, .only_year = &year,
        .node = d->v->node_of + framework->n_indicators, .n_nodes = d->n_nodes, .sink = keep_block, .sink_user = d,
    };
    d->sample = to;
    return csi_ensemble_run(ensemble, &options, diag, NULL);
}

/* Year by year, so that the scores of one are kept at a time, and those of the base year. */
static csi_status draw_years(drawing *d, const csi_ensemble *ensemble, size_t n_threads, csi_diag *diag)
{
    const csi_panel *scores = d->v->run.result->scores;
    const size_t base = d->base.score == NULL ? CSI_NONE : csi_panel_find_year(scores, d->v->spec->base_year);
    csi_status status = CSI_OK;
    if (base != CSI_NONE) {
        CSI_TRY(draw_year(d, ensemble, base, n_threads, &d->base, diag));
    }
    for (d->year = 0; d->year < scores->n_years; d->year++) {
        CSI_TRY(draw_year(d, ensemble, d->year, n_threads, &d->now, diag));
        CSI_TRY(csi_workers_run(n_threads, d->n_nodes, take_node, d));
    }
out:
    return status;
}

csi_status csi_variant_draw(csi_variant *variant, const csi_run *run, const csi_intervals *full, csi_diag *diag)
{
    csi_variant *v = variant;
    const csi_panel *scores = v->run.result->scores;
    const size_t n_threads = csi_workers_count(run->project->n_threads);
    const bool is_another_set = v->project.framework != run->project->framework;
    drawing d = {.v = v, .n_countries = run->raw->countries.n, .n_units = scores->n_countries,
                 .n_nodes = scores->n_series - v->project.framework->n_indicators};
    csi_ensemble *own = NULL;
    csi_status status = CSI_OK;
    if (full == NULL || full->spec == NULL || full->spec->n_of_variants == 0) {
        return CSI_OK;
    }
    if (is_another_set && !csi_variant_can_be_drawn(v)) {
        csi_diag_note(diag, &v->spec->place, "the variant \"%s\" has no intervals: its weights are learnt anew every year",
                      v->spec->name);
        return CSI_OK;
    }
    d.n = full->spec->n_of_variants < full->n_replicates ? (size_t)full->spec->n_of_variants : full->n_replicates;
    CSI_TRY(allocate(&d, n_threads) == CSI_OK ? CSI_OK : no_memory(diag));
    CSI_TRY(is_another_set ? csi_variant_ensemble(v, run, full->spec, diag, &own) : CSI_OK);
    CSI_TRY(draw_years(&d, own == NULL ? full->ensemble : own, n_threads, diag));
    v->intervals = (csi_intervals){
        .n_replicates = d.n,
        .score_q05 = d.score_quantile[0], .score_q50 = d.score_quantile[1], .score_q95 = d.score_quantile[2],
        .rank_q05 = d.rank_quantile[0], .rank_q50 = d.rank_quantile[1], .rank_q95 = d.rank_quantile[2],
    };
out:
    csi_ensemble_free(own);
    for (size_t i = 0; d.room != NULL && i < n_threads; i++) {
        clear_room(&d.room[i]);
    }
    free(d.room);
    clear_sample(&d.now);
    clear_sample(&d.base);
    return status;
}
