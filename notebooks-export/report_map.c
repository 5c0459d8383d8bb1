/* The world map of the report page: outlines coloured by class, small states as dots too, missing hatched. */
#include <math.h>

#include "notebooks-export/html.h"
#include "notebooks-export/report_parts.h"

#define SMALL 40      /* a country whose area is below this squared, in tenths of a unit, also gets a dot */
#define DOT_RADIUS 28

typedef struct shape {
    const char *iso3;
    int x, y, size;
    const char *path;
} shape;

#define CSI_CANVAS(width, height) enum { CANVAS_WIDTH = width, CANVAS_HEIGHT = height };
#define CSI_SHAPE(iso3, x, y, size, path)
#include "notebooks-export/world_shapes.def"
#undef CSI_CANVAS
#undef CSI_SHAPE

static const shape shapes[] = {
#define CSI_CANVAS(width, height)
#define CSI_SHAPE(iso3, x, y, size, path) {iso3, x, y, size, path},
#include "notebooks-export/world_shapes.def"
#undef CSI_CANVAS
#undef CSI_SHAPE
};

static void write_class(const csi_report *r, double score)
{
    if (isnan(score)) {
        csi_outfile_text(r->file, " class=\"missing\"");
    } else {
        csi_outfile_format(r->file, " class=\"q%d\"", csi_report_class(r, score));
    }
}

static void write_title(const csi_report *r, size_t country)
{
    const csi_score_row *row = csi_report_top(r, country);
    csi_outfile_text(r->file, "<title>");
    csi_html_text(r->file, csi_report_country(r, country));
    csi_outfile_text(r->file, ": ");
    if (isnan(row->score)) {
        csi_report_word(r, CSI_WORD_missing);
    } else {
        csi_report_fixed(r, row->score, r->scale.decimals);
    }
    csi_outfile_text(r->file, "</title>");
}

static void write_shape(const csi_report *r, const shape *s, bool as_dot)
{
    const size_t country = s->iso3[0] == '\0' ? CSI_NONE : csi_countries_find(&r->data->results->countries, s->iso3);
    if (as_dot && country == CSI_NONE) {
        return;
    }
    if (as_dot) {
        csi_outfile_format(r->file, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\"", s->x, s->y, DOT_RADIUS);
    } else {
        csi_outfile_format(r->file, "<path d=\"%s\"", s->path);
    }
    if (country == CSI_NONE) {
        csi_outfile_text(r->file, as_dot ? "/>" : " class=\"missing\"/>\n");
        return;
    }
    write_class(r, csi_report_top(r, country)->score);
    csi_outfile_format(r->file, " data-iso3=\"%s\">", s->iso3);
    write_title(r, country);
    csi_outfile_text(r->file, as_dot ? "</circle>\n" : "</path>\n");
}

static void write_legend_item(const csi_report *r, const char *class_name, int k)
{
    csi_outfile_format(r->file, "<li><svg viewBox=\"0 0 10 10\" class=\"map\" aria-hidden=\"true\">"
                                "<circle cx=\"5\" cy=\"5\" r=\"5\" class=\"%s\" stroke-width=\"0\"/></svg>", class_name);
    if (k < 0) {
        csi_report_word(r, CSI_WORD_missing);
    } else if (k == 0) {
        csi_report_word(r, CSI_WORD_below);
        csi_outfile_char(r->file, ' ');
        csi_report_fixed(r, r->breaks[0], r->scale.decimals);
    } else {
        csi_report_word(r, CSI_WORD_from);
        csi_outfile_char(r->file, ' ');
        csi_report_fixed(r, r->breaks[k - 1], r->scale.decimals);
    }
    csi_outfile_text(r->file, "</li>\n");
}

void csi_report_write_map(const csi_report *r)
{
    csi_outfile_format(r->file, "<svg class=\"map\" id=\"map\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
                       CANVAS_WIDTH, CANVAS_HEIGHT);
    csi_report_word(r, CSI_WORD_map_label);
    csi_outfile_text(r->file, "\">\n<defs><pattern id=\"hatch\" width=\"40\" height=\"40\" patternUnits=\"userSpaceOnUse\" "
                              "patternTransform=\"rotate(45)\"><rect width=\"40\" height=\"40\" class=\"hatch-ground\"/>"
                              "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"40\" class=\"hatch-line\"/></pattern></defs>\n");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        write_shape(r, &shapes[i], false);
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (shapes[i].size < SMALL) {
            write_shape(r, &shapes[i], true);
        }
    }
    csi_outfile_text(r->file, "</svg>\n<ul class=\"legend\">\n");
    static const char *const class_name[] = {"q0", "q1", "q2", "q3", "q4"};
    for (int k = 0; k < 5; k++) {
        if (k == 0 || k == 4 || r->breaks[k - 1] < r->breaks[k]) { /* else nothing is in it: few countries, or ties */
            write_legend_item(r, class_name[k], k);
        }
    }
    write_legend_item(r, "missing", -1);
    csi_outfile_text(r->file, "</ul>\n<p class=\"hint\">");
    csi_report_word(r, CSI_WORD_map_caption);
    csi_outfile_text(r->file, "</p>\n");
}
