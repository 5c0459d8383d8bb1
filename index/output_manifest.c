/* manifest.json, renamed last: what was read, with which program, configuration and seed, and what was written, each
 * with its SHA-256. It vouches for the set: a reader that finds another hash knows that a run was cut short. No time and
 * no path of the machine stand in it, so that equal runs have equal manifests. */
#include <gsl/gsl_version.h>
#include <string.h>
#include <zlib.h>

#include "core/json.h"
#include "core/number.h"
#include "index/output.h"
#include "index/unchanged.h"

static void write_tool(csi_json *json)
{
    csi_json_key(json, "tool");
    csi_json_begin_object(json);
    csi_json_text_at(json, "name", "csindex");
    csi_json_text_at(json, "version", CSINDEX_VERSION);
    csi_json_text_at(json, "source_sha256", csi_program_sha256);
    csi_json_text_at(json, "gsl", gsl_version);
    csi_json_text_at(json, "zlib", zlibVersion());
    csi_json_end_object(json);
}

static void write_index(const csi_project *project, csi_json *json)
{
    csi_json_key(json, "index");
    csi_json_begin_object(json);
    csi_json_text_at(json, "id", project->id);
    csi_json_text_at(json, "name", project->name);
    csi_json_text_at(json, "version", project->version);
    csi_json_text_at(json, "description", project->description);
    csi_json_text_at(json, "notice", project->notice);
    csi_json_given_at(json, "name_fr", project->name_fr);
    csi_json_given_at(json, "description_fr", project->description_fr);
    csi_json_given_at(json, "notice_fr", project->notice_fr);
    csi_json_text_at(json, "licence", project->licence);
    csi_json_integer_at(json, "first_year", project->first_year);
    csi_json_integer_at(json, "last_year", project->last_year);
    csi_json_integer_at(json, "read_from", project->read_from);
    csi_json_end_object(json);
}

static csi_status write_configuration(const csi_project *project, csi_json *json, csi_diag *diag)
{
    char sources[CSI_DIGEST_HEX] = "", covariates[CSI_DIGEST_HEX] = "";
    csi_status status = CSI_OK;
    if (project->covariates_path != NULL) {
        CSI_TRY(csi_digest_file(project->covariates_path, diag, covariates));
    }
    if (project->sources_path != NULL) {
        CSI_TRY(csi_digest_file(project->sources_path, diag, sources));
    }
    csi_json_key(json, "configuration");
    csi_json_begin_object(json);
    csi_json_text_at(json, "path", project->config_label);
    csi_json_text_at(json, "sha256", project->config_sha256);
    csi_json_text_at(json, "framework", project->framework_label);
    csi_json_text_at(json, "framework_sha256", project->framework_sha256);
    csi_json_text_at(json, "text", project->config_text);
    csi_json_text_at(json, "sources", project->sources_label);
    csi_json_text_at(json, "sources_sha256", sources);
    csi_json_text_at(json, "covariates", project->covariates_label);
    csi_json_text_at(json, "covariates_sha256", covariates);
    csi_json_end_object(json);
out:
    return status;
}

static csi_status write_step(const csi_publication *publication, const csi_step *step, csi_json *json, csi_diag *diag)
{
    csi_json_begin_object(json);
    csi_json_text_at(json, "step", csi_step_kind_name(step->method->step));
    csi_json_text_at(json, "method", step->method->name);
    csi_json_key(json, "options");
    csi_json_begin_object(json);
    for (size_t i = 0; i < step->method->n_options; i++) {
        const char *text = csi_option_text(publication->arena, &step->method->option[i], &step->value[i]);
        if (text == NULL) {
            return csi_diag_no_memory(diag, "writing the manifest");
        }
        csi_json_text_at(json, step->method->option[i].name, text);
    }
    csi_json_end_object(json);
    return CSI_OK;
}

static csi_status write_weighting(const csi_publication *publication, size_t node, csi_json *json, csi_diag *diag)
{
    const csi_project *project = publication->run->project;
    const csi_step *weights = project->recipe->node_weight[node];
    csi_status status = CSI_OK;
    if (weights != NULL) {
        CSI_TRY(write_step(publication, weights, json, diag));
        csi_json_text_at(json, "node", project->framework->node[node].code);
        csi_json_end_object(json);
    }
out:
    return status;
}

static csi_status write_aggregation(const csi_publication *publication, size_t node, csi_json *json, csi_diag *diag)
{
    const csi_project *project = publication->run->project;
    const csi_node_rule *rule = &project->recipe->node_rule[node];
    csi_status status;
    CSI_TRY(write_step(publication, rule->step, json, diag));
    csi_json_text_at(json, "node", project->framework->node[node].code);
    csi_json_number_at(json, "min_weight_share", rule->min_weight_share);
    csi_json_integer_at(json, "min_children", (int64_t)rule->min_children);
    csi_json_end_object(json);
out:
    return status;
}

static csi_status write_methods(const csi_publication *publication, csi_json *json, csi_diag *diag)
{
    const csi_project *project = publication->run->project;
    csi_status status = CSI_OK;
    csi_json_key(json, "methods");
    csi_json_begin_array(json);
    for (size_t i = 0; i < project->recipe->n_stages; i++) {
        CSI_TRY(write_step(publication, &project->recipe->stage[i], json, diag));
        csi_json_end_object(json);
    }
    for (size_t node = project->framework->n_indicators; node < project->framework->n_nodes; node++) {
        CSI_TRY(write_weighting(publication, node, json, diag));
        CSI_TRY(write_aggregation(publication, node, json, diag));
    }
    csi_json_end_array(json);
out:
    return status;
}

static void write_inputs(const csi_raw *raw, csi_json *json)
{
    csi_json_key(json, "inputs");
    csi_json_begin_array(json);
    for (size_t i = 0; i < raw->n_sources; i++) {
        const csi_source_facts *source = &raw->source[i];
        csi_json_begin_object(json);
        csi_json_text_at(json, "path", source->label);
        csi_json_text_at(json, "reader", source->reader);
        csi_json_integer_at(json, "bytes", (int64_t)source->bytes);
        csi_json_text_at(json, "sha256", source->sha256);
        csi_json_integer_at(json, "records", (int64_t)source->n_records);
        csi_json_integer_at(json, "observations", (int64_t)source->n_observations);
        csi_json_integer_at(json, "left_out", (int64_t)source->n_left_out);
        csi_json_end_object(json);
    }
    csi_json_end_array(json);
}

static void write_counts(const csi_publication *publication, csi_json *json)
{
    const csi_run *run = publication->run;
    const csi_panel *scores = run->result->scores;
    csi_json_key(json, "counts");
    csi_json_begin_object(json);
    csi_json_integer_at(json, "countries", (int64_t)scores->n_countries);
    csi_json_integer_at(json, "indicators", (int64_t)run->project->framework->n_indicators);
    csi_json_integer_at(json, "nodes", (int64_t)run->project->framework->n_nodes);
    csi_json_integer_at(json, "clipped", (int64_t)run->result->n_clipped);
    csi_json_integer_at(json, "warnings", (int64_t)publication->n_warnings);
    csi_json_key(json, "scored");
    csi_json_begin_object(json);
    for (size_t year = 0; year < scores->n_years; year++) {
        char key[16];
        csi_number_write_integer(scores->first_year + (int)year, key);
        csi_json_integer_at(json, key, (int64_t)run->n_ranked[(scores->n_series - 1) * scores->n_years + year]);
    }
    csi_json_end_object(json);
    csi_json_end_object(json);
}

static void write_outputs(const csi_publication *publication, csi_json *json)
{
    csi_json_key(json, "outputs");
    csi_json_begin_array(json);
    for (size_t i = 0; publication->output[i] != &csi_output_manifest; i++) {
        const csi_outfile_facts *facts = &publication->facts[i];
        csi_json_begin_object(json);
        csi_json_text_at(json, "path", publication->output[i]->file);
        csi_json_integer_at(json, "bytes", (int64_t)facts->bytes);
        csi_json_text_at(json, "sha256", facts->sha256);
        csi_json_integer_at(json, "content_bytes", (int64_t)facts->content_bytes);
        csi_json_text_at(json, "content_sha256", facts->content_sha256);
        csi_json_end_object(json);
    }
    csi_json_end_array(json);
}

static csi_status write_manifest(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_run *run = publication->run;
    csi_json json;
    csi_status status;
    csi_json_init_file(&json, file, true);
    csi_json_begin_object(&json);
    csi_json_integer_at(&json, "manifest_version", 1);
    write_tool(&json);
    write_index(run->project, &json);
    CSI_TRY(write_configuration(run->project, &json, diag));
    csi_json_integer_at(&json, "seed", (int64_t)run->project->seed);
    csi_json_integer_at(&json, "replicates",
                        publication->intervals == NULL ? 0 : (int64_t)publication->intervals->n_replicates);
    CSI_TRY(write_methods(publication, &json, diag));
    write_counts(publication, &json);
    write_inputs(run->raw, &json);
    write_outputs(publication, &json);
    csi_json_end_object(&json);
    csi_outfile_char(file, '\n');
out:
    return status;
}

const csi_output csi_output_manifest = {.file = "manifest.json", .compression = CSI_PLAIN, .write = write_manifest};
