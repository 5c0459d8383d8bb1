/* The table of sources kept as it is written: its columns go to the codebook unchanged, whatever they are called. */
#include "index/sources.h"

#include <string.h>

#include "index/rows.h"

#define MAX_ROWS 10000

static const char *const key_headings[] = {"indicator", "iCode", "code"};

size_t csi_sources_column(const csi_texts *sources, const char *heading)
{
    for (size_t i = 0; sources != NULL && i < sources->n_columns; i++) {
        if (strcmp(sources->heading[i], heading) == 0) {
            return i;
        }
    }
    return CSI_NONE;
}

size_t csi_sources_key(const csi_texts *sources)
{
    for (size_t i = 0; i < sizeof key_headings / sizeof *key_headings; i++) {
        const size_t column = csi_sources_column(sources, key_headings[i]);
        if (column != CSI_NONE) {
            return column;
        }
    }
    return CSI_NONE;
}

size_t csi_sources_find(const csi_texts *sources, const char *code)
{
    const size_t key = csi_sources_key(sources);
    for (size_t row = 0; key != CSI_NONE && row < sources->n_rows; row++) {
        if (strcmp(sources->cell[row][key], code) == 0) {
            return row;
        }
    }
    return CSI_NONE;
}

static const char *copy(csi_arena *arena, const char *text)
{
    return csi_arena_copy(arena, text, strlen(text));
}

static csi_status read_heading(csi_arena *arena, const csi_rows *rows, csi_texts *texts, csi_diag *diag)
{
    texts->n_columns = csi_rows_n_columns(rows);
    texts->heading = csi_arena_alloc(arena, texts->n_columns, sizeof *texts->heading);
    texts->cell = csi_arena_alloc(arena, MAX_ROWS, sizeof *texts->cell);
    for (size_t i = 0; texts->heading != NULL && i < texts->n_columns; i++) {
        texts->heading[i] = copy(arena, csi_rows_heading(rows, i));
        if (texts->heading[i] == NULL) {
            return csi_diag_no_memory(diag, "reading the table of sources");
        }
    }
    return texts->heading == NULL || texts->cell == NULL ? csi_diag_no_memory(diag, "reading the table of sources")
                                                         : CSI_OK;
}

static csi_status read_row(csi_arena *arena, const csi_rows *rows, csi_texts *texts, csi_diag *diag)
{
    if (texts->n_rows == MAX_ROWS) {
        const csi_place place = csi_rows_place(rows);
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "the table of sources has more than %d rows", MAX_ROWS);
    }
    const char **cell = csi_arena_alloc(arena, texts->n_columns, sizeof *cell);
    for (size_t i = 0; cell != NULL && i < texts->n_columns; i++) {
        cell[i] = copy(arena, csi_rows_text(rows, i));
        if (cell[i] == NULL) {
            cell = NULL;
        }
    }
    texts->cell[texts->n_rows++] = cell;
    return cell == NULL ? csi_diag_no_memory(diag, "reading the table of sources") : CSI_OK;
}

csi_status csi_sources_read(csi_arena *arena, const csi_project *project, csi_diag *diag, const csi_texts **sources)
{
    csi_rows *rows = NULL;
    bool has_row;
    csi_status status;
    *sources = NULL;
    if (project->sources_path == NULL) {
        return CSI_OK;
    }
    csi_texts *texts = csi_arena_alloc(arena, 1, sizeof *texts);
    if (texts == NULL) {
        return csi_diag_no_memory(diag, "reading the table of sources");
    }
    CSI_TRY(csi_rows_open(project->sources_path, project->sources_label, diag, &rows));
    CSI_TRY(read_heading(arena, rows, texts, diag));
    if (csi_sources_key(texts) == CSI_NONE) {
        status = csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = project->sources_label, .line = 1},
                                "the table of sources needs a column \"indicator\"");
        goto out;
    }
    CSI_TRY(csi_rows_next(rows, diag, &has_row));
    while (has_row) {
        CSI_TRY(read_row(arena, rows, texts, diag));
        CSI_TRY(csi_rows_next(rows, diag, &has_row));
    }
    *sources = texts;
out:
    csi_rows_close(rows);
    return status;
}
