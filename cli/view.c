/* See view.h. */
#include "cli/view.h"

#include <string.h>
#include <unistd.h>

#include "cli/messages.h"
#include "cli/progress.h"
#include "core/settings.h"
#include "ingest/country.h"

#define USUAL_RESULTS "out"
#define MAX_NAMES 256 /* that a suggestion is looked for in */

static const char *results_directory(const csi_call *call)
{
    const char *given = csi_call_text(call, CSI_OPT_RESULTS);
    if (given != NULL || csi_call_has(call, CSI_OPT_PROJECT)) {
        return given;
    }
    return access(USUAL_RESULTS "/manifest.json", R_OK) == 0 ? USUAL_RESULTS : NULL;
}

static csi_status make_variant(const csi_call *call, csi_view *view)
{
    const char *const asked = csi_call_text(call, CSI_OPT_VARIANT);
    const char *names[MAX_NAMES];
    size_t n = 0;
    if (asked == NULL) {
        return CSI_OK;
    }
    for (; n < view->project->n_variants && n < MAX_NAMES; n++) {
        names[n] = view->project->variant[n].name;
        if (strcmp(names[n], asked) == 0) {
            return csi_variant_make(view->run, &view->project->variant[n], call->diag, &view->variant);
        }
    }
    const char *nearest = csi_nearest_name(asked, names, n);
    return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--variant: there is no \"%s\" here%s%s%s", asked,
                          nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                          nearest != NULL ? "\"" : "");
}

csi_status csi_view_compute(const csi_call *call, csi_view *view)
{
    csi_status status = CSI_OK;
    *view = (csi_view){0};
    CSI_TRY(csi_project_open(call, csi_call_text(call, CSI_OPT_PROJECT), &view->project));
    csi_progress_stage("computing", NULL, 0);
    CSI_TRY(csi_run_compute(view->project, call->diag, &view->run));
    CSI_TRY(make_variant(call, view));
    CSI_TRY(csi_results_of_run(view->variant == NULL ? view->run : &view->variant->run, NULL, call->diag, &view->results));
    view->results->variant = view->variant == NULL ? NULL : view->variant->spec->name;
out:
    csi_progress_end();
    return status;
}

csi_status csi_view_open(const csi_call *call, csi_view *view)
{
    *view = (csi_view){0};
    if (csi_call_has(call, CSI_OPT_RESULTS) && csi_call_has(call, CSI_OPT_PROJECT)) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL,
                              "--results shows what was written, --project computes: give one of them");
    }
    const char *directory = results_directory(call);
    if (directory == NULL) {
        return csi_view_compute(call, view);
    }
    csi_say(1, "results", "results %s", directory);
    return csi_results_read_variant(directory, csi_call_text(call, CSI_OPT_VARIANT), call->diag, &view->results);
}

void csi_view_close(csi_view *view)
{
    csi_results_free(view->results);
    csi_variant_free(view->variant);
    csi_run_free(view->run);
    csi_project_free(view->project);
    *view = (csi_view){0};
}

const char *csi_view_without_intervals(const csi_results *results)
{
    const size_t n = csi_names_count(results->nodes) * results->n_years * results->countries.n;
    bool is_drawn = false;
    for (size_t i = 0; i < n && !is_drawn; i++) {
        is_drawn = !isnan(results->row[i].score_q05);
    }
    return is_drawn                   ? "No intervals: nothing here is scored."
           : results->variant != NULL ? "No intervals of this variant: `csindex run` draws them where index.yaml asks so "
                                        "(`ensemble: {variants: N}`)."
                                    : "No intervals: no ensemble was drawn; `csindex run` draws one.";
}

static csi_status unknown_node(const csi_call *call, const char *code, const char *const *names, size_t n)
{
    const char *nearest = csi_nearest_name(code, names, n);
    return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "--node: there is no \"%s\" here%s%s%s", code,
                          nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                          nearest != NULL ? "\"" : "");
}

csi_status csi_view_node(const csi_call *call, const csi_results *results, size_t *node)
{
    const char *code = csi_call_text(call, CSI_OPT_NODE);
    *node = code == NULL ? 0 : csi_names_find(results->nodes, code, strlen(code));
    if (*node != CSI_NONE) {
        return CSI_OK;
    }
    const char *names[MAX_NAMES];
    size_t n = 0;
    for (; n < csi_names_count(results->nodes) && n < MAX_NAMES; n++) {
        names[n] = csi_names_at(results->nodes, n);
    }
    return unknown_node(call, code, names, n);
}

csi_status csi_view_framework_node(const csi_call *call, const csi_framework *framework, size_t *node)
{
    const char *code = csi_call_text(call, CSI_OPT_NODE);
    *node = code == NULL ? framework->n_nodes - 1 : csi_framework_find(framework, code);
    if (*node != CSI_NONE) {
        return CSI_OK;
    }
    const char *names[MAX_NAMES];
    size_t n = 0;
    for (; n < framework->n_nodes && n < MAX_NAMES; n++) {
        names[n] = framework->node[n].code;
    }
    return unknown_node(call, code, names, n);
}

csi_status csi_view_find_year(const csi_call *call, const csi_results *results, int64_t year, size_t *index)
{
    const int64_t last = results->first_year + (int64_t)results->n_years - 1;
    if (year < results->first_year || year > last) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "there is no year %lld here: the index covers %d to %lld",
                              (long long)year, results->first_year, (long long)last);
    }
    *index = (size_t)(year - results->first_year);
    return CSI_OK;
}

csi_status csi_view_year(const csi_call *call, const csi_results *results, size_t *year)
{
    int64_t asked = 0;
    const csi_status status = csi_call_integer(call, CSI_OPT_YEAR, -9999, 9999, &asked);
    if (status != CSI_OK) {
        return status;
    }
    if (csi_call_has(call, CSI_OPT_YEAR)) {
        return csi_view_find_year(call, results, asked, year);
    }
    *year = csi_results_latest_year(results);
    if (*year == CSI_NONE) {
        return csi_diag_error(call->diag, CSI_ERR_DATA, NULL, "no country is scored in any year");
    }
    return CSI_OK;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Equal but for the case of ASCII letters, whatever the locale. */
static bool is_same_word(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static size_t find_unit(const csi_countries *countries, const char *text)
{
    for (size_t i = 0; i < countries->n; i++) {
        if (is_same_word(countries->country[i].iso3, text) || is_same_word(countries->country[i].name, text)) {
            return i;
        }
    }
    return CSI_NONE;
}

static csi_status unknown_country(const csi_call *call, const char *text, const csi_country_answer *answer)
{
    if (answer->match == CSI_COUNTRY_FOUND) {
        const csi_country_facts *facts = csi_country_find(answer->iso3);
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "\"%s\" is %s (%s), for which there is nothing here", text,
                              facts != NULL ? facts->name : text, answer->iso3);
    }
    if (answer->match == CSI_COUNTRY_AGGREGATE) {
        return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "\"%s\" is a group of countries, not a country", text);
    }
    char list[128] = "";
    size_t at = 0;
    for (size_t i = 0; i < answer->n_candidates; i++) {
        const csi_country_facts *facts = csi_country_find(answer->candidate[i]);
        const int n = snprintf(list + at, sizeof list - at, "%s%s (%s)", i > 0 ? ", " : "", answer->candidate[i],
                               facts != NULL ? facts->name : "");
        at += n > 0 && (size_t)n < sizeof list - at ? (size_t)n : 0;
    }
    list[at] = '\0';
    const bool is_ambiguous = answer->match == CSI_COUNTRY_AMBIGUOUS;
    return csi_diag_error(call->diag, CSI_ERR_USAGE, NULL, "\"%s\" %s%s%s", text,
                          is_ambiguous ? "may be several countries" : "is no country that csindex knows",
                          list[0] == '\0' ? "" : is_ambiguous ? ": " : "; near: ", list);
}

csi_status csi_view_country(const csi_call *call, const csi_countries *countries, const char *text, size_t *country)
{
    *country = find_unit(countries, text);
    if (*country != CSI_NONE) {
        return CSI_OK;
    }
    const csi_country_answer answer = csi_country_resolve(text, strlen(text), CSI_COUNTRY_ANY, 0);
    if (answer.match == CSI_COUNTRY_FOUND) {
        *country = csi_countries_find(countries, answer.iso3);
    }
    return *country != CSI_NONE ? CSI_OK : unknown_country(call, text, &answer);
}
