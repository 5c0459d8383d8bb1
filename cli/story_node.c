/* One aggregate's lines: each child with its weight and its share of the score, then the rule's own arithmetic. */
#include "cli/story.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/logarithm.h"
#include "core/number.h"

/* What was present, and what had to be. */
static const char *tell_presence(csi_story *story, size_t node, size_t *n_present)
{
    const csi_run *run = story->run;
    const csi_node *parent = &run->project->framework->node[node];
    const csi_node_rule *rule = &run->project->recipe->node_rule[node];
    double present = 0;
    *n_present = 0;
    for (size_t q = 0; q < parent->n_children; q++) {
        if (!isnan(csi_panel_get(run->result->scores, parent->child[q], story->year, story->country))) {
            present += run->result->weight[parent->child[q] * run->result->scores->n_years + story->year];
            *n_present += 1;
        }
    }
    char share[CSI_NUMBER_MAX], least[CSI_NUMBER_MAX];
    csi_number_write_fixed(100 * present, 0, share);
    csi_number_write_fixed(100 * rule->min_weight_share, 0, least);
    const char *needs = rule->min_children > 1
                            ? csi_story_text(story, "%zu needed", rule->min_children)
                            : csi_story_text(story, "%s %% needed", least);
    return csi_story_text(story, "%zu of %zu present, %s %% of the weight; %s", *n_present, parent->n_children, share,
                          needs);
}

/* The rule's arithmetic from the sum of its terms, in the words of the four classic means. */
static const char *tell_rule(csi_story *story, size_t node, double sum, double score)
{
    const csi_step *step = story->run->project->recipe->node_rule[node].step;
    const char *code = story->run->project->framework->node[node].code;
    const char *name = step->method->name;
    const char *s = csi_story_number(story, sum, false), *y = csi_story_number(story, score, false);
    if (strcmp(name, "arithmetic") == 0 && csi_story_agrees(sum, score)) {
        return csi_story_text(story, "%s = sum of w x = %s", code, y);
    }
    if (strcmp(name, "geometric") == 0 && csi_story_agrees(csi_exp(sum), score)) {
        return csi_story_text(story, "%s = exp(sum of w ln x) = exp(%s) = %s", code, s, y);
    }
    if (strcmp(name, "harmonic") == 0 && csi_story_agrees(1 / sum, score)) {
        return csi_story_text(story, "%s = 1 / (sum of w / x) = 1 / %s = %s", code, s, y);
    }
    return csi_story_text(story, "%s = %s, by %s", code, y, step->method->formula);
}

static void add_parts(csi_story *story, size_t node, double *weight, double *contribution)
{
    const csi_run *run = story->run;
    const csi_framework *framework = run->project->framework;
    const csi_step *step = run->project->recipe->node_rule[node].step;
    csi_contributions(run->project->recipe, run->result, framework, node, story->year, story->country, weight,
                      contribution);
    for (size_t q = 0; q < framework->node[node].n_children; q++) {
        const size_t child = framework->node[node].child[q];
        const double x = csi_panel_get(run->result->scores, child, story->year, story->country);
        const bool has_term = step->method->phi != NULL && !isnan(x) && !isnan(weight[q]);
        const csi_story_line line = {.node = node, .step = "part", .method = "", .part = child, .value = x, .state = "",
                                     .arithmetic = "", .weight = weight[q], .contribution = contribution[q],
                                     .term = has_term ? weight[q] * step->method->phi(step, x) : NAN};
        csi_story_add(story, &line);
    }
}

/* Of the part lines just added. */
static double sum_terms(const csi_story *story, size_t first)
{
    double sum = 0;
    for (size_t i = first; i < story->n; i++) {
        sum += isnan(story->line[i].term) ? 0 : story->line[i].term;
    }
    return sum;
}

void csi_story_node(csi_story *story, size_t node)
{
    const csi_run *run = story->run;
    const size_t n = run->project->framework->node[node].n_children, first = story->n;
    const csi_step *step = run->project->recipe->node_rule[node].step;
    const double score = csi_panel_get(run->result->scores, node, story->year, story->country);
    double *work = calloc(2 * n + 1, sizeof *work);
    size_t n_present = 0;
    if (work == NULL) {
        story->status = csi_diag_no_memory(story->diag, "explaining");
        return;
    }
    add_parts(story, node, work, work + n);
    free(work);
    const char *presence = tell_presence(story, node, &n_present);
    const char *rule = isnan(score) ? "not scored" : tell_rule(story, node, sum_terms(story, first), score);
    const csi_story_line line = {.node = node, .step = "aggregate", .method = step->method->name, .value = score,
                                 .arithmetic = csi_story_text(story, "%s; %s", rule, presence), .state = "",
                                 .part = CSI_NONE, .weight = NAN, .term = NAN, .contribution = NAN};
    csi_story_add(story, &line);
}
