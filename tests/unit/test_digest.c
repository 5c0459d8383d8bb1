/* core/digest against the examples of FIPS 180-2 and its own pieces. */
#include <string.h>

#include "core/digest.h"
#include "tests/support/support.h"

Test(digest, standard_examples)
{
    static const struct {
        const char *text, *hex;
    } row[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char hex[CSI_DIGEST_HEX];
        csi_digest_bytes(row[i].text, strlen(row[i].text), hex);
        cr_expect(strcmp(hex, row[i].hex) == 0, "\"%s\": %s", row[i].text, hex);
        const char *const path = write_text_file(temporary_directory(), "file", row[i].text);
        cr_expect(csi_digest_file(path, NULL, hex) == CSI_OK && strcmp(hex, row[i].hex) == 0);
    }
}

Test(digest, pieces_add_up)
{
    csi_digest digest;
    char hex[CSI_DIGEST_HEX];
    csi_digest_init(&digest);
    for (int i = 0; i < 1000000; i++) {
        csi_digest_add(&digest, "a", 1);
    }
    csi_digest_finish(&digest, hex);
    cr_expect(strcmp(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0") == 0);
}

Test(digest, missing_file)
{
    csi_diag *const diag = csi_diag_new(0);
    char hex[CSI_DIGEST_HEX];
    cr_expect(csi_digest_file("/nonexistent/file", diag, hex) == CSI_ERR_NO_INPUT);
    cr_expect(csi_diag_n_errors(diag) == 1);
    csi_diag_free(diag);
}
