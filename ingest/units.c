/* See units.h. */
#include "ingest/units.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/memo.h"

/* A text with the place of the row that gave it. */
typedef struct given {
    char *text; /* owned; NULL: not given */
    uint64_t file, line;
} given;

typedef struct unit {
    char *code; /* owned */
    given name;
    given *group; /* owned; n_groups of them, grown as groupings turn up */
    size_t n_groups;
} unit;

struct csi_units {
    pthread_mutex_t lock;
    bool are_countries;
    int first_year, last_year;
    csi_memo *slots; /* code -> slot + 1 */
    csi_memo *ids;   /* of events -> number */
    uint32_t n_ids;
    unit *unit;
    size_t n, room;
    char **grouping;
    size_t n_groupings;
};

csi_units *csi_units_new(bool are_countries, int first_year, int last_year)
{
    csi_units *units = calloc(1, sizeof *units);
    if (units == NULL) {
        return NULL;
    }
    units->slots = csi_memo_new();
    units->ids = csi_memo_new();
    if (units->slots == NULL || units->ids == NULL) {
        csi_memo_free(units->slots);
        csi_memo_free(units->ids);
        free(units);
        return NULL;
    }
    units->are_countries = are_countries;
    units->first_year = first_year;
    units->last_year = last_year;
    pthread_mutex_init(&units->lock, NULL);
    return units;
}

void csi_units_free(csi_units *units)
{
    if (units == NULL) {
        return;
    }
    for (size_t i = 0; i < units->n; i++) {
        for (size_t g = 0; g < units->unit[i].n_groups; g++) {
            free(units->unit[i].group[g].text);
        }
        free(units->unit[i].group);
        free(units->unit[i].name.text);
        free(units->unit[i].code);
    }
    for (size_t i = 0; i < units->n_groupings; i++) {
        free(units->grouping[i]);
    }
    free(units->grouping);
    free(units->unit);
    csi_memo_free(units->slots);
    csi_memo_free(units->ids);
    pthread_mutex_destroy(&units->lock);
    free(units);
}

/* The slot of a code, made when it is new. The lock is held. */
static csi_status slot_of(csi_units *units, const char *code, size_t length, uint32_t *slot)
{
    uint32_t *found = csi_memo_at(units->slots, code, length);
    if (found == NULL) {
        return CSI_ERR_MEMORY;
    }
    if (*found == 0) {
        if (units->n == units->room) {
            const size_t room = units->room == 0 ? 256 : units->room * 2;
            unit *grown = realloc(units->unit, room * sizeof *grown);
            if (grown == NULL) {
                return CSI_ERR_MEMORY;
            }
            units->unit = grown;
            units->room = room;
        }
        char *copy = strndup(code, length);
        if (copy == NULL) {
            return CSI_ERR_MEMORY;
        }
        units->unit[units->n] = (unit){.code = copy};
        *found = (uint32_t)++units->n;
    }
    *slot = *found - 1;
    return CSI_OK;
}

static bool is_same(const csi_country_answer *a, const csi_country_answer *b)
{
    return a->match == b->match && strcmp(a->iso3, b->iso3) == 0;
}

csi_status csi_units_resolve(csi_units *units, const char *text, size_t length, csi_country_scheme scheme, int year,
                             csi_unit_answer *answer)
{
    static const csi_unit_kind kinds[] = {
        [CSI_COUNTRY_FOUND] = CSI_UNIT_FOUND,
        [CSI_COUNTRY_AGGREGATE] = CSI_UNIT_AGGREGATE,
        [CSI_COUNTRY_AMBIGUOUS] = CSI_UNIT_AMBIGUOUS,
        [CSI_COUNTRY_DISSOLVED] = CSI_UNIT_UNKNOWN,
        [CSI_COUNTRY_UNKNOWN] = CSI_UNIT_UNKNOWN,
    };
    *answer = (csi_unit_answer){.kind = CSI_UNIT_FOUND};
    const char *code = text;
    size_t code_length = length;
    if (units->are_countries) {
        answer->country = csi_country_resolve(text, length, scheme, year == 0 ? units->first_year : year);
        if (year == 0) {
            const csi_country_answer last = csi_country_resolve(text, length, scheme, units->last_year);
            if (!is_same(&answer->country, &last)) {
                answer->kind = CSI_UNIT_DATED;
                return CSI_OK;
            }
        }
        answer->kind = kinds[answer->country.match];
        code = answer->country.iso3;
        code_length = strlen(code);
    }
    if (answer->kind != CSI_UNIT_FOUND) {
        return CSI_OK;
    }
    pthread_mutex_lock(&units->lock);
    const csi_status status = slot_of(units, code, code_length, &answer->slot);
    pthread_mutex_unlock(&units->lock);
    return status;
}

csi_status csi_units_add_grouping(csi_units *units, const char *name, size_t *index)
{
    for (size_t i = 0; i < units->n_groupings; i++) {
        if (strcmp(units->grouping[i], name) == 0) {
            *index = i;
            return CSI_OK;
        }
    }
    char **grown = realloc(units->grouping, (units->n_groupings + 1) * sizeof *grown);
    if (grown == NULL) {
        return CSI_ERR_MEMORY;
    }
    units->grouping = grown;
    units->grouping[units->n_groupings] = strdup(name);
    if (units->grouping[units->n_groupings] == NULL) {
        return CSI_ERR_MEMORY;
    }
    *index = units->n_groupings++;
    return CSI_OK;
}

static csi_status describe(unit *unit_, size_t what, given told, const char *text, size_t length)
{
    if (what != CSI_UNIT_NAME && what >= unit_->n_groups) {
        given *grown = realloc(unit_->group, (what + 1) * sizeof *grown);
        if (grown == NULL) {
            return CSI_ERR_MEMORY;
        }
        memset(grown + unit_->n_groups, 0, (what + 1 - unit_->n_groups) * sizeof *grown);
        unit_->group = grown;
        unit_->n_groups = what + 1;
    }
    given *held = what == CSI_UNIT_NAME ? &unit_->name : &unit_->group[what];
    if (held->text != NULL && (held->file < told.file || (held->file == told.file && held->line <= told.line))) {
        return CSI_OK;
    }
    told.text = strndup(text, length);
    if (told.text == NULL) {
        return CSI_ERR_MEMORY;
    }
    free(held->text);
    *held = told;
    return CSI_OK;
}

csi_status csi_units_describe(csi_units *units, uint32_t slot, size_t what, uint64_t file, uint64_t line,
                              const char *text, size_t length)
{
    pthread_mutex_lock(&units->lock);
    const csi_status status =
        describe(&units->unit[slot], what, (given){.file = file, .line = line}, text, length);
    pthread_mutex_unlock(&units->lock);
    return status;
}

csi_status csi_units_number_id(csi_units *units, const char *text, size_t length, uint32_t *id)
{
    pthread_mutex_lock(&units->lock);
    uint32_t *found = csi_memo_at(units->ids, text, length);
    if (found != NULL && *found == 0) {
        *found = ++units->n_ids;
    }
    *id = found != NULL ? *found : 0;
    pthread_mutex_unlock(&units->lock);
    return found != NULL ? CSI_OK : CSI_ERR_MEMORY;
}

size_t csi_units_count(csi_units *units)
{
    pthread_mutex_lock(&units->lock);
    const size_t n = units->n;
    pthread_mutex_unlock(&units->lock);
    return n;
}

const char *csi_units_code(csi_units *units, uint32_t slot)
{
    pthread_mutex_lock(&units->lock);
    const char *code = units->unit[slot].code;
    pthread_mutex_unlock(&units->lock);
    return code;
}

static int compare_units(const void *a, const void *b)
{
    const unit *const *left = a, *const *right = b;
    return strcmp((*left)->code, (*right)->code);
}

static csi_status copy_text(csi_arena *arena, const char *text, const char **copy)
{
    *copy = text == NULL ? NULL : csi_arena_copy(arena, text, strlen(text));
    return text != NULL && *copy == NULL ? CSI_ERR_MEMORY : CSI_OK;
}

/* The groupings of the data, then UN region and subregion where units are countries. */
static csi_status fill_country(const csi_units *units, const unit *from, csi_arena *arena, size_t n_groupings,
                               csi_country *country)
{
    csi_status status = CSI_OK;
    const csi_country_facts *facts = units->are_countries ? csi_country_find(from->code) : NULL;
    CSI_TRY(copy_text(arena, from->code, &country->iso3));
    CSI_TRY(copy_text(arena, from->name.text != NULL ? from->name.text : facts != NULL ? facts->name : from->code,
                      &country->name));
    country->group = csi_arena_alloc(arena, n_groupings + 1, sizeof *country->group);
    if (country->group == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t g = 0; g < from->n_groups; g++) {
        CSI_TRY(copy_text(arena, from->group[g].text, &country->group[g]));
    }
    if (units->are_countries) {
        country->group[n_groupings - 2] = facts != NULL && facts->region[0] != '\0' ? facts->region : NULL;
        country->group[n_groupings - 1] = facts != NULL && facts->subregion[0] != '\0' ? facts->subregion : NULL;
    }
out:
    return status;
}

csi_status csi_units_finish(csi_units *units, const bool *used, csi_arena *arena, csi_countries *countries,
                            size_t *axis)
{
    csi_status status = CSI_OK;
    const size_t n_groupings = units->n_groupings + (units->are_countries ? 2 : 0);
    *countries = (csi_countries){.n_groupings = n_groupings};
    unit **sorted = calloc(units->n + 1, sizeof *sorted);
    countries->country = csi_arena_alloc(arena, units->n + 1, sizeof *countries->country);
    countries->grouping = csi_arena_alloc(arena, n_groupings + 1, sizeof *countries->grouping);
    if (sorted == NULL || countries->country == NULL || countries->grouping == NULL) {
        status = CSI_ERR_MEMORY;
        goto out;
    }
    for (size_t g = 0; g < units->n_groupings; g++) {
        CSI_TRY(copy_text(arena, units->grouping[g], &countries->grouping[g]));
    }
    if (units->are_countries) {
        countries->grouping[n_groupings - 2] = "region";
        countries->grouping[n_groupings - 1] = "subregion";
    }
    size_t n = 0;
    for (size_t slot = 0; slot < units->n; slot++) {
        axis[slot] = CSI_NONE;
        if (used[slot]) {
            sorted[n++] = &units->unit[slot];
        }
    }
    qsort(sorted, n, sizeof(*sorted), compare_units);
    for (size_t i = 0; i < n; i++) {
        axis[sorted[i] - units->unit] = i;
        CSI_TRY(fill_country(units, sorted[i], arena, n_groupings, &countries->country[i]));
    }
    countries->n = n;
out:
    free(sorted);
    return status;
}
