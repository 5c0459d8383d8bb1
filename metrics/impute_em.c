/* EM: what a multivariate normal distribution, fitted to all that is known, expects in the gaps.
 *
 *     E: x_m = mu_m + S_mo S_oo^-1 (x_o - mu_o),  C_mm = S_mm - S_mo S_oo^-1 S_om;   M: mu = mean x, S = mean (x x' + C) - mu mu'
 *
 * Source: Dempster, Laird & Rubin (1977), Journal of the Royal Statistical Society B 39:1-38; OECD/JRC Handbook (2008),
 * p. 57-58, eq. (4)-(7). By hand: with gaps in the second of two columns alone, the slope is that of the complete rows
 * (Anderson 1957).
 * The indicators of one parent are fitted together (`within: all`: all of them), years pooled. Edges: a country without
 * any value in the group stays missing; an indicator that is constant or has fewer than two values is left out; a
 * singular covariance gets a ridge, and a note says so; the likelihood is watched. `multiple` means the average of so
 * many draws (rows drawn anew, EM, residual noise), and logs what they differ by: Rubin's between-variance. */
#include "metrics/em.h"
#include "metrics/rng.h"
#include "metrics/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "metrics/impute.h"

#define TOLERANCE 1e-10
#define STREAM 0x1e3u /* the family of draws for imputation */

static const csi_option options[] = {
    CSI_OPTION_WITHIN("parent"),
    {"max_rounds", CSI_OPTION_INTEGER, "10000", 1, 1000000, NULL, "of the iteration"},
    {"multiple", CSI_OPTION_INTEGER, "0", 0, 1000, NULL,
     "average so many draws instead of taking the expectation; 0: the expectation"},
    {"draw", CSI_OPTION_INTEGER, "0", 0, 1000, NULL, "take the draw of this number, from 1 on, alone; 0: the average"},
    CSI_OPTIONS_WHICH,
};

/* One group of indicators over all years: rows are (year, country). */
typedef struct job {
    const csi_step *step;
    const csi_context *context;
    const csi_panel *in;
    const size_t *series;
    size_t p;
} job;

static csi_status gather(const job *j, csi_columns *columns)
{
    const csi_panel *in = j->in;
    columns->n = in->n_years * in->n_countries;
    columns->p = j->p;
    columns->value = calloc(columns->n * j->p + 1, sizeof *columns->value);
    if (columns->value == NULL) {
        return CSI_ERR_MEMORY;
    }
    for (size_t i = 0; i < columns->n; i++) {
        for (size_t q = 0; q < j->p; q++) {
            columns->value[i * j->p + q] = in->value[csi_panel_at(in, j->series[q], 0, 0) + i];
        }
    }
    return CSI_OK;
}

static bool has_gap_and_value(const double *row, size_t p)
{
    const size_t n = csi_sample_count(row, p);
    return n > 0 && n < p;
}

static csi_status fill_expectations(const job *j, const csi_columns *columns, csi_panel *out, csi_diag *diag)
{
    csi_em em;
    csi_status status = csi_em_fit(columns, TOLERANCE, (size_t)csi_step_number(j->step, "max_rounds"), &em);
    for (size_t i = 0; i < columns->n && status == CSI_OK; i++) {
        double *row = columns->value + i * j->p;
        if (!has_gap_and_value(row, j->p)) {
            continue;
        }
        status = csi_em_complete(&em, row, NULL);
        for (size_t q = 0; q < j->p; q++) {
            csi_impute_cell(out, j->series[q], i, row[q]);
        }
    }
    if (status == CSI_OK && em.ridge > 0) {
        csi_diag_note(diag, &j->step->place, "imputation by EM: the covariance around \"%s\" needed a ridge",
                      j->context->framework->node[j->series[0]].code);
    }
    if (status == CSI_OK && !em.has_settled) {
        csi_diag_warn(diag, &j->step->place, "imputation by EM: the group around \"%s\" has not settled",
                      j->context->framework->node[j->series[0]].code);
    }
    csi_em_free(&em);
    return status;
}

csi_status csi_impute_draw(const csi_columns *columns, uint64_t seed, uint64_t replicate, size_t max_rounds,
                           double *completed)
{
    const size_t n = columns->n, p = columns->p;
    const csi_stream rows = {seed, replicate, STREAM}, noise = {seed, replicate, STREAM + 1};
    csi_columns drawn = {n, p, calloc(n * p + 1, sizeof(double))};
    csi_em em = {0};
    csi_status status = drawn.value == NULL ? CSI_ERR_MEMORY : CSI_OK;
    for (size_t i = 0; i < n && status == CSI_OK; i++) {
        const size_t from = (size_t)(csi_draw_uniform(&rows, (uint32_t)i) * (double)n);
        memcpy(drawn.value + i * p, columns->value + from * p, p * sizeof *drawn.value);
    }
    if (status == CSI_OK) {
        status = csi_em_fit(&drawn, 1e-6, max_rounds, &em);
    }
    for (size_t i = 0; i < n && status == CSI_OK; i++) {
        double normal[CSI_EM_MAX_COLUMNS];
        memcpy(completed + i * p, columns->value + i * p, p * sizeof *completed);
        if (has_gap_and_value(completed + i * p, p)) {
            for (size_t q = 0; q < p; q++) {
                normal[q] = csi_normal_quantile(csi_draw_uniform(&noise, (uint32_t)(i * p + q)));
            }
            status = csi_em_complete(&em, completed + i * p, normal);
        }
    }
    csi_em_free(&em);
    free(drawn.value);
    return status;
}

/* One completed data set. */
static csi_status fill_draw(const job *j, const csi_columns *columns, csi_panel *out, size_t number)
{
    const size_t size = columns->n * j->p;
    double *draw = calloc(size + 1, sizeof *draw);
    csi_status status = draw == NULL ? CSI_ERR_MEMORY
                                     : csi_impute_draw(columns, j->context->seed, number - 1,
                                                       (size_t)csi_step_number(j->step, "max_rounds"), draw);
    for (size_t i = 0; i < size && status == CSI_OK; i++) {
        if (isnan(columns->value[i]) && !isnan(draw[i])) {
            csi_impute_cell(out, j->series[i % j->p], i / j->p, draw[i]);
        }
    }
    free(draw);
    return status;
}

/* The mean over draws, and for each indicator the mean between-variance of its filled cells. */
static csi_status fill_draws(const job *j, const csi_columns *columns, csi_panel *out, size_t n_draws)
{
    const size_t size = columns->n * j->p;
    double *draw = calloc(size + 1, sizeof *draw), *sum = calloc(size + 1, sizeof *sum);
    double *squares = calloc(size + 1, sizeof *squares);
    csi_status status = draw && sum && squares ? CSI_OK : CSI_ERR_MEMORY;
    for (size_t d = 0; d < n_draws && status == CSI_OK; d++) {
        status = csi_impute_draw(columns, j->context->seed, d, (size_t)csi_step_number(j->step, "max_rounds"), draw);
        for (size_t i = 0; i < size && status == CSI_OK; i++) {
            sum[i] += draw[i];
            squares[i] += draw[i] * draw[i];
        }
    }
    for (size_t q = 0; q < j->p && status == CSI_OK; q++) {
        double between = 0, n = 0;
        for (size_t i = q; i < size; i += j->p) {
            const double mean = sum[i] / (double)n_draws;
            if (isnan(columns->value[i]) && !isnan(mean)) {
                csi_impute_cell(out, j->series[q], i / j->p, mean);
                between += fmax(squares[i] / (double)n_draws - mean * mean, 0);
                n++;
            }
        }
        const csi_treatment entry = {.step = j->step, .series = j->series[q], .year = CSI_NONE, .country = CSI_NONE,
                                     .before = n, .after = n > 0 ? sqrt(between / n) : 0,
                                     .what = "cells imputed and the sd between their draws"};
        status = csi_treatments_add(j->context->treatments, &entry);
    }
    free(draw);
    free(sum);
    free(squares);
    return status;
}

static csi_status fill_group(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                             const size_t *series, size_t n, csi_diag *diag)
{
    job j = {step, context, in, series, n};
    const size_t n_draws = (size_t)csi_step_number(step, "multiple"), number = (size_t)csi_step_number(step, "draw");
    csi_columns columns = {0};
    if (n < 2 || n > CSI_EM_MAX_COLUMNS) {
        return CSI_OK;
    }
    csi_status status = gather(&j, &columns);
    if (status == CSI_OK) {
        status = number > 0    ? fill_draw(&j, &columns, out, number)
                 : n_draws > 0 ? fill_draws(&j, &columns, out, n_draws)
                               : fill_expectations(&j, &columns, out, diag);
    }
    csi_columns_free(&columns);
    return status == CSI_ERR_DATA ? csi_diag_error(diag, status, &step->place,
                                                   "imputation by EM: the group around \"%s\" cannot be fitted",
                                                   context->framework->node[series[0]].code)
                                  : status;
}

static csi_status apply(const csi_step *step, const csi_context *context, const csi_panel *in, csi_panel *out,
                        csi_diag *diag)
{
    return csi_impute_groups(step, context, in, out, fill_group, diag);
}

const csi_method csi_impute_em = {
    .step = CSI_STEP_IMPUTE,
    .name = "em",
    .title = "EM, multivariate normal (and multiple imputation)",
    .formula = "x_m = mu_m + S_mo S_oo^-1 (x_o - mu_o), mu and S by EM",
    .source = "Dempster, Laird & Rubin (1977), Journal of the Royal Statistical Society B 39:1-38; OECD/JRC Handbook "
              "(2008), p. 57-61, eq. (4)-(13)",
    .edges = "A country without any value in the group stays missing; constant indicators are left out; a singular "
             "covariance gets a ridge, with a note.",
    CSI_OPTIONS(options),
    .apply = apply,
};
