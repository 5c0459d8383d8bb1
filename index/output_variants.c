/* scores_<name>.csv.gz: the variants of the series, each written by the writer of scores.csv.gz from a run of its own. */
#include <string.h>

#include "core/workers.h"
#include "index/output.h"

static const csi_shape *describe(const csi_publication *publication, const csi_variant *variant, const csi_shape *usual)
{
    csi_shape *shape = csi_arena_alloc(publication->arena, 1, sizeof *shape);
    csi_shape_field *field = csi_arena_alloc(publication->arena, usual->n_fields, sizeof *field);
    if (shape == NULL || field == NULL) {
        return NULL;
    }
    *shape = *usual;
    memcpy(field, usual->field, usual->n_fields * sizeof *field);
    if (variant->spec->groups != NULL) {
        field[0].meaning = "Code of the group of countries; WLD: all of them";
        field[1].meaning = "Name of the group";
        field[5].meaning = "Mean score of a constant set of countries; blank when it is missing";
        field[7].meaning = "How many groups are ranked in that year";
    }
    shape->field = field;
    shape->title = csi_arena_format(publication->arena, "%s: %s", usual->title, variant->spec->title);
    const char *end = variant->intervals.n_replicates > 0 ? "." : "; it has no intervals.";
    shape->description = csi_arena_format(publication->arena, "A variant of scores.csv.gz (%s), of the same shape%s",
                                          variant->spec->title, end);
    return shape->title == NULL || shape->description == NULL ? NULL : shape;
}

/* The variants being made side by side, each with words of its own. */
typedef struct making {
    csi_publication *publication;
    csi_diag **diag;
} making;

static csi_status make_one(void *user, size_t i, size_t thread)
{
    const making *m = user;
    const csi_run *run = m->publication->run;
    (void)thread;
    m->diag[i] = csi_diag_new(0);
    return m->diag[i] == NULL ? CSI_ERR_MEMORY
                              : csi_variant_make(run, &run->project->variant[i], m->diag[i], &m->publication->variant[i]);
}

static csi_status make_all(csi_publication *publication, csi_diag *diag)
{
    const size_t n = publication->n_variants, n_before = csi_diag_n_errors(diag);
    making m = {publication, csi_arena_alloc(publication->arena, n + 1, sizeof(csi_diag *))};
    if (m.diag == NULL) {
        return csi_diag_no_memory(diag, "publishing");
    }
    const csi_status status = csi_workers_run(publication->run->project->n_threads, n, make_one, &m);
    for (size_t i = 0; i < n; i++) {
        if (csi_diag_n_errors(diag) == n_before) {
            csi_diag_pass_on(diag, m.diag[i]);
        }
        csi_diag_free(m.diag[i]);
    }
    const bool is_told = csi_diag_n_errors(diag) > n_before;
    return status == CSI_ERR_MEMORY && !is_told ? csi_diag_no_memory(diag, "publishing") : status;
}

csi_status csi_variants_prepare(csi_publication *publication, csi_diag *diag, csi_output *output)
{
    csi_publication *part = csi_arena_alloc(publication->arena, publication->n_variants + 1, sizeof *part);
    csi_status status = CSI_OK;
    if (part == NULL) {
        return csi_diag_no_memory(diag, "publishing");
    }
    CSI_TRY(make_all(publication, diag));
    for (size_t i = 0; i < publication->n_variants; i++) {
        csi_variant *variant = publication->variant[i];
        CSI_TRY(csi_variant_draw(variant, publication->run, publication->intervals, diag));
        part[i] = (csi_publication){.run = &variant->run, .arena = publication->arena};
        part[i].intervals = variant->intervals.n_replicates > 0 ? &variant->intervals : NULL;
        part[i].node = csi_framework_order(publication->arena, variant->project.framework);
        output[i] = (csi_output){
            .file = variant->spec->file, .compression = CSI_GZIP, .write = csi_output_scores.write, .part = &part[i],
            .shape = describe(publication, variant, csi_output_scores.shape),
        };
        if (part[i].node == NULL || output[i].shape == NULL) {
            return csi_diag_no_memory(diag, "publishing");
        }
    }
out:
    return status;
}
