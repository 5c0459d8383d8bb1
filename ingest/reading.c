/* See reading.h.
 *
 * Every thread takes the next slice from the file (one at a time: reading and decompressing are a queue), splits and
 * parses it on its own, and lays what it found down to be merged. Slices are merged in their order, by whoever lays down the
 * one whose turn it is while nobody else is merging; nobody waits for a turn but goes on to the next slice, as long as there
 * is a hand to put it in. So the file is decompressed by one thread while another parses, and nothing depends on who did
 * what. */
#include "ingest/reading.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/workers.h"
#include "ingest/batch.h"
#include "ingest/head.h"
#include "ingest/rows.h"

#define MAX_LISTED 6

/* One slice and what became of it, on its way from the file to the cube. */
typedef struct hand {
    csi_slice slice;
    csi_diag *source_diag; /* what the source said while this slice was read */
    csi_status source_status;
    csi_splitter *splitter; /* NULL: the hand was never used */
    csi_batch batch;
    csi_status parsed;
    size_t bad_byte;
    bool is_taken, is_laid_down;
} hand;

typedef struct reading {
    csi_slices *slices;
    const csi_plan *plan;
    csi_cube *cube;
    csi_tally *tally;
    const char *const *labels;
    pthread_mutex_t source_lock; /* over slices */
    bool source_ended;
    pthread_mutex_t lock;        /* over hands, and the four below it */
    pthread_cond_t moved;        /* when they change */
    hand *hand;
    size_t n_hands;
    uint64_t turn;               /* the slice to be merged next */
    bool is_merging;             /* somebody has all below and the cube to itself */
    bool stop;
    csi_diag *diag;
    csi_source_facts *facts;
    csi_status status;
    csi_memo *reported; /* texts that are reported once */
    csi_left_out left_out;
    uint32_t last_pair[2]; /* lines of the last two rows that gave the same cell */
    size_t n_pairs;
    uint64_t n_kept_first; /* cells that an earlier file had given */
    char aggregates[256];
    size_t n_aggregates;
} reading;

#define HANDS_A_THREAD 2

static csi_status open_hand(const csi_plan *plan, hand *h)
{
    if (h->splitter != NULL) {
        return CSI_OK;
    }
    h->splitter = csi_splitter_new(plan->dialect.delimiter, plan->dialect.quote);
    csi_batch_init(&h->batch, plan);
    return h->splitter == NULL ? CSI_ERR_MEMORY : csi_splitter_set_lenient(h->splitter, plan->is_lenient);
}

static void close_hand(hand *h)
{
    csi_splitter_free(h->splitter);
    csi_slice_clear(&h->slice);
    csi_diag_free(h->source_diag);
    csi_batch_clear(&h->batch);
}

static void fail(reading *r, csi_status status)
{
    if (r->status == CSI_OK) {
        r->status = status;
    }
}

static void add_left_out(csi_left_out *to, const csi_left_out *from)
{
    to->aggregates += from->aggregates;
    to->unknown_units += from->unknown_units;
    to->unknown_indicators += from->unknown_indicators;
    to->filtered += from->filtered;
    to->footers += from->footers;
    to->other_years += from->other_years;
    to->not_yet_valid += from->not_yet_valid;
    to->undated += from->undated;
}

static void list_aggregate(reading *r, const char *name)
{
    if (r->n_aggregates++ < MAX_LISTED) {
        const size_t used = strlen(r->aggregates);
        snprintf(r->aggregates + used, sizeof r->aggregates - used, "%s%s", used > 0 ? ", " : "", name);
    }
}

static csi_status merge_finding(reading *r, const csi_finding *finding)
{
    if (finding->once || finding->is_aggregate) {
        uint32_t *seen = csi_memo_at(r->reported, finding->text, strlen(finding->text));
        if (seen == NULL) {
            return CSI_ERR_MEMORY;
        }
        if (*seen != 0) {
            return CSI_OK;
        }
        *seen = 1;
    }
    if (finding->is_aggregate) {
        list_aggregate(r, finding->text);
        return CSI_OK;
    }
    const csi_place place = {.file = r->plan->label,
                             .line = finding->line,
                             .column = finding->column,
                             .length = finding->length,
                             .source_line = finding->source_line};
    if (finding->severity == CSI_ERROR) {
        fail(r, csi_diag_error(r->diag, CSI_ERR_DATA, &place, "%s", finding->text));
    } else {
        csi_diag_warn(r->diag, &place, "%s", finding->text);
    }
    return CSI_OK;
}

static const char *series_code(const csi_framework *framework, size_t series)
{
    return series < framework->n_indicators ? framework->node[series].code
                                            : framework->denominator[series - framework->n_indicators].code;
}

static void merge_duplicate(reading *r, const csi_observation *seen, const csi_origin *taken)
{
    const csi_plan *plan = r->plan;
    if (taken->file != plan->file && plan->options->prefer_first) {
        r->n_kept_first++;
        return;
    }
    if (r->last_pair[0] == seen->origin.line && r->last_pair[1] == taken->line) {
        return; /* another cell of two rows that were named already */
    }
    r->last_pair[0] = seen->origin.line;
    r->last_pair[1] = taken->line;
    const csi_place place = {.file = plan->label, .line = seen->origin.line};
    fail(r, csi_diag_error(r->diag, CSI_ERR_DATA, &place,
                           "country \"%s\", indicator \"%s\", year %d was already given at %s:%" PRIu32,
                           csi_units_code(plan->units, seen->slot), series_code(plan->framework, seen->series),
                           plan->options->first_year + (int)seen->year, r->labels[taken->file], taken->line));
    if (taken->file == plan->file && r->n_pairs++ == 0) {
        csi_diag_note(r->diag, &place, "where rows differ in other columns (a unit, a sex, an age), where: {COLUMN: VALUE} "
                                       "chooses among them");
    }
}

/* Puts seen[0..n) into the cube, and tells of those whose cell is taken. */
static csi_status merge_cells(reading *r, const csi_observation *seen, const csi_spread *spread, size_t n)
{
    csi_status status = CSI_OK;
    for (size_t i = 0; i < n && status == CSI_OK; i++) {
        csi_origin taken;
        size_t n_put;
        status = csi_cube_put_all(r->cube, seen + i, spread != NULL ? spread + i : NULL, n - i, &n_put, &taken);
        r->facts->n_observations += n_put;
        i += n_put;
        if (taken.line != 0 && !csi_diag_is_full(r->diag)) {
            merge_duplicate(r, &seen[i], &taken);
        }
    }
    return status;
}

static csi_status merge_row(reading *r, const csi_series_row *row)
{
    bool is_put;
    csi_status status = csi_cube_put_row(r->cube, row, &is_put);
    if (status == CSI_OK && is_put) {
        r->facts->n_observations += row->n_given;
        return CSI_OK;
    }
    const size_t n_years = (size_t)(r->plan->options->last_year - r->plan->options->first_year) + 1;
    for (size_t year = 0; year < n_years && status == CSI_OK; year++) {
        const csi_origin origin = {row->line, r->plan->rows->column[year], row->file};
        const csi_observation seen = {row->value[year], origin, row->slot, row->series, (uint32_t)year};
        status = isnan(seen.value) ? CSI_OK : merge_cells(r, &seen, NULL, 1);
    }
    return status;
}

/* Rows and single cells in the order of the file. */
static csi_status merge_observations(reading *r, const csi_batch *batch)
{
    csi_status status = CSI_OK;
    size_t from = 0;
    for (size_t i = 0; i <= batch->n_rows && status == CSI_OK; i++) {
        const size_t to = i < batch->n_rows ? batch->row[i].n_before : batch->n;
        if (to > from) {
            status = merge_cells(r, batch->observation + from, batch->spread != NULL ? batch->spread + from : NULL, to - from);
        }
        if (i < batch->n_rows && status == CSI_OK) {
            status = merge_row(r, &batch->row[i].row);
        }
        from = to;
    }
    return status;
}

/* Puts a batch into the cube. */
static csi_status merge(reading *r, csi_batch *batch)
{
    csi_status status = CSI_OK;
    for (size_t i = 0; i < batch->n_findings && status == CSI_OK && !csi_diag_is_full(r->diag); i++) {
        status = merge_finding(r, &batch->finding[i]);
    }
    if (status == CSI_OK) {
        status = r->plan->is_tallied ? csi_tally_add(r->tally, batch->observation, batch->share, batch->n)
                                     : merge_observations(r, batch);
    }
    add_left_out(&r->left_out, &batch->left_out);
    r->facts->n_records += batch->n_records;
    return status;
}

/* Splits and parses the hand's slice. A fault of the grammar is returned as CSI_ERR_DATA, to be told in turn. */
static csi_status parse(hand *h)
{
    h->bad_byte = csi_utf8_check(h->slice.bytes, h->slice.n);
    if (h->bad_byte < h->slice.n) {
        return CSI_ERR_DATA;
    }
    const csi_plan *plan = h->batch.plan;
    csi_splitter_start(h->splitter, &h->slice);
    for (;;) {
        csi_record record;
        csi_status status = csi_splitter_next(h->splitter, &record);
        if (status != CSI_OK || record.n_fields == 0) {
            return status;
        }
        status = plan->reader->read(plan, &record, &h->batch);
        if (status != CSI_OK) {
            return status;
        }
    }
}

/* Passes on what the source had to say about a slice. */
static void tell_source(reading *r, const hand *h)
{
    size_t n;
    const csi_message *message = csi_diag_messages(h->source_diag, &n);
    for (size_t i = 0; i < n; i++) {
        const csi_place place = {.file = message[i].file, .line = message[i].line};
        if (message[i].severity == CSI_ERROR) {
            (void)csi_diag_error(r->diag, message[i].status, &place, "%s", message[i].text);
        } else {
            csi_diag_warn(r->diag, &place, "%s", message[i].text);
        }
    }
    if (n == 0 && h->source_status != CSI_OK) { /* there was no memory to keep its words */
        (void)csi_diag_no_memory(r->diag, "reading data");
    }
}

/* All that became of a slice, told and kept. */
static csi_status merge_slice(reading *r, hand *h)
{
    csi_status status = merge(r, &h->batch);
    if (status == CSI_OK && h->parsed == CSI_ERR_DATA) {
        status = h->bad_byte < h->slice.n ? csi_report_byte(r->plan->label, &h->slice, h->bad_byte, r->slices, r->diag)
                                          : csi_report_fault(r->plan->label, csi_splitter_fault(h->splitter), r->diag);
    } else if (status == CSI_OK) {
        status = h->parsed;
    }
    if (status == CSI_ERR_MEMORY) {
        (void)csi_diag_no_memory(r->diag, "reading data");
    }
    tell_source(r, h);
    return status == CSI_OK ? h->source_status : status;
}

static hand *find_hand_in_turn(reading *r)
{
    for (size_t i = 0; i < r->n_hands && !r->stop; i++) {
        if (r->hand[i].is_laid_down && r->hand[i].slice.index == r->turn) {
            return &r->hand[i];
        }
    }
    return NULL;
}

/* Gives a parsed slice to whoever merges, and merges while nobody else does. */
static void lay_down(reading *r, hand *laid)
{
    pthread_mutex_lock(&r->lock);
    laid->is_laid_down = true;
    for (hand *h = r->is_merging ? NULL : find_hand_in_turn(r); h != NULL; h = find_hand_in_turn(r)) {
        r->is_merging = true;
        pthread_mutex_unlock(&r->lock);
        const csi_status status = merge_slice(r, h);
        if (status != CSI_OK) {
            fail(r, status);
        }
        const bool stop = status != CSI_OK || csi_diag_is_full(r->diag);
        pthread_mutex_lock(&r->lock);
        r->is_merging = h->is_laid_down = h->is_taken = false;
        r->stop = r->stop || stop;
        r->turn++;
        pthread_cond_broadcast(&r->moved);
    }
    pthread_mutex_unlock(&r->lock);
}

/* A hand that is free, waiting for one; NULL when all is over. */
static hand *take_hand(reading *r)
{
    hand *taken = NULL;
    pthread_mutex_lock(&r->lock);
    while (taken == NULL && !r->stop) {
        for (size_t i = 0; i < r->n_hands && taken == NULL; i++) {
            taken = r->hand[i].is_taken ? NULL : &r->hand[i];
        }
        if (taken == NULL) {
            pthread_cond_wait(&r->moved, &r->lock);
        } else {
            taken->is_taken = true;
        }
    }
    pthread_mutex_unlock(&r->lock);
    return taken;
}

static void stop_for_memory(reading *r)
{
    pthread_mutex_lock(&r->lock);
    while (r->is_merging) {
        pthread_cond_wait(&r->moved, &r->lock);
    }
    fail(r, csi_diag_no_memory(r->diag, "reading data"));
    r->stop = true;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

/* The next slice into the hand; false: no more. A fault of the source travels with the slice, to be told in turn. */
static bool take_slice(reading *r, hand *h)
{
    csi_diag_free(h->source_diag);
    h->source_diag = csi_diag_new(1);
    if (h->source_diag == NULL) {
        h->slice.n = 0;
        stop_for_memory(r); /* else the rest of the file would be missing without a word */
        return false;
    }
    pthread_mutex_lock(&r->source_lock);
    h->source_status = r->source_ended ? CSI_OK : csi_slices_next(r->slices, h->source_diag, &h->slice);
    const bool is_last = r->source_ended || h->source_status != CSI_OK || h->slice.n == 0;
    const bool has_words = csi_diag_n_warnings(h->source_diag) > 0 || h->source_status != CSI_OK;
    const bool taken = !r->source_ended && (has_words || !is_last);
    r->source_ended = is_last;
    pthread_mutex_unlock(&r->source_lock);
    return taken;
}

/* A thread's whole work: slices until none is left. */
static csi_status work(void *user, size_t job, size_t thread)
{
    (void)job;
    (void)thread;
    reading *r = user;
    csi_known known = {0};
    hand *h = NULL;
    csi_status status = csi_known_init(&known);
    while (status == CSI_OK && (h = take_hand(r)) != NULL) {
        status = open_hand(r->plan, h);
        if (status != CSI_OK || !take_slice(r, h)) {
            break;
        }
        csi_batch_restart(&h->batch, &known);
        h->parsed = parse(h);
        lay_down(r, h);
    }
    if (status != CSI_OK) {
        stop_for_memory(r);
    }
    csi_known_clear(&known);
    return CSI_OK;
}

static void add_words(char *to, size_t room, uint64_t n, const char *what)
{
    if (n > 0) {
        const size_t used = strlen(to);
        snprintf(to + used, room - used, "%s%" PRIu64 " %s", used > 0 ? "; " : "", n, what);
    }
}

/* One note a file: what was left out, and why. */
static void tell_left_out(const reading *r)
{
    const csi_left_out *left = &r->left_out;
    char words[1024] = "", aggregates[400];
    snprintf(aggregates, sizeof aggregates, "row%s of %zu aggregate%s (%s%s)", left->aggregates == 1 ? "" : "s",
             r->n_aggregates, r->n_aggregates == 1 ? "" : "s", r->aggregates,
             r->n_aggregates > MAX_LISTED ? ", ..." : "");
    add_words(words, sizeof words, left->aggregates, aggregates);
    add_words(words, sizeof words, left->unknown_units, "rows of unknown countries");
    add_words(words, sizeof words, left->unknown_indicators, "rows of indicators that the framework does not have");
    add_words(words, sizeof words, left->filtered, "rows by `where`");
    add_words(words, sizeof words, left->footers, "lines of notes below the table");
    add_words(words, sizeof words, left->undated, "events without a date");
    add_words(words, sizeof words, left->other_years, "cells of other years");
    add_words(words, sizeof words, left->not_yet_valid, "cells of years before the indicator is valid");
    add_words(words, sizeof words, r->n_kept_first, "cells that an earlier file gives");
    if (words[0] != '\0') {
        const csi_place place = {.file = r->plan->label};
        csi_diag_note(r->diag, &place, "left out: %s", words);
    }
    r->facts->n_left_out = left->aggregates + left->unknown_units + left->unknown_indicators + left->filtered + left->undated +
                           left->other_years + left->not_yet_valid + r->n_kept_first;
}

/* The threads at work, between making what they share and freeing it. */
static csi_status run(reading *r, size_t n_threads)
{
    pthread_mutex_init(&r->source_lock, NULL);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->moved, NULL);
    const csi_status status = csi_workers_run(n_threads, n_threads, work, r);
    pthread_mutex_destroy(&r->source_lock);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->moved);
    for (size_t i = 0; i < r->n_hands; i++) {
        csi_cube_keep(r->cube, &r->hand[i].batch.values);
        close_hand(&r->hand[i]);
    }
    return r->status != CSI_OK ? r->status : status;
}

csi_status csi_reading_run(csi_slices *slices, const csi_plan *plan, csi_cube *cube, csi_tally *tally,
                           const char *const *labels, csi_diag *diag, csi_source_facts *facts)
{
    reading r = {.slices = slices, .plan = plan, .cube = cube, .tally = tally, .labels = labels, .diag = diag, .facts = facts};
    const size_t n_threads = csi_slices_is_small(slices) ? 1 : csi_workers_count(plan->options->n_threads);
    csi_status status = CSI_ERR_MEMORY;
    r.n_hands = n_threads == 1 ? 1 : HANDS_A_THREAD * n_threads;
    r.hand = calloc(r.n_hands, sizeof *r.hand);
    r.reported = csi_memo_new();
    if (r.hand == NULL || r.reported == NULL) {
        (void)csi_diag_no_memory(diag, "reading data");
        goto out;
    }
    status = run(&r, n_threads);
    if (status == CSI_OK) {
        tell_left_out(&r);
    }
out:
    free(r.hand);
    csi_memo_free(r.reported);
    return status;
}
