/* core/number against the C library's strtod in the C locale: what both accept reads the same, and what is written reads
 * back equal. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "tests/fuzz/fuzz.h"

static void check_round_trip(double value)
{
    char text[CSI_NUMBER_MAX];
    double back = 0;
    const size_t length = csi_number_write(value, text);
    if (length >= CSI_NUMBER_MAX || csi_number_read(text, length, &back) != CSI_NUMBER_OK || back != value) {
        fuzz_fail(text);
    }
    for (int decimals = 0; fabs(value) < 1e15 && decimals <= 15; decimals += 5) {
        char ours[64], theirs[64];
        csi_number_write_fixed(value, decimals, ours);
        snprintf(theirs, sizeof theirs, "%.*f", decimals, value);
        if (strcmp(ours, theirs) != 0 && strspn(theirs, "-0.") != strlen(theirs)) { /* we print no minus zero */
            fuzz_fail(ours);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    double value = 0;
    if (n == sizeof value) {
        memcpy(&value, bytes, n);
        if (isfinite(value)) {
            check_round_trip(value);
        }
    }
    char *const text = malloc(n + 1);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, bytes, n);
    text[n] = '\0';
    const csi_number_error error = csi_number_read((const char *)bytes, n, &value);
    if (error == CSI_NUMBER_OK || error == CSI_NUMBER_RANGE) {
        char *end = NULL;
        const double expected = strtod(text, &end);
        if (end != text + n || (error == CSI_NUMBER_OK ? value != expected : isfinite(expected))) {
            fuzz_fail(text);
        }
        if (error == CSI_NUMBER_OK) {
            check_round_trip(value);
        }
    }
    int64_t integer = 0;
    if (csi_number_read_integer((const char *)bytes, n, &integer) == CSI_NUMBER_OK) {
        char written[CSI_NUMBER_MAX];
        int64_t back = 0;
        const size_t length = csi_number_write_integer(integer, written);
        if (csi_number_read_integer(written, length, &back) != CSI_NUMBER_OK || back != integer) {
            fuzz_fail(text);
        }
    }
    free(text);
    return 0;
}
