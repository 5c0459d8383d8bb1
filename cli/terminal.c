/* See terminal.h. With text.c and main.c the only places that look at the environment. */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/number.h"

#define WIDTH_MIN 20
#define WIDTH_MAX 1000
#define WIDTH_USUAL 80

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

/* The locale's character set as POSIX finds it, without setlocale: the first of the three that is set. */
static bool locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = variable(names[i]);
        if (value[0] != '\0') {
            return strcasestr(value, "UTF-8") != NULL || strcasestr(value, "UTF8") != NULL;
        }
    }
    return false;
}

static int width_of(int fd, bool is_terminal)
{
    const char *columns = variable("COLUMNS");
    int64_t asked = 0;
    if (csi_number_read_integer(columns, strlen(columns), &asked) == CSI_NUMBER_OK && asked >= WIDTH_MIN &&
        asked <= WIDTH_MAX) {
        return (int)asked;
    }
    if (!is_terminal) {
        return 0;
    }
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_MIN) {
        return size.ws_col;
    }
    return WIDTH_USUAL;
}

csi_terminal csi_terminal_of(int fd, csi_when color)
{
    csi_terminal terminal = {.is_terminal = isatty(fd) == 1, .has_unicode = locale_is_utf8()};
    const bool is_dumb = strcmp(variable("TERM"), "dumb") == 0 || variable("TERM")[0] == '\0';
    terminal.has_color = color == CSI_ALWAYS || (color == CSI_AUTO && terminal.is_terminal && !is_dumb &&
                                                 variable("NO_COLOR")[0] == '\0');
    terminal.width = width_of(fd, terminal.is_terminal);
    return terminal;
}
