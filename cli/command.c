/* The table of commands, made from commands.def. */
#include "cli/command.h"

#include <string.h>

#include "core/settings.h"

#define CSI_COMMAND(name) extern const csi_command csi_command_##name;
#include "cli/commands.def"
#undef CSI_COMMAND

static const csi_command *const table[] = {
#define CSI_COMMAND(name) &csi_command_##name,
#include "cli/commands.def"
#undef CSI_COMMAND
};

size_t csi_command_count(void)
{
    return sizeof table / sizeof *table;
}

const csi_command *csi_command_at(size_t index)
{
    return table[index];
}

csi_status csi_command_require(csi_diag *diag, const char *name, const csi_command **command)
{
    const char *names[sizeof table / sizeof *table];
    size_t n = 0;
    for (size_t i = 0; i < csi_command_count(); i++) {
        if (strcmp(table[i]->name, name) == 0) {
            *command = table[i];
            return CSI_OK;
        }
        if (!table[i]->is_hidden) {
            names[n++] = table[i]->name;
        }
    }
    *command = NULL;
    const char *nearest = csi_nearest_name(name, names, n);
    return csi_diag_error(diag, CSI_ERR_USAGE, NULL, "there is no command \"%s\"%s%s%s; see csindex --help", name,
                          nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                          nearest != NULL ? "\"" : "");
}
