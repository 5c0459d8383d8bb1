/* findings.csv and audit.md: what was found, the gravest first, each with the rule it is held against. */
#include <stdlib.h>
#include <string.h>

#include "index/audit_table.h"

static const char *const headings[] = {"gravity", "topic", "code", "evidence", "rule"};

static int gravest_first(const void *a, const void *b)
{
    const csi_finding *x = a, *y = b;
    const int by_gravity = (int)y->gravity - (int)x->gravity, by_topic = strcmp(x->topic, y->topic);
    if (by_gravity != 0 || by_topic != 0) {
        return by_gravity != 0 ? by_gravity : by_topic;
    }
    const int by_code = strcmp(x->code, y->code);
    return by_code != 0 ? by_code : strcmp(x->evidence, y->evidence);
}

csi_status csi_audit_findings(csi_audit *audit, csi_csv *csv, csi_diag *diag)
{
    (void)diag;
    qsort(audit->finding, audit->n_findings, sizeof *audit->finding, gravest_first);
    csi_audit_headings(csv, headings, sizeof headings / sizeof headings[0]);
    for (size_t i = 0; i < audit->n_findings; i++) {
        const csi_finding *f = &audit->finding[i];
        csi_csv_text(csv, csi_gravity_name(f->gravity));
        csi_csv_text(csv, f->topic);
        csi_csv_text(csv, f->code);
        csi_csv_text(csv, f->evidence);
        csi_csv_text(csv, f->rule);
        csi_csv_end_row(csv);
    }
    return CSI_OK;
}

static const char *name_of(const csi_audit *audit, const char *code)
{
    const csi_framework *framework = audit->run->project->framework;
    const size_t node = csi_framework_find(framework, code);
    return node == CSI_NONE ? code : framework->node[node].name;
}

static void write_section(const csi_audit *audit, csi_outfile *file, csi_gravity gravity, const char *heading)
{
    const char *topic = "";
    csi_outfile_format(file, "\n## %s\n", heading);
    for (size_t i = 0; i < audit->n_findings; i++) {
        const csi_finding *f = &audit->finding[i];
        if (f->gravity != gravity) {
            continue;
        }
        if (strcmp(topic, f->topic) != 0) {
            topic = f->topic;
            csi_outfile_format(file, "\n### %c%s\n\n", topic[0] - 'a' + 'A', topic + 1);
        }
        if (f->code[0] == '\0') {
            csi_outfile_format(file, "- The index: %s. *Rule: %s.*\n", f->evidence, f->rule);
        } else {
            csi_outfile_format(file, "- **%s** (`%s`) %s. *Rule: %s.*\n", name_of(audit, f->code), f->code, f->evidence,
                               f->rule);
        }
    }
    if (topic[0] == '\0') {
        csi_outfile_text(file, "\nNothing.\n");
    }
}

void csi_audit_page(const csi_audit *audit, csi_outfile *file)
{
    const csi_project *project = audit->run->project;
    size_t count[3] = {0};
    for (size_t i = 0; i < audit->n_findings; i++) {
        count[audit->finding[i].gravity]++;
    }
    csi_outfile_format(file, "# Audit of %s %s, %d\n\n", project->name, project->version,
                       project->first_year + (int)audit->year);
    csi_outfile_format(file, "%zu findings: %zu serious, %zu to watch, %zu notes. Each names what was found and the rule it "
                             "is held against; a broken rule is a question to the framework, not yet a fault. The tables "
                             "beside this page hold the numbers.\n",
                       audit->n_findings, count[CSI_GRAVITY_SERIOUS], count[CSI_GRAVITY_WATCH], count[CSI_GRAVITY_NOTE]);
    write_section(audit, file, CSI_GRAVITY_SERIOUS, "Serious");
    write_section(audit, file, CSI_GRAVITY_WATCH, "To watch");
    write_section(audit, file, CSI_GRAVITY_NOTE, "Notes");
}
