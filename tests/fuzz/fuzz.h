/* What the fuzz targets share: bytes offered as a file, since readers open paths, and a quiet end when memory is short. */
#ifndef CSI_TESTS_FUZZ_H
#define CSI_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_PATH 64

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* A file in memory that holds the bytes, and its path; the descriptor is the caller's to close. */
int fuzz_file(const uint8_t *bytes, size_t n, char path[FUZZ_PATH]);

/* Ends the process as a finding, with the words. */
_Noreturn void fuzz_fail(const char *words);

#endif
