/* csindex(1), in man(7) macros, from the same tables as --help. */
#include <string.h>

#include "cli/command.h"
#include "cli/words.h"

/* Text on lines of its own: backslashes, hyphens and leading dots as roff wants them, `code` in bold, an empty line as a
 * paragraph. */
static void put(FILE *out, const char *text, size_t length)
{
    bool is_line_start = true, is_bold = false;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (is_line_start && (c == '.' || c == '\'')) {
            fputs("\\&", out);
        }
        is_line_start = c == '\n';
        if (c == '`') {
            is_bold = !is_bold;
            fputs(is_bold ? "\\fB" : "\\fR", out);
        } else if (c == '\\') {
            fputs("\\e", out);
        } else if (c == '-') {
            fputs("\\-", out);
        } else if (c == '\n' && i + 1 < length && text[i + 1] == '\n') {
            fputs("\n.PP\n", out);
            i++;
            is_line_start = true;
        } else {
            fputc(c, out);
        }
    }
}

static void put_all(FILE *out, const char *text)
{
    put(out, text, strlen(text));
    fputc('\n', out);
}

static void put_option(FILE *out, csi_opt opt)
{
    const csi_opt_facts *facts = &csi_opt_table[opt];
    fputs(".TP\n", out);
    if (facts->letter != 0) {
        fprintf(out, "\\fB\\-%c\\fR, ", facts->letter);
    }
    fputs("\\fB\\-\\-", out);
    put(out, facts->name, strlen(facts->name));
    fputs("\\fR", out);
    if (facts->argument != NULL) {
        fprintf(out, " \\fI%s\\fR", facts->choices != NULL ? facts->choices : facts->argument);
    }
    fputc('\n', out);
    put_all(out, facts->meaning);
}

static void put_terms(FILE *out, const char *heading, const csi_term *term)
{
    fprintf(out, ".SH %s\n", heading);
    for (; term->term != NULL; term++) {
        fputs(".TP\n.B ", out);
        put_all(out, term->term);
        put_all(out, term->meaning);
    }
}

static void put_examples(FILE *out, const char *examples)
{
    fputs(".PP\n.nf\n.RS 4\n", out);
    put_all(out, examples);
    fputs(".RE\n.fi\n", out);
}

static void put_command(FILE *out, const csi_command *command)
{
    fprintf(out, ".SS csindex %s [\\fIOPTION\\fR...]%s\\fI%s\\fR\n", command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments);
    put_all(out, command->text);
    for (const csi_opt *opt = command->options; opt != NULL && *opt != CSI_OPT_END; opt++) {
        put_option(out, *opt);
    }
    if (command->examples != NULL) {
        put_examples(out, command->examples);
    }
}

void csi_manual_write(FILE *out)
{
    fprintf(out, ".TH CSINDEX 1 %s \"csindex " CSINDEX_VERSION "\" \"User Commands\"\n.SH NAME\ncsindex \\- ",
            csi_words_date);
    put_all(out, csi_words_summary);
    fputs(".SH SYNOPSIS\n.B csindex\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n.SH DESCRIPTION\n", out);
    put_all(out, csi_words_description);
    fputs(".SH OPTIONS OF EVERY COMMAND\n", out);
    for (int i = 0; i < CSI_N_OPTS; i++) {
        if (csi_opt_is_common((csi_opt)i) || i == CSI_OPT_VERSION) {
            put_option(out, (csi_opt)i);
        }
    }
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < csi_command_count(); i++) {
        if (!csi_command_at(i)->is_hidden) {
            put_command(out, csi_command_at(i));
        }
    }
    put_terms(out, "EXIT STATUS", csi_words_exit);
    put_terms(out, "ENVIRONMENT", csi_words_environment);
    put_terms(out, "FILES", csi_words_files);
}
