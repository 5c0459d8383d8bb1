/* Options of a step as text, as they would be written in index.yaml: for the method text and the manifest, so that both
 * say what ran and not what was meant. A number option may hold a word ("none"): its number is NaN then. */
#include <math.h>
#include <string.h>

#include "core/number.h"
#include "index/output.h"

static const char *number_text(csi_arena *arena, double value)
{
    char text[CSI_NUMBER_MAX];
    const size_t n = csi_number_write(value, text);
    return csi_arena_copy(arena, text, n);
}

static const char *choice_text(csi_arena *arena, const char *choices, size_t choice)
{
    for (; choice > 0; choice--) {
        choices = strchr(choices, '|') + 1;
    }
    return csi_arena_copy(arena, choices, strcspn(choices, "|"));
}

/* Puts `item` behind `list`, which begins with its opening bracket; either may be NULL: out of memory. */
static const char *append(csi_arena *arena, const char *list, const char *item)
{
    if (list == NULL || item == NULL) {
        return NULL;
    }
    return csi_arena_format(arena, "%s%s%s", list, list[1] == '\0' ? "" : ", ", item);
}

static const char *close_list(csi_arena *arena, const char *list, char bracket)
{
    return list == NULL ? NULL : csi_arena_format(arena, "%s%c", list, bracket);
}

static const char *numbers_text(csi_arena *arena, const double *numbers, size_t n)
{
    const char *list = "[";
    for (size_t i = 0; i < n; i++) {
        list = append(arena, list, number_text(arena, numbers[i]));
    }
    return close_list(arena, list, ']');
}

static const char *texts_text(csi_arena *arena, const csi_option_value *value)
{
    const char *list = "[";
    for (size_t i = 0; i < value->n; i++) {
        list = append(arena, list, value->texts[i]);
    }
    return close_list(arena, list, ']');
}

static const char *table_text(csi_arena *arena, const csi_option_value *value)
{
    const char *list = "{";
    for (size_t i = 0; i < value->n; i++) {
        const char *number = number_text(arena, value->numbers[i]);
        list = append(arena, list,
                      number == NULL ? NULL : csi_arena_format(arena, "%s: %s", value->texts[i], number));
    }
    return close_list(arena, list, '}');
}

static const char *matrix_text(csi_arena *arena, const csi_option_value *value)
{
    const char *list = "[";
    for (size_t i = 0; i < value->n; i++) {
        list = append(arena, list, numbers_text(arena, value->rows[i], value->row_lengths[i]));
    }
    return close_list(arena, list, ']');
}

const char *csi_option_text(csi_arena *arena, const csi_option *option, const csi_option_value *value)
{
    switch (option->type) {
    case CSI_OPTION_NUMBER:
    case CSI_OPTION_INTEGER:
        return !isnan(value->number) ? number_text(arena, value->number) : value->text == NULL ? "" : value->text;
    case CSI_OPTION_BOOLEAN:
        return value->number != 0.0 ? "true" : "false";
    case CSI_OPTION_TEXT:
        return value->text == NULL ? "" : value->text;
    case CSI_OPTION_CHOICE:
        if (value->choice == CSI_NONE) {
            return "";
        }
        return choice_text(arena, option->choices, value->choice);
    case CSI_OPTION_NUMBERS:
        return numbers_text(arena, value->numbers, value->n);
    case CSI_OPTION_TEXTS:
        return texts_text(arena, value);
    case CSI_OPTION_TABLE:
        return table_text(arena, value);
    case CSI_OPTION_MATRIX:
        return matrix_text(arena, value);
    }
    return "";
}
