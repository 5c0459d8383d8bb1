/* Charts for slides and papers, as SVG, and drawn from that as PNG: the ranking with its intervals (all countries, and the
 * first thirty), the index over the years, and the parts of the index as a table of shades. A missing value is a dash or a gap,
 * never a zero. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "notebooks-export/chart_png.h"
#include "notebooks-export/export.h"
#include "notebooks-export/svg.h"

enum { TOP = 30, HIGHLIGHTED = 8 };
static const double name_width = 210, plot_width = 520, row_height = 15, margin = 24, title_height = 56;

/* The countries of the latest year, best first, and how many of them are ranked. */
typedef struct ranking {
    const csi_release *release;
    size_t *order;
    size_t n_ranked;
} ranking;

static csi_status make_ranking(const csi_release *release, csi_diag *diag, ranking *made)
{
    const size_t n = release->results->countries.n;
    *made = (ranking){.release = release, .order = calloc(n + 1, sizeof *made->order)};
    if (made->order == NULL) {
        return csi_diag_no_memory(diag, "drawing charts");
    }
    csi_release_order(release, release->latest, made->order);
    for (size_t c = 0; c < n; c++) {
        made->n_ranked += csi_results_at(release->results, 0, release->latest, c)->rank > 0;
    }
    return CSI_OK;
}

static const char *title_of(const csi_release *release, const char *what)
{
    return csi_release_text(release, "%s %d%s", release->name, release->results->first_year + (int)release->latest, what);
}

static const char *country_name(const csi_release *release, size_t country)
{
    return release->results->countries.country[country].name;
}

/* At most `limit` bytes of a name, cut at a character, with an ellipsis where something is missing. */
static const char *shortened(const csi_release *release, const char *name, size_t limit)
{
    size_t n = strlen(name);
    if (n <= limit) {
        return name;
    }
    n = limit;
    while (n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80) {
        n--;
    }
    return csi_release_text(release, "%.*s\xe2\x80\xa6", (int)n, name);
}

static double share_of_scale(const csi_release *release, double score)
{
    return (score - release->scale.low) / (release->scale.high - release->scale.low);
}

static double score_x(const csi_release *release, double score)
{
    return margin + name_width + plot_width * share_of_scale(release, score);
}

static int count_lines(const csi_scale *scale)
{
    return (int)lround((scale->high - scale->low) / scale->step) + 1;
}

/* The value of a line of the grid. */
static double line_at(const csi_scale *scale, int line, char label[CSI_NUMBER_MAX])
{
    const double value = scale->low + scale->step * line;
    csi_number_write_fixed(fabs(value) < scale->step / 2 ? 0 : value, scale->step_decimals, label);
    return value;
}

static void draw_score_axis(const csi_release *release, csi_outfile *file, double top, double bottom)
{
    for (int line = 0; line < count_lines(&release->scale); line++) {
        char label[CSI_NUMBER_MAX];
        const double x = score_x(release, line_at(&release->scale, line, label));
        csi_svg_line(file, x, top, x, bottom, CSI_SVG_GRID, 1);
        csi_svg_text(file, x, top - 6, CSI_SVG_MIDDLE, 11, CSI_SVG_FAINT, label);
    }
}

static void draw_ranked(const ranking *ranked, size_t at, csi_outfile *file)
{
    const csi_release *const release = ranked->release;
    const csi_score_row *const row = csi_results_at(release->results, 0, release->latest, ranked->order[at]);
    const double y = title_height + margin + row_height * (double)at;
    const char *const name = shortened(release, country_name(release, ranked->order[at]), 30);
    const char *const label = csi_release_text(release, "%s %d", name, row->rank);
    csi_svg_text(file, margin + name_width - 8, y + 4, CSI_SVG_END, 11, CSI_SVG_INK, label);
    if (!isnan(row->score_q05) && !isnan(row->score_q95)) {
        csi_svg_line(file, score_x(release, row->score_q05), y, score_x(release, row->score_q95), y, CSI_SVG_BLUE, 3);
    }
    csi_svg_dot(file, score_x(release, row->score), y, 4, CSI_SVG_INK);
}

static csi_status draw_ranking(const csi_release *release, size_t limit, csi_outfile *file, csi_diag *diag)
{
    ranking ranked;
    csi_status status;
    CSI_TRY(make_ranking(release, diag, &ranked));
    const size_t n = ranked.n_ranked < limit ? ranked.n_ranked : limit;
    const double bottom = title_height + margin + row_height * (double)n;
    csi_svg_begin(file, 2 * margin + name_width + plot_width, bottom + margin, title_of(release, ": ranking"),
                  release->has_intervals ? "A dot for each country's score, a bar from its 5 % to its 95 % quantile."
                                         : "A dot for each country's score.");
    csi_svg_text(file, margin, margin + 8, CSI_SVG_START, 16, CSI_SVG_INK, title_of(release, ""));
    csi_svg_text(file, margin, margin + 26, CSI_SVG_START, 11, CSI_SVG_FAINT,
                 release->has_intervals ? "Score, and where 90 % of the ensemble's scores lie" : "Score");
    draw_score_axis(release, file, title_height + margin - 10, bottom);
    for (size_t i = 0; i < n; i++) {
        draw_ranked(&ranked, i, file);
    }
    csi_svg_end(file);
out:
    free(ranked.order);
    return status;
}

static csi_status fill_ranking(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    return draw_ranking(release, SIZE_MAX, file, diag);
}

static csi_status fill_top(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    return draw_ranking(release, TOP, file, diag);
}

static const double trend_height = 420, trend_top = 76, label_width = 160;

static double year_x(const csi_release *release, size_t year)
{
    const size_t n = release->results->n_years;
    return margin + 30 + (n < 2 ? plot_width / 2 : plot_width * (double)year / (double)(n - 1));
}

static double trend_y(const csi_release *release, double score)
{
    return trend_top + trend_height * (1 - share_of_scale(release, score));
}

static void draw_series(const csi_release *release, size_t country, const char *colour, double width, double opacity,
                        csi_outfile *file)
{
    int is_start = 1;
    csi_svg_path_begin(file);
    for (size_t year = 0; year < release->results->n_years; year++) {
        const double score = csi_results_at(release->results, 0, year, country)->score;
        if (!isnan(score)) {
            csi_svg_path_point(file, year_x(release, year), trend_y(release, score), is_start);
        }
        is_start = isnan(score);
    }
    csi_svg_path_end(file, colour, width, opacity);
}

static void draw_trend_axes(const csi_release *release, csi_outfile *file)
{
    char label[CSI_NUMBER_MAX];
    for (int line = 0; line < count_lines(&release->scale); line++) {
        const double y = trend_y(release, line_at(&release->scale, line, label));
        csi_svg_line(file, margin + 30, y, margin + 30 + plot_width, y, CSI_SVG_GRID, 1);
        csi_svg_text(file, margin + 24, y + 4, CSI_SVG_END, 11, CSI_SVG_FAINT, label);
    }
    const size_t step = (release->results->n_years + 11) / 12;
    for (size_t year = 0; year < release->results->n_years; year += step) {
        csi_number_write_integer(release->results->first_year + (int)year, label);
        csi_svg_text(file, year_x(release, year), trend_top + trend_height + 18, CSI_SVG_MIDDLE, 11, CSI_SVG_FAINT,
                     label);
    }
}

static double end_y(const ranking *ranked, size_t at)
{
    return trend_y(ranked->release, csi_results_at(ranked->release->results, 0, ranked->release->latest, ranked->order[at])->score);
}

static size_t n_highlighted(const ranking *ranked)
{
    return ranked->n_ranked < HIGHLIGHTED ? ranked->n_ranked : HIGHLIGHTED;
}

/* The highlighted countries come best first, so that their labels only ever need pushing down; all are then lifted by
 * half of what the last was pushed. */
static void draw_highlights(const ranking *ranked, csi_outfile *file)
{
    const csi_release *const release = ranked->release;
    const size_t n = n_highlighted(ranked);
    double label_y[HIGHLIGHTED];
    for (size_t i = 0; i < n; i++) {
        label_y[i] = i == 0 ? end_y(ranked, 0) : fmax(end_y(ranked, i), label_y[i - 1] + 14);
    }
    const double lift = n == 0 ? 0 : (label_y[n - 1] - end_y(ranked, n - 1)) / 2;
    for (size_t i = 0; i < n; i++) {
        const size_t country = ranked->order[i];
        draw_series(release, country, csi_svg_series_colour(i), 2.5, 1, file);
        csi_svg_text(file, year_x(release, release->latest) + 8, label_y[i] - lift + 4, CSI_SVG_START, 11,
                     csi_svg_series_colour(i), shortened(release, country_name(release, country), 26));
    }
}

static csi_status fill_trends(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    ranking ranked;
    csi_status status;
    CSI_TRY(make_ranking(release, diag, &ranked));
    const size_t n = n_highlighted(&ranked);
    csi_svg_begin(file, 2 * margin + 30 + plot_width + label_width, trend_top + trend_height + 40,
                  title_of(release, ": scores over the years"),
                  "A line for each country; the best of the latest year are coloured and named.");
    csi_svg_text(file, margin, margin + 8, CSI_SVG_START, 16, CSI_SVG_INK, release->name);
    csi_svg_text(file, margin, margin + 26, CSI_SVG_START, 11, CSI_SVG_FAINT,
                 csi_release_text(release, "Scores of all countries; coloured are the first %zu of %d", n,
                                  release->results->first_year + (int)release->latest));
    draw_trend_axes(release, file);
    for (size_t i = n; i < release->results->countries.n; i++) {
        draw_series(release, ranked.order[i], "#9a9a9a", 1, 0.35, file);
    }
    draw_highlights(&ranked, file);
    csi_svg_end(file);
out:
    free(ranked.order);
    return status;
}

static const double cell_width = 44, head_height = 190;

static void draw_part(const csi_release *release, size_t node, size_t country, double x, double y, csi_outfile *file)
{
    const double score = csi_results_at(release->results, node, release->latest, country)->score;
    char colour[8], label[CSI_NUMBER_MAX];
    if (isnan(score)) {
        csi_svg_text(file, x + cell_width / 2, y + 11, CSI_SVG_MIDDLE, 10, CSI_SVG_FAINT, "\xe2\x80\x93");
        return;
    }
    const double share = share_of_scale(release, score);
    csi_svg_scale_colour(share, colour);
    csi_svg_box(file, x, y, cell_width - 1, row_height - 1, colour);
    csi_number_write_fixed(score, release->scale.decimals - 1, label);
    csi_svg_text(file, x + cell_width / 2, y + 11, CSI_SVG_MIDDLE, 10, share > 0.66 ? "#ffffff" : CSI_SVG_INK, label);
}

/* Names of the parts are written upwards over their columns. */
static void draw_part_name(const csi_release *release, size_t node, double x, csi_outfile *file)
{
    csi_outfile_text(file, "<g transform=\"translate(");
    csi_outfile_number(file, round(x));
    csi_outfile_char(file, ',');
    csi_outfile_number(file, title_height + head_height - 10);
    csi_outfile_text(file, ") rotate(-60)\">\n");
    csi_svg_text(file, 0, 0, CSI_SVG_START, 11, CSI_SVG_INK, shortened(release, release->results->node_name[node], 34));
    csi_outfile_text(file, "</g>\n");
}

static csi_status fill_parts(const csi_release *release, csi_outfile *file, csi_diag *diag)
{
    const size_t n_nodes = csi_names_count(release->results->nodes);
    const double left = margin + name_width, top = title_height + head_height;
    char low[CSI_NUMBER_MAX], high[CSI_NUMBER_MAX];
    ranking ranked;
    csi_status status;
    (void)line_at(&release->scale, 0, low);
    (void)line_at(&release->scale, count_lines(&release->scale) - 1, high);
    CSI_TRY(make_ranking(release, diag, &ranked));
    const size_t n = ranked.n_ranked < TOP ? ranked.n_ranked : TOP;
    csi_svg_begin(file, left + cell_width * (double)n_nodes + 160, top + row_height * (double)n + margin,
                  title_of(release, ": the index and its parts"),
                  csi_release_text(release, "Scores from %s, light, to %s, dark; a dash is missing.", low, high));
    csi_svg_text(file, margin, margin + 8, CSI_SVG_START, 16, CSI_SVG_INK, title_of(release, ""));
    csi_svg_text(file, margin, margin + 26, CSI_SVG_START, 11, CSI_SVG_FAINT,
                 csi_release_text(release, "The index and its parts, from %s (light) to %s (dark); a dash: no score", low,
                                  high));
    for (size_t node = 0; node < n_nodes; node++) {
        draw_part_name(release, node, left + cell_width * ((double)node + 0.5), file);
    }
    for (size_t i = 0; i < n; i++) {
        const double y = top + row_height * (double)i;
        csi_svg_text(file, left - 8, y + 11, CSI_SVG_END, 11, CSI_SVG_INK,
                     shortened(release, country_name(release, ranked.order[i]), 32));
        for (size_t node = 0; node < n_nodes; node++) {
            draw_part(release, node, ranked.order[i], left + cell_width * (double)node, y, file);
        }
    }
    csi_svg_end(file);
out:
    free(ranked.order);
    return status;
}

static const struct {
    const char *svg, *png;
    csi_fill fill;
} charts[] = {
    {"chart_ranking.svg", "chart_ranking.png", fill_ranking},
    {"chart_ranking_top.svg", "chart_ranking_top.png", fill_top},
    {"chart_trends.svg", "chart_trends.png", fill_trends},
    {"chart_parts.svg", "chart_parts.png", fill_parts},
};

static csi_status write_charts(const csi_release *release, const char *directory, csi_diag *diag)
{
    csi_png_renderer *renderer = NULL;
    csi_status status;
    CSI_TRY(csi_png_renderer_new(diag, &renderer));
    for (size_t i = 0; i < sizeof charts / sizeof *charts; i++) {
        CSI_TRY(csi_export_file(release, directory, charts[i].svg, charts[i].fill, diag));
        if (renderer != NULL) {
            CSI_TRY(csi_png_write(renderer, directory, charts[i].svg, charts[i].png, diag));
        }
    }
out:
    csi_png_renderer_free(renderer);
    return status;
}

const csi_exporter csi_exporter_charts = {
    .name = "charts",
    .files = "chart_ranking, chart_ranking_top, chart_trends, chart_parts, each as .svg and .png",
    .title = "charts as SVG and PNG: ranking with intervals, trends, parts",
    .write = write_charts,
};
