/* index/vintage: names, the link, what is kept, what is held back, and what a killed run leaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/outfile.h"
#include "index/vintage.h"
#include "tests/support/support.h"

static const char *path_of(const char *directory, const char *name)
{
    return text_format("%s/%s", directory, name);
}

static const char *link_of(const char *directory)
{
    static char target[256];
    const ssize_t n = readlink(path_of(directory, "latest"), target, sizeof target - 1);
    target[n > 0 ? n : 0] = '\0';
    return target;
}

static bool exists(const char *directory, const char *name)
{
    return access(path_of(directory, name), F_OK) == 0;
}

static const char *accept(csi_arena *arena, const char *directory, const char *date, size_t n_kept)
{
    const char *path = NULL, *name = NULL;
    cr_assert(csi_vintage_begin(arena, directory, NULL, &path) == CSI_OK);
    write_text_file(path, "manifest.json",
                    "{\"tool\": {\"version\": \"0.1.0\"}, \"index\": {\"id\": \"<a>&\", \"version\": \"1\"}, "
                    "\"counts\": {\"countries\": 196}}\n");
    cr_assert(csi_vintage_accept(arena, directory, date, n_kept, NULL, &name) == CSI_OK);
    return name;
}

Test(vintage, is_dated_counted_linked_and_read_only)
{
    csi_arena *const arena = csi_arena_new();
    const char *const directory = temporary_directory();
    static const struct {
        const char *date, *expected;
    } runs[] = {
        {"2026-11-22", "2026-11-22"}, {"2026-11-22", "2026-11-22.2"}, {"2026-11-22", "2026-11-22.3"},
        {"2026-11-23", "2026-11-23"}, {"2026-11-22", "2026-11-22.4"},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        cr_expect(strcmp(accept(arena, directory, runs[i].date, 0), runs[i].expected) == 0, "run %zu", i);
        cr_expect(strcmp(link_of(directory), runs[i].expected) == 0, "run %zu", i);
    }
    struct stat facts;
    cr_assert(stat(path_of(directory, "2026-11-22/manifest.json"), &facts) == 0);
    cr_expect(0 == (facts.st_mode & 0222));
    cr_assert(stat(path_of(directory, "2026-11-22"), &facts) == 0);
    cr_expect(0 == (facts.st_mode & 0222));
    csi_arena_free(arena);
}

Test(vintage, retention_takes_the_oldest_and_spares_the_latest)
{
    csi_arena *const arena = csi_arena_new();
    const char *const directory = temporary_directory();
    write_text_file(directory, "2026-01-01.txt", "no vintage");
    cr_assert(mkdir(path_of(directory, "2026-1-1"), 0755) == 0);
    for (int day = 1; day <= 12; day++) {
        char date[32];
        snprintf(date, sizeof date, "2026-03-%02d", day);
        accept(arena, directory, date, 3);
    }
    cr_expect(exists(directory, "2026-03-09") == false && exists(directory, "2026-03-10") && exists(directory, "2026-03-12"));
    accept(arena, directory, "2025-01-01", 3); /* the clock went back */
    cr_expect(strcmp(link_of(directory), "2025-01-01") == 0 && exists(directory, "2025-01-01/manifest.json"));
    cr_expect(exists(directory, "2026-03-10") == false && exists(directory, "2026-03-11"));
    cr_expect(exists(directory, "2026-01-01.txt") && exists(directory, "2026-1-1"), "what is no vintage is let be");
    csi_arena_free(arena);
}

Test(vintage, is_listed_newest_first_and_escaped)
{
    csi_arena *const arena = csi_arena_new();
    const char *const directory = temporary_directory();
    for (int i = 0; i < 11; i++) {
        accept(arena, directory, "2026-11-22", 0);
    }
    char *text = NULL;
    size_t n = 0;
    cr_assert(csi_file_read(path_of(directory, "vintages.csv"), 1 << 20, NULL, &text, &n) == CSI_OK);
    static const char expected[] = "vintage,index,version,countries,csindex,manifest_sha256\n"
                                   "2026-11-22.11,<a>&,1,196,0.1.0,";
    cr_expect(strncmp(text, expected, strlen(expected)) == 0, "%s", text);
    const char *const two = strstr(text, "2026-11-22.2,"), *const ten = strstr(text, "2026-11-22.10,");
    cr_expect(two != NULL && ten != NULL && ten < two, "counters are not compared as numbers");
    free(text);
    cr_assert(csi_file_read(path_of(directory, "index.html"), 1 << 20, NULL, &text, &n) == CSI_OK);
    cr_expect(strstr(text, "<a>&") == NULL && strstr(text, "&lt;a&gt;&amp;") != NULL);
    free(text);
    csi_arena_free(arena);
}

Test(vintage, held_candidates_and_killed_runs_leave_the_latest_alone)
{
    csi_arena *const arena = csi_arena_new();
    const char *const directory = temporary_directory();
    const char *path = NULL;
    accept(arena, directory, "2026-11-22", 0);
    for (int i = 0; i < 2; i++) { /* the second takes the first one's place */
        cr_assert(csi_vintage_begin(arena, directory, NULL, &path) == CSI_OK);
        write_text_file(path, i == 0 ? "first" : "second", "x");
        cr_assert(csi_vintage_hold(arena, directory, NULL, &path) == CSI_OK);
    }
    cr_expect(exists(directory, "held/first") == false && exists(directory, "held/second"));
    cr_assert(csi_vintage_begin(arena, directory, NULL, &path) == CSI_OK);
    write_text_file(path, "half", "x");
    cr_assert(csi_vintage_begin(arena, directory, NULL, &path) == CSI_OK);
    cr_expect(access(path_of(path, "half"), F_OK) != 0, "what a killed run left is still there");
    cr_expect(strcmp(link_of(directory), "2026-11-22") == 0 && exists(directory, "latest/manifest.json"));
    csi_arena_free(arena);
}
