/* The view of the sets of ranks: `csindex rank --sets`. */
#ifndef CSI_CLI_SETS_H
#define CSI_CLI_SETS_H

#include "cli/view.h"

/* Shows country[0..n), in this order, of a node and year of results that were read. */
CSI_MUST_USE csi_status csi_sets_show(const csi_call *call, const csi_results *results, size_t node, size_t year,
                                      const size_t *country, size_t n, const char *title);

#endif
