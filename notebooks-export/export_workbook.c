/* An Excel workbook for people: ranking, scores by year, parts, codebook, method; with bars, colour scales and charts.
 *
 * libxlsxwriter wants a file name to write to; it is given a file that exists in memory only, so that the finished bytes
 * go through the same whole-or-not-at-all ticket as every other output. It may leave a part out without an error when
 * memory runs out under it, so the workbook is assembled twice and must come out the same. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "notebooks-export/workbook_sheets.h"

/* Assembles the workbook under `path`; the library frees it whatever the result. */
static csi_status assemble(const csi_release *release, const char *path, csi_diag *diag)
{
    csi_sheets to = {.release = release, .diag = diag, .status = CSI_OK};
    to.order = calloc(release->results->countries.n + 1, sizeof *to.order);
    to.book = workbook_new(path);
    if (to.order == NULL || to.book == NULL) {
        csi_sheets_keep(&to, LXW_ERROR_MEMORY_MALLOC_FAILED);
    } else {
        csi_release_order(release, release->latest, to.order);
        csi_sheets_write(&to);
    }
    if (to.book != NULL) {
        csi_sheets_keep(&to, workbook_close(to.book));
    }
    free(to.order);
    return to.status;
}

/* Assembles in memory. *memory is a file that the caller closes; -1 after a failure to make one. */
static csi_status assemble_in_memory(const csi_release *release, csi_diag *diag, int *memory)
{
    *memory = memfd_create("csindex.xlsx", MFD_CLOEXEC);
    if (*memory < 0) {
        return csi_diag_error(diag, CSI_ERR_SYSTEM, NULL, "no memory file: %s", strerror(errno));
    }
    return assemble(release, csi_release_text(release, "/proc/self/fd/%d", *memory), diag);
}

enum { CHUNK = 16384 };

/* Fills the chunk as far as the file goes; -1 after a failure. */
static ssize_t read_chunk(int from, char *chunk)
{
    size_t n = 0;
    ssize_t more = 1;
    while (n < CHUNK && more > 0) {
        more = read(from, chunk + n, CHUNK - n);
        n += more > 0 ? (size_t)more : 0;
    }
    return more < 0 ? -1 : (ssize_t)n;
}

/* The bytes of `from` into the file; `again` must hold the same. */
static csi_status copy_bytes(int from, int again, csi_outfile *file, csi_diag *diag)
{
    char chunk[CHUNK], other[CHUNK];
    ssize_t n = lseek(from, 0, SEEK_SET) < 0 || lseek(again, 0, SEEK_SET) < 0 ? -1 : 1;
    while (n > 0) {
        n = read_chunk(from, chunk);
        const ssize_t n_other = read_chunk(again, other);
        if (n < 0 || n_other < 0) {
            break;
        }
        if (n != n_other || memcmp(chunk, other, (size_t)n) != 0) {
            return csi_diag_no_memory(diag, "writing the workbook");
        }
        csi_outfile_write(file, chunk, (size_t)n);
    }
    return n == 0 ? CSI_OK
                  : csi_diag_error(diag, CSI_ERR_IO, NULL, "the workbook cannot be read back: %s", strerror(errno));
}

static csi_status fill(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    csi_status status;
    int memory = -1, again = -1;
    CSI_TRY(csi_xlsxwriter_load(diag));
    CSI_TRY(assemble_in_memory(release, diag, &memory));
    CSI_TRY(assemble_in_memory(release, diag, &again));
    CSI_TRY(copy_bytes(memory, again, file, diag));
out:
    if (memory >= 0) {
        close(memory);
    }
    if (again >= 0) {
        close(again);
    }
    return status;
}

static csi_status write_workbook(const csi_release *release, const char *directory, csi_diag *diag)
{
    return csi_export_file(release, directory, "csindex.xlsx", fill, diag);
}

const csi_exporter csi_exporter_workbook = {
    .name = "workbook",
    .files = "csindex.xlsx",
    .title = "an Excel workbook: ranking, scores, parts, codebook, method, with bars and charts",
    .write = write_workbook,
};
