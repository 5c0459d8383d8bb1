/* framework.csv, in COINr's iMeta columns and ours, to a csi_framework. */
#ifndef CSI_INGEST_FRAMEWORK_READ_H
#define CSI_INGEST_FRAMEWORK_READ_H

#include "core/framework.h"

/* Columns (any order, heading case ignored): Level, iCode, Parent, Direction, Weight, Type are required; iName, Unit,
 * Target, Denominator, transform, goal_low, goal_high, max_carry, valid_from, measure, kind, breaks are optional;
 * any other column is noted and left alone. Type is Indicator, Aggregate, Denominator, Group or Other; the last two
 * are skipped. NA and empty mean "not given". `path` is opened; `label` is shown. Lives in `arena`. */
CSI_MUST_USE csi_status csi_framework_read(csi_arena *arena, const char *path, const char *label, csi_diag *diag,
                                           csi_framework **framework);

#endif
