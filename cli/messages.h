/* Messages on standard error: diagnostics as they arrive, and events of the run. */
#ifndef CSI_CLI_MESSAGES_H
#define CSI_CLI_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/command.h"

typedef struct csi_messages {
    csi_terminal terminal; /* of standard error */
    bool as_json;
    int verbosity;
    const char *command;
    char run_id[33];
    uint64_t n_held_back; /* warnings beyond the cap are counted by the diag; notes below -v are dropped */
} csi_messages;

/* The one of this process. */
extern csi_messages csi_messages_here;

/* A csi_diag_sink. */
void csi_messages_show(void *user, const csi_message *message);

/* A line for people at verbosity `level` and above (0: unless -q; 1: with -v), a JSON event with --log-format json. */
void csi_say(int level, const char *event, const char *format, ...) CSI_PRINTF(3, 4);

/* The same with facts, which the JSON event carries as fields of their own beside the text. */
typedef struct csi_fact {
    const char *name;
    double number;    /* used when text is NULL */
    const char *text;
} csi_fact;
void csi_say_facts(int level, const char *event, const csi_fact *fact, size_t n, const char *format, ...) CSI_PRINTF(5, 6);

#endif
