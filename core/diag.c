/* Diagnostics: kept messages, counts, and a sink. */
#include "core/diag.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

#define DEFAULT_CAP 20

struct csi_diag {
    csi_message *message;
    size_t n, room;
    size_t n_kept_errors, n_kept_others;
    size_t n_errors, n_warnings;
    size_t cap;
    csi_status first_status;
    csi_diag_sink sink;
    void *user;
};

csi_diag *csi_diag_new(size_t error_cap)
{
    csi_diag *diag = calloc(1, sizeof *diag);
    if (diag != NULL) {
        diag->cap = error_cap == 0 ? DEFAULT_CAP : error_cap;
    }
    return diag;
}

static void message_clear(csi_message *message)
{
    free(message->file);
    free(message->text);
    free(message->source_line);
}

void csi_diag_free(csi_diag *diag)
{
    if (diag == NULL) {
        return;
    }
    for (size_t i = 0; i < diag->n; i++) {
        message_clear(&diag->message[i]);
    }
    free(diag->message);
    free(diag);
}

void csi_diag_set_sink(csi_diag *diag, csi_diag_sink sink, void *user)
{
    diag->sink = sink;
    diag->user = user;
}

/* Counts the message; false when it is beyond the cap and not to be kept. */
static bool count(csi_diag *diag, csi_severity severity, csi_status status)
{
    if (severity == CSI_ERROR) {
        diag->n_errors++;
        if (diag->first_status == CSI_OK) {
            diag->first_status = status;
        }
        return diag->n_kept_errors < diag->cap;
    }
    diag->n_warnings += severity == CSI_WARNING;
    return diag->n_kept_others < diag->cap;
}

static bool make_room(csi_diag *diag)
{
    if (diag->n < diag->room) {
        return true;
    }
    const size_t room = diag->room == 0 ? 16 : diag->room * 2;
    csi_message *grown = realloc(diag->message, room * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    diag->message = grown;
    diag->room = room;
    return true;
}

static char *copy_or_null(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

static void add(csi_diag *diag, csi_severity severity, csi_status status, const csi_place *place, const char *format,
                va_list arguments)
{
    if (diag == NULL || !count(diag, severity, status) || !make_room(diag)) {
        return;
    }
    csi_message *message = &diag->message[diag->n];
    *message = (csi_message){.severity = severity, .status = status};
    message->text = csi_text_format_list(format, arguments);
    if (message->text == NULL) {
        return;
    }
    if (place != NULL) {
        message->file = copy_or_null(place->file);
        message->source_line = copy_or_null(place->source_line);
        message->line = place->line;
        message->column = place->column;
        message->length = place->length;
    }
    diag->n++;
    if (severity == CSI_ERROR) {
        diag->n_kept_errors++;
    } else {
        diag->n_kept_others++;
    }
    if (diag->sink != NULL) {
        diag->sink(diag->user, message);
    }
}

csi_status csi_diag_error(csi_diag *diag, csi_status status, const csi_place *place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(diag, CSI_ERROR, status, place, format, arguments);
    va_end(arguments);
    return status;
}

void csi_diag_warn(csi_diag *diag, const csi_place *place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(diag, CSI_WARNING, CSI_OK, place, format, arguments);
    va_end(arguments);
}

void csi_diag_note(csi_diag *diag, const csi_place *place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(diag, CSI_NOTE, CSI_OK, place, format, arguments);
    va_end(arguments);
}

csi_status csi_diag_no_memory(csi_diag *diag, const char *what)
{
    return csi_diag_error(diag, CSI_ERR_MEMORY, NULL, "out of memory while %s", what);
}

static void report(csi_diag *diag, const csi_message *message, const char *format, ...)
{
    const csi_place place = {message->file, message->line, message->column, message->length, message->source_line};
    va_list arguments;
    va_start(arguments, format);
    add(diag, message->severity, message->status, &place, format, arguments);
    va_end(arguments);
}

void csi_diag_pass_on(csi_diag *diag, const csi_diag *from)
{
    for (size_t i = 0; from != NULL && i < from->n; i++) {
        report(diag, &from->message[i], "%s", from->message[i].text);
    }
}

bool csi_diag_is_full(const csi_diag *diag)
{
    return diag != NULL && diag->n_errors >= diag->cap;
}

size_t csi_diag_n_errors(const csi_diag *diag)
{
    return diag == NULL ? 0 : diag->n_errors;
}

size_t csi_diag_n_warnings(const csi_diag *diag)
{
    return diag == NULL ? 0 : diag->n_warnings;
}

const csi_message *csi_diag_messages(const csi_diag *diag, size_t *n)
{
    *n = diag == NULL ? 0 : diag->n;
    return diag == NULL ? NULL : diag->message;
}

csi_status csi_diag_first_status(const csi_diag *diag)
{
    return diag == NULL ? CSI_OK : diag->first_status;
}
