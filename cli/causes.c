/* See causes.h. For people, effects that round to nothing are gathered in one line, so that the rest can be read; the sum
 * line holds the table to the difference of the scores. */
#include "cli/causes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/draw.h"
#include "cli/table.h"

#define SMALL 0.005 /* points: what two decimals cannot show */

static const csi_column usual[] = {
    {"code", "Cause", CSI_COLUMN_TEXT, 0, 0, 0},      {"name", "Name", CSI_COLUMN_TEXT, 1, 0, 0},
    {"cause", "How", CSI_COLUMN_TEXT, 0, 0, 0},       {"before", "From", CSI_COLUMN_NUMBER, 0, 0, 0},
    {"after", "To", CSI_COLUMN_NUMBER, 0, 0, 0},      {"effect", "Effect", CSI_COLUMN_NUMBER, 0, 0, 0},
    {NULL, "", CSI_COLUMN_BAR, 2, 0, 0},
};
#define N_COLUMNS (sizeof usual / sizeof *usual)

static int compare(const void *a, const void *b)
{
    const csi_effect *x = a, *y = b;
    const double difference = fabs(y->effect) - fabs(x->effect);
    if (difference != 0) {
        return difference > 0 ? 1 : -1;
    }
    return (x->node > y->node) - (x->node < y->node);
}

static void add_row(csi_table *table, const char *code, const char *name, const char *cause, double before, double after,
                    double effect)
{
    const bool is_part = !isnan(before) || !isnan(after);
    csi_table_text(table, code);
    csi_table_text(table, name);
    csi_table_text(table, cause);
    csi_table_number(table, before);
    csi_table_number(table, after);
    csi_table_number(table, effect);
    csi_table_bar(table, NAN, is_part ? effect : 0, NAN);
}

static const char *how(csi_cause cause)
{
    switch (cause) {
    case CSI_CAUSE_VALUE: return "observed";
    case CSI_CAUSE_IMPUTED: return "imputed on a side";
    case CSI_CAUSE_BREAK: return "source changed its method";
    case CSI_CAUSE_COVERAGE: return "present on one side only";
    case CSI_CAUSE_WEIGHT: return "weight differs";
    case CSI_CAUSE_OTHERS: return "other countries";
    }
    return "";
}

static void add_effects(csi_table *table, const csi_framework *framework, const csi_effect *effect, size_t n,
                        bool for_people)
{
    double small = 0, sum = 0;
    size_t n_small = 0;
    for (size_t i = 0; i < n; i++) {
        const csi_node *node = &framework->node[effect[i].node];
        sum += effect[i].effect;
        if (for_people && fabs(effect[i].effect) < SMALL) {
            small += effect[i].effect;
            n_small++;
        } else {
            add_row(table, node->code, node->name, for_people ? how(effect[i].cause) : csi_cause_name(effect[i].cause),
                    effect[i].before, effect[i].after, effect[i].effect);
        }
    }
    if (n_small > 0) {
        add_row(table, "(others)", "no effect that shows", "", NAN, NAN, small);
    }
    if (for_people) {
        csi_table_emphasise(table);
        add_row(table, "sum", "", "", NAN, NAN, sum);
    }
}

csi_status csi_causes_show(const csi_call *call, const csi_run *run, size_t node, const csi_point *a, const csi_point *b,
                           const char *title)
{
    const csi_framework *framework = run->project->framework;
    const bool for_people = csi_call_choice(call, CSI_OPT_FORMAT) == 0;
    csi_effect *effect = calloc(csi_max_effects(framework) + 1, sizeof *effect);
    csi_table *table = NULL;
    csi_column column[N_COLUMNS];
    size_t n = 0;
    csi_status status;
    if (effect == NULL) {
        return csi_diag_no_memory(call->diag, "explaining a difference");
    }
    CSI_TRY(csi_decompose(run->project->recipe, &run->context, a, b, node, call->diag, effect, &n));
    if (n == 0) {
        const csi_point *missing = isnan(csi_panel_get(a->result->scores, node, a->year, a->country)) ? a : b;
        status = csi_diag_error(call->diag, CSI_ERR_DATA, NULL, "%s: %s has no score in %d, so there is no difference; "
                                "csindex explain %s %d tells why", framework->node[node].code,
                                run->raw->countries.country[missing->country].name, run->project->first_year + (int)missing->year,
                                run->raw->countries.country[missing->country].iso3, run->project->first_year + (int)missing->year);
        goto out;
    }
    qsort(effect, n, sizeof *effect, compare);
    memcpy(column, usual, sizeof usual);
    column[N_COLUMNS - 1].high = fabs(effect[0].effect);
    column[N_COLUMNS - 1].low = -column[N_COLUMNS - 1].high;
    CSI_TRY(csi_table_new(column, N_COLUMNS, call->diag, &table));
    add_effects(table, framework, effect, n, for_people);
    CSI_TRY(csi_table_show(table, call, title, NULL));
out:
    csi_table_free(table);
    free(effect);
    return status;
}
