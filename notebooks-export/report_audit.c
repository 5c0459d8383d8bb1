/* What the audit found, the gravest first: the evidence and the rule that it is held against. */
#include <string.h>

#include "core/number.h"
#include "notebooks-export/html.h"
#include "notebooks-export/report_parts.h"

static const csi_word gravities[] = {CSI_WORD_gravity_note, CSI_WORD_gravity_watch, CSI_WORD_gravity_serious};

static void write_totals(const csi_report *r)
{
    const csi_audit *audit = r->data->audit;
    csi_outfile_text(r->file, "<div class=\"facts\">\n");
    for (int gravity = CSI_GRAVITY_SERIOUS; gravity >= 0; gravity--) {
        char text[CSI_NUMBER_MAX];
        int64_t n = 0;
        for (size_t i = 0; i < audit->n_findings; i++) {
            n += audit->finding[i].gravity == (csi_gravity)gravity;
        }
        csi_number_write_integer(n, text);
        csi_report_fact(r, text, gravities[gravity]);
    }
    csi_outfile_text(r->file, "</div>\n");
}

/* The name of an indicator or a part; the whole index where the finding names neither. */
static const char *subject(const csi_report *r, const char *code)
{
    const csi_report_data *d = r->data;
    const size_t node = csi_names_find(d->results->nodes, code, strlen(code));
    if (code[0] == '\0' || node != CSI_NONE) {
        return d->node_name[node == CSI_NONE ? 0 : node];
    }
    for (size_t i = 0; i < d->n_indicators; i++) {
        if (strcmp(d->indicator[i].code, code) == 0) {
            return d->indicator[i].name;
        }
    }
    return code;
}

static void cell(const csi_report *r, const char *text)
{
    csi_outfile_text(r->file, "<td lang=\"en\">");
    csi_html_text(r->file, text);
    csi_outfile_text(r->file, "</td>");
}

void csi_report_write_audit(const csi_report *r)
{
    static const csi_report_column columns[] = {
        {CSI_WORD_gravity, false}, {CSI_WORD_subject, false}, {CSI_WORD_topic, false}, {CSI_WORD_found, false},
        {CSI_WORD_rule, false},
    };
    const csi_audit *audit = r->data->audit;
    write_totals(r);
    csi_report_open_table(r, "audit", CSI_WORD_audit_caption, audit->run->project->first_year + (int)audit->year);
    csi_report_headings(r, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < audit->n_findings; i++) {
        const csi_finding *finding = &audit->finding[i];
        csi_outfile_format(r->file, "<tr><td><span class=\"gravity %s\">", csi_gravity_name(finding->gravity));
        csi_report_word(r, gravities[finding->gravity]);
        csi_outfile_text(r->file, "</span></td><th scope=\"row\">");
        csi_html_text(r->file, subject(r, finding->code));
        csi_outfile_text(r->file, "</th>");
        cell(r, finding->topic);
        cell(r, finding->evidence);
        cell(r, finding->rule);
        csi_outfile_text(r->file, "</tr>\n");
    }
    csi_report_close_table(r);
}
