/* --version: ours, and of every library that takes part in a number or a file. */
#include <glpk.h>
#include <gsl/gsl_version.h>
#include <nettle/version.h>
#include <yaml.h>
#include <zlib.h>

#include "cli/command.h"

void csi_version_write(FILE *out)
{
    fputs("csindex " CSINDEX_VERSION "\n", out);
    fprintf(out, "GSL %s, GLPK %s, libyaml %s, nettle %d.%d, zlib %s\n", gsl_version, glp_version(),
            yaml_get_version_string(), nettle_version_major(), nettle_version_minor(), zlibVersion());
    fputs("Copyright (C) 2026 the csindex authors. GNU GPL version 3 or later. There is no warranty.\n", out);
}
