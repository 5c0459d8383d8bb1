/* Settings: libfyaml's events made into a tree with places.
 *
 * Events rather than libfyaml's documents, because events keep a mark for every key and collection, so that a message
 * can point at any of them. Aliases are refused: a configuration needs none, and they can grow without bound. */
#include "core/settings.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

typedef struct reader {
    csi_arena *arena;
    csi_diag *diag;
    const char *file;
    const char *text;         /* a copy whose line ends are terminators */
    const size_t *line_start; /* n_lines of them */
    size_t n_lines;
    struct fy_parser *parser;
    struct fy_event *event; /* the current one; NULL at the end */
    int depth;
} reader;

/* Copies the text with its lines terminated, and notes where each begins. */
static csi_status index_lines(reader *r, const char *bytes, size_t n_bytes)
{
    char *text = csi_arena_copy(r->arena, bytes, n_bytes);
    size_t n_lines = 1;
    for (size_t i = 0; i < n_bytes; i++) {
        n_lines += bytes[i] == '\n';
    }
    size_t *start = csi_arena_alloc(r->arena, n_lines, sizeof *start);
    if (text == NULL || start == NULL) {
        return csi_diag_no_memory(r->diag, "reading the configuration");
    }
    size_t line = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        if (text[i] == '\n') {
            start[++line] = i + 1;
        }
        if (text[i] == '\n' || text[i] == '\r') {
            text[i] = '\0';
        }
    }
    r->text = text;
    r->line_start = start;
    r->n_lines = n_lines;
    return CSI_OK;
}

/* `line` and `column` count from 0, as libfyaml does. */
static csi_place place_at(const reader *r, size_t line, size_t column, size_t length)
{
    csi_place place = {.file = r->file, .line = line + 1, .column = (uint32_t)column + 1, .length = (uint32_t)length};
    if (line < r->n_lines) {
        place.source_line = r->text + r->line_start[line];
    }
    return place;
}

static csi_place place_of_event(const reader *r)
{
    const struct fy_mark *start = fy_event_start_mark(r->event);
    const struct fy_mark *end = fy_event_end_mark(r->event);
    if (start == NULL) {
        return (csi_place){.file = r->file};
    }
    const bool on_one_line = end != NULL && end->line == start->line && end->column > start->column;
    return place_at(r, (size_t)start->line, (size_t)start->column, on_one_line ? (size_t)(end->column - start->column) : 1);
}

/* Says what libfyaml found, at its place. */
static csi_status complain(const reader *r, struct fy_diag *yaml_diag)
{
    void *previous = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(yaml_diag, &previous);
    if (error == NULL) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &(csi_place){.file = r->file}, "this is not YAML");
    }
    const size_t line = error->line > 0 ? (size_t)error->line - 1 : 0;
    const size_t column = error->column > 0 ? (size_t)error->column - 1 : 0;
    const csi_place place = place_at(r, line, column, 1);
    return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "%s", error->msg);
}

/* Moves to the next event; an error of the parser ends the events, and csi_settings_parse then asks why. */
static void advance(reader *r)
{
    if (r->event != NULL) {
        fy_parser_event_free(r->parser, r->event);
    }
    r->event = fy_parser_parse(r->parser);
}

static bool is_event(const reader *r, enum fy_event_type type)
{
    return r->event != NULL && r->event->type == type;
}

static csi_status read_value(reader *r, csi_setting *setting);

static csi_status read_scalar(reader *r, csi_setting *setting)
{
    size_t length = 0;
    const char *text = r->event->scalar.value == NULL ? "" : fy_token_get_text(r->event->scalar.value, &length);
    setting->kind = CSI_SETTING_TEXT;
    setting->place = place_of_event(r);
    setting->text = text == NULL ? NULL : csi_arena_copy(r->arena, text, length);
    if (setting->text == NULL) {
        return csi_diag_no_memory(r->diag, "reading the configuration");
    }
    if (strlen(setting->text) != length) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &setting->place, "a text must not hold a NUL byte");
    }
    if (r->event->scalar.value != NULL) {
        const enum fy_scalar_style style = fy_scalar_token_get_style(r->event->scalar.value);
        setting->is_quoted = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    }
    if (!setting->is_quoted && (strcmp(setting->text, "null") == 0 || strcmp(setting->text, "~") == 0)) {
        setting->text = "";
    }
    advance(r);
    return CSI_OK;
}

/* Reads "key:" into setting->key; refuses a key that `items` already has. */
static csi_status read_key(reader *r, csi_setting *setting, const csi_setting *items, size_t n)
{
    csi_setting key = {0};
    if (!is_event(r, FYET_SCALAR)) {
        const csi_place place = place_of_event(r);
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "a key must be a plain text");
    }
    const csi_status status = read_scalar(r, &key);
    if (status != CSI_OK) {
        return status;
    }
    setting->key = key.text;
    setting->key_place = key.place;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(items[i].key, key.text) == 0) {
            return csi_diag_error(r->diag, CSI_ERR_CONFIG, &key.place, "\"%s\" stands here twice: line %llu has it too",
                                  key.text, (unsigned long long)items[i].key_place.line);
        }
    }
    return CSI_OK;
}

static csi_status grow(reader *r, csi_setting **items, size_t n, size_t *room)
{
    if (n < *room) {
        return CSI_OK;
    }
    *room = *room == 0 ? 8 : *room * 2;
    csi_setting *grown = realloc(*items, *room * sizeof *grown);
    if (grown == NULL) {
        return csi_diag_no_memory(r->diag, "reading the configuration");
    }
    *items = grown;
    return CSI_OK;
}

static csi_status read_collection(reader *r, csi_setting *setting)
{
    csi_status status = CSI_OK;
    const bool is_map = is_event(r, FYET_MAPPING_START);
    const enum fy_event_type end = is_map ? FYET_MAPPING_END : FYET_SEQUENCE_END;
    csi_setting *items = NULL;
    size_t n = 0, room = 0;
    setting->kind = is_map ? CSI_SETTING_MAP : CSI_SETTING_LIST;
    setting->place = place_of_event(r);
    setting->text = "";
    advance(r);
    while (r->event != NULL && !is_event(r, end)) {
        CSI_TRY(grow(r, &items, n, &room));
        items[n] = (csi_setting){0};
        if (is_map) {
            CSI_TRY(read_key(r, &items[n], items, n));
        }
        CSI_TRY(read_value(r, &items[n]));
        n++;
    }
    advance(r);
    csi_setting *kept = csi_arena_alloc(r->arena, n, sizeof *kept);
    if (kept == NULL) {
        status = csi_diag_no_memory(r->diag, "reading the configuration");
        goto out;
    }
    if (n > 0) {
        memcpy(kept, items, n * sizeof *kept);
    }
    setting->item = kept;
    setting->n = n;
out:
    free(items);
    return status;
}

static csi_status read_value(reader *r, csi_setting *setting)
{
    if (is_event(r, FYET_SCALAR)) {
        return read_scalar(r, setting);
    }
    if (is_event(r, FYET_MAPPING_START) || is_event(r, FYET_SEQUENCE_START)) {
        if (r->depth >= MAX_DEPTH) {
            const csi_place place = place_of_event(r);
            return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "nested more than %d levels deep", MAX_DEPTH);
        }
        r->depth++;
        const csi_status status = read_collection(r, setting);
        r->depth--;
        return status;
    }
    if (is_event(r, FYET_ALIAS)) {
        const csi_place place = place_of_event(r);
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "aliases (*name) are not read here: write the value out");
    }
    setting->kind = CSI_SETTING_TEXT;
    setting->text = "";
    setting->place = (csi_place){.file = r->file};
    return CSI_OK;
}

/* Reads the one document of the stream; an empty stream reads as an empty map. */
static csi_status read_stream(reader *r, csi_setting *root)
{
    *root = (csi_setting){.kind = CSI_SETTING_MAP, .text = "", .place = {.file = r->file, .line = 1, .column = 1}};
    advance(r);
    while (is_event(r, FYET_STREAM_START) || is_event(r, FYET_DOCUMENT_START)) {
        advance(r);
    }
    if (r->event == NULL || is_event(r, FYET_STREAM_END)) {
        return CSI_OK;
    }
    const csi_status status = read_value(r, root);
    if (status != CSI_OK) {
        return status;
    }
    if (is_event(r, FYET_DOCUMENT_END)) {
        advance(r);
    }
    if (is_event(r, FYET_DOCUMENT_START)) {
        const csi_place place = place_of_event(r);
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "a second document begins here; one is expected");
    }
    return CSI_OK;
}

csi_status csi_settings_parse(csi_arena *arena, const char *file, const char *bytes, size_t n_bytes, csi_diag *diag,
                              const csi_setting **root)
{
    *root = NULL;
    csi_status status = CSI_OK;
    reader r = {.arena = arena, .diag = diag, .file = file};
    struct fy_diag *yaml_diag = NULL;
    csi_setting *tree = csi_arena_alloc(arena, 1, sizeof *tree);
    if (tree == NULL) {
        return csi_diag_no_memory(diag, "reading the configuration");
    }
    CSI_TRY(index_lines(&r, bytes, n_bytes));
    const struct fy_diag_cfg diag_cfg = {.level = FYET_ERROR, .module_mask = ~0u};
    yaml_diag = fy_diag_create(&diag_cfg);
    const struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = yaml_diag};
    r.parser = yaml_diag == NULL ? NULL : fy_parser_create(&cfg);
    if (r.parser == NULL) {
        status = csi_diag_no_memory(diag, "reading the configuration");
        goto out;
    }
    fy_diag_set_collect_errors(yaml_diag, true);
    if (fy_parser_set_string(r.parser, bytes, n_bytes) != 0) {
        status = csi_diag_no_memory(diag, "reading the configuration");
        goto out;
    }
    status = read_stream(&r, tree);
    if (fy_parser_get_stream_error(r.parser)) {
        status = csi_diag_n_errors(diag) > 0 && status != CSI_OK ? status : complain(&r, yaml_diag);
    }
    *root = status == CSI_OK ? tree : NULL;
out:
    if (r.event != NULL) {
        fy_parser_event_free(r.parser, r.event);
    }
    if (r.parser != NULL) {
        fy_parser_destroy(r.parser);
    }
    if (yaml_diag != NULL) {
        fy_diag_destroy(yaml_diag);
    }
    return status;
}
