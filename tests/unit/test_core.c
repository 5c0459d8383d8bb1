/* core/{status,diag,arena,panel,workers}: what every stage walks on. */
#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/panel.h"
#include "core/workers.h"
#include "tests/support/support.h"

Test(core, exit_codes_are_the_documented_ones)
{
    static const int expected[] = {0, 1, 64, 65, 66, 70, 71, 71, 73, 74, 75, 78};
    for (int s = CSI_OK; s <= CSI_ERR_CONFIG; s++) {
        cr_expect_eq(csi_status_exit_code((csi_status)s), expected[s], "%s", csi_status_text((csi_status)s));
        for (int other = CSI_OK; other < s; other++) {
            cr_expect_str_neq(csi_status_text((csi_status)s), csi_status_text((csi_status)other));
        }
    }
    cr_expect_eq(csi_status_exit_code((csi_status)99), 70);
    cr_expect_str_eq(csi_status_text((csi_status)99), "an unknown status");
}

Test(core, diag_keeps_up_to_its_cap_and_counts_all)
{
    csi_diag *diag = csi_diag_new(3);
    for (int i = 0; i < 10; i++) {
        const csi_place place = {.file = "a.csv", .line = (uint64_t)i + 1, .source_line = "x"};
        cr_expect_eq(csi_diag_error(diag, i == 0 ? CSI_ERR_DATA : CSI_ERR_IO, &place, "bad %d", i),
                     i == 0 ? CSI_ERR_DATA : CSI_ERR_IO);
        cr_expect_eq(csi_diag_is_full(diag), i >= 2);
        csi_diag_warn(diag, NULL, "warned");
    }
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    cr_expect_eq(n, 6);
    cr_expect_str_eq(message[0].text, "bad 0");
    cr_expect_null(message[1].file);
    cr_expect_eq(csi_diag_n_errors(diag), 10);
    cr_expect_eq(csi_diag_n_warnings(diag), 10);
    cr_expect_eq(csi_diag_first_status(diag), CSI_ERR_DATA);
    csi_diag_free(diag);
    cr_expect_eq(csi_diag_error(NULL, CSI_ERR_DATA, NULL, "nobody listens"), CSI_ERR_DATA);
    cr_expect(csi_diag_messages(NULL, &n) == NULL && n == 0 && !csi_diag_is_full(NULL));
    cr_expect(csi_diag_n_errors(NULL) == 0 && csi_diag_n_warnings(NULL) == 0 && csi_diag_first_status(NULL) == CSI_OK);
    csi_diag_free(NULL);
}

Test(core, arena_refuses_overflow_and_zeroes)
{
    csi_arena *arena = csi_arena_new();
    cr_expect_null(csi_arena_alloc(arena, SIZE_MAX, 2));
    cr_expect_null(csi_arena_alloc(arena, SIZE_MAX - 3, 1));
    cr_expect_null(csi_arena_alloc(arena, SIZE_MAX - 24, 1)); /* fits by itself, not with the head of its block */
    cr_expect_null(csi_arena_copy(arena, "", SIZE_MAX));
    for (size_t size = 1; size < 100000; size = size * 3 + 1) {
        unsigned char *bytes = csi_arena_alloc(arena, 1, size);
        cr_assert_not_null(bytes);
        cr_expect_eq((uintptr_t)bytes % _Alignof(max_align_t), 0);
        size_t n_zero = 0;
        for (size_t i = 0; i < size; i++) {
            n_zero += bytes[i] == 0;
        }
        cr_expect_eq(n_zero, size);
        memset(bytes, 0xff, size);
    }
    cr_expect_str_eq(csi_arena_format(arena, "%s-%d", "x", 7), "x-7");
    cr_expect_str_eq(csi_arena_copy(arena, "abc", 2), "ab");
    csi_arena_free(arena);
}

Test(core, names_are_distinct_ordered_and_found)
{
    csi_arena *arena = csi_arena_new();
    csi_names *names = csi_names_new(arena);
    char text[32];
    cr_expect_eq(csi_names_find(names, "n0", 2), CSI_NONE);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 5000; i++) {
            size_t index;
            const int length = snprintf(text, sizeof text, "n%zu", i);
            cr_assert_eq(csi_names_add(names, text, (size_t)length, &index), CSI_OK);
            cr_assert_eq(index, i);
        }
    }
    cr_expect_eq(csi_names_count(names), 5000);
    cr_expect_str_eq(csi_names_at(names, 4321), "n4321");
    cr_expect_eq(csi_names_find(names, "n4321x", 5), 4321);
    cr_expect_eq(csi_names_find(names, "n4321x", 6), CSI_NONE);
    /* Two texts that FNV-1a hashes alike, and no others of 20 bytes are that easily had. */
    static const char *const alike[] = {"8yn0iYCKYHlIj4-BwPqk", "GReLUrM4wMqfg9yzV3KQ"};
    for (size_t i = 0; i < 2; i++) {
        size_t index;
        cr_expect_eq(csi_names_find(names, alike[i], 20), CSI_NONE);
        cr_expect(csi_names_add(names, alike[i], 20, &index) == CSI_OK && index == 5000 + i);
        cr_expect_eq(csi_names_find(names, alike[i], 20), 5000 + i);
    }
    size_t index;
    cr_expect_eq(csi_names_add(csi_names_new(arena), "x", (size_t)UINT32_MAX + 1, &index), CSI_ERR_MEMORY);
    csi_arena_free(arena);
}

Test(core, panel_keeps_nan_and_missing_together)
{
    csi_panel *panel, *copy;
    cr_assert_eq(csi_panel_new(3, 2014, 2, 5, true, &panel), CSI_OK);
    cr_expect(isnan(csi_panel_get(panel, 2, 1, 4)) && isnan(panel->standard_error[29]));
    csi_panel_set(panel, 2, 1, 4, 7.5, CSI_CELL_OBSERVED | CSI_CELL_TREATED);
    csi_panel_set(panel, 0, 0, 0, NAN, CSI_CELL_OBSERVED);
    csi_panel_set(panel, 0, 0, 1, 3, CSI_CELL_MISSING);
    cr_assert_eq(csi_panel_copy(panel, &copy), CSI_OK);
    cr_expect_eq(csi_panel_column(copy, 2, 1)[4], 7.5);
    cr_expect_eq(copy->state[29], CSI_CELL_OBSERVED | CSI_CELL_TREATED);
    cr_expect_eq(copy->state[0], CSI_CELL_MISSING);
    cr_expect(isnan(copy->value[1]));
    cr_expect_eq(csi_panel_find_year(panel, 2015), 1);
    cr_expect_eq(csi_panel_find_year(panel, 2016), CSI_NONE);
    cr_expect_eq(csi_panel_find_year(panel, 2013), CSI_NONE);
    csi_panel_free(copy);
    csi_panel_free(panel);
    /* Each product and sum in turn is the one that does not fit. */
    static const struct {
        size_t n_series, n_years, n_countries;
    } sizes[] = {{SIZE_MAX / 4, 9, 9}, {SIZE_MAX / 4, 2, 9}, {SIZE_MAX / 2 + 1, 1, 1}, {SIZE_MAX / 4, 1, 1},
                 {SIZE_MAX / 17 + 1, 1, 1}, {SIZE_MAX / 17, 1, 1}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        panel = copy;
        cr_expect_eq(csi_panel_new(sizes[i].n_series, 2014, sizes[i].n_years, sizes[i].n_countries, true, &panel), CSI_ERR_MEMORY);
        cr_expect_null(panel);
    }
    static const char *const origins[] = {"missing", "observed", "carried", "interpolated", "modelled"};
    for (size_t i = 0; i < 5; i++) {
        cr_expect_str_eq(csi_cell_origin_name((csi_cell)(i | CSI_CELL_TREATED)), origins[i]);
    }
}

enum { N_JOBS = 1000 };
typedef struct tally {
    atomic_int done[N_JOBS];
    int fails_from;
} tally;

static csi_status tick(void *user, size_t job, size_t thread)
{
    tally *t = user;
    if (thread >= 7) {
        return CSI_ERR_INTERNAL;
    }
    atomic_fetch_add(&t->done[job], 1);
    return (int)job < t->fails_from ? CSI_OK : job % 2 == 0 ? CSI_ERR_DATA : CSI_ERR_IO;
}

Test(core, workers_do_each_job_once)
{
    for (size_t n_threads = 1; n_threads <= 7; n_threads += 2) {
        static tally t;
        memset(&t, 0, sizeof t);
        t.fails_from = N_JOBS;
        cr_assert_eq(csi_workers_run(n_threads, N_JOBS, tick, &t), CSI_OK);
        size_t n_once = 0;
        for (size_t i = 0; i < N_JOBS; i++) {
            n_once += atomic_load(&t.done[i]) == 1;
        }
        cr_expect_eq(n_once, N_JOBS);
    }
    cr_expect_eq(csi_workers_run(3, 0, tick, NULL), CSI_OK);
    cr_expect_geq(csi_workers_count(0), 1);
    cr_expect_eq(csi_workers_count(100000), 256);
}

Test(core, workers_stop_at_a_failure)
{
    static tally t;
    t.fails_from = 10;
    cr_expect_eq(csi_workers_run(1, N_JOBS, tick, &t), CSI_ERR_DATA);
    cr_expect_eq(atomic_load(&t.done[11]), 0);
}

static csi_status fail_together(void *user, size_t job, size_t thread)
{
    (void)thread;
    atomic_int *n_there = user;
    atomic_fetch_add(n_there, 1);
    while (atomic_load(n_there) < 2) {
    }
    return job == 0 ? CSI_ERR_DATA : CSI_ERR_IO;
}

/* Whichever of two jobs notes its failure first, the lower one's is the result. */
Test(core, workers_tell_the_lowest_failure)
{
    for (int i = 0; i < CASES(400, 20); i++) {
        atomic_int n_there = 0;
        cr_assert_eq(csi_workers_run(2, 2, fail_together, &n_there), CSI_ERR_DATA);
    }
}
