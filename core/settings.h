/* Settings: a YAML file as a tree whose every node knows its place.
 *
 * Types are decided by the schema of whoever asks, never by the look of the text, so NO stays Norway. Each stage reads
 * its own section through the typed getters; every failure names file, line and column, with carets. libyaml does the
 * parsing and is not seen outside settings.c. */
#ifndef CSI_CORE_SETTINGS_H
#define CSI_CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/diag.h"

typedef enum csi_setting_kind { CSI_SETTING_TEXT, CSI_SETTING_LIST, CSI_SETTING_MAP } csi_setting_kind;

typedef struct csi_setting {
    csi_setting_kind kind;
    const char *key;   /* within a map; NULL otherwise */
    const char *text;  /* of a scalar; "" for null */
    bool is_quoted;
    size_t n;                          /* items of a list or map, in the order of the file */
    const struct csi_setting *item;
    csi_place place;                   /* strings live in the arena */
    csi_place key_place;
} csi_setting;

/* Reads YAML from `bytes`; `file` is for messages. Duplicate keys, anchors beyond a sane size and syntax errors are
 * CSI_ERR_CONFIG. JSON is YAML, so this reads the project's own JSON files too. The tree lives in `arena`. */
CSI_MUST_USE csi_status csi_settings_parse(csi_arena *arena, const char *file, const char *bytes, size_t n_bytes,
                                           csi_diag *diag, const csi_setting **root);

/* The item of map `map` with this key; NULL when absent or when `map` is NULL or no map. */
const csi_setting *csi_setting_find(const csi_setting *map, const char *key);

/* Fails on any key of `map` outside `known` (n of them), suggesting the nearest. `what` names the section. */
CSI_MUST_USE csi_status csi_setting_check_keys(const csi_setting *map, const char *what, const char *const *known,
                                               size_t n, csi_diag *diag);

/* Typed reading of one node. Each fails with the place when the node is of another kind, does not parse whole, or lies
 * outside its limits (inclusive); *out is untouched then. `setting` must not be NULL. */
CSI_MUST_USE csi_status csi_setting_number(const csi_setting *setting, double low, double high, csi_diag *diag, double *out);
CSI_MUST_USE csi_status csi_setting_integer(const csi_setting *setting, int64_t low, int64_t high, csi_diag *diag, int64_t *out);
CSI_MUST_USE csi_status csi_setting_boolean(const csi_setting *setting, csi_diag *diag, bool *out); /* true/false only */
CSI_MUST_USE csi_status csi_setting_text(const csi_setting *setting, csi_diag *diag, const char **out);
CSI_MUST_USE csi_status csi_setting_choice(const csi_setting *setting, const char *const *names, size_t n, csi_diag *diag,
                                           size_t *out);
CSI_MUST_USE csi_status csi_setting_expect(const csi_setting *setting, csi_setting_kind kind, csi_diag *diag);

/* The entry of `names` nearest to `text` when it is near enough to be a slip of the pen; NULL otherwise. */
const char *csi_nearest_name(const char *text, const char *const *names, size_t n);

#endif
