/* The default index against its check values, through the library: project, run, published, read back. */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outfile.h"
#include "index/results.h"

static csi_diag *diag;

static const char *default_index(void)
{
    const char *source = getenv("CSINDEX_SOURCE");
    return text_format("%s/datasets/paris-call", source != NULL ? source : ".");
}

static void explain(void)
{
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    for (size_t i = 0; i < n; i++) {
        cr_log_error("%s:%llu: %s", message[i].file == NULL ? "" : message[i].file,
                     (unsigned long long)message[i].line, message[i].text);
    }
}

static csi_project *read_project(void)
{
    csi_project *project = NULL;
    diag = csi_diag_new(0);
    if (csi_project_read(default_index(), diag, &project) != CSI_OK) {
        explain();
        cr_fatal("the default project cannot be read");
    }
    return project;
}

static csi_run *compute(const csi_project *project)
{
    csi_run *run = NULL;
    if (csi_run_compute(project, diag, &run) != CSI_OK) {
        explain();
        cr_fatal("the default index cannot be computed");
    }
    return run;
}

typedef struct expected {
    const char *iso3;
    int year;
    double score;
    int rank;
} expected;

Test(default_index, has_the_specified_values)
{
    static const expected values[] = {
        {"CHE", 2022, 87.654958, 1}, {"USA", 2022, 85.857124, 2}, {"NLD", 2022, 84.958529, 3}, {"PRK", 2022, 7.614395, 196}};
    csi_project *project = read_project();
    csi_run *run = compute(project);
    const csi_panel *scores = run->result->scores;
    const size_t root = project->framework->n_nodes - 1;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const size_t country = csi_countries_find(&run->raw->countries, values[i].iso3);
        const size_t year = csi_panel_find_year(scores, values[i].year);
        cr_assert(country != CSI_NONE && year != CSI_NONE, "%s %d is not there", values[i].iso3, values[i].year);
        const size_t cell = csi_panel_at(scores, root, year, country);
        cr_expect(is_near(scores->value[cell], values[i].score, 1e-6), "%s: %.9f", values[i].iso3, scores->value[cell]);
        cr_expect(run->rank[cell] == values[i].rank, "%s: rank %d", values[i].iso3, run->rank[cell]);
    }
    csi_run_free(run);
    csi_project_free(project);
    csi_diag_free(diag);
}

Test(default_index, has_the_specified_means)
{
    static const struct {
        int year;
        size_t n;
        double mean;
    } years[] = {{2014, 188, 37.506087}, {2022, 196, 44.145890}};
    csi_project *project = read_project();
    csi_run *run = compute(project);
    const csi_panel *scores = run->result->scores;
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        const size_t year = csi_panel_find_year(scores, years[i].year);
        const double *column = csi_panel_column(scores, scores->n_series - 1, year);
        double sum = 0;
        size_t n = 0;
        for (size_t c = 0; c < scores->n_countries; c++) {
            sum += isnan(column[c]) ? 0 : column[c];
            n += !isnan(column[c]);
        }
        cr_expect(n == years[i].n, "%d: %zu scored", years[i].year, n);
        cr_expect(run->n_ranked[(scores->n_series - 1) * scores->n_years + year] == n);
        cr_expect(is_near(sum / (double)n, years[i].mean, 1e-6), "%d: mean %.9f", years[i].year, sum / (double)n);
    }
    csi_run_free(run);
    csi_project_free(project);
    csi_diag_free(diag);
}

static void expect_equal_rows(const csi_results *a, const csi_results *b)
{
    cr_assert(a->n_years == b->n_years && a->countries.n == b->countries.n && a->first_year == b->first_year);
    cr_assert(csi_names_count(a->nodes) == csi_names_count(b->nodes));
    size_t n_different = 0;
    for (size_t node = 0; node < csi_names_count(a->nodes); node++) {
        cr_expect_str_eq(csi_names_at(a->nodes, node), csi_names_at(b->nodes, node));
        cr_expect_str_eq(a->node_name[node], b->node_name[node]);
        cr_expect(a->node_level[node] == b->node_level[node]);
        for (size_t year = 0; year < a->n_years; year++) {
            for (size_t c = 0; c < a->countries.n; c++) {
                const csi_score_row *x = csi_results_at(a, node, year, c), *y = csi_results_at(b, node, year, c);
                const bool is_equal = is_near(x->score, y->score, 0) && is_near(x->coverage, y->coverage, 0) &&
                                      is_near(x->imputed_share, y->imputed_share, 0) && x->rank == y->rank &&
                                      x->n_ranked == y->n_ranked && x->status == y->status &&
                                      is_near(x->score_q05, y->score_q05, 0) && is_near(x->rank_q95, y->rank_q95, 0);
                n_different += !is_equal;
            }
        }
    }
    cr_expect(n_different == 0, "%zu rows differ", n_different);
}

Test(default_index, reads_back_equal)
{
    csi_project *project = read_project();
    csi_run *run = compute(project);
    const char *directory = temporary_directory();
    csi_results *published = NULL, *computed = NULL;
    if (csi_publish(run, NULL, directory, diag) != CSI_OK) {
        explain();
        cr_fatal("the default index cannot be published");
    }
    cr_assert(csi_results_of_run(run, NULL, diag, &computed) == CSI_OK);
    cr_assert(csi_results_read(directory, diag, &published) == CSI_OK);
    expect_equal_rows(published, computed);
    const csi_country *first = published->countries.country;
    cr_expect_str_eq(first[0].iso3, computed->countries.country[0].iso3);
    cr_expect_str_eq(first[0].name, computed->countries.country[0].name);
    cr_expect(csi_results_latest_year(published) == csi_run_latest_year(run));
    csi_results_free(published);
    csi_results_free(computed);
    csi_run_free(run);
    csi_project_free(project);
    csi_diag_free(diag);
}

Test(default_index, refuses_a_file_that_the_manifest_does_not_vouch_for)
{
    csi_project *project = read_project();
    csi_run *run = compute(project);
    const char *directory = temporary_directory();
    csi_results *results = NULL;
    cr_assert(csi_publish(run, NULL, directory, diag) == CSI_OK);
    write_text_file(directory, "codebook.csv", "iCode,iName\ncsi,other\n");
    cr_expect(csi_results_read(directory, diag, &results) == CSI_ERR_DATA);
    cr_expect(results == NULL);
    csi_run_free(run);
    csi_project_free(project);
    csi_diag_free(diag);
}
