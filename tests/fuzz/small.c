#include "tests/fuzz/small.h"

#include <string.h>
#include <unistd.h>

#include "ingest/framework_read.h"
#include "tests/fuzz/fuzz.h"

static const char text[] = "iCode,Level,Parent,Direction,Weight,Type,transform,goal_low,goal_high,max_carry,valid_from\n"
                           "a,1,p,1,1,Indicator,none,0,10,2,\n"
                           "b,1,p,-1,2,Indicator,log1p,0,100,2,2020\n"
                           "c,1,q,1,1,Indicator,none,,,,\n"
                           "d,1,q,1,0.5,Indicator,asinh,-1,1,0,\n"
                           "p,2,top,1,1,Aggregate,,,,,\n"
                           "q,2,top,1,3,Aggregate,,,,,\n"
                           "top,3,,1,1,Aggregate,,,,,\n";

const csi_framework *fuzz_framework(void)
{
    static csi_framework *framework;
    if (framework == NULL) {
        char path[FUZZ_PATH];
        const int fd = fuzz_file((const uint8_t *)text, strlen(text), path);
        csi_arena *const arena = csi_arena_new(); /* kept for the whole run */
        if (arena == NULL || csi_framework_read(arena, path, "framework.csv", NULL, &framework) != CSI_OK) {
            fuzz_fail("the framework does not read");
        }
        close(fd);
    }
    return framework;
}
