/* Suggestions for a name that nothing answers to: near spellings, and countries named inside it. For people's eyes
 * only; never a match. */
#ifndef CSI_INGEST_COUNTRY_SUGGEST_H
#define CSI_INGEST_COUNTRY_SUGGEST_H

#include "ingest/country_tables.h"

#define CSI_COUNTRY_SUGGESTIONS 4

/* Fills answer->candidate, nearest first, at most CSI_COUNTRY_SUGGESTIONS. */
void csi_country_suggest(const csi_folded *folded, const csi_country_key *key, csi_country_answer *answer);

#endif
