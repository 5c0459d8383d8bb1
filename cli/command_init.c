/* csindex init DIR: a small project that explains itself and runs at once.
 *
 * The files are those of cli/starter, compiled in, so that the program alone is enough. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/messages.h"
#include "core/outfile.h"
#include "starter_data.h"

/* CSI_OK when the directory is absent or empty. */
static csi_status check_empty(const csi_call *call, const char *directory)
{
    DIR *open = opendir(directory);
    if (open == NULL && errno == ENOENT) {
        return CSI_OK;
    }
    if (open == NULL) {
        return csi_diag_error(call->diag, CSI_ERR_CANT_CREATE, NULL, "cannot make a project in %s: %s", directory,
                              strerror(errno));
    }
    bool is_empty = true;
    for (const struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        is_empty = is_empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    }
    closedir(open);
    return is_empty ? CSI_OK
                    : csi_diag_error(call->diag, CSI_ERR_CANT_CREATE, NULL,
                                     "%s is not empty; name another directory, or say --force", directory);
}

static csi_status write_starter(const csi_call *call, const char *directory, const csi_starter_file *starter)
{
    csi_outfile *file = NULL;
    const csi_status status = csi_outfile_open(directory, starter->name, CSI_PLAIN, call->diag, &file);
    if (status != CSI_OK) {
        return status;
    }
    csi_outfile_write(file, (const char *)starter->bytes, starter->n_bytes);
    return csi_outfile_commit(file, call->diag, NULL);
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    const char *directory = call->argument[0];
    if (!csi_call_has(call, CSI_OPT_FORCE)) {
        CSI_TRY(check_empty(call, directory));
    }
    CSI_TRY(csi_directory_make(directory, call->diag));
    for (size_t i = 0; i < csi_starter_count; i++) {
        CSI_TRY(write_starter(call, directory, &csi_starter[i]));
    }
    csi_say(0, "done", "a project of %zu files in %s/; next: csindex run %s -o %s/out", csi_starter_count, directory,
            directory, directory);
out:
    return status;
}

static const csi_opt options[] = {CSI_OPT_FORCE, CSI_OPT_END};

const csi_command csi_command_init = {
    .name = "init",
    .arguments = "DIR",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "make a project of your own to start from",
    .text = "Makes DIR with an index.yaml that explains every line, a framework of six indicators in three pillars, and "
            "made-up data for eight countries, ready to run and to be replaced by your own.",
    .examples = "csindex init my-index\n"
                "csindex run my-index -o my-index/out\n",
    .options = options,
    .run = run,
};
