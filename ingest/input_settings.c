/* See input_settings.h. */
#include "ingest/input_settings.h"

#include <limits.h>
#include <string.h>

#include "core/number.h"
#include "ingest/reader.h"

static const char *const known_keys[] = {
    "file",  "label",     "reader",     "delimiter", "quote", "decimal", "thousands", "encoding", "scheme", "ragged", "skip_lines",
    "columns", "indicator", "indicators", "year",      "where", "groups",  "missing", "quotes", "footers", "flags", "symbols", "countries", "statistic", "quantile", "absent", "separator",
    "bounds",
};
static const char *const known_columns[] = {"country", "name", "year", "indicator", "value", "standard_error", "low", "high",
                                            "date", "id"};

static csi_status read_text(const csi_setting *map, const char *key, csi_diag *diag, const char **text)
{
    const csi_setting *setting = csi_setting_find(map, key);
    return setting == NULL ? CSI_OK : csi_setting_text(setting, diag, text);
}

/* One character, or a name for it. */
static csi_status read_character(const csi_setting *map, const char *key, csi_diag *diag, bool *is_set, char *character)
{
    static const struct {
        const char *name;
        char character;
    } names[] = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"\\t", '\t'}, {"pipe", '|'},
                 {"space", ' '}, {"point", '.'},     {"none", '\0'}, {"apostrophe", '\''}};
    const csi_setting *setting = csi_setting_find(map, key);
    if (setting == NULL) {
        return CSI_OK;
    }
    const char *text;
    const csi_status status = csi_setting_text(setting, diag, &text);
    if (status != CSI_OK) {
        return status;
    }
    *is_set = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i].name) == 0) {
            *character = names[i].character;
            return CSI_OK;
        }
    }
    if (strlen(text) != 1 || (unsigned char)text[0] >= 0x80 || text[0] == '\n' || text[0] == '\r') {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place,
                              "%s: must be one ASCII character, or comma, semicolon, tab, pipe, space, point, none", key);
    }
    *character = text[0];
    return CSI_OK;
}

/* A text, or a list of texts. */
static csi_status read_texts(csi_arena *arena, const csi_setting *setting, csi_diag *diag, const char *const **texts,
                             size_t *n)
{
    if (setting == NULL) {
        return CSI_OK;
    }
    *n = setting->kind == CSI_SETTING_LIST ? setting->n : 1;
    const char **list = csi_arena_alloc(arena, *n + 1, sizeof *list);
    if (list == NULL) {
        return csi_diag_no_memory(diag, "reading the configuration");
    }
    for (size_t i = 0; i < *n; i++) {
        const csi_setting *item = setting->kind == CSI_SETTING_LIST ? &setting->item[i] : setting;
        const csi_status status = csi_setting_text(item, diag, &list[i]);
        if (status != CSI_OK) {
            return status;
        }
    }
    *texts = list;
    return CSI_OK;
}

static csi_status read_columns(csi_arena *arena, const csi_setting *map, csi_diag *diag, csi_input_settings *settings)
{
    csi_status status = CSI_OK;
    if (map == NULL) {
        return CSI_OK;
    }
    CSI_TRY(csi_setting_expect(map, CSI_SETTING_MAP, diag));
    CSI_TRY(csi_setting_check_keys(map, "columns", known_columns, sizeof known_columns / sizeof *known_columns, diag));
    CSI_TRY(read_text(map, "country", diag, &settings->unit));
    CSI_TRY(read_text(map, "name", diag, &settings->name));
    CSI_TRY(read_text(map, "year", diag, &settings->year));
    CSI_TRY(read_text(map, "value", diag, &settings->value));
    CSI_TRY(read_text(map, "standard_error", diag, &settings->standard_error));
    CSI_TRY(read_text(map, "low", diag, &settings->low));
    CSI_TRY(read_text(map, "high", diag, &settings->high));
    if ((settings->low == NULL) != (settings->high == NULL)) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &map->place, "columns: low and high go together");
    }
    const csi_setting *indicator = csi_setting_find(map, "indicator");
    const char *const *keys = NULL;
    CSI_TRY(read_texts(arena, indicator, diag, &keys, &settings->n_keys));
    if (settings->n_keys > CSI_MAX_KEYS) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &indicator->place, "at most %d columns can name an indicator",
                              CSI_MAX_KEYS);
    }
    for (size_t i = 0; i < settings->n_keys; i++) {
        settings->key[i] = keys[i];
    }
out:
    return status;
}

/* Which share of the probability lies between two bounds cannot be guessed. */
static csi_status read_bounds(const csi_setting *map, csi_diag *diag, csi_input_settings *settings)
{
    const csi_setting *bounds = csi_setting_find(map, "bounds");
    if (bounds != NULL) {
        return csi_setting_number(bounds, CSI_LEAST_BOUNDS, CSI_MOST_BOUNDS, diag, &settings->bounds);
    }
    return settings->low == NULL
               ? CSI_OK
               : csi_diag_error(diag, CSI_ERR_CONFIG, &csi_setting_find(map, "columns")->place,
                                "columns: low and high need the key \"bounds\": the share of the probability that lies "
                                "between them, as 0.9");
}

static csi_status read_aliases(csi_arena *arena, const csi_setting *map, csi_diag *diag, const csi_alias **aliases,
                               size_t *n)
{
    if (map == NULL) {
        return CSI_OK;
    }
    csi_status status = csi_setting_expect(map, CSI_SETTING_MAP, diag);
    if (status != CSI_OK) {
        return status;
    }
    csi_alias *alias = csi_arena_alloc(arena, map->n + 1, sizeof *alias);
    if (alias == NULL) {
        return csi_diag_no_memory(diag, "reading the configuration");
    }
    for (size_t i = 0; i < map->n && status == CSI_OK; i++) {
        alias[i].from = map->item[i].key;
        status = csi_setting_text(&map->item[i], diag, &alias[i].to);
    }
    *aliases = alias;
    *n = map->n;
    return status;
}

static csi_status read_filters(csi_arena *arena, const csi_setting *map, csi_diag *diag, csi_input_settings *settings)
{
    if (map == NULL) {
        return CSI_OK;
    }
    csi_status status = csi_setting_expect(map, CSI_SETTING_MAP, diag);
    if (status != CSI_OK) {
        return status;
    }
    csi_setting_filter *filter = csi_arena_alloc(arena, map->n + 1, sizeof *filter);
    if (filter == NULL) {
        return csi_diag_no_memory(diag, "reading the configuration");
    }
    for (size_t i = 0; i < map->n && status == CSI_OK; i++) {
        filter[i].heading = map->item[i].key;
        filter[i].place = &map->item[i].key_place;
        status = read_texts(arena, &map->item[i], diag, &filter[i].text, &filter[i].n_texts);
    }
    settings->filter = filter;
    settings->n_filters = map->n;
    return status;
}

static csi_status read_choice(const csi_setting *map, const char *key, const char *const *names, size_t n,
                              csi_diag *diag, size_t *choice)
{
    const csi_setting *setting = csi_setting_find(map, key);
    return setting == NULL ? CSI_OK : csi_setting_choice(setting, names, n, diag, choice);
}

static csi_status read_boolean(const csi_setting *map, const char *key, csi_diag *diag, bool *value)
{
    const csi_setting *setting = csi_setting_find(map, key);
    return setting == NULL ? CSI_OK : csi_setting_boolean(setting, diag, value);
}

static csi_status read_reader(const csi_setting *map, csi_diag *diag, csi_input_settings *settings)
{
    const csi_setting *setting = csi_setting_find(map, "reader");
    if (setting == NULL) {
        return CSI_OK;
    }
    const csi_status status = csi_setting_text(setting, diag, &settings->reader);
    if (status != CSI_OK || csi_reader_find(settings->reader) != NULL) {
        return status;
    }
    const char *names[64];
    for (size_t i = 0; i < csi_n_readers; i++) {
        names[i] = csi_readers[i]->name;
    }
    const char *nearest = csi_nearest_name(settings->reader, names, csi_n_readers);
    return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place, "reader: \"%s\" is not known%s%s%s", settings->reader,
                          nearest == NULL ? "" : "; did you mean \"", nearest == NULL ? "" : nearest,
                          nearest == NULL ? "" : "\"?");
}

static csi_status read_scheme(const csi_setting *map, csi_diag *diag, csi_input_settings *settings)
{
    static const char *const names[] = {"any", "fips", "ioc", "cow", "vdem"};
    static const csi_country_scheme schemes[] = {CSI_COUNTRY_ANY, CSI_COUNTRY_FIPS, CSI_COUNTRY_IOC, CSI_COUNTRY_COW,
                                                 CSI_COUNTRY_VDEM};
    size_t choice = 0;
    const csi_status status = read_choice(map, "scheme", names, sizeof names / sizeof *names, diag, &choice);
    settings->scheme = schemes[choice];
    return status;
}

static csi_status read_encoding(const csi_setting *map, csi_diag *diag, csi_input_settings *settings)
{
    const csi_setting *setting = csi_setting_find(map, "encoding");
    if (setting == NULL) {
        return CSI_OK;
    }
    const char *name;
    const csi_status status = csi_setting_text(setting, diag, &name);
    if (status != CSI_OK) {
        return status;
    }
    settings->is_encoding_set = true;
    if (!csi_encoding_parse(name, &settings->encoding)) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place,
                              "encoding: \"%s\" is none of utf-8, cp1252, latin-1, utf-16le, utf-16be", name);
    }
    return CSI_OK;
}

static csi_status read_dialect(const csi_setting *map, csi_diag *diag, csi_input_settings *settings)
{
    csi_status status = CSI_OK;
    bool is_set;
    CSI_TRY(read_character(map, "delimiter", diag, &is_set, &settings->delimiter));
    CSI_TRY(read_character(map, "quote", diag, &settings->is_quote_set, &settings->quote));
    CSI_TRY(read_character(map, "decimal", diag, &is_set, &settings->decimal));
    CSI_TRY(read_character(map, "thousands", diag, &settings->is_thousands_set, &settings->thousands));
    if (settings->decimal != '\0' && settings->decimal != '.' && settings->decimal != ',') {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &csi_setting_find(map, "decimal")->place,
                              "decimal: must be point or comma");
    }
    CSI_TRY(read_encoding(map, diag, settings));
out:
    return status;
}

csi_status csi_input_settings_read(csi_arena *arena, const csi_input *input, const csi_ingest_options *options,
                                   csi_diag *diag, csi_input_settings *settings)
{
    static const char *const ragged_names[] = {"error", "pad"}, *const quotes_names[] = {"strict", "lenient"};
    const csi_setting *map = input->options;
    csi_status status = CSI_OK;
    *settings = (csi_input_settings){.quote = '"',
                                     .skip_lines = -1,
                                     .fixed_year = INT_MIN,
                                     .missing = options->missing,
                                     .n_missing = options->n_missing,
                                     .options = map};
    if (map == NULL || map->kind != CSI_SETTING_MAP) {
        return CSI_OK;
    }
    CSI_TRY(csi_setting_check_keys(map, "an input", known_keys, sizeof known_keys / sizeof *known_keys, diag));
    CSI_TRY(read_reader(map, diag, settings));
    CSI_TRY(read_dialect(map, diag, settings));
    CSI_TRY(read_scheme(map, diag, settings));
    size_t ragged = 0;
    CSI_TRY(read_choice(map, "ragged", ragged_names, 2, diag, &ragged));
    settings->ragged = ragged == 1 ? CSI_RAGGED_PAD : CSI_RAGGED_ERROR;
    size_t quotes = 0;
    CSI_TRY(read_choice(map, "quotes", quotes_names, 2, diag, &quotes));
    settings->is_lenient = quotes == 1;
    CSI_TRY(read_boolean(map, "footers", diag, &settings->skips_footers));
    CSI_TRY(read_boolean(map, "flags", diag, &settings->has_flags));
    CSI_TRY(read_boolean(map, "symbols", diag, &settings->has_symbols));
    CSI_TRY(read_columns(arena, csi_setting_find(map, "columns"), diag, settings));
    CSI_TRY(read_bounds(map, diag, settings));
    CSI_TRY(read_text(map, "indicator", diag, &settings->indicator));
    CSI_TRY(read_aliases(arena, csi_setting_find(map, "indicators"), diag, &settings->alias, &settings->n_aliases));
    CSI_TRY(read_aliases(arena, csi_setting_find(map, "countries"), diag, &settings->unit_alias,
                         &settings->n_unit_aliases));
    CSI_TRY(read_filters(arena, csi_setting_find(map, "where"), diag, settings));
    CSI_TRY(read_texts(arena, csi_setting_find(map, "groups"), diag, &settings->group, &settings->n_groups));
    CSI_TRY(read_texts(arena, csi_setting_find(map, "missing"), diag, &settings->missing, &settings->n_missing));
    const csi_setting *skip = csi_setting_find(map, "skip_lines");
    if (skip != NULL) {
        CSI_TRY(csi_setting_integer(skip, 0, 1000000, diag, &settings->skip_lines));
    }
    const csi_setting *year = csi_setting_find(map, "year");
    if (year != NULL) {
        int64_t fixed = 0;
        CSI_TRY(csi_setting_integer(year, 1000, 2999, diag, &fixed));
        settings->fixed_year = (int)fixed;
    }
out:
    return status;
}
