/* Finding the project that a command is about. */
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "cli/messages.h"
#include "cli/view.h"
#include "core/arena.h"

#define INSTALLED "/../share/csindex/paris-call"
#define IN_SOURCE "/datasets/paris-call"

/* directory[0..length) and rest in one, when it is a project; NULL otherwise. Owned by the caller. */
static char *try(const char *directory, size_t length, const char *rest)
{
    char *path = csi_text_format("%.*s%s", (int)length, directory, rest);
    char *file = path != NULL ? csi_text_format("%s/index.yaml", path) : NULL;
    if (file == NULL || access(file, R_OK) != 0) {
        free(path);
        path = NULL;
    }
    free(file);
    return path;
}

/* The default index: where `cmake --install` puts it, else in the tree that the program was built in. */
static char *find_default(void)
{
    char *program = realpath("/proc/self/exe", NULL);
    if (program == NULL) { /* a root without /proc: the path that the kernel was told */
        program = realpath((const char *)getauxval(AT_EXECFN), NULL);
    }
    char *slash = program != NULL ? strrchr(program, '/') : NULL;
    char *found = slash != NULL ? try(program, (size_t)(slash - program), INSTALLED) : NULL;
    while (found == NULL && slash != NULL) {
        found = try(program, (size_t)(slash - program), IN_SOURCE);
        *slash = '\0';
        slash = strrchr(program, '/');
    }
    free(program);
    return found;
}

csi_status csi_project_locate(const csi_call *call, const char *directory, char **path)
{
    if (directory != NULL) {
        *path = strdup(directory);
        return *path != NULL ? CSI_OK : csi_diag_no_memory(call->diag, "finding the project");
    }
    *path = try(".", 1, "");
    if (*path == NULL) {
        *path = find_default();
    }
    if (*path == NULL) {
        return csi_diag_error(call->diag, CSI_ERR_NO_INPUT, NULL,
                              "no index.yaml here, and the default index is not beside the program; name a project, or "
                              "make one with csindex init DIR");
    }
    return CSI_OK;
}

csi_status csi_project_open(const csi_call *call, const char *directory, csi_project **project)
{
    char *path = NULL;
    int64_t threads = 0, seed = 0;
    const bool is_piped = directory != NULL && strcmp(directory, "-") == 0;
    csi_status status = csi_project_locate(call, is_piped ? NULL : directory, &path);
    *project = NULL;
    CSI_TRY(status);
    CSI_TRY(csi_call_integer(call, CSI_OPT_THREADS, 0, 1024, &threads));
    CSI_TRY(csi_call_integer(call, CSI_OPT_SEED, 0, INT64_MAX, &seed));
    csi_say(1, "project", "project %s", path);
    CSI_TRY(csi_project_read(path, call->diag, project));
    if (is_piped) {
        CSI_TRY(csi_project_take_standard_input(*project, call->diag));
    }
    if (csi_call_has(call, CSI_OPT_THREADS)) {
        (*project)->n_threads = (size_t)threads;
        (*project)->ingest.n_threads = (size_t)threads;
    }
    if (csi_call_has(call, CSI_OPT_SEED)) {
        (*project)->seed = (uint64_t)seed;
    }
out:
    free(path);
    return status;
}
