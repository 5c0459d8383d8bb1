/* A run is a function of its inputs, its configuration, its seed and the program: where all of these have the digests
 * that the manifest tells, and the files are those that it vouches for, running again could only write the same bytes.
 * Results of another version of GSL or zlib count as another program's. */
#include "index/unchanged.h"

#include <gsl/gsl_version.h>
#include <string.h>
#include <zlib.h>

#include "core/digest.h"
#include "index/verify.h"

/* The text at manifest.section.key; "" when there is none. */
static const char *text_at(const csi_setting *manifest, const char *section, const char *key)
{
    const csi_setting *const map = section == NULL ? manifest : csi_setting_find(manifest, section);
    const csi_setting *const found = csi_setting_find(map, key);
    return found == NULL || found->kind != CSI_SETTING_TEXT ? "" : found->text;
}

static bool is_at(const csi_setting *manifest, const char *section, const char *key, const char *expected)
{
    return strcmp(text_at(manifest, section, key), expected) == 0;
}

static bool is_number_at(const csi_setting *manifest, const char *key, uint64_t expected)
{
    const csi_setting *const found = csi_setting_find(manifest, key);
    int64_t number = -1;
    return found != NULL && csi_setting_integer(found, 0, INT64_MAX, NULL, &number) == CSI_OK &&
           (uint64_t)number == expected;
}

static const char *compare_program(const csi_setting *manifest)
{
    const bool is_same = is_at(manifest, "tool", "version", CSINDEX_VERSION) &&
                         is_at(manifest, "tool", "source_sha256", csi_program_sha256) &&
                         is_at(manifest, "tool", "gsl", gsl_version) && is_at(manifest, "tool", "zlib", zlibVersion());
    return is_same ? NULL : "the program is another";
}

static csi_status compare_configuration(const csi_project *project, const csi_setting *manifest, csi_diag *diag,
                                        const char **reason)
{
    char hex[CSI_DIGEST_HEX] = "", covariates[CSI_DIGEST_HEX] = "";
    csi_status status = CSI_OK;
    if (project->sources_path != NULL) {
        CSI_TRY(csi_digest_file(project->sources_path, diag, hex));
    }
    if (project->covariates_path != NULL) {
        CSI_TRY(csi_digest_file(project->covariates_path, diag, covariates));
    }
    if (!is_at(manifest, "configuration", "sha256", project->config_sha256)) {
        *reason = "the configuration has changed";
    } else if (!is_at(manifest, "configuration", "framework_sha256", project->framework_sha256)) {
        *reason = "the framework has changed";
    } else if (!is_at(manifest, "configuration", "sources_sha256", hex)) {
        *reason = "the table of sources has changed";
    } else if (!is_at(manifest, "configuration", "covariates_sha256", covariates)) {
        *reason = "the covariates have changed";
    } else if (!is_number_at(manifest, "seed", project->seed)) {
        *reason = "the seed has changed";
    }
out:
    return status;
}

static csi_status compare_inputs(const csi_project *project, const csi_setting *manifest, csi_diag *diag,
                                 const char **reason)
{
    const csi_setting *const inputs = csi_setting_find(manifest, "inputs");
    csi_status status = CSI_OK;
    if (inputs == NULL || inputs->kind != CSI_SETTING_LIST || inputs->n != project->ingest.n_inputs) {
        *reason = "the list of inputs has changed";
        return CSI_OK;
    }
    for (size_t i = 0; i < inputs->n && *reason == NULL; i++) {
        const csi_input *const input = &project->ingest.input[i];
        char hex[CSI_DIGEST_HEX];
        if (strcmp(input->path, "-") == 0) {
            *reason = "standard input can be read but once";
            return CSI_OK;
        }
        CSI_TRY(csi_digest_file(input->path, diag, hex));
        if (!is_at(&inputs->item[i], NULL, "path", input->label) || !is_at(&inputs->item[i], NULL, "sha256", hex)) {
            *reason = "an input has changed";
        }
    }
out:
    return status;
}

csi_status csi_unchanged(const csi_project *project, uint64_t n_replicates, const char *directory, csi_diag *diag,
                         const char **reason)
{
    csi_arena *const arena = csi_arena_new();
    const csi_setting *manifest = NULL;
    csi_status status = CSI_OK;
    *reason = NULL;
    if (arena == NULL) {
        return csi_diag_no_memory(diag, "comparing with the last run");
    }
    if (csi_verify(directory, NULL, NULL) != CSI_OK || csi_manifest_read(arena, directory, NULL, &manifest) != CSI_OK) {
        *reason = "there are no whole results yet";
        goto out;
    }
    *reason = compare_program(manifest);
    if (*reason == NULL) {
        CSI_TRY(compare_configuration(project, manifest, diag, reason));
    }
    if (*reason == NULL && !is_number_at(manifest, "replicates", n_replicates)) {
        *reason = "the number of replicates has changed";
    }
    if (*reason == NULL) {
        CSI_TRY(compare_inputs(project, manifest, diag, reason));
    }
out:
    csi_arena_free(arena);
    return status;
}
