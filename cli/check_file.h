/* csindex check FILE: the verdict about a data file. */
#ifndef CSI_CLI_CHECK_FILE_H
#define CSI_CLI_CHECK_FILE_H

#include "cli/command.h"

/* True when `path` is a file of data and no project: a regular file that is not YAML, or "-". */
bool csi_is_data_file(const char *path);

CSI_MUST_USE csi_status csi_check_file(const csi_call *call, const char *path);

#endif
