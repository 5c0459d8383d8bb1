/* The story of one score: every step from the raw cells to the index, with its arithmetic.
 *
 * A line's arithmetic is worked out anew from its inputs and held against what the run computed; where it does not lead
 * to the same value the line says what the method did and no more, so that a shown calculation is never a wrong one. */
#ifndef CSI_CLI_STORY_H
#define CSI_CLI_STORY_H

#include "index/run.h"

typedef struct csi_story_line {
    size_t node;            /* whose line it is */
    const char *step;       /* "raw"; a stage's name; "part": a child within the node; "aggregate": the node's rule */
    const char *method;     /* "" for raw and part */
    const char *arithmetic; /* "1 + 99 x (3 - 0) / (6 - 0) = 50.5"; raw: value, unit and place */
    double value;           /* what the step leads to; NaN: missing */
    const char *state;      /* of a cell: observed, carried, ...; "" elsewhere */
    const char *file;       /* raw: where the cell stands; NULL elsewhere */
    uint32_t line, column;
    size_t part;            /* part: the child; CSI_NONE elsewhere */
    double weight;          /* part: rescaled over the children present */
    double term;            /* part: weight times phi(value), which add up to phi(score) */
    double contribution;    /* part: in the units of the score, adding up to it */
} csi_story_line;

typedef struct csi_story {
    const csi_run *run;
    size_t country;
    size_t year;       /* index in the scores */
    size_t panel_year; /* the same year in the data panels */
    int digits;
    csi_arena *arena;  /* owned; texts live in it */
    csi_diag *diag;
    csi_story_line *line; /* owned; children before their parents */
    size_t n, room;
    csi_status status; /* of the first failure to add a line */
} csi_story;

/* Tells the story of `node` and everything below it. Whatever happens, csi_story_clear gives all back. */
CSI_MUST_USE csi_status csi_story_tell(const csi_run *run, size_t node, size_t country, size_t year, int digits,
                                       csi_diag *diag, csi_story *story);
void csi_story_clear(csi_story *story);

/* What the parts of the story are made with. */
void csi_story_add(csi_story *story, const csi_story_line *line);
void csi_story_indicator(csi_story *story, size_t indicator); /* the lines of one indicator */
void csi_story_node(csi_story *story, size_t node);           /* the lines of one aggregate */

/* A number for an arithmetic line: as it is where that is short, else with the story's digits; below zero in brackets
 * where `is_operand`. Lives in the story's arena; "" when out of memory. */
const char *csi_story_number(csi_story *story, double value, bool is_operand);

/* Formats into the story's arena; "" when out of memory. */
const char *csi_story_text(csi_story *story, const char *format, ...) CSI_PRINTF(2, 3);

static inline bool csi_story_agrees(double shown, double computed)
{
    const double scale = computed < 0 ? -computed : computed;
    const double apart = shown > computed ? shown - computed : computed - shown;
    return apart <= 1e-9 * (scale > 1 ? scale : 1);
}

#endif
