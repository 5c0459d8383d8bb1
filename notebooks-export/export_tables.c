/* The ranking of the latest year as a Markdown and as a LaTeX table (booktabs and longtable; text encoding T1 for the
 * straight quotes). Scores and the bounds of the ranks' intervals are rounded for reading; ranks come from full precision. */
#include <math.h>
#include <stdlib.h>

#include "core/number.h"
#include "notebooks-export/export.h"
#include "notebooks-export/text_escape.h"

/* What the two languages differ in. */
typedef struct language {
    void (*text)(csi_outfile *file, const char *text);
    const char *before, *between, *after; /* of the cells of a row */
    const char *dash;                     /* in an interval */
    const char *none;
} language;

static void put_score(const csi_release *release, csi_outfile *file, const language *as, double value)
{
    char text[CSI_NUMBER_MAX];
    if (isnan(value)) {
        csi_outfile_text(file, as->none);
    } else {
        csi_outfile_write(file, text, csi_number_write_fixed(value, release->scale.decimals, text));
    }
}

static void put_interval(csi_outfile *file, const language *as, double low, double high)
{
    if (isnan(low) || isnan(high)) {
        csi_outfile_text(file, as->none);
        return;
    }
    csi_outfile_number(file, round(low));
    csi_outfile_text(file, as->dash);
    csi_outfile_number(file, round(high));
}

static bool is_shown(const csi_release *release, size_t node)
{
    const int top = release->results->node_level[0];
    return node == 0 || release->results->node_level[node] == top - 1;
}

static void write_row(const csi_release *release, size_t country, const language *as, csi_outfile *file)
{
    const csi_results *const results = release->results;
    const csi_score_row *const top = csi_results_at(results, 0, release->latest, country);
    csi_outfile_text(file, as->before);
    if (top->rank > 0) {
        csi_outfile_integer(file, top->rank);
    } else {
        csi_outfile_text(file, as->none);
    }
    csi_outfile_text(file, as->between);
    if (release->has_intervals) {
        put_interval(file, as, top->rank_q05, top->rank_q95);
        csi_outfile_text(file, as->between);
    }
    as->text(file, results->countries.country[country].name);
    for (size_t node = 0; node < csi_names_count(results->nodes); node++) {
        if (is_shown(release, node)) {
            csi_outfile_text(file, as->between);
            put_score(release, file, as, csi_results_at(results, node, release->latest, country)->score);
        }
    }
    csi_outfile_text(file, as->after);
}

static csi_status write_rows(const csi_release *release, const language *as, csi_outfile *file, csi_diag *diag)
{
    const size_t n = release->results->countries.n;
    size_t *const order = calloc(n + 1, sizeof *order);
    if (order == NULL) {
        return csi_diag_no_memory(diag, "exporting");
    }
    csi_release_order(release, release->latest, order);
    for (size_t i = 0; i < n; i++) {
        write_row(release, order[i], as, file);
    }
    free(order);
    return CSI_OK;
}

static void write_heading(const csi_release *release, const language *as, csi_outfile *file)
{
    csi_outfile_text(file, as->before);
    csi_outfile_text(file, "Rank");
    csi_outfile_text(file, as->between);
    if (release->has_intervals) {
        csi_outfile_text(file, "90 ");
        as->text(file, "%");
        csi_outfile_text(file, as->between);
    }
    csi_outfile_text(file, "Country");
    for (size_t node = 0; node < csi_names_count(release->results->nodes); node++) {
        if (is_shown(release, node)) {
            csi_outfile_text(file, as->between);
            as->text(file, node == 0 ? "Score" : csi_names_at(release->results->nodes, node));
        }
    }
    csi_outfile_text(file, as->after);
}

static size_t count_shown(const csi_release *release)
{
    size_t n = 0;
    for (size_t node = 0; node < csi_names_count(release->results->nodes); node++) {
        n += is_shown(release, node);
    }
    return n;
}

/* "p1: Protect individuals; p2: ..." */
static void write_key(const csi_release *release, const language *as, csi_outfile *file)
{
    const char *before = "";
    for (size_t node = 1; node < csi_names_count(release->results->nodes); node++) {
        if (is_shown(release, node)) {
            csi_outfile_text(file, before);
            as->text(file, csi_names_at(release->results->nodes, node));
            csi_outfile_text(file, ": ");
            as->text(file, release->results->node_name[node]);
            before = "; ";
        }
    }
}

static void write_title(const csi_release *release, const language *as, csi_outfile *file)
{
    as->text(file, release->name);
    csi_outfile_text(file, ", ");
    csi_outfile_integer(file, release->results->first_year + (int64_t)release->latest);
    csi_outfile_text(file, ", version ");
    as->text(file, release->version);
}

static csi_status fill_markdown(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    static const language markdown = {.text = csi_write_markdown_text, .before = "| ", .between = " | ",
                                      .after = " |\n", .dash = "\xe2\x80\x93", .none = ""};
    csi_outfile_text(file, "# ");
    write_title(release, &markdown, file);
    csi_outfile_text(file, "\n\n");
    write_heading(release, &markdown, file);
    csi_outfile_text(file, release->has_intervals ? "|---:|:---:|:---|" : "|---:|:---|");
    for (size_t i = 0; i < count_shown(release); i++) {
        csi_outfile_text(file, "---:|");
    }
    csi_outfile_char(file, '\n');
    const csi_status status = write_rows(release, &markdown, file, diag);
    csi_outfile_char(file, '\n');
    write_key(release, &markdown, file);
    csi_outfile_char(file, '\n');
    return status;
}

static csi_status fill_latex(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    static const language latex = {.text = csi_write_latex_text, .before = "", .between = " & ", .after = " \\\\\n",
                                   .dash = "--", .none = "{}"};
    csi_outfile_text(file, "% \\usepackage[T1]{fontenc} \\usepackage{array,textcomp,booktabs,longtable}\n"
                           "\\begingroup\\footnotesize\\setlength{\\tabcolsep}{3pt}\\setlength{\\LTcapwidth}{\\linewidth}\n"
                           "\\setlength{\\LTleft}{0pt plus 1fill minus 1fill}\\setlength{\\LTright}{\\LTleft}\n"
                           "\\begin{longtable}{r");
    csi_outfile_text(file, release->has_intervals ? "c" : "");
    csi_outfile_text(file, ">{\\raggedright\\arraybackslash}p{31mm}");
    for (size_t i = 0; i < count_shown(release); i++) {
        csi_outfile_char(file, 'r');
    }
    csi_outfile_text(file, "}\n\\caption{");
    write_title(release, &latex, file);
    csi_outfile_text(file, ". ");
    write_key(release, &latex, file);
    csi_outfile_text(file, "} \\\\\n\\toprule\n");
    write_heading(release, &latex, file);
    csi_outfile_text(file, "\\midrule\n\\endhead\n");
    const csi_status status = write_rows(release, &latex, file, diag);
    csi_outfile_text(file, "\\bottomrule\n\\end{longtable}\n\\endgroup\n");
    return status;
}

static csi_status write_markdown(const csi_release *release, const char *directory, csi_diag *diag)
{
    return csi_export_file(release, directory, "ranking.md", fill_markdown, diag);
}

static csi_status write_latex(const csi_release *release, const char *directory, csi_diag *diag)
{
    return csi_export_file(release, directory, "ranking.tex", fill_latex, diag);
}

const csi_exporter csi_exporter_markdown = {
    .name = "markdown",
    .files = "ranking.md",
    .title = "the latest ranking as a Markdown table",
    .write = write_markdown,
};

const csi_exporter csi_exporter_latex = {
    .name = "latex",
    .files = "ranking.tex",
    .title = "the latest ranking as a LaTeX table",
    .write = write_latex,
};
