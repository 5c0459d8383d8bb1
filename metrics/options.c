/* Reading a step's options from its map in index.yaml, or from their defaults, each checked against its row. */
#include "metrics/method.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"

#define MAX_CHOICES 32

/* What is being read: passed along so that the small readers below stay small. */
typedef struct reading {
    csi_arena *arena;
    const csi_method *method;
    const csi_option *option;
    csi_diag *diag;
    csi_option_value *value;
} reading;

/* The words of "a|b|c", in the arena. */
static csi_status split_choices(const reading *r, const char **word, size_t *n)
{
    const char *from = r->option->choices;
    for (*n = 0; from != NULL && *n < MAX_CHOICES; (*n)++) {
        const size_t length = strcspn(from, "|");
        word[*n] = csi_arena_copy(r->arena, from, length);
        if (word[*n] == NULL) {
            return csi_diag_no_memory(r->diag, "reading options");
        }
        from = from[length] == '|' ? from + length + 1 : NULL;
    }
    return CSI_OK;
}

static double low_of(const csi_option *option)
{
    return option->low == 0 && option->high == 0 ? -HUGE_VAL : option->low;
}

static double high_of(const csi_option *option)
{
    return option->low == 0 && option->high == 0 ? HUGE_VAL : option->high;
}

static csi_status take_choice(const reading *r, const csi_setting *setting)
{
    const char *word[MAX_CHOICES];
    size_t n = 0;
    csi_status status = split_choices(r, word, &n);
    if (status == CSI_OK) {
        status = csi_setting_choice(setting, word, n, r->diag, &r->value->choice);
    }
    if (status == CSI_OK) {
        r->value->text = word[r->value->choice];
    }
    return status;
}

static csi_status take_number(const reading *r, const csi_setting *setting)
{
    const csi_option *option = r->option;
    const char *word[MAX_CHOICES];
    size_t n = 0;
    csi_status status = split_choices(r, word, &n);
    r->value->choice = CSI_NONE;
    for (size_t i = 0; i < n && status == CSI_OK && setting->kind == CSI_SETTING_TEXT; i++) {
        if (strcmp(setting->text, word[i]) == 0) {
            r->value->choice = i;
            r->value->text = word[i];
            r->value->number = NAN;
            return CSI_OK;
        }
    }
    if (status == CSI_OK && option->type == CSI_OPTION_INTEGER) {
        int64_t integer = 0;
        const int64_t low = low_of(option) < -1e15 ? -1000000000000000 : (int64_t)low_of(option);
        const int64_t high = high_of(option) > 1e15 ? 1000000000000000 : (int64_t)high_of(option);
        status = csi_setting_integer(setting, low, high, r->diag, &integer);
        r->value->number = (double)integer;
    } else if (status == CSI_OK) {
        status = csi_setting_number(setting, low_of(option), high_of(option), r->diag, &r->value->number);
    }
    return status;
}

static csi_status take_numbers(const reading *r, const csi_setting *list, const double **numbers, size_t *n)
{
    csi_status status = csi_setting_expect(list, CSI_SETTING_LIST, r->diag);
    double *number = status == CSI_OK ? csi_arena_alloc(r->arena, list->n + 1, sizeof *number) : NULL;
    if (status == CSI_OK && number == NULL) {
        return csi_diag_no_memory(r->diag, "reading options");
    }
    for (size_t i = 0; status == CSI_OK && i < list->n; i++) {
        status = csi_setting_number(&list->item[i], low_of(r->option), high_of(r->option), r->diag, &number[i]);
    }
    if (status == CSI_OK) {
        *numbers = number;
        *n = list->n;
    }
    return status;
}

/* A list of texts; one bare text is a list of one. */
static csi_status take_texts(const reading *r, const csi_setting *setting)
{
    const bool is_bare = setting->kind == CSI_SETTING_TEXT;
    const size_t n = is_bare ? 1 : setting->n;
    csi_status status = is_bare ? CSI_OK : csi_setting_expect(setting, CSI_SETTING_LIST, r->diag);
    const char **text = status == CSI_OK ? csi_arena_alloc(r->arena, n + 1, sizeof *text) : NULL;
    if (status == CSI_OK && text == NULL) {
        return csi_diag_no_memory(r->diag, "reading options");
    }
    for (size_t i = 0; status == CSI_OK && i < n; i++) {
        status = csi_setting_text(is_bare ? setting : &setting->item[i], r->diag, &text[i]);
    }
    r->value->texts = text;
    r->value->n = n;
    return status;
}

static csi_status take_table(const reading *r, const csi_setting *map)
{
    csi_status status = csi_setting_expect(map, CSI_SETTING_MAP, r->diag);
    if (status != CSI_OK) {
        return status;
    }
    const char **key = csi_arena_alloc(r->arena, map->n + 1, sizeof *key);
    double *number = csi_arena_alloc(r->arena, map->n + 1, sizeof *number);
    if (key == NULL || number == NULL) {
        return csi_diag_no_memory(r->diag, "reading options");
    }
    for (size_t i = 0; status == CSI_OK && i < map->n; i++) {
        key[i] = map->item[i].key;
        status = csi_setting_number(&map->item[i], low_of(r->option), high_of(r->option), r->diag, &number[i]);
    }
    r->value->texts = key;
    r->value->numbers = number;
    r->value->n = map->n;
    return status;
}

static csi_status take_matrix(const reading *r, const csi_setting *list)
{
    csi_status status = csi_setting_expect(list, CSI_SETTING_LIST, r->diag);
    if (status != CSI_OK) {
        return status;
    }
    const double **row = csi_arena_alloc(r->arena, list->n + 1, sizeof *row);
    size_t *length = csi_arena_alloc(r->arena, list->n + 1, sizeof *length);
    if (row == NULL || length == NULL) {
        return csi_diag_no_memory(r->diag, "reading options");
    }
    for (size_t i = 0; status == CSI_OK && i < list->n; i++) {
        status = take_numbers(r, &list->item[i], &row[i], &length[i]);
    }
    r->value->rows = row;
    r->value->row_lengths = length;
    r->value->n = list->n;
    return status;
}

static csi_status take(const reading *r, const csi_setting *setting)
{
    switch (r->option->type) {
    case CSI_OPTION_NUMBER:
    case CSI_OPTION_INTEGER:
        return take_number(r, setting);
    case CSI_OPTION_BOOLEAN: {
        bool truth = false;
        const csi_status status = csi_setting_boolean(setting, r->diag, &truth);
        r->value->number = truth;
        return status;
    }
    case CSI_OPTION_TEXT:
        return csi_setting_text(setting, r->diag, &r->value->text);
    case CSI_OPTION_CHOICE:
        return take_choice(r, setting);
    case CSI_OPTION_NUMBERS:
        return take_numbers(r, setting, &r->value->numbers, &r->value->n);
    case CSI_OPTION_TEXTS:
        return take_texts(r, setting);
    case CSI_OPTION_TABLE:
        return take_table(r, setting);
    case CSI_OPTION_MATRIX:
        return take_matrix(r, setting);
    }
    return CSI_ERR_INTERNAL;
}

/* A default is a setting like any other, written by us: a scalar, or a flat list of scalars "[1, 100]". */
static csi_status take_default(const reading *r)
{
    const char *text = r->option->fallback;
    if (text[0] == '\0') {
        r->value->text = "";
        r->value->number = NAN;
        r->value->choice = CSI_NONE;
        return CSI_OK;
    }
    csi_setting scalar[8] = {{.kind = CSI_SETTING_TEXT, .text = text}};
    csi_setting list = {.kind = CSI_SETTING_LIST, .item = scalar};
    if (text[0] != '[') {
        return take(r, &scalar[0]);
    }
    for (const char *from = text + 1; list.n < 8 && *from != '\0' && *from != ']'; list.n++) {
        from += strspn(from, " ,");
        const size_t length = strcspn(from, " ,]");
        const char *item = csi_arena_copy(r->arena, from, length);
        if (item == NULL) {
            return csi_diag_no_memory(r->diag, "reading options");
        }
        scalar[list.n] = (csi_setting){.kind = CSI_SETTING_TEXT, .text = item};
        from += length;
    }
    return take(r, &list);
}

static csi_status take_option(const reading *r, const csi_setting *map, const csi_place *place)
{
    const csi_setting *setting = csi_setting_find(map, r->option->name);
    r->value->place = setting != NULL ? setting->place : *place;
    r->value->is_given = setting != NULL;
    if (setting != NULL) {
        return take(r, setting);
    }
    if (r->option->fallback == NULL) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, place, "%s: method \"%s\" needs the option \"%s\" (%s)",
                              csi_step_kind_name(r->method->step), r->method->name, r->option->name,
                              r->option->meaning);
    }
    return take_default(r);
}

static csi_status check_keys(csi_arena *arena, const csi_method *method, const csi_setting *map,
                             const char *const *ignored, size_t n_ignored, csi_diag *diag)
{
    const char **known = csi_arena_alloc(arena, method->n_options + n_ignored + 1, sizeof *known);
    const char *what = csi_arena_format(arena, "%s: method \"%s\"", csi_step_kind_name(method->step), method->name);
    if (known == NULL || what == NULL) {
        return csi_diag_no_memory(diag, "reading options");
    }
    for (size_t i = 0; i < method->n_options; i++) {
        known[i] = method->option[i].name;
    }
    for (size_t i = 0; i < n_ignored; i++) {
        known[method->n_options + i] = ignored[i];
    }
    return csi_setting_check_keys(map, what, known, method->n_options + n_ignored, diag);
}

csi_status csi_step_make(csi_arena *arena, const csi_method *method, const csi_setting *map,
                         const char *const *ignored, size_t n_ignored, csi_diag *diag, csi_step *step)
{
    const csi_place place = map != NULL ? map->place : (csi_place){0};
    csi_option_value *value = csi_arena_alloc(arena, method->n_options + 1, sizeof *value);
    if (value == NULL) {
        return csi_diag_no_memory(diag, "reading options");
    }
    csi_status status = map == NULL ? CSI_OK : check_keys(arena, method, map, ignored, n_ignored, diag);
    for (size_t i = 0; i < method->n_options && status == CSI_OK; i++) {
        const reading r = {arena, method, &method->option[i], diag, &value[i]};
        status = take_option(&r, map, &place);
    }
    *step = (csi_step){.method = method, .value = value, .place = place};
    if (status == CSI_OK && method->check != NULL) {
        status = method->check(step, diag);
    }
    return status;
}
