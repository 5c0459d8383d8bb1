/* Reading back what was published: the manifest vouches for every file by its size and digest, so a result that was cut
 * short, edited or damaged on disk is told from a whole one without knowing how it was made. */
#include "index/verify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/digest.h"
#include "core/outfile.h"
#include "core/workers.h"
#include "index/results.h"

csi_status csi_manifest_read(csi_arena *arena, const char *directory, csi_diag *diag, const csi_setting **manifest)
{
    const char *const path = csi_arena_format(arena, "%s/manifest.json", directory);
    char *bytes = NULL;
    size_t n = 0;
    struct stat facts;
    csi_status status;
    *manifest = NULL;
    if (path == NULL) {
        return csi_diag_no_memory(diag, "reading a manifest");
    }
    if (lstat(path, &facts) == 0 && !S_ISREG(facts.st_mode)) { /* a FIFO would be waited for */
        CSI_TRY(csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = path}, "is no regular file"));
    }
    CSI_TRY(csi_file_read(path, CSI_MANIFEST_MAX_BYTES, diag, &bytes, &n));
    status = csi_settings_parse(arena, path, bytes, n, diag, manifest);
    if (status == CSI_ERR_CONFIG) { /* no configuration of the user's, but a result that is damaged */
        status = CSI_ERR_DATA;
    }
out:
    free(bytes);
    return status;
}

static csi_status mismatch(const char *path, const char *what, csi_diag *diag)
{
    return csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = path}, "%s", what);
}

static csi_status verify_file(csi_arena *arena, const char *directory, const csi_setting *output, csi_diag *diag,
                              csi_verified *verified)
{
    const csi_setting *const name = csi_setting_find(output, "path"), *const sha256 = csi_setting_find(output, "sha256");
    const csi_setting *const bytes = csi_setting_find(output, "bytes");
    if (name == NULL || sha256 == NULL || bytes == NULL || name->kind != CSI_SETTING_TEXT ||
        sha256->kind != CSI_SETTING_TEXT || strchr(name->text, '/') != NULL) {
        return csi_diag_error(diag, CSI_ERR_DATA, &output->place, "says not which file, size and digest it vouches for");
    }
    const char *const path = csi_arena_format(arena, "%s/%s", directory, name->text);
    int64_t expected = 0;
    struct stat facts;
    char hex[CSI_DIGEST_HEX];
    csi_status status = CSI_OK;
    if (path == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "verifying"));
    }
    if (csi_setting_integer(bytes, 0, INT64_MAX, diag, &expected) != CSI_OK) {
        CSI_TRY(CSI_ERR_DATA);
    }
    if (lstat(path, &facts) < 0) {
        CSI_TRY(mismatch(path, "is missing, though manifest.json names it", diag));
    }
    if (!S_ISREG(facts.st_mode)) {
        CSI_TRY(mismatch(path, "is no regular file", diag));
    }
    if (facts.st_size != expected) {
        CSI_TRY(mismatch(path, "has not the size that manifest.json tells", diag));
    }
    CSI_TRY(csi_digest_file(path, diag, hex));
    if (strcmp(hex, sha256->text) != 0) {
        CSI_TRY(mismatch(path, "has not the SHA-256 digest that manifest.json tells", diag));
    }
    verified->has_scores = verified->has_scores || strcmp(name->text, "scores.csv.gz") == 0;
    verified->n_files++;
    verified->n_bytes += (uint64_t)expected;
out:
    return status;
}

/* The files of a manifest, each hashed by one thread that keeps what it finds to itself. */
typedef struct hashing {
    const char *directory;
    const csi_setting *outputs;
    csi_diag **diag;        /* [file], as the next */
    csi_verified *verified;
    csi_status *status;
} hashing;

static csi_status verify_one(void *user, size_t i, size_t thread)
{
    const hashing *h = user;
    csi_arena *arena = csi_arena_new();
    (void)thread;
    h->diag[i] = csi_diag_new(0);
    h->status[i] = arena == NULL || h->diag[i] == NULL
                       ? CSI_ERR_MEMORY
                       : verify_file(arena, h->directory, &h->outputs->item[i], h->diag[i], &h->verified[i]);
    csi_arena_free(arena);
    return CSI_OK;
}

static csi_status verify_outputs(csi_arena *arena, hashing *h, size_t n_threads, csi_diag *diag, csi_verified *verified)
{
    const size_t n = h->outputs->n, n_before = csi_diag_n_errors(diag);
    csi_status worst = CSI_OK;
    h->diag = csi_arena_alloc(arena, n, sizeof(csi_diag *));
    h->verified = csi_arena_alloc(arena, n, sizeof *h->verified);
    h->status = csi_arena_alloc(arena, n, sizeof *h->status);
    if (h->diag == NULL || h->verified == NULL || h->status == NULL) {
        return csi_diag_no_memory(diag, "verifying");
    }
    const csi_status status = csi_workers_run(n_threads, n, verify_one, h);
    for (size_t i = 0; i < n; i++) {
        csi_diag_pass_on(diag, h->diag[i]);
        csi_diag_free(h->diag[i]);
        worst = worst == CSI_OK ? h->status[i] : worst;
        verified->has_scores = verified->has_scores || h->verified[i].has_scores;
        verified->n_files += h->verified[i].n_files;
        verified->n_bytes += h->verified[i].n_bytes;
    }
    worst = worst == CSI_OK ? status : worst;
    return worst == CSI_ERR_MEMORY && csi_diag_n_errors(diag) == n_before ? csi_diag_no_memory(diag, "verifying") : worst;
}

csi_status csi_verify_files(const char *directory, size_t n_threads, csi_diag *diag, csi_verified *verified)
{
    csi_arena *const arena = csi_arena_new();
    const csi_setting *manifest = NULL;
    csi_status status;
    *verified = (csi_verified){0};
    if (arena == NULL) {
        return csi_diag_no_memory(diag, "verifying");
    }
    CSI_TRY(csi_directory_recover(directory, diag));
    CSI_TRY(csi_manifest_read(arena, directory, diag, &manifest));
    const csi_setting *const outputs = csi_setting_find(manifest, "outputs");
    if (outputs == NULL || outputs->kind != CSI_SETTING_LIST || outputs->n == 0) {
        CSI_TRY(csi_diag_error(diag, CSI_ERR_DATA, &manifest->place, "vouches for no file"));
    }
    hashing h = {.directory = directory, .outputs = outputs};
    CSI_TRY(verify_outputs(arena, &h, n_threads, diag, verified));
out:
    csi_arena_free(arena);
    return status;
}

csi_status csi_verify(const char *directory, csi_diag *diag, csi_verified *verified)
{
    csi_verified counts;
    csi_results *results = NULL;
    csi_status status;
    CSI_TRY(csi_verify_files(directory, 1, diag, &counts));
    if (counts.has_scores) {
        CSI_TRY(csi_results_read(directory, diag, &results));
    }
out:
    csi_results_free(results);
    if (verified != NULL) {
        *verified = counts;
    }
    return status;
}
