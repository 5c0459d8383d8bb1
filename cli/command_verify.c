/* csindex verify DIR...: results held against their manifest. */
#include <inttypes.h>

#include "cli/command.h"
#include "cli/messages.h"
#include "index/lock.h"
#include "index/verify.h"

static csi_status verify_one(const csi_call *call, const char *directory)
{
    csi_lock *lock = NULL;
    csi_verified verified;
    csi_status status;
    CSI_TRY(csi_lock_take(directory, call->diag, &lock)); /* nobody switches files while they are looked at */
    CSI_TRY(csi_verify(directory, call->diag, &verified));
    csi_say(0, "verified", "%s: %zu files, %" PRIu64 " bytes, all as manifest.json tells", directory, verified.n_files,
            verified.n_bytes);
out:
    csi_lock_release(lock);
    return status;
}

static csi_status run(csi_call *call)
{
    csi_status worst = CSI_OK;
    for (size_t i = 0; i < call->n_arguments; i++) {
        const csi_status status = verify_one(call, call->argument[i]);
        worst = worst == CSI_OK ? status : worst;
    }
    return worst;
}

static const csi_opt options[] = {CSI_OPT_END};

const csi_command csi_command_verify = {
    .name = "verify",
    .arguments = "DIR...",
    .min_arguments = 1,
    .max_arguments = -1,
    .summary = "check that published results are whole",
    .text = "Hashes every file of the results in DIR, compares it with what manifest.json tells, and reads the results "
            "back. A publication that was interrupted after all its files had been written is put into place first.\n\n"
            "Ends with 65 when a file is missing, cut short or altered, each of which is named; with 66 when there is no "
            "manifest; with 75 while a run is writing there.",
    .examples = "csindex verify out # after copying results, or before serving them\n",
    .options = options,
    .run = run,
};
