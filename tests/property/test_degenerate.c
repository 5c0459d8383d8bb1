/* Every method there is, with its defaults and the options that it cannot do without, over data that leave it little: no
 * value at all, all values the same, one country, zeros, two values, huge and tiny ones. It either refuses with an error
 * of the data or the configuration and a word, or all that it leaves behind holds together: a value is missing exactly
 * where its state says so, nothing is infinite, weights are shares, and the same data give the same bytes. */
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/coin.h"

enum { P = 4, COUNTRIES = 6, YEARS = 2, CELLS = P * COUNTRIES * YEARS };

typedef double (*maker)(size_t year, size_t country, size_t indicator);

static double usual(size_t year, size_t country, size_t indicator)
{
    return 20 + 7 * (double)country + 3 * (double)year + 11 * sin((double)(3 * country + 5 * indicator));
}

static double one_is_empty(size_t year, size_t country, size_t indicator)
{
    return indicator == 1 ? NAN : usual(year, country, indicator);
}

static double one_is_constant(size_t year, size_t country, size_t indicator)
{
    return indicator == 1 ? 5 : usual(year, country, indicator);
}

static double all_are_constant(size_t year, size_t country, size_t indicator)
{
    (void)year;
    (void)country;
    return 10 * (double)(indicator + 1);
}

static double all_are_zero(size_t year, size_t country, size_t indicator)
{
    (void)year;
    (void)country;
    (void)indicator;
    return 0;
}

static double all_are_empty(size_t year, size_t country, size_t indicator)
{
    return NAN * all_are_zero(year, country, indicator);
}

static double one_country(size_t year, size_t country, size_t indicator)
{
    return country == 2 ? usual(year, country, indicator) : NAN;
}

static double one_value_each(size_t year, size_t country, size_t indicator)
{
    return country == indicator && year == 0 ? usual(year, country, indicator) : NAN;
}

static double yes_or_no(size_t year, size_t country, size_t indicator)
{
    return (double)((country + indicator + year) % 2);
}

static double the_same_twice(size_t year, size_t country, size_t indicator)
{
    return usual(year, country, indicator % 2);
}

static double opposites(size_t year, size_t country, size_t indicator)
{
    return indicator % 2 == 0 ? usual(year, country, 0) : 100 - usual(year, country, 0);
}

static double first_year_is_empty(size_t year, size_t country, size_t indicator)
{
    return year == 0 ? NAN : usual(year, country, indicator);
}

static double below_zero(size_t year, size_t country, size_t indicator)
{
    return usual(year, country, indicator) - 50;
}

static double huge(size_t year, size_t country, size_t indicator)
{
    return indicator == 0 ? 1e300 * usual(year, country, 0) : usual(year, country, indicator);
}

static double tiny(size_t year, size_t country, size_t indicator)
{
    return indicator == 0 ? 1e-300 * usual(year, country, 0) : usual(year, country, indicator);
}

static double one_far_out(size_t year, size_t country, size_t indicator)
{
    return indicator == 0 && country == 4 && year == 1 ? 1e6 : usual(year, country, indicator);
}

static const struct {
    const char *name;
    maker of;
    bool is_usual; /* every method does with it */
} samples[] = {
    {"usual", usual, true},                    {"one indicator empty", one_is_empty, false},
    {"one constant", one_is_constant, false},  {"all constant", all_are_constant, false},
    {"all zero", all_are_zero, false},         {"all empty", all_are_empty, false},
    {"one country", one_country, false},       {"one value each", one_value_each, false},
    {"yes or no", yes_or_no, false},           {"the same twice", the_same_twice, false},
    {"opposites", opposites, false},           {"first year empty", first_year_is_empty, false},
    {"below zero", below_zero, false},         {"huge", huge, false},
    {"tiny", tiny, false},                     {"one far out", one_far_out, false},
};

/* What methods need that have no default for it. */
static const char *needed(const csi_method *method)
{
    static const struct {
        csi_step_kind step;
        const char *name, *options;
    } those[] = {
        {CSI_STEP_DENOMINATE, "by", ", by: x0, indicators: [x1]"},
        {CSI_STEP_SCREEN, "countries", ", min_share: 0.5"},
        {CSI_STEP_SCREEN, "indicators", ", min_share: 0.5"},
        {CSI_STEP_NORMALISE, "trapezoid", ", corners: [0, 10, 50, 90]"},
        {CSI_STEP_WEIGHT, "budget", ", budgets: [[1, 2, 3, 4], [4, 3, 2, 1]]"},
        {CSI_STEP_WEIGHT, "ahp", ", matrix: [[1, 2, 3, 4], [0, 1, 2, 3], [0, 0, 1, 2], [0, 0, 0, 1]]"},
        {CSI_STEP_AGGREGATE, "power", ", power: 2"},
        {CSI_STEP_AGGREGATE, "owa", ", places: [4, 3, 2, 1]"},
    };
    for (size_t i = 0; i < sizeof those / sizeof *those; i++) {
        if (those[i].step == method->step && strcmp(those[i].name, method->name) == 0) {
            return those[i].options;
        }
    }
    return "";
}

static coin make(maker of)
{
    double value[CELLS];
    for (size_t i = 0; i < CELLS; i++) {
        value[i] = of(i / P / COUNTRIES, i / P % COUNTRIES, i % P);
    }
    coin c = coin_make(P, COUNTRIES, YEARS, value, NULL);
    for (size_t q = 0; q < P; q++) {
        c.framework->node[q].target = 90;
        c.framework->node[q].transform = CSI_TRANSFORM_LOG1P;
    }
    return c;
}

static size_t count_broken(const csi_panel *panel)
{
    size_t n = 0;
    for (size_t i = 0; i < panel->n_series * panel->n_years * panel->n_countries; i++) {
        n += isinf(panel->value[i]) || isnan(panel->value[i]) != (panel->state[i] == CSI_CELL_MISSING);
    }
    return n;
}

static void expect_sound(const coin *c, const char *what, const char *sample)
{
    const csi_result *result = c->result;
    for (size_t i = 0; i < result->n_stages; i++) {
        cr_expect(count_broken(result->stage[i]) == 0, "%s, %s, stage %zu", what, sample, i);
    }
    cr_expect(count_broken(result->scores) == 0, "%s, %s", what, sample);
    for (size_t year = 0; year < YEARS; year++) {
        double sum = 0;
        for (size_t q = 0; q < P; q++) {
            const double weight = result->weight[q * YEARS + year];
            cr_expect(weight >= 0 && weight <= 1 + 1e-12, "%s, %s: %g", what, sample, weight);
            sum += weight;
        }
        cr_expect(is_near(sum, 1, 1e-9), "%s, %s: weights sum to %g", what, sample, sum);
    }
}

static bool has_words(const csi_diag *diag)
{
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    bool has = false;
    for (size_t i = 0; i < n; i++) {
        has = has || (message[i].severity == CSI_ERROR && strlen(message[i].text) > 10);
    }
    return has;
}

Test(degenerate, every_method)
{
    gsl_set_error_handler_off();
    for (size_t m = 0; m < csi_method_count(); m++) {
        const csi_method *method = csi_method_at(m);
        const char *step = csi_step_kind_name(method->step);
        const char *what = text_format("- %s: {method: %s%s}\n", step, method->name, needed(method));
        for (size_t s = 0; s < sizeof samples / sizeof *samples; s++) {
            const char *sample = samples[s].name;
            coin c = make(samples[s].of), again = make(samples[s].of);
            const csi_status status = coin_run(&c, what), same = coin_run(&again, what);
            cr_expect(status == same, "%s, %s", what, sample);
            if (status != CSI_OK) {
                cr_expect(status == CSI_ERR_DATA || status == CSI_ERR_CONFIG, "%s, %s: %d", what, sample, status);
                cr_expect(has_words(c.diag) && c.result == NULL, "%s, %s", what, sample);
                cr_expect(samples[s].is_usual == false, "%s, %s", what, sample);
            } else {
                const size_t n_bytes = c.result->scores->n_series * YEARS * COUNTRIES * sizeof(double);
                expect_sound(&c, what, sample);
                cr_expect(memcmp(c.result->scores->value, again.result->scores->value, n_bytes) == 0, "%s, %s", what, sample);
            }
            coin_free(&c);
            coin_free(&again);
        }
    }
}
