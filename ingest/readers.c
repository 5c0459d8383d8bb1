/* The list of readers. See reader.h. */
#include <string.h>

#include "ingest/reader.h"

#define CSI_READER(reader) &(reader),
const csi_reader *const csi_readers[] = {
#include "ingest/readers.def"
};
#undef CSI_READER
const size_t csi_n_readers = sizeof csi_readers / sizeof *csi_readers;

const csi_reader *csi_reader_find(const char *name)
{
    for (size_t i = 0; i < csi_n_readers; i++) {
        if (strcmp(csi_readers[i]->name, name) == 0) {
            return csi_readers[i];
        }
    }
    return NULL;
}
