/* The test of a change on synthetic panels whose truth is known: where nothing changed it cries wolf as often as it says,
 * where much changed it finds it, and a country that was not observed gets no verdict. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/movement.h"

#define N_STILL 3000
#define N_MOVED 300
#define N_CARRIED 20
#define STANDARD_ERROR 3.0

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

static double gaussian(uint64_t *state)
{
    const double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(6.283185307179586 * uniform(state));
}

static const char *make_project(void)
{
    const char *directory = temporary_directory();
    uint64_t state = 4711;
    char *data = NULL;
    size_t n_data = 0;
    FILE *out = open_memstream(&data, &n_data);
    fputs("unit,year,indicator,value,standard_error\n", out);
    for (int i = 0; i < N_STILL + N_MOVED + N_CARRIED; i++) {
        const double truth = 30 + 40 * uniform(&state), moved = i >= N_STILL && i < N_STILL + N_MOVED ? 20 : 0;
        fprintf(out, "u%05d,2020,x,%.9f,%g\n", i, truth + STANDARD_ERROR * gaussian(&state), STANDARD_ERROR);
        if (i < N_STILL + N_MOVED) {
            fprintf(out, "u%05d,2021,x,%.9f,%g\n", i, truth + moved + STANDARD_ERROR * gaussian(&state), STANDARD_ERROR);
        }
    }
    fclose(out);
    write_text_file(directory, "data.csv", data);
    free(data);
    write_text_file(directory, "framework.csv",
                    "iCode,Level,Parent,Direction,Weight,Type,goal_low,goal_high,max_carry\n"
                    "x,1,top,1,1,Indicator,0,100,3\ntop,2,,1,1,Aggregate,,,\n");
    write_text_file(directory, "index.yaml",
                    "index: {id: synthetic}\nyears: {first: 2020, last: 2021}\nunits: codes\nframework: framework.csv\n"
                    "data: [{file: data.csv, columns: {country: unit}}]\nseed: 5\n"
                    "ensemble: {freeze: [weights, goalposts]}\n"
                    "steps:\n  - impute: {method: carry, limit: framework}\n"
                    "  - normalise: {method: minmax, goalposts: framework, range: [0, 100], clip: false}\n"
                    "  - aggregate: [{level: 2, method: arithmetic}]\n");
    return directory;
}

static void complain(const csi_diag *diag)
{
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    cr_fatal("%s", n > 0 ? message[n - 1].text : "no word");
}

Test(movement, false_alarms_come_as_often_as_the_level_says)
{
    csi_diag *diag = csi_diag_new(0);
    csi_project *project = NULL;
    csi_run *run = NULL;
    if (csi_project_read(make_project(), diag, &project) != CSI_OK || csi_run_compute(project, diag, &run) != CSI_OK) {
        complain(diag);
    }
    const size_t n = run->result->scores->n_countries;
    const csi_movement_options options = {
        .node = project->framework->n_nodes - 1, .from = 0, .to = 1, .n_draws = 2000, .false_discovery = 0.05, .level = 0.9};
    csi_movement *movement = calloc(n, sizeof *movement);
    cr_assert(n == N_STILL + N_MOVED + N_CARRIED && movement != NULL);
    if (csi_movements_fill(run, &options, diag, movement) != CSI_OK) {
        complain(diag);
    }
    size_t n_alarms = 0, n_false = 0, n_found = 0, n_covered = 0;
    for (size_t c = 0; c < N_STILL; c++) {
        n_alarms += movement[c].draws.p < 0.05;
        n_covered += movement[c].draws.low <= 0 && 0 <= movement[c].draws.high;
        n_false += movement[c].verdict != CSI_VERDICT_NO_EVIDENCE;
        cr_assert(is_near(movement[c].by_cause[CSI_CAUSE_VALUE], movement[c].after - movement[c].before, 1e-9));
    }
    for (size_t c = N_STILL; c < N_STILL + N_MOVED; c++) {
        n_found += movement[c].verdict == CSI_VERDICT_IMPROVED;
    }
    for (size_t c = N_STILL + N_MOVED; c < n; c++) {
        cr_expect(movement[c].verdict == CSI_VERDICT_UNOBSERVED, "a carried value is taken for evidence");
    }
    const double alarms = (double)n_alarms / N_STILL, covered = (double)n_covered / N_STILL;
    cr_log_info("false alarms %.4f, coverage %.4f, found %zu of %d, false among found %zu", alarms, covered, n_found,
                N_MOVED, n_false);
    cr_expect(alarms >= 0.035 && alarms <= 0.065, "false alarms: %g", alarms);
    cr_expect(covered >= 0.87 && covered <= 0.93, "coverage: %g", covered);
    cr_expect(n_found >= 280, "found %zu", n_found);
    cr_expect(10 * n_false <= n_false + n_found, "%zu false discoveries", n_false);
    free(movement);
    csi_run_free(run);
    csi_project_free(project);
    csi_diag_free(diag);
}

Test(movement, paired_test_by_hand)
{
    double rise[] = {3, 1, 2}, still[] = {0, 0, 0, 0}, none[] = {NAN}, mixed[] = {-1, 1, NAN, 2, 3};
    csi_paired test;
    csi_paired_test(rise, 3, 0.9, &test);
    cr_expect(test.n == 3 && is_near(test.p, 0.5, 1e-15) && is_near(test.low, 1.1, 1e-12) && is_near(test.high, 2.9, 1e-12));
    csi_paired_test(still, 4, 0.9, &test);
    cr_expect(test.p == 1 && test.low == 0 && test.high == 0);
    csi_paired_test(none, 1, 0.9, &test);
    cr_expect(test.n == 0 && isnan(test.p) && isnan(test.low));
    csi_paired_test(mixed, 5, 0.9, &test);
    cr_expect(test.n == 4 && is_near(test.p, 0.8, 1e-15));
}
