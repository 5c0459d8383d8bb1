/* core/outfile_switch: a set of files goes into place whole, not at all, or by its journal after a kill. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/outfile.h"
#include "tests/support/support.h"

#define TEMPORARY_A ".csindex-a.csv-4711-0.tmp"
#define TEMPORARY_B ".csindex-b.csv-4711-1.tmp"
#define JOURNAL ".csindex-switch"

static const char *path_of(const char *directory, const char *name)
{
    return text_format("%s/%s", directory, name);
}

static bool holds(const char *directory, const char *name, const char *expected)
{
    char *bytes = NULL;
    size_t n = 0;
    if (access(path_of(directory, name), F_OK) != 0) {
        return expected == NULL;
    }
    cr_assert(csi_file_read(path_of(directory, name), 1 << 20, NULL, &bytes, &n) == CSI_OK);
    const bool is_same = expected != NULL && strcmp(bytes, expected) == 0;
    free(bytes);
    return is_same;
}

static csi_outfile *written(const char *directory, const char *name, const char *text)
{
    csi_outfile *file = NULL;
    cr_assert(csi_outfile_open(directory, name, CSI_PLAIN, NULL, &file) == CSI_OK);
    csi_outfile_text(file, text);
    return file;
}

Test(switch, puts_all_into_place_and_leaves_nothing_else)
{
    const char *const directory = temporary_directory();
    write_text_file(directory, "a.csv", "old a");
    write_text_file(directory, "b.csv", "old b");
    csi_outfile *file[] = {written(directory, "a.csv", "new a"), written(directory, "b.csv", "new b"),
                           written(directory, "c.csv", "new c")};
    cr_assert(csi_outfile_commit_all(directory, file, 3, NULL) == CSI_OK);
    cr_expect(holds(directory, "a.csv", "new a"));
    cr_expect(holds(directory, "b.csv", "new b"));
    cr_expect(holds(directory, "c.csv", "new c"));
    cr_expect(holds(directory, JOURNAL, NULL));
    cr_expect(rmdir(directory) != 0);
    csi_directory_sweep(directory);
    unlink(path_of(directory, "a.csv"));
    unlink(path_of(directory, "b.csv"));
    unlink(path_of(directory, "c.csv"));
    cr_expect(rmdir(directory) == 0, "something else was left");
}

Test(switch, touches_nothing_when_one_target_is_refused)
{
    const char *const directory = temporary_directory();
    write_text_file(directory, "a.csv", "old a");
    csi_outfile *file[] = {written(directory, "a.csv", "new a"), written(directory, "b.csv", "new b")};
    cr_assert(mkdir(path_of(directory, "b.csv"), 0700) == 0);
    cr_expect(csi_outfile_commit_all(directory, file, 2, NULL) == CSI_ERR_CANT_CREATE);
    cr_expect(holds(directory, "a.csv", "old a"));
    cr_expect(holds(directory, JOURNAL, NULL));
}

/* What a kill leaves, at every point: some files switched, some not, the journal there. */
Test(switch, recovery_finishes_from_any_point)
{
    static const struct {
        const char *a, *temporary_a, *b, *temporary_b;
    } points[] = {
        {"old a", "new a", "old b", "new b"}, /* nothing switched yet */
        {"new a", "old a", "old b", "new b"}, /* one exchanged */
        {"new a", NULL, "old b", "new b"},    /* one replaced */
        {"new a", "old a", "new b", "old b"}, /* all exchanged, nothing tidied up */
        {"new a", NULL, "new b", "old b"},
        {"new a", NULL, "new b", NULL},
        {"old a", "new a", NULL, "new b"}, /* b is new */
    };
    char sha_a[CSI_DIGEST_HEX], sha_b[CSI_DIGEST_HEX];
    csi_digest_bytes("new a", 5, sha_a);
    csi_digest_bytes("new b", 5, sha_b);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        const char *const directory = temporary_directory();
        const char *const text[][2] = {{"a.csv", points[i].a}, {TEMPORARY_A, points[i].temporary_a},
                                       {"b.csv", points[i].b}, {TEMPORARY_B, points[i].temporary_b}};
        for (size_t j = 0; j < 4; j++) {
            if (text[j][1] != NULL) {
                write_text_file(directory, text[j][0], text[j][1]);
            }
        }
        char journal[512];
        snprintf(journal, sizeof journal, "%s %s a.csv\n%s %s b.csv\n", sha_a, TEMPORARY_A, sha_b, TEMPORARY_B);
        write_text_file(directory, JOURNAL, journal);
        cr_expect(csi_directory_recover(directory, NULL) == CSI_OK, "point %zu", i);
        cr_expect(holds(directory, "a.csv", "new a"), "point %zu", i);
        cr_expect(holds(directory, "b.csv", "new b"), "point %zu", i);
        cr_expect(holds(directory, TEMPORARY_A, NULL) && holds(directory, TEMPORARY_B, NULL), "point %zu", i);
        cr_expect(holds(directory, JOURNAL, NULL), "point %zu", i);
    }
}

Test(switch, recovery_leaves_a_live_run_and_foreign_files_alone)
{
    static const char *const foreign[] = {
        "not a journal\n",
        "onlyone\n",
        "two words\n",
        "0123 ../a.csv b.csv\n",
        "0123 a.csv b.csv\n",
        "0123 " TEMPORARY_A " ../../etc/passwd\n",
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        const char *const directory = temporary_directory();
        write_text_file(directory, "a.csv", "mine");
        write_text_file(directory, JOURNAL, foreign[i]);
        cr_expect(csi_directory_recover(directory, NULL) == CSI_ERR_IO, "%s", foreign[i]);
        cr_expect(holds(directory, "a.csv", "mine"));
    }
    const char *const directory = temporary_directory();
    char journal[512], sha[CSI_DIGEST_HEX];
    csi_digest_bytes("new a", 5, sha);
    snprintf(journal, sizeof journal, "%s %s a.csv\n", sha, TEMPORARY_A);
    write_text_file(directory, TEMPORARY_A, "new a");
    const char *const path = write_text_file(directory, JOURNAL, journal);
    const int fd = open(path, O_RDONLY);
    cr_assert(fd >= 0 && flock(fd, LOCK_EX) == 0);
    cr_expect(csi_directory_recover(directory, NULL) == CSI_OK);
    cr_expect(holds(directory, "a.csv", NULL), "a run was at it");
    close(fd);
    cr_expect(csi_directory_recover(directory, NULL) == CSI_OK);
    cr_expect(holds(directory, "a.csv", "new a"));
    cr_expect(csi_directory_recover("/nowhere/at/all", NULL) == CSI_OK);
}

/* What stands under the temporary's name but is no file is not followed; it goes. */
Test(switch, recovery_does_not_follow_links)
{
    const char *const directory = temporary_directory();
    char journal[512], sha[CSI_DIGEST_HEX];
    csi_digest_bytes("mine", 4, sha);
    const char *const victim = write_text_file(directory, "victim", "mine");
    snprintf(journal, sizeof journal, "%s %s a.csv\n", sha, TEMPORARY_A);
    write_text_file(directory, JOURNAL, journal);
    cr_assert(symlink(victim, path_of(directory, TEMPORARY_A)) == 0);
    cr_expect(csi_directory_recover(directory, NULL) == CSI_OK);
    cr_expect(holds(directory, "a.csv", NULL) && holds(directory, "victim", "mine") && holds(directory, TEMPORARY_A, NULL));
}

/* A journal that cannot be finished may still need the temporaries: they are not swept. */
Test(switch, a_foreign_journal_keeps_the_sweep_away)
{
    const char *const directory = temporary_directory();
    write_text_file(directory, JOURNAL, "not a journal\n");
    write_text_file(directory, TEMPORARY_A, "new a");
    csi_directory_sweep(directory);
    cr_expect(holds(directory, TEMPORARY_A, "new a"));
}
