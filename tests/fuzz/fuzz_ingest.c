/* Any bytes as an indicator file, plain or gzip, whichever reader takes it: a panel that keeps its promises, or an error
 * that says something. The first two bytes choose the options. */
#include <math.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/small.h"

static void check_panel(const csi_raw *raw)
{
    const csi_panel *const panel = raw->panel;
    for (size_t i = 0; i < panel->n_series * panel->n_years * panel->n_countries; i++) {
        if (isnan(panel->value[i]) != (panel->state[i] == CSI_CELL_MISSING) || isinf(panel->value[i])) {
            fuzz_fail("a value and its state disagree");
        }
        if ((panel->state[i] == CSI_CELL_MISSING) != (csi_raw_origin(raw, i).line == 0)) {
            fuzz_fail("a cell does not know where it came from");
        }
    }
    for (size_t c = 1; c < raw->countries.n; c++) {
        if (csi_countries_find(&raw->countries, raw->countries.country[c].iso3) != c) {
            fuzz_fail("countries are not in order");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n < 2) {
        return 0;
    }
    char path[FUZZ_PATH];
    const int fd = fuzz_file(bytes + 2, n - 2, path);
    const csi_input input = {.path = path, .label = "data.csv"};
    static const char *const missing[] = {"NA", ".."};
    const csi_ingest_options options = {
        .input = &input, .n_inputs = 1, .first_year = 2015, .last_year = 2024,
        .units_are_countries = (bytes[0] & 1) != 0,
        .unknown_indicators = (csi_policy)(bytes[0] >> 1 & 3) % 3,
        .unknown_countries = (csi_policy)(bytes[0] >> 3 & 3) % 3,
        .missing = missing, .n_missing = bytes[1] % 3,
        .with_standard_error = (bytes[1] & 4) != 0,
        .max_record_bytes = (bytes[1] & 8) != 0 ? 256 : 0, .max_bytes = 1 << 20,
        .n_threads = (bytes[1] & 16) != 0 ? 2 : 1,
    };
    csi_arena *const arena = csi_arena_new();
    csi_diag *const diag = csi_diag_new(0);
    csi_raw *raw = NULL;
    if (csi_ingest_read(arena, fuzz_framework(), &options, diag, &raw) == CSI_OK) {
        check_panel(raw);
    } else if (csi_diag_n_errors(diag) == 0 || raw != NULL) {
        fuzz_fail("failed without a word");
    }
    csi_raw_free(raw);
    csi_diag_free(diag);
    csi_arena_free(arena);
    close(fd);
    return 0;
}
