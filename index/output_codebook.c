/* codebook.csv: the framework in iMeta's names, so that it can be read back as a framework, then what was observed, then
 * the table of sources as the project gives it, its columns behind `source_`. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "index/sources.h"

static const csi_shape_field fixed_fields[] = {
    {.name = "Level", .type = "integer", .meaning = "1: indicator; the index has the highest; blank: denominator"},
    {.name = "iCode", .type = "string", .meaning = "Code, as in the other files", .is_required = true},
    {.name = "iName", .type = "string", .meaning = "Name"},
    {.name = "Parent", .type = "string", .meaning = "Code of the part it belongs to; blank: the index itself"},
    {.name = "Direction", .type = "integer", .meaning = "1: more is better; -1: less is better"},
    {.name = "Weight", .type = "number", .meaning = "Nominal weight within the parent, before scaling"},
    {.name = "Type", .type = "string", .meaning = "What the row is", .choices = "Indicator|Aggregate|Denominator",
     .is_required = true},
    {.name = "Unit", .type = "string", .meaning = "Unit of the raw values, or of the scores"},
    {.name = "Target", .type = "number", .meaning = "Target, in raw units"},
    {.name = "Denominator", .type = "string", .meaning = "Code of the denominator that raw values are divided by"},
    {.name = "transform", .type = "string", .meaning = "Transform before normalisation",
     .choices = "none|log|log1p|asinh"},
    {.name = "goal_low", .type = "number", .meaning = "Lower goalpost, in raw units"},
    {.name = "goal_high", .type = "number", .meaning = "Upper goalpost, in raw units"},
    {.name = "max_carry", .type = "integer", .meaning = "How many years a value may be carried"},
    {.name = "valid_from", .type = "integer", .meaning = "First year that the indicator is used for"},
    {.name = "measure", .type = "string", .meaning = "normative, legal, operational or technical"},
    {.name = "kind", .type = "string", .meaning = "commitment, capacity, condition or conduct"},
    {.name = "breaks", .type = "string", .meaning = "Years from which the source's method differs from the year before"},
    {.name = "variants", .type = "string", .meaning = "Names of the variants of the series that it counts in"},
    {.name = "weight_within_parent", .type = "number", .is_share = true,
     .meaning = "Weight among its siblings in the latest year, all present"},
    {.name = "weight_in_index", .type = "number", .is_share = true,
     .meaning = "Product of the weights along its path to the index in the latest year"},
    {.name = "first_observed", .type = "integer", .meaning = "First year with an observation, among those read"},
    {.name = "last_observed", .type = "integer", .meaning = "Last year with an observation, among those read"},
    {.name = "n_observations", .type = "integer", .meaning = "How many observations were read"},
    {.name = "n_countries", .type = "integer", .meaning = "How many countries they cover"},
};
#define N_FIXED (sizeof fixed_fields / sizeof *fixed_fields)

/* Where the framework has any. */
static const csi_shape_field french_fields[] = {
    {.name = "iName_fr", .type = "string", .meaning = "Name in French"},
    {.name = "Unit_fr", .type = "string", .meaning = "Unit in French"},
};
#define N_FRENCH (sizeof french_fields / sizeof *french_fields)

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static bool has_french(const csi_publication *publication)
{
    const csi_framework *framework = publication->run->project->framework;
    bool has = false;
    for (size_t i = 0; i < framework->n_nodes && !has; i++) {
        has = is_given(framework->node[i].name_fr) || is_given(framework->node[i].unit_fr);
    }
    return has;
}

static csi_shape_field source_field(const csi_publication *publication, const char *heading)
{
    const bool is_named_so = strncmp(heading, "source", 6) == 0;
    return (csi_shape_field){
        .name = is_named_so ? heading : csi_arena_format(publication->arena, "source_%s", heading),
        .type = "string",
        .meaning = csi_arena_format(publication->arena, "\"%s\" of the table of sources", heading),
    };
}

static const csi_link links[] = {{"Parent", "", "iCode"}};

static const csi_shape *describe(const csi_publication *publication)
{
    const csi_texts *sources = publication->sources;
    const size_t n_extra = sources == NULL ? 0 : sources->n_columns, key = csi_sources_key(sources);
    csi_shape_field *field = csi_arena_alloc(publication->arena, N_FIXED + N_FRENCH + n_extra, sizeof *field);
    csi_shape *made = csi_arena_alloc(publication->arena, 1, sizeof *made);
    if (field == NULL || made == NULL) {
        return NULL;
    }
    memcpy(field, fixed_fields, sizeof fixed_fields);
    size_t n = N_FIXED;
    if (has_french(publication)) {
        memcpy(field + n, french_fields, sizeof french_fields);
        n += N_FRENCH;
    }
    for (size_t i = 0; i < n_extra; i++) {
        if (i != key) {
            field[n] = source_field(publication, sources->heading[i]);
            if (field[n].name == NULL || field[n].meaning == NULL) {
                return NULL;
            }
            n++;
        }
    }
    *made = (csi_shape){
        .title = "Codebook",
        .description = "The framework: every indicator and part of the index, how it enters, and where it comes from.",
        .field = field,
        .n_fields = n,
        .key = "iCode",
        .link = links,
        .n_links = 1,
    };
    return made;
}

static void write_optional(csi_csv *csv, int value, int none)
{
    if (value == none) {
        csi_csv_blank(csv);
    } else {
        csi_csv_integer(csv, value);
    }
}

static const char *breaks_of(const csi_publication *publication, const csi_node *node)
{
    const char *text = "";
    for (size_t i = 0; text != NULL && i < node->n_breaks; i++) {
        text = csi_arena_format(publication->arena, "%s%s%d", text, i == 0 ? "" : " ", node->breaks[i]);
    }
    return text;
}

static void write_framework(const csi_publication *publication, const csi_node *node, const char *type, csi_csv *csv)
{
    const csi_framework *framework = publication->run->project->framework;
    const bool is_indicator = strcmp(type, "Indicator") == 0, is_denominator = strcmp(type, "Denominator") == 0;
    write_optional(csv, is_denominator ? 0 : node->level, 0);
    csi_csv_text(csv, node->code);
    csi_csv_text(csv, node->name);
    csi_csv_text(csv, is_denominator || node->parent == CSI_NONE ? "" : framework->node[node->parent].code);
    write_optional(csv, is_denominator ? 0 : node->direction, 0);
    csi_csv_number(csv, is_denominator ? NAN : node->weight);
    csi_csv_text(csv, type);
    csi_csv_text(csv, node->unit);
    csi_csv_number(csv, node->target);
    csi_csv_text(csv, node->denominator);
    csi_csv_text(csv, is_indicator ? csi_transform_name(node->transform) : "");
    csi_csv_number(csv, node->goal_low);
    csi_csv_number(csv, node->goal_high);
    write_optional(csv, is_indicator ? node->max_carry : -1, -1);
    write_optional(csv, node->valid_from, INT_MIN);
    csi_csv_text(csv, node->measure);
    csi_csv_text(csv, node->kind);
    csi_csv_text(csv, breaks_of(publication, node));
}

static csi_status write_variants(const csi_publication *publication, size_t node, csi_csv *csv, csi_diag *diag)
{
    const char *text = "";
    for (size_t i = 0; text != NULL && node != CSI_NONE && i < publication->n_variants; i++) {
        if (publication->variant[i]->is_in[node]) {
            text = csi_arena_format(publication->arena, "%s%s%s", text, text[0] == '\0' ? "" : " ",
                                    publication->variant[i]->spec->name);
        }
    }
    csi_csv_text(csv, text);
    return text == NULL ? csi_diag_no_memory(diag, "writing the codebook") : CSI_OK;
}

static void write_weights(const csi_run *run, size_t node, csi_csv *csv)
{
    const size_t latest = csi_run_latest_year(run);
    const size_t year = latest == CSI_NONE ? run->result->scores->n_years - 1 : latest;
    csi_csv_number(csv, node == CSI_NONE ? NAN : csi_run_sibling_weight(run, node, year));
    csi_csv_number(csv, node == CSI_NONE ? NAN : csi_run_path_weight(run, node, year));
}

static void write_observed(const csi_run *run, size_t series, csi_csv *csv)
{
    const csi_panel *raw = run->raw->panel;
    const size_t last = series == CSI_NONE ? CSI_NONE : run->last_report[series];
    size_t first = CSI_NONE, n = 0, n_countries = 0;
    for (size_t c = 0; last != CSI_NONE && c < raw->n_countries; c++) {
        const size_t before = n;
        for (size_t year = 0; year <= last; year++) {
            if (!isnan(csi_panel_get(raw, series, year, c))) {
                first = year < first ? year : first;
                n++;
            }
        }
        n_countries += n > before;
    }
    if (first == CSI_NONE) {
        csi_csv_blank(csv);
        csi_csv_blank(csv);
    } else {
        csi_csv_integer(csv, raw->first_year + (int)first);
        csi_csv_integer(csv, raw->first_year + (int)last);
    }
    if (series == CSI_NONE) {
        csi_csv_blank(csv);
        csi_csv_blank(csv);
    } else {
        csi_csv_integer(csv, (int64_t)n);
        csi_csv_integer(csv, (int64_t)n_countries);
    }
}

static void write_french(const csi_node *node, csi_csv *csv)
{
    csi_csv_text(csv, node->name_fr);
    csi_csv_text(csv, node->unit_fr);
}

static void write_sources(const csi_publication *publication, const char *code, csi_csv *csv)
{
    const csi_texts *sources = publication->sources;
    const size_t row = csi_sources_find(sources, code), key = csi_sources_key(sources);
    for (size_t i = 0; sources != NULL && i < sources->n_columns; i++) {
        if (i != key) {
            csi_csv_text(csv, row == CSI_NONE ? "" : sources->cell[row][i]);
        }
    }
    csi_csv_end_row(csv);
}

static csi_status write_codebook(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_run *run = publication->run;
    const csi_framework *framework = run->project->framework;
    const csi_shape *codebook = describe(publication);
    const bool is_bilingual = has_french(publication);
    csi_status status = CSI_OK;
    if (codebook == NULL) {
        return csi_diag_no_memory(diag, "writing the codebook");
    }
    csi_csv csv;
    csi_csv_init_file(&csv, file);
    csi_shape_write_heading(codebook, &csv);
    for (size_t i = 0; i < framework->n_nodes; i++) {
        const bool is_indicator = i < framework->n_indicators;
        write_framework(publication, &framework->node[i], is_indicator ? "Indicator" : "Aggregate", &csv);
        CSI_TRY(write_variants(publication, i, &csv, diag));
        write_weights(run, i, &csv);
        write_observed(run, is_indicator ? i : CSI_NONE, &csv);
        if (is_bilingual) {
            write_french(&framework->node[i], &csv);
        }
        write_sources(publication, framework->node[i].code, &csv);
    }
    for (size_t i = 0; i < framework->n_denominators; i++) {
        write_framework(publication, &framework->denominator[i], "Denominator", &csv);
        CSI_TRY(write_variants(publication, CSI_NONE, &csv, diag));
        write_weights(run, CSI_NONE, &csv);
        write_observed(run, framework->n_indicators + i, &csv);
        if (is_bilingual) {
            write_french(&framework->denominator[i], &csv);
        }
        write_sources(publication, framework->denominator[i].code, &csv);
    }
    csi_csv_flush(&csv);
out:
    return status;
}

const csi_output csi_output_codebook = {
    .file = "codebook.csv", .compression = CSI_PLAIN, .describe = describe, .write = write_codebook};
