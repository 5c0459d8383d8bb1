/* A signal that would end the process first removes its temporaries, then ends it as if nobody had listened: a shell
 * sees 128+n, a parent sees the signal. The lock on the directory goes with the process. A signal that the caller chose
 * to ignore, as nohup does, stays ignored. A file-size limit is met as a failed write, which is reported. */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>

#include "core/outfile.h"

static void end(int number)
{
    csi_outfile_remove_temporaries();
    raise(number); /* the handler is reset, so this is the end once the handler returns */
}

void csi_signals_prepare(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGALRM};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action = {.sa_handler = end, .sa_flags = (int)SA_RESETHAND};
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            sigfillset(&action.sa_mask);
            sigaction(numbers[i], &action, NULL);
        }
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}
