/* See svg.h. */
#include "notebooks-export/svg.h"

#include <math.h>
#include <string.h>

#include "core/number.h"
#include "notebooks-export/text_escape.h"

static void put_number(csi_outfile *file, double value)
{
    csi_outfile_number(file, round(value * 100) / 100);
}

static void put_attribute(csi_outfile *file, const char *name, double value)
{
    csi_outfile_char(file, ' ');
    csi_outfile_text(file, name);
    csi_outfile_text(file, "=\"");
    put_number(file, value);
    csi_outfile_char(file, '"');
}

static void put_attribute_text(csi_outfile *file, const char *name, const char *text)
{
    csi_outfile_char(file, ' ');
    csi_outfile_text(file, name);
    csi_outfile_text(file, "=\"");
    csi_write_xml_text(file, text);
    csi_outfile_char(file, '"');
}

const char *csi_svg_series_colour(size_t n)
{
    static const char *const colour[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                         "#56b4e9", "#e69f00", "#7a5c00", "#000000"};
    return colour[n % (sizeof colour / sizeof *colour)];
}

void csi_svg_scale_colour(double share, char colour[8])
{
    static const double light[3] = {247, 251, 255}, dark[3] = {8, 69, 148};
    static const char digit[] = "0123456789abcdef";
    const double bounded = share < 0 ? 0 : share > 1 ? 1 : share;
    colour[0] = '#';
    for (int i = 0; i < 3; i++) {
        const unsigned level = (unsigned)(light[i] + (dark[i] - light[i]) * bounded + 0.5);
        colour[1 + 2 * i] = digit[level >> 4 & 15];
        colour[2 + 2 * i] = digit[level & 15];
    }
    colour[7] = '\0';
}

void csi_svg_begin(csi_outfile *file, double width, double height, const char *title, const char *description)
{
    csi_outfile_text(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title description\"");
    put_attribute(file, "width", width);
    put_attribute(file, "height", height);
    csi_outfile_text(file, " viewBox=\"0 0 ");
    put_number(file, width);
    csi_outfile_char(file, ' ');
    put_number(file, height);
    csi_outfile_text(file, "\" font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\">\n<title id=\"title\">");
    csi_write_xml_text(file, title);
    csi_outfile_text(file, "</title>\n<desc id=\"description\">");
    csi_write_xml_text(file, description);
    csi_outfile_text(file, "</desc>\n");
    csi_svg_box(file, 0, 0, width, height, "#ffffff");
}

void csi_svg_end(csi_outfile *file)
{
    csi_outfile_text(file, "</svg>\n");
}

void csi_svg_text(csi_outfile *file, double x, double y, csi_svg_anchor anchor, double size, const char *colour,
                  const char *text)
{
    static const char *const names[] = {"start", "middle", "end"};
    csi_outfile_text(file, "<text");
    put_attribute(file, "x", x);
    put_attribute(file, "y", y);
    put_attribute(file, "font-size", size);
    put_attribute_text(file, "text-anchor", names[anchor]);
    put_attribute_text(file, "fill", colour);
    csi_outfile_char(file, '>');
    csi_write_xml_text(file, text);
    csi_outfile_text(file, "</text>\n");
}

void csi_svg_line(csi_outfile *file, double x1, double y1, double x2, double y2, const char *colour, double width)
{
    csi_outfile_text(file, "<line");
    put_attribute(file, "x1", x1);
    put_attribute(file, "y1", y1);
    put_attribute(file, "x2", x2);
    put_attribute(file, "y2", y2);
    put_attribute_text(file, "stroke", colour);
    put_attribute(file, "stroke-width", width);
    csi_outfile_text(file, "/>\n");
}

void csi_svg_dot(csi_outfile *file, double x, double y, double radius, const char *colour)
{
    csi_outfile_text(file, "<circle");
    put_attribute(file, "cx", x);
    put_attribute(file, "cy", y);
    put_attribute(file, "r", radius);
    put_attribute_text(file, "fill", colour);
    csi_outfile_text(file, "/>\n");
}

void csi_svg_box(csi_outfile *file, double x, double y, double width, double height, const char *fill)
{
    csi_outfile_text(file, "<rect");
    put_attribute(file, "x", x);
    put_attribute(file, "y", y);
    put_attribute(file, "width", width);
    put_attribute(file, "height", height);
    put_attribute_text(file, "fill", fill);
    csi_outfile_text(file, "/>\n");
}

void csi_svg_path_begin(csi_outfile *file)
{
    csi_outfile_text(file, "<path fill=\"none\" stroke-linejoin=\"round\" d=\"");
}

void csi_svg_path_point(csi_outfile *file, double x, double y, int is_start)
{
    csi_outfile_char(file, is_start ? 'M' : 'L');
    put_number(file, x);
    csi_outfile_char(file, ' ');
    put_number(file, y);
}

void csi_svg_path_end(csi_outfile *file, const char *colour, double width, double opacity)
{
    csi_outfile_char(file, '"');
    put_attribute_text(file, "stroke", colour);
    put_attribute(file, "stroke-width", width);
    put_attribute(file, "stroke-opacity", opacity);
    csi_outfile_text(file, "/>\n");
}
