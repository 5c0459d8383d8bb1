/* What can be told about a file from its head. Every verdict can be overruled in index.yaml. */
#ifndef CSI_INGEST_SNIFF_H
#define CSI_INGEST_SNIFF_H

#include <stddef.h>

/* The delimiter among comma, semicolon, tab and pipe that gives the most even table; ',' when none gives two columns. */
char csi_sniff_delimiter(const char *text, size_t n, char quote);

#endif
