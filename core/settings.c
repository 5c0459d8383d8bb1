/* Settings: libyaml's events made into a tree with places.
 *
 * Events rather than documents, because events keep a mark for every key and collection, so that a message can point at
 * any of them. libyaml rather than libfyaml, whose own messages are finer, because it stands every failed allocation.
 * Aliases are refused: a configuration needs none, and they can grow without bound. */
#include "core/settings.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define MAX_DEPTH 64

typedef struct reader {
    csi_arena *arena;
    csi_diag *diag;
    const char *file;
    const char *text;         /* a copy whose line ends are terminators */
    const size_t *line_start; /* n_lines of them */
    size_t n_lines;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one; YAML_NO_EVENT after a failure of the parser */
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

/* `line` and `column` count from 0, as libyaml does. */
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
    const yaml_mark_t *start = &r->event.start_mark, *end = &r->event.end_mark;
    const bool on_one_line = end->line == start->line && end->column > start->column;
    return place_at(r, start->line, start->column, on_one_line ? end->column - start->column : 1);
}

/* Says what libyaml found, at its place. */
static csi_status complain(const reader *r)
{
    if (r->parser.error == YAML_MEMORY_ERROR) {
        return csi_diag_no_memory(r->diag, "reading the configuration");
    }
    const bool has_context = r->parser.context != NULL;
    const csi_place place = r->parser.error == YAML_READER_ERROR
        ? (csi_place){.file = r->file}
        : place_at(r, r->parser.problem_mark.line, r->parser.problem_mark.column, 1);
    return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "this is not YAML: %s%s%s",
                          r->parser.problem, has_context ? ", " : "", has_context ? r->parser.context : "");
}

/* Moves to the next event. */
static csi_status advance(reader *r)
{
    yaml_event_delete(&r->event);
    r->event = (yaml_event_t){0};
    return yaml_parser_parse(&r->parser, &r->event) ? CSI_OK : complain(r);
}

static bool is_event(const reader *r, yaml_event_type_t type)
{
    return r->event.type == type;
}

static csi_status read_value(reader *r, csi_setting *setting);

static csi_status read_scalar(reader *r, csi_setting *setting)
{
    const size_t length = r->event.data.scalar.length;
    setting->kind = CSI_SETTING_TEXT;
    setting->place = place_of_event(r);
    setting->text = csi_arena_copy(r->arena, (const char *)r->event.data.scalar.value, length);
    if (setting->text == NULL) {
        return csi_diag_no_memory(r->diag, "reading the configuration");
    }
    if (strlen(setting->text) != length) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &setting->place, "a text must not hold a NUL byte");
    }
    setting->is_quoted = r->event.data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                         r->event.data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (!setting->is_quoted && (strcmp(setting->text, "null") == 0 || strcmp(setting->text, "~") == 0)) {
        setting->text = "";
    }
    return advance(r);
}

/* Reads "key:" into setting->key; refuses a key that `items` already has. */
static csi_status read_key(reader *r, csi_setting *setting, const csi_setting *items, size_t n)
{
    csi_setting key = {0};
    if (!is_event(r, YAML_SCALAR_EVENT)) {
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
    const bool is_map = is_event(r, YAML_MAPPING_START_EVENT);
    const yaml_event_type_t end = is_map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    csi_setting *items = NULL;
    size_t n = 0, room = 0;
    setting->kind = is_map ? CSI_SETTING_MAP : CSI_SETTING_LIST;
    setting->place = place_of_event(r);
    setting->text = "";
    CSI_TRY(advance(r));
    while (!is_event(r, end)) {
        CSI_TRY(grow(r, &items, n, &room));
        items[n] = (csi_setting){0};
        if (is_map) {
            CSI_TRY(read_key(r, &items[n], items, n));
        }
        CSI_TRY(read_value(r, &items[n]));
        n++;
    }
    CSI_TRY(advance(r));
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
    if (is_event(r, YAML_SCALAR_EVENT)) {
        return read_scalar(r, setting);
    }
    if (is_event(r, YAML_MAPPING_START_EVENT) || is_event(r, YAML_SEQUENCE_START_EVENT)) {
        if (r->depth >= MAX_DEPTH) {
            const csi_place place = place_of_event(r);
            return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "nested more than %d levels deep", MAX_DEPTH);
        }
        r->depth++;
        const csi_status status = read_collection(r, setting);
        r->depth--;
        return status;
    }
    const csi_place place = place_of_event(r); /* of an alias: no other event begins a value */
    return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "aliases (*name) are not read here: write the value out");
}

/* Reads the one document of the stream; an empty stream reads as an empty map. */
static csi_status read_stream(reader *r, csi_setting *root)
{
    csi_status status;
    *root = (csi_setting){.kind = CSI_SETTING_MAP, .text = "", .place = {.file = r->file, .line = 1, .column = 1}};
    CSI_TRY(advance(r));
    while (is_event(r, YAML_STREAM_START_EVENT) || is_event(r, YAML_DOCUMENT_START_EVENT)) {
        CSI_TRY(advance(r));
    }
    if (is_event(r, YAML_STREAM_END_EVENT)) {
        return CSI_OK;
    }
    CSI_TRY(read_value(r, root));
    CSI_TRY(advance(r)); /* past the end of the document */
    if (is_event(r, YAML_DOCUMENT_START_EVENT)) {
        const csi_place place = place_of_event(r);
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "a second document begins here; one is expected");
    }
out:
    return status;
}

csi_status csi_settings_parse(csi_arena *arena, const char *file, const char *bytes, size_t n_bytes, csi_diag *diag,
                              const csi_setting **root)
{
    *root = NULL;
    reader r = {.arena = arena, .diag = diag, .file = file};
    csi_setting *tree = csi_arena_alloc(arena, 1, sizeof *tree);
    if (tree == NULL) {
        return csi_diag_no_memory(diag, "reading the configuration");
    }
    csi_status status = index_lines(&r, bytes, n_bytes);
    if (status != CSI_OK) {
        return status;
    }
    if (!yaml_parser_initialize(&r.parser)) {
        return csi_diag_no_memory(diag, "reading the configuration");
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes, n_bytes);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    status = read_stream(&r, tree);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    *root = status == CSI_OK ? tree : NULL;
    return status;
}
