/* index/verify and index/lock: damage of every kind is told, and a directory is one run's at a time. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/digest.h"
#include "index/lock.h"
#include "index/verify.h"
#include "tests/support/support.h"

static const char *path_of(const char *directory, const char *name)
{
    return text_format("%s/%s", directory, name);
}

static const char *make_result(const char *manifest_sha256)
{
    const char *const directory = temporary_directory();
    char hex[CSI_DIGEST_HEX], manifest[1024];
    write_text_file(directory, "a.csv", "one\n");
    csi_digest_bytes("one\n", 4, hex);
    snprintf(manifest, sizeof manifest, "{\"outputs\": [{\"path\": \"a.csv\", \"bytes\": 4, \"sha256\": \"%s\"}]}\n",
             manifest_sha256 == NULL ? hex : manifest_sha256);
    write_text_file(directory, "manifest.json", manifest);
    return directory;
}

Test(verify, accepts_what_is_whole)
{
    csi_verified verified;
    cr_expect(csi_verify(make_result(NULL), NULL, &verified) == CSI_OK);
    cr_expect(verified.n_files == 1 && verified.n_bytes == 4);
}

Test(verify, tells_damage)
{
    static const struct {
        const char *name, *content; /* written over the result; content NULL: removed */
        csi_status expected;
        const char *words;
    } damages[] = {
        {"a.csv", "two\n", CSI_ERR_DATA, "digest"},
        {"a.csv", "one", CSI_ERR_DATA, "size"},
        {"a.csv", NULL, CSI_ERR_DATA, "missing"},
        {"manifest.json", NULL, CSI_ERR_NO_INPUT, "opened"},
        {"manifest.json", "{\"outputs\": [", CSI_ERR_DATA, ""},
        {"manifest.json", "{}", CSI_ERR_DATA, "vouches for no file"},
        {"manifest.json", "[1]", CSI_ERR_DATA, "vouches for no file"},
        {"manifest.json", "{\"outputs\": [{\"path\": \"a.csv\"}]}", CSI_ERR_DATA, "which file"},
        {"manifest.json", "{\"outputs\": [{\"path\": \"../a.csv\", \"bytes\": 4, \"sha256\": \"x\"}]}", CSI_ERR_DATA,
         "which file"},
        {"manifest.json", "{\"outputs\": [{\"path\": \"a.csv\", \"bytes\": -4, \"sha256\": \"x\"}]}", CSI_ERR_DATA, ""},
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        const char *const directory = make_result(NULL);
        unlink(path_of(directory, damages[i].name));
        if (damages[i].content != NULL) {
            write_text_file(directory, damages[i].name, damages[i].content);
        }
        csi_diag *const diag = csi_diag_new(0);
        cr_expect(csi_verify(directory, diag, NULL) == damages[i].expected, "damage %zu", i);
        size_t n = 0;
        const csi_message *const message = csi_diag_messages(diag, &n);
        cr_expect(n == 1 && strstr(message[0].text, damages[i].words) != NULL, "damage %zu: %s", i,
                  n > 0 ? message[0].text : "no word");
        csi_diag_free(diag);
    }
}

Test(verify, follows_no_link)
{
    const char *const directory = make_result(NULL);
    const char *const elsewhere = write_text_file(temporary_directory(), "a.csv", "one\n");
    unlink(path_of(directory, "a.csv"));
    cr_assert(symlink(elsewhere, path_of(directory, "a.csv")) == 0);
    cr_expect(csi_verify(directory, NULL, NULL) == CSI_ERR_DATA);
}

Test(lock, is_taken_once_and_not_left_behind)
{
    const char *const directory = temporary_directory();
    csi_lock *first = NULL, *second = NULL;
    cr_assert(csi_lock_take(directory, NULL, &first) == CSI_OK && first != NULL);
    cr_expect(csi_lock_take(directory, NULL, &second) == CSI_ERR_LOCKED && second == NULL);
    csi_lock_release(first);
    cr_expect(csi_lock_take(directory, NULL, &second) == CSI_OK);
    csi_lock_release(second);
    csi_lock_release(NULL);

    int ready[2];
    cr_assert(pipe(ready) == 0);
    const pid_t child = fork();
    if (child == 0) {
        const bool has_it = csi_lock_take(directory, NULL, &first) == CSI_OK;
        (void)!write(ready[1], has_it ? "y" : "n", 1);
        pause();
    }
    char answer = 0;
    cr_assert(read(ready[0], &answer, 1) == 1 && answer == 'y');
    cr_expect(csi_lock_take(directory, NULL, &second) == CSI_ERR_LOCKED);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_expect(csi_lock_take(directory, NULL, &second) == CSI_OK, "a killed run left its lock");
    csi_lock_release(second);
    cr_expect(csi_lock_take(path_of(directory, "absent"), NULL, &second) == CSI_ERR_NO_INPUT && second == NULL);
}
