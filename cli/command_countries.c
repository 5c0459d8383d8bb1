/* csindex countries [NAME...]: which country a name or code means. */
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "ingest/country.h"

static const csi_column columns[] = {{"name", "Given", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"match", "Match", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"iso3", "ISO 3", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"iso2", "ISO 2", CSI_COLUMN_TEXT, 3, 0, 0},
                                     {"numeric", "Number", CSI_COLUMN_TEXT, 4, 0, 0},
                                     {"country", "Country", CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"region", "Region", CSI_COLUMN_TEXT, 2, 0, 0},
                                     {"subregion", NULL, CSI_COLUMN_TEXT, 0, 0, 0},
                                     {"candidates", "May be", CSI_COLUMN_TEXT, 1, 0, 0}};

static const char *match_name(csi_country_match match)
{
    switch (match) {
    case CSI_COUNTRY_FOUND:
        return "found";
    case CSI_COUNTRY_AGGREGATE:
        return "group";
    case CSI_COUNTRY_AMBIGUOUS:
        return "ambiguous";
    default:
        return "unknown";
    }
}

static void add_facts(csi_table *table, const csi_country_facts *facts)
{
    csi_table_text(table, facts != NULL ? facts->iso3 : NULL);
    csi_table_text(table, facts != NULL ? facts->iso2 : NULL);
    csi_table_text(table, facts != NULL ? facts->numeric : NULL);
    csi_table_text(table, facts != NULL ? facts->name : NULL);
    csi_table_text(table, facts != NULL ? facts->region : NULL);
    csi_table_text(table, facts != NULL ? facts->subregion : NULL);
}

static bool add_name(csi_table *table, const char *name, int year)
{
    const csi_country_answer answer = csi_country_resolve(name, strlen(name), CSI_COUNTRY_ANY, year);
    const bool is_found = answer.match == CSI_COUNTRY_FOUND;
    csi_table_text(table, name);
    csi_table_text(table, match_name(answer.match));
    add_facts(table, is_found ? csi_country_find(answer.iso3) : NULL);
    char candidates[4 * CSI_COUNTRY_CANDIDATES + 1] = "";
    for (size_t i = 0; i < answer.n_candidates && !is_found; i++) {
        snprintf(candidates + 4 * i, sizeof candidates - 4 * i, "%s ", answer.candidate[i]);
    }
    csi_table_text(table, candidates);
    return is_found;
}

/* Names from standard input, one a line. */
static bool add_lines(csi_table *table, int year)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n = 0;
    bool all_found = true;
    while ((n = getline(&line, &room, stdin)) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] != '\0') {
            all_found = add_name(table, line, year) && all_found;
        }
    }
    free(line);
    return all_found;
}

static void add_all(csi_table *table)
{
    for (size_t i = 0; i < csi_country_count(); i++) {
        const csi_country_facts *facts = csi_country_at(i);
        csi_table_blank(table);
        csi_table_blank(table);
        add_facts(table, facts);
        csi_table_blank(table);
    }
}

static csi_status run(csi_call *call)
{
    csi_status status = CSI_OK;
    csi_table *table = NULL;
    csi_column column[sizeof columns / sizeof *columns];
    int64_t year = 0;
    bool all_found = true;
    const bool is_list = call->n_arguments == 0;
    memcpy(column, columns, sizeof columns);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        column[i].heading = is_list && (i < 2 || strcmp(columns[i].key, "candidates") == 0) ? NULL : columns[i].heading;
    }
    CSI_TRY(csi_call_integer(call, CSI_OPT_AS_OF, 1800, 9999, &year));
    CSI_TRY(csi_table_new(column, sizeof column / sizeof *column, call->diag, &table));
    if (is_list) {
        add_all(table);
    }
    for (size_t i = 0; i < call->n_arguments; i++) {
        const bool is_dash = strcmp(call->argument[i], "-") == 0;
        const bool found = is_dash ? add_lines(table, (int)year) : add_name(table, call->argument[i], (int)year);
        all_found = all_found && found;
    }
    CSI_TRY(csi_table_show(table, call, NULL, NULL));
    status = all_found ? CSI_OK : CSI_ERR_GATE;
out:
    csi_table_free(table);
    return status;
}

static const csi_opt options[] = {CSI_OPT_AS_OF, CSI_OPT_FORMAT, CSI_OPT_WIDTH, CSI_OPT_ASCII, CSI_OPT_OUTPUT_FILE,
                                  CSI_OPT_END};

const csi_command csi_command_countries = {
    .name = "countries",
    .arguments = "[NAME...]",
    .max_arguments = -1,
    .summary = "tell which country a name or code means",
    .text = "Resolves names and codes as ingest does: by rule, never to the nearest country. An ambiguous or unknown name "
            "is said to be so, with candidates, and the command ends with 1. The name - stands for the lines of standard "
            "input. Without names it lists every country that csindex knows.",
    .examples = "csindex countries \"Korea, Rep.\" Deutschland 756 UK\n"
                "csindex countries --format csv - < names.txt\n",
    .options = options,
    .run = run,
};
