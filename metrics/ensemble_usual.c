/* The alternatives that stand where `ensemble:` names none: imputation without its linear interpolation; fixed goalposts or
 * those of the panel; at the top, the arithmetic mean beside the geometric one or the other way round. The lower levels
 * keep their rule: within a principle the indicators stand in for one another, and a geometric mean over yes-or-no
 * indicators says little but that one of them is no. */
#include "metrics/ensemble_spec.h"

#include <string.h>

static const csi_step *stage_of(const csi_recipe *recipe, csi_step_kind kind, size_t *n)
{
    const csi_step *first = NULL;
    *n = 0;
    for (size_t i = 0; i < recipe->n_stages; i++) {
        if (recipe->stage[i].method->step == kind) {
            first = first == NULL ? &recipe->stage[i] : first;
            (*n)++;
        }
    }
    return first;
}

/* The configured imputing steps but the linear ones. */
csi_status csi_spec_usual_imputation(const csi_spec_reader *r)
{
    size_t n = 0, kept = 0;
    (void)stage_of(r->recipe, CSI_STEP_IMPUTE, &n);
    csi_step *step = csi_spec_take(r, n, sizeof *step);
    csi_alternative *alternative = csi_spec_take(r, 1, sizeof *alternative);
    if (step == NULL || alternative == NULL) {
        return csi_spec_no_memory(r);
    }
    for (size_t i = 0; i < r->recipe->n_stages; i++) {
        const csi_method *method = r->recipe->stage[i].method;
        if (method->step == CSI_STEP_IMPUTE && strcmp(method->name, "linear") != 0) {
            step[kept++] = r->recipe->stage[i];
        }
    }
    *alternative = (csi_alternative){step, kept};
    r->spec->alternative[CSI_FACTOR_IMPUTATION] = alternative;
    r->spec->n_alternatives[CSI_FACTOR_IMPUTATION] = kept > 0 && kept < n;
    return CSI_OK;
}

/* Min-max with fixed goalposts also with those of the panel. */
csi_status csi_spec_usual_normalisation(const csi_spec_reader *r)
{
    size_t n = 0;
    const csi_step *given = stage_of(r->recipe, CSI_STEP_NORMALISE, &n);
    if (n != 1 || strcmp(given->method->name, "minmax") != 0 || csi_step_choice(given, "goalposts") != 0) {
        return CSI_OK;
    }
    csi_option_value *value = csi_spec_take(r, given->method->n_options, sizeof *value);
    csi_step *step = csi_spec_take(r, 1, sizeof *step);
    csi_alternative *alternative = csi_spec_take(r, 1, sizeof *alternative);
    if (value == NULL || step == NULL || alternative == NULL) {
        return csi_spec_no_memory(r);
    }
    memcpy(value, given->value, given->method->n_options * sizeof *value);
    for (size_t i = 0; i < given->method->n_options; i++) {
        if (strcmp(given->method->option[i].name, "goalposts") == 0) {
            value[i].choice = 1;
            value[i].text = "panel";
        }
    }
    *step = *given;
    step->value = value;
    *alternative = (csi_alternative){step, 1};
    r->spec->alternative[CSI_FACTOR_NORMALISATION] = alternative;
    r->spec->n_alternatives[CSI_FACTOR_NORMALISATION] = 1;
    return CSI_OK;
}

/* Whether no value that the step normalises can be zero or less: it is min-max onto a positive range, clipped. */
static bool is_positive(const csi_step *step)
{
    return strcmp(step->method->name, "minmax") == 0 && csi_step_boolean(step, "clip") &&
           csi_step_value(step, "range")->numbers[0] > 0;
}

/* The same of every normalising step, the alternatives' too: a geometric mean fails where one value is negative. */
static bool are_positive(const csi_spec_reader *r)
{
    const csi_alternative *other = r->spec->alternative[CSI_FACTOR_NORMALISATION];
    bool is_any = false, all = true;
    for (size_t i = 0; i < r->recipe->n_stages; i++) {
        const bool is_normalising = r->recipe->stage[i].method->step == CSI_STEP_NORMALISE;
        is_any = is_any || is_normalising;
        all = all && (!is_normalising || is_positive(&r->recipe->stage[i]));
    }
    for (size_t i = 0; i < r->spec->n_alternatives[CSI_FACTOR_NORMALISATION]; i++) {
        for (size_t j = 0; j < other[i].n; j++) {
            all = all && is_positive(&other[i].step[j]);
        }
    }
    return is_any && all;
}

/* At the top the geometric mean beside the arithmetic one, or the other way round. */
csi_status csi_spec_usual_aggregation(const csi_spec_reader *r)
{
    const size_t root = r->framework->n_nodes - 1;
    const char *name = r->recipe->node_rule[root].step->method->name;
    const bool is_arithmetic = strcmp(name, "arithmetic") == 0, is_geometric = strcmp(name, "geometric") == 0;
    if (!is_geometric && !(is_arithmetic && are_positive(r))) {
        return CSI_OK;
    }
    csi_step *step = csi_spec_take(r, 1, sizeof *step);
    csi_rule_alternative *rule = csi_spec_take(r, 1, sizeof *rule);
    if (step == NULL || rule == NULL) {
        return csi_spec_no_memory(r);
    }
    const csi_method *other = csi_method_find(CSI_STEP_AGGREGATE, is_arithmetic ? "geometric" : "arithmetic");
    const csi_status status = csi_step_make(r->arena, other, NULL, NULL, 0, r->diag, step);
    *rule = (csi_rule_alternative){r->framework->n_levels, step};
    r->spec->rule = rule;
    r->spec->n_rules = 1;
    return status;
}
