/* Writes the table of core/number_powers.h as C: generate_powers FILE.
 *
 * Exact arithmetic on a row of 32-bit words, so that nobody need trust a pasted table: 10^n is multiplied out, and
 * 10^-n is a power of two divided by ten n times over. Floors of quotients nest, floor(floor(x / 10) / 10) being
 * floor(x / 100), so the leading bits are exact as long as more than 128 are left. */
#include <stdio.h>
#include <string.h>

#include "core/number_powers.h"

enum { WORDS = 84 }; /* 2688 bits: 10^342 has 1137, and 2^2687 / 10^342 keeps 1550 */

typedef struct big {
    uint32_t word[WORDS]; /* least significant first */
} big;

static void multiply_by_ten(big *x)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)x->word[i] * 10;
        x->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void divide_by_ten(big *x)
{
    uint64_t rest = 0;
    for (int i = WORDS; i-- > 0;) {
        rest = rest << 32 | x->word[i];
        x->word[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
}

static uint64_t bit(const big *x, int at)
{
    return at < 0 ? 0 : x->word[at / 32] >> (at % 32) & 1;
}

static void write_leading_bits(FILE *out, const big *x, int power)
{
    int top = WORDS * 32 - 1;
    while (!bit(x, top)) {
        top--;
    }
    uint64_t half[2] = {0, 0};
    for (int i = 0; i < 128; i++) {
        half[i / 64] = half[i / 64] << 1 | bit(x, top - i);
    }
    fprintf(out, "    {0x%016llx, 0x%016llx}, /* 1e%d */\n", (unsigned long long)half[0], (unsigned long long)half[1],
            power);
}

int main(int argc, char **argv)
{
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (out == NULL) {
        fprintf(stderr, "usage: generate_powers FILE (which must be writable)\n");
        return 1;
    }
    fprintf(out, "/* Made by cmake/generate_powers.c. */\n#include \"core/number_powers.h\"\n\n"
                 "const uint64_t csi_powers_of_ten[CSI_POWER_MAX - CSI_POWER_MIN + 1][2] = {\n");
    static big negative[-CSI_POWER_MIN + 1];
    negative[0].word[WORDS - 1] = 0x80000000u;
    for (int i = 1; i <= -CSI_POWER_MIN; i++) {
        negative[i] = negative[i - 1];
        divide_by_ten(&negative[i]);
    }
    for (int i = -CSI_POWER_MIN; i > 0; i--) {
        write_leading_bits(out, &negative[i], -i);
    }
    static big positive = {{1}};
    for (int power = 0; power <= CSI_POWER_MAX; power++) {
        write_leading_bits(out, &positive, power);
        multiply_by_ten(&positive);
    }
    fprintf(out, "};\n");
    return fclose(out) == 0 ? 0 : 1;
}
