/* Numbers to and from text, whatever the locale. The only place that reads or writes floating-point text.
 *
 * Reading is correctly rounded (IEEE 754 round-half-even) for any number of digits; writing gives the shortest text
 * that reads back to the same double. */
#ifndef CSI_CORE_NUMBER_H
#define CSI_CORE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSI_NUMBER_MAX 40 /* bytes that any written number fits in, its terminator included */

/* Why a text is not a number. */
typedef enum csi_number_error {
    CSI_NUMBER_OK = 0,
    CSI_NUMBER_EMPTY,
    CSI_NUMBER_SYNTAX,   /* not of the form [+-] digits [. digits] [e [+-] digits], all of it */
    CSI_NUMBER_RANGE,    /* too large for a double (1e999); too small reads as 0 or a subnormal */
} csi_number_error;

/* Reads the whole of text[0..length) as a decimal number: "1", "+1", "-0.5", ".5", "5.", "1e5", "1E-5". Refused: hex,
 * inf, nan, "1_000", "1,000", "1d3", blanks inside or around, other scripts' digits. -0 reads as 0. */
csi_number_error csi_number_read(const char *text, size_t length, double *value);

/* Reads a whole decimal integer within int64 ("+" allowed). */
csi_number_error csi_number_read_integer(const char *text, size_t length, int64_t *value);

/* Writes the shortest text that reads back equal: integers below 1e15 plainly ("42", not "42.0" or "4.2e1"), else
 * positional for 1e-5 <= |x| < 1e15, else exponent form ("1e-7"). -0 is written "0". Must not be given NaN or infinity
 * (asserts). Returns the length; buffer needs CSI_NUMBER_MAX bytes and is terminated. */
size_t csi_number_write(double value, char *buffer);

/* Writes with exactly `decimals` (0..15) digits after the point, correctly rounded (half to even on the exact binary
 * value), for people's eyes. |value| < 1e15; larger falls back to csi_number_write. */
size_t csi_number_write_fixed(double value, int decimals, char *buffer);

size_t csi_number_write_integer(int64_t value, char *buffer);

#endif
