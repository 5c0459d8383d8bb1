/* What is known of the screen: whether it is one, how wide, and what it can show. */
#ifndef CSI_CLI_TERMINAL_H
#define CSI_CLI_TERMINAL_H

#include <stdbool.h>

typedef enum csi_when { CSI_AUTO, CSI_ALWAYS, CSI_NEVER } csi_when;

typedef struct csi_terminal {
    bool is_terminal;
    bool has_color;
    bool has_unicode;
    int width; /* columns; 0: no limit (not a terminal) */
} csi_terminal;

/* What file descriptor `fd` is: isatty, NO_COLOR, TERM, COLUMNS, LC_ALL, LC_CTYPE, LANG are looked at. */
csi_terminal csi_terminal_of(int fd, csi_when color);

#endif
