/* The list of methods and the lookups by name. */
#include "metrics/method.h"

#include <assert.h>
#include <string.h>

#define CSI_METHOD(method) extern const csi_method method;
#include "metrics/methods.def"
#undef CSI_METHOD

static const csi_method *const methods[] = {
#define CSI_METHOD(method) &method,
#include "metrics/methods.def"
#undef CSI_METHOD
};

static const char *const step_names[CSI_N_STEPS] = {
    [CSI_STEP_DENOMINATE] = "denominate", [CSI_STEP_SCREEN] = "screen", [CSI_STEP_IMPUTE] = "impute",
    [CSI_STEP_TREAT] = "treat",           [CSI_STEP_NORMALISE] = "normalise", [CSI_STEP_WEIGHT] = "weight",
    [CSI_STEP_AGGREGATE] = "aggregate",
};

const char *csi_step_kind_name(csi_step_kind kind)
{
    return step_names[kind];
}

size_t csi_method_count(void)
{
    return sizeof methods / sizeof methods[0];
}

const csi_method *csi_method_at(size_t index)
{
    return methods[index];
}

const csi_method *csi_method_find(csi_step_kind step, const char *name)
{
    for (size_t i = 0; i < csi_method_count(); i++) {
        if (methods[i]->step == step && strcmp(methods[i]->name, name) == 0) {
            return methods[i];
        }
    }
    return NULL;
}

static size_t option_index(const csi_method *method, const char *option)
{
    for (size_t i = 0; i < method->n_options; i++) {
        if (strcmp(method->option[i].name, option) == 0) {
            return i;
        }
    }
    return CSI_NONE;
}

bool csi_step_has(const csi_step *step, const char *option)
{
    return option_index(step->method, option) != CSI_NONE;
}

const csi_option_value *csi_step_value(const csi_step *step, const char *option)
{
    const size_t index = option_index(step->method, option);
    assert(index != CSI_NONE);
    return &step->value[index];
}

double csi_step_number(const csi_step *step, const char *option)
{
    return csi_step_value(step, option)->number;
}

bool csi_step_boolean(const csi_step *step, const char *option)
{
    return csi_step_value(step, option)->number != 0;
}

const char *csi_step_text(const csi_step *step, const char *option)
{
    return csi_step_value(step, option)->text;
}

size_t csi_step_choice(const csi_step *step, const char *option)
{
    return csi_step_value(step, option)->choice;
}

static bool lists(const csi_option_value *value, const char *code)
{
    for (size_t i = 0; i < value->n; i++) {
        if (strcmp(value->texts[i], code) == 0) {
            return true;
        }
    }
    return false;
}

bool csi_step_concerns(const csi_step *step, const char *code)
{
    if (!csi_step_has(step, "indicators")) {
        return true;
    }
    const csi_option_value *only = csi_step_value(step, "indicators");
    return (only->n == 0 || lists(only, code)) && !lists(csi_step_value(step, "except"), code);
}
