/* The command: parse, call, print, exit.
 *
 * A command's result is kept in memory until the command has succeeded, so that a failure leaves neither half a table on
 * standard output nor half a file. SIGPIPE is ignored and a reader that went away is met when writing: csindex ends with
 * 141, as a program killed by the signal would, but not in the middle of an output directory. */
#include <errno.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/memory.h"
#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "core/outfile.h"

#define EXIT_BROKEN_PIPE (128 + SIGPIPE)

static void make_run_id(char id[33])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16] = {0};
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        const uint32_t pid = (uint32_t)getpid();
        memcpy(bytes, &pid, sizeof pid);
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        id[2 * i] = digits[bytes[i] >> 4];
        id[2 * i + 1] = digits[bytes[i] & 15];
    }
    id[32] = '\0';
}

/* Standard error is set up before the command line is parsed, so that a misuse is reported like any other error; the
 * options that concern it are looked for first. */
static void prepare_messages(int argc, char **argv)
{
    csi_messages *m = &csi_messages_here;
    m->terminal = csi_terminal_of(STDERR_FILENO, CSI_AUTO);
    m->command = "csindex";
    make_run_id(m->run_id);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "";
        m->as_json = m->as_json || strcmp(argv[i], "--log-format=json") == 0 ||
                     (strcmp(argv[i], "--log-format") == 0 && strcmp(next, "json") == 0);
    }
}

static void apply_common(csi_call *call)
{
    csi_messages *m = &csi_messages_here;
    const csi_when when = (csi_when)csi_call_choice(call, CSI_OPT_COLOR);
    call->verbosity = csi_call_count(call, CSI_OPT_VERBOSE) - csi_call_count(call, CSI_OPT_QUIET);
    m->verbosity = call->verbosity;
    m->command = call->command->name;
    m->as_json = csi_call_choice(call, CSI_OPT_LOG_FORMAT) == 1;
    m->terminal = csi_terminal_of(STDERR_FILENO, when);
    call->screen = csi_terminal_of(STDOUT_FILENO, when);
    if (csi_call_has(call, CSI_OPT_ASCII)) {
        call->screen.has_unicode = false;
    }
    const bool is_wanted = m->terminal.is_terminal && call->verbosity >= 0 && !m->as_json;
    csi_progress_allow((is_wanted || csi_call_has(call, CSI_OPT_PROGRESS)) && !csi_call_has(call, CSI_OPT_NO_PROGRESS));
}

static csi_status run_command(csi_call *call, int argc, char **argv)
{
    csi_status status = csi_call_parse(call, argc, argv);
    apply_common(call);
    if (status != CSI_OK) {
        return status;
    }
    if (csi_call_has(call, CSI_OPT_HELP)) {
        csi_help_write(call->out, call->command);
        return CSI_OK;
    }
    int64_t width = call->screen.width;
    status = csi_call_integer(call, CSI_OPT_WIDTH, 20, 1000, &width);
    call->screen.width = (int)width;
    if (status == CSI_OK) {
        status = call->command->run(call);
    }
    csi_progress_end();
    return status;
}

/* Whole or not at all, through the same door as every other file. */
static csi_status write_file(const char *path, const char *bytes, size_t n, csi_diag *diag)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (directory == NULL) {
        return csi_diag_no_memory(diag, "naming the output");
    }
    csi_outfile *file = NULL;
    csi_status status = csi_outfile_open(directory, slash == NULL ? path : slash + 1, CSI_PLAIN, diag, &file);
    if (status == CSI_OK) {
        csi_outfile_write(file, bytes, n);
        status = csi_outfile_commit(file, diag, NULL);
    }
    free(directory);
    return status;
}

/* Returns the exit code. */
static int write_stdout(const char *bytes, size_t n, csi_diag *diag)
{
    for (size_t at = 0; at < n;) {
        const ssize_t written = write(STDOUT_FILENO, bytes + at, n - at);
        if (written < 0 && errno == EPIPE) {
            return EXIT_BROKEN_PIPE;
        }
        if (written < 0 && errno != EINTR) {
            return csi_status_exit_code(
                csi_diag_error(diag, CSI_ERR_IO, NULL, "cannot write to standard output: %s", strerror(errno)));
        }
        at += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

static int deliver(const csi_call *call, const char *bytes, size_t n)
{
    const bool has_file = csi_call_has(call, CSI_OPT_OUTPUT_FILE) && !csi_call_has(call, CSI_OPT_HELP);
    const char *path = has_file ? csi_call_text(call, CSI_OPT_OUTPUT_FILE) : "-";
    if (strcmp(path, "-") != 0) {
        return csi_status_exit_code(write_file(path, bytes, n, call->diag));
    }
    return write_stdout(bytes, n, call->diag);
}

static int exit_code_of(csi_status status, const csi_call *call, const char *bytes, size_t n)
{
    if (status != CSI_OK && status != CSI_ERR_GATE) {
        return csi_status_exit_code(status);
    }
    const int delivered = deliver(call, bytes, n);
    return delivered != 0 ? delivered : csi_status_exit_code(status);
}

/* Room for every option that the command line could hold: a letter of it may be one. */
static size_t count_letters(int argc, char **argv)
{
    size_t n = 1;
    for (int i = 0; i < argc; i++) {
        n += strlen(argv[i]);
    }
    return n;
}

static int call_command(const csi_command *command, int argc, char **argv, csi_diag *diag)
{
    csi_memory result;
    csi_call call = {.command = command, .diag = diag};
    int code = csi_status_exit_code(CSI_ERR_MEMORY);
    const bool is_open = csi_memory_open(&result);
    call.given = calloc(count_letters(argc, argv), sizeof *call.given);
    call.out = result.stream;
    if (call.given == NULL || !is_open) {
        (void)csi_diag_no_memory(diag, "reading the command line");
        goto out;
    }
    const csi_status status = run_command(&call, argc, argv);
    if (!csi_memory_settle(&result) && (status == CSI_OK || status == CSI_ERR_GATE)) {
        (void)csi_diag_no_memory(diag, "gathering the output");
        goto out;
    }
    code = exit_code_of(status, &call, result.bytes, result.n);
out:
    csi_memory_close(&result);
    free(call.given);
    return code;
}

/* A misuse without any command: `csindex`, `csindex --help`, `csindex --version`. */
static int call_bare(int argc, char **argv, csi_diag *diag)
{
    if (argc < 2) {
        csi_usage_write(stderr);
        return csi_status_exit_code(CSI_ERR_USAGE);
    }
    for (int i = 1; i < argc; i++) {
        const bool asks_help = strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0;
        const bool asks_version = strcmp(argv[i], "-V") == 0 || strcmp(argv[i], "--version") == 0;
        if (asks_help) {
            csi_help_write(stdout, NULL);
        } else if (asks_version) {
            csi_version_write(stdout);
        }
        if (asks_help || asks_version) {
            return fflush(stdout) == 0 && !ferror(stdout) ? 0 : EXIT_BROKEN_PIPE;
        }
    }
    return csi_status_exit_code(csi_diag_error(
        diag, CSI_ERR_USAGE, NULL, "\"%s\" stands where a command is expected; see csindex --help", argv[1]));
}

/* Options of every command may also stand before it: `csindex -q run`. Puts the command first, its arguments behind. */
static void move_command_first(int argc, char **argv)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        at += strcmp(argv[at], "--log-format") == 0 || strcmp(argv[at], "--color") == 0;
    }
    if (at < argc) {
        char *command = argv[at];
        memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
        argv[1] = command;
    }
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off();
    csi_signals_prepare();
    prepare_messages(argc, argv);
    csi_diag *diag = csi_diag_new(0);
    if (diag == NULL) {
        fputs("csindex: error: out of memory\n", stderr);
        return csi_status_exit_code(CSI_ERR_MEMORY);
    }
    csi_diag_set_sink(diag, csi_messages_show, NULL);
    int code = 0;
    move_command_first(argc, argv);
    if (argc < 2 || argv[1][0] == '-') {
        code = call_bare(argc, argv, diag);
    } else {
        const csi_command *command = NULL;
        const csi_status status = csi_command_require(diag, argv[1], &command);
        code = status == CSI_OK ? call_command(command, argc - 1, argv + 1, diag) : csi_status_exit_code(status);
    }
    csi_diag_free(diag);
    return code;
}
