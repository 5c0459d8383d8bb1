/* The list of exports, from exporters.def. */
#include <string.h>

#include "notebooks-export/export.h"

#define CSI_EXPORTER(name) extern const csi_exporter csi_exporter_##name;
#include "notebooks-export/exporters.def"
#undef CSI_EXPORTER

static const csi_exporter *const exporter[] = {
#define CSI_EXPORTER(name) &csi_exporter_##name,
#include "notebooks-export/exporters.def"
#undef CSI_EXPORTER
};

size_t csi_exporter_count(void)
{
    return sizeof exporter / sizeof *exporter;
}

const csi_exporter *csi_exporter_at(size_t index)
{
    return exporter[index];
}

const csi_exporter *csi_exporter_find(const char *name)
{
    for (size_t i = 0; i < csi_exporter_count(); i++) {
        if (strcmp(exporter[i]->name, name) == 0) {
            return exporter[i];
        }
    }
    return NULL;
}
