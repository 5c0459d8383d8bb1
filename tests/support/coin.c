/* See coin.h. */
#include "tests/support/coin.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *cell(const table *t, size_t row, const char *heading)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        if (strcmp(t->cell[0][i], heading) == 0) {
            const char *text = t->cell[row][i];
            return strcmp(text, "NA") == 0 ? "" : text;
        }
    }
    return "";
}

static double number(const table *t, size_t row, const char *heading, double fallback)
{
    const char *text = cell(t, row, heading);
    return text[0] == '\0' ? fallback : strtod(text, NULL);
}

static csi_node node_of(const table *meta, size_t row)
{
    const char *denominator = cell(meta, row, "Denominator");
    csi_transform transform = CSI_TRANSFORM_NONE;
    cr_assert(cell(meta, row, "transform")[0] == '\0' || csi_transform_parse(cell(meta, row, "transform"), &transform));
    return (csi_node){
        .code = cell(meta, row, "iCode"), .name = cell(meta, row, "iName"), .unit = "", .measure = "", .kind = "",
        .level = strcmp(cell(meta, row, "Type"), "Denominator") == 0 ? 0 : (int)number(meta, row, "Level", 0),
        .direction = (int)number(meta, row, "Direction", 1), .weight = number(meta, row, "Weight", 1),
        .goal_low = number(meta, row, "goal_low", number(meta, row, "goalpost_lower", NAN)),
        .goal_high = number(meta, row, "goal_high", number(meta, row, "goalpost_upper", NAN)),
        .target = number(meta, row, "Target", NAN), .max_carry = (int)number(meta, row, "max_carry", -1),
        .valid_from = (int)number(meta, row, "valid_from", INT_MIN), .transform = transform,
        .denominator = denominator[0] == '\0' ? NULL : denominator, .line = (unsigned)row + 1,
    };
}

static void read_framework(coin *c, const table *meta)
{
    csi_node *nodes = calloc(meta->n_rows, sizeof *nodes);
    const char **parents = calloc(meta->n_rows, sizeof *parents);
    size_t n = 0;
    for (size_t row = 1; row < meta->n_rows; row++) {
        const char *type = cell(meta, row, "Type"), *parent = cell(meta, row, "Parent");
        if (strcmp(type, "Indicator") == 0 || strcmp(type, "Aggregate") == 0 || strcmp(type, "Denominator") == 0) {
            nodes[n] = node_of(meta, row);
            parents[n++] = parent[0] == '\0' ? NULL : parent;
        }
    }
    cr_assert_eq(csi_framework_build(c->arena, "iMeta.csv", nodes, parents, n, c->diag, &c->framework), CSI_OK);
    free(nodes);
    free(parents);
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const csi_country *)a)->iso3, ((const csi_country *)b)->iso3);
}

static void read_countries(coin *c, const table *meta, const table *data)
{
    const char **grouping = calloc(meta->n_rows, sizeof *grouping);
    csi_country *country = calloc(data->n_rows, sizeof *country);
    for (size_t row = 1; row < meta->n_rows; row++) {
        if (strcmp(cell(meta, row, "Type"), "Group") == 0) {
            grouping[c->countries.n_groupings++] = cell(meta, row, "iCode");
        }
    }
    for (size_t row = 1; row < data->n_rows; row++) {
        const char *code = cell(data, row, "uCode");
        bool is_known = false;
        for (size_t i = 0; i < c->countries.n; i++) {
            is_known = is_known || strcmp(country[i].iso3, code) == 0;
        }
        if (!is_known) {
            const char **group = calloc(c->countries.n_groupings + 1, sizeof *group);
            for (size_t g = 0; g < c->countries.n_groupings; g++) {
                const char *name = cell(data, row, grouping[g]);
                group[g] = name[0] == '\0' ? NULL : name;
            }
            country[c->countries.n++] = (csi_country){.iso3 = code, .name = code, .group = group};
        }
    }
    qsort(country, c->countries.n, sizeof *country, by_code);
    c->countries.country = country;
    c->countries.grouping = grouping;
}

static void read_panel(coin *c, const table *data)
{
    int first = INT_MAX, last = INT_MIN;
    for (size_t row = 1; row < data->n_rows; row++) {
        const int year = (int)number(data, row, "Time", 2018);
        first = year < first ? year : first;
        last = year > last ? year : last;
    }
    cr_assert_eq(csi_panel_new(csi_framework_n_series(c->framework), first, (size_t)(last - first) + 1, c->countries.n,
                               false, &c->raw), CSI_OK);
    for (size_t column = 0; column < data->n_columns; column++) {
        const size_t series = csi_framework_find_series(c->framework, data->cell[0][column]);
        for (size_t row = 1; series != CSI_NONE && row < data->n_rows; row++) {
            csi_panel_set(c->raw, series, (size_t)((int)number(data, row, "Time", 2018) - first),
                          csi_countries_find(&c->countries, cell(data, row, "uCode")), table_number(data, row, column),
                          CSI_CELL_OBSERVED);
        }
    }
}

static void set_context(coin *c)
{
    c->context = (csi_context){.framework = c->framework, .countries = &c->countries,
                               .first_scored_year = c->first_scored,
                               .n_scored_years = c->raw->n_years - c->first_scored, .seed = 1, .n_threads = 1};
}

coin coin_read(const table *meta, const table *data)
{
    coin c = {.arena = csi_arena_new(), .diag = csi_diag_new(0)};
    read_framework(&c, meta);
    read_countries(&c, meta, data);
    read_panel(&c, data);
    return c;
}

static void list_countries(coin *c, const table *data)
{
    csi_names *names = csi_names_new(c->arena);
    for (size_t row = 1; row < data->n_rows; row++) {
        size_t index;
        cr_assert_eq(csi_names_add(names, data->cell[row][0], strlen(data->cell[row][0]), &index), CSI_OK);
    }
    c->countries.n = csi_names_count(names);
    c->countries.country = calloc(c->countries.n, sizeof *c->countries.country);
    c->countries.grouping = calloc(1, sizeof *c->countries.grouping);
    for (size_t i = 0; i < c->countries.n; i++) {
        const char *code = csi_names_at(names, i);
        c->countries.country[i] = (csi_country){.iso3 = code, .name = code, .group = calloc(1, sizeof(char *))};
    }
    qsort(c->countries.country, c->countries.n, sizeof *c->countries.country, by_code);
}

coin coin_read_long(const table *meta, const table *data, int first, int first_scored, int last)
{
    coin c = {.arena = csi_arena_new(), .diag = csi_diag_new(0), .first_scored = (size_t)(first_scored - first)};
    read_framework(&c, meta);
    list_countries(&c, data);
    cr_assert_eq(csi_panel_new(csi_framework_n_series(c.framework), first, (size_t)(last - first) + 1, c.countries.n,
                               false, &c.raw), CSI_OK);
    for (size_t row = 1; row < data->n_rows; row++) {
        const int year = (int)table_number(data, row, 1);
        const size_t series = csi_framework_find_series(c.framework, data->cell[row][2]);
        if (series != CSI_NONE && year >= first && year <= last && year >= c.framework->node[series].valid_from) {
            csi_panel_set(c.raw, series, (size_t)(year - first), csi_countries_find(&c.countries, data->cell[row][0]),
                          table_number(data, row, 3), CSI_CELL_OBSERVED);
        }
    }
    return c;
}

coin coin_make(size_t n_indicators, size_t n_countries, size_t n_years, const double *value, const int *direction)
{
    coin c = {.arena = csi_arena_new(), .diag = csi_diag_new(0)};
    csi_node *nodes = calloc(n_indicators + 1, sizeof *nodes);
    const char **parents = calloc(n_indicators + 1, sizeof *parents);
    for (size_t q = 0; q <= n_indicators; q++) {
        nodes[q] = (csi_node){.code = q < n_indicators ? csi_arena_format(c.arena, "x%zu", q) : "Index", .name = "",
                              .unit = "", .measure = "", .kind = "", .level = q < n_indicators ? 1 : 2,
                              .direction = q < n_indicators && direction != NULL ? direction[q] : 1, .weight = 1,
                              .goal_low = 0, .goal_high = 100, .target = NAN, .max_carry = -1, .valid_from = INT_MIN,
                              .line = (unsigned)q + 2};
        parents[q] = q < n_indicators ? "Index" : NULL;
    }
    cr_assert_eq(csi_framework_build(c.arena, "test", nodes, parents, n_indicators + 1, c.diag, &c.framework), CSI_OK);
    free(nodes);
    free(parents);
    c.countries.n = n_countries;
    c.countries.country = calloc(n_countries + 1, sizeof *c.countries.country);
    c.countries.grouping = calloc(1, sizeof *c.countries.grouping);
    for (size_t i = 0; i < n_countries; i++) {
        const char *code = csi_arena_format(c.arena, "A%03zu", i);
        c.countries.country[i] = (csi_country){.iso3 = code, .name = code, .group = calloc(1, sizeof(char *))};
    }
    cr_assert_eq(csi_panel_new(n_indicators, 2000, n_years, n_countries, false, &c.raw), CSI_OK);
    for (size_t year = 0; year < n_years; year++) {
        for (size_t i = 0; i < n_countries; i++) {
            for (size_t q = 0; q < n_indicators; q++) {
                csi_panel_set(c.raw, q, year, i, value[(year * n_countries + i) * n_indicators + q],
                              CSI_CELL_OBSERVED);
            }
        }
    }
    return c;
}

csi_status coin_run(coin *c, const char *steps)
{
    const csi_setting *root = NULL;
    set_context(c);
    csi_result_free(c->result);
    c->result = NULL;
    csi_status status;
    CSI_TRY(csi_settings_parse(c->arena, "steps.yaml", steps, strlen(steps), c->diag, &root));
    CSI_TRY(csi_recipe_read(c->arena, c->framework, root, c->diag, &c->recipe));
    CSI_TRY(csi_pipeline_run(c->recipe, &c->context, c->raw, c->diag, &c->result));
out:
    return status;
}

void coin_must_run(coin *c, const char *steps)
{
    const csi_status status = coin_run(c, steps);
    if (status != CSI_OK) {
        size_t n;
        const csi_message *message = csi_diag_messages(c->diag, &n);
        for (size_t i = 0; i < n; i++) {
            fprintf(stderr, "%s\n", message[i].text);
        }
    }
    cr_assert_eq(status, CSI_OK, "%s", steps);
}

bool coin_said(const coin *c, const char *text)
{
    size_t n;
    const csi_message *message = csi_diag_messages(c->diag, &n);
    for (size_t i = 0; i < n; i++) {
        if (strstr(message[i].text, text) != NULL) {
            return true;
        }
    }
    return false;
}

double coin_worst(const coin *c, const csi_panel *panel, const table *golden, size_t least)
{
    const size_t time = strcmp(golden->cell[0][1], "Time") == 0 ? 1 : 0;
    double worst = 0;
    size_t n_columns = 0;
    for (size_t column = 1; column < golden->n_columns; column++) {
        const size_t node = csi_framework_find(c->framework, golden->cell[0][column]);
        if (node == CSI_NONE || node >= panel->n_series) {
            continue;
        }
        n_columns++;
        for (size_t row = 1; row < golden->n_rows; row++) {
            const size_t country = csi_countries_find(&c->countries, golden->cell[row][0]);
            const size_t year = time == 0 ? 0 : csi_panel_find_year(panel, (int)table_number(golden, row, time));
            const double number = table_number(golden, row, column), want = isinf(number) ? NAN : number;
            const double got = csi_panel_get(panel, node, year, country);
            double gap = fabs(got - want) / fmax(1, fabs(want));
            gap = isnan(got) != isnan(want) ? HUGE_VAL : isnan(got) ? 0 : gap;
            worst = gap > worst ? gap : worst;
        }
    }
    cr_assert(n_columns >= least, "only %zu columns were compared", n_columns);
    return worst;
}

double coin_score(const coin *c, const char *node, size_t year, const char *country)
{
    return csi_panel_get(c->result->scores, csi_framework_find(c->framework, node), year,
                         csi_countries_find(&c->countries, country));
}

double coin_at(const coin *c, size_t node, size_t country)
{
    return csi_panel_get(c->result->scores, node, 0, country);
}

void coin_expect_column(const coin *c, size_t node, const table *t, const char *heading, double tolerance)
{
    const size_t column = table_column(t, heading);
    for (size_t i = 0; i < c->countries.n; i++) {
        const double want = table_number(t, i + 1, column), got = coin_at(c, node, i);
        cr_expect(is_near(got, want, tolerance), "%s, row %zu: %.12g, not %.12g", heading, i + 1, got, want);
    }
}

void coin_free(coin *c)
{
    csi_result_free(c->result);
    csi_panel_free(c->raw);
    for (size_t i = 0; i < c->countries.n; i++) {
        free(c->countries.country[i].group);
    }
    free(c->countries.country);
    free(c->countries.grouping);
    csi_diag_free(c->diag);
    csi_arena_free(c->arena);
    *c = (coin){0};
}

table coinr_table(const char *name)
{
    return oracle_table(text_format("coinr/%s", name));
}

coin coinr_asem(const char *data)
{
    const table m = coinr_table("asem/ASEM_iMeta"), d = coinr_table(data);
    return coin_read(&m, &d);
}

csi_status coinr_run_example(coin *c, const char *weighting)
{
    const char *steps = COINR_TO_TREATED "- normalise: {method: minmax, goalposts: yearly, range: [0, 100]}\n";
    return coin_run(c, text_format("%s%s- aggregate: {method: arithmetic, min_weight_share: 0}\n", steps, weighting));
}

coin coinr_example(void)
{
    coin c = coinr_asem(COINR_DATA);
    cr_assert_eq(coinr_run_example(&c, ""), CSI_OK);
    return c;
}
