/* See ensemble.h. */
#include "tests/support/ensemble.h"

#include <string.h>

subject open_subject(const char *section)
{
    return open_subject_of("datasets/paris-call", section);
}

subject open_subject_of(const char *project, const char *section)
{
    subject s = {.diag = csi_diag_new(0)};
    const csi_setting *settings = NULL;
    cr_assert(csi_project_read(project, s.diag, &s.project) == CSI_OK);
    cr_assert(csi_run_compute(s.project, s.diag, &s.run) == CSI_OK);
    cr_assert(csi_settings_parse(s.project->arena, "ensemble", section, strlen(section), s.diag, &settings) == CSI_OK);
    cr_assert(csi_ensemble_read(s.project->arena, s.project->framework, s.project->recipe, settings, s.project->seed, s.diag,
                                &s.spec) == CSI_OK);
    cr_assert(csi_ensemble_new(s.spec, s.project->recipe, &s.run->context, s.run->raw->panel, s.diag, &s.ensemble) ==
              CSI_OK);
    s.n_aggregates = s.project->framework->n_nodes - s.project->framework->n_indicators;
    s.n_years = s.run->context.n_scored_years;
    s.n_countries = s.run->raw->panel->n_countries;
    return s;
}

void close_subject(subject *s)
{
    csi_ensemble_free(s->ensemble);
    csi_run_free(s->run);
    csi_project_free(s->project);
    csi_diag_free(s->diag);
}

csi_draw_plan plan_of(uint64_t replicate)
{
    csi_draw_plan plan = {.sobol = NULL};
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        plan.key[factor] = replicate;
    }
    return plan;
}

csi_tallies *tally_of(const subject *s, uint64_t first, uint64_t n, size_t n_threads)
{
    const csi_ensemble_options options = {.first_replicate = first, .n_replicates = n, .n_threads = n_threads,
                                          .with_pairs = true};
    csi_tallies *tally = NULL;
    cr_assert(csi_ensemble_tally_new(s->ensemble, &options, &tally) == CSI_OK);
    cr_assert(csi_ensemble_run(s->ensemble, &options, s->diag, tally) == CSI_OK);
    return tally;
}

int same_tally(const csi_tallies *a, const csi_tallies *b)
{
    const csi_tallies_shape *shape = &a->shape;
    const size_t n = shape->n_nodes * shape->n_years * shape->n_countries;
    return a->n_replicates == b->n_replicates && memcmp(a->cell, b->cell, n * sizeof *a->cell) == 0 &&
           memcmp(a->score_bin, b->score_bin, n * CSI_TALLY_BINS * sizeof *a->score_bin) == 0 &&
           memcmp(a->rank_bin, b->rank_bin, n * a->n_rank_bins * sizeof *a->rank_bin) == 0 &&
           memcmp(a->above, b->above, shape->n_years * shape->n_countries * shape->n_countries * sizeof *a->above) == 0;
}
