/* The part of methodology.md about uncertainty, written from the section `ensemble` as it was read. */
#include <string.h>

#include "index/methodology.h"
#include "metrics/ensemble_split.h"

/* The configured step of the same method; NULL: there is none. */
static const csi_step *configured(const csi_recipe *recipe, const csi_step *step)
{
    for (size_t i = 0; i < recipe->n_stages; i++) {
        if (recipe->stage[i].method == step->method) {
            return &recipe->stage[i];
        }
    }
    return NULL;
}

/* "minmax (goalposts: panel)": the options in which it differs from the configured step of its method, which would else read
 * alike; where there is none, those that are given. */
static csi_status put_step(const csi_publication *publication, const csi_step *step, csi_outfile *file, csi_diag *diag)
{
    const csi_step *usual = configured(publication->run->project->recipe, step);
    bool is_any = false;
    csi_outfile_text(file, step->method->name);
    for (size_t i = 0; i < step->method->n_options; i++) {
        const csi_option *option = &step->method->option[i];
        const char *text = csi_option_text(publication->arena, option, &step->value[i]);
        const char *other = usual == NULL ? "" : csi_option_text(publication->arena, option, &usual->value[i]);
        if (text == NULL || other == NULL) {
            return csi_diag_no_memory(diag, "writing the method text");
        }
        if (usual == NULL ? step->value[i].is_given : strcmp(text, other) != 0) {
            csi_outfile_format(file, "%s%s: ", is_any ? ", " : " (", option->name);
            csi_methodology_text(file, text);
            is_any = true;
        }
    }
    csi_outfile_text(file, is_any ? ")" : "");
    return CSI_OK;
}

/* "a, then b" */
static csi_status put_steps(const csi_publication *publication, const csi_alternative *steps, csi_outfile *file,
                            csi_diag *diag)
{
    csi_status status = CSI_OK;
    for (size_t i = 0; i < steps->n; i++) {
        csi_outfile_text(file, i == 0 ? "" : ", then ");
        CSI_TRY(put_step(publication, &steps->step[i], file, diag));
    }
    csi_outfile_text(file, steps->n == 0 ? "none" : "");
out:
    return status;
}

static csi_status put_alternatives(const csi_publication *publication, csi_factor factor, csi_outfile *file, csi_diag *diag)
{
    const csi_ensemble_spec *spec = publication->intervals->spec;
    csi_status status = CSI_OK;
    csi_outfile_text(file, "as configured");
    for (size_t i = 0; i < spec->n_alternatives[factor]; i++) {
        csi_outfile_text(file, "; or ");
        CSI_TRY(put_steps(publication, &spec->alternative[factor][i], file, diag));
    }
    csi_outfile_text(file, ", equally likely");
out:
    return status;
}

static csi_status put_imputation(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_ensemble_spec *spec = publication->intervals->spec;
    csi_status status = CSI_OK;
    for (size_t i = 0; i < spec->n_imputations; i++) {
        const csi_choices *choices = &spec->imputation[i];
        csi_outfile_text(file, i == 0 ? "" : "; or ");
        if (choices->n > 1) {
            csi_outfile_format(file, "one of %zu completed data sets ", choices->n);
        }
        if (i == 0) {
            csi_outfile_text(file, "as configured");
        } else {
            CSI_TRY(put_steps(publication, &spec->alternative[CSI_FACTOR_IMPUTATION][choices->first - 1], file, diag));
        }
    }
    csi_outfile_text(file, ", equally likely");
out:
    return status;
}

static csi_status put_rules(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_ensemble_spec *spec = publication->intervals->spec;
    csi_status status = CSI_OK;
    csi_outfile_text(file, "as configured");
    for (size_t i = 0; i < spec->n_rules; i++) {
        csi_outfile_text(file, "; or ");
        CSI_TRY(put_step(publication, spec->rule[i].step, file, diag));
        if (spec->rule[i].level == 0) {
            csi_outfile_text(file, " at every level");
        } else {
            csi_outfile_format(file, " at level %d", spec->rule[i].level);
        }
    }
    csi_outfile_text(file, ", equally likely");
out:
    return status;
}

static void put_range(const char *before, double spread, const char *after, csi_outfile *file)
{
    csi_outfile_text(file, before);
    csi_outfile_number(file, 1.0 - spread);
    csi_outfile_text(file, " to ");
    csi_outfile_number(file, 1.0 + spread);
    csi_outfile_text(file, after);
}

static void put_weights(const csi_ensemble_spec *spec, csi_outfile *file)
{
    if (spec->weight_draw == CSI_WEIGHTS_UNIFORM) {
        put_range("every weight at every level times its own factor, uniform from ", spec->weight_spread,
                  ", then scaled to sum to 1 among siblings", file);
    } else if (spec->weight_draw == CSI_WEIGHTS_DIRICHLET) {
        csi_outfile_text(file, "the weights of siblings from Dirichlet's distribution about their own, concentration ");
        csi_outfile_number(file, spec->weight_concentration);
    } else {
        csi_outfile_format(file, "one of %zu experts' lists", spec->n_experts);
    }
}

static void put_errors(const csi_ensemble_spec *spec, bool is_asymmetric, csi_outfile *file)
{
    csi_outfile_text(file, "every observed value that has a standard error, normal about the value; ");
    if (is_asymmetric) {
        csi_outfile_text(file, "where a source gives bounds, half of the draws above the value and half below, normal on "
                               "either side, so that value and bounds are the quantiles that the source says (Barlow 2003, "
                               "arXiv:physics/0306138); ");
    }
    csi_outfile_text(file, "correlation between the years of a country and indicator ");
    csi_outfile_number(file, spec->error_correlation);
}

static csi_status put_factor(const csi_publication *publication, csi_factor factor, csi_outfile *file, csi_diag *diag)
{
    const csi_ensemble_spec *spec = publication->intervals->spec;
    switch (factor) {
    case CSI_FACTOR_IMPUTATION:
        return put_imputation(publication, file, diag);
    case CSI_FACTOR_AGGREGATION:
        return put_rules(publication, file, diag);
    case CSI_FACTOR_WEIGHTS:
        put_weights(spec, file);
        break;
    case CSI_FACTOR_GOALPOSTS:
        csi_outfile_text(file, "each goalpost moved by up to ");
        csi_outfile_number(file, spec->goalpost_spread);
        csi_outfile_text(file, " of the distance between the two, uniform, both ways");
        break;
    case CSI_FACTOR_ERRORS:
        put_errors(spec, publication->run->raw->panel->error_below != NULL, file);
        break;
    case CSI_FACTOR_LEAVE_OUT:
        csi_outfile_format(file, "nothing, or one part of level %d, left out, equally likely", spec->leave_out_level);
        break;
    default:
        return put_alternatives(publication, factor, file, diag);
    }
    return CSI_OK;
}

static void put_kinds(const csi_intervals *intervals, csi_outfile *file)
{
    csi_outfile_text(file, "**Data and method.** Only doubt about the data is sampling: how the score would come out if the "
                           "sources had erred otherwise, or gaps had been filled otherwise. Doubt about the method is the "
                           "range of defensible choices; its quantiles are not chances. ");
    if (intervals->kind[0].n_replicates > 0) {
        csi_outfile_format(file, "So uncertainty.csv.gz gives both apart: the interval of data draws the factors of that kind "
                                 "and leaves every other as configured (%llu replicates), the interval of method the other "
                                 "way round (%llu). Together they need not add up to the whole.\n\n",
                           (unsigned long long)intervals->kind[0].n_replicates,
                           (unsigned long long)intervals->kind[1].n_replicates);
    } else {
        csi_outfile_text(file, "Here only one of the two kinds is drawn, so that the intervals are all of that kind.\n\n");
    }
}

csi_status csi_methodology_ensemble(const csi_publication *publication, csi_outfile *file, csi_diag *diag)
{
    const csi_intervals *intervals = publication->intervals;
    csi_status status = CSI_OK;
    csi_outfile_text(file, "## 7. Uncertainty and sensitivity\n\n");
    if (intervals == NULL || intervals->spec == NULL) {
        csi_outfile_text(file, intervals == NULL ? "No ensemble was run; the quantile columns are blank.\n\n"
                                                 : "Quantiles (5 %, 50 %, 95 %) of every score and rank over an ensemble.\n\n");
        return CSI_OK;
    }
    csi_outfile_format(file, "Every score and rank was computed again in %zu replicates (seed %llu) with all the factors of "
                             "this table drawn at once. Choices of method, weights and goalposts are the same for all "
                             "countries and years of a replicate; errors differ cell by cell.\n\n"
                             "| factor | doubt about | drawn |\n|---|---|---|\n",
                       intervals->n_replicates, (unsigned long long)intervals->spec->seed);
    for (size_t factor = 0; factor < CSI_N_FACTORS; factor++) {
        if (intervals->is_drawn[factor]) {
            csi_outfile_format(file, "| %s | %s | ", csi_factor_name((csi_factor)factor),
                               csi_factor_is_data((csi_factor)factor) ? "data" : "method");
            CSI_TRY(put_factor(publication, (csi_factor)factor, file, diag));
            csi_outfile_text(file, " |\n");
        }
    }
    csi_outfile_text(file, "\nIntervals run from the 5 % to the 95 % quantile (type 7 of Hyndman and Fan). Quantiles of ranks "
                           "are exact; scores are counted in 1023 bins over the range of normalised values and placed evenly "
                           "within a bin, so that none is off by as much as a bin, a tenth of a point on a scale of 100. "
                           "Replicates in which a country is not scored count for neither; their share stands beside.\n\n"
                           "Goalposts that are taken from the sample stay those of the values as measured: an error moves a "
                           "country against them, not them. Whether enough of a part is present goes by the weights as "
                           "configured. A published score is that of the configured choices and not the middle of the draws: "
                           "where the alternatives pull one way, as the arithmetic mean does, which is never below the geometric "
                           "one, it lies towards an end of its interval or, at times, beyond.\n\n");
    put_kinds(intervals, file);
    csi_outfile_format(file, "**Which choice matters.** rank_shifts.csv tells how far the ranks of the index move on average when "
                             "one factor is drawn alone, in %llu replicates: of a factor that chooses between a few, chance draws one "
                             "more often than the other, so that its mean is easily a tenth off. `csindex sensitivity` gives the "
                             "shares of variance with their intervals.\n\n",
                       (unsigned long long)csi_split_replicates(0, intervals->n_replicates));
out:
    return status;
}
