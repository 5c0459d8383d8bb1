/* Notebooks: Jupyter for Python and for R (nbformat 4.5), and a Quarto document.
 *
 * Each is a script in notebooks-export/notebook, which runs as it is, cut into cells at its "# %%" lines; only the title,
 * version and description are filled in, and only into Markdown, so that no text of a run can become code. A cell's id
 * is derived from what it holds: equal results give equal files. */
#include <string.h>

#include "core/digest.h"
#include "core/json.h"
#include "export_texts_data.h"
#include "notebooks-export/export.h"
#include "notebooks-export/text_escape.h"

enum { MAX_CELLS = 64, ID_DIGITS = 16 };

typedef struct cell {
    bool is_markdown;
    const char *source; /* terminated, without the line end at its end */
} cell;

typedef struct notebook {
    const csi_release *release;
    size_t n_cells;
    cell cell[MAX_CELLS];
} notebook;

typedef struct language {
    const char *script;
    const char *name, *kernel, *kernel_title, *extension;
} language;

static const language python = {csi_notebook_python, "python", "python3", "Python 3", ".py"};
static const language r = {csi_notebook_r, "R", "ir", "R", ".r"};

static const char *value_of(const csi_release *release, const char *key, size_t n)
{
    const struct {
        const char *key, *text;
    } known[] = {{"name", release->name}, {"version", release->version}, {"description", release->description}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].key) == n && memcmp(known[i].key, key, n) == 0) {
            return csi_markdown_text(release->arena, known[i].text);
        }
    }
    return "";
}

/* A line of Markdown with its {{keys}} filled in; NULL when out of memory. */
static const char *filled_in(const csi_release *release, const char *line)
{
    const char *const open = strstr(line, "{{"), *const close = open == NULL ? NULL : strstr(open, "}}");
    if (close == NULL) {
        return line;
    }
    const char *const value = value_of(release, open + 2, (size_t)(close - open) - 2);
    const char *const rest = filled_in(release, close + 2);
    return value == NULL || rest == NULL
               ? NULL
               : csi_arena_format(release->arena, "%.*s%s%s", (int)(open - line), line, value, rest);
}

/* Appends one line of the script to the cell. */
static bool add_line(const csi_release *release, cell *to, const char *line)
{
    if (to->is_markdown) {
        line += line[0] == '#';
        line += line[0] == ' ';
        line = filled_in(release, line);
    }
    if (line != NULL) {
        to->source = to->source == NULL ? line : csi_arena_format(release->arena, "%s\n%s", to->source, line);
    }
    return line != NULL && to->source != NULL;
}

static void trim(const csi_release *release, cell *to)
{
    size_t n = to->source == NULL ? 0 : strlen(to->source);
    while (n > 0 && to->source[n - 1] == '\n') {
        n--;
    }
    to->source = n == 0 ? "" : csi_arena_copy(release->arena, to->source, n);
}

static csi_status cut(const csi_release *release, const char *script, csi_diag *diag, notebook *made)
{
    *made = (notebook){.release = release};
    for (const char *at = script; *at != '\0';) {
        const size_t n = strcspn(at, "\n");
        const char *const line = csi_arena_copy(release->arena, at, n);
        bool is_good = line != NULL;
        if (is_good && strncmp(line, "# %%", 4) == 0 && made->n_cells < MAX_CELLS) {
            made->cell[made->n_cells++] = (cell){.is_markdown = strstr(line, "[markdown]") != NULL};
        } else if (is_good && made->n_cells > 0) {
            is_good = add_line(release, &made->cell[made->n_cells - 1], line);
        }
        if (!is_good) {
            return csi_diag_no_memory(diag, "writing a notebook");
        }
        at += n + (at[n] == '\n');
    }
    for (size_t i = 0; i < made->n_cells; i++) {
        trim(release, &made->cell[i]);
        if (made->cell[i].source == NULL) {
            return csi_diag_no_memory(diag, "writing a notebook");
        }
    }
    return CSI_OK;
}

/* nbformat wants the lines of a cell as an array, line ends included. */
static void write_source(const csi_release *release, const char *source, csi_json *json)
{
    csi_json_key(json, "source");
    csi_json_begin_array(json);
    for (const char *at = source; *at != '\0';) {
        const size_t n = strcspn(at, "\n"), with_end = n + (at[n] == '\n');
        csi_json_text(json, csi_release_text(release, "%.*s", (int)with_end, at));
        at += with_end;
    }
    csi_json_end_array(json);
}

static void write_cell(const csi_release *release, const char *type, size_t position, const char *source, csi_json *json)
{
    char hex[CSI_DIGEST_HEX];
    csi_digest_bytes(source, strlen(source), hex);
    csi_json_begin_object(json);
    csi_json_text_at(json, "cell_type", type);
    csi_json_text_at(json, "id", csi_release_text(release, "%02zu-%.*s", position, ID_DIGITS, hex));
    csi_json_key(json, "metadata");
    csi_json_begin_object(json);
    csi_json_end_object(json);
    if (strcmp(type, "code") == 0) {
        csi_json_text_at(json, "execution_count", NULL);
        csi_json_key(json, "outputs");
        csi_json_begin_array(json);
        csi_json_end_array(json);
    }
    write_source(release, source, json);
    csi_json_end_object(json);
}

static void write_metadata(const language *in, csi_json *json)
{
    csi_json_key(json, "metadata");
    csi_json_begin_object(json);
    csi_json_key(json, "kernelspec");
    csi_json_begin_object(json);
    csi_json_text_at(json, "display_name", in->kernel_title);
    csi_json_text_at(json, "language", in->name);
    csi_json_text_at(json, "name", in->kernel);
    csi_json_end_object(json);
    csi_json_key(json, "language_info");
    csi_json_begin_object(json);
    csi_json_text_at(json, "file_extension", in->extension);
    csi_json_text_at(json, "name", in->name);
    csi_json_end_object(json);
    csi_json_end_object(json);
}

/* The block that Quarto reads; a JSON string is a YAML string. */
typedef struct front_matter {
    char *bytes;
    size_t n, room;
} front_matter;

static void to_memory(void *user, const char *bytes, size_t n)
{
    front_matter *const out = user;
    if (n <= out->room - out->n) {
        memcpy(out->bytes + out->n, bytes, n);
        out->n += n;
    }
}

static const char *quoted(const csi_release *release, const char *text)
{
    front_matter out = {.room = 6 * strlen(text) + 2};
    out.bytes = csi_arena_alloc(release->arena, out.room + 1, 1);
    if (out.bytes == NULL) {
        return NULL;
    }
    csi_json json;
    csi_json_init(&json, to_memory, &out, false);
    csi_json_text(&json, text);
    return out.bytes;
}

static const char *front_matter_of(const csi_release *release, const language *in)
{
    const char *const title = quoted(release, release->name);
    return title == NULL ? NULL
                         : csi_arena_format(release->arena,
                                            "---\ntitle: %s\nformat:\n  html:\n    embed-resources: true\njupyter: %s\n---",
                                            title, in->kernel);
}

static csi_status fill_jupyter(const csi_release *release, const language *in, csi_outfile *file, csi_diag *diag)
{
    notebook made;
    csi_status status;
    CSI_TRY(cut(release, in->script, diag, &made));
    const char *const front = front_matter_of(release, in);
    if (front == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "writing a notebook"));
    }
    csi_json json;
    csi_json_init_file(&json, file, true);
    csi_json_begin_object(&json);
    csi_json_key(&json, "cells");
    csi_json_begin_array(&json);
    write_cell(release, "raw", 0, front, &json);
    for (size_t i = 0; i < made.n_cells; i++) {
        write_cell(release, made.cell[i].is_markdown ? "markdown" : "code", i + 1, made.cell[i].source, &json);
    }
    csi_json_end_array(&json);
    write_metadata(in, &json);
    csi_json_integer_at(&json, "nbformat", 4);
    csi_json_integer_at(&json, "nbformat_minor", 5);
    csi_json_end_object(&json);
out:
    return status;
}

static csi_status fill_python(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    return fill_jupyter(release, &python, file, diag);
}

static csi_status fill_r(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    return fill_jupyter(release, &r, file, diag);
}

static csi_status fill_quarto(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    notebook made;
    csi_status status;
    CSI_TRY(cut(release, python.script, diag, &made));
    const char *const front = front_matter_of(release, &python);
    if (front == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "writing a notebook"));
    }
    csi_outfile_text(file, front);
    csi_outfile_char(file, '\n');
    for (size_t i = 0; i < made.n_cells; i++) {
        csi_outfile_text(file, made.cell[i].is_markdown ? "\n" : "\n```{python}\n");
        csi_outfile_text(file, made.cell[i].source);
        csi_outfile_text(file, made.cell[i].is_markdown ? "\n" : "\n```\n");
    }
out:
    return status;
}

static csi_status write_notebooks(const csi_release *release, const char *directory, csi_diag *diag)
{
    csi_status status;
    CSI_TRY(csi_export_file(release, directory, "notebook_python.ipynb", fill_python, diag));
    CSI_TRY(csi_export_file(release, directory, "notebook_r.ipynb", fill_r, diag));
    CSI_TRY(csi_export_file(release, directory, "notebook.qmd", fill_quarto, diag));
out:
    return status;
}

const csi_exporter csi_exporter_notebooks = {
    .name = "notebooks",
    .files = "notebook_python.ipynb, notebook_r.ipynb, notebook.qmd",
    .title = "Jupyter notebooks for Python and R and a Quarto document, to stand beside the results",
    .write = write_notebooks,
};
