/* A small framework that the targets read data and configurations against. */
#ifndef CSI_TESTS_FUZZ_SMALL_H
#define CSI_TESTS_FUZZ_SMALL_H

#include "core/framework.h"

const csi_framework *fuzz_framework(void); /* made once */

#endif
