/* See sniff.h. */
#include "ingest/sniff.h"

#include <stdbool.h>
#include <stdint.h>

#define MAX_RECORDS 200
#define MAX_FIELDS 4096

/* How even the table is: the share of records that have the commonest number of fields, weighted by that number. */
static double evenness(const char *text, size_t n, char delimiter, char quote)
{
    uint16_t count[MAX_FIELDS] = {0};
    size_t n_records = 0, n_fields = 1;
    bool is_open = false, is_blank = true;
    for (size_t i = 0; i < n && n_records < MAX_RECORDS; i++) {
        const char c = text[i];
        if (quote != '\0' && c == quote) {
            is_open = !is_open;
        } else if (!is_open && c == delimiter) {
            n_fields++;
        } else if (!is_open && (c == '\n' || c == '\r')) {
            if (!is_blank) {
                count[n_fields < MAX_FIELDS ? n_fields : MAX_FIELDS - 1]++;
                n_records++;
            }
            n_fields = 1;
            is_blank = true;
            continue;
        }
        is_blank = false;
    }
    if (!is_blank && n_records == 0) {
        count[n_fields < MAX_FIELDS ? n_fields : MAX_FIELDS - 1]++;
        n_records++;
    }
    size_t best = 1;
    for (size_t fields = 2; fields < MAX_FIELDS; fields++) {
        if (count[fields] >= count[best] || best == 1) {
            best = count[fields] > 0 ? fields : best;
        }
    }
    if (best == 1) {
        return 0;
    }
    const double share = (double)count[best] / (double)n_records;
    return share * share * (1 + (double)best / (double)(best + 8));
}

char csi_sniff_delimiter(const char *text, size_t n, char quote)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char best = ',';
    double best_score = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        const double score = evenness(text, n, candidates[i], quote);
        if (score > best_score) {
            best = candidates[i];
            best_score = score;
        }
    }
    return best;
}
