/* What moved each country's score, from changes.csv.gz: the longest span that the run explains. */
#include <string.h>

#include "notebooks-export/report_gather.h"

static csi_status add_move(csi_gatherer *g, size_t *room, csi_report_move move)
{
    csi_report_data *d = g->data;
    if (d->n_moves == *room) {
        *room = *room == 0 ? 1024 : *room * 2;
        csi_report_move *grown = csi_arena_alloc(g->results->arena, *room, sizeof *grown);
        if (grown == NULL) {
            return csi_diag_no_memory(g->diag, "reading the changes");
        }
        if (d->n_moves > 0) {
            memcpy(grown, d->move, d->n_moves * sizeof *grown);
        }
        d->move = grown;
    }
    if (move.kind == NULL) {
        return csi_diag_no_memory(g->diag, "reading the changes");
    }
    d->move[d->n_moves++] = move;
    return CSI_OK;
}

/* The columns of changes.csv.gz that the page shows. */
typedef struct change_columns {
    size_t iso3, from, to, code, kind, effect;
} change_columns;

/* Keeps the row when its span is the longest so far; a longer one starts the list anew. */
static csi_status read_change(csi_gatherer *g, const csi_rows *rows, const change_columns *column, size_t *room)
{
    csi_report_data *d = g->data;
    csi_status status = CSI_OK;
    csi_report_move move = {.country = csi_countries_find(&g->results->countries, csi_rows_text(rows, column->iso3))};
    int from, to;
    CSI_TRY(csi_rows_integer(rows, column->from, 0, g->diag, &from));
    CSI_TRY(csi_rows_integer(rows, column->to, 0, g->diag, &to));
    if (move.country == CSI_NONE || to - from < d->move_to - d->move_from) {
        return CSI_OK;
    }
    if (to - from > d->move_to - d->move_from) {
        d->n_moves = 0;
        d->move_from = from;
        d->move_to = to;
    }
    CSI_TRY(csi_rows_number(rows, column->effect, g->diag, &move.effect));
    if (from == d->move_from) {
        const char *const code = csi_rows_text(rows, column->code), *const kind = csi_rows_text(rows, column->kind);
        move.indicator = csi_names_find(g->codes, code, strlen(code));
        move.node = csi_names_find(g->results->nodes, code, strlen(code));
        move.kind = csi_arena_copy(g->results->arena, kind, strlen(kind));
        status = add_move(g, room, move);
    }
out:
    return status;
}

csi_status csi_gather_changes(csi_gatherer *g)
{
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    change_columns column;
    size_t room = 0;
    bool has_row;
    CSI_TRY(csi_gather_open(g, "changes.csv.gz", &rows));
    CSI_TRY(csi_rows_expect(rows, "iso3", g->diag, &column.iso3));
    CSI_TRY(csi_rows_expect(rows, "year_from", g->diag, &column.from));
    CSI_TRY(csi_rows_expect(rows, "year_to", g->diag, &column.to));
    CSI_TRY(csi_rows_expect(rows, "code", g->diag, &column.code));
    CSI_TRY(csi_rows_expect(rows, "cause", g->diag, &column.kind));
    CSI_TRY(csi_rows_expect(rows, "effect", g->diag, &column.effect));
    for (;;) {
        CSI_TRY(csi_rows_next(rows, g->diag, &has_row));
        if (!has_row) {
            break;
        }
        CSI_TRY(read_change(g, rows, &column, &room));
    }
out:
    csi_rows_close(rows);
    return status;
}
