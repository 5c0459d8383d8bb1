/* The part of methodology.md about uncertainty, written from the section `ensemble` as it was read. */
#include "index/methodology.h"
#include "metrics/ensemble_split.h"

/* "a, then b" */
static void put_steps(const csi_step *step, size_t n, csi_outfile *file)
{
    for (size_t i = 0; i < n; i++) {
        csi_outfile_format(file, "%s%s", i == 0 ? "" : ", then ", step[i].method->name);
    }
    csi_outfile_text(file, n == 0 ? "none" : "");
}

static void put_alternatives(const csi_ensemble_spec *spec, csi_factor factor, csi_outfile *file)
{
    csi_outfile_text(file, "as configured");
    for (size_t i = 0; i < spec->n_alternatives[factor]; i++) {
        csi_outfile_text(file, "; or ");
        put_steps(spec->alternative[factor][i].step, spec->alternative[factor][i].n, file);
    }
    csi_outfile_text(file, ", equally likely");
}

static void put_imputation(const csi_ensemble_spec *spec, csi_outfile *file)
{
    for (size_t i = 0; i < spec->n_imputations; i++) {
        const csi_choices *choices = &spec->imputation[i];
        csi_outfile_text(file, i == 0 ? "" : "; or ");
        if (choices->n > 1) {
            csi_outfile_format(file, "one of %zu completed data sets ", choices->n);
        }
        if (i == 0) {
            csi_outfile_text(file, "as configured");
        } else {
            put_steps(spec->alternative[CSI_FACTOR_IMPUTATION][choices->first - 1].step,
                      spec->alternative[CSI_FACTOR_IMPUTATION][choices->first - 1].n, file);
        }
    }
    csi_outfile_text(file, ", equally likely");
}

static void put_rules(const csi_ensemble_spec *spec, csi_outfile *file)
{
    csi_outfile_text(file, "as configured");
    for (size_t i = 0; i < spec->n_rules; i++) {
        csi_outfile_format(file, "; or %s", spec->rule[i].step->method->name);
        if (spec->rule[i].level == 0) {
            csi_outfile_text(file, " at every level");
        } else {
            csi_outfile_format(file, " at level %d", spec->rule[i].level);
        }
    }
    csi_outfile_text(file, ", equally likely");
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

static void put_factor(const csi_publication *publication, csi_factor factor, csi_outfile *file)
{
    const csi_ensemble_spec *spec = publication->intervals->spec;
    switch (factor) {
    case CSI_FACTOR_IMPUTATION:
        put_imputation(spec, file);
        break;
    case CSI_FACTOR_AGGREGATION:
        put_rules(spec, file);
        break;
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
        put_alternatives(spec, factor, file);
    }
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

void csi_methodology_ensemble(const csi_publication *publication, csi_outfile *file)
{
    const csi_intervals *intervals = publication->intervals;
    csi_outfile_text(file, "## 7. Uncertainty and sensitivity\n\n");
    if (intervals == NULL || intervals->spec == NULL) {
        csi_outfile_text(file, intervals == NULL ? "No ensemble was run; the quantile columns are blank.\n\n"
                                                 : "Quantiles (5 %, 50 %, 95 %) of every score and rank over an ensemble.\n\n");
        return;
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
            put_factor(publication, (csi_factor)factor, file);
            csi_outfile_text(file, " |\n");
        }
    }
    csi_outfile_text(file, "\nIntervals run from the 5 % to the 95 % quantile (type 7 of Hyndman and Fan). Quantiles of ranks "
                           "are exact; scores are counted in 1023 bins over the range of normalised values and placed evenly "
                           "within a bin, so that none is off by as much as a bin, a tenth of a point on a scale of 100. "
                           "Replicates in which a country is not scored count for neither; their share stands beside.\n\n");
    put_kinds(intervals, file);
    csi_outfile_text(file, "**Which choice matters.** rank_shifts.csv tells how far the ranks of the index move on average when "
                           "one factor is drawn alone; `csindex sensitivity` gives the shares of variance.\n\n");
}
