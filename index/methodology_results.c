/* The last part of methodology.md: what is computed from the scores. It says what holds for every configuration; formulas
 * with their edge cases stand in the files of metrics/ that compute them. */
#include "index/methodology.h"

static void write_awaited(const csi_run *run, csi_outfile *file)
{
    const csi_framework *framework = run->project->framework;
    const csi_panel *raw = run->raw->panel;
    bool is_any = false;
    for (size_t i = 0; i < framework->n_indicators; i++) {
        if (run->last_report[i] != CSI_NONE && run->last_report[i] + 1 < raw->n_years) {
            csi_outfile_text(file, is_any ? ", " : "Not reported up to the last year: ");
            csi_methodology_text(file, framework->node[i].code);
            csi_outfile_format(file, " (last %d)", raw->first_year + (int)run->last_report[i]);
            is_any = true;
        }
    }
    csi_outfile_text(file, is_any ? ".\n\n" : "");
}

static void write_explanations(csi_outfile *file)
{
    csi_outfile_text(
        file,
        "**Contributions** (contributions.csv.gz). A mean f(s) = sum u f(x), with f the identity for the arithmetic mean, the "
        "logarithm for the geometric, and u the weights of those present, gives each child u r + u (f(x) - f(r)) (s - r)/(f(s) "
        "- f(r)) points of the score s, r being the lower end of the scale: its step above that end on the axis of f, laid back "
        "onto the score's. For the arithmetic mean that is u x.\n\n"
        "**Changes** (changes.csv.gz, `csindex explain`, `compare --why`). With C the children present on both sides, and sC the "
        "mean over them alone, a difference is (s1 - s1C) + (s1C - s0C) + (s0C - s0). The first and the last are due to "
        "coverage: u (f(x) - f(sC)) K(s, sC) points to each child that entered or, with the other sign, left. The middle is due "
        "to values: (u0 + u1)/2 (f(x1) - f(x0)) K(s1C, s0C) to each; K(a, b) = (a - b)/(f(a) - f(b)), the logarithmic mean where "
        "f is the logarithm (LMDI-I; Ang 2004), 1 where it is the identity (Bennet). A part's effect is handed down to what made "
        "the part differ; a part that itself is present on one side only is not taken further apart. Rules that compare "
        "countries are split by Shapley's value. Like for like means without coverage and without indicators whose source "
        "changed its method in between.\n\n"
        "**Changes of rank** (rank_changes.csv.gz). Shapley's value of the parts and of all other countries together, each in "
        "its earlier or its later year: ranks do not add.\n\n"
        "**Trends** (trends.csv). The scores are chained: each year adds to the last what moved between the two like for like, so "
        "that an indicator that enters is no trend; where a source changed its method the trend begins anew. Of these, Theil's and "
        "Sen's slope with its interval from the variance of S (the next slope outward), and the test of Mann and Kendall, exact up "
        "to ten years, ties included. The test takes years as independent; filled gaps and figures that hardly change from year to "
        "year are not, which makes p too small. Adjusted p hold the share of false discoveries over the countries of a part "
        "(Benjamini-Hochberg).\n\n");
}

static void write_uncertain(const csi_publication *publication, csi_outfile *file)
{
    const csi_intervals *intervals = publication->intervals;
    if (intervals == NULL || intervals->spec == NULL) {
        return;
    }
    csi_outfile_text(
        file,
        "**Whether a change is real** (verdict in trends.csv, `csindex movers`). In each of up to 2000 replicates both years are "
        "computed with the same choices, and the difference is taken like for like as that replicate has it; two-sided p is 2 "
        "(k + 1)/(n + 1), k the rarer sign's number among n, adjusted over the countries. Where less than half of the weight was "
        "observed in both years no verdict is given.\n\n"
        "**Sets of ranks** (rank_sets.csv.gz; Klein, Wright and Wieczorek 2020). Around each of n scores an interval of z standard "
        "errors, z the normal quantile of (1 + 0.9^(1/n))/2; a country ranks from 1 + the number of those wholly above it to n - the "
        "number of those wholly below. All sets hold at once with 90 % if the errors are normal with these standard errors, however "
        "they hang together (Sidak 1967). The standard deviation over the ensemble, which counts doubt about method, is a standard "
        "error only for those who take it as one; the sets from the data alone rest on their 90 % interval. Groups go down from the "
        "best: a group holds all whose interval meets that of its first.\n\n");
}

void csi_methodology_results(const csi_publication *publication, csi_outfile *file)
{
    csi_outfile_text(file, "## 8. Back to the data\n\n"
                           "contributions.csv.gz rebuilds every score from its parts. Beside each score stand its coverage "
                           "(the share of the indicators' weight that is present) and the share of that weight that is "
                           "imputed. A score is provisional when an indicator below it, which the country has had values "
                           "of, has not been reported for that year by anybody yet: it will be revised when it is.\n\n");
    write_awaited(publication->run, file);
    write_explanations(file);
    write_uncertain(publication, file);
    csi_outfile_text(file, "## 4, 9 and 10. Multivariate analysis, links to other indicators, presentation\n\n"
                           "Done by other commands on the same run, not part of the computation of the scores.\n");
}
