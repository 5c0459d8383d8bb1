/* See bod.h. Values are scaled by the largest, so that GLPK's tolerances mean the same for 0..1 and 0..1000. */
#include "metrics/bod.h"

#include <glpk.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A linear program under construction: triplets of its matrix. */
typedef struct program {
    glp_prob *lp;
    int *row, *column;
    double *value;
    int n, n_rows;
} program;

static csi_status start(program *p, size_t n_rows, size_t n_columns)
{
    const size_t room = n_rows * n_columns + 1;
    *p = (program){.row = calloc(room, sizeof(int)), .column = calloc(room, sizeof(int)),
                   .value = calloc(room, sizeof(double))};
    if (p->row == NULL || p->column == NULL || p->value == NULL) {
        return CSI_ERR_MEMORY;
    }
    glp_term_out(GLP_OFF);
    p->lp = glp_create_prob();
    glp_add_rows(p->lp, (int)n_rows);
    glp_add_cols(p->lp, (int)n_columns);
    for (int column = 1; column <= (int)n_columns; column++) {
        glp_set_col_bnds(p->lp, column, GLP_LO, 0, 0);
    }
    return CSI_OK;
}

static void finish(program *p)
{
    if (p->lp != NULL) {
        glp_delete_prob(p->lp);
    }
    free(p->row);
    free(p->column);
    free(p->value);
}

static void begin_row(program *p, int type, double bound)
{
    p->n_rows++;
    glp_set_row_bnds(p->lp, p->n_rows, type, bound, bound);
}

static void put(program *p, size_t column, double value)
{
    if (value != 0) {
        p->n++;
        p->row[p->n] = p->n_rows;
        p->column[p->n] = (int)column + 1;
        p->value[p->n] = value;
    }
}

static size_t n_restrictions(const csi_bod *bod)
{
    return bod->restriction == CSI_BOD_NONE ? 0 : bod->restriction == CSI_BOD_ORDINAL ? bod->n_children - 1
                                                                                      : 2 * bod->n_children;
}

/* sign (own_q w_q - bound sum own w) >= 0; own all 1 makes relative weights of shares. */
static void restrict_share(program *p, const csi_bod *bod, const double *own, double scale, size_t q, double bound,
                           double sign)
{
    begin_row(p, GLP_LO, 0);
    for (size_t j = 0; j < bod->n_children; j++) {
        const double x = bod->restriction == CSI_BOD_SHARES ? own[j] / scale : 1;
        put(p, j, sign * ((j == q ? x : 0) - bound * x));
    }
}

static void add_restrictions(program *p, const csi_bod *bod, const double *own, double scale)
{
    for (size_t q = 0; q < bod->n_children && bod->restriction != CSI_BOD_NONE; q++) {
        if (bod->restriction != CSI_BOD_ORDINAL) {
            restrict_share(p, bod, own, scale, q, bod->low, 1);
            restrict_share(p, bod, own, scale, q, bod->high, -1);
        } else if (q + 1 < bod->n_children) {
            begin_row(p, GLP_LO, 0);
            put(p, bod->order[q], 1);
            put(p, bod->order[q + 1], -1);
        }
    }
}

static void add_units(program *p, const csi_bod *bod, double scale)
{
    for (size_t k = 0; k < bod->n_units; k++) {
        begin_row(p, bod->is_worst ? GLP_LO : GLP_UP, 1);
        for (size_t q = 0; q < bod->n_children; q++) {
            put(p, q, bod->unit[k * bod->n_children + q] / scale);
        }
    }
}

/* Relative bounds that nothing satisfies still leave w = 0, which is no answer. */
static csi_status check_weights(const program *p, const csi_bod *bod)
{
    double total = 0;
    for (size_t q = 0; q < bod->n_children; q++) {
        total += glp_get_col_prim(p->lp, (int)q + 1);
    }
    return bod->restriction == CSI_BOD_RELATIVE && !(total > 0) ? CSI_ERR_DATA : CSI_OK;
}

static double scale_of(const csi_bod *bod, const double *own)
{
    double scale = 0;
    for (size_t i = 0; i < bod->n_units * bod->n_children; i++) {
        scale = fmax(scale, bod->unit[i]);
    }
    for (size_t q = 0; q < bod->n_children && own != NULL; q++) {
        scale = fmax(scale, own[q]);
    }
    return scale > 0 ? scale : 1;
}

static csi_status solve(program *p, int sense)
{
    glp_smcp settings;
    glp_init_smcp(&settings);
    settings.msg_lev = GLP_MSG_OFF;
    settings.tol_bnd = settings.tol_dj = 1e-10;
    settings.tol_piv = 1e-11;
    glp_load_matrix(p->lp, p->n, p->row, p->column, p->value);
    glp_set_obj_dir(p->lp, sense);
    glp_std_basis(p->lp);
    if (glp_simplex(p->lp, &settings) != 0 || glp_get_status(p->lp) != GLP_OPT) {
        return CSI_ERR_DATA;
    }
    return CSI_OK;
}

csi_status csi_bod_score(const csi_bod *bod, const double *own, double *score, double *weight)
{
    const double scale = scale_of(bod, own);
    program p;
    csi_status status;
    *score = NAN;
    CSI_TRY(start(&p, bod->n_units + n_restrictions(bod), bod->n_children));
    for (size_t q = 0; q < bod->n_children; q++) {
        glp_set_obj_coef(p.lp, (int)q + 1, own[q] / scale);
    }
    add_units(&p, bod, scale);
    add_restrictions(&p, bod, own, scale);
    CSI_TRY(solve(&p, bod->is_worst ? GLP_MIN : GLP_MAX));
    CSI_TRY(check_weights(&p, bod));
    *score = 0;
    for (size_t q = 0; q < bod->n_children; q++) {
        const double w = glp_get_col_prim(p.lp, (int)q + 1);
        *score += w * (own[q] / scale);
        if (weight != NULL) {
            weight[q] = w / scale;
        }
    }
out:
    finish(&p);
    return status;
}

/* The columns are the weights and, for minimax, the largest shortfall. */
csi_status csi_bod_common(const csi_bod *bod, bool is_minimax, double *weight)
{
    const size_t n = bod->n_children, n_rows = bod->n_units * (is_minimax ? 2 : 1) + n_restrictions(bod);
    const double scale = scale_of(bod, NULL);
    program p;
    csi_status status;
    CSI_TRY(start(&p, n_rows, n + is_minimax));
    for (size_t q = 0; q < n && !is_minimax; q++) {
        double sum = 0;
        for (size_t k = 0; k < bod->n_units; k++) {
            sum += bod->unit[k * n + q] / scale;
        }
        glp_set_obj_coef(p.lp, (int)q + 1, sum);
    }
    add_units(&p, bod, scale);
    add_restrictions(&p, bod, NULL, scale);
    for (size_t k = 0; k < bod->n_units && is_minimax; k++) {
        begin_row(&p, GLP_LO, 1);
        for (size_t q = 0; q < n; q++) {
            put(&p, q, bod->unit[k * n + q] / scale);
        }
        put(&p, n, 1);
    }
    if (is_minimax) {
        glp_set_obj_coef(p.lp, (int)n + 1, 1);
    }
    CSI_TRY(solve(&p, is_minimax ? GLP_MIN : GLP_MAX));
    CSI_TRY(check_weights(&p, bod));
    for (size_t q = 0; q < n; q++) {
        weight[q] = fmax(glp_get_col_prim(p.lp, (int)q + 1) / scale, 0);
    }
out:
    finish(&p);
    return status;
}

/* Whether a is at least as good as b everywhere (at most as good, for the other side). */
static bool covers(const double *a, const double *b, size_t n, bool is_worst)
{
    for (size_t q = 0; q < n; q++) {
        if (is_worst ? a[q] > b[q] : a[q] < b[q]) {
            return false;
        }
    }
    return true;
}

size_t csi_bod_frontier(double *unit, size_t n_units, size_t n_children, bool is_worst)
{
    size_t kept = 0;
    for (size_t k = 0; k < n_units; k++) {
        const double *row = unit + k * n_children;
        bool is_covered = false;
        for (size_t i = 0; i < kept && !is_covered; i++) {
            is_covered = covers(unit + i * n_children, row, n_children, is_worst);
        }
        for (size_t i = k + 1; i < n_units && !is_covered; i++) {
            is_covered = covers(unit + i * n_children, row, n_children, is_worst) &&
                         !covers(row, unit + i * n_children, n_children, is_worst);
        }
        if (!is_covered) {
            memmove(unit + kept * n_children, row, n_children * sizeof *unit);
            kept++;
        }
    }
    return kept;
}

void csi_bod_release(void)
{
    glp_free_env();
}
