/* A preloaded library that sets the locale from the environment before main, as a host program or a plug-in might: the
 * environment alone changes nothing in a program that never calls setlocale. */
#include <locale.h>

__attribute__((constructor)) static void set_locale(void)
{
    setlocale(LC_ALL, "");
}
