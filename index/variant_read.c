/* The section `variants` of index.yaml. A variant's name names its file, so it keeps to what file systems bear; a key that
 * changes nothing is refused, since the file would be scores.csv.gz under another name. */
#include <string.h>

#include "index/rows.h"
#include "index/variant.h"

#define MAX_VARIANTS 64
#define MAX_NAME 40

static csi_status check_name(const csi_setting *item, csi_diag *diag)
{
    const size_t n = strlen(item->key);
    if (n > 0 && n <= MAX_NAME && strspn(item->key, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n) {
        return CSI_OK;
    }
    return csi_diag_error(diag, CSI_ERR_CONFIG, &item->key_place,
                          "the variant \"%s\" must be named with a-z, 0-9, \"_\" and \"-\" only, %d at most", item->key,
                          MAX_NAME);
}

static csi_status read_list(csi_arena *arena, const csi_setting *list, csi_diag *diag, const char *const **text)
{
    csi_status status;
    CSI_TRY(csi_setting_expect(list, CSI_SETTING_LIST, diag));
    if (list->n == 0) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &list->place, "this list is empty");
    }
    const char **made = csi_arena_alloc(arena, list->n, sizeof *made);
    if (made == NULL) {
        return csi_diag_no_memory(diag, "reading the variants");
    }
    for (size_t i = 0; i < list->n; i++) {
        CSI_TRY(csi_setting_text(&list->item[i], diag, &made[i]));
    }
    *text = made;
out:
    return status;
}

/* Kinds are the framework's own words: one that no indicator has would leave an empty index. */
static csi_status read_kinds(const csi_project *project, const csi_setting *list, csi_diag *diag, csi_variant_spec *spec)
{
    const csi_framework *framework = project->framework;
    csi_status status;
    CSI_TRY(read_list(project->arena, list, diag, &spec->kind));
    spec->n_kinds = list->n;
    for (size_t k = 0; k < list->n; k++) {
        bool is_known = false;
        for (size_t i = 0; i < framework->n_indicators; i++) {
            is_known = is_known || strcmp(framework->node[i].kind, spec->kind[k]) == 0;
        }
        if (!is_known) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &list->item[k].place, "no indicator is of the kind \"%s\"",
                                  spec->kind[k]);
        }
    }
out:
    return status;
}

static csi_status read_without(const csi_project *project, const csi_setting *list, csi_diag *diag,
                               csi_variant_spec *spec)
{
    const char *const *code = NULL;
    csi_status status;
    CSI_TRY(read_list(project->arena, list, diag, &code));
    size_t *node = csi_arena_alloc(project->arena, list->n, sizeof *node);
    if (node == NULL) {
        return csi_diag_no_memory(diag, "reading the variants");
    }
    for (size_t i = 0; i < list->n; i++) {
        node[i] = csi_framework_find(project->framework, code[i]);
        if (node[i] == CSI_NONE || node[i] == project->framework->n_nodes - 1) {
            return csi_diag_error(diag, CSI_ERR_CONFIG, &list->item[i].place,
                                  "the framework has no part \"%s\" that could be left out", code[i]);
        }
    }
    spec->without = node;
    spec->n_without = list->n;
out:
    return status;
}

static csi_status read_base_year(const csi_project *project, const csi_setting *setting, csi_diag *diag,
                                 csi_variant_spec *spec)
{
    int64_t year;
    const csi_status status = csi_setting_integer(setting, project->first_year, project->last_year, diag, &year);
    if (status == CSI_OK) {
        spec->base_year = (int)year;
    }
    return status;
}

static csi_status read_series(const csi_project *project, const csi_setting *item, csi_diag *diag,
                              csi_variant_spec *spec)
{
    static const char *const indicators[] = {"all", "matched"};
    const csi_setting *const which = csi_setting_find(item, "indicators"), *const kinds = csi_setting_find(item, "kinds"),
                      *const without = csi_setting_find(item, "without"), *const base = csi_setting_find(item, "base_year");
    size_t choice = 0;
    csi_status status = CSI_OK;
    if (which != NULL) {
        CSI_TRY(csi_setting_choice(which, indicators, 2, diag, &choice));
        spec->is_matched = choice == 1;
    }
    if (kinds != NULL) {
        CSI_TRY(read_kinds(project, kinds, diag, spec));
    }
    if (without != NULL) {
        CSI_TRY(read_without(project, without, diag, spec));
    }
    if (base != NULL) {
        CSI_TRY(read_base_year(project, base, diag, spec));
    }
out:
    return status;
}

/* A weight that is not there must be told before an ensemble of minutes has run. */
static csi_status check_weight(const csi_project *project, const csi_setting *weight, const char *heading, csi_diag *diag)
{
    csi_rows *rows = NULL;
    csi_status status = CSI_OK;
    if (project->covariates_path == NULL) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &weight->place,
                              "\"weight\" names a column of the table \"covariates\", which is not given");
    }
    CSI_TRY(csi_rows_open(project->covariates_path, project->covariates_label, diag, &rows));
    if (csi_rows_find(rows, heading) == CSI_NONE) {
        status = csi_diag_error(diag, CSI_ERR_CONFIG, &weight->place, "%s has no column \"%s\"",
                                project->covariates_label, heading);
    }
out:
    csi_rows_close(rows);
    return status;
}

static csi_status read_groups(const csi_project *project, const csi_setting *item, csi_diag *diag, csi_variant_spec *spec)
{
    const csi_setting *const groups = csi_setting_find(item, "groups"), *const weight = csi_setting_find(item, "weight");
    csi_status status = CSI_OK;
    if (groups != NULL) {
        CSI_TRY(csi_setting_text(groups, diag, &spec->groups));
    }
    if (weight != NULL) {
        CSI_TRY(csi_setting_text(weight, diag, &spec->weight));
        if (groups == NULL) {
            status = csi_diag_error(diag, CSI_ERR_CONFIG, &weight->place,
                                    "\"weight\" weighs countries within \"groups\", which are not given");
        } else {
            status = check_weight(project, weight, spec->weight, diag);
        }
    }
out:
    return status;
}

/* What the variant is, in words, for headings. */
static const char *describe(csi_arena *arena, const csi_framework *framework, const csi_variant_spec *spec)
{
    const char *text = spec->is_matched ? "constant set of indicators" : "";
    for (size_t i = 0; text != NULL && i < spec->n_kinds; i++) {
        text = csi_arena_format(arena, "%s%s%s%s", text, i > 0 ? " and " : text[0] != '\0' ? ", " : "", spec->kind[i],
                                i + 1 == spec->n_kinds ? " indicators only" : "");
    }
    for (size_t i = 0; text != NULL && i < spec->n_without; i++) {
        text = csi_arena_format(arena, "%s%s%s", text, i > 0 ? " and " : text[0] != '\0' ? ", without " : "without ",
                                framework->node[spec->without[i]].code);
    }
    if (text != NULL && spec->groups != NULL) {
        text = csi_arena_format(arena, "%s%sa constant set of countries by %s, %s%s", text, text[0] != '\0' ? ", " : "",
                                spec->groups, spec->weight == NULL ? "unweighted" : "weighted by ",
                                spec->weight == NULL ? "" : spec->weight);
    }
    if (text != NULL && spec->base_year != CSI_NO_YEAR) {
        text = csi_arena_format(arena, "%s%s%d = 100", text, text[0] != '\0' ? ", " : "", spec->base_year);
    }
    return text;
}

static csi_status read_one(const csi_project *project, const csi_setting *item, csi_diag *diag, csi_variant_spec *spec)
{
    static const char *const known[] = {"title", "indicators", "kinds", "without", "groups", "weight", "base_year"};
    const csi_setting *const title = csi_setting_find(item, "title");
    csi_status status;
    *spec = (csi_variant_spec){.name = item->key, .base_year = CSI_NO_YEAR, .place = item->key_place};
    CSI_TRY(check_name(item, diag));
    CSI_TRY(csi_setting_expect(item, CSI_SETTING_MAP, diag));
    CSI_TRY(csi_setting_check_keys(item, "a variant", known, sizeof known / sizeof *known, diag));
    CSI_TRY(read_series(project, item, diag, spec));
    CSI_TRY(read_groups(project, item, diag, spec));
    if (!spec->is_matched && spec->n_kinds == 0 && spec->n_without == 0 && spec->groups == NULL &&
        spec->base_year == CSI_NO_YEAR) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &item->key_place, "the variant \"%s\" is the full series itself",
                              item->key);
    }
    spec->title = describe(project->arena, project->framework, spec);
    if (title != NULL) {
        CSI_TRY(csi_setting_text(title, diag, &spec->title));
    }
    spec->file = csi_arena_format(project->arena, "scores_%s.csv.gz", spec->name);
    if (spec->title == NULL || spec->file == NULL) {
        status = csi_diag_no_memory(diag, "reading the variants");
    }
out:
    return status;
}

csi_status csi_variants_read(csi_project *project, csi_diag *diag)
{
    const csi_setting *const section = csi_setting_find(project->root, "variants");
    csi_status status = CSI_OK;
    if (section == NULL) {
        return CSI_OK;
    }
    CSI_TRY(csi_setting_expect(section, CSI_SETTING_MAP, diag));
    if (section->n > MAX_VARIANTS) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &section->place, "more than %d variants", MAX_VARIANTS);
    }
    csi_variant_spec *spec = csi_arena_alloc(project->arena, section->n + 1, sizeof *spec);
    if (spec == NULL) {
        return csi_diag_no_memory(diag, "reading the variants");
    }
    for (size_t i = 0; i < section->n; i++) {
        CSI_TRY(read_one(project, &section->item[i], diag, &spec[i]));
    }
    project->variant = spec;
    project->n_variants = section->n;
out:
    return status;
}
