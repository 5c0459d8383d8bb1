/* See story.h. */
#include "cli/story.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/number.h"

void csi_story_add(csi_story *story, const csi_story_line *line)
{
    if (story->n == story->room) {
        const size_t room = story->room == 0 ? 128 : 2 * story->room;
        csi_story_line *grown = realloc(story->line, room * sizeof *grown);
        if (grown == NULL) {
            story->status = csi_diag_no_memory(story->diag, "explaining");
            return;
        }
        story->line = grown;
        story->room = room;
    }
    story->line[story->n++] = *line;
}

const char *csi_story_text(csi_story *story, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = csi_text_format_list(format, arguments);
    va_end(arguments);
    const char *copy = text != NULL ? csi_arena_copy(story->arena, text, strlen(text)) : NULL;
    free(text);
    if (copy == NULL) {
        story->status = csi_diag_no_memory(story->diag, "explaining");
        return "";
    }
    return copy;
}

const char *csi_story_number(csi_story *story, double value, bool is_operand)
{
    char exact[CSI_NUMBER_MAX], fixed[CSI_NUMBER_MAX];
    const size_t n_exact = csi_number_write(value, exact);
    const size_t n_fixed = csi_number_write_fixed(value, story->digits, fixed);
    const bool is_tiny = value != 0 && value < 1e-3 && value > -1e-3;
    const char *number = n_exact <= n_fixed || is_tiny ? exact : fixed;
    const bool needs_brackets = is_operand && number[0] == '-';
    return csi_story_text(story, "%s%s%s", needs_brackets ? "(" : "", number, needs_brackets ? ")" : "");
}

/* Below the node first, indicators before the aggregates they go into. */
static void tell(csi_story *story, size_t node)
{
    const csi_framework *framework = story->run->project->framework;
    if (node < framework->n_indicators) {
        csi_story_indicator(story, node);
        return;
    }
    for (size_t q = 0; q < framework->node[node].n_children; q++) {
        tell(story, framework->node[node].child[q]);
    }
    csi_story_node(story, node);
}

csi_status csi_story_tell(const csi_run *run, size_t node, size_t country, size_t year, int digits, csi_diag *diag,
                          csi_story *story)
{
    *story = (csi_story){.run = run, .country = country, .year = year, .digits = digits, .diag = diag};
    story->panel_year = run->context.first_scored_year + year;
    story->arena = csi_arena_new();
    if (story->arena == NULL) {
        return csi_diag_no_memory(diag, "explaining");
    }
    tell(story, node);
    return story->status;
}

void csi_story_clear(csi_story *story)
{
    csi_arena_free(story->arena);
    free(story->line);
    *story = (csi_story){0};
}
