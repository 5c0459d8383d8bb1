/* Settings, typed: one getter a type, each refusing with the place of what it refuses. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/settings.h"

const csi_setting *csi_setting_find(const csi_setting *map, const char *key)
{
    if (map == NULL || map->kind != CSI_SETTING_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->n; i++) {
        if (strcmp(map->item[i].key, key) == 0) {
            return &map->item[i];
        }
    }
    return NULL;
}

static const char *kind_name(csi_setting_kind kind)
{
    return kind == CSI_SETTING_TEXT ? "a single value" : kind == CSI_SETTING_LIST ? "a list" : "a map of keys";
}

/* "x" for messages: the key when there is one. */
static const char *subject(const csi_setting *setting)
{
    return setting->key != NULL ? setting->key : "this";
}

csi_status csi_setting_expect(const csi_setting *setting, csi_setting_kind kind, csi_diag *diag)
{
    if (setting->kind == kind) {
        return CSI_OK;
    }
    return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place, "%s must be %s, not %s", subject(setting),
                          kind_name(kind), kind_name(setting->kind));
}

csi_status csi_setting_text(const csi_setting *setting, csi_diag *diag, const char **out)
{
    const csi_status status = csi_setting_expect(setting, CSI_SETTING_TEXT, diag);
    if (status == CSI_OK) {
        *out = setting->text;
    }
    return status;
}

csi_status csi_setting_number(const csi_setting *setting, double low, double high, csi_diag *diag, double *out)
{
    const csi_status status = csi_setting_expect(setting, CSI_SETTING_TEXT, diag);
    if (status != CSI_OK) {
        return status;
    }
    double value;
    if (csi_number_read(setting->text, strlen(setting->text), &value) != CSI_NUMBER_OK) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place, "%s must be a number, not \"%s\"", subject(setting),
                              setting->text);
    }
    if (value < low || value > high) {
        char from[CSI_NUMBER_MAX] = "-inf", to[CSI_NUMBER_MAX] = "inf";
        if (isfinite(low)) {
            csi_number_write(low, from);
        }
        if (isfinite(high)) {
            csi_number_write(high, to);
        }
        return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place, "%s must lie between %s and %s, not %s",
                              subject(setting), from, to, setting->text);
    }
    *out = value;
    return CSI_OK;
}

csi_status csi_setting_integer(const csi_setting *setting, int64_t low, int64_t high, csi_diag *diag, int64_t *out)
{
    const csi_status status = csi_setting_expect(setting, CSI_SETTING_TEXT, diag);
    if (status != CSI_OK) {
        return status;
    }
    int64_t value;
    if (csi_number_read_integer(setting->text, strlen(setting->text), &value) != CSI_NUMBER_OK) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place, "%s must be a whole number, not \"%s\"",
                              subject(setting), setting->text);
    }
    if (value < low || value > high) {
        return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place, "%s must lie between %lld and %lld, not %s",
                              subject(setting), (long long)low, (long long)high, setting->text);
    }
    *out = value;
    return CSI_OK;
}

csi_status csi_setting_boolean(const csi_setting *setting, csi_diag *diag, bool *out)
{
    static const char *const names[] = {"false", "true"};
    size_t choice = 0;
    const csi_status status = csi_setting_choice(setting, names, 2, diag, &choice);
    if (status == CSI_OK) {
        *out = choice == 1;
    }
    return status;
}

/* "a, b or c" in the caller's storage. */
static void list_names(const char *const *names, size_t n, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && at + strlen(names[i]) + 8 < size; i++) {
        const char *join = i == 0 ? "" : i + 1 == n ? " or " : ", ";
        at = (size_t)(stpcpy(stpcpy(text + at, join), names[i]) - text);
    }
}

csi_status csi_setting_choice(const csi_setting *setting, const char *const *names, size_t n, csi_diag *diag, size_t *out)
{
    const csi_status status = csi_setting_expect(setting, CSI_SETTING_TEXT, diag);
    if (status != CSI_OK) {
        return status;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(setting->text, names[i]) == 0) {
            *out = i;
            return CSI_OK;
        }
    }
    const char *near = csi_nearest_name(setting->text, names, n);
    char list[512];
    list_names(names, n, list, sizeof list);
    return csi_diag_error(diag, CSI_ERR_CONFIG, &setting->place, "%s must be %s, not \"%s\"%s%s%s", subject(setting), list,
                          setting->text, near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                          near == NULL ? "" : "\"?");
}

csi_status csi_setting_check_keys(const csi_setting *map, const char *what, const char *const *known, size_t n,
                                  csi_diag *diag)
{
    if (map == NULL) {
        return CSI_OK;
    }
    csi_status status = csi_setting_expect(map, CSI_SETTING_MAP, diag);
    if (status != CSI_OK) {
        return status;
    }
    for (size_t i = 0; i < map->n; i++) {
        const csi_setting *item = &map->item[i];
        bool is_known = false;
        for (size_t k = 0; k < n && !is_known; k++) {
            is_known = strcmp(item->key, known[k]) == 0;
        }
        if (!is_known) {
            const char *near = csi_nearest_name(item->key, known, n);
            status = csi_diag_error(diag, CSI_ERR_CONFIG, &item->key_place, "unknown key \"%s\" in %s%s%s%s", item->key,
                                    what, near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                                    near == NULL ? "" : "\"?");
        }
    }
    return status;
}

#define LONGEST_NAME 64

/* Optimal string alignment distance of two short texts: insert, delete, change, swap neighbours, each 1. */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t row[3][LONGEST_NAME + 1];
    for (size_t j = 0; j <= n_b; j++) {
        row[0][j] = j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        size_t *now = row[i % 3], *before = row[(i + 2) % 3], *twice = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);
            best = before[j] + 1 < best ? before[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && twice[j - 2] + 1 < best) {
                best = twice[j - 2] + 1;
            }
            now[j] = best;
        }
    }
    return row[n_a % 3][n_b];
}

const char *csi_nearest_name(const char *text, const char *const *names, size_t n)
{
    const size_t length = strlen(text);
    const char *nearest = NULL;
    size_t least = length / 3 + 1;
    for (size_t i = 0; length <= LONGEST_NAME && i < n; i++) {
        const size_t n_name = strlen(names[i]);
        const size_t d = n_name > LONGEST_NAME ? least + 1 : distance(text, length, names[i], n_name);
        if (d < least || (d == least && nearest == NULL)) {
            least = d;
            nearest = names[i];
        }
    }
    return nearest;
}
