/* The command line to a csi_call, by getopt_long over the rows of options.def that the command lists. */
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "core/arena.h"
#include "core/number.h"
#include "core/settings.h"

const csi_opt_facts csi_opt_table[CSI_N_OPTS] = {
#define CSI_OPT(id, name, letter, argument, choices, meaning)                                                          \
    [CSI_OPT_##id] = {name, letter, argument, choices, meaning},
#include "cli/options.def"
#undef CSI_OPT
};

static const csi_opt common[] = {CSI_OPT_HELP,     CSI_OPT_VERBOSE,     CSI_OPT_QUIET,      CSI_OPT_COLOR,
                                 CSI_OPT_PROGRESS, CSI_OPT_NO_PROGRESS, CSI_OPT_LOG_FORMAT, CSI_OPT_END};

static bool lists(const csi_opt *options, csi_opt opt)
{
    for (; options != NULL && *options != CSI_OPT_END; options++) {
        if (*options == opt) {
            return true;
        }
    }
    return false;
}

bool csi_opt_is_common(csi_opt opt)
{
    return lists(common, opt);
}

bool csi_command_takes(const csi_command *command, csi_opt opt)
{
    return csi_opt_is_common(opt) || lists(command->options, opt);
}

/* What getopt needs: letters, and long options whose value is the row's number behind the range of letters. */
typedef struct grammar {
    char letters[2 * CSI_N_OPTS + 2];
    struct option names[CSI_N_OPTS + 1];
} grammar;

static void grammar_fill(const csi_command *command, grammar *g)
{
    size_t n_letters = 0, n_names = 0;
    g->letters[n_letters++] = ':'; /* a missing argument is told apart from an unknown option */
    for (int i = 0; i < CSI_N_OPTS; i++) {
        if (!csi_command_takes(command, (csi_opt)i)) {
            continue;
        }
        const csi_opt_facts *opt = &csi_opt_table[i];
        const bool takes = opt->argument != NULL;
        g->names[n_names++] =
            (struct option){opt->name, takes ? required_argument : no_argument, NULL, UCHAR_MAX + 1 + i};
        if (opt->letter != 0) {
            g->letters[n_letters++] = opt->letter;
            if (takes) {
                g->letters[n_letters++] = ':';
            }
        }
    }
    g->letters[n_letters] = '\0';
    g->names[n_names] = (struct option){0};
}

static csi_opt by_letter(const csi_command *command, int letter)
{
    for (int i = 0; i < CSI_N_OPTS; i++) {
        if (csi_opt_table[i].letter == letter && csi_command_takes(command, (csi_opt)i)) {
            return (csi_opt)i;
        }
    }
    return CSI_OPT_END;
}

static csi_status unknown_option(const csi_call *call, const grammar *g, const char *word)
{
    if (word[0] != '-' || word[1] != '-') {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "unknown option \"-%c\"; see csindex %s --help", optopt,
                              call->command->name);
    }
    const char *names[CSI_N_OPTS];
    size_t n = 0;
    for (; g->names[n].name != NULL; n++) {
        names[n] = g->names[n].name;
    }
    char typed[64];
    const size_t length = strcspn(word + 2, "=");
    const size_t kept = length < sizeof typed ? length : sizeof typed - 1;
    memcpy(typed, word + 2, kept);
    typed[kept] = '\0';
    const char *nearest = csi_nearest_name(typed, names, n);
    if (optopt > UCHAR_MAX) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "option \"--%s\" takes no value", typed);
    }
    return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "unknown option \"--%s\"%s%s%s; see csindex %s --help", typed,
                          nearest != NULL ? "; did you mean \"--" : "", nearest != NULL ? nearest : "",
                          nearest != NULL ? "\"" : "", call->command->name);
}

/* The position of text among "a|b|c", or CSI_NONE. */
static size_t choice_find(const char *choices, const char *text)
{
    size_t index = 0;
    for (const char *at = choices; *at != '\0'; index++) {
        const size_t n = strcspn(at, "|");
        if (strlen(text) == n && strncmp(at, text, n) == 0) {
            return index;
        }
        at += n + (at[n] == '|');
    }
    return CSI_NONE;
}

static csi_status add_given(csi_call *call, csi_opt opt, const char *text)
{
    const csi_opt_facts *facts = &csi_opt_table[opt];
    if (facts->choices != NULL && choice_find(facts->choices, text) == CSI_NONE) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "option \"--%s\": \"%s\" is none of %s", facts->name, text,
                              facts->choices);
    }
    if (facts->argument != NULL && text[0] == '\0') {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "option \"--%s\" needs a value, not an empty one",
                              facts->name);
    }
    call->given[call->n_given++] = (csi_given){opt, text};
    return CSI_OK;
}

static csi_status missing_argument(const csi_call *call)
{
    const csi_opt opt = optopt > UCHAR_MAX ? (csi_opt)(optopt - UCHAR_MAX - 1) : by_letter(call->command, optopt);
    const csi_opt_facts *facts = &csi_opt_table[opt];
    return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "option \"--%s\" needs a value: --%s %s", facts->name,
                          facts->name, facts->argument);
}

static csi_status check_arguments(const csi_call *call)
{
    const csi_command *command = call->command;
    if (csi_call_has(call, CSI_OPT_HELP)) {
        return CSI_OK;
    }
    if (call->n_arguments < (size_t)command->min_arguments) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "an argument is missing: usage: csindex %s %s",
                              command->name, command->arguments);
    }
    if (command->max_arguments >= 0 && call->n_arguments > (size_t)command->max_arguments) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "\"%s\" is one too many: usage: csindex %s [OPTION...] %s",
                              call->argument[command->max_arguments], command->name, command->arguments);
    }
    return CSI_OK;
}

csi_status csi_call_parse(csi_call *call, int argc, char **argv)
{
    grammar g;
    grammar_fill(call->command, &g);
    opterr = 0;
    optind = 0;
    for (;;) {
        const int before = optind == 0 ? 1 : optind;
        const int found = getopt_long(argc, argv, g.letters, g.names, NULL);
        if (found == -1) {
            break;
        }
        if (found == '?') {
            /* inside a cluster of letters optind has not moved on yet */
            return unknown_option(call, &g, argv[optind > before ? optind - 1 : before]);
        }
        if (found == ':') {
            return missing_argument(call);
        }
        const csi_opt opt = found > UCHAR_MAX ? (csi_opt)(found - UCHAR_MAX - 1) : by_letter(call->command, found);
        const csi_status status = add_given(call, opt, optarg);
        if (status != CSI_OK) {
            return status;
        }
    }
    call->argument = (const char *const *)(argv + optind);
    call->n_arguments = (size_t)(argc - optind);
    return check_arguments(call);
}

bool csi_call_has(const csi_call *call, csi_opt opt)
{
    return csi_call_count(call, opt) > 0;
}

int csi_call_count(const csi_call *call, csi_opt opt)
{
    int n = 0;
    for (size_t i = 0; i < call->n_given; i++) {
        n += call->given[i].opt == opt;
    }
    return n;
}

const char *csi_call_text(const csi_call *call, csi_opt opt)
{
    for (size_t i = call->n_given; i > 0; i--) {
        if (call->given[i - 1].opt == opt) {
            return call->given[i - 1].text;
        }
    }
    return NULL;
}

size_t csi_call_choice(const csi_call *call, csi_opt opt)
{
    const char *text = csi_call_text(call, opt);
    return text != NULL ? choice_find(csi_opt_table[opt].choices, text) : 0;
}

static csi_status read_integer(const csi_call *call, const char *dashes, const char *what, const char *text, int64_t low,
                               int64_t high, int64_t *value)
{
    int64_t read = 0;
    if (csi_number_read_integer(text, strlen(text), &read) != CSI_NUMBER_OK || read < low || read > high) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL,
                              "%s%s: \"%s\" is not a whole number from %lld to %lld", dashes, what, text, (long long)low,
                              (long long)high);
    }
    *value = read;
    return CSI_OK;
}

csi_status csi_call_integer(const csi_call *call, csi_opt opt, int64_t low, int64_t high, int64_t *value)
{
    const char *text = csi_call_text(call, opt);
    return text == NULL ? CSI_OK : read_integer(call, "--", csi_opt_table[opt].name, text, low, high, value);
}

csi_status csi_call_argument_integer(const csi_call *call, size_t index, const char *what, int64_t low, int64_t high,
                                     int64_t *value)
{
    return read_integer(call, "", what, call->argument[index], low, high, value);
}

csi_status csi_call_number(const csi_call *call, csi_opt opt, double low, double high, double *value)
{
    const char *text = csi_call_text(call, opt);
    double read = 0;
    if (text == NULL) {
        return CSI_OK;
    }
    if (csi_number_read(text, strlen(text), &read) != CSI_NUMBER_OK || !(read >= low && read <= high)) {
        char limit[2][CSI_NUMBER_MAX];
        csi_number_write(low, limit[0]);
        csi_number_write(high, limit[1]);
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--%s: \"%s\" is not a number from %s to %s",
                              csi_opt_table[opt].name, text, limit[0], limit[1]);
    }
    *value = read;
    return CSI_OK;
}
