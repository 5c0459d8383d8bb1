/* datapackage.json, Frictionless Data Package 2.0. Bytes and hash describe the files on disk, compressed as they are
 * (the recipe for compressed resources). `created` is left out: two runs over the same inputs must give the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "index/sources.h"

/* "a|b" as a list of texts, or as one text when it names a single field, as the specification wants keys. */
static void write_names(csi_json *json, const char *names, bool is_always_list)
{
    const bool is_list = is_always_list || strchr(names, '|') != NULL;
    if (is_list) {
        csi_json_begin_array(json);
    }
    for (;;) {
        char name[64];
        const size_t n = strcspn(names, "|");
        const size_t kept = n < sizeof name ? n : sizeof name - 1;
        memcpy(name, names, kept);
        name[kept] = '\0';
        csi_json_text(json, name);
        if (names[n] == '\0') {
            break;
        }
        names += n + 1;
    }
    if (is_list) {
        csi_json_end_array(json);
    }
}

static void write_constraints(csi_json *json, const csi_shape_field *field)
{
    if (!field->is_required && field->choices == NULL && !field->is_share) {
        return;
    }
    csi_json_key(json, "constraints");
    csi_json_begin_object(json);
    if (field->is_required) {
        csi_json_boolean_at(json, "required", true);
    }
    if (field->choices != NULL) {
        csi_json_key(json, "enum");
        write_names(json, field->choices, true);
    }
    if (field->is_share) {
        csi_json_integer_at(json, "minimum", 0);
        csi_json_integer_at(json, "maximum", 1);
    }
    csi_json_end_object(json);
}

static void write_link(csi_json *json, const csi_link *link)
{
    char resource[64];
    const size_t n = strcspn(link->table, ".");
    memcpy(resource, link->table, n < sizeof resource ? n : 0);
    resource[n < sizeof resource ? n : 0] = '\0';
    csi_json_begin_object(json);
    csi_json_key(json, "fields");
    write_names(json, link->from, true);
    csi_json_key(json, "reference");
    csi_json_begin_object(json);
    if (resource[0] != '\0') {
        csi_json_text_at(json, "resource", resource);
    }
    csi_json_key(json, "fields");
    write_names(json, link->to, true);
    csi_json_end_object(json);
    csi_json_end_object(json);
}

static void write_schema(csi_json *json, const csi_shape *shape)
{
    csi_json_begin_object(json);
    csi_json_key(json, "fields");
    csi_json_begin_array(json);
    for (size_t i = 0; i < shape->n_fields; i++) {
        csi_json_begin_object(json);
        csi_json_text_at(json, "name", shape->field[i].name);
        csi_json_text_at(json, "type", shape->field[i].type);
        csi_json_text_at(json, "description", shape->field[i].meaning);
        write_constraints(json, &shape->field[i]);
        csi_json_end_object(json);
    }
    csi_json_end_array(json);
    csi_json_key(json, "primaryKey");
    write_names(json, shape->key, true);
    if (shape->n_links > 0) {
        csi_json_key(json, "foreignKeys");
        csi_json_begin_array(json);
        for (size_t i = 0; i < shape->n_links; i++) {
            write_link(json, &shape->link[i]);
        }
        csi_json_end_array(json);
    }
    csi_json_end_object(json);
}

static void write_file_facts(csi_json *json, const csi_output *output, const csi_outfile_facts *facts)
{
    char name[64];
    const size_t n = strcspn(output->file, ".");
    memcpy(name, output->file, n < sizeof name ? n : 0);
    name[n < sizeof name ? n : 0] = '\0';
    csi_json_text_at(json, "name", name);
    csi_json_text_at(json, "path", output->file);
    char hash[CSI_DIGEST_HEX + 8] = "sha256:";
    memcpy(hash + strlen(hash), facts->sha256, CSI_DIGEST_HEX);
    csi_json_integer_at(json, "bytes", (int64_t)facts->bytes);
    csi_json_text_at(json, "hash", hash);
    csi_json_text_at(json, "encoding", "utf-8");
}

static csi_status write_resource(const csi_publication *publication, size_t i, csi_json *json, csi_diag *diag)
{
    const csi_output *output = publication->output[i];
    csi_json_begin_object(json);
    write_file_facts(json, output, &publication->facts[i]);
    if (output->shape == NULL && output->describe == NULL) {
        csi_json_text_at(json, "format", "md");
        csi_json_text_at(json, "mediatype", "text/markdown");
        csi_json_text_at(json, "title", "Method");
    } else {
        const csi_shape *shape = output->shape != NULL ? output->shape : output->describe(publication);
        if (shape == NULL) {
            return csi_diag_no_memory(diag, "describing the tables");
        }
        csi_json_text_at(json, "title", shape->title);
        csi_json_text_at(json, "description", shape->description);
        csi_json_text_at(json, "type", "table");
        csi_json_text_at(json, "format", "csv");
        csi_json_text_at(json, "mediatype", "text/csv");
        csi_json_key(json, "dialect");
        csi_json_begin_object(json);
        csi_json_text_at(json, "lineTerminator", "\n");
        csi_json_end_object(json);
        csi_json_key(json, "schema");
        write_schema(json, shape);
    }
    csi_json_end_object(json);
    return CSI_OK;
}

/* The profile allows a licence name of these characters only; anything else is prose and goes nowhere but the text. */
static void write_licence(csi_json *json, const char *licence)
{
    static const char allowed[] = "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
    if (licence[0] == '\0' || strspn(licence, allowed) != strlen(licence)) {
        return;
    }
    csi_json_key(json, "licenses");
    csi_json_begin_array(json);
    csi_json_begin_object(json);
    csi_json_text_at(json, "name", licence);
    csi_json_end_object(json);
    csi_json_end_array(json);
}

/* Each distinct citation of an indicator in the index once, in the order of the framework. */
static csi_status write_sources(const csi_publication *publication, csi_json *json, csi_diag *diag)
{
    const csi_texts *sources = publication->sources;
    const csi_framework *framework = publication->run->project->framework;
    size_t column = csi_sources_column(sources, "citation");
    column = column == CSI_NONE ? csi_sources_column(sources, "source_citation") : column;
    csi_names *seen = csi_names_new(publication->arena);
    if (seen == NULL) {
        return csi_diag_no_memory(diag, "listing the sources");
    }
    if (column == CSI_NONE) {
        return CSI_OK;
    }
    csi_json_key(json, "sources");
    csi_json_begin_array(json);
    for (size_t i = 0; i < framework->n_indicators; i++) {
        const size_t row = csi_sources_find(sources, framework->node[i].code);
        const char *citation = row == CSI_NONE ? "" : sources->cell[row][column];
        const size_t n_before = csi_names_count(seen);
        size_t at;
        if (citation[0] == '\0') {
            continue;
        }
        const csi_status status = csi_names_add(seen, citation, strlen(citation), &at);
        if (status != CSI_OK) {
            return csi_diag_no_memory(diag, "listing the sources");
        }
        if (at == n_before) {
            csi_json_begin_object(json);
            csi_json_text_at(json, "title", citation);
            csi_json_end_object(json);
        }
    }
    csi_json_end_array(json);
    return CSI_OK;
}

static csi_status write_datapackage(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_project *project = publication->run->project;
    csi_json json;
    csi_status status;
    csi_json_init_file(&json, file, true);
    csi_json_begin_object(&json);
    csi_json_text_at(&json, "$schema", "https://datapackage.org/profiles/2.0/datapackage.json");
    csi_json_text_at(&json, "name", project->id);
    csi_json_text_at(&json, "title", project->name);
    csi_json_given_at(&json, "description", project->description);
    csi_json_text_at(&json, "version", project->version);
    csi_json_given_at(&json, "homepage", project->homepage);
    write_licence(&json, project->licence);
    CSI_TRY(write_sources(publication, &json, diag));
    csi_json_key(&json, "resources");
    csi_json_begin_array(&json);
    for (size_t i = 0; publication->output[i] != &csi_output_datapackage; i++) {
        CSI_TRY(write_resource(publication, i, &json, diag));
    }
    csi_json_end_array(&json);
    csi_json_end_object(&json);
    csi_outfile_char(file, '\n');
out:
    return status;
}

const csi_output csi_output_datapackage = {
    .file = "datapackage.json", .compression = CSI_PLAIN, .write = write_datapackage};
