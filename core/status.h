/* Status codes: what every fallible function returns.
 *
 * A status says which kind of failure it was, and with it the exit code of the command
 * (sysexits, so that a scheduler can tell a bad file from a full disk). The words go to a csi_diag. */
#ifndef CSI_CORE_STATUS_H
#define CSI_CORE_STATUS_H

#define CSI_MUST_USE __attribute__((warn_unused_result))
#define CSI_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

typedef enum csi_status {
    CSI_OK = 0,
    CSI_ERR_GATE,        /* 1: finished, but a quality gate failed */
    CSI_ERR_USAGE,       /* 64: the command line is wrong */
    CSI_ERR_DATA,        /* 65: the data are wrong */
    CSI_ERR_NO_INPUT,    /* 66: an input cannot be opened */
    CSI_ERR_INTERNAL,    /* 70: a bug of ours */
    CSI_ERR_MEMORY,      /* 71: out of memory */
    CSI_ERR_SYSTEM,      /* 71: another service of the system failed */
    CSI_ERR_CANT_CREATE, /* 73: an output cannot be created */
    CSI_ERR_IO,          /* 74: reading or writing failed under way */
    CSI_ERR_LOCKED,      /* 75: somebody else is at work here, try later */
    CSI_ERR_CONFIG,      /* 78: the configuration or framework is wrong */
} csi_status;

/* The exit code the command ends with for `status` (0 for CSI_OK). */
int csi_status_exit_code(csi_status status);

/* A short English phrase for `status`; static storage. */
const char *csi_status_text(csi_status status);

/* Inside a function with a csi_status `status` and a label `out`: leaves through `out` unless `call` succeeds. */
#define CSI_TRY(call)               \
    do {                            \
        status = (call);            \
        if (status != CSI_OK) {     \
            goto out;               \
        }                           \
    } while (0)

#endif
