/* Read before every file that gcc's analyser sees, which cannot look into core/diag.c: what a refusal returns is its own
 * status, never success. */
#include "core/diag.h"
#define csi_diag_no_memory(diag, what) ((void)csi_diag_no_memory(diag, what), CSI_ERR_MEMORY)
#define csi_diag_error(diag, status, ...) ((void)csi_diag_error(diag, status, __VA_ARGS__), (status))
