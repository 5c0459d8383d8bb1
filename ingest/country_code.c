/* Codes: ISO 3166-1's, a few beside them, and those of other systems. See country_code.h. */
#include "ingest/country_code.h"

#include <string.h>

static const csi_country_tables *const t = &csi_country_table;

static bool is_valid_in(int16_t from, int16_t to, int year)
{
    const bool is_dated = from != 0 || to != 0;
    return !is_dated || (year != 0 && (from == 0 || year >= from) && (to == 0 || year <= to));
}

csi_country_answer csi_country_answer_found(const char *iso3)
{
    csi_country_answer answer = {.match = CSI_COUNTRY_FOUND};
    memcpy(answer.iso3, iso3, 4);
    return answer;
}

csi_country_answer csi_country_answer_unit(const csi_country_unit *unit, int year)
{
    if (unit->match == CSI_COUNTRY_FOUND && unit->iso3[0] != '\0' && is_valid_in(unit->from, unit->to, year)) {
        return csi_country_answer_found(unit->iso3);
    }
    csi_country_answer answer = {.match = unit->match == CSI_COUNTRY_FOUND ? CSI_COUNTRY_DISSOLVED : unit->match};
    for (size_t i = 0; i < unit->n_candidates && i < CSI_COUNTRY_CANDIDATES; i++) {
        answer.candidate[answer.n_candidates++] = unit->candidates + 4 * i;
    }
    return answer;
}

const csi_country_facts *csi_country_find(const char *iso3)
{
    size_t low = 0, high = t->n_today;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = strcmp(t->facts[middle].iso3, iso3);
        if (order == 0) {
            return &t->facts[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = t->n_today; i < t->n_facts; i++) {
        if (strcmp(t->facts[i].iso3, iso3) == 0) {
            return &t->facts[i];
        }
    }
    return NULL;
}

size_t csi_country_count(void)
{
    return t->n_today;
}

const csi_country_facts *csi_country_at(size_t index)
{
    return &t->facts[index];
}

static bool is_numeric(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return length > 0;
}

/* Upper-cased into `code` when the text is ASCII letters and digits, all of one case; false otherwise. */
static bool read_code(const char *text, size_t length, char code[16])
{
    bool has_upper = false, has_lower = false;
    for (size_t i = 0; i < length && length < 16; i++) {
        const char c = text[i];
        has_upper |= c >= 'A' && c <= 'Z';
        has_lower |= c >= 'a' && c <= 'z';
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
        code[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        code[i + 1] = '\0';
    }
    return length > 0 && length < 16 && !(has_upper && has_lower);
}

/* ISO's own codes, then those of datasets/country_names.csv (UK, EL, ROM, WLD ...). */
static bool find_code(const char *code, int year, csi_country_answer *answer)
{
    const size_t length = strlen(code);
    for (size_t i = 0; length == 2 && i < t->n_today; i++) {
        if (strcmp(t->facts[i].iso2, code) == 0) {
            *answer = csi_country_answer_found(t->facts[i].iso3);
            return true;
        }
    }
    for (size_t i = 0; i < t->n_codes; i++) {
        if (t->code[i].text[0] == code[0] && strcmp(t->code[i].text, code) == 0) {
            *answer = csi_country_answer_unit(&t->unit[t->code[i].unit], year);
            return true;
        }
    }
    const csi_country_facts *facts = length == 3 ? csi_country_find(code) : NULL;
    if (facts != NULL) {
        *answer = csi_country_answer_unit(&t->unit[facts - t->facts], year);
    }
    if (facts == NULL && strncmp(code, "OWID_", 5) == 0) {
        *answer = (csi_country_answer){.match = CSI_COUNTRY_AGGREGATE};
        return true;
    }
    return facts != NULL;
}

/* ISO numeric, with or without leading zeros; 0 to 3 digits. UN M49's regions are aggregates. */
static bool find_number(const char *text, size_t length, int year, csi_country_answer *answer)
{
    char code[4] = "000";
    if (length > 3 || !is_numeric(text, length)) {
        return false;
    }
    memcpy(code + 3 - length, text, length);
    for (size_t i = 0; i < t->n_facts; i++) {
        if (strcmp(t->facts[i].numeric, code) == 0 && is_valid_in(t->codes[i].from, t->codes[i].to, year)) {
            *answer = csi_country_answer_found(t->facts[i].iso3);
            return true;
        }
    }
    return find_code(code, year, answer);
}

static const char *code_of(const csi_country_codes *codes, csi_country_scheme scheme, bool is_number)
{
    switch (scheme) {
    case CSI_COUNTRY_FIPS: return codes->fips;
    case CSI_COUNTRY_IOC: return codes->ioc;
    case CSI_COUNTRY_COW: return is_number ? codes->cow_number : codes->cow;
    case CSI_COUNTRY_VDEM: return is_number ? codes->vdem_number : codes->vdem;
    case CSI_COUNTRY_ANY: break;
    }
    return "";
}

/* The country whose code this is in `scheme`: one that existed in that year before today's. */
static bool find_in_scheme(const char *code, csi_country_scheme scheme, int year, csi_country_answer *answer)
{
    const bool is_number = is_numeric(code, strlen(code));
    size_t found = t->n_facts;
    for (size_t i = 0; i < t->n_facts; i++) {
        const csi_country_codes *codes = &t->codes[i];
        if (strcmp(code_of(codes, scheme, is_number), code) == 0 && is_valid_in(codes->from, codes->to, year)) {
            found = i;
        }
    }
    if (found < t->n_facts) {
        *answer = csi_country_answer_found(t->facts[found].iso3);
    }
    return found < t->n_facts;
}

bool csi_country_code_find(const char *text, size_t length, csi_country_scheme scheme, int year,
                       csi_country_answer *answer)
{
    char code[16];
    if (!read_code(text, length, code)) {
        return false;
    }
    if (scheme != CSI_COUNTRY_ANY) {
        return find_in_scheme(code, scheme, year, answer);
    }
    return find_number(code, length, year, answer) || (!is_numeric(code, length) && find_code(code, year, answer));
}
