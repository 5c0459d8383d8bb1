/* JSON writer: see json.h. Numbers are written by core/number, so that a JSON file and a CSV file agree to the digit. */
#include "core/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/number.h"

static void put(csi_json *json, const char *bytes, size_t n)
{
    json->sink(json->user, bytes, n);
}

static void to_file(void *user, const char *bytes, size_t n)
{
    csi_outfile_write(user, bytes, n);
}

void csi_json_init(csi_json *json, csi_json_sink sink, void *user, bool pretty)
{
    *json = (csi_json){.sink = sink, .user = user, .pretty = pretty};
}

void csi_json_init_file(csi_json *json, csi_outfile *file, bool pretty)
{
    csi_json_init(json, to_file, file, pretty);
}

static void new_line(csi_json *json)
{
    if (json->pretty) {
        put(json, "\n", 1);
        for (int level = 0; level < json->depth; level++) {
            put(json, "  ", 2);
        }
    }
}

/* Everything that comes before an item of the current object or array: comma, line end, indentation. */
static void before_item(csi_json *json)
{
    bool *const has_items = &json->has_items[json->depth];
    if (*has_items) {
        put(json, ",", 1);
    }
    *has_items = true;
    if (json->depth > 0) {
        new_line(json);
    }
}

static void before_value(csi_json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    assert(!json->is_object[json->depth]);
    assert(json->depth > 0 || !json->has_items[0]);
    before_item(json);
}

static void begin(csi_json *json, bool is_object)
{
    before_value(json);
    put(json, is_object ? "{" : "[", 1);
    assert(json->depth + 1 < CSI_JSON_DEPTH);
    json->depth++;
    json->has_items[json->depth] = false;
    json->is_object[json->depth] = is_object;
}

static void end(csi_json *json, bool is_object)
{
    assert(json->depth > 0 && json->is_object[json->depth] == is_object && !json->after_key);
    const bool had_items = json->has_items[json->depth];
    json->depth--;
    if (had_items) {
        new_line(json);
    }
    put(json, is_object ? "}" : "]", 1);
    if (json->pretty && json->depth == 0) {
        put(json, "\n", 1);
    }
}

void csi_json_begin_object(csi_json *json)
{
    begin(json, true);
}

void csi_json_end_object(csi_json *json)
{
    end(json, true);
}

void csi_json_begin_array(csi_json *json)
{
    begin(json, false);
}

void csi_json_end_array(csi_json *json)
{
    end(json, false);
}

/* The length of the well-formed UTF-8 sequence at `text` (Unicode 15, table 3-7), 0 when it is none. */
static size_t utf8_length(const unsigned char *text)
{
    const unsigned char lead = text[0];
    if (lead < 0x80) {
        return 1;
    }
    const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead < 0xc2 || lead > 0xf4 || text[1] < low || text[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

static void put_unicode_escape(csi_json *json, unsigned code)
{
    static const char hex_digit[] = "0123456789abcdef";
    const char escape[6] = {'\\', 'u', hex_digit[code >> 12 & 15], hex_digit[code >> 8 & 15], hex_digit[code >> 4 & 15],
                            hex_digit[code & 15]};
    put(json, escape, sizeof escape);
}

static bool is_line_separator(const unsigned char *text)
{
    return text[0] == 0xe2 && text[1] == 0x80 && (text[2] == 0xa8 || text[2] == 0xa9);
}

/* Whether the character stands for itself. */
static bool is_plain(const unsigned char *text, size_t length)
{
    if (length == 1) {
        return text[0] >= 0x20 && text[0] != 0x7f && strchr("\"\\<>&", text[0]) == NULL;
    }
    return length > 1 && !is_line_separator(text);
}

static void put_escaped(csi_json *json, const unsigned char *text)
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: the character, its letter */
    for (const char *pair = named; *pair != '\0'; pair += 2) {
        if (text[0] == (unsigned char)pair[0]) {
            put(json, (const char[]){'\\', pair[1]}, 2);
            return;
        }
    }
    put_unicode_escape(json, text[0] < 0x80 ? text[0] : text[2] == 0xa8 ? 0x2028 : 0x2029);
}

static void put_string(csi_json *json, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *plain = at;
    put(json, "\"", 1);
    while (*at != '\0') {
        const size_t length = utf8_length(at);
        if (is_plain(at, length)) {
            at += length;
            continue;
        }
        put(json, (const char *)plain, (size_t)(at - plain));
        if (length == 0) {
            put(json, "\xef\xbf\xbd", 3);
        } else {
            put_escaped(json, at);
        }
        at += length == 0 ? 1 : length;
        plain = at;
    }
    put(json, (const char *)plain, (size_t)(at - plain));
    put(json, "\"", 1);
}

void csi_json_key(csi_json *json, const char *key)
{
    assert(json->is_object[json->depth] && !json->after_key);
    before_item(json);
    put_string(json, key);
    put(json, ": ", json->pretty ? 2 : 1);
    json->after_key = true;
}

void csi_json_text(csi_json *json, const char *text)
{
    before_value(json);
    if (text == NULL) {
        put(json, "null", 4);
    } else {
        put_string(json, text);
    }
}

void csi_json_number(csi_json *json, double value)
{
    char text[CSI_NUMBER_MAX];
    before_value(json);
    if (isfinite(value)) {
        put(json, text, csi_number_write(value, text));
    } else {
        put(json, "null", 4);
    }
}

void csi_json_integer(csi_json *json, int64_t value)
{
    char text[CSI_NUMBER_MAX];
    before_value(json);
    put(json, text, csi_number_write_integer(value, text));
}

void csi_json_boolean(csi_json *json, bool value)
{
    before_value(json);
    put(json, value ? "true" : "false", value ? 4 : 5);
}

void csi_json_text_at(csi_json *json, const char *key, const char *text)
{
    csi_json_key(json, key);
    csi_json_text(json, text);
}

void csi_json_given_at(csi_json *json, const char *key, const char *text)
{
    if (text[0] != '\0') {
        csi_json_text_at(json, key, text);
    }
}

void csi_json_number_at(csi_json *json, const char *key, double value)
{
    csi_json_key(json, key);
    csi_json_number(json, value);
}

void csi_json_integer_at(csi_json *json, const char *key, int64_t value)
{
    csi_json_key(json, key);
    csi_json_integer(json, value);
}

void csi_json_boolean_at(csi_json *json, const char *key, bool value)
{
    csi_json_key(json, key);
    csi_json_boolean(json, value);
}
