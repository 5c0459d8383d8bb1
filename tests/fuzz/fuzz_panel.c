/* Any numbers through every step: the input is a recipe in YAML up to a zero byte, then cells, eight bytes each. A score
 * is missing or finite, a value and its state agree, and coverage is a share. */
#include <math.h>
#include <string.h>

#include "core/settings.h"
#include "metrics/pipeline.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/small.h"

enum { N_YEARS = 4, N_COUNTRIES = 5 };

static csi_panel *make_panel(const uint8_t *bytes, size_t n)
{
    csi_panel *panel = NULL;
    if (csi_panel_new(csi_framework_n_series(fuzz_framework()), 2018, N_YEARS, N_COUNTRIES, false, &panel) != CSI_OK) {
        fuzz_fail("no panel");
    }
    const size_t n_cells = panel->n_series * N_YEARS * N_COUNTRIES;
    for (size_t i = 0; i < n_cells && (i + 1) * sizeof(double) <= n; i++) {
        double value;
        memcpy(&value, bytes + i * sizeof value, sizeof value);
        csi_panel_set(panel, i / (N_YEARS * N_COUNTRIES), i / N_COUNTRIES % N_YEARS, i % N_COUNTRIES,
                      isfinite(value) ? value : NAN, CSI_CELL_OBSERVED);
    }
    return panel;
}

static void check_result(const csi_result *result)
{
    const csi_panel *const scores = result->scores;
    for (size_t i = 0; i < scores->n_series * scores->n_years * scores->n_countries; i++) {
        if (isinf(scores->value[i]) || isnan(scores->value[i]) != (scores->state[i] == CSI_CELL_MISSING)) {
            fuzz_fail("a score is neither finite nor missing");
        }
        if (!(result->coverage[i] >= 0.0 && result->coverage[i] <= 1.0 + 1e-9)) {
            fuzz_fail("coverage is no share");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static csi_country country[N_COUNTRIES] = {{"AAA", "A", NULL}, {"BBB", "B", NULL}, {"CCC", "C", NULL},
                                               {"DDD", "D", NULL}, {"EEE", "E", NULL}};
    static const csi_countries countries = {.n = N_COUNTRIES, .country = country};
    const uint8_t *const zero = memchr(bytes, 0, n);
    if (zero == NULL) {
        return 0;
    }
    csi_arena *const arena = csi_arena_new();
    csi_diag *const diag = csi_diag_new(0);
    const csi_setting *steps = NULL;
    csi_recipe *recipe = NULL;
    if (csi_settings_parse(arena, "index.yaml", (const char *)bytes, (size_t)(zero - bytes), diag, &steps) == CSI_OK &&
        steps != NULL && csi_recipe_read(arena, fuzz_framework(), steps, diag, &recipe) == CSI_OK) {
        const csi_context context = {.framework = fuzz_framework(), .countries = &countries, .first_scored_year = 1,
                                     .n_scored_years = N_YEARS - 1, .seed = 1, .n_threads = 1};
        csi_panel *const panel = make_panel(zero + 1, n - (size_t)(zero + 1 - bytes));
        csi_result *result = NULL;
        if (csi_pipeline_run(recipe, &context, panel, diag, &result) == CSI_OK) {
            check_result(result);
        } else if (csi_diag_n_errors(diag) == 0) {
            fuzz_fail("failed without a word");
        }
        csi_result_free(result);
        csi_panel_free(panel);
    }
    csi_diag_free(diag);
    csi_arena_free(arena);
    return 0;
}
