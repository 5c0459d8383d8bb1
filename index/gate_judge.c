/* The verdict of the gate, in words and as a table. */
#include <math.h>
#include <string.h>

#include "core/number.h"
#include "core/outfile.h"
#include "index/csv.h"
#include "index/gate.h"

enum { VANISHED_SHOWN = 20 };

/* One line of gate.csv. A check without a limit is only told. */
typedef struct check {
    const char *name;
    double found, limit; /* NaN: no limit */
    bool is_share;       /* told in per cent, as its limit is given */
    bool is_failed;
    const char *detail;
} check;
enum { N_CHECKS = 4 };

static const char *list_vanished(csi_arena *arena, const csi_names *vanished)
{
    const size_t n = csi_names_count(vanished);
    const char *text = "";
    for (size_t i = 0; i < n && i < VANISHED_SHOWN && text != NULL; i++) {
        text = csi_arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ", csi_names_at(vanished, i));
    }
    return n <= VANISHED_SHOWN || text == NULL ? text : csi_arena_format(arena, "%s and %zu more", text, n - VANISHED_SHOWN);
}

static const char *tell_mover(csi_arena *arena, const csi_gate *gate)
{
    return gate->mover == NULL ? ""
                               : csi_arena_format(arena, "%s in %d: %d before, %d now", gate->mover, gate->mover_year,
                                                  gate->mover_before, gate->mover_after);
}

static void list_checks(csi_arena *arena, const csi_gate *gate, const csi_gate_limits *limits, check checks[N_CHECKS])
{
    const double drop = gate->coverage_before - gate->coverage_after, n_vanished = (double)csi_names_count(gate->vanished);
    checks[0] = (check){"rank_change", gate->rank_change, limits->max_rank_change, false,
                        gate->rank_change > limits->max_rank_change, tell_mover(arena, gate)};
    checks[1] = (check){"revised_share", gate->revised_share, limits->max_revised_share, true,
                        gate->revised_share > limits->max_revised_share,
                        csi_arena_format(arena, "of %zu raw cells %zu revised, %zu gone; %zu new", gate->n_cells,
                                         gate->n_revised, gate->n_gone, gate->n_added)};
    checks[2] = (check){"coverage_drop", drop, limits->max_coverage_drop, true,
                        drop > limits->max_coverage_drop, "mean coverage of the index's scores, before less now"};
    checks[3] = (check){"vanished", n_vanished, limits->allow_shrink ? NAN : 0.0, false,
                        !limits->allow_shrink && n_vanished > 0, list_vanished(arena, gate->vanished)};
}

/* Per cent to two decimals, or all of them where two would leave 0. */
static void write_number(const check *c, double value, char text[CSI_NUMBER_MAX + 2])
{
    const double percent = 100 * value, rounded = round(100 * percent) / 100;
    size_t n = csi_number_write(!c->is_share ? value : rounded > 0 ? rounded : percent, text);
    memcpy(text + n, c->is_share ? " %" : "", c->is_share ? 3 : 1);
}

csi_status csi_gate_judge(csi_arena *arena, csi_gate *gate, const csi_gate_limits *limits, const char *previous,
                          csi_diag *diag)
{
    check checks[N_CHECKS];
    list_checks(arena, gate, limits, checks);
    for (size_t i = 0; i < N_CHECKS; i++) {
        char found[CSI_NUMBER_MAX + 2] = "", limit[CSI_NUMBER_MAX + 2] = "";
        if (!checks[i].is_failed) {
            continue;
        }
        write_number(&checks[i], checks[i].found, found);
        write_number(&checks[i], checks[i].limit, limit);
        gate->n_failed++;
        (void)csi_diag_error(diag, CSI_ERR_GATE, &(csi_place){.file = previous}, "held back: %s %s is above %s%s%s%s",
                             checks[i].name, found, limit, checks[i].detail == NULL ? "" : " (",
                             checks[i].detail == NULL ? "" : checks[i].detail, checks[i].detail == NULL ? "" : ")");
    }
    return gate->n_failed == 0 ? CSI_OK : CSI_ERR_GATE;
}

csi_status csi_gate_write(csi_arena *arena, const csi_gate *gate, const csi_gate_limits *limits, const char *directory,
                          csi_diag *diag)
{
    static const char *const heading[] = {"check", "found", "limit", "verdict", "detail"};
    csi_outfile *file = NULL;
    check checks[N_CHECKS];
    csi_csv csv;
    csi_status status;
    CSI_TRY(csi_outfile_open(directory, "gate.csv", CSI_PLAIN, diag, &file));
    csi_csv_init_file(&csv, file);
    for (size_t i = 0; i < sizeof heading / sizeof *heading; i++) {
        csi_csv_text(&csv, heading[i]);
    }
    csi_csv_end_row(&csv);
    list_checks(arena, gate, limits, checks);
    for (size_t i = 0; i < N_CHECKS; i++) {
        csi_csv_text(&csv, checks[i].name);
        csi_csv_number(&csv, checks[i].found);
        csi_csv_number(&csv, checks[i].limit);
        csi_csv_text(&csv, checks[i].is_failed ? "held back" : "passed");
        csi_csv_text(&csv, checks[i].detail);
        csi_csv_end_row(&csv);
    }
    csi_csv_flush(&csv);
    status = csi_outfile_commit(file, diag, NULL);
out:
    return status;
}
