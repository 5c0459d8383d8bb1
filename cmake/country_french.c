/* The countries' French short names. iso-codes translates ISO's names, some of which stand backwards ("Iran, République
 * islamique d'") or are not the short names that we use: those few are in datasets/country_french.csv. */
#include <stdio.h>
#include <string.h>

#include "cmake/country_build.h"
#include "cmake/country_sources.h"

static struct country *country_of(const char *iso3)
{
    for (size_t i = 0; i < n_countries; i++) {
        if (strcmp(country[i].field[ISO3], iso3) == 0) {
            return &country[i];
        }
    }
    fail("country_french.csv: there is no country %s", iso3);
}

static void read_own(const char *path)
{
    size_t n = 0;
    char *cursor = slurp(path, &n), *field[2];
    if (cursor == NULL) {
        fail("cannot read %s", path);
    }
    (void)csv_next(&cursor, field, 2);
    while (csv_next(&cursor, field, 2)) {
        country_of(field[0])->french = field[1];
    }
}

static const char *translation(const catalogue *c, const char *english)
{
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(catalogue_key(c, i), english) == 0 && catalogue_value(c, i)[0] != '\0') {
            return catalogue_value(c, i);
        }
    }
    return english;
}

void read_french(const char *path, const char *locales)
{
    char catalogue_path[512];
    catalogue c;
    snprintf(catalogue_path, sizeof catalogue_path, "%s/fr/LC_MESSAGES/iso_3166-1.mo", locales);
    const int has_catalogue = catalogue_open(catalogue_path, &c);
    read_own(path);
    for (size_t i = 0; i < n_countries; i++) {
        if (country[i].french == NULL) {
            country[i].french = has_catalogue ? translation(&c, country[i].field[NAME]) : country[i].field[NAME];
        }
    }
}
