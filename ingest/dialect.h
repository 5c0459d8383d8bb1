/* How a file writes its cells, and one cell's text to a number by those rules.
 *
 * Nothing is guessed at a cell: a text is a number under the file's dialect, or one of the missing markers, or wrong. */
#ifndef CSI_INGEST_DIALECT_H
#define CSI_INGEST_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/number_plain.h"

typedef struct csi_dialect {
    char delimiter;
    char quote;      /* '\0': none */
    char decimal;    /* '.' or ',' */
    char thousands;  /* ',', '.', ' ', '\''; '\0': none. Groups are of exactly three digits */
    bool has_flags;  /* letters in a word after the number are flags ("8393.5 d", "12.1bu"), and ": c" is missing */
    bool has_symbols; /* a percent or currency sign around the number is dropped; 12 % reads as 12 */
    const char *const *missing; /* markers besides the empty cell; borrowed */
    size_t n_missing;
    bool has_numeric_missing; /* one of them reads as a number, as -9999 does */
} csi_dialect;

typedef enum csi_reading { CSI_READ_NUMBER, CSI_READ_MISSING, CSI_READ_BAD } csi_reading;

csi_reading csi_dialect_read_any(const csi_dialect *dialect, const char *text, size_t length, double *value,
                                 const char **why);

/* True when every number is written as csi_number_read_plain takes it. */
static inline bool csi_dialect_is_plain(const csi_dialect *dialect)
{
    return dialect->decimal == '.' && !dialect->has_numeric_missing;
}

/* Reads text[0..length), blanks around it dropped. *why, for CSI_READ_BAD, says what is wrong ("is not a number");
 * static storage. */
static inline csi_reading csi_dialect_read(const csi_dialect *dialect, const char *text, size_t length, double *value,
                                           const char **why)
{
    if (length == 0) {
        return CSI_READ_MISSING;
    }
    if (csi_dialect_is_plain(dialect) && csi_number_read_plain(text, length, value)) {
        return CSI_READ_NUMBER; /* nearly every cell ends here */
    }
    return csi_dialect_read_any(dialect, text, length, value, why);
}

/* True when one of the missing markers would read as a number otherwise. */
bool csi_dialect_has_numeric_missing(const csi_dialect *dialect);

/* The text without blanks (space, tab, line ends, no-break spaces) around it. */
const char *csi_trim_blanks(const char *text, size_t *length);

static inline const char *csi_trim(const char *text, size_t *length)
{
    const bool is_bare = *length > 0 && text[0] > ' ' && text[*length - 1] > ' '; /* ASCII at both ends: nearly always */
    return is_bare ? text : csi_trim_blanks(text, length);
}

#endif
