/* Calls that fail on purpose, inside a C program of tests/fault (which are linked with support/inject.c; the same file,
 * preloaded, does it to the whole command).
 *
 *     static csi_status attempt(const void *data, csi_diag *diag) { make, check what was made, free all; return status; }
 *     fail_every_allocation("csi_panel_copy", attempt, &panel);
 *
 * It is run once as it is, then with its first allocation failing, its second, and so on until no more is asked for;
 * then once more in the same way with all that follow failing too. Each time it must end with CSI_ERR_MEMORY and a word
 * of it in `diag`, or as it usually does, and keep no block. Libraries' allocations count like ours. Works alike under
 * AddressSanitizer. cr_assert allocates, so an attempt tells a wrong result by returning CSI_ERR_INTERNAL. */
#ifndef CSI_TESTS_INJECT_H
#define CSI_TESTS_INJECT_H

#include <stdbool.h>

#include "core/diag.h"

typedef enum inject_call {
    INJECT_MALLOC, /* calloc, realloc, aligned_alloc, strdup, strndup; csi_arena_alloc and csi_arena_copy as well */
    INJECT_OPEN,
    INJECT_READ,
    INJECT_WRITE,
    INJECT_FSYNC,
    INJECT_RENAME,
    INJECT_CLOSE, /* fails, and closes */
    INJECT_UNLINK,
    INJECT_STAT, /* fstat and fstatat */
    INJECT_CHMOD,
    INJECT_LOCK,  /* flock */
    INJECT_THREAD, /* pthread_create */
    N_INJECT_CALLS
} inject_call;

typedef enum inject_mode {
    INJECT_FAIL, /* one call alone */
    INJECT_REST, /* it and all after it */
    INJECT_SHORT /* half of the bytes are moved */
} inject_mode;

/* From here on the at-th call (from 1; 0: none) fails with `error`. */
void inject_arm(inject_call call, long at, int error, inject_mode mode);
long inject_disarm(void);   /* how many such calls were made since */
void inject_pause(void);    /* within an attempt: what it prepares or checks neither fails nor counts */
void inject_resume(void);
void inject_forbid_exchange(bool is_forbidden); /* as on a file system that cannot exchange two names */
long inject_n_blocks(void); /* allocated and not freed since the program began */

typedef csi_status (*inject_attempt)(const void *data, csi_diag *diag);

/* See above; returns how many allocations the usual run makes. `is_silent`: the function leaves the words to its caller. */
long fail_every_allocation(const char *what, inject_attempt attempt, const void *data);
long fail_every_allocation_silently(const char *what, inject_attempt attempt, const void *data);

/* The same for another call: each one fails in turn with `error`. It must then end with a status other than CSI_OK and a
 * message that contains `words`, or as it usually does where `may_succeed`. Returns the number of calls of a usual run. */
typedef struct inject_fault {
    inject_call call;
    int error;
    inject_mode mode;
    bool may_succeed;
} inject_fault;
long fail_every_call(const char *what, inject_fault fault, const char *words, inject_attempt attempt, const void *data);

#endif
