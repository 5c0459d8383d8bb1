/* Reads index.yaml: each section here or by the stage that it belongs to. Paths are relative to the file's own
 * directory, never to the working directory; what is published names them as the file does, so that the same project
 * gives the same bytes wherever it lies. */
#include "index/project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/outfile.h"
#include "index/variant.h"
#include "index/verify.h"
#include "ingest/framework_read.h"

#define CONFIG_NAME "index.yaml"
#define MAX_CONFIG_BYTES ((size_t)16 << 20)
#define MAX_YEARS 2000

static const char *const sections[] = {
    "index",      "years",     "units", "framework", "sources", "data",     "unknown_indicators", "unknown_countries", "missing",
    "precedence", "steps",     "seed",  "threads",   "ensemble", "limits",   "covariates",         "variants",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Finds where the configuration lies and splits the path. */
static csi_status locate(csi_project *project, const char *path, csi_diag *diag)
{
    struct stat facts;
    const bool is_directory = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
    const size_t n = strlen(path);
    const char *slash = strrchr(path, '/');
    if (is_directory) {
        project->directory = csi_arena_copy(project->arena, path, n);
        project->config_path = csi_arena_format(project->arena, "%s%s%s", path, n > 0 && path[n - 1] == '/' ? "" : "/",
                                                CONFIG_NAME);
        project->config_label = CONFIG_NAME;
    } else {
        project->directory = slash == NULL ? "." : csi_arena_copy(project->arena, path, (size_t)(slash - path) + 1);
        project->config_path = csi_arena_copy(project->arena, path, n);
        project->config_label = slash == NULL ? project->config_path : project->config_path + (slash - path) + 1;
    }
    if (project->directory == NULL || project->config_path == NULL) {
        return csi_diag_no_memory(diag, "reading the project");
    }
    return CSI_OK;
}

static const char *path_of(const csi_project *project, const char *label)
{
    const char *directory = project->directory;
    const size_t n = strlen(directory);
    if (label[0] == '/' || strcmp(label, "-") == 0 || strcmp(directory, ".") == 0) {
        return label;
    }
    return csi_arena_format(project->arena, "%s%s%s", directory, directory[n - 1] == '/' ? "" : "/", label);
}

/* The text at `key`; `fallback` when absent, an error when that is NULL. */
static csi_status read_text(const csi_setting *map, const char *key, const char *fallback, csi_diag *diag,
                            const char **text)
{
    const csi_setting *setting = csi_setting_find(map, key);
    if (setting != NULL) {
        return csi_setting_text(setting, diag, text);
    }
    *text = fallback;
    return fallback != NULL ? CSI_OK
                            : csi_diag_error(diag, CSI_ERR_CONFIG, &map->place, "\"%s\" is missing here", key);
}

static csi_status read_choice(const csi_setting *map, const char *key, const char *const *names, size_t n_names,
                              csi_diag *diag, size_t *choice)
{
    const csi_setting *setting = csi_setting_find(map, key);
    return setting == NULL ? CSI_OK : csi_setting_choice(setting, names, n_names, diag, choice);
}

static csi_status read_integer(const csi_setting *map, const char *key, int64_t low, int64_t high, csi_diag *diag,
                               int64_t *value)
{
    const csi_setting *setting = csi_setting_find(map, key);
    return setting == NULL ? CSI_OK : csi_setting_integer(setting, low, high, diag, value);
}

/* The section `key`, which must be there and of this kind. */
static csi_status find_section(const csi_setting *root, const char *key, csi_setting_kind kind, csi_diag *diag,
                               const csi_setting **section)
{
    *section = csi_setting_find(root, key);
    if (*section == NULL) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &root->place, "the section \"%s\" is missing", key);
    }
    return csi_setting_expect(*section, kind, diag);
}

/* The identifier names files and data packages, so it keeps to what Frictionless and file systems allow. */
static csi_status check_id(const csi_setting *section, const char *id, csi_diag *diag)
{
    if (id[0] != '\0' && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen(id)) {
        return CSI_OK;
    }
    return csi_diag_error(diag, CSI_ERR_CONFIG, &csi_setting_find(section, "id")->place,
                          "the id \"%s\" must be made of a-z, 0-9, \"-\", \"_\" and \".\" only", id);
}

static csi_status read_index(csi_project *project, csi_diag *diag)
{
    static const char *const keys[] = {"id",     "name",     "version", "description", "licence",
                                       "notice", "citation", "homepage", "name_fr", "description_fr", "notice_fr"};
    const csi_setting *section;
    csi_status status;
    CSI_TRY(find_section(project->root, "index", CSI_SETTING_MAP, diag, &section));
    CSI_TRY(csi_setting_check_keys(section, "index", keys, COUNT(keys), diag));
    CSI_TRY(read_text(section, "id", NULL, diag, &project->id));
    CSI_TRY(check_id(section, project->id, diag));
    CSI_TRY(read_text(section, "name", project->id, diag, &project->name));
    CSI_TRY(read_text(section, "version", "0.0.0", diag, &project->version));
    CSI_TRY(read_text(section, "description", "", diag, &project->description));
    CSI_TRY(read_text(section, "licence", "", diag, &project->licence));
    CSI_TRY(read_text(section, "notice", "", diag, &project->notice));
    CSI_TRY(read_text(section, "citation", "", diag, &project->citation));
    CSI_TRY(read_text(section, "homepage", "", diag, &project->homepage));
    CSI_TRY(read_text(section, "name_fr", "", diag, &project->name_fr));
    CSI_TRY(read_text(section, "description_fr", "", diag, &project->description_fr));
    CSI_TRY(read_text(section, "notice_fr", "", diag, &project->notice_fr));
out:
    return status;
}

static csi_status read_years(csi_project *project, csi_diag *diag)
{
    static const char *const keys[] = {"first", "last", "read_from"};
    const csi_setting *section;
    int64_t first = INT64_MIN, last = INT64_MIN, from = INT64_MIN;
    csi_status status;
    CSI_TRY(find_section(project->root, "years", CSI_SETTING_MAP, diag, &section));
    CSI_TRY(csi_setting_check_keys(section, "years", keys, COUNT(keys), diag));
    CSI_TRY(read_integer(section, "first", -9999, 9999, diag, &first));
    CSI_TRY(read_integer(section, "last", -9999, 9999, diag, &last));
    CSI_TRY(read_integer(section, "read_from", -9999, 9999, diag, &from));
    if (first == INT64_MIN || last == INT64_MIN) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &section->place, "\"years\" needs both \"first\" and \"last\"");
    }
    from = from == INT64_MIN ? first : from;
    if (last < first || from > first || last - from >= MAX_YEARS) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &section->place,
                              "the years must run read_from <= first <= last, %d of them at most", MAX_YEARS);
    }
    project->first_year = (int)first;
    project->last_year = (int)last;
    project->read_from = (int)from;
    project->ingest.first_year = (int)from;
    project->ingest.last_year = (int)last;
out:
    return status;
}

static csi_status read_framework(csi_project *project, csi_diag *diag)
{
    csi_status status;
    CSI_TRY(read_text(project->root, "framework", NULL, diag, &project->framework_label));
    project->framework_path = path_of(project, project->framework_label);
    if (project->framework_path == NULL) {
        return csi_diag_no_memory(diag, "reading the framework");
    }
    CSI_TRY(csi_framework_read(project->arena, project->framework_path, project->framework_path, diag,
                               &project->framework));
    CSI_TRY(csi_digest_file(project->framework_path, diag, project->framework_sha256));
out:
    return status;
}

/* A file that the section `key` names, if it does. */
static csi_status read_file(csi_project *project, const char *key, csi_diag *diag, const char **label, const char **path)
{
    const csi_setting *setting = csi_setting_find(project->root, key);
    csi_status status = CSI_OK;
    if (setting != NULL) {
        CSI_TRY(csi_setting_text(setting, diag, label));
        *path = path_of(project, *label);
        if (*path == NULL) {
            status = csi_diag_no_memory(diag, "reading the project");
        }
    }
out:
    return status;
}

/* One item of `data`: a bare path, or a map whose `file` is the path and whose other keys the reader knows. */
static csi_status read_input(csi_project *project, const csi_setting *item, csi_diag *diag, csi_input *input)
{
    csi_status status;
    if (item->kind == CSI_SETTING_TEXT) {
        CSI_TRY(csi_setting_text(item, diag, &input->label));
        input->options = NULL;
    } else {
        CSI_TRY(csi_setting_expect(item, CSI_SETTING_MAP, diag));
        CSI_TRY(read_text(item, "file", NULL, diag, &input->label));
        input->options = item;
    }
    if (input->label[0] == '\0') {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &item->place, "this input has an empty path");
    }
    input->path = path_of(project, input->label);
    if (input->path == NULL) {
        return csi_diag_no_memory(diag, "reading the list of data files");
    }
out:
    return status;
}

static csi_status read_data(csi_project *project, csi_diag *diag)
{
    const csi_setting *section;
    csi_status status;
    CSI_TRY(find_section(project->root, "data", CSI_SETTING_LIST, diag, &section));
    if (section->n == 0) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &section->place, "\"data\" names no file");
    }
    csi_input *input = csi_arena_alloc(project->arena, section->n, sizeof *input);
    if (input == NULL) {
        return csi_diag_no_memory(diag, "reading the list of data files");
    }
    for (size_t i = 0; i < section->n; i++) {
        CSI_TRY(read_input(project, &section->item[i], diag, &input[i]));
    }
    project->ingest.input = input;
    project->ingest.n_inputs = section->n;
out:
    return status;
}

csi_status csi_project_take_standard_input(csi_project *project, csi_diag *diag)
{
    for (size_t i = 0; i < project->ingest.n_inputs; i++) {
        if (strcmp(project->ingest.input[i].path, "-") == 0) {
            return CSI_OK; /* its entry may say how to read it */
        }
    }
    csi_input *input = csi_arena_alloc(project->arena, 1, sizeof *input);
    if (input == NULL) {
        return csi_diag_no_memory(diag, "reading the list of data files");
    }
    *input = (csi_input){.path = "-", .label = "-"};
    project->ingest.input = input;
    project->ingest.n_inputs = 1;
    return CSI_OK;
}

static csi_status read_missing(csi_project *project, csi_diag *diag)
{
    const csi_setting *list = csi_setting_find(project->root, "missing");
    csi_status status = CSI_OK;
    if (list == NULL) {
        return CSI_OK;
    }
    CSI_TRY(csi_setting_expect(list, CSI_SETTING_LIST, diag));
    const char **text = csi_arena_alloc(project->arena, list->n + 1, sizeof *text);
    if (text == NULL) {
        return csi_diag_no_memory(diag, "reading the marks for missing values");
    }
    for (size_t i = 0; i < list->n; i++) {
        CSI_TRY(csi_setting_text(&list->item[i], diag, &text[i]));
    }
    project->ingest.missing = text;
    project->ingest.n_missing = list->n;
out:
    return status;
}

static csi_status read_policies(csi_project *project, csi_diag *diag)
{
    static const char *const policies[] = {"error", "warn", "ignore"}; /* as csi_policy */
    static const char *const precedences[] = {"error", "first"};
    static const char *const units[] = {"countries", "codes"};
    size_t indicators = CSI_POLICY_ERROR, countries = CSI_POLICY_ERROR, precedence = 0, unit = 0;
    csi_status status;
    CSI_TRY(read_choice(project->root, "unknown_indicators", policies, COUNT(policies), diag, &indicators));
    CSI_TRY(read_choice(project->root, "unknown_countries", policies, COUNT(policies), diag, &countries));
    CSI_TRY(read_choice(project->root, "precedence", precedences, COUNT(precedences), diag, &precedence));
    CSI_TRY(read_choice(project->root, "units", units, COUNT(units), diag, &unit));
    project->ingest.unknown_indicators = (csi_policy)indicators;
    project->ingest.unknown_countries = (csi_policy)countries;
    project->ingest.prefer_first = precedence == 1;
    project->units_are_countries = unit == 0;
    project->ingest.units_are_countries = unit == 0;
    project->ingest.with_standard_error = true;
out:
    return status;
}

static csi_status read_limits(csi_project *project, csi_diag *diag)
{
    static const char *const keys[] = {"record_bytes", "file_bytes"};
    const csi_setting *section = csi_setting_find(project->root, "limits");
    int64_t record = 0, file = 0, seed = 0, threads = 0;
    csi_status status = CSI_OK;
    if (section != NULL) {
        CSI_TRY(csi_setting_check_keys(section, "limits", keys, COUNT(keys), diag));
        CSI_TRY(read_integer(section, "record_bytes", 1, INT64_MAX, diag, &record));
        CSI_TRY(read_integer(section, "file_bytes", 1, INT64_MAX, diag, &file));
    }
    CSI_TRY(read_integer(project->root, "seed", 0, INT64_MAX, diag, &seed));
    CSI_TRY(read_integer(project->root, "threads", 0, 4096, diag, &threads));
    project->ingest.max_record_bytes = (uint64_t)record;
    project->ingest.max_bytes = (uint64_t)file;
    project->ingest.n_threads = (size_t)threads;
    project->seed = (uint64_t)seed;
    project->n_threads = (size_t)threads;
out:
    return status;
}

static csi_status read_steps(csi_project *project, csi_diag *diag)
{
    const csi_setting *steps;
    csi_status status;
    CSI_TRY(find_section(project->root, "steps", CSI_SETTING_LIST, diag, &steps));
    CSI_TRY(csi_recipe_read(project->arena, project->framework, steps, diag, &project->recipe));
out:
    return status;
}

static csi_status parse(csi_project *project, csi_diag *diag)
{
    char *bytes = NULL;
    size_t n_bytes;
    csi_status status;
    CSI_TRY(csi_file_read(project->config_path, MAX_CONFIG_BYTES, diag, &bytes, &n_bytes));
    csi_digest_bytes(bytes, n_bytes, project->config_sha256);
    project->config_text = csi_arena_copy(project->arena, bytes, n_bytes);
    if (project->config_text == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "reading the configuration"));
    }
    CSI_TRY(csi_settings_parse(project->arena, project->config_path, bytes, n_bytes, diag, &project->root));
    CSI_TRY(csi_setting_expect(project->root, CSI_SETTING_MAP, diag));
    CSI_TRY(csi_setting_check_keys(project->root, "the configuration", sections, COUNT(sections), diag));
out:
    free(bytes);
    return status;
}

/* What is read from the tree, whatever it came from; data, sources and framework come after. */
static csi_status read_sections(csi_project *project, csi_diag *diag)
{
    csi_status status;
    CSI_TRY(read_index(project, diag));
    CSI_TRY(read_years(project, diag));
    CSI_TRY(read_policies(project, diag));
    CSI_TRY(read_missing(project, diag));
    CSI_TRY(read_limits(project, diag));
out:
    return status;
}

static csi_project *new_project(void)
{
    csi_arena *arena = csi_arena_new();
    csi_project *project = arena == NULL ? NULL : csi_arena_alloc(arena, 1, sizeof *project);
    if (project == NULL) {
        csi_arena_free(arena);
        return NULL;
    }
    project->arena = arena;
    return project;
}

csi_status csi_project_read(const char *path, csi_diag *diag, csi_project **out)
{
    csi_project *project = new_project();
    csi_status status;
    *out = NULL;
    if (project == NULL) {
        return csi_diag_no_memory(diag, "reading the project");
    }
    CSI_TRY(locate(project, path, diag));
    CSI_TRY(parse(project, diag));
    CSI_TRY(read_sections(project, diag));
    CSI_TRY(read_data(project, diag));
    CSI_TRY(read_file(project, "sources", diag, &project->sources_label, &project->sources_path));
    CSI_TRY(read_file(project, "covariates", diag, &project->covariates_label, &project->covariates_path));
    CSI_TRY(read_framework(project, diag));
    CSI_TRY(read_steps(project, diag));
    CSI_TRY(csi_variants_read(project, diag));
    *out = project;
out:
    if (status != CSI_OK) {
        csi_project_free(project);
    }
    return status;
}

/* The configuration as the manifest of a published result holds it. */
static csi_status parse_published(csi_project *project, csi_diag *diag)
{
    const csi_setting *manifest;
    csi_status status;
    CSI_TRY(csi_manifest_read(project->arena, project->directory, diag, &manifest));
    const csi_setting *text = csi_setting_find(csi_setting_find(manifest, "configuration"), "text");
    if (text == NULL) {
        return csi_diag_error(diag, CSI_ERR_DATA, &manifest->place, "this manifest does not hold its configuration");
    }
    CSI_TRY(csi_setting_text(text, diag, &project->config_text));
    CSI_TRY(csi_settings_parse(project->arena, project->config_path, project->config_text, strlen(project->config_text),
                               diag, &project->root));
    CSI_TRY(csi_setting_expect(project->root, CSI_SETTING_MAP, diag));
out:
    return status;
}

/* The published cells as the one input: all that the run knew of its data. */
static csi_status take_published_data(csi_project *project, const char *directory, csi_diag *diag)
{
    static const char options[] = "{file: quality.csv.gz, reader: long, columns: {indicator: code, value: raw}}";
    csi_input *input = csi_arena_alloc(project->arena, 1, sizeof *input);
    const char *path = csi_arena_format(project->arena, "%s/quality.csv.gz", directory);
    if (input == NULL || path == NULL) {
        return csi_diag_no_memory(diag, "reading published results");
    }
    *input = (csi_input){.path = path, .label = path};
    project->ingest.input = input;
    project->ingest.n_inputs = 1;
    project->ingest.unknown_indicators = CSI_POLICY_IGNORE;
    return csi_settings_parse(project->arena, "published data", options, sizeof options - 1, diag, &input->options);
}

csi_status csi_project_read_published(const char *method, const char *data, csi_diag *diag, csi_project **out)
{
    csi_project *project = new_project();
    csi_status status = CSI_OK;
    *out = NULL;
    if (project == NULL) {
        return csi_diag_no_memory(diag, "reading published results");
    }
    project->directory = csi_arena_copy(project->arena, method, strlen(method));
    project->config_path = csi_arena_format(project->arena, "%s/manifest.json", method);
    project->framework_path = csi_arena_format(project->arena, "%s/codebook.csv", method);
    project->config_label = project->framework_label = "";
    if (project->directory == NULL || project->config_path == NULL || project->framework_path == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "reading published results"));
    }
    CSI_TRY(parse_published(project, diag));
    CSI_TRY(read_sections(project, diag));
    CSI_TRY(take_published_data(project, data, diag));
    CSI_TRY(csi_framework_read(project->arena, project->framework_path, project->framework_path, diag,
                               &project->framework));
    CSI_TRY(read_steps(project, diag));
    *out = project;
out:
    if (status != CSI_OK) {
        csi_project_free(project);
    }
    return status;
}

void csi_project_free(csi_project *project)
{
    if (project != NULL) {
        csi_arena_free(project->arena);
    }
}
