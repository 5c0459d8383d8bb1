/* Multiple imputation as choices of the ensemble: a step that averages M draws becomes M steps of one draw each, so that a
 * replicate holds one completed data set and the spread between them is part of the intervals. */
#include "metrics/ensemble_spec.h"

#include <string.h>

bool csi_step_is_multiple(const csi_step *step)
{
    return step->method->step == CSI_STEP_IMPUTE && csi_step_has(step, "draw") && csi_step_number(step, "multiple") > 0.0;
}

/* How many completed data sets the steps make: the number of draws of their step of multiple imputation, else 0. */
static size_t count_draws(const csi_step *step, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (csi_step_is_multiple(&step[i]) && csi_step_number(&step[i], "draw") <= 0.0) {
            return (size_t)csi_step_number(&step[i], "multiple");
        }
    }
    return 0;
}

/* The steps with the draw of that number in place of the average. */
static csi_status take_draw(const csi_spec_reader *r, const csi_step *from, size_t n, size_t number, csi_alternative *to)
{
    csi_step *step = csi_spec_take(r, n, sizeof *step);
    if (step == NULL) {
        return csi_spec_no_memory(r);
    }
    for (size_t i = 0; i < n; i++) {
        const csi_method *method = from[i].method;
        csi_option_value *value = csi_spec_take(r, method->n_options, sizeof *value);
        if (value == NULL) {
            return csi_spec_no_memory(r);
        }
        memcpy(value, from[i].value, method->n_options * sizeof *value);
        for (size_t k = 0; k < method->n_options && csi_step_is_multiple(&from[i]); k++) {
            value[k].number = strcmp(method->option[k].name, "draw") == 0 ? (double)number : value[k].number;
        }
        step[i] = (csi_step){method, value, from[i].place};
    }
    *to = (csi_alternative){step, n};
    return CSI_OK;
}

csi_status csi_spec_expand_imputation(const csi_spec_reader *r)
{
    csi_ensemble_spec *spec = r->spec;
    const csi_alternative *given = spec->alternative[CSI_FACTOR_IMPUTATION];
    const size_t n_given = spec->n_alternatives[CSI_FACTOR_IMPUTATION];
    size_t n_own = 0, n = 0, n_all = 0;
    csi_step *own = csi_spec_take(r, r->recipe->n_stages, sizeof *own);
    csi_choices *choices = csi_spec_take(r, n_given + 1, sizeof *choices);
    csi_status status = CSI_OK;
    if (own == NULL || choices == NULL) {
        return csi_spec_no_memory(r);
    }
    for (size_t i = 0; i < r->recipe->n_stages; i++) {
        if (r->recipe->stage[i].method->step == CSI_STEP_IMPUTE) {
            own[n_own++] = r->recipe->stage[i];
        }
    }
    for (size_t i = 0; i <= n_given; i++) {
        n_all += 1 + (i == 0 ? count_draws(own, n_own) : count_draws(given[i - 1].step, given[i - 1].n));
    }
    csi_alternative *expanded = csi_spec_take(r, n_all, sizeof *expanded);
    if (expanded == NULL) {
        return csi_spec_no_memory(r);
    }
    for (size_t i = 0; i <= n_given; i++) {
        const csi_alternative steps = i == 0 ? (csi_alternative){own, n_own} : given[i - 1];
        const size_t n_draws = count_draws(steps.step, steps.n);
        choices[i] = (csi_choices){i == 0 && n_draws == 0 ? 0 : n + 1, n_draws == 0 ? 1 : n_draws};
        for (size_t draw = 1; draw <= n_draws; draw++) {
            CSI_TRY(take_draw(r, steps.step, steps.n, draw, &expanded[n++]));
        }
        if (i > 0 && n_draws == 0) {
            expanded[n++] = steps;
        }
    }
    spec->alternative[CSI_FACTOR_IMPUTATION] = expanded;
    spec->n_alternatives[CSI_FACTOR_IMPUTATION] = n;
    spec->imputation = choices;
    spec->n_imputations = n_given + 1;
out:
    return status;
}
