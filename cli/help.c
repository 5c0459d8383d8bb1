/* --help: of the program and of each command, from the tables. */
#include <string.h>

#include "cli/command.h"
#include "cli/text.h"
#include "cli/words.h"

#define WIDTH 90
#define COLUMN 28

static void write_term(FILE *out, const char *term, const char *meaning)
{
    const int wide = csi_text_width(term, strlen(term));
    fprintf(out, "  %s", term);
    int column = 2 + wide;
    if (column > COLUMN - 2) {
        fputc('\n', out);
        column = 0;
    }
    for (; column < COLUMN; column++) {
        fputc(' ', out);
    }
    csi_text_wrap(out, meaning, COLUMN, COLUMN, WIDTH);
}

static void write_terms(FILE *out, const csi_term *term)
{
    for (; term->term != NULL; term++) {
        write_term(out, term->term, term->meaning);
    }
}

static void write_option(FILE *out, csi_opt opt)
{
    const csi_opt_facts *facts = &csi_opt_table[opt];
    char term[96];
    const char *argument = facts->choices != NULL ? facts->choices : facts->argument;
    if (facts->letter != 0) {
        snprintf(term, sizeof term, "-%c, --%s%s%s", facts->letter, facts->name, argument != NULL ? " " : "",
                 argument != NULL ? argument : "");
    } else {
        snprintf(term, sizeof term, "    --%s%s%s", facts->name, argument != NULL ? " " : "",
                 argument != NULL ? argument : "");
    }
    write_term(out, term, facts->meaning);
}

static void write_common(FILE *out)
{
    for (int i = 0; i < CSI_N_OPTS; i++) {
        if (csi_opt_is_common((csi_opt)i)) {
            write_option(out, (csi_opt)i);
        }
    }
}

void csi_usage_write(FILE *out)
{
    fputs("Usage: csindex COMMAND [OPTION...] [ARGUMENT...]\n"
          "       csindex COMMAND --help\n"
          "       csindex --help\n",
          out);
}

static void write_program(FILE *out)
{
    csi_usage_write(out);
    fputc('\n', out);
    csi_text_wrap(out, csi_words_description, 0, 0, WIDTH);
    fputs("\nCommands:\n", out);
    for (size_t i = 0; i < csi_command_count(); i++) {
        const csi_command *command = csi_command_at(i);
        if (!command->is_hidden) {
            write_term(out, command->name, command->summary);
        }
    }
    fputs("\nOptions of every command:\n", out);
    write_common(out);
    write_option(out, CSI_OPT_VERSION);
    fputs("\nExit codes:\n", out);
    write_terms(out, csi_words_exit);
    fputs("\nStart with:\n"
          "  csindex rank                the default index, latest year\n"
          "  csindex explain CHE 2022    where one score comes from\n"
          "  csindex init my-index       a project of your own\n",
          out);
}

void csi_help_write(FILE *out, const csi_command *command)
{
    if (command == NULL) {
        write_program(out);
        return;
    }
    fprintf(out, "Usage: csindex %s [OPTION...]%s%s\n\n", command->name, command->arguments[0] != '\0' ? " " : "",
            command->arguments);
    csi_text_wrap(out, command->text, 0, 0, WIDTH);
    if (command->options != NULL && command->options[0] != CSI_OPT_END) {
        fputs("\nOptions:\n", out);
        for (const csi_opt *opt = command->options; *opt != CSI_OPT_END; opt++) {
            write_option(out, *opt);
        }
    }
    fputs("\nOptions of every command:\n", out);
    write_common(out);
    if (command->examples != NULL) {
        fputs("\nExamples:\n", out);
        for (const char *at = command->examples; *at != '\0';) {
            const size_t n = strcspn(at, "\n");
            fprintf(out, "  %.*s\n", (int)n, at);
            at += n + (at[n] == '\n');
        }
    }
}
