/* See tree.h. */
#include "tests/support/tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char meta[] =
    "iCode,Level,Parent,Direction,Weight,Type,transform,goal_low,goal_high,max_carry\n"
    "a,1,p,1,1,Indicator,none,0,100,2\nb,1,p,-1,2,Indicator,none,0,100,2\nc,1,q,1,1,Indicator,log1p,0,120,1\n"
    "d,1,q,1,0,Indicator,none,10,90,2\ne,1,r,-1,1,Indicator,log1p,0,110,2\nf,1,r,1,3,Indicator,none,0,100,0\n"
    "p,2,s,1,1,Aggregate,,,,\nq,2,s,1,2,Aggregate,,,,\nr,2,t,1,1,Aggregate,,,,\n"
    "s,3,top,1,1,Aggregate,,,,\nt,3,top,1,1,Aggregate,,,,\ntop,4,,1,1,Aggregate,,,,\n";

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

coin tree_make(tree_errors errors)
{
    const char *directory = temporary_directory();
    char data[1 << 16] = "iso3,year,indicator,value\n";
    size_t length = strlen(data);
    uint64_t state = 11;
    for (int c = 0; c < TREE_COUNTRIES; c++) {
        for (int year = 0; year < TREE_YEARS; year++) {
            for (int i = 0; i < TREE_INDICATORS; i++) {
                const double value = 3 + 94 * uniform(&state);
                const bool is_drawn = uniform(&state) < 1.0 / 6;
                const bool is_gap = errors == TREE_COMPLETE ? i == 1 && year == 3
                                                            : is_drawn || (i == 5 && c % 2 == 1) || c == TREE_COUNTRIES - 1;
                const char *form = is_gap ? "C%02d,%d,%c,\n" : "C%02d,%d,%c,%.3f\n";
                length += (size_t)snprintf(data + length, sizeof data - length, form, c, 2000 + year, 'a' + i, value);
            }
        }
    }
    const table m = table_read(write_text_file(directory, "meta.csv", meta));
    const table d = table_read(write_text_file(directory, "data.csv", data));
    coin c = coin_read_long(&m, &d, 2000, 2000 + (TREE_YEARS - TREE_SCORED), 2000 + TREE_YEARS - 1);
    csi_panel *with_errors = NULL;
    cr_assert(csi_panel_new(TREE_INDICATORS, 2000, TREE_YEARS, TREE_COUNTRIES,
                            errors == TREE_ERRORS || errors == TREE_SKEWED, &with_errors) == CSI_OK);
    cr_assert(errors != TREE_SKEWED || csi_panel_add_error_below(with_errors) == CSI_OK);
    const size_t n = TREE_INDICATORS * TREE_YEARS * TREE_COUNTRIES;
    memcpy(with_errors->value, c.raw->value, n * sizeof(double));
    memcpy(with_errors->state, c.raw->state, n);
    for (size_t i = 0; i < n && with_errors->standard_error != NULL; i++) {
        const size_t indicator = i / TREE_YEARS / TREE_COUNTRIES; /* b and f have none */
        if (indicator != 1 && indicator != 5 && !isnan(with_errors->value[i]) && uniform(&state) < 0.8) {
            with_errors->standard_error[i] = 0.2 + uniform(&state);
            if (errors == TREE_SKEWED && indicator != 0) {
                with_errors->error_below[i] = i % 3 == 0 ? 0 : 0.1 + uniform(&state);
            }
        }
    }
    csi_panel_free(c.raw);
    c.raw = with_errors;
    return c;
}
