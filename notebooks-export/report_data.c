/* See report_data.h. */
#include "notebooks-export/report_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outfile.h"
#include "notebooks-export/report_gather.h"

#define MOST_BYTES ((size_t)64 << 20) /* of ranking.csv and methodology.md */

static const char *path_of(const csi_gatherer *g, const char *file)
{
    return csi_arena_format(g->results->arena, "%s/%s", g->results->directory, file);
}

csi_status csi_gather_open(const csi_gatherer *g, const char *file, csi_rows **rows)
{
    *rows = NULL;
    const char *path = path_of(g, file);
    return path == NULL ? csi_diag_no_memory(g->diag, "reading the results") : csi_rows_open(path, file, g->diag, rows);
}

/* The rule at the top, as the manifest records it; the page's sliders apply it. */
static void read_root_rule(csi_gatherer *g)
{
    const csi_setting *methods = csi_setting_find(g->results->manifest, "methods");
    const char *root = csi_names_at(g->results->nodes, 0);
    csi_report_data *d = g->data;
    d->root_method = "";
    for (size_t i = 0; methods != NULL && i < methods->n; i++) {
        const csi_setting *step = csi_setting_find(&methods->item[i], "step");
        const csi_setting *node = csi_setting_find(&methods->item[i], "node");
        const csi_setting *method = csi_setting_find(&methods->item[i], "method");
        if (step == NULL || node == NULL || method == NULL || strcmp(step->text, "aggregate") != 0 ||
            strcmp(node->text, root) != 0) {
            continue;
        }
        const csi_setting *share = csi_setting_find(&methods->item[i], "min_weight_share");
        const csi_setting *children = csi_setting_find(&methods->item[i], "min_children");
        double value;
        d->root_method = method->text;
        if (share != NULL && csi_setting_number(share, 0, 1, g->diag, &value) == CSI_OK) {
            d->root_min_weight_share = value;
        }
        if (children != NULL && csi_setting_number(children, 0, 1e6, g->diag, &value) == CSI_OK) {
            d->root_min_children = (int)value;
        }
    }
}

/* The years of data: from the manifest's read_from to the last scored one. */
static csi_status find_years(csi_gatherer *g)
{
    const csi_results *const results = g->results;
    const csi_setting *const from = csi_setting_find(csi_setting_find(results->manifest, "index"), "read_from");
    int64_t first = results->first_year;
    csi_status status = CSI_OK;
    if (from != NULL) {
        CSI_TRY(csi_setting_integer(from, INT16_MIN, first, g->diag, &first));
    }
    g->data->first_read = (int)first;
    g->data->n_read = (size_t)(results->first_year - (int)first) + results->n_years;
out:
    return status;
}

static csi_status make_cells(csi_gatherer *g)
{
    csi_report_data *d = g->data;
    size_t n = 0, n_raw = 0;
    if (__builtin_mul_overflow(d->n_indicators, g->results->countries.n, &n) ||
        __builtin_mul_overflow(n, d->n_read, &n_raw)) {
        return csi_diag_no_memory(g->diag, "reading the results");
    }
    d->normalised = csi_arena_alloc(g->results->arena, n, sizeof *d->normalised);
    d->raw = csi_arena_alloc(g->results->arena, n_raw, sizeof *d->raw);
    d->state = csi_arena_alloc(g->results->arena, n_raw, sizeof *d->state);
    if (d->normalised == NULL || d->raw == NULL || d->state == NULL) {
        return csi_diag_no_memory(g->diag, "reading the results");
    }
    for (size_t i = 0; i < n; i++) {
        d->normalised[i] = NAN;
    }
    for (size_t i = 0; i < n_raw; i++) {
        d->raw[i] = NAN;
    }
    return CSI_OK;
}

static csi_status read_whole(const csi_gatherer *g, const char *file, char **text)
{
    size_t n;
    const char *path = path_of(g, file);
    return path == NULL ? csi_diag_no_memory(g->diag, "reading the results")
                        : csi_file_read(path, MOST_BYTES, g->diag, text, &n);
}

csi_status csi_report_data_read(const csi_results *results, csi_language language, csi_diag *diag, csi_report_data *data)
{
    *data = (csi_report_data){.results = results, .latest = csi_results_latest_year(results), .root_min_children = 1};
    csi_gatherer g = {results, data, csi_names_new(results->arena), diag, language};
    csi_status status = CSI_OK;
    if (g.codes == NULL) {
        return csi_diag_no_memory(diag, "reading the results");
    }
    if (data->latest == CSI_NONE) {
        data->latest = results->n_years - 1;
    }
    CSI_TRY(csi_gather_codebook(&g));
    CSI_TRY(find_years(&g));
    CSI_TRY(make_cells(&g));
    CSI_TRY(csi_gather_contributions(&g));
    CSI_TRY(csi_gather_quality(&g));
    CSI_TRY(csi_gather_changes(&g));
    read_root_rule(&g);
    CSI_TRY(read_whole(&g, "ranking.csv", &data->ranking_csv));
    CSI_TRY(read_whole(&g, "methodology.md", &data->methodology));
out:
    if (status != CSI_OK) {
        csi_report_data_clear(data);
    }
    return status;
}

void csi_report_data_clear(csi_report_data *data)
{
    free(data->ranking_csv);
    free(data->methodology);
    data->ranking_csv = NULL;
    data->methodology = NULL;
}
