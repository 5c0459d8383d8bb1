/* core/json: layout, escapes, hostile text. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "tests/support/support.h"

typedef struct text {
    char bytes[4096];
    size_t n;
} text;

static void append(void *user, const char *bytes, size_t n)
{
    text *const out = user;
    cr_assert(out->n + n < sizeof out->bytes);
    memcpy(out->bytes + out->n, bytes, n);
    out->n += n;
    out->bytes[out->n] = '\0';
}

static void write_sample(csi_json *json)
{
    csi_json_begin_object(json);
    csi_json_text_at(json, "name", "C\xc3\xb4te d'Ivoire");
    csi_json_number_at(json, "score", 0.1 + 0.2);
    csi_json_number_at(json, "none", NAN);
    csi_json_integer_at(json, "count", -9223372036854775807);
    csi_json_boolean_at(json, "ok", true);
    csi_json_boolean_at(json, "not", false);
    csi_json_text_at(json, "null", NULL);
    csi_json_key(json, "list");
    csi_json_begin_array(json);
    csi_json_integer(json, 1);
    csi_json_begin_object(json);
    csi_json_end_object(json);
    csi_json_begin_array(json);
    csi_json_end_array(json);
    csi_json_end_array(json);
    csi_json_end_object(json);
}

Test(json, layout)
{
    text out = {.n = 0};
    csi_json json;
    csi_json_init(&json, append, &out, false);
    write_sample(&json);
    cr_expect(strcmp(out.bytes, "{\"name\":\"C\xc3\xb4te d'Ivoire\",\"score\":0.30000000000000004,\"none\":null,"
                                "\"count\":-9223372036854775807,\"ok\":true,\"not\":false,\"null\":null,\"list\":[1,{},[]]}") == 0,
              "%s", out.bytes);
    out.n = 0;
    csi_json_init(&json, append, &out, true);
    write_sample(&json);
    cr_expect(strcmp(out.bytes, "{\n"
                                "  \"name\": \"C\xc3\xb4te d'Ivoire\",\n"
                                "  \"score\": 0.30000000000000004,\n"
                                "  \"none\": null,\n"
                                "  \"count\": -9223372036854775807,\n"
                                "  \"ok\": true,\n"
                                "  \"not\": false,\n"
                                "  \"null\": null,\n"
                                "  \"list\": [\n"
                                "    1,\n"
                                "    {},\n"
                                "    []\n"
                                "  ]\n"
                                "}\n") == 0,
              "%s", out.bytes);
}

Test(json, escapes)
{
    static const struct {
        const char *in, *out;
    } row[] = {
        {"", "\"\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"\b\f\n\r\t\x01\x1f\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\""},
        {"</script><!--&", "\"\\u003c/script\\u003e\\u003c!--\\u0026\""},
        {"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", "\"\\u2028\\u2029\xe2\x80\xaa\""},
        {"\xf0\x9f\x8c\x8d", "\"\xf0\x9f\x8c\x8d\""},
        {"a\xff" "b", "\"a\xef\xbf\xbd" "b\""},
        {"\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                         /* overlong */
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},         /* a surrogate */
        {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* beyond U+10FFFF */
        {"\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\""},
        {"\xe2\x81\xa8\xe2\x80\xb0", "\"\xe2\x81\xa8\xe2\x80\xb0\""}, /* neighbours of the line separators */
        {"\xf5\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xf0\x8f\xbf\xbf", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* overlong */
        {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                         /* cut short */
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        text out = {.n = 0};
        csi_json json;
        csi_json_init(&json, append, &out, false);
        csi_json_text(&json, row[i].in);
        cr_expect(strcmp(out.bytes, row[i].out) == 0, "%s, not %s", out.bytes, row[i].out);
    }
}
