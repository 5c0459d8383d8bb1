/* Any bytes as index.yaml, and as manifest.json: a tree whose nodes know their place, its steps a recipe, or errors. */
#include <string.h>

#include "core/settings.h"
#include "metrics/pipeline.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/small.h"

static void check_node(const csi_setting *setting)
{
    if (setting->kind == CSI_SETTING_TEXT ? setting->text == NULL : setting->n > 0 && setting->item == NULL) {
        fuzz_fail("a setting has lost its content");
    }
    if (setting->place.line == 0) {
        fuzz_fail("a setting does not know its place");
    }
    for (size_t i = 0; setting->kind != CSI_SETTING_TEXT && i < setting->n; i++) {
        if (setting->kind == CSI_SETTING_MAP && setting->item[i].key == NULL) {
            fuzz_fail("an entry of a map has no key");
        }
        check_node(&setting->item[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    csi_arena *const arena = csi_arena_new();
    csi_diag *const diag = csi_diag_new(0);
    const csi_setting *root = NULL;
    csi_recipe *recipe = NULL;
    csi_status status = csi_settings_parse(arena, "index.yaml", (const char *)bytes, n, diag, &root);
    if (status == CSI_OK && root != NULL) {
        check_node(root);
        const csi_setting *const steps = csi_setting_find(root, "steps");
        if (steps != NULL) {
            status = csi_recipe_read(arena, fuzz_framework(), steps, diag, &recipe);
        }
    }
    if (status != CSI_OK && csi_diag_n_errors(diag) == 0) {
        fuzz_fail("failed without a word");
    }
    csi_diag_free(diag);
    csi_arena_free(arena);
    return 0;
}
