/* core/outfile: whole or not at all, refusals, deterministic gzip, digests, sweeping. Faults of the system are injected
 * in tests/fault. */
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "core/outfile.h"
#include "tests/support/support.h"

static const char *path_of(const char *directory, const char *name)
{
    return text_format("%s/%s", directory, name);
}

static int count_entries(const char *directory)
{
    DIR *const listing = opendir(directory);
    cr_assert(listing != NULL);
    int n = 0;
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(listing);
    return n;
}

static void expect_content(const char *path, const char *expected)
{
    char *bytes = NULL;
    size_t n = 0;
    cr_assert(csi_file_read(path, 1 << 20, NULL, &bytes, &n) == CSI_OK, "%s", path);
    cr_expect(n == strlen(expected) && memcmp(bytes, expected, n) == 0, "%s holds %s", path, bytes);
    free(bytes);
}

static csi_outfile *open_or_die(const char *directory, const char *name, csi_compression compression)
{
    csi_outfile *file = NULL;
    cr_assert(csi_outfile_open(directory, name, compression, NULL, &file) == CSI_OK && file != NULL);
    return file;
}

Test(outfile, replaces_only_on_commit)
{
    const char *const directory = temporary_directory();
    const char *const path = write_text_file(directory, "a.csv", "old");
    csi_outfile *file = open_or_die(directory, "a.csv", CSI_PLAIN);
    csi_outfile_text(file, "new,");
    csi_outfile_number(file, 0.1);
    csi_outfile_char(file, ',');
    csi_outfile_integer(file, -7);
    csi_outfile_format(file, ",%d%s", 5, "\n");
    expect_content(path, "old");
    csi_outfile_facts facts;
    cr_assert(csi_outfile_finish(file, NULL, &facts) == CSI_OK);
    expect_content(path, "old");
    cr_expect(count_entries(directory) == 2);
    cr_assert(csi_outfile_commit(file, NULL, &facts) == CSI_OK);
    expect_content(path, "new,0.1,-7,5\n");
    cr_expect(facts.bytes == 13 && facts.content_bytes == 13);
    char hex[CSI_DIGEST_HEX];
    cr_assert(csi_digest_file(path, NULL, hex) == CSI_OK);
    cr_expect(strcmp(hex, facts.sha256) == 0 && strcmp(hex, facts.content_sha256) == 0);
    cr_expect(count_entries(directory) == 1);
}

Test(outfile, abandon_leaves_nothing)
{
    const char *const directory = temporary_directory();
    const char *const path = write_text_file(directory, "a.csv", "old");
    csi_outfile *file = open_or_die(directory, "a.csv", CSI_GZIP);
    csi_outfile_text(file, "new");
    csi_outfile_abandon(file);
    csi_outfile_abandon(NULL);
    expect_content(path, "old");
    cr_expect(count_entries(directory) == 1);
}

Test(outfile, modes)
{
    static const struct {
        mode_t mask, expected;
    } row[] = {{0, 0644}, {027, 0640}, {077, 0600}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const char *const directory = temporary_directory();
        const pid_t child = fork(); /* the mask is looked up once a process */
        if (child == 0) {
            umask(row[i].mask);
            csi_outfile *file = open_or_die(directory, "a", CSI_PLAIN);
            struct stat facts;
            DIR *const listing = opendir(directory);
            const struct dirent *entry;
            mode_t temporary_mode = 0;
            while ((entry = readdir(listing)) != NULL) {
                if (strstr(entry->d_name, ".tmp") && stat(path_of(directory, entry->d_name), &facts) == 0) {
                    temporary_mode = facts.st_mode & 0777;
                }
            }
            const csi_status status = csi_outfile_commit(file, NULL, NULL);
            const int is_right = status == CSI_OK && stat(path_of(directory, "a"), &facts) == 0 &&
                                 (facts.st_mode & 0777) == row[i].expected && temporary_mode == 0600;
            _exit(is_right ? 0 : 1);
        }
        int result = 1;
        waitpid(child, &result, 0);
        cr_expect(result == 0, "umask %o", row[i].mask);
    }
}

Test(outfile, refuses_what_is_no_regular_file)
{
    const char *const directory = temporary_directory();
    const char *const victim = write_text_file(directory, "victim", "untouched");
    cr_assert(symlink(victim, path_of(directory, "link")) == 0);
    cr_assert(symlink("/nonexistent", path_of(directory, "dangling")) == 0);
    cr_assert(mkdir(path_of(directory, "directory"), 0700) == 0);
    cr_assert(mkfifo(path_of(directory, "fifo"), 0600) == 0);
    static char too_long[256];
    memset(too_long, 'a', 250);
    const char *const name[] = {"link", "dangling", "directory", "fifo", "", ".", "..", "a/b", "../x", too_long};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        csi_diag *const diag = csi_diag_new(0);
        csi_outfile *file = NULL;
        cr_expect(csi_outfile_open(directory, name[i], CSI_PLAIN, diag, &file) == CSI_ERR_CANT_CREATE, "%s", name[i]);
        cr_expect(file == NULL);
        size_t n = 0;
        const csi_message *const message = csi_diag_messages(diag, &n);
        cr_expect(n == 1 && strstr(message[0].file, name[i]) != NULL, "the message names %s", name[i]);
        csi_diag_free(diag);
    }
    csi_outfile *file = NULL;
    cr_expect(csi_outfile_open("/nonexistent/directory", "a", CSI_PLAIN, NULL, &file) == CSI_ERR_CANT_CREATE);
    cr_expect(csi_outfile_open(victim, "a", CSI_PLAIN, NULL, &file) == CSI_ERR_CANT_CREATE);
    expect_content(victim, "untouched");
    cr_expect(count_entries(directory) == 5);
}

Test(outfile, refuses_a_link_placed_meanwhile)
{
    const char *const directory = temporary_directory();
    const char *const victim = write_text_file(directory, "victim", "untouched");
    csi_outfile *file = open_or_die(directory, "a", CSI_PLAIN);
    csi_outfile_text(file, "new");
    cr_assert(symlink(victim, path_of(directory, "a")) == 0);
    cr_expect(csi_outfile_commit(file, NULL, NULL) == CSI_ERR_CANT_CREATE);
    expect_content(victim, "untouched");
    cr_expect(count_entries(directory) == 2);
}

static void write_table(const char *directory, csi_outfile_facts *facts)
{
    csi_outfile *file = open_or_die(directory, "t.csv.gz", CSI_GZIP);
    for (int i = 0; i < 100000; i++) {
        csi_outfile_integer(file, i);
        csi_outfile_char(file, i % 10 == 9 ? '\n' : ',');
    }
    cr_assert(csi_outfile_commit(file, NULL, facts) == CSI_OK);
}

Test(outfile, gzip_is_deterministic)
{
    const char *const one = temporary_directory();
    const char *const two = temporary_directory();
    csi_outfile_facts first, second;
    write_table(one, &first);
    write_table(two, &second);
    cr_expect(strcmp(first.sha256, second.sha256) == 0 && first.bytes == second.bytes);
    cr_expect(strcmp(first.sha256, first.content_sha256) != 0);

    char *bytes = NULL;
    size_t n = 0;
    cr_assert(csi_file_read(path_of(one, "t.csv.gz"), 1 << 20, NULL, &bytes, &n) == CSI_OK);
    static const unsigned char header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    cr_expect(n == first.bytes && memcmp(bytes, header, sizeof header) == 0);
    char hex[CSI_DIGEST_HEX];
    csi_digest_bytes(bytes, n, hex);
    cr_expect(strcmp(hex, first.sha256) == 0);
    free(bytes);

    static char content[1 << 20];
    gzFile in = gzopen(path_of(one, "t.csv.gz"), "rb");
    const int length = gzread(in, content, sizeof content);
    cr_expect(gzclose(in) == Z_OK && length > 0 && (uint64_t)length == first.content_bytes);
    csi_digest_bytes(content, (size_t)length, hex);
    cr_expect(strcmp(hex, first.content_sha256) == 0);
    cr_expect(strncmp(content, "0,1,2,3,4,5,6,7,8,9\n10,11,", 26) == 0);
}

Test(outfile, full_disk_is_told)
{
    const int null = open("/dev/full", O_WRONLY);
    if (null < 0) {
        cr_skip_test("/dev/full is absent");
    }
    const char *const directory = temporary_directory();
    csi_outfile *file = open_or_die(directory, "a", CSI_PLAIN);
    for (int fd = 3; fd < null; fd++) { /* the ticket's own descriptor is the only one that is writable here */
        struct stat facts;
        if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
            dup2(null, fd);
        }
    }
    for (int fd = null + 1; fd < null + 8; fd++) {
        struct stat facts;
        if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
            dup2(null, fd);
        }
    }
    csi_outfile_text(file, "content");
    csi_diag *const diag = csi_diag_new(0);
    cr_expect(csi_outfile_finish(file, diag, NULL) == CSI_ERR_IO);
    cr_expect(csi_outfile_commit(file, diag, NULL) == CSI_ERR_IO);
    size_t n = 0;
    const csi_message *const message = csi_diag_messages(diag, &n);
    cr_expect(n == 1 && strstr(message[0].text, "No space left") != NULL && strstr(message[0].file, "/a") != NULL);
    csi_diag_free(diag);
    cr_expect(count_entries(directory) == 0);
}

Test(outfile, sweep_takes_only_what_dead_runs_left)
{
    const char *const directory = temporary_directory();
    static const char *const kept[] = {"a.csv", ".csindex-a.tmp", ".csindex-a-1.tmp", ".csindex--1-2.tmp",
                                       ".csindex-a-x-2.tmp", ".csindex-a-1-2.tmp.csv", "csindex-a-1-2.tmp",
                                       ".csindex-12.tmp", ".csindex-a12.tmp", ".csindex-12-34.tmp", ".csindex-a12-34.tmp",
                                       ".csindex-0123456789.txt"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        write_text_file(directory, kept[i], "");
    }
    write_text_file(directory, ".csindex-scores.csv.gz-4711-0.tmp", "half");
    cr_assert(symlink(path_of(directory, "a.csv"), path_of(directory, ".csindex-link-1-2.tmp")) == 0);
    cr_assert(mkdir(path_of(directory, ".csindex-directory-1-2.tmp"), 0700) == 0);
    csi_outfile *file = open_or_die(directory, "mine", CSI_PLAIN);
    csi_directory_sweep(directory);
    cr_expect(count_entries(directory) == (int)(sizeof kept / sizeof *kept) + 3);
    cr_expect(csi_outfile_commit(file, NULL, NULL) == CSI_OK, "a live temporary survives a sweep");
    csi_directory_sweep("/nonexistent");
}

Test(outfile, signal_handlers_can_tidy_up)
{
    const char *const directory = temporary_directory();
    csi_outfile *const one = open_or_die(directory, "one", CSI_PLAIN);
    csi_outfile *const two = open_or_die(directory, "two", CSI_PLAIN);
    cr_expect(csi_outfile_commit(one, NULL, NULL) == CSI_OK);
    csi_outfile_remove_temporaries();
    cr_expect(count_entries(directory) == 1);
    csi_outfile_abandon(two);
}

/* More tickets than a signal handler's list has room for are only not tidied up by it. */
Test(outfile, many_at_once)
{
    enum { MANY = 70 };
    const char *const directory = temporary_directory();
    csi_outfile *file[MANY];
    for (int i = 0; i < MANY; i++) {
        file[i] = open_or_die(directory, text_format("%d", i), CSI_PLAIN);
        csi_outfile_integer(file[i], i);
    }
    for (int i = 0; i < MANY; i++) {
        cr_expect(csi_outfile_commit(file[i], NULL, NULL) == CSI_OK);
        expect_content(path_of(directory, text_format("%d", i)), text_format("%d", i));
    }
    cr_expect(count_entries(directory) == MANY);
}

/* Bytes that no compressor makes smaller, in writes of odd sizes, come out as they went in. */
Test(outfile, what_cannot_be_compressed)
{
    enum { SIZE = 1 << 20 };
    static char bytes[SIZE], back[SIZE + 1];
    uint64_t state = 1;
    for (int i = 0; i < SIZE; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (char)(state >> 56);
    }
    const char *const directory = temporary_directory();
    csi_outfile *file = open_or_die(directory, "a.gz", CSI_GZIP);
    for (size_t at = 0; at < SIZE;) {
        const size_t part = at % 70001 + 1 < SIZE - at ? at % 70001 + 1 : SIZE - at;
        csi_outfile_write(file, bytes + at, part);
        at += part;
    }
    cr_assert(csi_outfile_commit(file, NULL, NULL) == CSI_OK);
    gzFile in = gzopen(path_of(directory, "a.gz"), "rb");
    cr_expect(gzread(in, back, sizeof back) == SIZE && gzclose(in) == Z_OK && memcmp(bytes, back, SIZE) == 0);
}

Test(outfile, no_descriptor_left_is_told)
{
    const char *const directory = temporary_directory();
    csi_outfile *file = open_or_die(directory, "a", CSI_PLAIN);
    csi_outfile_number(file, NAN); /* writes nothing */
    csi_outfile_text(file, "content");
    const int next = dup(0);
    struct rlimit limit;
    cr_assert(next >= 0 && close(next) == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const struct rlimit none = {(rlim_t)next, limit.rlim_max};
    csi_diag *const diag = csi_diag_new(0);
    setrlimit(RLIMIT_NOFILE, &none);
    const csi_status status = csi_outfile_commit(file, diag, NULL);
    setrlimit(RLIMIT_NOFILE, &limit);
    size_t n = 0;
    const csi_message *const message = csi_diag_messages(diag, &n);
    cr_expect(status == CSI_ERR_IO && n == 1 && strstr(message[0].text, "Too many open files") != NULL);
    csi_diag_free(diag);
    cr_expect(count_entries(directory) == 0);
}

Test(outfile, directories)
{
    const char *const directory = temporary_directory();
    cr_expect(csi_directory_make(path_of(directory, "a/b//c/"), NULL) == CSI_OK);
    cr_expect(csi_directory_make(path_of(directory, "a/b/c"), NULL) == CSI_OK);
    cr_expect(csi_directory_sync(path_of(directory, "a/b/c"), NULL) == CSI_OK);
    write_text_file(directory, "file", "");
    cr_expect(csi_directory_make(path_of(directory, "file"), NULL) == CSI_ERR_CANT_CREATE);
    cr_expect(csi_directory_make(path_of(directory, "file/below"), NULL) == CSI_ERR_CANT_CREATE);
    cr_expect(csi_directory_sync(path_of(directory, "none"), NULL) == CSI_ERR_IO);
    static char too_long[300];
    memset(too_long, 'a', sizeof too_long - 1);
    csi_diag *const diag = csi_diag_new(0);
    size_t n = 0;
    cr_expect(csi_directory_make(path_of(directory, too_long), diag) == CSI_ERR_CANT_CREATE);
    const csi_message *const message = csi_diag_messages(diag, &n);
    cr_expect(n == 1 && strcmp(message[0].text, "the directory cannot be made: File name too long") == 0);
    csi_diag_free(diag);
}

Test(outfile, whole_files_are_read)
{
    const char *const directory = temporary_directory();
    char *bytes = NULL;
    size_t n = 1;
    cr_expect(csi_file_read(write_text_file(directory, "empty", ""), 0, NULL, &bytes, &n) == CSI_OK && n == 0);
    cr_expect(bytes != NULL && bytes[0] == '\0');
    free(bytes);
    const char *const path = write_text_file(directory, "five", "12345");
    cr_expect(csi_file_read(path, 5, NULL, &bytes, &n) == CSI_OK && n == 5);
    free(bytes);
    cr_expect(csi_file_read(path, 4, NULL, &bytes, &n) == CSI_ERR_DATA && bytes == NULL && n == 0);
    cr_expect(csi_file_read(directory, 4, NULL, &bytes, &n) == CSI_ERR_NO_INPUT && bytes == NULL);
    cr_expect(csi_file_read("/nonexistent", 4, NULL, &bytes, &n) == CSI_ERR_NO_INPUT && bytes == NULL);
}
