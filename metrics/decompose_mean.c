/* The difference of two quasi-arithmetic means, phi(s) = sum u phi(x), split over the children.
 *
 * With C the children present on both sides and s0C, s1C the means over C alone (weights rescaled):
 *     s1 - s0 = (s1 - s1C) + (s1C - s0C) + (s0C - s0)
 *     s1 - s1C     = K(s1, s1C) sum over the entering    u1 (phi(x1) - phi(s1C))              coverage
 *     s1C - s0C    = K(s1C, s0C) sum over C  mean(u0, u1) (phi(x1) - phi(x0))                 value
 *                  + K(s1C, s0C) sum over C  (u1 - u0) (mean(phi(x0), phi(x1)) - phi centre)  weight
 *     s0C - s0     = minus the like of the first over the leaving
 * with K(a, b) = (a - b)/(phi(a) - phi(b)). For the arithmetic mean K = 1 and this is Bennet's form; for the geometric
 * one K is the logarithmic mean and the value part is LMDI-I (Ang 2004, 2005).
 *
 * By hand: geometric mean of (1, 4) and (4, 4): 2 and 4; K = 2/ln 2; the first child gives all of it, 2. Edges: a zero
 * under a geometric or harmonic mean sends phi to infinity: the analytic limit gives the whole step to the children that
 * were zero, by weight (Wood & Lenzen 2006), and nothing when both scores are zero. */
#include <math.h>

#include "metrics/decompose.h"

/* (phi(b) - phi(a)) / (b - a), also where a and b nearly or exactly meet. */
static double slope_of(csi_phi phi, const csi_step *step, double a, double b)
{
    const double middle = 0.5 * (a + b), near = 1e-4 * fmax(fabs(middle), 1e-6);
    const double half = fmax(0.5 * fabs(b - a), near);
    const double low = phi(step, middle - half), high = phi(step, middle + half);
    return isfinite(low) && isfinite(high) ? (high - low) / (2 * half) : INFINITY;
}

static bool is_present(double x, double w)
{
    return !isnan(x) && w > 0;
}

/* One side reduced to phi: whether each child counts, and the weights over those that do. */
typedef struct side {
    csi_phi phi;
    const csi_step *step;
    const double *x, *w;
} side;

/* sum of weights over the children that are present here and, when `other` is given, there too. */
static double weight_of(const side *here, const side *other, size_t n)
{
    double sum = 0;
    for (size_t q = 0; q < n; q++) {
        if (is_present(here->x[q], here->w[q]) && (other == NULL || is_present(other->x[q], other->w[q]))) {
            sum += here->w[q];
        }
    }
    return sum;
}

/* phi of the mean over those children. */
static double phi_of_mean(const side *here, const side *other, size_t n, double weight)
{
    double sum = 0;
    for (size_t q = 0; q < n; q++) {
        if (is_present(here->x[q], here->w[q]) && (other == NULL || is_present(other->x[q], other->w[q]))) {
            sum += here->w[q] / weight * here->phi(here->step, here->x[q]);
        }
    }
    return sum;
}

/* The x whose phi is `target`: between the smallest and the largest child, where the mean must lie. */
static double invert(const side *here, size_t n, double target)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t q = 0; q < n; q++) {
        if (is_present(here->x[q], here->w[q])) {
            low = fmin(low, here->x[q]);
            high = fmax(high, here->x[q]);
        }
    }
    if (!isfinite(target)) {
        return low;
    }
    const bool is_rising = here->phi(here->step, high) >= here->phi(here->step, low);
    for (int i = 0; i < 200 && low < high; i++) {
        const double middle = low + 0.5 * (high - low);
        if (middle <= low || middle >= high) {
            break;
        }
        if ((here->phi(here->step, middle) < target) == is_rising) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return fabs(here->phi(here->step, low) - target) <= fabs(here->phi(here->step, high) - target) ? low : high;
}

/* Adds to the coverage parts what the children present only on `here` do to its mean; `sign` is 1 for entering. */
static void split_coverage(const side *here, const side *other, size_t n, double s, double s_common, double sign,
                           csi_parts *part)
{
    const double all = weight_of(here, NULL, n), at_common = here->phi(here->step, s_common);
    double infinite = 0;
    for (size_t q = 0; q < n; q++) {
        if (is_present(here->x[q], here->w[q]) && !is_present(other->x[q], other->w[q])) {
            const double phi = here->phi(here->step, here->x[q]);
            part[q].coverage = here->w[q] / all * (phi - at_common);
            infinite += isfinite(part[q].coverage) ? 0 : here->w[q];
        }
    }
    for (size_t q = 0; q < n; q++) {
        if (is_present(here->x[q], here->w[q]) && !is_present(other->x[q], other->w[q])) {
            if (infinite > 0) {
                part[q].coverage = isfinite(part[q].coverage) ? 0 : sign * (s - s_common) * here->w[q] / infinite;
            } else {
                part[q].coverage *= sign / slope_of(here->phi, here->step, s_common, s);
            }
        }
    }
}

/* Without any common child the parts are each side's own contributions, from nothing. */
static void split_apart(const side *here, size_t n, double s, double sign, csi_parts *part)
{
    const double all = weight_of(here, NULL, n);
    for (size_t q = 0; q < n; q++) {
        if (is_present(here->x[q], here->w[q])) {
            part[q].coverage = sign * s * here->w[q] / all;
        }
    }
}

static void split_common(const side *a, const side *b, size_t n, double sa, double sb, csi_parts *part)
{
    const double wa = weight_of(a, b, n), wb = weight_of(b, a, n);
    const double k = 1 / slope_of(a->phi, a->step, sa, sb);
    const double centre = 0.5 * (a->phi(a->step, sa) + a->phi(a->step, sb));
    for (size_t q = 0; q < n; q++) {
        if (!is_present(a->x[q], a->w[q]) || !is_present(b->x[q], b->w[q])) {
            continue;
        }
        const double ua = a->w[q] / wa, ub = b->w[q] / wb;
        const double pa = a->phi(a->step, a->x[q]), pb = b->phi(b->step, b->x[q]);
        part[q].slope = 0.5 * (ua + ub) * k * slope_of(a->phi, a->step, a->x[q], b->x[q]);
        part[q].value = part[q].slope * (b->x[q] - a->x[q]);
        part[q].weight = k * (ub - ua) * (0.5 * (pa + pb) - centre);
    }
}

/* The limit where a mean is zero because children are: they alone are the cause. */
static void split_limit(const side *zero, const side *other, size_t n, double step_size, csi_parts *part)
{
    double sum = 0;
    for (size_t q = 0; q < n; q++) {
        const bool is_common = is_present(zero->x[q], zero->w[q]) && is_present(other->x[q], other->w[q]);
        sum += is_common && !isfinite(zero->phi(zero->step, zero->x[q])) ? zero->w[q] : 0;
    }
    for (size_t q = 0; q < n; q++) {
        const bool is_common = is_present(zero->x[q], zero->w[q]) && is_present(other->x[q], other->w[q]);
        if (is_common && !isfinite(zero->phi(zero->step, zero->x[q]))) {
            part[q].value = step_size * zero->w[q] / sum;
            part[q].slope = part[q].value / fabs(other->x[q] - zero->x[q]);
        }
    }
}

/* Rounding, and the curvature that slope_of neglects where two scores nearly meet, are spread in proportion, so that the
 * parts add up. Slopes follow the curvature, which is a millionth at most, and not the rounding, of which alone a difference
 * may consist: what offsets itself within a child is then still told by its slope. */
#define MOST_CURVATURE 1e-6
static void close_sum(size_t n, double difference, csi_parts *part)
{
    double sum = 0, size = 0;
    for (size_t q = 0; q < n; q++) {
        sum += part[q].value + part[q].weight + part[q].coverage;
        size += fabs(part[q].value) + fabs(part[q].weight) + fabs(part[q].coverage);
    }
    if (size == 0) {
        return;
    }
    const double share = (difference - sum) / size;
    for (size_t q = 0; q < n; q++) {
        const double before = part[q].value;
        part[q].value += share * fabs(part[q].value);
        part[q].weight += share * fabs(part[q].weight);
        part[q].coverage += share * fabs(part[q].coverage);
        part[q].slope *= before != 0 && fabs(share) <= MOST_CURVATURE ? part[q].value / before : 1;
    }
}

bool csi_decompose_mean(csi_phi phi, const csi_step *step, size_t n, const double *x0, const double *w0, double s0,
                        const double *x1, const double *w1, double s1, csi_parts *part)
{
    const side a = {phi, step, x0, w0}, b = {phi, step, x1, w1};
    const double all_a = weight_of(&a, NULL, n), all_b = weight_of(&b, NULL, n);
    for (size_t q = 0; q < n; q++) {
        part[q] = (csi_parts){0, 0, 0, 0};
    }
    if (all_a <= 0 || all_b <= 0 || isnan(s0) || isnan(s1)) {
        return false;
    }
    const double common_a = weight_of(&a, &b, n), common_b = weight_of(&b, &a, n);
    if (common_a <= 0 || common_b <= 0) {
        split_apart(&a, n, s0, -1, part);
        split_apart(&b, n, s1, 1, part);
        close_sum(n, s1 - s0, part);
        return true;
    }
    const double s0c = common_a == all_a ? s0 : invert(&a, n, phi_of_mean(&a, &b, n, common_a));
    const double s1c = common_b == all_b ? s1 : invert(&b, n, phi_of_mean(&b, &a, n, common_b));
    split_coverage(&b, &a, n, s1, s1c, 1, part);
    split_coverage(&a, &b, n, s0, s0c, -1, part);
    const bool is_a_zero = !isfinite(phi(step, s0c)), is_b_zero = !isfinite(phi(step, s1c));
    if (is_a_zero && !is_b_zero) {
        split_limit(&a, &b, n, s1c - s0c, part);
    } else if (is_b_zero && !is_a_zero) {
        split_limit(&b, &a, n, s1c - s0c, part);
    } else if (!is_a_zero) {
        split_common(&a, &b, n, s0c, s1c, part);
    }
    close_sum(n, s1 - s0, part);
    return true;
}
