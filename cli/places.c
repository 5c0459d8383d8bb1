/* The change of a rank taken apart, in places; see causes.h. */
#include <math.h>
#include <stdlib.h>

#include "cli/causes.h"
#include "cli/table.h"
#include "metrics/rank_change.h"

static const csi_rank_change_options options = {.max_exact = 20, .n_orders = 2000};

static const csi_column usual[] = {
    {"part", "Cause", CSI_COLUMN_TEXT, 0, 0, 0},   {"name", "Name", CSI_COLUMN_TEXT, 1, 0, 0},
    {"before", "From", CSI_COLUMN_NUMBER, 0, 0, 0}, {"after", "To", CSI_COLUMN_NUMBER, 0, 0, 0},
    {"effect", "Places", CSI_COLUMN_NUMBER, 0, 0, 0}, {"standard_error", NULL, CSI_COLUMN_NUMBER, 0, 0, 0},
    {NULL, "", CSI_COLUMN_BAR, 2, 0, 0},
};
#define N_COLUMNS (sizeof usual / sizeof *usual)

static int compare(const void *a, const void *b)
{
    const csi_rank_effect *x = a, *y = b;
    const double difference = fabs(y->effect) - fabs(x->effect);
    if (difference != 0) {
        return difference > 0 ? 1 : -1;
    }
    return (x->node > y->node) - (x->node < y->node);
}

static void add_row(csi_table *table, const char *code, const char *name, const csi_rank_effect *effect)
{
    csi_table_text(table, code);
    csi_table_text(table, name);
    csi_table_number(table, effect->before);
    csi_table_number(table, effect->after);
    csi_table_number(table, effect->effect);
    csi_table_number(table, effect->error);
    csi_table_bar(table, (double)NAN, effect->node == CSI_NONE && code[0] == 's' ? 0 : effect->effect, (double)NAN);
}

static csi_status show(const csi_call *call, const csi_run *run, const csi_rank_effect *effect, size_t n, const char *title)
{
    const csi_framework *framework = run->project->framework;
    csi_rank_effect sum = {.node = CSI_NONE, .before = (double)NAN, .after = (double)NAN};
    csi_column column[N_COLUMNS];
    csi_table *table = NULL;
    csi_status status;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        column[i] = usual[i];
    }
    column[N_COLUMNS - 1].high = fmax(fabs(effect[0].effect), 1e-12);
    column[N_COLUMNS - 1].low = -column[N_COLUMNS - 1].high;
    CSI_TRY(csi_table_new(column, N_COLUMNS, call->diag, &table));
    for (size_t i = 0; i < n; i++) {
        const csi_node *node = effect[i].node == CSI_NONE ? NULL : &framework->node[effect[i].node];
        sum.effect += effect[i].effect;
        add_row(table, node == NULL ? "others" : node->code, node == NULL ? "all other countries" : node->name, &effect[i]);
    }
    if (csi_call_choice(call, CSI_OPT_FORMAT) == 0) {
        csi_table_emphasise(table);
        add_row(table, "sum", "", &sum);
    }
    CSI_TRY(csi_table_show(table, call, title, "Places: negative towards the top."));
out:
    csi_table_free(table);
    return status;
}

csi_status csi_places_show(const csi_call *call, const csi_run *run, size_t node, const csi_point *a, const csi_point *b)
{
    const csi_framework *framework = run->project->framework;
    const csi_panel *scores = run->result->scores;
    csi_rank_effect *effect = calloc(framework->n_nodes + 1, sizeof *effect);
    char title[256];
    size_t n = 0;
    csi_status status;
    if (effect == NULL) {
        return csi_diag_no_memory(call->diag, "explaining a change of rank");
    }
    CSI_TRY(csi_rank_change(run->project->recipe, &run->context, a, b, node, &options, call->diag, effect, &n));
    if (n == 0) {
        status = csi_diag_error(call->diag, CSI_ERR_DATA, NULL, "%s: not ranked in both years", framework->node[node].code);
        goto out;
    }
    qsort(effect, n, sizeof *effect, compare);
    snprintf(title, sizeof title, "Rank: %d %d of %zu, %d %d of %zu", scores->first_year + (int)a->year,
             run->rank[csi_panel_at(scores, node, a->year, a->country)], run->n_ranked[node * scores->n_years + a->year],
             scores->first_year + (int)b->year, run->rank[csi_panel_at(scores, node, b->year, b->country)],
             run->n_ranked[node * scores->n_years + b->year]);
    CSI_TRY(show(call, run, effect, n, title));
out:
    free(effect);
    return status;
}
