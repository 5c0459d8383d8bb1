/* See messages.h. Whatever came from a file, a name or an argument is neutralised before it reaches a terminal. */
#include "cli/messages.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/draw.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "core/arena.h"
#include "core/json.h"

#define SOURCE_WIDTH 100 /* of the source line shown, when the terminal does not say */
#define INDENT 4

csi_messages csi_messages_here;

static const char *severity_name(csi_severity severity)
{
    return severity == CSI_ERROR ? "error" : severity == CSI_WARNING ? "warning" : "note";
}

static void ink(const char *code)
{
    if (csi_messages_here.terminal.has_color) {
        fputs(code, stderr);
    }
}

static void put_neutral(const char *text)
{
    csi_text_put(stderr, text, strlen(text));
}

/* Bytes that continue a character must not be cut off from it. */
static size_t at_character(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80) {
        at--;
    }
    return at;
}

/* The source line, or a window of it around the fault, and carets below. */
static void show_source(const csi_message *message)
{
    const char *line = message->source_line;
    const size_t length = strlen(line);
    const size_t room = csi_messages_here.terminal.width > 40 ? (size_t)csi_messages_here.terminal.width - 2 * INDENT
                                                              : SOURCE_WIDTH;
    const size_t fault = message->column > 0 && message->column - 1 <= length ? message->column - 1 : 0;
    size_t from = 0, to = length;
    if (length > room) {
        from = fault > room / 2 ? at_character(line, fault - room / 2) : 0;
        to = from + room < length ? at_character(line, from + room) : length;
    }
    fprintf(stderr, "%*s%s", INDENT, "", from > 0 ? "..." : "");
    csi_text_put(stderr, line + from, to - from);
    fputs(to < length ? "...\n" : "\n", stderr);
    if (message->column == 0 || message->column - 1 > length) {
        return;
    }
    const int before = csi_text_width(line + from, fault - from) + (from > 0 ? 3 : 0);
    const size_t end = message->length < to - fault ? fault + message->length : to;
    const int under = csi_text_width(line + fault, end - fault);
    fprintf(stderr, "%*s", INDENT + before, "");
    ink(CSI_INK_SECOND);
    fputc('^', stderr);
    for (int i = 1; i < under; i++) {
        fputc('~', stderr);
    }
    ink(CSI_INK_OFF);
    fputc('\n', stderr);
}

static void show_text(const csi_message *message)
{
    ink(CSI_INK_BOLD);
    put_neutral(message->file != NULL ? message->file : "csindex");
    if (message->file != NULL && message->line > 0) {
        fprintf(stderr, ":%llu", (unsigned long long)message->line);
        if (message->column > 0) {
            fprintf(stderr, ":%lu", (unsigned long)message->column);
        }
    }
    fputs(": ", stderr);
    ink(message->severity == CSI_NOTE ? CSI_INK_MAIN : CSI_INK_SECOND);
    fputs(severity_name(message->severity), stderr);
    ink(CSI_INK_OFF);
    fputs(": ", stderr);
    put_neutral(message->text);
    fputc('\n', stderr);
    if (message->source_line != NULL && message->source_line[0] != '\0') {
        show_source(message);
    }
}

static void write_stderr(void *user, const char *bytes, size_t n)
{
    (void)user;
    fwrite(bytes, 1, n, stderr);
}

static void begin_event(csi_json *json, const char *event)
{
    char stamp[32] = "";
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc) != NULL) {
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    csi_json_init(json, write_stderr, NULL, false);
    csi_json_begin_object(json);
    csi_json_text_at(json, "time", stamp);
    csi_json_text_at(json, "run", csi_messages_here.run_id);
    csi_json_text_at(json, "command", csi_messages_here.command);
    csi_json_text_at(json, "event", event);
}

static void end_event(csi_json *json)
{
    csi_json_end_object(json);
    fputc('\n', stderr);
}

static void show_json(const csi_message *message)
{
    csi_json json;
    begin_event(&json, severity_name(message->severity));
    csi_json_text_at(&json, "text", message->text);
    if (message->severity == CSI_ERROR) {
        csi_json_text_at(&json, "status", csi_status_text(message->status));
        csi_json_integer_at(&json, "exit_code", csi_status_exit_code(message->status));
    }
    if (message->file != NULL) {
        csi_json_text_at(&json, "file", message->file);
    }
    if (message->line > 0) {
        csi_json_integer_at(&json, "line", (int64_t)message->line);
    }
    if (message->column > 0) {
        csi_json_integer_at(&json, "column", message->column);
    }
    end_event(&json);
}

void csi_messages_show(void *user, const csi_message *message)
{
    (void)user;
    const int needed = message->severity == CSI_NOTE ? 1 : message->severity == CSI_WARNING ? -1 : -100;
    if (csi_messages_here.verbosity < needed) {
        return;
    }
    csi_progress_pause();
    if (csi_messages_here.as_json) {
        show_json(message);
    } else {
        show_text(message);
    }
    csi_progress_resume();
}

static void say(const char *event, const csi_fact *fact, size_t n, const char *format, va_list arguments)
{
    char *text = csi_text_format_list(format, arguments);
    if (text == NULL) {
        return;
    }
    csi_progress_pause();
    if (csi_messages_here.as_json) {
        csi_json json;
        begin_event(&json, event);
        csi_json_text_at(&json, "text", text);
        for (size_t i = 0; i < n; i++) {
            csi_json_key(&json, fact[i].name);
            if (fact[i].text != NULL) {
                csi_json_text(&json, fact[i].text);
            } else {
                csi_json_number(&json, fact[i].number);
            }
        }
        end_event(&json);
    } else {
        put_neutral(text);
        fputc('\n', stderr);
    }
    csi_progress_resume();
    free(text);
}

void csi_say(int level, const char *event, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (csi_messages_here.verbosity >= level) {
        say(event, NULL, 0, format, arguments);
    }
    va_end(arguments);
}

void csi_say_facts(int level, const char *event, const csi_fact *fact, size_t n, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (csi_messages_here.verbosity >= level) {
        say(event, fact, n, format, arguments);
    }
    va_end(arguments);
}
