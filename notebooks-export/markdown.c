/* See markdown.h. It works line by line: what a line is follows from how it begins, so that the output is as regular as the
 * input. */
#include "notebooks-export/markdown.h"

#include <stdbool.h>
#include <string.h>

#include "notebooks-export/html.h"

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

/* One character of text, an escaped one as what it stands for. Returns how many bytes it takes in the text. */
static size_t read_character(const char *text, size_t n, char *c)
{
    static const struct {
        const char *name;
        char c;
    } entity[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}};
    if (n > 1 && text[0] == '\\' && strchr("|*_`[]\\#<>&", text[1]) != NULL) {
        *c = text[1];
        return 2;
    }
    for (size_t i = 0; i < sizeof entity / sizeof *entity; i++) {
        if (starts(text, n, entity[i].name)) {
            *c = entity[i].c;
            return strlen(entity[i].name);
        }
    }
    *c = text[0];
    return 1;
}

/* What `code` or **strong** at the beginning of the text holds; false where no mark begins, or it has no end. */
static bool find_marked(const char *text, size_t n, const char *mark, const char **inner, size_t *n_inner)
{
    const size_t width = strlen(mark);
    const char *end = starts(text, n, mark) ? memmem(text + width, n - width, mark, width) : NULL;
    *inner = text + width;
    *n_inner = end == NULL ? 0 : (size_t)(end - *inner);
    return end != NULL;
}

static void write_text(csi_outfile *file, const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        char c;
        i += read_character(text + i, n - i, &c);
        csi_html_bytes(file, &c, 1);
    }
}

/* Text with `code`, where nothing is an escape, and **strong**; an unpaired mark stands for itself. */
static void write_inline(csi_outfile *file, const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        const char *inner;
        size_t n_inner;
        if (find_marked(text + i, n - i, "**", &inner, &n_inner)) {
            csi_outfile_text(file, "<strong>");
            write_text(file, inner, n_inner);
            csi_outfile_text(file, "</strong>");
            i += n_inner + 4;
        } else if (find_marked(text + i, n - i, "`", &inner, &n_inner)) {
            csi_outfile_text(file, "<code>");
            csi_html_bytes(file, inner, n_inner);
            csi_outfile_text(file, "</code>");
            i += n_inner + 2;
        } else {
            char c;
            i += read_character(text + i, n - i, &c);
            csi_html_bytes(file, &c, 1);
        }
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

/* Takes the marks out of a line of n bytes; returns how many are left. */
static size_t make_plain(char *line, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n;) {
        const char *inner;
        size_t n_inner;
        if (find_marked(line + i, n - i, "**", &inner, &n_inner)) {
            left += make_plain(memmove(line + left, inner, n_inner), n_inner);
            i += n_inner + 4;
        } else if (find_marked(line + i, n - i, "`", &inner, &n_inner)) {
            memmove(line + left, inner, n_inner);
            left += n_inner;
            i += n_inner + 2;
        } else {
            i += read_character(line + i, n - i, &line[left]);
            left++;
        }
    }
    return left;
}

bool csi_markdown_to_plain(char *line)
{
    const size_t level = strspn(line, "#");
    size_t n = strlen(line), from = level > 0 && line[level] == ' ' ? level + 1 : 0;
    if (line[0] == '|') {
        if (strspn(line, "|-: ") == n) {
            line[0] = '\0';
            return false;
        }
        from = strspn(line, "| ");
        while (n > from && (line[n - 1] == ' ' || line[n - 1] == '|')) {
            n--;
        }
    }
    n = make_plain(line + from, n - from);
    memmove(line, line + from, n);
    line[n] = '\0';
    return true;
}
