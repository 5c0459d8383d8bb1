/* JSON writer onto a csi_outfile or into memory: indentation, commas and escapes in one place.
 *
 * Strings are escaped so that the text can also stand inside a <script> element: <, >, &, U+2028 and U+2029 leave as
 * \u escapes; invalid UTF-8 becomes U+FFFD. NaN is written null. Misuse (a value without a key in an object, unbalanced
 * ends) asserts. */
#ifndef CSI_CORE_JSON_H
#define CSI_CORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/outfile.h"

typedef void (*csi_json_sink)(void *user, const char *bytes, size_t n);

#define CSI_JSON_DEPTH 32
typedef struct csi_json {
    csi_json_sink sink;
    void *user;
    bool pretty;
    int depth;
    bool has_items[CSI_JSON_DEPTH];
    bool is_object[CSI_JSON_DEPTH];
    bool after_key;
} csi_json;

void csi_json_init(csi_json *json, csi_json_sink sink, void *user, bool pretty);
void csi_json_init_file(csi_json *json, csi_outfile *file, bool pretty);

void csi_json_begin_object(csi_json *json);
void csi_json_end_object(csi_json *json);
void csi_json_begin_array(csi_json *json);
void csi_json_end_array(csi_json *json);
void csi_json_key(csi_json *json, const char *key);
void csi_json_text(csi_json *json, const char *text); /* NULL: null */
void csi_json_number(csi_json *json, double value);
void csi_json_integer(csi_json *json, int64_t value);
void csi_json_boolean(csi_json *json, bool value);

/* key and value in one call */
void csi_json_text_at(csi_json *json, const char *key, const char *text);
void csi_json_given_at(csi_json *json, const char *key, const char *text); /* nothing where the text is empty */
void csi_json_number_at(csi_json *json, const char *key, double value);
void csi_json_integer_at(csi_json *json, const char *key, int64_t value);
void csi_json_boolean_at(csi_json *json, const char *key, bool value);

#endif
