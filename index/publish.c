/* Publishing in two phases: every file is written, finished and on disk under a temporary name before the first one is
 * put into place, and the set is switched as one. So a full disk, a failed write or a killed run leaves the old result
 * whole; the manifest, written last, vouches for the set by its hashes. */
#include "index/publish.h"

#include <stdlib.h>
#include <string.h>

#include "core/workers.h"
#include "index/output.h"
#include "index/sources.h"

static const csi_output *const outputs[] = {
    &csi_output_scores,  &csi_output_contributions, &csi_output_quality,     &csi_output_changes,
    &csi_output_uncertainty, &csi_output_rank_shifts, &csi_output_rank_distribution, &csi_output_rank_pairs,
    &csi_output_rank_changes, &csi_output_rank_sets,   &csi_output_trends, &csi_output_frontier,
    &csi_output_ranking, &csi_output_codebook,      &csi_output_methodology, &csi_output_datapackage,
    &csi_output_manifest,
};
#define N_OUTPUTS (sizeof outputs / sizeof *outputs)

const csi_link csi_link_codebook = {"code", "codebook.csv", "iCode"};

void csi_shape_write_heading(const csi_shape *shape, csi_csv *csv)
{
    for (size_t i = 0; i < shape->n_fields; i++) {
        csi_csv_text(csv, shape->field[i].name);
    }
    csi_csv_end_row(csv);
}

/* Insertion sort: a framework has tens of nodes, and the order must not depend on the C library's qsort. */
static void sort_nodes(const csi_node *node, size_t *order, size_t n, bool by_level)
{
    for (size_t i = 1; i < n; i++) {
        const size_t moved = order[i];
        size_t j = i;
        for (; j > 0; j--) {
            const csi_node *before = &node[order[j - 1]], *after = &node[moved];
            const bool is_placed = by_level && before->level != after->level ? before->level > after->level
                                                                             : strcmp(before->code, after->code) <= 0;
            if (is_placed) {
                break;
            }
            order[j] = order[j - 1];
        }
        order[j] = moved;
    }
}

const size_t *csi_framework_order(csi_arena *arena, const csi_framework *framework)
{
    size_t *order = csi_arena_alloc(arena, framework->n_nodes, sizeof *order);
    if (order != NULL) {
        for (size_t i = 0; i < framework->n_nodes; i++) {
            order[i] = i;
        }
        sort_nodes(framework->node, order, framework->n_nodes, true);
    }
    return order;
}

static const size_t *order_series(csi_arena *arena, const csi_framework *framework)
{
    const size_t n = csi_framework_n_series(framework);
    size_t *order = csi_arena_alloc(arena, n, sizeof *order);
    csi_node *node = csi_arena_alloc(arena, n, sizeof *node);
    if (order == NULL || node == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
        node[i] = i < framework->n_indicators ? framework->node[i] : framework->denominator[i - framework->n_indicators];
    }
    sort_nodes(node, order, n, false);
    return order;
}

static bool needs_tally(const csi_output *output)
{
    return output == &csi_output_uncertainty || output == &csi_output_rank_shifts ||
           output == &csi_output_rank_distribution || output == &csi_output_rank_pairs ||
           output == &csi_output_rank_sets;
}

/* Without a tally there is nothing about the ensemble to write. The variants stand behind the scores. */
static csi_status choose_outputs(csi_publication *publication, csi_diag *diag)
{
    const bool has_tally = publication->intervals != NULL && publication->intervals->tally != NULL;
    const size_t n_variants = publication->run->project->n_variants;
    const csi_output **chosen = csi_arena_alloc(publication->arena, N_OUTPUTS + n_variants, sizeof *chosen);
    csi_output *variants = csi_arena_alloc(publication->arena, n_variants + 1, sizeof *variants);
    publication->variant = csi_arena_alloc(publication->arena, n_variants + 1, sizeof *publication->variant);
    size_t n = 0;
    if (chosen == NULL || variants == NULL || publication->variant == NULL) {
        return csi_diag_no_memory(diag, "publishing");
    }
    publication->n_variants = n_variants;
    const csi_status status = csi_variants_prepare(publication, diag, variants);
    for (size_t i = 0; i < N_OUTPUTS; i++) {
        if (has_tally || !needs_tally(outputs[i])) {
            chosen[n++] = outputs[i];
        }
        for (size_t k = 0; outputs[i] == &csi_output_scores && k < n_variants; k++) {
            chosen[n++] = &variants[k];
        }
    }
    publication->output = chosen;
    publication->n_outputs = n;
    return status;
}

static csi_status prepare(csi_publication *publication, csi_diag *diag)
{
    const csi_project *project = publication->run->project;
    csi_status status;
    publication->arena = csi_arena_new();
    if (publication->arena == NULL) {
        return csi_diag_no_memory(diag, "publishing");
    }
    publication->node = csi_framework_order(publication->arena, project->framework);
    publication->series = order_series(publication->arena, project->framework);
    CSI_TRY(choose_outputs(publication, diag));
    publication->facts = csi_arena_alloc(publication->arena, publication->n_outputs, sizeof *publication->facts);
    if (publication->node == NULL || publication->series == NULL || publication->facts == NULL) {
        return csi_diag_no_memory(diag, "publishing");
    }
    CSI_TRY(csi_sources_read(publication->arena, project, diag, &publication->sources));
out:
    return status;
}

/* The files being written, some at a time. */
typedef struct writing {
    const csi_publication *publication;
    const char *directory;
    csi_outfile **ticket; /* [n_outputs] */
    csi_diag **diag;      /* [n_outputs]: a message comes from one file at a time */
} writing;

static csi_status write_one(void *user, size_t i, size_t thread)
{
    (void)thread;
    const writing *w = user;
    const csi_publication *publication = w->publication;
    const csi_output *output = publication->output[i];
    csi_publication own = output->part != NULL ? *output->part : *publication;
    csi_status status;
    own.arena = csi_arena_new();
    w->diag[i] = csi_diag_new(0);
    CSI_TRY(own.arena == NULL || w->diag[i] == NULL ? CSI_ERR_MEMORY : CSI_OK);
    CSI_TRY(csi_outfile_open(w->directory, output->file, output->compression, w->diag[i], &w->ticket[i]));
    CSI_TRY(output->write(&own, w->ticket[i], w->diag[i]));
    CSI_TRY(csi_outfile_finish(w->ticket[i], w->diag[i], &publication->facts[i]));
out:
    csi_arena_free(own.arena);
    return status;
}

/* Reports what the first file that failed had to say, or what all had. */
static csi_status report(const writing *w, csi_status status, csi_diag *diag)
{
    const size_t n_before = csi_diag_n_errors(diag);
    for (size_t i = 0; i < w->publication->n_outputs && csi_diag_n_errors(diag) == n_before; i++) {
        csi_diag_pass_on(diag, w->diag[i]);
    }
    return status == CSI_ERR_MEMORY && csi_diag_n_errors(diag) == n_before ? csi_diag_no_memory(diag, "publishing") : status;
}

/* Files that tell of the others are written one by one when all those are on disk. */
static csi_status write_all(writing *w, size_t n_threads, csi_diag *diag)
{
    const csi_publication *publication = w->publication;
    size_t n = 0;
    while (publication->output[n] != &csi_output_datapackage) {
        n++;
    }
    csi_status status = csi_workers_run(n_threads, n, write_one, w);
    for (; n < publication->n_outputs && status == CSI_OK; n++) {
        status = write_one(w, n, 0);
    }
    return report(w, status, diag);
}

csi_status csi_publish(const csi_run *run, const csi_intervals *intervals, const char *directory, csi_diag *diag)
{
    csi_publication publication = {.run = run, .intervals = intervals, .n_warnings = csi_diag_n_warnings(diag)};
    writing w = {.publication = &publication, .directory = directory};
    csi_status status;
    CSI_TRY(prepare(&publication, diag));
    w.ticket = csi_arena_alloc(publication.arena, publication.n_outputs, sizeof *w.ticket);
    w.diag = csi_arena_alloc(publication.arena, publication.n_outputs, sizeof *w.diag);
    if (w.ticket == NULL || w.diag == NULL) {
        w.ticket = NULL;
        CSI_TRY(csi_diag_no_memory(diag, "publishing"));
    }
    CSI_TRY(csi_directory_make(directory, diag));
    csi_directory_sweep(directory);
    CSI_TRY(write_all(&w, run->project->n_threads, diag));
    status = csi_outfile_commit_all(directory, w.ticket, publication.n_outputs, diag);
    memset(w.ticket, 0, publication.n_outputs * sizeof *w.ticket);
out:
    for (size_t i = 0; w.ticket != NULL && i < publication.n_outputs; i++) {
        csi_outfile_abandon(w.ticket[i]);
        csi_diag_free(w.diag[i]);
    }
    for (size_t i = 0; i < publication.n_variants; i++) {
        csi_variant_free(publication.variant[i]);
    }
    csi_arena_free(publication.arena);
    return status;
}

const csi_panel *csi_run_treated(const csi_run *run)
{
    const csi_recipe *recipe = run->project->recipe;
    size_t n = 0;
    while (n < recipe->n_stages && recipe->stage[n].method->step != CSI_STEP_NORMALISE) {
        n++;
    }
    return n == 0 ? run->raw->panel : run->result->stage[n - 1];
}

double csi_run_sibling_weight(const csi_run *run, size_t node, size_t year)
{
    const csi_framework *framework = run->project->framework;
    const size_t parent = framework->node[node].parent, n_years = run->result->scores->n_years;
    if (parent == CSI_NONE) {
        return 1.0;
    }
    double sum = 0.0;
    for (size_t q = 0; q < framework->node[parent].n_children; q++) {
        sum += run->result->weight[framework->node[parent].child[q] * n_years + year];
    }
    return run->result->weight[node * n_years + year] / sum;
}

double csi_run_path_weight(const csi_run *run, size_t node, size_t year)
{
    double weight = 1.0;
    for (; node != CSI_NONE; node = run->project->framework->node[node].parent) {
        weight *= csi_run_sibling_weight(run, node, year);
    }
    return weight;
}
