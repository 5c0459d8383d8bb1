/* A small Markdown reader for our own generated text; see csi_markdown_to_html. It works line by line: what a line is
 * follows from how it begins, so that the output is as regular as the input. */
#include <stdbool.h>
#include <string.h>

#include "notebooks-export/html.h"
#include "notebooks-export/report_parts.h"

typedef enum block { NOTHING, PARAGRAPH, LIST, TABLE, CODE } block;

typedef struct writer {
    csi_outfile *file;
    block open;
} writer;

static bool starts(const char *line, size_t n, const char *with)
{
    const size_t n_with = strlen(with);
    return n >= n_with && memcmp(line, with, n_with) == 0;
}

/* Text with `code` and **strong**; an unpaired mark stands for itself. */
static void write_inline(csi_outfile *file, const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        const bool is_strong = starts(text + i, n - i, "**"), is_code = text[i] == '`';
        const size_t width = is_strong ? 2 : 1;
        const char *end = is_strong || is_code
            ? memmem(text + i + width, n - i - width, is_strong ? "**" : "`", width) : NULL;
        if (end == NULL) {
            csi_html_bytes(file, text + i, 1);
            i++;
            continue;
        }
        csi_outfile_text(file, is_strong ? "<strong>" : "<code>");
        csi_html_bytes(file, text + i + width, (size_t)(end - text) - i - width);
        csi_outfile_text(file, is_strong ? "</strong>" : "</code>");
        i = (size_t)(end - text) + width;
    }
}

static void close_block(writer *w)
{
    static const char *const end[] = {
        [NOTHING] = "", [PARAGRAPH] = "</p>\n", [LIST] = "</li></ul>\n", [TABLE] = "</tbody></table></div>\n", [CODE] = "</pre>\n",
    };
    csi_outfile_text(w->file, end[w->open]);
    w->open = NOTHING;
}

static void write_heading(writer *w, const char *line, size_t n)
{
    size_t level = 0;
    while (level < n && line[level] == '#') {
        level++;
    }
    const size_t shown = level + 2 > 6 ? 6 : level + 2;
    close_block(w);
    csi_outfile_format(w->file, "<h%zu>", shown);
    write_inline(w->file, line + level + 1, n - level - 1);
    csi_outfile_format(w->file, "</h%zu>\n", shown);
}

/* Cells between bars; a bar behind a backslash belongs to its cell. */
static void write_row(writer *w, const char *line, size_t n, const char *tag)
{
    csi_outfile_text(w->file, "<tr>");
    size_t from = 1;
    for (size_t i = 1; i < n; i++) {
        if (line[i] != '|' || line[i - 1] == '\\') {
            continue;
        }
        size_t first = from, last = i;
        while (first < last && line[first] == ' ') {
            first++;
        }
        while (last > first && line[last - 1] == ' ') {
            last--;
        }
        csi_outfile_format(w->file, "<%s>", tag);
        write_inline(w->file, line + first, last - first);
        csi_outfile_format(w->file, "</%s>", tag);
        from = i + 1;
    }
    csi_outfile_text(w->file, "</tr>\n");
}

static void write_table_line(writer *w, const char *line, size_t n)
{
    if (w->open != TABLE) {
        close_block(w);
        w->open = TABLE;
        csi_outfile_text(w->file, "<div class=\"scroll whole\" tabindex=\"0\"><table><thead>");
        write_row(w, line, n, "th");
        csi_outfile_text(w->file, "</thead><tbody>\n");
    } else if (strspn(line, "|-: ") < n) {
        write_row(w, line, n, "td");
    }
}

static void write_item(writer *w, const char *line, size_t n)
{
    if (w->open == LIST) {
        csi_outfile_text(w->file, "</li>\n<li>");
    } else {
        close_block(w);
        csi_outfile_text(w->file, "<ul><li>");
        w->open = LIST;
    }
    write_inline(w->file, line + 2, n - 2);
}

static void write_text_line(writer *w, const char *line, size_t n)
{
    if (w->open != PARAGRAPH && w->open != LIST) {
        close_block(w);
        csi_outfile_text(w->file, "<p>");
        w->open = PARAGRAPH;
    } else {
        csi_outfile_char(w->file, '\n');
    }
    while (n > 0 && line[0] == ' ') {
        line++;
        n--;
    }
    write_inline(w->file, line, n);
}

static void write_line(writer *w, const char *line, size_t n)
{
    if (w->open == CODE) {
        if (starts(line, n, "```")) {
            close_block(w);
        } else {
            csi_html_bytes(w->file, line, n);
            csi_outfile_char(w->file, '\n');
        }
    } else if (starts(line, n, "```")) {
        close_block(w);
        csi_outfile_text(w->file, "<pre>");
        w->open = CODE;
    } else if (n == 0) {
        close_block(w);
    } else if (line[0] == '#' && memchr(line, ' ', n) != NULL) {
        write_heading(w, line, n);
    } else if (line[0] == '|') {
        write_table_line(w, line, n);
    } else if (starts(line, n, "- ") || starts(line, n, "* ")) {
        write_item(w, line, n);
    } else {
        write_text_line(w, line, n);
    }
}

void csi_markdown_to_html(csi_outfile *file, const char *markdown)
{
    writer w = {file, NOTHING};
    while (*markdown != '\0') {
        const size_t n = strcspn(markdown, "\n");
        write_line(&w, markdown, n);
        markdown += markdown[n] == '\n' ? n + 1 : n;
    }
    close_block(&w);
}
