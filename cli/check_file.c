/* See check_file.h. */
#include "cli/check_file.h"

#include <string.h>
#include <sys/stat.h>

#include "cli/table.h"
#include "ingest/inspect.h"

static const csi_column columns[] = {{"what", "What", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"verdict", "Taken for", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"why", "Because", CSI_COLUMN_PROSE, 1, 0, 0},
                                     {"option", "To overrule", CSI_COLUMN_TEXT, 2, 0, 0}};

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), n_end = strlen(end);
    return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

bool csi_is_data_file(const char *path)
{
    struct stat facts;
    return strcmp(path, "-") == 0 ||
           (stat(path, &facts) == 0 && !S_ISDIR(facts.st_mode) && !ends_with(path, ".yaml") && !ends_with(path, ".yml"));
}

csi_status csi_check_file(const csi_call *call, const char *path)
{
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    const csi_verdict *verdict = NULL;
    csi_arena *arena = csi_arena_new();
    if (arena == NULL) {
        return csi_diag_no_memory(call->diag, "looking at a file");
    }
    const csi_input input = {.path = path, .label = strcmp(path, "-") == 0 ? "standard input" : path};
    CSI_TRY(csi_inspect(arena, NULL, &input, call->diag, &verdict));
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, call->diag, &table));
    for (size_t i = 0; i < verdict->n; i++) {
        csi_table_text(table, verdict->row[i].what);
        csi_table_text(table, verdict->row[i].verdict);
        csi_table_text(table, verdict->row[i].why);
        csi_table_text(table, verdict->row[i].option);
    }
    CSI_TRY(csi_table_show(table, call, input.label,
                           "The last column names what in the file's entry of index.yaml overrules a verdict."));
out:
    csi_table_free(table);
    csi_arena_free(arena);
    return status;
}
