/* Each call of an attempt fails in turn: see inject.h. What is wrong is gathered and asserted at the end, so that nothing
 * of the test's own is allocated while blocks are counted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/inject.h"
#include "tests/support/support.h"

typedef struct trial {
    csi_status status;
    long n_calls, n_kept;
    bool has_word;
    char message[200];
} trial;

static trial try_with(inject_fault fault, long at, const char *words, inject_attempt attempt, const void *data)
{
    trial t = {.has_word = false};
    const long before = inject_n_blocks();
    csi_diag *diag = csi_diag_new(0);
    inject_arm(fault.call, at, fault.error, fault.mode);
    t.status = attempt(data, diag);
    t.n_calls = inject_disarm();
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    for (size_t i = 0; i < n; i++) {
        t.has_word = t.has_word || (message[i].severity == CSI_ERROR && strstr(message[i].text, words) != NULL);
        snprintf(t.message, sizeof t.message, "%s", message[i].text);
    }
    t.has_word = t.has_word || (csi_diag_n_errors(diag) > 0 && fault.mode == INJECT_REST); /* there was no memory for it */
    csi_diag_free(diag);
    t.n_kept = inject_n_blocks() - before;
    return t;
}

static const char *fault_of(const trial *t, const trial *usual, csi_status wanted, bool is_silent, bool may_succeed)
{
    if (t->n_kept > 0) {
        return "blocks were not freed";
    }
    if (t->status == CSI_ERR_INTERNAL) {
        return "left something wrong behind";
    }
    if (t->status == usual->status) {
        return may_succeed || usual->status != CSI_OK ? NULL : "the failure went unnoticed";
    }
    if (wanted != CSI_OK && t->status != wanted) {
        return "another status was to be expected";
    }
    return t->status == CSI_OK || t->has_word || is_silent ? NULL : "no word of it";
}

static long fail_every(const char *what, inject_fault fault, csi_status wanted, const char *words, bool is_silent,
                       inject_attempt attempt, const void *data)
{
    (void)try_with(fault, 0, words, attempt, data); /* whatever a library makes once and keeps */
    const trial usual = try_with(fault, 0, words, attempt, data);
    cr_expect(usual.n_kept == 0, "%s: keeps %ld blocks", what, usual.n_kept);
    char wrong[2000] = "";
    size_t used = 0;
    for (long at = 1; at <= usual.n_calls; at++) {
        const trial t = try_with(fault, at, words, attempt, data);
        const char *told = fault_of(&t, &usual, wanted, is_silent, fault.may_succeed);
        if (told != NULL && used + 400 < sizeof wrong) {
            used += (size_t)snprintf(wrong + used, sizeof wrong - used, "\n  %s, call %ld: %s (status %s; %s)", what, at,
                                     told, csi_status_text(t.status), t.message);
        }
    }
    cr_expect(used == 0, "%s", wrong);
    return usual.n_calls;
}

long fail_every_call(const char *what, inject_fault fault, const char *words, inject_attempt attempt, const void *data)
{
    return fail_every(what, fault, CSI_OK, words, false, attempt, data);
}

static long fail_allocations(const char *what, bool is_silent, inject_attempt attempt, const void *data)
{
    const inject_fault one = {INJECT_MALLOC, ENOMEM, INJECT_FAIL, true}, rest = {INJECT_MALLOC, ENOMEM, INJECT_REST, true};
    fail_every(what, rest, CSI_ERR_MEMORY, "memory", is_silent, attempt, data);
    return fail_every(what, one, CSI_ERR_MEMORY, "memory", is_silent, attempt, data);
}

long fail_every_allocation(const char *what, inject_attempt attempt, const void *data)
{
    return fail_allocations(what, false, attempt, data);
}

long fail_every_allocation_silently(const char *what, inject_attempt attempt, const void *data)
{
    return fail_allocations(what, true, attempt, data);
}
