/* The ensemble of a variant of the default index: with nothing drawn it gives the published variant to the bit, and whatever is
 * drawn, the fast kernel and the pipeline agree on it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/variant.h"
#include "tests/support/ensemble.h"

typedef struct made {
    csi_variant *variant;
    csi_ensemble *ensemble;
} made;

static made make(const subject *s, const char *name)
{
    made m = {NULL, NULL};
    size_t i = 0;
    while (strcmp(s->project->variant[i].name, name) != 0) {
        i++;
    }
    cr_assert(csi_variant_make(s->run, &s->project->variant[i], s->diag, &m.variant) == CSI_OK);
    cr_assert(csi_variant_can_be_drawn(m.variant));
    cr_assert(csi_variant_ensemble(m.variant, s->run, s->spec, s->diag, &m.ensemble) == CSI_OK);
    return m;
}

static void drop(made *m)
{
    csi_ensemble_free(m->ensemble);
    csi_variant_free(m->variant);
}

static const char *const names[] = {"matched", "conduct", "without_p8"};

static size_t count_apart(const double *a, const double *b, size_t n)
{
    size_t n_apart = 0;
    for (size_t i = 0; i < n; i++) {
        n_apart += a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]));
    }
    return n_apart;
}

static size_t count_scores(const double *score, size_t n)
{
    size_t n_scores = 0;
    for (size_t i = 0; i < n; i++) {
        n_scores += !isnan(score[i]);
    }
    return n_scores;
}

Test(variant_ensemble, gives_the_published_variant_where_nothing_is_drawn)
{
    subject s = open_subject("{freeze: [imputation, normalisation, aggregation, weights, goalposts, errors]}");
    const size_t n = s.n_years * s.n_countries;
    double *score = calloc(s.n_aggregates * n, sizeof *score);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        made m = make(&s, names[i]);
        const csi_framework *framework = m.variant->project.framework;
        const csi_draw_plan plan = plan_of(0);
        size_t n_all = 0;
        cr_assert(csi_ensemble_scores(m.ensemble, &plan, s.diag, score) == CSI_OK);
        for (size_t k = framework->n_indicators; k < framework->n_nodes; k++) {
            const double *own = score + (m.variant->node_of[k] - s.project->framework->n_indicators) * n;
            const double *published = csi_panel_column(m.variant->run.result->scores, k, 0);
            cr_expect(count_apart(own, published, n) == 0 && count_scores(published, n) > 0, "%s: %s, %zu apart", names[i],
                      framework->node[k].code, count_apart(own, published, n));
            n_all += count_scores(published, n);
        }
        cr_expect(count_scores(score, s.n_aggregates * n) == n_all, "%s: a node that it does not have is scored", names[i]);
        drop(&m);
    }
    free(score);
    close_subject(&s);
}

Test(variant_ensemble, kernel_agrees_with_the_pipeline)
{
    static const char *const sections[] = {
        "{}",
        ("{leave_out: {level: 2}, weights: {draw: dirichlet}, normalisation: {alternatives: [{method: percentile}]},"
         " freeze: [errors]}"),
    };
    for (size_t at = 0; at < sizeof sections / sizeof *sections; at++) {
        subject s = open_subject(sections[at]);
        const size_t n = s.n_aggregates * s.n_years * s.n_countries;
        double *slow = calloc(n, sizeof *slow), *fast = calloc(n, sizeof *fast);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            made m = make(&s, names[i]);
            const char *why = NULL;
            cr_expect(csi_ensemble_is_fast(m.ensemble, &why), "%s", why);
            for (uint64_t replicate = 0; replicate < CASES(4, 1); replicate++) {
                const csi_draw_plan plan = plan_of(replicate);
                cr_assert(csi_ensemble_walk(m.ensemble, &plan, s.diag, slow) == CSI_OK);
                cr_assert(csi_ensemble_scores(m.ensemble, &plan, s.diag, fast) == CSI_OK);
                cr_expect(count_apart(slow, fast, n) == 0 && count_scores(slow, n) > n / 3, "%s, %s, replicate %zu", sections[at],
                          names[i], (size_t)replicate);
            }
            drop(&m);
        }
        free(slow);
        free(fast);
        close_subject(&s);
    }
}
