/* See xlsxwriter_load.h. */
#define CSI_XLSXWRITER_PLAIN_NAMES
#include "notebooks-export/xlsxwriter_load.h"

#include <dlfcn.h>
#include <string.h>

csi_xlsxwriter csi_xlsx;

static bool find(void *library, const char *name, void *function)
{
    void *const found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

csi_status csi_xlsxwriter_load(csi_diag *diag)
{
    void *const library = dlopen(CSINDEX_XLSXWRITER, RTLD_LAZY | RTLD_LOCAL); /* it stays for the rest of the run */
    bool is_whole = library != NULL;
#define CALL(name) is_whole = is_whole && find(library, #name, &csi_xlsx.name);
#include "notebooks-export/xlsxwriter_calls.def"
#undef CALL
    return is_whole ? CSI_OK
                    : csi_diag_error(diag, CSI_ERR_SYSTEM, NULL,
                                     "no workbook can be written: libxlsxwriter (" CSINDEX_XLSXWRITER ") is not installed");
}
