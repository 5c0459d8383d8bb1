/* Headings: which column holds what, by the configuration or by the usual names. */
#ifndef CSI_INGEST_COLUMNS_H
#define CSI_INGEST_COLUMNS_H

#include "ingest/reader.h"

typedef enum csi_role {
    CSI_ROLE_CODE,           /* a code of the unit */
    CSI_ROLE_NAME,           /* a name of it */
    CSI_ROLE_YEAR,
    CSI_ROLE_INDICATOR,      /* a code of the indicator */
    CSI_ROLE_INDICATOR_NAME,
    CSI_ROLE_VALUE,
    CSI_ROLE_STANDARD_ERROR,
    CSI_ROLE_LOW,            /* bounds of the value, where the configuration names them */
    CSI_ROLE_HIGH,
} csi_role;

/* The first column by the usual names for the role, best name first; CSI_NO_COLUMN when there is none. */
uint32_t csi_columns_find(const csi_record *header, csi_role role);

/* The column headed `heading` (exactly, or else without heed to case and punctuation); CSI_NO_COLUMN. */
uint32_t csi_columns_named(const csi_record *header, const char *heading);

/* True when the heading at `column` is one of the usual names for any role. */
bool csi_columns_is_usual(const csi_record *header, uint32_t column);

/* The column that the settings or the usual names give for the role; CSI_NO_COLUMN when neither does. Fails when the
 * settings name a column that is absent, or when two columns have the same heading. */
CSI_MUST_USE csi_status csi_columns_resolve(const csi_preview *preview, size_t header, csi_role role, csi_diag *diag,
                                            uint32_t *column);

/* Fills what every plan needs: headings, units, filters, groups, missing markers, aliases. */
CSI_MUST_USE csi_status csi_columns_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan,
                                         csi_diag *diag);

/* The year of each row: a column, or one year for the whole file (*year stays CSI_YEAR_OF_ROW for a column). */
CSI_MUST_USE csi_status csi_columns_plan_year(const csi_preview *preview, size_t header, csi_plan *plan, int32_t *year,
                                              csi_diag *diag);

/* The series that the configuration names for a whole file. */
CSI_MUST_USE csi_status csi_columns_fix_series(const csi_preview *preview, const char *code, uint32_t *series,
                                               csi_diag *diag);

/* The key columns that name each row's indicator, unless the configuration names one for the whole file. */
CSI_MUST_USE csi_status csi_columns_plan_keys(const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag);

/* The columns whose headings are years, or hold one beside the name of an indicator ("2007 - 08 Volume"), as values. */
CSI_MUST_USE csi_status csi_columns_plan_years(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan,
                                               csi_diag *diag);

/* The columns of the bounds of value `i` of a plan whose values are known; the share between them is the configuration's.
 * CSI_NO_COLUMN in either: the value has none. CSI_ERR_MEMORY. */
CSI_MUST_USE csi_status csi_columns_set_bounds(csi_arena *arena, const csi_preview *preview, csi_plan *plan, size_t i,
                                               uint32_t low, uint32_t high, csi_diag *diag);

/* One more text that means "no value" in this file. */
CSI_MUST_USE csi_status csi_columns_add_missing(csi_arena *arena, csi_plan *plan, const char *text, csi_diag *diag);

/* True when two headings are the same but for case and punctuation. */
bool csi_columns_is_same(const char *a, const char *b);

/* Where the heading of a column stands, for messages. `line` receives the text of its line and must have room. */
#define CSI_PLACE_ROOM 512
csi_place csi_columns_place(const csi_preview *preview, size_t header, uint32_t column, char line[CSI_PLACE_ROOM]);

#endif
