/* See part.h. The file is a gzip member: a magic word, the fingerprint, the range, then the tallies as numbers of 7 bits
 * a byte, each preceded by how many zeros come before it: most counters are 0. The length and the checksum of the gzip
 * member tell a damaged file. */
#include "index/part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outfile.h"
#include "index/unchanged.h"
#include "ingest/source.h"
#include "metrics/ensemble_split.h"

#define MAGIC "csindex part 5\n"
#define BUFFER ((size_t)1 << 16)

void csi_part_fingerprint(const csi_run *run, const csi_uncertainty *uncertainty, uint64_t total,
                          char hex[CSI_DIGEST_HEX])
{
    const csi_project *project = run->project;
    const csi_tallies_shape *shape = &uncertainty->tally->shape;
    csi_digest digest;
    csi_digest_init(&digest);
    csi_digest_add(&digest, csi_program_sha256, strlen(csi_program_sha256));
    csi_digest_add(&digest, project->config_sha256, strlen(project->config_sha256));
    csi_digest_add(&digest, project->framework_sha256, strlen(project->framework_sha256));
    for (size_t i = 0; i < run->raw->n_sources; i++) {
        csi_digest_add(&digest, run->raw->source[i].sha256, strlen(run->raw->source[i].sha256));
    }
    const uint64_t number[] = {uncertainty->spec->seed, total,          shape->n_nodes,
                               shape->n_years,          shape->n_countries, shape->with_pairs,
                               shape->pairs_first};
    csi_digest_add(&digest, number, sizeof number);
    csi_digest_finish(&digest, hex);
}

static void put(csi_outfile *file, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    do {
        bytes[n++] = (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value != 0);
    csi_outfile_write(file, bytes, n);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static void put_counters(csi_outfile *file, const uint32_t *counter, size_t n)
{
    uint64_t zeros = 0;
    for (size_t i = 0; i < n; i++) {
        if (counter[i] == 0) {
            zeros++;
            continue;
        }
        put(file, zeros);
        put(file, counter[i]);
        zeros = 0;
    }
    put(file, zeros);
    put(file, 0); /* a count of 0 ends the list */
}

typedef struct sizes {
    size_t cells, scores, ranks, pairs;
} sizes;

static sizes sizes_of(const csi_tallies *tally)
{
    const csi_tallies_shape *shape = &tally->shape;
    const size_t cells = shape->n_nodes * shape->n_years * shape->n_countries;
    return (sizes){cells, cells * CSI_TALLY_BINS, cells * tally->n_rank_bins, csi_tallies_n_above(shape)};
}

static void put_tally(csi_outfile *file, const csi_tallies *tally)
{
    const sizes size = sizes_of(tally);
    for (size_t i = 0; i < size.cells; i++) {
        put(file, bits_of(tally->cell[i].least));
        put(file, bits_of(tally->cell[i].most));
        put(file, (uint64_t)tally->cell[i].sum);
        put(file, (uint64_t)tally->cell[i].square);
    }
    put_counters(file, tally->score_bin, size.scores);
    put_counters(file, tally->rank_bin, size.ranks);
    put_counters(file, tally->above, size.pairs);
}

csi_status csi_part_write(const char *directory, const char *name, const char *fingerprint, const csi_part_range *range,
                          const csi_uncertainty *uncertainty, csi_diag *diag)
{
    csi_outfile *file = NULL;
    const csi_status status = csi_outfile_open(directory, name, CSI_GZIP, diag, &file);
    if (status != CSI_OK) {
        return status;
    }
    csi_outfile_text(file, MAGIC);
    csi_outfile_text(file, fingerprint);
    put(file, range->first);
    put(file, range->n);
    put(file, range->total);
    put_tally(file, uncertainty->tally);
    for (size_t k = 0; k < 2; k++) {
        if (uncertainty->kind[k] != NULL) {
            put_tally(file, uncertainty->kind[k]);
        }
    }
    for (size_t i = 0; i < CSI_N_SPLITS * uncertainty->tally->shape.n_years; i++) {
        put(file, uncertainty->moves[i].sum);
        put(file, uncertainty->moves[i].n);
    }
    return csi_outfile_commit(file, diag, NULL);
}

typedef struct reading {
    csi_source *source;
    csi_diag *diag;
    char *buffer;
    size_t at, n;
    csi_status status; /* the first failure: the rest reads as 0 */
} reading;

static unsigned get_byte(reading *r)
{
    if (r->at == r->n && r->status == CSI_OK) {
        r->at = 0;
        r->status = csi_source_read(r->source, r->buffer, BUFFER, r->diag, &r->n);
        if (r->status == CSI_OK && r->n == 0) {
            r->status = CSI_ERR_DATA;
        }
    }
    return r->status == CSI_OK ? (unsigned char)r->buffer[r->at++] : 0;
}

static uint64_t get(reading *r)
{
    uint64_t value = 0;
    unsigned byte = 0x80;
    for (unsigned shift = 0; shift < 64 && (byte & 0x80) != 0; shift += 7) {
        byte = get_byte(r);
        value |= (uint64_t)(byte & 0x7f) << shift;
    }
    return value;
}

static bool get_text(reading *r, const char *wanted)
{
    bool is_same = true;
    for (size_t i = 0; wanted[i] != '\0'; i++) {
        is_same = get_byte(r) == (unsigned char)wanted[i] && is_same;
    }
    return is_same && r->status == CSI_OK;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void get_counters(reading *r, uint32_t *counter, size_t n)
{
    size_t i = 0;
    while (r->status == CSI_OK) {
        const uint64_t zeros = get(r), count = get(r);
        if (count == 0) {
            break;
        }
        if (zeros >= n - i || count > UINT32_MAX) {
            r->status = r->status == CSI_OK ? CSI_ERR_DATA : r->status;
            break;
        }
        i += (size_t)zeros;
        counter[i++] += (uint32_t)count;
    }
}

static void get_tally(reading *r, csi_tallies *tally)
{
    const sizes size = sizes_of(tally);
    for (size_t i = 0; i < size.cells && r->status == CSI_OK; i++) {
        tally->cell[i].least = fmin(tally->cell[i].least, double_of(get(r)));
        tally->cell[i].most = fmax(tally->cell[i].most, double_of(get(r)));
        tally->cell[i].sum += (int64_t)get(r);
        tally->cell[i].square += (int64_t)get(r);
    }
    get_counters(r, tally->score_bin, size.scores);
    get_counters(r, tally->rank_bin, size.ranks);
    get_counters(r, tally->above, size.pairs);
}

static void get_tallies(reading *r, const csi_part_range *range, csi_uncertainty *uncertainty)
{
    csi_tallies *const tally[3] = {uncertainty->tally, uncertainty->kind[0], uncertainty->kind[1]};
    static const size_t split[3] = {CSI_SPLIT_ALL, CSI_SPLIT_DATA, CSI_SPLIT_METHOD};
    for (size_t k = 0; k < 3; k++) {
        if (tally[k] != NULL) {
            uint64_t first = range->first, n = range->n;
            csi_split_range(split[k], range->total, &first, &n);
            get_tally(r, tally[k]);
            tally[k]->n_replicates += n;
        }
    }
    for (size_t i = 0; i < CSI_N_SPLITS * uncertainty->tally->shape.n_years && r->status == CSI_OK; i++) {
        uncertainty->moves[i].sum += get(r);
        uncertainty->moves[i].n += get(r);
    }
    if (r->status == CSI_OK) { /* the checksum is looked at where the member ends */
        size_t left = 0;
        r->status = csi_source_read(r->source, r->buffer, BUFFER, r->diag, &left);
        r->status = r->status == CSI_OK && (left > 0 || r->at < r->n) ? CSI_ERR_DATA : r->status;
    }
}

csi_status csi_part_add(const char *path, const csi_run *run, csi_uncertainty *uncertainty, csi_diag *diag,
                        csi_part_range *range)
{
    char fingerprint[CSI_DIGEST_HEX], found[CSI_DIGEST_HEX];
    const csi_place place = {.file = path};
    const csi_source_options options = {.without_digest = true};
    reading r = {.diag = diag, .buffer = malloc(BUFFER)};
    csi_status status;
    if (r.buffer == NULL) {
        return csi_diag_no_memory(diag, "a part");
    }
    CSI_TRY(csi_source_open(path, path, &options, diag, &r.source));
    if (!get_text(&r, MAGIC)) {
        status = csi_diag_error(diag, CSI_ERR_DATA, &place, "this is no part written by `csindex ensemble`");
        goto out;
    }
    for (size_t i = 0; i + 1 < sizeof found; i++) {
        found[i] = (char)get_byte(&r);
    }
    found[sizeof found - 1] = '\0';
    range->first = get(&r);
    range->n = get(&r);
    range->total = get(&r);
    csi_part_fingerprint(run, uncertainty, range->total, fingerprint);
    if (r.status == CSI_OK && strcmp(found, fingerprint) != 0) {
        status = csi_diag_error(diag, CSI_ERR_DATA, &place,
                                "this part is of another ensemble: its program, configuration, data, seed or number of "
                                "replicates differ");
        goto out;
    }
    get_tallies(&r, range, uncertainty);
    status = r.status;
    if (status == CSI_ERR_DATA) {
        status = csi_diag_error(diag, CSI_ERR_DATA, &place, "the part is damaged");
    }
out:
    csi_source_close(r.source);
    free(r.buffer);
    return status;
}

csi_status csi_part_check_ranges(const csi_part_range *range, const char *const *path, size_t n, csi_diag *diag)
{
    uint64_t covered = 0;
    for (size_t step = 0; step < n; step++) {
        size_t next = CSI_NONE;
        for (size_t i = 0; i < n; i++) {
            if (range[i].total != range[0].total) {
                return csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = path[i]},
                                      "this part is one of %llu replicates, the first one of %llu",
                                      (unsigned long long)range[i].total, (unsigned long long)range[0].total);
            }
            for (size_t j = 0; j < i && step == 0; j++) {
                if (range[i].first < range[j].first + range[j].n && range[j].first < range[i].first + range[i].n) {
                    return csi_diag_error(diag, CSI_ERR_DATA, &(csi_place){.file = path[i]},
                                          "replicates %llu on are in \"%s\" too", (unsigned long long)range[i].first, path[j]);
                }
            }
            next = range[i].first == covered && range[i].n > 0 ? i : next;
        }
        covered += next == CSI_NONE ? 0 : range[next].n;
    }
    if (n == 0 || covered != range[0].total) {
        return csi_diag_error(diag, CSI_ERR_DATA, NULL, "replicates from %llu on are in no part",
                              (unsigned long long)covered);
    }
    return CSI_OK;
}
