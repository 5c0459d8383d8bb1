/* What --help and the man page both say: exit codes, environment, files. */
#ifndef CSI_CLI_WORDS_H
#define CSI_CLI_WORDS_H

typedef struct csi_term {
    const char *term;
    const char *meaning;
} csi_term;

/* Each ends with a NULL term. */
extern const csi_term csi_words_exit[];
extern const csi_term csi_words_environment[];
extern const csi_term csi_words_files[];
extern const char csi_words_date[]; /* of the manual */
extern const char csi_words_summary[];
extern const char csi_words_description[];

#endif
