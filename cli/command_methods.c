/* csindex methods [NAME]: the methods of every step, and all about one of them. */
#include <string.h>

#include "cli/table.h"
#include "cli/text.h"
#include "core/number.h"
#include "core/settings.h"
#include "ingest/reader.h"
#include "metrics/method.h"

static const char *type_name(csi_option_type type)
{
    static const char *const names[] = {[CSI_OPTION_NUMBER] = "number",   [CSI_OPTION_INTEGER] = "integer",
                                        [CSI_OPTION_BOOLEAN] = "boolean", [CSI_OPTION_TEXT] = "text",
                                        [CSI_OPTION_CHOICE] = "choice",   [CSI_OPTION_NUMBERS] = "numbers",
                                        [CSI_OPTION_TEXTS] = "texts",     [CSI_OPTION_TABLE] = "table",
                                        [CSI_OPTION_MATRIX] = "matrix"};
    return names[type];
}

static bool has_limits(const csi_option *option)
{
    return (option->type == CSI_OPTION_NUMBER || option->type == CSI_OPTION_INTEGER) && option->low < option->high;
}

/* "integer or none", "a|b|c", "number". */
static void add_type(csi_table *table, const csi_option *option)
{
    char text[256];
    const bool is_word_too = option->choices != NULL && option->type != CSI_OPTION_CHOICE;
    snprintf(text, sizeof text, "%s%s%s", option->type == CSI_OPTION_CHOICE ? "" : type_name(option->type),
             is_word_too ? " or " : "", option->choices != NULL ? option->choices : "");
    csi_table_text(table, text);
}

static void add_options(csi_table *table, const csi_method *method)
{
    for (size_t i = 0; i < method->n_options; i++) {
        const csi_option *option = &method->option[i];
        csi_table_text(table, csi_step_kind_name(method->step));
        csi_table_text(table, method->name);
        csi_table_text(table, option->name);
        add_type(table, option);
        csi_table_text(table, option->fallback != NULL ? option->fallback : "(required)");
        if (has_limits(option)) {
            csi_table_number(table, option->low);
            csi_table_number(table, option->high);
        } else {
            csi_table_blank(table);
            csi_table_blank(table);
        }
        csi_table_text(table, option->meaning);
    }
}

/* For people, all about one method; the table of its options follows. */
static void describe(const csi_call *call, const csi_method *method)
{
    const struct {
        const char *heading, *text;
    } part[] = {{"Formula", method->formula}, {"Source", method->source}, {"Edges", method->edges}};
    const int width = call->screen.width > 40 ? call->screen.width : 100;
    fprintf(call->out, "%s: %s (%s)\n", csi_step_kind_name(method->step), method->name, method->title);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        if (part[i].text != NULL && part[i].text[0] != '\0') {
            fprintf(call->out, "\n  %-9s", part[i].heading);
            csi_text_wrap(call->out, part[i].text, 11, 11, width);
        }
    }
    fputc('\n', call->out);
}

static csi_status show_one(const csi_call *call, const csi_method *method)
{
    static const csi_column columns[] = {{"step", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"method", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"option", "Option", CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"type", "Value", CSI_COLUMN_PROSE, 0, 0, 0},
                                         {"default", "Default", CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"low", "From", CSI_COLUMN_EXACT, 2, 0, 0},
                                         {"high", "To", CSI_COLUMN_EXACT, 2, 0, 0},
                                         {"meaning", "Meaning", CSI_COLUMN_PROSE, 0, 0, 0}};
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    const bool is_for_people = csi_call_choice(call, CSI_OPT_FORMAT) == 0;
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, call->diag, &table));
    add_options(table, method);
    if (is_for_people) {
        describe(call, method);
    }
    if (!is_for_people || method->n_options > 0) {
        CSI_TRY(csi_table_show(table, call, NULL, NULL));
    }
out:
    csi_table_free(table);
    return status;
}

static csi_status show_all(const csi_call *call, const char *step)
{
    static const csi_column columns[] = {{"step", "Step", CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"method", "Method", CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"title", "Title", CSI_COLUMN_PROSE, 0, 0, 0},
                                         {"options", "Options", CSI_COLUMN_PROSE, 1, 0, 0},
                                         {"formula", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"source", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"edges", NULL, CSI_COLUMN_TEXT, 0, 0, 0}};
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, call->diag, &table));
    csi_step_kind before = CSI_N_STEPS;
    for (size_t i = 0; i < csi_method_count(); i++) {
        const csi_method *method = csi_method_at(i);
        if (step != NULL && strcmp(step, csi_step_kind_name(method->step)) != 0) {
            continue;
        }
        if (before != CSI_N_STEPS && before != method->step) {
            csi_table_part(table);
        }
        before = method->step;
        csi_table_text(table, csi_step_kind_name(method->step));
        csi_table_text(table, method->name);
        csi_table_text(table, method->title);
        char options[1024] = "";
        size_t at = 0;
        for (size_t o = 0; o < method->n_options; o++) {
            const int n = snprintf(options + at, sizeof options - at, "%s%s", o > 0 ? ", " : "", method->option[o].name);
            at += n > 0 && (size_t)n < sizeof options - at ? (size_t)n : 0;
        }
        options[at] = '\0';
        csi_table_text(table, options);
        csi_table_text(table, method->formula);
        csi_table_text(table, method->source);
        csi_table_text(table, method->edges);
    }
    CSI_TRY(csi_table_show(table, call, NULL,
                           "csindex methods NAME tells a method's formula, source, edge cases and options; where two "
                           "steps share a name, STEP.NAME."));
out:
    csi_table_free(table);
    return status;
}

static csi_status show_readers(const csi_call *call)
{
    static const csi_column columns[] = {{"reader", "Reader", CSI_COLUMN_TEXT, 0, 0, 0},
                                         {"summary", "Reads", CSI_COLUMN_PROSE, 0, 0, 0}};
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    CSI_TRY(csi_table_new(columns, sizeof columns / sizeof *columns, call->diag, &table));
    for (size_t i = 0; i < csi_n_readers; i++) {
        csi_table_text(table, csi_readers[i]->name);
        csi_table_text(table, csi_readers[i]->summary);
    }
    CSI_TRY(csi_table_show(table, call, NULL,
                           "A file under `data:` in index.yaml is given to the reader that is surest of its shape, or to "
                           "the one that its key `reader` names."));
out:
    csi_table_free(table);
    return status;
}

/* "carry", or "impute.carry". */
static bool is_named(const csi_method *method, const char *text)
{
    const char *step = csi_step_kind_name(method->step);
    const size_t n = strlen(step);
    return strcmp(method->name, text) == 0 ||
           (strncmp(text, step, n) == 0 && text[n] == '.' && strcmp(method->name, text + n + 1) == 0);
}

static bool is_step(const char *text)
{
    for (int i = 0; i < CSI_N_STEPS; i++) {
        if (strcmp(csi_step_kind_name((csi_step_kind)i), text) == 0) {
            return true;
        }
    }
    return false;
}

static csi_status unknown_method(const csi_call *call, const char *text)
{
    const char *names[256];
    size_t n = 0;
    for (; n < csi_method_count() && n < sizeof names / sizeof *names; n++) {
        names[n] = csi_method_at(n)->name;
    }
    const char *nearest = csi_nearest_name(text, names, n);
    return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "there is no method or step \"%s\"%s%s%s", text,
                          nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                          nearest != NULL ? "\"" : "");
}

static csi_status run(csi_call *call)
{
    if (call->n_arguments == 1 && strcmp(call->argument[0], "readers") == 0) {
        return show_readers(call);
    }
    if (call->n_arguments == 0 || is_step(call->argument[0])) {
        return show_all(call, call->n_arguments == 0 ? NULL : call->argument[0]);
    }
    bool is_found = false;
    for (size_t i = 0; i < csi_method_count(); i++) {
        if (!is_named(csi_method_at(i), call->argument[0])) {
            continue;
        }
        if (is_found && csi_call_choice(call, CSI_OPT_FORMAT) != 0) {
            return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "\"%s\" names methods of several steps: say STEP.%s",
                                  call->argument[0], call->argument[0]);
        }
        if (is_found) {
            fputs("\n\n", call->out);
        }
        is_found = true;
        const csi_status status = show_one(call, csi_method_at(i));
        if (status != CSI_OK) {
            return status;
        }
    }
    return is_found ? CSI_OK : unknown_method(call, call->argument[0]);
}

static const csi_opt options[] = {CSI_OPT_FORMAT, CSI_OPT_ASCII, CSI_OPT_WIDTH, CSI_OPT_OUTPUT_FILE, CSI_OPT_END};

const csi_command csi_command_methods = {
    .name = "methods",
    .arguments = "[STEP | NAME | STEP.NAME | readers]",
    .max_arguments = 1,
    .summary = "list the methods of every step, or tell all about one",
    .text = "Lists the methods that a step of index.yaml can use, with their options; with a method's name, its formula, "
            "its source, what it does at the edges, and each option with type, default, limits and meaning. The word "
            "readers lists the shapes of data file that are understood.",
    .examples = "csindex methods\n"
                "csindex methods minmax\n"
                "csindex methods aggregate\n",
    .options = options,
    .run = run,
};
