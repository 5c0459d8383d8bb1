/* The exports' own parts: escaping of hostile text, the wide layout, and what changes once there are intervals. That the
 * files are what other people's programs read is tested in tests/golden/test_exports.py. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notebooks-export/export.h"
#include "notebooks-export/markdown.h"
#include "notebooks-export/text_escape.h"
#include "tests/support/support.h"

static const char *content_of(const char *directory, const char *name)
{
    char *bytes = NULL;
    size_t n = 0;
    cr_assert(csi_file_read(text_format("%s/%s", directory, name), 1 << 24, NULL, &bytes, &n) == CSI_OK, "%s", name);
    const char *const kept = text_format("%s", bytes);
    free(bytes);
    return kept;
}

static int contains(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

typedef void (*escape)(csi_outfile *file, const char *text);

static const char *escaped(escape write, const char *text)
{
    const char *const directory = temporary_directory();
    csi_outfile *file = NULL;
    cr_assert(csi_outfile_open(directory, "text", CSI_PLAIN, NULL, &file) == CSI_OK);
    write(file, text);
    cr_assert(csi_outfile_commit(file, NULL, NULL) == CSI_OK);
    return content_of(directory, "text");
}

Test(export, hostile_text_is_escaped)
{
    static const struct {
        escape write;
        const char *in, *out;
    } row[] = {
        {csi_write_xml_text, "</title><script a=\"b\" c='d'>&", "&lt;/title&gt;&lt;script a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;"},
        {csi_write_xml_text, "a\x1b[31m\x01\x7f" "b\r\nc\td", "a[31mb  c d"},
        {csi_write_xml_text, "\xe2\x80\xae" "x\xe2\x81\xa6y\xe2\x80\x8f\xd8\x9c", "xy"},
        {csi_write_xml_text, "\xe2\x80\xa8" "C\xc3\xb4te \xf0\x9f\x8c\x8d", " C\xc3\xb4te \xf0\x9f\x8c\x8d"},
        {csi_write_xml_text, "\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {csi_write_xml_text, "\xef\xbf\xbe\xc2\x85\xef\xbb\xbf" "z", "z"},
        {csi_write_markdown_text, "a|b*c_d`e<f>[g](h)\\", "a\\|b\\*c\\_d\\`e&lt;f&gt;\\[g\\](h)\\\\"},
        {csi_write_latex_text, "100% \\input{x} $a_1^2$ #~&", "100\\% \\textbackslash{}input\\{x\\} \\$a\\_1\\textasciicircum{}2\\$ "
                                                               "\\#\\textasciitilde{}\\&"},
        {csi_write_latex_text, "a--b", "a{-}{-}b"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const char *const got = escaped(row[i].write, row[i].in);
        cr_expect(strcmp(got, row[i].out) == 0, "%zu: %s, not %s", i, got, row[i].out);
    }
}

Test(export, markdown_is_read)
{
    static const struct {
        const char *markdown, *html;
        const char *plain; /* NULL: no line is left */
    } cases[] = {
        {"## The a\\_b", "<h4>The a_b</h4>\n", "The a_b"},
        {"**a\\*b &lt;c&gt;** \\*\\*d\\*\\*", "<p><strong>a*b &lt;c&gt;</strong> **d**</p>\n", "a*b <c> **d**"},
        {"`x\\_y` and ` alone", "<p><code>x\\_y</code> and ` alone</p>\n", "x\\_y and ` alone"},
        {"a &amp; b \\& \\q", "<p>a &amp; b &amp; \\q</p>\n", "a & b & \\q"},
        {"- one **two", "<ul><li>one **two</li></ul>\n", "- one **two"},
        {"| a\\|b | `c` |",
         "<div class=\"scroll whole\" tabindex=\"0\"><table><thead><tr><th>a|b</th><th><code>c</code></th></tr>\n"
         "</thead><tbody>\n</tbody></table></div>\n", "a|b | c"},
        {"|---|:-:|", NULL, NULL},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].html != NULL) {
            const char *const html = escaped(csi_markdown_to_html, cases[i].markdown);
            cr_expect(strcmp(html, cases[i].html) == 0, "%s: %s", cases[i].markdown, html);
        }
        char line[64];
        snprintf(line, sizeof line, "%s", cases[i].markdown);
        cr_expect(csi_markdown_to_plain(line) == (cases[i].plain != NULL));
        cr_expect(strcmp(line, cases[i].plain == NULL ? "" : cases[i].plain) == 0, "%s: %s", cases[i].markdown, line);
    }
}

Test(export, markdown_in_memory_is_the_same)
{
    csi_arena *const arena = csi_arena_new();
    cr_expect(strcmp(csi_markdown_text(arena, "a|b\n\xe2\x80\xae" "c"), "a\\|b c") == 0);
    cr_expect(strcmp(csi_markdown_text(arena, ""), "") == 0);
    csi_arena_free(arena);
}

/* The starter project, run and published with intervals that are easy to tell: the score less 2, less 1, plus 3. */
static const char *publish_starter(bool with_intervals)
{
    const char *const directory = temporary_directory();
    csi_project *project = NULL;
    csi_run *run = NULL;
    cr_assert(csi_project_read("cli/starter", NULL, &project) == CSI_OK);
    cr_assert(csi_run_compute(project, NULL, &run) == CSI_OK);
    const csi_panel *const scores = run->result->scores;
    const size_t n = scores->n_series * scores->n_years * scores->n_countries;
    double *quantile[6];
    static const double shift[6] = {-2, -1, 3, -1, 0, 1};
    for (int q = 0; q < 6; q++) {
        quantile[q] = calloc(n, sizeof **quantile);
        for (size_t i = 0; i < n; i++) {
            const double base = q < 3 ? scores->value[i] : run->rank[i] == 0 ? (double)NAN : run->rank[i];
            quantile[q][i] = base + shift[q];
        }
    }
    const csi_intervals intervals = {.n_replicates = 100, .score_q05 = quantile[0], .score_q50 = quantile[1],
                                     .score_q95 = quantile[2], .rank_q05 = quantile[3], .rank_q50 = quantile[4],
                                     .rank_q95 = quantile[5]};
    cr_assert(csi_publish(run, with_intervals ? &intervals : NULL, directory, NULL) == CSI_OK);
    for (int q = 0; q < 6; q++) {
        free(quantile[q]);
    }
    csi_run_free(run);
    csi_project_free(project);
    return directory;
}

static const csi_wide_column *column_named(const csi_wide_column *column, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(column[i].name, name) == 0) {
            return &column[i];
        }
    }
    return NULL;
}

Test(export, intervals_are_shown_where_there_are_any)
{
    for (int with_intervals = 0; with_intervals <= 1; with_intervals++) {
        const char *const results = publish_starter(with_intervals);
        const char *const directory = temporary_directory();
        csi_release *release = NULL;
        cr_assert(csi_release_read(results, NULL, &release) == CSI_OK);
        cr_expect(release->has_intervals == with_intervals);

        size_t n = 0;
        const csi_wide_column *const column = csi_wide_columns(release, &n);
        const char *const top = csi_names_at(release->results->nodes, 0);
        const csi_wide_column *const low = column_named(column, n, text_format("%s_q05", top));
        const csi_wide_column *const score = column_named(column, n, top);
        cr_assert(score != NULL && (low != NULL) == with_intervals);
        for (size_t c = 0; low != NULL && c < release->results->countries.n; c++) {
            cr_expect(is_near(csi_wide_value(release, low, 0, c) + 2, csi_wide_value(release, score, 0, c), 1e-12));
        }

        for (size_t i = 0; i < csi_exporter_count(); i++) {
            cr_expect(csi_exporter_at(i)->write(release, directory, NULL) == CSI_OK, "%s", csi_exporter_at(i)->name);
            cr_expect(csi_exporter_find(csi_exporter_at(i)->name) == csi_exporter_at(i));
        }
        const char *const chart = content_of(directory, "chart_ranking.svg");
        cr_expect(contains(chart, "stroke-width=\"3\"") == with_intervals);
        cr_expect(contains(content_of(directory, "ranking.md"), "| 90 % |") == with_intervals);
        cr_expect(contains(content_of(directory, "ranking.tex"), "& 90 \\% &") == with_intervals);
        cr_expect(contains(content_of(directory, "vdem.csv"), "_q95") == with_intervals);
        csi_release_free(release);
    }
    cr_expect(csi_exporter_find("no such form") == NULL);
}

Test(export, countries_come_by_rank)
{
    csi_release *release = NULL;
    cr_assert(csi_release_read(publish_starter(false), NULL, &release) == CSI_OK);
    const size_t n = release->results->countries.n;
    size_t *const order = calloc(n, sizeof *order);
    csi_release_order(release, release->latest, order);
    int before = 0;
    for (size_t i = 0; i < n; i++) {
        const int rank = csi_results_at(release->results, 0, release->latest, order[i])->rank;
        cr_expect(rank == 0 || (rank >= before && (i == 0 || before > 0)), "place %zu has rank %d", i, rank);
        before = rank;
    }
    free(order);
    csi_release_free(release);
}

Test(export, refuses_what_is_no_release)
{
    csi_diag *const diag = csi_diag_new(0);
    csi_release *release = NULL;
    cr_expect(csi_release_read(temporary_directory(), diag, &release) == CSI_ERR_NO_INPUT && release == NULL);
    const char *const results = publish_starter(false);
    write_text_file(results, "codebook.csv", "iCode\n");
    cr_expect(csi_release_read(results, diag, &release) == CSI_ERR_DATA && release == NULL);
    csi_diag_free(diag);
}
