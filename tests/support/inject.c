/* Makes one call fail, the k-th that is made from main on: preloaded into the command, told by the environment, or linked
 * into a C test (INJECT_LINKED), told by inject.h.
 *
 *     INJECT_CALL   malloc (with calloc, realloc, aligned_alloc, strdup and the like), open, read, write, fsync, rename,
 *                   close, unlink, stat, chmod, lock, thread
 *     INJECT_AT     which call, from 1; 0: none, count only
 *     INJECT_ERRNO  the number that errno takes
 *     INJECT_MODE   fail: this call alone; rest: this one and all after it; short: half of the bytes are moved
 *     INJECT_TRACE  when set, the callers of the failing call are written to standard error
 *     INJECT_REPORT a file that gets, at exit: calls counted, blocks allocated and not freed
 *
 * Calls before main belong to the loader and are left alone. The report is written with raw system calls. A close that
 * fails still closes, as Linux does. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "core/arena.h"
#include "tests/support/inject.h"

/* Where AddressSanitizer owns malloc, what is linked hands on to it; what is preloaded leaves memory alone. */
#ifdef INJECT_SANITIZED
#define __libc_malloc __interceptor_malloc
#define __libc_calloc __interceptor_calloc
#define __libc_realloc __interceptor_realloc
#define __libc_memalign __interceptor_memalign
#define __libc_free __interceptor_free
#endif
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

#ifdef INJECT_LINKED
#define IS_LINKED true
#else
#define IS_LINKED false
#endif

static inject_call chosen = N_INJECT_CALLS;
static long at;
static int error_number;
static inject_mode mode;
static bool is_traced, has_no_exchange;
static atomic_bool is_armed;
static atomic_long n_calls, n_blocks;

static bool strikes(inject_call kind)
{
    if (!is_armed || kind != chosen) {
        return false;
    }
    const long call = atomic_fetch_add(&n_calls, 1) + 1;
    if (call == at && is_traced) {
        void *frame[16];
        backtrace_symbols_fd(frame, backtrace(frame, sizeof frame / sizeof *frame), STDERR_FILENO);
    }
    return at > 0 && (call == at || (mode == INJECT_REST && call > at));
}

static bool fails(inject_call kind)
{
    if (!strikes(kind)) {
        return false;
    }
    errno = error_number;
    return true;
}

__attribute__((unused)) static void count_block(const void *block, long change)
{
    if ((IS_LINKED || is_armed) && block != NULL) {
        atomic_fetch_add(&n_blocks, change);
    }
}

#ifndef INJECT_FILES_ONLY /* AddressSanitizer must own malloc */
void *malloc(size_t size)
{
    void *block = fails(INJECT_MALLOC) ? NULL : __libc_malloc(size);
    count_block(block, 1);
    return block;
}

void *calloc(size_t n, size_t size)
{
    void *block = fails(INJECT_MALLOC) ? NULL : __libc_calloc(n, size);
    count_block(block, 1);
    return block;
}

void *realloc(void *old, size_t size)
{
    if (fails(INJECT_MALLOC)) {
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
    void *block = fails(INJECT_MALLOC) ? NULL : __libc_memalign(alignment, size);
    count_block(block, 1);
    return block;
}

void free(void *block)
{
    count_block(block, -1);
    __libc_free(block);
}

/* AddressSanitizer's own of these would go past malloc. */
void *reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}

char *strndup(const char *text, size_t most)
{
    const size_t n = strnlen(text, most);
    char *copy = malloc(n + 1);
    if (copy != NULL) {
        memcpy(copy, text, n);
        copy[n] = '\0';
    }
    return copy;
}

char *strdup(const char *text)
{
    return strndup(text, SIZE_MAX);
}

#endif

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t read(int fd, void *bytes, size_t n)
{
    if (strikes(INJECT_READ)) {
        if (mode == INJECT_SHORT) {
            return NEXT(read)(fd, bytes, n > 1 ? n / 2 : n);
        }
        errno = error_number;
        return -1;
    }
    return NEXT(read)(fd, bytes, n);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (strikes(INJECT_WRITE)) {
        if (mode == INJECT_SHORT) {
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
    return fails(INJECT_OPEN) ? -1 : NEXT(open)(path, flags, bits);
}

int openat(int directory, const char *path, int flags, ...)
{
    WITH_MODE(flags, bits)
    return fails(INJECT_OPEN) ? -1 : NEXT(openat)(directory, path, flags, bits);
}

FILE *fopen(const char *path, const char *how)
{
    return fails(INJECT_OPEN) ? NULL : NEXT(fopen)(path, how);
}

int fsync(int fd)
{
    return fails(INJECT_FSYNC) ? -1 : IS_LINKED ? 0 : NEXT(fsync)(fd); /* disks are slow; a test loses no power */
}

int rename(const char *from, const char *to)
{
    return fails(INJECT_RENAME) ? -1 : NEXT(rename)(from, to);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    return fails(INJECT_RENAME) ? -1 : NEXT(renameat)(from_directory, from, to_directory, to);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
    if (has_no_exchange && (flags & RENAME_EXCHANGE) != 0) {
        errno = EINVAL;
        return -1;
    }
    return fails(INJECT_RENAME) ? -1 : NEXT(renameat2)(from_directory, from, to_directory, to, flags);
}

int unlinkat(int directory, const char *path, int flags)
{
    return fails(INJECT_UNLINK) ? -1 : NEXT(unlinkat)(directory, path, flags);
}

int close(int fd)
{
    const bool is_struck = strikes(INJECT_CLOSE);
    const int result = NEXT(close)(fd);
    if (is_struck) {
        errno = error_number;
        return -1;
    }
    return result;
}

int fstat(int fd, struct stat *facts)
{
    return fails(INJECT_STAT) ? -1 : NEXT(fstat)(fd, facts);
}

int fstatat(int directory, const char *path, struct stat *facts, int flags)
{
    return fails(INJECT_STAT) ? -1 : NEXT(fstatat)(directory, path, facts, flags);
}

int fchmod(int fd, mode_t bits)
{
    return fails(INJECT_CHMOD) ? -1 : NEXT(fchmod)(fd, bits);
}

int flock(int fd, int how)
{
    return fails(INJECT_LOCK) ? -1 : NEXT(flock)(fd, how);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*entry)(void *), void *argument)
{
    return strikes(INJECT_THREAD) ? error_number : NEXT(pthread_create)(thread, attributes, entry, argument);
}

#ifdef INJECT_LINKED

/* Arenas hold large blocks, so that few requests need memory: here each one counts as if it did (--wrap). */
void *__real_csi_arena_alloc(csi_arena *arena, size_t n, size_t size);
char *__real_csi_arena_copy(csi_arena *arena, const char *text, size_t length);
void *__wrap_csi_arena_alloc(csi_arena *arena, size_t n, size_t size);
char *__wrap_csi_arena_copy(csi_arena *arena, const char *text, size_t length);

void *__wrap_csi_arena_alloc(csi_arena *arena, size_t n, size_t size)
{
    return fails(INJECT_MALLOC) ? NULL : __real_csi_arena_alloc(arena, n, size);
}

char *__wrap_csi_arena_copy(csi_arena *arena, const char *text, size_t length)
{
    return fails(INJECT_MALLOC) ? NULL : __real_csi_arena_copy(arena, text, length);
}

void inject_arm(inject_call call, long which, int error, inject_mode how)
{
    chosen = call;
    at = which;
    error_number = error;
    mode = how;
    is_traced = getenv("INJECT_TRACE") != NULL;
    atomic_store(&n_calls, 0);
    is_armed = true;
}

long inject_disarm(void)
{
    is_armed = false;
    return atomic_load(&n_calls);
}

void inject_pause(void)
{
    is_armed = false;
}

void inject_forbid_exchange(bool is_forbidden)
{
    has_no_exchange = is_forbidden;
}

void inject_resume(void)
{
    is_armed = true;
}

long inject_n_blocks(void)
{
    return atomic_load(&n_blocks);
}

#else

static const char *const call_names[N_INJECT_CALLS] = {"malloc", "open",   "read", "write", "fsync", "rename",
                                                       "close",  "unlink", "stat",   "chmod", "lock", "thread"};

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
    for (inject_call kind = 0; name != NULL && kind < N_INJECT_CALLS; kind++) {
        if (strcmp(name, call_names[kind]) == 0) {
            chosen = kind;
        }
    }
    at = which == NULL ? 0 : atol(which);
    error_number = number == NULL ? EIO : atoi(number);
    mode = how != NULL && strcmp(how, "rest") == 0    ? INJECT_REST
           : how != NULL && strcmp(how, "short") == 0 ? INJECT_SHORT
                                                      : INJECT_FAIL;
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

#endif
