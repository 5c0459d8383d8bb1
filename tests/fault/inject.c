/* A preloaded library that makes one call fail, the k-th that the program makes from main on.
 *
 *     INJECT_CALL   malloc (with calloc, realloc, aligned_alloc, strdup and the like), open, read, write, fsync, rename, close, unlink
 *     INJECT_AT     which call, from 1; 0: none, count only
 *     INJECT_ERRNO  the number that errno takes
 *     INJECT_MODE   fail: this call alone; rest: this one and all after it; short: half of the bytes are moved
 *     INJECT_TRACE  when set, the callers of the failing call are written to standard error
 *     INJECT_REPORT a file that gets, at exit: calls counted, blocks allocated and not freed
 *
 * Calls before main belong to the loader and are left alone. The report is written with raw system calls. A close that
 * fails still closes, as Linux does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

typedef enum { MALLOC, OPEN, READ, WRITE, FSYNC, RENAME, CLOSE, UNLINK, N_CALLS } call_kind;
static const char *const call_names[N_CALLS] = {"malloc", "open", "read", "write", "fsync", "rename", "close", "unlink"};

static call_kind chosen = N_CALLS;
static long at;
static int error_number;
static enum { FAIL, REST, SHORT } mode;
static bool is_traced;
static atomic_bool is_armed;
static atomic_long n_calls, n_blocks;

static bool strikes(call_kind kind)
{
    if (!is_armed || kind != chosen) {
        return false;
    }
    const long call = atomic_fetch_add(&n_calls, 1) + 1;
    if (call == at && is_traced) {
        void *frame[16];
        backtrace_symbols_fd(frame, backtrace(frame, sizeof frame / sizeof *frame), STDERR_FILENO);
    }
    return at > 0 && (call == at || (mode == REST && call > at));
}

static bool fails(call_kind kind)
{
    if (!strikes(kind)) {
        return false;
    }
    errno = error_number;
    return true;
}

__attribute__((unused)) static void count_block(const void *block, long change)
{
    if (is_armed && block != NULL) {
        atomic_fetch_add(&n_blocks, change);
    }
}

#ifndef INJECT_FILES_ONLY /* AddressSanitizer must own malloc */
void *malloc(size_t size)
{
    void *block = fails(MALLOC) ? NULL : __libc_malloc(size);
    count_block(block, 1);
    return block;
}

void *calloc(size_t n, size_t size)
{
    void *block = fails(MALLOC) ? NULL : __libc_calloc(n, size);
    count_block(block, 1);
    return block;
}

void *realloc(void *old, size_t size)
{
    if (fails(MALLOC)) {
        return NULL;
    }
    void *block = __libc_realloc(old, size);
    if (old == NULL) {
        count_block(block, 1);
    }
    return block;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    void *block = fails(MALLOC) ? NULL : __libc_memalign(alignment, size);
    count_block(block, 1);
    return block;
}

void free(void *block)
{
    count_block(block, -1);
    __libc_free(block);
}

#endif

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t read(int fd, void *bytes, size_t n)
{
    if (strikes(READ)) {
        if (mode == SHORT) {
            return NEXT(read)(fd, bytes, n > 1 ? n / 2 : n);
        }
        errno = error_number;
        return -1;
    }
    return NEXT(read)(fd, bytes, n);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (strikes(WRITE)) {
        if (mode == SHORT) {
            return NEXT(write)(fd, bytes, n > 1 ? n / 2 : n);
        }
        errno = error_number;
        return -1;
    }
    return NEXT(write)(fd, bytes, n);
}

#define WITH_MODE(flags, mode_bits)                                             \
    mode_t mode_bits = 0;                                                       \
    if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) {       \
        va_list arguments;                                                      \
        va_start(arguments, flags);                                             \
        mode_bits = va_arg(arguments, mode_t);                                  \
        va_end(arguments);                                                      \
    }

int open(const char *path, int flags, ...)
{
    WITH_MODE(flags, bits)
    return fails(OPEN) ? -1 : NEXT(open)(path, flags, bits);
}

int openat(int directory, const char *path, int flags, ...)
{
    WITH_MODE(flags, bits)
    return fails(OPEN) ? -1 : NEXT(openat)(directory, path, flags, bits);
}

FILE *fopen(const char *path, const char *how)
{
    return fails(OPEN) ? NULL : NEXT(fopen)(path, how);
}

int fsync(int fd)
{
    return fails(FSYNC) ? -1 : NEXT(fsync)(fd);
}

int rename(const char *from, const char *to)
{
    return fails(RENAME) ? -1 : NEXT(rename)(from, to);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    return fails(RENAME) ? -1 : NEXT(renameat)(from_directory, from, to_directory, to);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
    return fails(RENAME) ? -1 : NEXT(renameat2)(from_directory, from, to_directory, to, flags);
}

int unlinkat(int directory, const char *path, int flags)
{
    return fails(UNLINK) ? -1 : NEXT(unlinkat)(directory, path, flags);
}

int close(int fd)
{
    const bool is_struck = strikes(CLOSE);
    const int result = NEXT(close)(fd);
    if (is_struck) {
        errno = error_number;
        return -1;
    }
    return result;
}

static void report(void)
{
    is_armed = false;
    const char *const path = getenv("INJECT_REPORT");
    if (path == NULL) {
        return;
    }
    char text[64];
    const int length = snprintf(text, sizeof text, "%ld %ld\n", atomic_load(&n_calls), atomic_load(&n_blocks));
    const long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    syscall(SYS_write, fd, text, (size_t)length);
    syscall(SYS_close, fd);
}

static int (*program_main)(int, char **, char **);

static int guarded_main(int argc, char **argv, char **environment)
{
    const char *const name = getenv("INJECT_CALL"), *const how = getenv("INJECT_MODE");
    const char *const which = getenv("INJECT_AT"), *const number = getenv("INJECT_ERRNO");
    for (call_kind kind = 0; name != NULL && kind < N_CALLS; kind++) {
        if (strcmp(name, call_names[kind]) == 0) {
            chosen = kind;
        }
    }
    at = which == NULL ? 0 : atol(which);
    error_number = number == NULL ? EIO : atoi(number);
    mode = how != NULL && strcmp(how, "rest") == 0 ? REST : how != NULL && strcmp(how, "short") == 0 ? SHORT : FAIL;
    is_traced = getenv("INJECT_TRACE") != NULL;
    void *frame[4];
    (void)backtrace(frame, 4); /* loads what it needs */
    is_armed = true;
    const int code = program_main(argc, argv, environment);
    report();
    return code;
}

int __libc_start_main(int (*entry)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void), void *stack_end)
{
    program_main = entry;
    return NEXT(__libc_start_main)(guarded_main, argc, argv, init, fini, loader_fini, stack_end);
}
