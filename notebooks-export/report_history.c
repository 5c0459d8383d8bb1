/* The raw values behind the scores, packed for the page: one short text for every indicator and country, because sixty
 * thousand numbers as JSON would outweigh everything else.
 *
 *     1.67,=2,c,,i2,.4
 *
 * reads, year by year: 1.67 observed; the same observed twice more; carried; missing; interpolated twice; 0.4 observed.
 * The letters are = (observed, the value before), c (carried), i (interpolated), m (modelled), a count behind them when
 * there are several in a row. Missing years at the end are left out. Every digit of an observed value is kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "notebooks-export/report_parts.h"

enum { NUMBER = '#', MISSING = ' ' };

static char token_of(double raw, csi_cell state, double before)
{
    switch (state & CSI_CELL_ORIGIN) {
    case CSI_CELL_OBSERVED: return raw == before ? '=' : NUMBER;
    case CSI_CELL_CARRIED: return 'c';
    case CSI_CELL_INTERPOLATED: return 'i';
    case CSI_CELL_MODELLED: return 'm';
    default: return MISSING;
    }
}

/* Without the zero before the point; returns the length. */
static size_t put_number(double value, char *text)
{
    size_t n = csi_number_write(value, text);
    char *const zero = text + (text[0] == '-');
    if (zero[0] == '0' && zero[1] == '.') {
        memmove(zero, zero + 1, strlen(zero));
        n--;
    }
    return n;
}

/* Years that repeat one letter. */
static size_t run_length(const double *raw, const csi_cell *state, size_t n, size_t year, char token, double before)
{
    size_t run = 1;
    while (token != NUMBER && token != MISSING && year + run < n &&
           token_of(raw[year + run], state[year + run], before) == token) {
        run++;
    }
    return run;
}

/* Fills text, which has room for CSI_NUMBER_MAX + 1 bytes a year. */
static void pack(const double *raw, const csi_cell *state, size_t n, char *text)
{
    size_t at = 0, end = 0;
    double before = NAN;
    for (size_t year = 0; year < n;) {
        const char token = token_of(raw[year], state[year], before);
        const size_t run = run_length(raw, state, n, year, token, before);
        if (year > 0) {
            text[at++] = ',';
        }
        if (token == NUMBER) {
            before = raw[year];
            at += put_number(before, text + at);
        } else if (token != MISSING) {
            text[at++] = token;
            at += run > 1 ? csi_number_write_integer((int64_t)run, text + at) : 0;
        }
        end = token == MISSING ? end : at;
        year += run;
    }
    text[end] = '\0';
}

void csi_report_write_history(const csi_report *r, csi_json *json)
{
    const csi_report_data *d = r->data;
    const size_t n_countries = d->results->countries.n;
    char *const text = calloc(d->n_read, CSI_NUMBER_MAX + 1);
    csi_json_integer_at(json, "first_read", d->first_read);
    csi_json_key(json, "history");
    csi_json_begin_array(json);
    for (size_t i = 0; text != NULL && i < d->n_indicators; i++) {
        csi_json_begin_array(json);
        for (size_t c = 0; c < n_countries; c++) {
            const size_t cell = (i * n_countries + c) * d->n_read;
            pack(d->raw + cell, d->state + cell, d->n_read, text);
            csi_json_text(json, text);
        }
        csi_json_end_array(json);
    }
    csi_json_end_array(json);
    *r->is_out_of_memory = *r->is_out_of_memory || text == NULL;
    free(text);
}
