/* What the files that read the section `ensemble:` share: keys (ensemble_spec.c), what stands where none is given
 * (ensemble_usual.c), and multiple imputation (ensemble_multiple.c). */
#ifndef CSI_METRICS_ENSEMBLE_SPEC_H
#define CSI_METRICS_ENSEMBLE_SPEC_H

#include "metrics/ensemble.h"

typedef struct csi_spec_reader {
    csi_arena *arena;
    const csi_framework *framework;
    const csi_recipe *recipe;
    csi_diag *diag;
    csi_ensemble_spec *spec;
} csi_spec_reader;

/* Zeroed, of the arena; NULL when out of memory, which csi_spec_no_memory reports. */
void *csi_spec_take(const csi_spec_reader *reader, size_t n, size_t size);
CSI_MUST_USE csi_status csi_spec_no_memory(const csi_spec_reader *reader);

/* Each sets the usual alternatives of one factor, none where none is usual with the recipe. */
CSI_MUST_USE csi_status csi_spec_usual_imputation(const csi_spec_reader *reader);
CSI_MUST_USE csi_status csi_spec_usual_normalisation(const csi_spec_reader *reader);
CSI_MUST_USE csi_status csi_spec_usual_aggregation(const csi_spec_reader *reader);

/* Puts in place of every list of imputing steps that averages draws these draws one by one. The configured list stays
 * choice 0, for where imputation is frozen. */
CSI_MUST_USE csi_status csi_spec_expand_imputation(const csi_spec_reader *reader);

#endif
