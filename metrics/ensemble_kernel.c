/* One year of one replicate, all nodes, over lanes of countries.
 *
 * The sums run over the children in the order of the family, country by country, with the operations of the pipeline's own
 * rules, so that arithmetic scores have the same bits as there. Logarithms and exponentials are those of
 * metrics/lanes_math.h: geometric scores may differ from the C library's by a few units in the last place.
 * A missing value is NaN and is passed over; a country without enough children gets NaN by its pattern's divisor. */
#include "metrics/ensemble_model.h"

#include <math.h>

#include "metrics/lanes_math.h"

#define MAX_PATTERNS 256

/* y = a + width z, z the place between the goalposts. */
CSI_INLINE void place_body(const double *restrict x, size_t n, double low, double distance, bool clips, bool is_reversed,
                           double a, double width, double *restrict y)
{
    if (clips && !is_reversed) {
        for (size_t i = 0; i < n; i++) {
            double z = (x[i] - low) / distance;
            z = z < 0.0 ? 0.0 : z;
            z = z > 1.0 ? 1.0 : z;
            y[i] = a + width * z;
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double z = (x[i] - low) / distance;
        z = clips && z < 0.0 ? 0.0 : z;
        z = clips && z > 1.0 ? 1.0 : z;
        y[i] = a + width * (is_reversed ? 1.0 - z : z);
    }
}
static void place(const double *restrict x, size_t n, double low, double distance, bool clips, bool is_reversed, double a,
                  double width, double *restrict y);
CSI_LANES(place,
          (const double *restrict x, size_t n, double low, double distance, bool clips, bool is_reversed, double a,
           double width, double *restrict y),
          (x, n, low, distance, clips, is_reversed, a, width, y))

CSI_INLINE void add_error_body(const double *restrict size, const uint32_t *restrict at, const double *restrict error,
                               size_t n, double *restrict x)
{
    for (size_t i = 0; i < n; i++) {
        x[i] += size[i] * error[at[i]];
    }
}
static void add_error(const double *restrict size, const uint32_t *restrict at, const double *restrict error, size_t n,
                      double *restrict x);
CSI_LANES(add_error,
          (const double *restrict size, const uint32_t *restrict at, const double *restrict error, size_t n,
           double *restrict x),
          (size, at, error, n, x))

CSI_INLINE void add_value_body(const double *restrict x, size_t n, double w, double *restrict sum)
{
    for (size_t i = 0; i < n; i++) {
        const double term = w * x[i];
        sum[i] += term == term ? term : 0.0;
    }
}
static void add_value(const double *restrict x, size_t n, double w, double *restrict sum);
CSI_LANES(add_value, (const double *restrict x, size_t n, double w, double *restrict sum), (x, n, w, sum))

CSI_INLINE void add_log_body(const double *restrict x, size_t n, double w, double floor, double *restrict sum)
{
    for (size_t i = 0; i < n; i++) {
        const double raised = x[i] < floor ? floor : x[i];
        const double term = w * (raised > 0.0 ? csi_lane_log(raised) : -(double)INFINITY);
        sum[i] += x[i] == x[i] ? term : 0.0;
    }
}
static void add_log(const double *restrict x, size_t n, double w, double floor, double *restrict sum);
CSI_LANES(add_log, (const double *restrict x, size_t n, double w, double floor, double *restrict sum),
          (x, n, w, floor, sum))

void csi_kernel_logs(const double *x, size_t n, double *logarithm)
{
    for (size_t i = 0; i < n; i++) {
        const double l = x[i] > 0.0 ? csi_lane_log(x[i]) : -(double)INFINITY;
        logarithm[i] = x[i] == x[i] ? l : (double)NAN;
    }
}

CSI_INLINE void add_inverse_body(const double *restrict x, size_t n, double w, double floor, double *restrict sum)
{
    for (size_t i = 0; i < n; i++) {
        const double term = w / (x[i] < floor ? floor : x[i]);
        sum[i] += term == term ? term : 0.0;
    }
}
static void add_inverse(const double *restrict x, size_t n, double w, double floor, double *restrict sum);
CSI_LANES(add_inverse, (const double *restrict x, size_t n, double w, double floor, double *restrict sum),
          (x, n, w, floor, sum))

/* The sums over the weight present, through the inverse of the rule; the weight is that of each country's pattern. */
CSI_INLINE void finish_body(const double *restrict sum, const double *restrict by_pattern, const uint8_t *restrict of,
                            size_t n, csi_rule_kind kind, double *restrict score)
{
    if (kind == CSI_RULE_ARITHMETIC) {
        for (size_t i = 0; i < n; i++) {
            score[i] = sum[i] / by_pattern[of[i]];
        }
    } else if (kind == CSI_RULE_GEOMETRIC) {
        for (size_t i = 0; i < n; i++) {
            const double t = sum[i] / by_pattern[of[i]];
            score[i] = t < -700.0 ? 0.0 : csi_lane_exp(t);
        }
    } else {
        for (size_t i = 0; i < n; i++) {
            score[i] = by_pattern[of[i]] / sum[i];
        }
    }
}
static void finish(const double *restrict sum, const double *restrict by_pattern, const uint8_t *restrict of, size_t n,
                   csi_rule_kind kind, double *restrict score);
CSI_LANES(finish,
          (const double *restrict sum, const double *restrict by_pattern, const uint8_t *restrict of, size_t n,
           csi_rule_kind kind, double *restrict score),
          (sum, by_pattern, of, n, kind, score))

typedef struct frame {
    const csi_ensemble *e;
    const csi_replicate *r;
    const double *error;
    size_t year;
    double *column, *sum, *weight; /* stride, stride, n_nodes */
    double *score;
} frame;

size_t csi_kernel_room(const csi_ensemble *ensemble)
{
    return 2 * ensemble->stride + ensemble->n_nodes;
}

/* The normalised column of an indicator as drawn: made in the frame's column, or the one made beforehand. */
static const double *indicator_column(const frame *f, size_t indicator)
{
    const csi_ensemble *e = f->e;
    const csi_replicate *r = f->r;
    const csi_variant *v = r->variant;
    const size_t at = (f->year * e->n_indicators + indicator) * e->stride;
    const csi_error_column *erring =
        v->has_posts && r->has_errors && v->error != NULL ? v->error[f->year * e->n_indicators + indicator] : NULL;
    const bool has_moved = v->has_posts && r->has_goalposts && !e->spec->goalpost_is_fixed[indicator];
    if (erring == NULL && !has_moved) {
        return v->fixed + at;
    }
    const double *x = v->treated + at;
    double *column = f->column;
    if (erring != NULL) {
        for (size_t i = 0; i < e->stride; i++) {
            column[i] = erring->x[i];
        }
        add_error(erring->size[0], erring->at[0], f->error, e->stride, column);
        if (erring->size[1] != NULL) {
            add_error(erring->size[1], erring->at[1], f->error, e->stride, column);
        }
        for (size_t i = 0; i < e->stride && erring->transform != CSI_TRANSFORM_NONE; i++) {
            column[i] = csi_transform_apply(erring->transform, column[i]);
        }
        x = column;
    }
    const double low = v->low[indicator * e->n_years + f->year], high = v->high[indicator * e->n_years + f->year];
    const double from = has_moved ? low + r->low[indicator] * (high - low) : low;
    const double to = has_moved ? high + r->high[indicator] * (high - low) : high;
    place(x, e->stride, from, to - from, v->clips, e->context.framework->node[indicator].direction < 0, v->a, v->b - v->a,
          column);
    return column;
}

/* Weights of the family as drawn, in the node's part of f->weight, and their sums by pattern. */
static void draw_family(const frame *f, size_t node, const csi_patterns *patterns, double *by_pattern)
{
    const csi_ensemble *e = f->e;
    const csi_node *parent = &e->context.framework->node[node];
    double sum = 0.0;
    for (size_t q = 0; q < parent->n_children; q++) {
        const size_t child = parent->child[q];
        f->weight[child] = e->nominal[child * e->n_years + f->year];
        f->weight[child] *= f->r->has_weights ? f->r->weight_factor[child] : 1.0;
        sum += f->weight[child];
    }
    for (size_t q = 0; q < parent->n_children && f->r->has_weights; q++) {
        f->weight[parent->child[q]] /= sum;
    }
    for (size_t p = 0; p < patterns->n; p++) {
        by_pattern[p] = 0.0;
        for (size_t q = 0; q < parent->n_children; q++) {
            by_pattern[p] += patterns->pattern[p].has[q] ? f->weight[parent->child[q]] : 0.0;
        }
        by_pattern[p] = patterns->pattern[p].is_scored ? by_pattern[p] : (double)NAN;
    }
}

static void score_node(const frame *f, size_t node)
{
    const csi_ensemble *e = f->e;
    const csi_node *parent = &e->context.framework->node[node];
    const size_t n_aggregates = e->n_nodes - e->n_indicators;
    const csi_patterns *patterns = &f->r->variant->patterns[f->year * n_aggregates + node - e->n_indicators];
    const csi_rule_kind kind = f->r->rule_kind[node];
    const double floor = f->r->rule_floor[node];
    double by_pattern[MAX_PATTERNS];
    draw_family(f, node, patterns, by_pattern);
    for (size_t i = 0; i < e->stride; i++) {
        f->sum[i] = 0.0;
    }
    for (size_t q = 0; q < parent->n_children; q++) {
        const size_t child = parent->child[q];
        const double w = f->weight[child];
        const double *x = child < e->n_indicators ? indicator_column(f, child)
                                                  : f->score + (child - e->n_indicators) * e->stride;
        const size_t at = child < e->n_indicators ? (f->year * e->n_indicators + child) * e->stride : 0;
        if (kind == CSI_RULE_ARITHMETIC) {
            add_value(x, e->stride, w, f->sum);
        } else if (w > 0.0 && kind == CSI_RULE_GEOMETRIC && floor <= 0.0 && x == f->r->variant->fixed + at) {
            add_value(f->r->variant->fixed_log + at, e->stride, w, f->sum);
        } else if (w > 0.0 && kind == CSI_RULE_GEOMETRIC) {
            add_log(x, e->stride, w, floor, f->sum);
        } else if (w > 0.0) {
            add_inverse(x, e->stride, w, floor, f->sum);
        }
    }
    finish(f->sum, by_pattern, patterns->of, e->stride, kind, f->score + (node - e->n_indicators) * e->stride);
}

void csi_kernel_year(const csi_ensemble *ensemble, const csi_replicate *replicate, const double *error, size_t year,
                     double *workspace, double *score)
{
    const frame f = {.e = ensemble, .r = replicate, .error = error, .year = year, .column = workspace,
                     .sum = workspace + ensemble->stride, .weight = workspace + 2 * ensemble->stride, .score = score};
    for (size_t node = ensemble->n_indicators; node < ensemble->n_nodes; node++) {
        score_node(&f, node);
    }
}
