/* The front door of the stage: one input after the other into one cube, then the panel. See ingest.h. */
#include "ingest/ingest.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/workers.h"
#include "ingest/head.h"
#include "ingest/reading.h"
#include "ingest/rows.h"
#include "ingest/sniff.h"

typedef struct stage {
    csi_arena *arena;
    const csi_framework *framework;
    const csi_ingest_options *options;
    csi_diag *diag;
    csi_units *units;
    csi_cube *cube;
    csi_tally *tally;
    int *valid_from;
    const char **label;
    const uint16_t **column; /* of the origins */
    csi_raw *raw;
} stage;

void csi_raw_free(csi_raw *raw)
{
    if (raw != NULL) {
        csi_panel_free(raw->panel);
        csi_origins_clear(&raw->origins);
        free(raw);
    }
}

csi_origin csi_raw_origin(const csi_raw *raw, size_t at)
{
    const csi_panel *panel = raw->panel;
    const size_t country = at % panel->n_countries, column = at / panel->n_countries;
    return panel->state[at] == CSI_CELL_MISSING
               ? (csi_origin){0}
               : csi_origins_at(&raw->origins, column / panel->n_years, column % panel->n_years, country);
}

static csi_status no_memory(const stage *s)
{
    return csi_diag_no_memory(s->diag, "reading data");
}

static csi_status prepare(stage *s)
{
    const csi_framework *framework = s->framework;
    const size_t n_series = csi_framework_n_series(framework);
    const size_t n_years = (size_t)(s->options->last_year - s->options->first_year) + 1;
    s->units = csi_units_new(s->options->units_are_countries, s->options->first_year, s->options->last_year);
    s->cube = csi_cube_new(n_series, s->options->first_year, n_years, s->options->with_standard_error);
    s->tally = csi_tally_new(n_series, n_years, s->options->n_inputs);
    s->valid_from = csi_arena_alloc(s->arena, n_series + 1, sizeof *s->valid_from);
    s->label = csi_arena_alloc(s->arena, s->options->n_inputs + 1, sizeof *s->label);
    s->column = csi_arena_alloc(s->arena, s->options->n_inputs + 1, sizeof *s->column);
    s->raw = calloc(1, sizeof *s->raw);
    if (s->units == NULL || s->cube == NULL || s->tally == NULL || s->valid_from == NULL || s->label == NULL ||
        s->column == NULL || s->raw == NULL) {
        return no_memory(s);
    }
    s->raw->source = csi_arena_alloc(s->arena, s->options->n_inputs + 1, sizeof *s->raw->source);
    if (s->raw->source == NULL) {
        return no_memory(s);
    }
    s->raw->n_sources = s->options->n_inputs;
    for (size_t i = 0; i < n_series; i++) {
        const csi_node *node = i < framework->n_indicators ? &framework->node[i]
                                                           : &framework->denominator[i - framework->n_indicators];
        s->valid_from[i] = node->valid_from;
    }
    for (size_t i = 0; i < s->options->n_inputs; i++) {
        s->label[i] = s->options->input[i].label;
    }
    return CSI_OK;
}

static void fill_dialect(const csi_input_settings *settings, csi_dialect *dialect)
{
    *dialect = (csi_dialect){.delimiter = settings->delimiter,
                             .quote = settings->quote,
                             .decimal = settings->decimal == '\0' ? '.' : settings->decimal,
                             .thousands = settings->thousands,
                             .has_flags = settings->has_flags,
                             .has_symbols = settings->has_symbols,
                             .missing = settings->missing,
                             .n_missing = settings->n_missing};
    dialect->has_numeric_missing = csi_dialect_has_numeric_missing(dialect);
}

/* With `statistic`, rows of the plain readers that give the same cell are combined and no error. */
static csi_status combine_rows(stage *s, const csi_input_settings *settings, csi_plan *plan)
{
    static const char *const names[] = {"count", "sum", "mean"};
    static const csi_statistic statistics[] = {CSI_STAT_COUNT, CSI_STAT_SUM, CSI_STAT_MEAN};
    const csi_setting *setting = csi_setting_find(settings->options, "statistic");
    if (setting == NULL || plan->is_tallied) {
        return CSI_OK;
    }
    size_t choice = 0;
    const csi_status status = csi_setting_choice(setting, names, 3, s->diag, &choice);
    if (status != CSI_OK) {
        return status;
    }
    plan->is_tallied = true;
    for (size_t series = 0; series < csi_framework_n_series(s->framework); series++) {
        for (size_t i = 0; i < plan->n_values; i++) {
            const uint32_t given = plan->value[i].series;
            if ((given == CSI_SERIES_OF_ROW || given == series) &&
                !csi_tally_set(s->tally, series, statistics[choice], 0, false)) {
                return csi_diag_error(s->diag, CSI_ERR_CONFIG, &setting->place,
                                      "another input makes the same indicators with another statistic");
            }
        }
    }
    return CSI_OK;
}

static csi_status make_plan(stage *s, csi_slices *slices, csi_input_settings *settings, size_t file, csi_plan *plan)
{
    csi_status status = CSI_OK;
    const char *label = s->label[file];
    csi_preview preview = {.label = label,
                           .framework = s->framework,
                           .options = s->options,
                           .settings = settings,
                           .units = s->units,
                           .tally = s->tally};
    size_t header;
    CSI_TRY(csi_head_read(s->arena, slices, settings, s->diag, &preview));
    *plan = (csi_plan){.label = label,
                       .file = (uint16_t)file,
                       .scheme = settings->scheme,
                       .ragged = settings->ragged,
                       .is_lenient = settings->is_lenient,
                       .skips_footers = settings->skips_footers,
                       .framework = s->framework,
                       .options = s->options,
                       .units = s->units,
                       .valid_from = s->valid_from};
    fill_dialect(settings, &plan->dialect);
    CSI_TRY(csi_head_choose(&preview, s->diag, &plan->reader, &header));
    CSI_TRY(plan->reader->plan(s->arena, &preview, header, plan, s->diag));
    if (settings->bounds > 0 && plan->bound == NULL) {
        const csi_setting *bounds = csi_setting_find(settings->options, "bounds");
        return csi_diag_error(s->diag, CSI_ERR_CONFIG, &bounds->place,
                              "bounds: the reader \"%s\" finds no columns of bounds: they are named with columns: {low: ..., "
                              "high: ...} (reader long), or are headed CODE_codelow and CODE_codehigh (reader vdem)",
                              plan->reader->name);
    }
    csi_sniff_values(&preview, header, plan, s->diag);
    CSI_TRY(combine_rows(s, settings, plan));
    if (csi_rows_plan(s->arena, plan) != CSI_OK) {
        return no_memory(s);
    }
    s->column[file] = plan->rows != NULL ? plan->rows->column : NULL;
    csi_slices_skip(slices, plan->header_bytes);
out:
    return status;
}

static csi_status read_input(stage *s, size_t file)
{
    csi_status status = CSI_OK;
    const csi_input *input = &s->options->input[file];
    csi_source_facts *facts = &s->raw->source[file];
    csi_slices *slices = NULL;
    csi_input_settings settings;
    csi_plan plan;
    facts->label = input->label;
    CSI_TRY(csi_input_settings_read(s->arena, input, s->options, s->diag, &settings));
    const csi_slices_options options = {.source = {.max_bytes = s->options->max_bytes,
                                                   .without_digest = s->options->without_digest,
                                                   .hashes_apart = csi_workers_count(s->options->n_threads) > 1},
                                        .max_record_bytes = s->options->max_record_bytes,
                                        .is_encoding_set = settings.is_encoding_set,
                                        .encoding = settings.encoding};
    CSI_TRY(csi_slices_open(input->path, input->label, &options, s->diag, &slices));
    CSI_TRY(make_plan(s, slices, &settings, file, &plan));
    facts->reader = plan.reader->name;
    CSI_TRY(csi_reading_run(slices, &plan, s->cube, s->tally, s->label, s->diag, facts));
    facts->bytes = csi_source_bytes(csi_slices_source(slices));
    csi_source_sha256(csi_slices_source(slices), facts->sha256);
out:
    csi_slices_close(slices);
    return status;
}

/* All inputs, even after a bad one, so that one run tells of every bad file. */
static csi_status read_inputs(stage *s)
{
    csi_status first = CSI_OK;
    if (s->options->n_inputs > UINT16_MAX) {
        return csi_diag_error(s->diag, CSI_ERR_CONFIG, NULL, "more than %d input files", UINT16_MAX);
    }
    for (size_t i = 0; i < s->options->n_inputs && !csi_diag_is_full(s->diag); i++) {
        const csi_status status = read_input(s, i);
        first = first == CSI_OK ? status : first;
        if (status == CSI_ERR_MEMORY) {
            break;
        }
    }
    return first;
}

/* Counts the cells that rows made together. */
static csi_status finish_tally(stage *s)
{
    uint64_t n_taken = 0;
    uint64_t *n_put = calloc(s->options->n_inputs + 1, sizeof *n_put);
    if (n_put == NULL) {
        return no_memory(s);
    }
    csi_tally_settle(s->tally, s->cube, csi_units_count(s->units), s->options->n_inputs, n_put, &n_taken);
    for (size_t i = 0; i < s->options->n_inputs; i++) {
        s->raw->source[i].n_observations += n_put[i];
    }
    free(n_put);
    if (n_taken > 0 && !s->options->prefer_first) {
        return csi_diag_error(s->diag, CSI_ERR_DATA, NULL,
                              "%" PRIu64 " cells come both from events or pre-aggregated rows and from values given as "
                              "such", n_taken);
    }
    return CSI_OK;
}

static csi_status check_any(const stage *s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s->raw->n_sources; i++) {
        n += s->raw->source[i].n_observations;
    }
    if (n == 0) {
        return csi_diag_error(s->diag, CSI_ERR_DATA, NULL, "the inputs hold no value of the framework's indicators from %d to %d",
                              s->options->first_year, s->options->last_year);
    }
    return CSI_OK;
}

csi_status csi_ingest_read(csi_arena *arena, const csi_framework *framework, const csi_ingest_options *options,
                           csi_diag *diag, csi_raw **raw)
{
    csi_status status = CSI_OK;
    stage s = {.arena = arena, .framework = framework, .options = options, .diag = diag};
    *raw = NULL;
    if (options->last_year < options->first_year) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, NULL, "the years to read end (%d) before they begin (%d)",
                              options->last_year, options->first_year);
    }
    CSI_TRY(prepare(&s));
    CSI_TRY(read_inputs(&s));
    CSI_TRY(finish_tally(&s));
    CSI_TRY(check_any(&s));
    status = csi_cube_finish(s.cube, s.tally, s.units, s.column, options->n_threads, arena, s.raw);
    if (status != CSI_OK) {
        status = no_memory(&s);
        goto out;
    }
    *raw = s.raw;
    s.raw = NULL;
out:
    csi_raw_free(s.raw);
    csi_cube_free(s.cube);
    csi_tally_free(s.tally);
    csi_units_free(s.units);
    return status;
}
