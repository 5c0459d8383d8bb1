/* See source.h.
 *
 * zlib's inflate is driven here by hand: its gz* layer hides how many bytes were read from disk, cannot be hashed on the
 * way, and tells of a truncated file only to those who ask twice. */
#include "ingest/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "ingest/hasher.h"

#define INPUT_ROOM ((size_t)256 * 1024)
#define LARGE_FILE ((uint64_t)1 << 20) /* worth a thread for the digest */
#define DEFAULT_MAX_BYTES ((uint64_t)64 << 30)

struct csi_source {
    const char *label;
    int descriptor;
    bool owns_descriptor;
    bool is_gzip;
    bool at_end;       /* of the bytes on disk */
    bool in_member;    /* inside a gzip member */
    bool stream_ready; /* inflateInit2 succeeded */
    bool with_digest, hashes_apart;
    csi_digest digest;   /* the hasher's, while there is one */
    csi_hasher *hasher;  /* of a large file; NULL: none */
    uint64_t disk_bytes, text_bytes, max_bytes;
    z_stream stream;
    unsigned char *input; /* INPUT_ROOM bytes */
    size_t input_at, input_end;
};

static csi_status read_error(const csi_source *source, csi_diag *diag)
{
    const csi_place place = {.file = source->label};
    return csi_diag_error(diag, CSI_ERR_IO, &place, "cannot be read: %s", strerror(errno));
}

static void hash(csi_source *source, const void *bytes, size_t n)
{
    if (source->hashes_apart && source->disk_bytes > LARGE_FILE) {
        source->hasher = csi_hasher_start(&source->digest);
        source->hashes_apart = false;
    }
    if (source->hasher != NULL) {
        csi_hasher_add(source->hasher, bytes, n);
    } else if (source->with_digest) {
        csi_digest_add(&source->digest, bytes, n);
    }
}

/* Up to `room` bytes from disk straight into `to`, hashed and counted. */
static csi_status read_disk(csi_source *source, void *to, size_t room, csi_diag *diag, size_t *n)
{
    ssize_t got;
    do {
        got = read(source->descriptor, to, room);
    } while (got < 0 && errno == EINTR);
    *n = 0;
    if (got < 0) {
        return read_error(source, diag);
    }
    *n = (size_t)got;
    source->at_end = got == 0;
    source->disk_bytes += *n;
    hash(source, to, *n);
    return CSI_OK;
}

static csi_status refill(csi_source *source, csi_diag *diag)
{
    source->input_at = source->input_end = 0;
    while (!source->at_end && source->input_end < INPUT_ROOM) {
        size_t n;
        const csi_status status =
            read_disk(source, source->input + source->input_end, INPUT_ROOM - source->input_end, diag, &n);
        if (status != CSI_OK) {
            return status;
        }
        source->input_end += n;
    }
    return CSI_OK;
}

static bool starts_member(const csi_source *source)
{
    return source->input_end - source->input_at >= 2 && source->input[source->input_at] == 0x1f &&
           source->input[source->input_at + 1] == 0x8b;
}

static csi_status open_descriptor(const char *path, csi_source *source, csi_diag *diag)
{
    const csi_place place = {.file = source->label};
    if (strcmp(path, "-") == 0) {
        source->descriptor = STDIN_FILENO;
        return CSI_OK;
    }
    source->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (source->descriptor < 0) {
        return csi_diag_error(diag, CSI_ERR_NO_INPUT, &place, "cannot be opened: %s", strerror(errno));
    }
    source->owns_descriptor = true;
    struct stat facts;
    if (fstat(source->descriptor, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        return csi_diag_error(diag, CSI_ERR_NO_INPUT, &place, "is a directory, not a file of data");
    }
    return CSI_OK;
}

static csi_status start_gzip(csi_source *source, csi_diag *diag)
{
    source->is_gzip = starts_member(source);
    if (!source->is_gzip) {
        return CSI_OK;
    }
    if (inflateInit2(&source->stream, 15 + 16) != Z_OK) {
        return csi_diag_no_memory(diag, "preparing to decompress");
    }
    source->stream_ready = true;
    source->in_member = true;
    return CSI_OK;
}

csi_status csi_source_open(const char *path, const char *label, const csi_source_options *options, csi_diag *diag,
                           csi_source **source)
{
    csi_status status = CSI_OK;
    *source = NULL;
    csi_source *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return csi_diag_no_memory(diag, "opening an input");
    }
    made->label = label;
    made->descriptor = -1;
    made->max_bytes = options->max_bytes == 0 ? DEFAULT_MAX_BYTES : options->max_bytes;
    made->with_digest = !options->without_digest;
    made->hashes_apart = made->with_digest && options->hashes_apart;
    csi_digest_init(&made->digest);
    made->input = malloc(INPUT_ROOM);
    if (made->input == NULL) {
        status = csi_diag_no_memory(diag, "opening an input");
        goto out;
    }
    CSI_TRY(open_descriptor(path, made, diag));
    CSI_TRY(refill(made, diag));
    CSI_TRY(start_gzip(made, diag));
    *source = made;
    made = NULL;
out:
    csi_source_close(made);
    return status;
}

/* A plain file: what the look-ahead holds first, then straight from disk. */
static csi_status read_plain(csi_source *source, char *buffer, size_t room, csi_diag *diag, size_t *n)
{
    const size_t held = source->input_end - source->input_at;
    *n = held < room ? held : room;
    memcpy(buffer, source->input + source->input_at, *n);
    source->input_at += *n;
    while (*n < room && !source->at_end) {
        size_t got;
        const csi_status status = read_disk(source, buffer + *n, room - *n, diag, &got);
        if (status != CSI_OK) {
            return status;
        }
        *n += got;
    }
    return CSI_OK;
}

/* Between members: begins the next one, or finds the end of the file. */
static csi_status next_member(csi_source *source, csi_diag *diag, bool *more)
{
    *more = false;
    if (source->input_end - source->input_at < 2) {
        const size_t held = source->input_end - source->input_at;
        const unsigned char first = held == 1 ? source->input[source->input_at] : 0;
        const csi_status status = source->at_end ? CSI_OK : refill(source, diag);
        if (status != CSI_OK) {
            return status;
        }
        if (held == 1 && source->input_end < INPUT_ROOM) {
            memmove(source->input + 1, source->input, source->input_end);
            source->input[0] = first;
            source->input_end++;
        }
    }
    if (starts_member(source)) {
        inflateReset(&source->stream);
        source->in_member = *more = true;
        return CSI_OK;
    }
    bool is_padding = true;
    for (size_t i = source->input_at; i < source->input_end; i++) {
        is_padding = is_padding && source->input[i] == 0;
    }
    if (!is_padding) {
        const csi_place place = {.file = source->label};
        csi_diag_warn(diag, &place, "bytes after the end of the gzip data are ignored");
    }
    while (!source->at_end) {
        const csi_status status = refill(source, diag);
        if (status != CSI_OK) {
            return status;
        }
    }
    source->input_at = source->input_end;
    return CSI_OK;
}

static csi_status inflate_some(csi_source *source, csi_diag *diag)
{
    const csi_place place = {.file = source->label};
    z_stream *stream = &source->stream;
    if (source->input_at == source->input_end) {
        const csi_status status = source->at_end ? CSI_OK : refill(source, diag);
        if (status != CSI_OK) {
            return status;
        }
        if (source->input_at == source->input_end) {
            return csi_diag_error(diag, CSI_ERR_DATA, &place,
                                  "the gzip data end too early, after %" PRIu64 " bytes: the file is truncated",
                                  source->disk_bytes);
        }
    }
    stream->next_in = source->input + source->input_at;
    stream->avail_in = (unsigned)(source->input_end - source->input_at);
    const int code = inflate(stream, Z_NO_FLUSH);
    source->input_at = source->input_end - stream->avail_in;
    if (code == Z_STREAM_END) {
        source->in_member = false;
    } else if (code == Z_MEM_ERROR) {
        return csi_diag_no_memory(diag, "decompressing");
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return csi_diag_error(diag, CSI_ERR_DATA, &place, "the gzip data are corrupt (%s)",
                              stream->msg != NULL ? stream->msg : "unexpected end of a stream");
    }
    return CSI_OK;
}

static csi_status read_gzip(csi_source *source, char *buffer, size_t room, csi_diag *diag, size_t *n)
{
    size_t filled = 0;
    csi_status status = CSI_OK;
    while (status == CSI_OK && filled < room) {
        if (!source->in_member) {
            bool more = false;
            status = next_member(source, diag, &more);
            if (status != CSI_OK || !more) {
                break;
            }
        }
        const size_t part = room - filled < ((size_t)1 << 30) ? room - filled : (size_t)1 << 30;
        source->stream.next_out = (unsigned char *)buffer + filled;
        source->stream.avail_out = (unsigned)part;
        status = inflate_some(source, diag);
        filled += part - source->stream.avail_out;
    }
    *n = filled;
    return status;
}

csi_status csi_source_read(csi_source *source, char *buffer, size_t room, csi_diag *diag, size_t *n)
{
    *n = 0;
    const csi_status status = source->is_gzip ? read_gzip(source, buffer, room, diag, n)
                                              : read_plain(source, buffer, room, diag, n);
    if (status != CSI_OK) {
        return status;
    }
    source->text_bytes += *n;
    if (source->text_bytes > source->max_bytes) {
        const csi_place place = {.file = source->label};
        return csi_diag_error(diag, CSI_ERR_DATA, &place,
                              "holds more than the limit of %" PRIu64 " bytes%s: raise limits: file_bytes if that is meant",
                              source->max_bytes, source->is_gzip ? " once decompressed" : "");
    }
    return CSI_OK;
}

bool csi_source_is_gzip(const csi_source *source)
{
    return source->is_gzip;
}

uint64_t csi_source_bytes(const csi_source *source)
{
    return source->disk_bytes;
}

void csi_source_sha256(csi_source *source, char hex[CSI_DIGEST_HEX])
{
    hex[0] = '\0';
    csi_hasher_join(source->hasher);
    source->hasher = NULL;
    if (source->with_digest) {
        csi_digest_finish(&source->digest, hex);
    }
}

void csi_source_close(csi_source *source)
{
    if (source == NULL) {
        return;
    }
    csi_hasher_join(source->hasher);
    if (source->stream_ready) {
        inflateEnd(&source->stream);
    }
    if (source->owns_descriptor) {
        (void)close(source->descriptor);
    }
    free(source->input);
    free(source);
}
