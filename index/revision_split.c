/* Five things can change between two results, and each is a player of a Shapley game: the values of cells that both have,
 * which cells there are, the goalposts, the weights, and the rest of the method (steps, the tree, years). A coalition is a
 * run whose cells, goalposts, weights and method are taken from the old or the new result, one by one, out of the
 * published files alone. Only what did change plays, so that a revision of data takes no more than it did.
 *
 * Goalposts and weights are taken over by code, where both frameworks have the node; what only one has is method. */
#include "index/revision_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/decompose.h"

#define N_MIXES (1u << CSI_N_REVISED)

typedef struct node_facts {
    double goal_low, goal_high, target, weight;
    const csi_step *weighting;
} node_facts;

/* One result's method, and the data of both under it. */
typedef struct method_side {
    csi_project *project[2]; /* [data] */
    csi_raw *raw[2];
    node_facts *fact;        /* [n_nodes]: as published */
    size_t *in_other;        /* [n_nodes]: the node of the other framework; CSI_NONE */
} method_side;

typedef struct mixing {
    csi_revision *r;
    const char *directory[2];
    csi_arena *arena;
    csi_diag *diag;
    method_side side[2];     /* [method] */
    size_t n_players, player[CSI_N_REVISED];
    size_t n_cells;
    double *score[N_MIXES];  /* [coalition of players][cell of new] */
} mixing;

static csi_status no_memory(const mixing *m)
{
    return csi_diag_no_memory(m->diag, "comparing results");
}

static csi_status open_side(mixing *m, size_t method)
{
    method_side *side = &m->side[method];
    csi_status status;
    for (size_t data = 0; data < 2; data++) {
        CSI_TRY(csi_project_read_published(m->directory[method], m->directory[data], m->diag, &side->project[data]));
        csi_project *project = side->project[data];
        CSI_TRY(csi_ingest_read(project->arena, project->framework, &project->ingest, m->diag, &side->raw[data]));
    }
    const csi_project *project = side->project[0];
    side->fact = csi_arena_alloc(m->arena, project->framework->n_nodes, sizeof *side->fact);
    side->in_other = csi_arena_alloc(m->arena, project->framework->n_nodes, sizeof *side->in_other);
    if (side->fact == NULL || side->in_other == NULL) {
        CSI_TRY(no_memory(m));
    }
    for (size_t i = 0; i < project->framework->n_nodes; i++) {
        const csi_node *node = &project->framework->node[i];
        side->fact[i] = (node_facts){node->goal_low, node->goal_high, node->target, node->weight,
                                     project->recipe->node_weight[i]};
    }
out:
    return status;
}

static void match_nodes(mixing *m)
{
    for (size_t method = 0; method < 2; method++) {
        const csi_framework *own = m->side[method].project[0]->framework, *other = m->side[!method].project[0]->framework;
        for (size_t i = 0; i < own->n_nodes; i++) {
            m->side[method].in_other[i] = csi_framework_find(other, own->node[i].code);
        }
    }
}

static bool differ(double a, double b)
{
    return a != b && !(isnan(a) && isnan(b));
}

static void find_players(mixing *m, bool *is_player)
{
    const csi_revision *r = m->r;
    is_player[CSI_REVISED_DATA] = r->all.n_revised > 0;
    is_player[CSI_REVISED_COVERAGE] = r->all.n_added + r->all.n_gone > 0;
    is_player[CSI_REVISED_METHOD] = !r->is_same_method;
    for (size_t i = 0; !r->is_same_method && i < m->side[0].project[0]->framework->n_nodes; i++) {
        const size_t other = m->side[0].in_other[i];
        const node_facts *a = &m->side[0].fact[i], *b = other == CSI_NONE ? a : &m->side[1].fact[other];
        is_player[CSI_REVISED_GOALPOSTS] |=
            differ(a->goal_low, b->goal_low) || differ(a->goal_high, b->goal_high) || differ(a->target, b->target);
        is_player[CSI_REVISED_WEIGHTS] |= a->weight != b->weight || a->weighting != NULL || b->weighting != NULL;
    }
}

/* Gives the project of `method` the goalposts and weights that the coalition asks for. */
static void set_facts(const mixing *m, size_t method, unsigned mix)
{
    const method_side *side = &m->side[method];
    csi_project *project = side->project[0];
    for (size_t i = 0; i < project->framework->n_nodes; i++) {
        const node_facts *own = &side->fact[i];
        const node_facts *other = side->in_other[i] == CSI_NONE ? own : &m->side[!method].fact[side->in_other[i]];
        const node_facts *goals = (mix >> CSI_REVISED_GOALPOSTS & 1) == method ? own : other;
        const node_facts *weights = (mix >> CSI_REVISED_WEIGHTS & 1) == method ? own : other;
        csi_node *node = &project->framework->node[i];
        node->goal_low = goals->goal_low;
        node->goal_high = goals->goal_high;
        node->target = goals->target;
        node->weight = weights->weight;
        project->recipe->node_weight[i] = weights->weighting;
    }
}

/* The countries of both, each once. */
static csi_status join_countries(const mixing *m, const csi_raw *const *raw, csi_countries *countries)
{
    const csi_countries *a = &raw[0]->countries, *b = &raw[1]->countries;
    csi_country *country = csi_arena_alloc(m->arena, a->n + b->n + 1, sizeof *country);
    size_t i = 0, k = 0, n = 0;
    if (country == NULL) {
        return no_memory(m);
    }
    while (i < a->n || k < b->n) {
        const int order = i == a->n ? 1 : k == b->n ? -1 : strcmp(a->country[i].iso3, b->country[k].iso3);
        country[n++] = order <= 0 ? a->country[i] : b->country[k];
        i += order <= 0 ? 1 : 0;
        k += order >= 0 ? 1 : 0;
    }
    *countries = (csi_countries){.n = n, .country = country, .n_groupings = a->n_groupings, .grouping = a->grouping};
    return CSI_OK;
}

static double cell_of(const csi_raw *raw, size_t series, size_t year, size_t country)
{
    return country == CSI_NONE ? (double)NAN : csi_panel_get(raw->panel, series, year, country);
}

/* Cells that both have take the value that `data` says; the others are there as `coverage` says. */
static csi_status mix_cells(const mixing *m, size_t method, unsigned mix, csi_raw **out)
{
    const csi_raw *const *raw = (const csi_raw *const *)m->side[method].raw;
    const csi_panel *like = raw[0]->panel;
    csi_raw *mixed = calloc(1, sizeof *mixed);
    csi_status status = CSI_OK;
    *out = mixed;
    if (mixed == NULL) {
        return no_memory(m);
    }
    CSI_TRY(join_countries(m, raw, &mixed->countries));
    if (csi_panel_new(like->n_series, like->first_year, like->n_years, mixed->countries.n, false, &mixed->panel) != CSI_OK) {
        CSI_TRY(no_memory(m));
    }
    for (size_t c = 0; c < mixed->countries.n; c++) {
        const char *iso3 = mixed->countries.country[c].iso3;
        const size_t before = csi_countries_find(&raw[0]->countries, iso3), after = csi_countries_find(&raw[1]->countries, iso3);
        for (size_t cell = 0; cell < like->n_series * like->n_years; cell++) {
            const size_t series = cell / like->n_years, year = cell % like->n_years;
            const double old = cell_of(raw[0], series, year, before), new = cell_of(raw[1], series, year, after);
            const unsigned bit = isnan(old) != isnan(new) ? CSI_REVISED_COVERAGE : CSI_REVISED_DATA;
            csi_panel_set(mixed->panel, series, year, c, mix >> bit & 1 ? new : old, CSI_CELL_OBSERVED);
        }
    }
out:
    return status;
}

static void read_scores(const mixing *m, const csi_run *run, double *score)
{
    const csi_results *new = m->r->new;
    const csi_panel *scores = run->result->scores;
    for (size_t k = 0; k < csi_names_count(new->nodes); k++) {
        const size_t node = csi_framework_find(run->project->framework, csi_names_at(new->nodes, k));
        for (size_t c = 0; c < new->countries.n; c++) {
            const size_t country = csi_countries_find(&run->raw->countries, new->countries.country[c].iso3);
            for (size_t y = 0; y < new->n_years; y++) {
                const size_t year = csi_panel_find_year(scores, new->first_year + (int)y);
                const bool is_there = node != CSI_NONE && country != CSI_NONE && year != CSI_NONE;
                score[(k * new->n_years + y) * new->countries.n + c] =
                    is_there ? csi_panel_get(scores, node, year, country) : (double)NAN;
            }
        }
    }
}

/* The parts that are new in a coalition of players; what does not play is the same in both, so it counts as new. */
static unsigned mix_of(const mixing *m, unsigned coalition)
{
    unsigned mix = N_MIXES - 1;
    for (size_t k = 0; k < m->n_players; k++) {
        mix &= coalition >> k & 1 ? N_MIXES - 1 : ~(1u << m->player[k]);
    }
    return mix;
}

static csi_status compute(const mixing *m, unsigned coalition)
{
    const unsigned mix = mix_of(m, coalition);
    const size_t method = mix >> CSI_REVISED_METHOD & 1;
    csi_raw *raw = NULL;
    csi_run *run = NULL;
    csi_status status;
    set_facts(m, method, mix);
    status = mix_cells(m, method, mix, &raw);
    if (status != CSI_OK) {
        csi_raw_free(raw);
        return status;
    }
    CSI_TRY(csi_run_compute_raw(m->side[method].project[0], raw, m->diag, &run));
    read_scores(m, run, m->score[coalition]);
out:
    csi_run_free(run);
    return status;
}

typedef struct cell_game {
    const mixing *m;
    size_t cell;
} cell_game;

static csi_status play(void *user, uint64_t players, double *value)
{
    const cell_game *game = user;
    *value = game->m->score[players][game->cell];
    return CSI_OK;
}

static csi_status share_out(const mixing *m, const double *old_at)
{
    csi_revision *r = m->r;
    const unsigned all = (1u << m->n_players) - 1;
    csi_status status = CSI_OK;
    for (size_t cell = 0; cell < m->n_cells; cell++) {
        double share[CSI_N_REVISED];
        cell_game game = {m, cell};
        bool is_whole = !isnan(old_at[cell]);
        for (unsigned coalition = 0; coalition <= all; coalition++) {
            is_whole = is_whole && !isnan(m->score[coalition][cell]);
        }
        if (!is_whole) {
            continue;
        }
        CSI_TRY(csi_shapley(m->n_players, play, &game, 0, 0, share, NULL));
        for (size_t i = 0; i < CSI_N_REVISED; i++) {
            r->part[i][cell] = 0;
        }
        for (size_t k = 0; k < m->n_players; k++) {
            r->part[m->player[k]][cell] = share[k];
        }
        r->program[cell] = m->score[0][cell] - old_at[cell];
    }
out:
    return status;
}

/* The scores of all coalitions: the two ends are what was published, the old one as long as this program made it. */
static csi_status fill_scores(mixing *m, const double *old_at)
{
    const csi_results *new = m->r->new;
    const unsigned all = (1u << m->n_players) - 1;
    csi_status status = CSI_OK;
    for (unsigned coalition = 0; coalition <= all; coalition++) {
        m->score[coalition] = reallocarray(NULL, m->n_cells + 1, sizeof(double));
        if (m->score[coalition] == NULL) {
            return no_memory(m);
        }
        if (coalition == all && (all > 0 || m->r->is_same_program)) {
            for (size_t cell = 0; cell < m->n_cells; cell++) {
                m->score[coalition][cell] = new->row[cell].score;
            }
        } else if (coalition == 0 && m->r->is_same_program) {
            memcpy(m->score[0], old_at, m->n_cells * sizeof(double));
        } else {
            CSI_TRY(compute(m, coalition));
        }
    }
out:
    return status;
}

static csi_status split(mixing *m, const double *old_at)
{
    bool is_player[CSI_N_REVISED] = {false};
    csi_status status;
    CSI_TRY(open_side(m, 0));
    CSI_TRY(open_side(m, 1));
    match_nodes(m);
    find_players(m, is_player);
    for (size_t i = 0; i < CSI_N_REVISED; i++) {
        if (is_player[i]) {
            m->player[m->n_players++] = i;
        }
    }
    CSI_TRY(fill_scores(m, old_at));
    CSI_TRY(share_out(m, old_at));
out:
    return status;
}

csi_status csi_revision_split(csi_revision *r, const char *old, const char *new, const double *old_at, csi_diag *diag)
{
    mixing m = {.r = r, .directory = {old, new}, .arena = csi_arena_new(),
                .n_cells = csi_names_count(r->new->nodes) * r->new->n_years * r->new->countries.n};
    csi_status status = m.arena == NULL ? CSI_ERR_MEMORY : split(&m, old_at);
    r->is_split = status == CSI_OK;
    for (unsigned i = 0; i < N_MIXES; i++) {
        free(m.score[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        csi_raw_free(m.side[i / 2].raw[i % 2]);
        csi_project_free(m.side[i / 2].project[i % 2]);
    }
    csi_arena_free(m.arena);
    if (!r->is_split) {
        csi_diag_warn(diag, NULL, "the results cannot be computed again (%s), so the causes are not told apart",
                      csi_status_text(status));
    }
    return status == CSI_ERR_MEMORY ? csi_diag_no_memory(diag, "comparing results") : CSI_OK;
}
