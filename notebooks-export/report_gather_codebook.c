/* The indicators and the tree, from codebook.csv. */
#include <math.h>
#include <string.h>

#include "core/number.h"
#include "notebooks-export/report_gather.h"

static const char *keep(const csi_gatherer *g, const char *text)
{
    return csi_arena_copy(g->results->arena, text, strlen(text));
}

/* The text of a column that a project may leave out. */
static const char *optional(const csi_gatherer *g, const csi_rows *rows, const char *heading)
{
    const size_t column = csi_rows_find(rows, heading);
    return column == CSI_NONE ? "" : keep(g, csi_rows_text(rows, column));
}

/* The same in the page's language, where there is one. */
static const char *translated(const csi_gatherer *g, const csi_rows *rows, const char *heading, const char *french)
{
    const char *text = g->language == CSI_FRENCH ? optional(g, rows, french) : "";
    return text == NULL || text[0] != '\0' ? text : optional(g, rows, heading);
}

static double optional_number(const csi_rows *rows, const char *heading)
{
    const size_t column = csi_rows_find(rows, heading);
    double value;
    if (column == CSI_NONE) {
        return NAN;
    }
    const char *text = csi_rows_text(rows, column);
    return csi_number_read(text, strlen(text), &value) == CSI_NUMBER_OK ? value : NAN;
}

static int whole_or_zero(double value)
{
    return isnan(value) ? 0 : (int)value;
}

static csi_status add_indicator(csi_gatherer *g, const csi_rows *rows, size_t *room)
{
    csi_report_data *d = g->data;
    if (d->n_indicators == *room) {
        *room = *room == 0 ? 64 : *room * 2;
        csi_report_indicator *grown = csi_arena_alloc(g->results->arena, *room, sizeof *grown);
        if (grown == NULL) {
            return csi_diag_no_memory(g->diag, "reading the codebook");
        }
        if (d->n_indicators > 0) {
            memcpy(grown, d->indicator, d->n_indicators * sizeof *grown);
        }
        d->indicator = grown;
    }
    csi_report_indicator *indicator = &d->indicator[d->n_indicators++];
    const char *citation = optional(g, rows, "source_citation");
    *indicator = (csi_report_indicator){
        .code = optional(g, rows, "iCode"), .name = translated(g, rows, "iName", "iName_fr"),
        .unit = translated(g, rows, "Unit", "Unit_fr"),
        .parent = optional(g, rows, "Parent"),
        .source = citation != NULL && citation[0] != '\0' ? citation : optional(g, rows, "source"),
        .licence = optional(g, rows, "source_licence"),
        .direction = optional_number(rows, "Direction") < 0 ? -1 : 1,
        .weight = optional_number(rows, "weight_in_index"),
        .first_year = whole_or_zero(optional_number(rows, "first_observed")),
        .last_year = whole_or_zero(optional_number(rows, "last_observed")),
        .n_countries = whole_or_zero(optional_number(rows, "n_countries")),
    };
    if (indicator->code == NULL || indicator->name == NULL || indicator->unit == NULL || indicator->parent == NULL ||
        indicator->source == NULL || indicator->licence == NULL) {
        return csi_diag_no_memory(g->diag, "reading the codebook");
    }
    indicator->name = indicator->name[0] == '\0' ? indicator->code : indicator->name;
    size_t index;
    return csi_names_add(g->codes, indicator->code, strlen(indicator->code), &index);
}

static csi_status add_aggregate(const csi_gatherer *g, const csi_rows *rows, size_t *parent, double *weight, const char **name)
{
    const char *code = csi_rows_text(rows, csi_rows_find(rows, "iCode"));
    const size_t node = csi_names_find(g->results->nodes, code, strlen(code));
    const size_t column = csi_rows_find(rows, "Parent");
    if (node != CSI_NONE && column != CSI_NONE) {
        const char *above = csi_rows_text(rows, column);
        parent[node] = above[0] == '\0' ? CSI_NONE : csi_names_find(g->results->nodes, above, strlen(above));
        weight[node] = optional_number(rows, "Weight");
        const char *own = translated(g, rows, "iName", "iName_fr");
        if (own == NULL) {
            return csi_diag_no_memory(g->diag, "reading the codebook");
        }
        name[node] = own[0] == '\0' ? name[node] : own;
    }
    return CSI_OK;
}

csi_status csi_gather_codebook(csi_gatherer *g)
{
    const size_t n_nodes = csi_names_count(g->results->nodes);
    size_t *parent = csi_arena_alloc(g->results->arena, n_nodes, sizeof *parent);
    double *weight = csi_arena_alloc(g->results->arena, n_nodes, sizeof *weight);
    const char **name = csi_arena_alloc(g->results->arena, n_nodes, sizeof *name);
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    bool has_row;
    size_t type, code, room = 0;
    if (parent == NULL || weight == NULL || name == NULL) {
        return csi_diag_no_memory(g->diag, "reading the codebook");
    }
    for (size_t i = 0; i < n_nodes; i++) {
        parent[i] = CSI_NONE;
        name[i] = g->results->node_name[i];
    }
    CSI_TRY(csi_gather_open(g, "codebook.csv", &rows));
    CSI_TRY(csi_rows_expect(rows, "Type", g->diag, &type));
    CSI_TRY(csi_rows_expect(rows, "iCode", g->diag, &code));
    for (;;) {
        CSI_TRY(csi_rows_next(rows, g->diag, &has_row));
        if (!has_row) {
            break;
        }
        if (strcmp(csi_rows_text(rows, type), "Indicator") == 0) {
            CSI_TRY(add_indicator(g, rows, &room));
        } else if (strcmp(csi_rows_text(rows, type), "Aggregate") == 0) {
            CSI_TRY(add_aggregate(g, rows, parent, weight, name));
        }
    }
    g->data->parent = parent;
    g->data->weight = weight;
    g->data->node_name = name;
out:
    csi_rows_close(rows);
    return status;
}
