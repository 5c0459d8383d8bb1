/* Why two scores differ, as a table: the effects of csi_decompose, largest first. */
#ifndef CSI_CLI_CAUSES_H
#define CSI_CLI_CAUSES_H

#include "cli/command.h"
#include "index/run.h"
#include "metrics/decompose.h"

/* Shows what made the score of `node` differ from a to b. `title` stands above it for people. */
CSI_MUST_USE csi_status csi_causes_show(const csi_call *call, const csi_run *run, size_t node, const csi_point *a,
                                        const csi_point *b, const char *title);

/* What moved the rank of `node` between two years of a country (metrics/rank_change.h), as a table. */
CSI_MUST_USE csi_status csi_places_show(const csi_call *call, const csi_run *run, size_t node, const csi_point *a,
                                        const csi_point *b);

#endif
