/* Progress on a terminal for whatever takes more than half a second; silent otherwise.
 *
 * A thread of its own redraws one line on standard error, so that the stages below need know nothing of it. */
#ifndef CSI_CLI_PROGRESS_H
#define CSI_CLI_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

void csi_progress_allow(bool is_allowed); /* before the first stage */

/* A stage begins: `what` (static storage) says what is done. `done` (NULL: unknown) is counted up to `total` by the
 * work and gives a share and the time left. */
void csi_progress_stage(const char *what, const _Atomic uint64_t *done, uint64_t total);

/* Ends the stage and clears the line; reports its duration at -vv. */
void csi_progress_end(void);

/* Clears the line for a message, which is written before csi_progress_resume. */
void csi_progress_pause(void);
void csi_progress_resume(void);

#endif
