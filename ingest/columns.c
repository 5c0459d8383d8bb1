/* See columns.h. */
#include "ingest/columns.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/period.h"

/* The usual headings, folded (lower case, letters and digits only), best first; an empty entry ends a list. */
static const char *const usual[][32] = {
    [CSI_ROLE_CODE] = {"iso3", "iso3code", "iso3c", "ucode", "countrycode", "isocode", "iso", "alpha3", "isoalpha3",
                       "countryiso3", "countryiso3code", "countrytextid", "wbcode", "code", "refarea", "geo", "iso2",
                       "alpha2", "iso2code", "location", "cou", "unitcode", ""},
    [CSI_ROLE_NAME] = {"countryname", "country", "uname", "entity", "countryterritory", "countryorterritory",
                       "economy", "territory", "countryarea", "nation", "state", "area", "encountry", ""},
    [CSI_ROLE_YEAR] = {"year", "time", "timeperiod", "period", "date", "surveyyear", "refyear", "yr", ""},
    [CSI_ROLE_INDICATOR] = {"indicatorcode", "icode", "seriescode", "indicator", "indicatorid", "variable", "series",
                            "variablecode", ""},
    [CSI_ROLE_INDICATOR_NAME] = {"indicatorname", "iname", "seriesname", "variablename", ""},
    [CSI_ROLE_VALUE] = {"value", "obsvalue", "val", "score", "estimate", ""},
    [CSI_ROLE_STANDARD_ERROR] = {"standarderror", "stderror", "stderr", "se", ""},
    [CSI_ROLE_LOW] = {""},
    [CSI_ROLE_HIGH] = {""},
};

#define FOLD_ROOM 128

static void fold(const char *text, size_t length, char folded[FOLD_ROOM])
{
    size_t n = 0;
    for (size_t i = 0; i < length && n + 1 < FOLD_ROOM; i++) {
        const char c = text[i];
        if (c >= 'A' && c <= 'Z') {
            folded[n++] = (char)(c + ('a' - 'A'));
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80) {
            folded[n++] = c;
        }
    }
    folded[n] = '\0';
}

/* The column whose folded heading is `wanted`; *n counts them. */
static uint32_t find_folded(const csi_record *header, const char *wanted, size_t *n)
{
    uint32_t found = CSI_NO_COLUMN;
    *n = 0;
    for (size_t i = 0; i < header->n_fields; i++) {
        char folded[FOLD_ROOM];
        if (header->field[i].length >= FOLD_ROOM) {
            continue;
        }
        fold(header->field[i].text, header->field[i].length, folded);
        if (folded[0] == wanted[0] && strcmp(folded, wanted) == 0) {
            found = *n == 0 ? (uint32_t)i : found;
            (*n)++;
        }
    }
    return found;
}

/* The place of a folded heading among the usual ones of a role; SIZE_MAX when it is not there. */
static size_t rank_of(const char *folded, csi_role role)
{
    for (size_t i = 0; usual[role][i][0] != '\0'; i++) {
        if (folded[0] == usual[role][i][0] && strcmp(folded, usual[role][i]) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

uint32_t csi_columns_find(const csi_record *header, csi_role role)
{
    uint32_t best = CSI_NO_COLUMN;
    size_t best_rank = SIZE_MAX;
    for (size_t i = 0; i < header->n_fields; i++) {
        if (header->field[i].length == 0 || header->field[i].length >= FOLD_ROOM) {
            continue;
        }
        char folded[FOLD_ROOM];
        fold(header->field[i].text, header->field[i].length, folded);
        const size_t rank = rank_of(folded, role);
        if (rank < best_rank) {
            best_rank = rank;
            best = (uint32_t)i;
        }
    }
    return best;
}

bool csi_columns_is_usual(const csi_record *header, uint32_t column)
{
    char folded[FOLD_ROOM];
    fold(header->field[column].text, header->field[column].length, folded);
    for (size_t role = 0; role < sizeof usual / sizeof *usual; role++) {
        if (rank_of(folded, (csi_role)role) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

uint32_t csi_columns_named(const csi_record *header, const char *heading)
{
    const size_t length = strlen(heading);
    for (size_t i = 0; i < header->n_fields; i++) {
        if (header->field[i].length == length && memcmp(header->field[i].text, heading, length) == 0) {
            return (uint32_t)i;
        }
    }
    char folded[FOLD_ROOM];
    fold(heading, length, folded);
    size_t n = 0;
    return folded[0] == '\0' ? CSI_NO_COLUMN : find_folded(header, folded, &n);
}

bool csi_columns_is_same(const char *a, const char *b)
{
    char left[FOLD_ROOM], right[FOLD_ROOM];
    fold(a, strlen(a), left);
    fold(b, strlen(b), right);
    return strcmp(left, right) == 0;
}

csi_place csi_columns_place(const csi_preview *preview, size_t header, uint32_t column, char line[CSI_PLACE_ROOM])
{
    const csi_record *record = &preview->record[header];
    const csi_field_place found = csi_record_locate(record, column == CSI_NO_COLUMN ? 0 : column,
                                                    preview->settings->delimiter, preview->settings->quote);
    csi_place place = {.file = preview->label, .line = found.line};
    if (column != CSI_NO_COLUMN) {
        place.column = found.column;
        place.length = found.length;
        if (found.line_length < CSI_PLACE_ROOM) {
            memcpy(line, found.line_text, found.line_length);
            line[found.line_length] = '\0';
            place.source_line = line;
        }
    }
    return place;
}

static const char *configured(const csi_input_settings *settings, csi_role role)
{
    switch (role) {
    case CSI_ROLE_CODE:
        return settings->unit;
    case CSI_ROLE_NAME:
        return settings->name;
    case CSI_ROLE_YEAR:
        return settings->year;
    case CSI_ROLE_VALUE:
        return settings->value;
    case CSI_ROLE_STANDARD_ERROR:
        return settings->standard_error;
    case CSI_ROLE_LOW:
        return settings->low;
    case CSI_ROLE_HIGH:
        return settings->high;
    case CSI_ROLE_INDICATOR:
    case CSI_ROLE_INDICATOR_NAME:
        break;
    }
    return NULL;
}

/* Fails for a heading that the settings name and the file lacks. */
static csi_status report_absent(const csi_preview *preview, size_t header, const char *heading, csi_diag *diag)
{
    char line[CSI_PLACE_ROOM];
    const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
    return csi_diag_error(diag, CSI_ERR_DATA, &place, "no column is headed \"%s\", which the configuration names",
                          heading);
}

/* A heading that stands twice cannot say which column is meant. */
static csi_status check_single(const csi_preview *preview, size_t header, uint32_t column, csi_diag *diag)
{
    const csi_record *record = &preview->record[header];
    const csi_field *field = &record->field[column];
    for (uint32_t i = 0; i < record->n_fields; i++) {
        if (i != column && record->field[i].length == field->length &&
            memcmp(record->field[i].text, field->text, field->length) == 0) {
            char line[CSI_PLACE_ROOM];
            const csi_place place = csi_columns_place(preview, header, i > column ? i : column, line);
            return csi_diag_error(diag, CSI_ERR_DATA, &place, "two columns are headed \"%.*s\"", (int)field->length,
                                  field->text);
        }
    }
    return CSI_OK;
}

csi_status csi_columns_resolve(const csi_preview *preview, size_t header, csi_role role, csi_diag *diag,
                               uint32_t *column)
{
    const char *heading = configured(preview->settings, role);
    const csi_record *record = &preview->record[header];
    *column = heading != NULL ? csi_columns_named(record, heading) : csi_columns_find(record, role);
    if (*column == CSI_NO_COLUMN) {
        return heading != NULL ? report_absent(preview, header, heading, diag) : CSI_OK;
    }
    return check_single(preview, header, *column, diag);
}

static csi_status plan_filters(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan,
                               csi_diag *diag)
{
    const csi_input_settings *settings = preview->settings;
    plan->filter = csi_arena_alloc(arena, settings->n_filters + 1, sizeof *plan->filter);
    if (plan->filter == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    for (size_t i = 0; i < settings->n_filters; i++) {
        const csi_setting_filter *from = &settings->filter[i];
        const uint32_t column = csi_columns_named(&preview->record[header], from->heading);
        if (column == CSI_NO_COLUMN) {
            return report_absent(preview, header, from->heading, diag);
        }
        plan->filter[plan->n_filters++] = (csi_row_filter){column, from->text, from->n_texts};
    }
    return CSI_OK;
}

static csi_status add_group(const csi_preview *preview, csi_plan *plan, uint32_t column, const char *name, csi_diag *diag)
{
    size_t grouping;
    if (csi_units_add_grouping(preview->units, name, &grouping) != CSI_OK) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    plan->group[plan->n_groups++] = (csi_group_column){column, grouping};
    return CSI_OK;
}

/* Groups: those that the settings list, and those that the framework's rows of Type Group name. */
static csi_status plan_groups(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    const csi_input_settings *settings = preview->settings;
    const csi_framework *framework = preview->framework;
    const csi_record *record = &preview->record[header];
    plan->group = csi_arena_alloc(arena, settings->n_groups + framework->n_groupings + 1, sizeof *plan->group);
    if (plan->group == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    csi_status status = CSI_OK;
    for (size_t i = 0; i < settings->n_groups && status == CSI_OK; i++) {
        const uint32_t column = csi_columns_named(record, settings->group[i]);
        status = column == CSI_NO_COLUMN ? report_absent(preview, header, settings->group[i], diag)
                                         : add_group(preview, plan, column, settings->group[i], diag);
    }
    for (size_t i = 0; i < framework->n_groupings && status == CSI_OK; i++) {
        const uint32_t column = csi_columns_named(record, framework->grouping[i]);
        if (column != CSI_NO_COLUMN) {
            status = add_group(preview, plan, column, framework->grouping[i], diag);
        }
    }
    return status;
}

static csi_status plan_units(const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    csi_status status = CSI_OK;
    uint32_t code, name;
    CSI_TRY(csi_columns_resolve(preview, header, CSI_ROLE_CODE, diag, &code));
    CSI_TRY(csi_columns_resolve(preview, header, CSI_ROLE_NAME, diag, &name));
    plan->unit_column = code != CSI_NO_COLUMN ? code : name;
    plan->name_column = code != CSI_NO_COLUMN && preview->options->units_are_countries ? name : CSI_NO_COLUMN;
    plan->label_column = CSI_NO_COLUMN;
    if (plan->unit_column == CSI_NO_COLUMN) {
        char line[CSI_PLACE_ROOM];
        const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
        return csi_diag_error(diag, CSI_ERR_DATA, &place,
                              "no column of countries is found (iso3, Country Code, Country, uCode, ...): "
                              "name it with columns: {country: ...}");
    }
out:
    return status;
}

csi_status csi_columns_plan(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    const csi_record *record = &preview->record[header];
    csi_status status = CSI_OK;
    const char **heading = csi_arena_alloc(arena, record->n_fields + 1, sizeof *heading);
    for (size_t i = 0; heading != NULL && i < record->n_fields; i++) {
        heading[i] = csi_arena_copy(arena, record->field[i].text, record->field[i].length);
        if (heading[i] == NULL) {
            heading = NULL;
        }
    }
    if (heading == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    plan->heading = heading;
    plan->n_columns = record->n_fields;
    plan->header_bytes = preview->end[header];
    plan->header_line = record->line;
    plan->year_column = plan->action_column = CSI_NO_COLUMN;
    plan->alias = preview->settings->alias;
    plan->n_aliases = preview->settings->n_aliases;
    plan->unit_alias = preview->settings->unit_alias;
    plan->n_unit_aliases = preview->settings->n_unit_aliases;
    CSI_TRY(plan_units(preview, header, plan, diag));
    CSI_TRY(plan_filters(arena, preview, header, plan, diag));
    CSI_TRY(plan_groups(arena, preview, header, plan, diag));
out:
    return status;
}

csi_status csi_columns_plan_year(const csi_preview *preview, size_t header, csi_plan *plan, int32_t *year,
                                 csi_diag *diag)
{
    const csi_ingest_options *options = preview->options;
    *year = CSI_YEAR_OF_ROW;
    plan->year_column = CSI_NO_COLUMN;
    if (preview->settings->fixed_year != INT_MIN) {
        *year = preview->settings->fixed_year;
        return CSI_OK;
    }
    const csi_status status = csi_columns_resolve(preview, header, CSI_ROLE_YEAR, diag, &plan->year_column);
    if (status != CSI_OK || plan->year_column != CSI_NO_COLUMN) {
        return status;
    }
    if (options->first_year == options->last_year) {
        *year = options->first_year;
        return CSI_OK;
    }
    char line[CSI_PLACE_ROOM];
    const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
    return csi_diag_error(diag, CSI_ERR_DATA, &place,
                          "no column of years is found (year, Time, ...): name it with columns: {year: ...}, or say "
                          "which year the file is of with year: YYYY");
}

csi_status csi_columns_fix_series(const csi_preview *preview, const char *code, uint32_t *series, csi_diag *diag)
{
    const size_t found = csi_framework_find_series(preview->framework, code);
    if (found == CSI_NONE) {
        const csi_setting *setting = csi_setting_find(preview->settings->options, "indicator");
        const char *near = csi_framework_nearest_series(preview->framework, code);
        return csi_diag_error(diag, CSI_ERR_CONFIG, setting != NULL ? &setting->place : NULL,
                              "indicator: \"%s\" is not in the framework%s%s%s", code,
                              near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near, near == NULL ? "" : "\"?");
    }
    *series = (uint32_t)found;
    return CSI_OK;
}

csi_status csi_columns_plan_keys(const csi_preview *preview, size_t header, csi_plan *plan, csi_diag *diag)
{
    const csi_input_settings *settings = preview->settings;
    const csi_record *record = &preview->record[header];
    if (settings->indicator != NULL) {
        return CSI_OK;
    }
    for (size_t i = 0; i < settings->n_keys; i++) {
        plan->key_column[i] = csi_columns_named(record, settings->key[i]);
        if (plan->key_column[i] == CSI_NO_COLUMN) {
            return report_absent(preview, header, settings->key[i], diag);
        }
    }
    plan->n_keys = settings->n_keys;
    if (plan->n_keys > 0) {
        return CSI_OK;
    }
    csi_status status = csi_columns_resolve(preview, header, CSI_ROLE_INDICATOR, diag, &plan->key_column[0]);
    if (status == CSI_OK && plan->key_column[0] == CSI_NO_COLUMN) {
        status = csi_columns_resolve(preview, header, CSI_ROLE_INDICATOR_NAME, diag, &plan->key_column[0]);
    }
    plan->n_keys = 1;
    if (status == CSI_OK && plan->key_column[0] == CSI_NO_COLUMN) {
        char line[CSI_PLACE_ROOM];
        const csi_place place = csi_columns_place(preview, header, CSI_NO_COLUMN, line);
        return csi_diag_error(diag, CSI_ERR_DATA, &place,
                              "no column tells the indicator: name it with columns: {indicator: ...}, or, if the file "
                              "holds one only, set indicator: CODE");
    }
    return status;
}

/* Two columns for one cell would be two values for it. */
static csi_status check_distinct(const csi_preview *preview, size_t header, const csi_plan *plan, csi_diag *diag)
{
    for (size_t i = 1; i < plan->n_values; i++) {
        for (size_t j = 0; j < i; j++) {
            const csi_value_column *a = &plan->value[j], *b = &plan->value[i];
            if (a->year == b->year && a->series == b->series) {
                char line[CSI_PLACE_ROOM];
                const csi_place place = csi_columns_place(preview, header, b->column, line);
                return csi_diag_error(diag, CSI_ERR_DATA, &place, "columns %u and %u are both of the year %d",
                                      (unsigned)a->column + 1, (unsigned)b->column + 1, b->year);
            }
        }
    }
    return CSI_OK;
}

/* The series of a heading with a year in it: what is left of the heading without year, blanks and joining marks. */
static size_t series_beside_year(const csi_plan *plan, const char *text, size_t length, size_t from, size_t to)
{
    size_t n = from > 0 ? from : length - to;
    const char *rest = from > 0 ? text : text + to;
    while (n > 0 && strchr(" _-:.([", rest[0]) != NULL) {
        rest++;
        n--;
    }
    while (n > 0 && strchr(" _-:.)]", rest[n - 1]) != NULL) {
        n--;
    }
    return csi_plan_find_series(plan, rest, n);
}

static bool is_in_window(const csi_preview *preview, int year)
{
    return year >= preview->options->first_year && year <= preview->options->last_year;
}

csi_status csi_columns_plan_years(csi_arena *arena, const csi_preview *preview, size_t header, csi_plan *plan,
                                  csi_diag *diag)
{
    const csi_record *record = &preview->record[header];
    plan->value = csi_arena_alloc(arena, record->n_fields + 1, sizeof *plan->value);
    if (plan->value == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    uint32_t fixed = CSI_SERIES_OF_ROW;
    if (preview->settings->indicator != NULL) {
        const csi_status status = csi_columns_fix_series(preview, preview->settings->indicator, &fixed, diag);
        if (status != CSI_OK) {
            return status;
        }
    }
    for (uint32_t i = 0; i < record->n_fields; i++) {
        size_t length = record->field[i].length, from = 0, to = 0;
        const char *text = csi_trim(record->field[i].text, &length);
        int year;
        if (csi_period_find(text, length, &year, &from, &to) == CSI_PERIOD_NONE || !is_in_window(preview, year)) {
            continue;
        }
        uint32_t series = fixed;
        if (from > 0 || to < length) {
            const size_t found = series_beside_year(plan, text, length, from, to);
            if (found == CSI_NONE) {
                continue;
            }
            series = (uint32_t)found;
        }
        plan->value[plan->n_values++] = (csi_value_column){i, CSI_NO_COLUMN, series, year};
    }
    return check_distinct(preview, header, plan, diag);
}

csi_status csi_columns_set_bounds(csi_arena *arena, const csi_preview *preview, csi_plan *plan, size_t i, uint32_t low,
                                  uint32_t high, csi_diag *diag)
{
    if (low == CSI_NO_COLUMN || high == CSI_NO_COLUMN) {
        return CSI_OK;
    }
    csi_bound_columns *bound = csi_arena_alloc(arena, plan->n_values + 1, sizeof *bound);
    if (bound == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    for (size_t k = 0; k < plan->n_values; k++) {
        bound[k] = plan->bound != NULL ? plan->bound[k] : (csi_bound_columns){CSI_NO_COLUMN, CSI_NO_COLUMN};
    }
    bound[i] = (csi_bound_columns){low, high};
    plan->bound = bound;
    plan->bound_distance = csi_plan_bound_distance(preview->settings->bounds);
    return CSI_OK;
}

csi_status csi_columns_add_missing(csi_arena *arena, csi_plan *plan, const char *text, csi_diag *diag)
{
    const char **grown = csi_arena_alloc(arena, plan->dialect.n_missing + 1, sizeof *grown);
    if (grown == NULL) {
        return csi_diag_no_memory(diag, "planning a reader");
    }
    if (plan->dialect.n_missing > 0) {
        memcpy(grown, plan->dialect.missing, plan->dialect.n_missing * sizeof *grown);
    }
    grown[plan->dialect.n_missing++] = text;
    plan->dialect.missing = grown;
    return CSI_OK;
}
