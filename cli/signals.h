/* Signals that end a run leave no temporaries behind. */
#ifndef CSI_CLI_SIGNALS_H
#define CSI_CLI_SIGNALS_H

void csi_signals_prepare(void); /* once, before any thread is started */

#endif
