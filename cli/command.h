/* The seam of the command line: a command is a row of data and one function.
 *
 * A command lives in one file, cli/command_<name>.c, exports one `const csi_command`, and is listed once in
 * cli/commands.def; its options are rows of cli/options.def. Parsing, --help, the man page and the completions follow.
 * The function reads its call, calls the library, and writes its result to call->out; nothing else reaches standard
 * output, and nothing at all does when it fails. Words for people go through call->diag and csi_say. */
#ifndef CSI_CLI_COMMAND_H
#define CSI_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/terminal.h"
#include "core/diag.h"
#include "core/status.h"

typedef enum csi_opt {
#define CSI_OPT(id, name, letter, argument, choices, meaning) CSI_OPT_##id,
#include "cli/options.def"
#undef CSI_OPT
    CSI_N_OPTS
} csi_opt;

#define CSI_OPT_END CSI_N_OPTS /* ends a command's list of options */

typedef struct csi_opt_facts {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* NULL: takes none */
    const char *choices;  /* "a|b"; NULL: free */
    const char *meaning;
} csi_opt_facts;

extern const csi_opt_facts csi_opt_table[CSI_N_OPTS];

/* The options that every view takes: where to look and how to show it. */
#define CSI_OPTS_VIEW                                                                                               \
    CSI_OPT_RESULTS, CSI_OPT_PROJECT, CSI_OPT_FORMAT, CSI_OPT_DIGITS, CSI_OPT_ASCII, CSI_OPT_WIDTH, CSI_OPT_OUTPUT_FILE

typedef struct csi_call csi_call;

typedef struct csi_command {
    const char *name;
    const char *arguments; /* for the usage line: "ISO3 YEAR"; "" for none */
    int min_arguments, max_arguments; /* max -1: any number */
    const char *summary;   /* one line, no full stop */
    const char *text;      /* paragraphs for --help and the man page, parted by an empty line */
    const char *examples;  /* command lines, one a line; what stands behind " # " explains */
    const csi_opt *options; /* ends with CSI_OPT_END; the common ones are understood by all */
    bool is_hidden;        /* not listed */
    csi_status (*run)(csi_call *call);
} csi_command;

size_t csi_command_count(void);
const csi_command *csi_command_at(size_t index);

/* The command of that name; CSI_ERR_USAGE, with the nearest name, when there is none. */
CSI_MUST_USE csi_status csi_command_require(csi_diag *diag, const char *name, const csi_command **command);

/* One option as given. */
typedef struct csi_given {
    csi_opt opt;
    const char *text; /* NULL: takes no argument */
} csi_given;

/* A command as called. */
struct csi_call {
    const csi_command *command;
    size_t n_arguments;
    const char *const *argument;
    csi_given *given;
    size_t n_given;
    int verbosity; /* 0 by default; each -v adds one, each -q takes one */
    csi_terminal screen; /* of the results */
    FILE *out;     /* results; kept in memory until the command has succeeded */
    csi_diag *diag;
};

/* Options of a call, the last one given winning. csi_call_text is NULL when the option was not given. */
bool csi_call_has(const csi_call *call, csi_opt opt);
int csi_call_count(const csi_call *call, csi_opt opt);
const char *csi_call_text(const csi_call *call, csi_opt opt);

/* Reads a number within its limits (inclusive); *value keeps what it holds when the option was not given. */
CSI_MUST_USE csi_status csi_call_integer(const csi_call *call, csi_opt opt, int64_t low, int64_t high, int64_t *value);
CSI_MUST_USE csi_status csi_call_number(const csi_call *call, csi_opt opt, double low, double high, double *value);

/* The index of the option's value among its choices; 0, the first, when not given. Parsing has checked it. */
size_t csi_call_choice(const csi_call *call, csi_opt opt);

/* An argument as a whole number: `what` names it in the message. */
CSI_MUST_USE csi_status csi_call_argument_integer(const csi_call *call, size_t index, const char *what, int64_t low,
                                                  int64_t high, int64_t *value);

/* Parses argv[1..) of a command into call->given, ->n_given, ->argument, ->n_arguments. --help wins over everything. */
CSI_MUST_USE csi_status csi_call_parse(csi_call *call, int argc, char **argv);

bool csi_command_takes(const csi_command *command, csi_opt opt);
bool csi_opt_is_common(csi_opt opt);

/* Text for people who asked. */
void csi_help_write(FILE *out, const csi_command *command); /* NULL: of csindex itself */
void csi_usage_write(FILE *out);                            /* the short form, for a misuse */
void csi_version_write(FILE *out);
void csi_manual_write(FILE *out);
void csi_completion_bash(FILE *out);
void csi_completion_zsh(FILE *out);
void csi_completion_fish(FILE *out);

#endif
