/* Any bytes as framework.csv: a tree that keeps its promises, or an error. */
#include <math.h>
#include <unistd.h>

#include "ingest/framework_read.h"
#include "tests/fuzz/fuzz.h"

static void check_tree(const csi_framework *framework)
{
    double sum = 0.0;
    for (size_t i = 0; i < framework->n_nodes; i++) {
        const csi_node *const node = &framework->node[i];
        const bool is_root = i + 1 == framework->n_nodes;
        if (is_root != (node->parent == CSI_NONE) || (!is_root && (node->parent <= i || node->parent >= framework->n_nodes))) {
            fuzz_fail("a parent does not come after its children");
        }
        if (!(node->weight >= 0.0) || isinf(node->weight) || (node->direction != 1 && node->direction != -1)) {
            fuzz_fail("a weight or a direction was let through");
        }
        sum += i < framework->n_indicators ? csi_framework_path_weight(framework, i) : 0.0;
    }
    if (!(fabs(sum - 1.0) < 1e-6)) {
        fuzz_fail("the weights of the indicators do not add up to 1");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char path[FUZZ_PATH];
    const int fd = fuzz_file(bytes, n, path);
    csi_arena *const arena = csi_arena_new();
    csi_diag *const diag = csi_diag_new(0);
    csi_framework *framework = NULL;
    if (arena != NULL && csi_framework_read(arena, path, "framework.csv", diag, &framework) == CSI_OK) {
        check_tree(framework);
    } else if (csi_diag_n_errors(diag) == 0) {
        fuzz_fail("failed without a word");
    }
    csi_diag_free(diag);
    csi_arena_free(arena);
    close(fd);
    return 0;
}
