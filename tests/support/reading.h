/* Reading small files as a run reads them, for the tests of ingest. */
#ifndef CSI_TESTS_READING_H
#define CSI_TESTS_READING_H

#include "ingest/framework_read.h"
#include "ingest/ingest.h"
#include "tests/support/shapes.h"
#include "tests/support/support.h"

typedef struct result {
    csi_arena *arena;
    csi_diag *diag;
    csi_framework *framework;
    csi_raw *raw;
    csi_status status;
    char words[4000]; /* "file:line:column: text" of every message, a line each */
} result;

/* A framework of the given text, alone. */
void read_framework(result *r, const char *text);

/* Up to three files of the given texts, into the framework of tests/support/shapes.h; `yaml` are the options of the first. */
result ingest(const csi_ingest_options *given, const char *const *text, size_t n_texts, const char *yaml);

/* The same with options of their own, NULL for none. */
result ingest_each(const csi_ingest_options *given, const char *const *text, size_t n_texts, const char *const *yaml);

/* One file that is there; "" for no options. */
result ingest_path(const csi_ingest_options *given, const char *path, const char *yaml);

/* The messages so far, into r->words. */
void collect_words(result *r);

void release(result *r);

#endif
