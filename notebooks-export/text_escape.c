/* See text_escape.h. One walk over the text; each kind of document brings a table of what its special characters become. */
#include "notebooks-export/text_escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct replacement {
    char c;
    const char *text;
} replacement;

/* The code point at `text` and its length; an ill-formed byte is U+FFFD of length 1. */
static uint32_t decode(const unsigned char *text, size_t *length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t n = text[0] < 0x80 ? 1 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    uint32_t code = n == 1 ? text[0] : text[0] & (0xffu >> (n + 1));
    bool is_good = text[0] < 0x80 || (text[0] >= 0xc2 && text[0] <= 0xf4);
    for (size_t i = 1; is_good && i < n; i++) {
        is_good = (text[i] & 0xc0) == 0x80;
        code = code << 6 | (text[i] & 0x3fu);
    }
    is_good = is_good && code >= least[n] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    *length = is_good ? n : 1;
    return is_good ? code : 0xfffd;
}

static bool is_dropped(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f || code == 0x061c || code == 0xfeff ||
           (code & 0xfffe) == 0xfffe;
}

static const char *replaced(const replacement *table, unsigned char c)
{
    for (; table->c != '\0'; table++) {
        if ((unsigned char)table->c == c) {
            return table->text;
        }
    }
    return NULL;
}

typedef void (*text_sink)(void *user, const char *bytes, size_t n);

static void escape(const char *text, const replacement *table, text_sink sink, void *user)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        size_t length;
        const uint32_t code = decode(at, &length);
        const char *const instead = length == 1 ? replaced(table, *at) : NULL;
        if (*at == '\n' || *at == '\t' || *at == '\r' || code == 0x2028 || code == 0x2029) {
            sink(user, " ", 1);
        } else if (code == 0xfffd) {
            sink(user, "\xef\xbf\xbd", 3);
        } else if (instead != NULL) {
            sink(user, instead, strlen(instead));
        } else if (!is_dropped(code)) {
            sink(user, (const char *)at, length);
        }
        at += length;
    }
}

static void to_file(void *user, const char *bytes, size_t n)
{
    csi_outfile_write(user, bytes, n);
}

static void write_text(csi_outfile *file, const char *text, const replacement *table)
{
    escape(text, table, to_file, file);
}

void csi_write_xml_text(csi_outfile *file, const char *text)
{
    static const replacement table[] = {{'&', "&amp;"}, {'<', "&lt;"},    {'>', "&gt;"},
                                        {'"', "&quot;"}, {'\'', "&#39;"}, {0, NULL}};
    write_text(file, text, table);
}

static const replacement markdown[] = {
    {'\\', "\\\\"}, {'`', "\\`"},  {'*', "\\*"},   {'_', "\\_"},   {'[', "\\["}, {']', "\\]"}, {'<', "&lt;"},
    {'>', "&gt;"},  {'&', "&amp;"}, {'|', "\\|"},  {'#', "\\#"},   {'$', "\\$"}, {'~', "\\~"}, {'!', "\\!"},
    {'^', "\\^"},   {'{', "\\{"},  {'}', "\\}"},   {'@', "\\@"},   {0, NULL}};

void csi_write_markdown_text(csi_outfile *file, const char *text)
{
    write_text(file, text, markdown);
}

void csi_write_latex_text(csi_outfile *file, const char *text)
{
    static const replacement table[] = {
        {'\\', "\\textbackslash{}"}, {'{', "\\{"}, {'}', "\\}"}, {'$', "\\$"}, {'&', "\\&"},
        {'#', "\\#"}, {'%', "\\%"}, {'_', "\\_"}, {'^', "\\textasciicircum{}"}, {'~', "\\textasciitilde{}"},
        {'<', "\\textless{}"}, {'>', "\\textgreater{}"}, {'"', "\\textquotedbl{}"}, {'|', "\\textbar{}"},
        {'\'', "\\textquotesingle{}"}, {'-', "{-}"}, {'`', "\\textasciigrave{}"}, {0, NULL}};
    write_text(file, text, table);
}

/* A place in memory that is measured first (bytes NULL) and filled then. */
typedef struct memory {
    char *bytes;
    size_t n;
} memory;

static void to_memory(void *user, const char *bytes, size_t n)
{
    memory *const out = user;
    if (out->bytes != NULL) {
        memcpy(out->bytes + out->n, bytes, n);
    }
    out->n += n;
}

const char *csi_markdown_text(csi_arena *arena, const char *text)
{
    memory out = {.bytes = NULL};
    escape(text, markdown, to_memory, &out);
    out.bytes = csi_arena_alloc(arena, out.n + 1, 1);
    out.n = 0;
    if (out.bytes != NULL) {
        escape(text, markdown, to_memory, &out);
    }
    return out.bytes;
}
