/* csindex help [COMMAND] */
#include "cli/command.h"

static csi_status run(csi_call *call)
{
    const csi_command *command = NULL;
    if (call->n_arguments > 0) {
        const csi_status status = csi_command_require(call->diag, call->argument[0], &command);
        if (status != CSI_OK) {
            return status;
        }
    }
    csi_help_write(call->out, command);
    return CSI_OK;
}

const csi_command csi_command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .max_arguments = 1,
    .summary = "show how csindex or one of its commands is used",
    .text = "Shows what `csindex --help` or `csindex COMMAND --help` shows.",
    .run = run,
};
