#include "tests/fuzz/fuzz.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

__attribute__((constructor)) static void quiet_gsl(void)
{
    gsl_set_error_handler_off();
}

void fuzz_fail(const char *words)
{
    fprintf(stderr, "%s\n", words);
    abort();
}

int fuzz_file(const uint8_t *bytes, size_t n, char path[FUZZ_PATH])
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0) {
        fuzz_fail("no file in memory");
    }
    snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", fd);
    return fd;
}
