/* The benchmark's whole job as csindex does it: read, parse and group a file; print how many cells and their sum.
 *
 *     ours FRAMEWORK FILE FIRST_YEAR LAST_YEAR THREADS OPTIONS [DUMP] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "ingest/framework_read.h"
#include "ingest/ingest.h"

static void show(void *user, const csi_message *message)
{
    if (message->severity == CSI_ERROR) {
        fprintf((FILE *)user, "%s:%llu: %s\n", message->file != NULL ? message->file : "", (unsigned long long)message->line,
                message->text);
    }
}

/* One line a cell: iso3,year,indicator,value */
static void dump(const csi_raw *raw, const csi_framework *framework, const char *path)
{
    FILE *out = fopen(path, "w");
    const csi_panel *panel = raw->panel;
    for (size_t series = 0; out != NULL && series < framework->n_indicators; series++) {
        for (size_t year = 0; year < panel->n_years; year++) {
            for (size_t country = 0; country < panel->n_countries; country++) {
                const size_t at = csi_panel_at(panel, series, year, country);
                if (panel->state[at] != CSI_CELL_MISSING) {
                    char number[CSI_NUMBER_MAX];
                    csi_number_write(panel->value[at], number);
                    fprintf(out, "%s,%d,%s,%s\n", raw->countries.country[country].iso3, panel->first_year + (int)year,
                            framework->node[series].code, number);
                }
            }
        }
    }
    if (out != NULL) {
        fclose(out);
    }
}

int main(int argc, char **argv)
{
    if (argc < 7) {
        fprintf(stderr, "usage: ours FRAMEWORK FILE FIRST_YEAR LAST_YEAR THREADS OPTIONS [DUMP]\n");
        return 64;
    }
    csi_arena *arena = csi_arena_new();
    csi_diag *diag = csi_diag_new(0);
    csi_diag_set_sink(diag, show, stderr);
    csi_framework *framework = NULL;
    csi_input input = {.path = argv[2], .label = argv[2]};
    csi_raw *raw = NULL;
    if (csi_framework_read(arena, argv[1], argv[1], diag, &framework) != CSI_OK ||
        csi_settings_parse(arena, "options", argv[6], strlen(argv[6]), diag, &input.options) != CSI_OK) {
        return 78;
    }
    const csi_ingest_options options = {.input = &input,
                                        .n_inputs = 1,
                                        .first_year = atoi(argv[3]),
                                        .last_year = atoi(argv[4]),
                                        .units_are_countries = true,
                                        .n_threads = strtoul(argv[5], NULL, 10),
                                        .without_digest = true};
    if (csi_ingest_read(arena, framework, &options, diag, &raw) != CSI_OK) {
        return 65;
    }
    size_t n = 0;
    double sum = 0;
    for (size_t i = 0; i < raw->panel->n_series * raw->panel->n_years * raw->panel->n_countries; i++) {
        const double value = raw->panel->value[i];
        n += !isnan(value);
        sum += isnan(value) ? 0 : value;
    }
    printf("%zu cells, sum %.9g\n", n, sum);
    if (argc > 7) {
        dump(raw, framework, argv[7]);
    }
    csi_raw_free(raw);
    csi_diag_free(diag);
    csi_arena_free(arena);
    return 0;
}
