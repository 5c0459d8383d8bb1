/* See words.h. */
#include "cli/words.h"

#include <stddef.h>

const char csi_words_date[] = "2026-11-22";

const char csi_words_summary[] = "compute a cyberspace stability index from indicator files";

const char csi_words_description[] =
    "csindex takes indicator files and computes a yearly score for each country, with its rank, the coverage of its data "
    "and the arithmetic behind every figure. The default index measures the stability of cyberspace on the nine "
    "principles of the Paris Call for Trust and Security in Cyberspace; any other index is a directory with an "
    "index.yaml, a framework and data.\n\n"
    "Results go to standard output or to files, everything else to standard error. Files are written whole or not at "
    "all: when a command fails, what was there before is untouched.";

const csi_term csi_words_exit[] = {
    {"0", "done"},
    {"1", "finished, but a quality gate failed or something asked for was not found"},
    {"64", "the command line is wrong"},
    {"65", "the data are wrong"},
    {"66", "an input cannot be opened"},
    {"70", "a fault of csindex itself"},
    {"71", "out of memory, or the system failed"},
    {"73", "an output cannot be created"},
    {"74", "reading or writing failed under way"},
    {"75", "another run is at work there; try later"},
    {"78", "the configuration or the framework is wrong"},
    {"128+n", "ended by signal n (141: whoever read the output went away)"},
    {NULL, NULL},
};

const csi_term csi_words_environment[] = {
    {"COLUMNS", "the width that tables are fitted into, where --width is not given"},
    {"LC_ALL, LC_CTYPE, LANG", "drawings use Unicode where the first of these that is set names UTF-8; nothing else "
                               "depends on the locale"},
    {"NO_COLOR, TERM", "no colour where NO_COLOR is set or TERM is dumb"},
    {"SOURCE_DATE_EPOCH", "the time, in seconds since 1970, that published files carry"},
    {NULL, NULL},
};

const csi_term csi_words_files[] = {
    {"index.yaml", "a project's configuration; `csindex init DIR` writes one that explains itself"},
    {"out/manifest.json", "written last by `csindex run`: inputs and outputs with their SHA-256, configuration, versions"},
    {"share/csindex/paris-call", "the default index, beside the program's bin directory"},
    {NULL, NULL},
};
