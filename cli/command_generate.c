/* csindex generate man|bash|zsh|fish: what the build installs beside the program. */
#include <string.h>

#include "cli/command.h"

static csi_status run(csi_call *call)
{
    static const struct {
        const char *name;
        void (*write)(FILE *out);
    } kinds[] = {{"man", csi_manual_write},
                 {"bash", csi_completion_bash},
                 {"zsh", csi_completion_zsh},
                 {"fish", csi_completion_fish}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(call->argument[0], kinds[i].name) == 0) {
            kinds[i].write(call->out);
            return CSI_OK;
        }
    }
    return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "\"%s\" is none of man, bash, zsh, fish", call->argument[0]);
}

static const csi_opt options[] = {CSI_OPT_OUTPUT_FILE, CSI_OPT_END};

const csi_command csi_command_generate = {
    .name = "generate",
    .arguments = "man|bash|zsh|fish",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "write the man page or a shell's completions",
    .text = "Writes the man page, or the completions of a shell, as made from the program's own tables. The build calls "
            "it; nobody else needs to.",
    .options = options,
    .is_hidden = true,
    .run = run,
};
