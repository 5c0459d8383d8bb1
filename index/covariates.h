/* Covariates: what is known of countries besides their indicators (population, income, a grouping): one row a country.
 * They weigh groups and find peers; no score is made of them. */
#ifndef CSI_INDEX_COVARIATES_H
#define CSI_INDEX_COVARIATES_H

#include "index/project.h"

typedef struct csi_covariates csi_covariates;

/* Reads the CSV file `path` (named `label` in messages) for these countries; rows of others are left out, a country twice
 * is an error. The key is the column iso3, code, country or unit. Lives in `arena`. */
CSI_MUST_USE csi_status csi_covariates_read(csi_arena *arena, const char *path, const char *label,
                                            const csi_countries *countries, csi_diag *diag, csi_covariates **covariates);

/* Fills text[n_countries] of the column; NULL where blank or absent. An unknown column is an error that names those that
 * are there; `covariates` NULL says that there are none. */
CSI_MUST_USE csi_status csi_covariates_texts(const csi_covariates *covariates, const char *heading, const csi_place *place,
                                             csi_diag *diag, const char **text);

/* The same as numbers, NaN where blank. Anything else is an error. */
CSI_MUST_USE csi_status csi_covariates_numbers(const csi_covariates *covariates, const char *heading,
                                               const csi_place *place, csi_diag *diag, double *value);

#endif
