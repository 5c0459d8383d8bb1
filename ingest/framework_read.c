/* See framework_read.h. COINr writes NA where a row has no such thing (a group has no weight, the root no parent), and
 * quotes everything: both read as COINr meant them. */
#include "ingest/framework_read.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "ingest/dialect.h"
#include "ingest/head.h"

typedef enum column {
    LEVEL, CODE, PARENT, DIRECTION, WEIGHT, TYPE,
    NAME, UNIT, TARGET, DENOMINATOR, TRANSFORM, GOAL_LOW, GOAL_HIGH, MAX_CARRY, VALID_FROM, MEASURE, KIND, BREAKS,
    NAME_FR, UNIT_FR,
    N_COLUMNS
} column;
#define N_REQUIRED 6

static const char *const headings[N_COLUMNS] = {
    [LEVEL] = "Level",         [CODE] = "iCode",           [PARENT] = "Parent",       [DIRECTION] = "Direction",
    [WEIGHT] = "Weight",       [TYPE] = "Type",            [NAME] = "iName",          [UNIT] = "Unit",
    [TARGET] = "Target",       [DENOMINATOR] = "Denominator", [TRANSFORM] = "transform", [GOAL_LOW] = "goal_low",
    [GOAL_HIGH] = "goal_high", [MAX_CARRY] = "max_carry",  [VALID_FROM] = "valid_from", [MEASURE] = "measure",
    [KIND] = "kind",           [BREAKS] = "breaks",       [NAME_FR] = "iName_fr",     [UNIT_FR] = "Unit_fr",
};

typedef struct reading {
    csi_arena *arena;
    const char *label;
    csi_diag *diag;
    uint32_t at[N_COLUMNS]; /* field number; UINT32_MAX: absent */
    size_t n_fields;
    csi_node *node;
    const char **parent;
    size_t n, room;
    const char **grouping, **other;
    size_t n_groupings, n_others;
} reading;

static csi_status no_memory(const reading *r)
{
    return csi_diag_no_memory(r->diag, "reading the framework");
}

/* The text of a cell without blanks; empty for NA. */
static const char *cell(const reading *r, const csi_record *record, column which, size_t *length)
{
    *length = 0;
    if (r->at[which] == UINT32_MAX) {
        return "";
    }
    const csi_field *field = &record->field[r->at[which]];
    *length = field->length;
    const char *text = csi_trim(field->text, length);
    if (*length == 2 && memcmp(text, "NA", 2) == 0) {
        *length = 0;
    }
    return text;
}

static csi_status complain(const reading *r, const csi_record *record, column which, const char *what)
{
    char line[512];
    size_t length;
    const char *text = cell(r, record, which, &length);
    const csi_field_place found = csi_record_locate(record, r->at[which], ',', '"');
    csi_place place = {.file = r->label, .line = found.line, .column = found.column, .length = found.length};
    if (found.line_length < sizeof line) {
        memcpy(line, found.line_text, found.line_length);
        line[found.line_length] = '\0';
        place.source_line = line;
    }
    return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "column \"%s\": \"%.*s\" %s", headings[which],
                          (int)(length < 60 ? length : 60), text, what);
}

static csi_status read_number(const reading *r, const csi_record *record, column which, double *value)
{
    size_t length;
    const char *text = cell(r, record, which, &length);
    if (length > 0 && csi_number_read(text, length, value) != CSI_NUMBER_OK) {
        return complain(r, record, which, "is not a number");
    }
    return CSI_OK;
}

static csi_status read_integer(const reading *r, const csi_record *record, column which, int low, int high, int *value)
{
    size_t length;
    int64_t whole = 0;
    const char *text = cell(r, record, which, &length);
    if (length == 0) {
        return CSI_OK;
    }
    if (csi_number_read_integer(text, length, &whole) != CSI_NUMBER_OK || whole < low || whole > high) {
        return complain(r, record, which, "is not a whole number in its range");
    }
    *value = (int)whole;
    return CSI_OK;
}

static csi_status read_text(const reading *r, const csi_record *record, column which, const char **text)
{
    size_t length;
    const char *found = cell(r, record, which, &length);
    *text = csi_arena_copy(r->arena, found, length);
    return *text == NULL ? no_memory(r) : CSI_OK;
}

/* "2016" or "2016;2018" */
static csi_status read_breaks(const reading *r, const csi_record *record, csi_node *node)
{
    size_t length;
    const char *text = cell(r, record, BREAKS, &length);
    int *years = csi_arena_alloc(r->arena, length / 2 + 1, sizeof *years);
    if (years == NULL) {
        return no_memory(r);
    }
    node->breaks = years;
    for (size_t from = 0; from < length;) {
        size_t to = from;
        while (to < length && text[to] != ';' && text[to] != ' ') {
            to++;
        }
        int64_t year = 0;
        if (to > from) {
            if (csi_number_read_integer(text + from, to - from, &year) != CSI_NUMBER_OK || year < 1000 || year > 2999) {
                return complain(r, record, BREAKS, "is not a list of years such as 2016;2018");
            }
            years[node->n_breaks++] = (int)year;
        }
        from = to + 1;
    }
    return CSI_OK;
}

static csi_status read_transform(const reading *r, const csi_record *record, csi_transform *transform)
{
    const char *text;
    const csi_status status = read_text(r, record, TRANSFORM, &text);
    if (status == CSI_OK && text[0] != '\0' && !csi_transform_parse(text, transform)) {
        return complain(r, record, TRANSFORM, "is no transform: none, log, log1p or asinh");
    }
    return status;
}

static csi_status read_node(const reading *r, const csi_record *record, csi_node *node, const char **parent)
{
    csi_status status = CSI_OK;
    const char *denominator;
    *node = (csi_node){.line = (unsigned)record->line,
                       .parent = CSI_NONE,
                       .weight = NAN,
                       .goal_low = NAN,
                       .goal_high = NAN,
                       .target = NAN,
                       .max_carry = -1,
                       .valid_from = INT_MIN};
    CSI_TRY(read_text(r, record, CODE, &node->code));
    if (node->code[0] == '\0') {
        return complain(r, record, CODE, "is no code: every row needs one");
    }
    CSI_TRY(read_text(r, record, NAME, &node->name));
    node->name = node->name[0] == '\0' ? node->code : node->name;
    CSI_TRY(read_text(r, record, UNIT, &node->unit));
    CSI_TRY(read_text(r, record, NAME_FR, &node->name_fr));
    CSI_TRY(read_text(r, record, UNIT_FR, &node->unit_fr));
    CSI_TRY(read_text(r, record, MEASURE, &node->measure));
    CSI_TRY(read_text(r, record, KIND, &node->kind));
    CSI_TRY(read_text(r, record, DENOMINATOR, &denominator));
    node->denominator = denominator[0] == '\0' ? NULL : denominator;
    CSI_TRY(read_text(r, record, PARENT, parent));
    *parent = (*parent)[0] == '\0' ? NULL : *parent;
    CSI_TRY(read_integer(r, record, LEVEL, 1, CSI_FRAMEWORK_MAX_LEVELS, &node->level));
    CSI_TRY(read_integer(r, record, DIRECTION, -1, 1, &node->direction));
    CSI_TRY(read_number(r, record, WEIGHT, &node->weight));
    CSI_TRY(read_number(r, record, TARGET, &node->target));
    CSI_TRY(read_number(r, record, GOAL_LOW, &node->goal_low));
    CSI_TRY(read_number(r, record, GOAL_HIGH, &node->goal_high));
    CSI_TRY(read_transform(r, record, &node->transform));
    CSI_TRY(read_integer(r, record, MAX_CARRY, 0, 1000, &node->max_carry));
    CSI_TRY(read_integer(r, record, VALID_FROM, 1000, 2999, &node->valid_from));
    CSI_TRY(read_breaks(r, record, node));
out:
    return status;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The same but for the case of ASCII letters. */
static bool is_type(const char *text, size_t length, const char *type)
{
    if (length != strlen(type)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (lower(text[i]) != lower(type[i])) {
            return false;
        }
    }
    return true;
}

static csi_status make_room(reading *r)
{
    if (r->n + r->n_groupings + r->n_others < r->room) {
        return CSI_OK;
    }
    const size_t room = r->room == 0 ? 128 : r->room * 2;
    csi_node *node = csi_arena_alloc(r->arena, room, sizeof *node);
    const char **texts = csi_arena_alloc(r->arena, 3 * room, sizeof *texts);
    if (node == NULL || texts == NULL) {
        return no_memory(r);
    }
    if (r->n > 0) {
        memcpy(node, r->node, r->n * sizeof *node);
        memcpy(texts, r->parent, r->n * sizeof *texts);
    }
    if (r->n_groupings > 0) {
        memcpy(texts + room, r->grouping, r->n_groupings * sizeof *texts);
    }
    if (r->n_others > 0) {
        memcpy(texts + 2 * room, r->other, r->n_others * sizeof *texts);
    }
    r->node = node;
    r->parent = texts;
    r->grouping = texts + room;
    r->other = texts + 2 * room;
    r->room = room;
    return CSI_OK;
}

/* A node that is aggregated needs what an aggregation uses; a denominator is only divided by. */
static csi_status check_given(const reading *r, const csi_record *record, csi_node *node, bool is_denominator)
{
    if (is_denominator) {
        node->level = 0;
        node->direction = 1;
        node->weight = 1;
        return CSI_OK;
    }
    if (node->level == 0) {
        return complain(r, record, LEVEL, "is no level: 1 for indicators, 2 and up for aggregates");
    }
    if (node->direction == 0) {
        return complain(r, record, DIRECTION, "is no direction: 1 (more is better) or -1");
    }
    return isnan(node->weight) ? complain(r, record, WEIGHT, "is no weight") : CSI_OK;
}

static csi_status read_row(reading *r, const csi_record *record)
{
    size_t length;
    const csi_place place = {.file = r->label, .line = record->line};
    if (record->n_fields != r->n_fields) {
        return csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "this row has %zu field%s where the heading has %zu",
                              record->n_fields, record->n_fields == 1 ? "" : "s", r->n_fields);
    }
    csi_status status = make_room(r);
    if (status != CSI_OK) {
        return status;
    }
    const char *type = cell(r, record, TYPE, &length);
    if (is_type(type, length, "Group")) {
        return read_text(r, record, CODE, &r->grouping[r->n_groupings++]);
    }
    if (is_type(type, length, "Other")) {
        return read_text(r, record, CODE, &r->other[r->n_others++]);
    }
    const bool is_denominator = is_type(type, length, "Denominator");
    if (!is_denominator && !is_type(type, length, "Indicator") && !is_type(type, length, "Aggregate")) {
        return complain(r, record, TYPE, "is none of Indicator, Aggregate, Denominator, Group, Other");
    }
    CSI_TRY(read_node(r, record, &r->node[r->n], &r->parent[r->n]));
    CSI_TRY(check_given(r, record, &r->node[r->n], is_denominator));
    if (is_type(type, length, "Indicator") != (r->node[r->n].level == 1) && !is_denominator) {
        return complain(r, record, LEVEL, "does not fit the type: indicators are at level 1, aggregates above");
    }
    r->n++;
out:
    return status;
}

/* A heading of which nothing is read: any may stand there, but one that is a slip of the pen loses a whole column. Words in
 * other languages are headed much like the French ones. */
static void tell_unused(const reading *r, const csi_field *field, const csi_place *place)
{
    char text[64];
    snprintf(text, sizeof text, "%.*s", (int)(field->length < sizeof text ? field->length : 0), field->text);
    const char *near = csi_nearest_name(text, headings, N_COLUMNS);
    for (size_t c = 0; c < N_COLUMNS && near != NULL; c++) {
        if (near == headings[c] && (r->at[c] != UINT32_MAX || c == NAME_FR || c == UNIT_FR)) {
            near = NULL;
        }
    }
    if (near != NULL) {
        csi_diag_warn(r->diag, place, "column \"%s\" is not used; did you mean \"%s\"?", text, near);
    } else {
        csi_diag_note(r->diag, place, "column \"%.*s\" is not used", (int)field->length, field->text);
    }
}

static size_t find_heading(const csi_field *field)
{
    size_t c = 0;
    while (c < N_COLUMNS && !is_type(field->text, field->length, headings[c])) {
        c++;
    }
    return c;
}

static csi_status read_heading(reading *r, const csi_record *record)
{
    const csi_place place = {.file = r->label, .line = record->line};
    csi_status status = CSI_OK;
    r->n_fields = record->n_fields;
    for (size_t c = 0; c < N_COLUMNS; c++) {
        r->at[c] = UINT32_MAX;
    }
    for (size_t i = 0; i < record->n_fields; i++) {
        const csi_field *field = &record->field[i];
        const size_t c = find_heading(field);
        if (c == N_COLUMNS) {
            continue;
        }
        if (r->at[c] != UINT32_MAX) {
            status = csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "two columns are headed \"%s\"", headings[c]);
        } else {
            r->at[c] = (uint32_t)i;
        }
    }
    for (size_t i = 0; i < record->n_fields; i++) {
        if (find_heading(&record->field[i]) == N_COLUMNS) {
            tell_unused(r, &record->field[i], &place);
        }
    }
    for (size_t c = 0; c < N_REQUIRED; c++) {
        if (r->at[c] == UINT32_MAX) {
            status = csi_diag_error(r->diag, CSI_ERR_CONFIG, &place, "the framework has no column \"%s\"", headings[c]);
        }
    }
    return status;
}

/* The records of one slice: the heading first, then all rows, bad ones too, so that one run tells of every one. */
static csi_status read_records(reading *r, csi_splitter *splitter, csi_status *rows)
{
    csi_record record;
    csi_status status = csi_splitter_next(splitter, &record);
    while (status == CSI_OK && record.n_fields > 0 && !csi_diag_is_full(r->diag)) {
        if (r->n_fields == 0) {
            status = read_heading(r, &record);
            if (status != CSI_OK) {
                return status;
            }
        } else {
            const csi_status row = read_row(r, &record);
            *rows = *rows == CSI_OK ? row : *rows;
        }
        status = csi_splitter_next(splitter, &record);
    }
    if (status == CSI_ERR_DATA) {
        (void)csi_report_fault(r->label, csi_splitter_fault(splitter), r->diag);
        return CSI_ERR_CONFIG;
    }
    return status == CSI_ERR_MEMORY ? no_memory(r) : status;
}

static csi_status read_slices(reading *r, csi_slices *slices, csi_splitter *splitter, csi_slice *slice)
{
    csi_status rows = CSI_OK, status = csi_slices_next(slices, r->diag, slice);
    while (status == CSI_OK && slice->n > 0) {
        const size_t bad = csi_utf8_check(slice->bytes, slice->n);
        if (bad < slice->n) {
            return csi_report_byte(r->label, slice, bad, slices, r->diag);
        }
        csi_splitter_start(splitter, slice);
        CSI_TRY(read_records(r, splitter, &rows));
        status = csi_slices_next(slices, r->diag, slice);
    }
out:
    return status == CSI_OK ? rows : status;
}

csi_status csi_framework_read(csi_arena *arena, const char *path, const char *label, csi_diag *diag,
                              csi_framework **framework)
{
    csi_status status = CSI_OK;
    reading r = {.arena = arena, .label = label, .diag = diag};
    csi_slices *slices = NULL;
    csi_slice slice = {0};
    const csi_slices_options options = {.source = {.without_digest = true}};
    csi_splitter *splitter = csi_splitter_new(',', '"');
    *framework = NULL;
    if (splitter == NULL) {
        return no_memory(&r);
    }
    CSI_TRY(csi_slices_open(path, label, &options, diag, &slices));
    CSI_TRY(read_slices(&r, slices, splitter, &slice));
    if (r.n == 0) {
        const csi_place place = {.file = label};
        status = csi_diag_error(diag, CSI_ERR_CONFIG, &place, "the framework has no rows");
        goto out;
    }
    CSI_TRY(csi_framework_build(arena, label, r.node, r.parent, r.n, diag, framework));
    (*framework)->grouping = r.grouping;
    (*framework)->n_groupings = r.n_groupings;
    (*framework)->other = r.other;
    (*framework)->n_others = r.n_others;
out:
    csi_slice_clear(&slice);
    csi_slices_close(slices);
    csi_splitter_free(splitter);
    return status;
}
