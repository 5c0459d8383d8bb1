/* Status codes as exit codes and as words. */
#include "core/status.h"

int csi_status_exit_code(csi_status status)
{
    switch (status) {
    case CSI_OK: return 0;
    case CSI_ERR_GATE: return 1;
    case CSI_ERR_USAGE: return 64;
    case CSI_ERR_DATA: return 65;
    case CSI_ERR_NO_INPUT: return 66;
    case CSI_ERR_INTERNAL: return 70;
    case CSI_ERR_MEMORY:
    case CSI_ERR_SYSTEM: return 71;
    case CSI_ERR_CANT_CREATE: return 73;
    case CSI_ERR_IO: return 74;
    case CSI_ERR_LOCKED: return 75;
    case CSI_ERR_CONFIG: return 78;
    }
    return 70;
}

const char *csi_status_text(csi_status status)
{
    switch (status) {
    case CSI_OK: return "ok";
    case CSI_ERR_GATE: return "a quality gate failed";
    case CSI_ERR_USAGE: return "the command line is wrong";
    case CSI_ERR_DATA: return "the data are wrong";
    case CSI_ERR_NO_INPUT: return "an input cannot be opened";
    case CSI_ERR_INTERNAL: return "an internal error";
    case CSI_ERR_MEMORY: return "out of memory";
    case CSI_ERR_SYSTEM: return "a system service failed";
    case CSI_ERR_CANT_CREATE: return "an output cannot be created";
    case CSI_ERR_IO: return "reading or writing failed";
    case CSI_ERR_LOCKED: return "another run is at work here";
    case CSI_ERR_CONFIG: return "the configuration is wrong";
    }
    return "an unknown status";
}
