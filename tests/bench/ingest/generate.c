/* Writes the files of the ingest benchmark: generate long|wide MEGABYTES > FILE, and generate framework|wide-framework.
 *
 * The long file has name (quoted), iso3, year, indicator and value, 15 % of the values empty, rows in shuffled order over
 * 195 countries, 25 years and 100 indicators, so that large files give each cell many times; the wide one is of the World
 * Bank's shape with 62 years. The same file for the same arguments, on every machine. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0x2545f4914f6cdd1du;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static const char codes[] =
    "AFGAGOALBANDAREARGARMATGAUSAUTAZEBDIBELBENBFABGDBGRBHRBHSBIHBLRBLZBOLBRABRBBRNBTNBWACAFCANCHECHLCHNCIVCMRCODCOGCOLCOM"
    "CPVCRICUBCYPCZEDEUDJIDMADNKDOMDZAECUEGYERIESPESTETHFINFJIFRAFSMGABGBRGEOGHAGINGMBGNBGNQGRCGRDGTMGUYHNDHRVHTIHUNIDNIND"
    "IRLIRNIRQISLISRITAJAMJORJPNKAZKENKGZKHMKIRKNAKORKWTLAOLBNLBRLBYLCALIELKALSOLTULUXLVAMARMCOMDAMDGMDVMEXMHLMKDMLIMLTMMR"
    "MNEMNGMOZMRTMUSMWIMYSNAMNERNGANICNLDNORNPLNRUNZLOMNPAKPANPERPHLPLWPNGPOLPRKPRTPRYPSEQATROURUSRWASAUSDNSENSGPSLBSLESLV"
    "SMRSOMSRBSSDSTPSURSVKSVNSWESWZSYCSYRTCDTGOTHATJKTKMTLSTONTTOTUNTURTUVTZAUGAUKRURYUSAUZBVATVCTVENVNMVUTWSMYEMZAFZMBZWE";

#define N_COUNTRIES ((sizeof codes - 1) / 3)

static void write_long(uint64_t n_bytes)
{
    char line[160];
    for (uint64_t written = 0; written < n_bytes;) {
        const uint64_t bits = draw();
        const char *code = codes + 3 * (bits % N_COUNTRIES);
        int n = snprintf(line, sizeof line, "\"Country named %.3s, Rep.\",%.3s,%d,ind_%03d,", code, code,
                         2000 + (int)(bits >> 16 & 0xff) % 25, (int)(bits >> 32 & 0xffff) % 100);
        if (draw() % 100 >= 15) {
            const uint64_t v = draw();
            n += snprintf(line + n, sizeof line - (size_t)n, "%d.%04d", (int)(v % 1000), (int)(v >> 20 & 0xffff) % 10000);
        }
        line[n++] = '\n';
        fwrite(line, 1, (size_t)n, stdout);
        written += (uint64_t)n;
    }
}

static void write_wide(uint64_t n_bytes)
{
    uint64_t written = 0;
    for (unsigned indicator = 0; written < n_bytes; indicator++) {
        for (size_t c = 0; c < N_COUNTRIES; c++) {
            char line[2048];
            const char *code = codes + 3 * c;
            int n = snprintf(line, sizeof line, "\"Country named %.3s, Rep.\",\"%.3s\",\"Indicator, number %u\",\"ind_%03u\",",
                             code, code, indicator, indicator);
            for (int year = 0; year < 62; year++) {
                const uint64_t v = draw();
                n += v % 100 < 30 ? snprintf(line + n, sizeof line - (size_t)n, "\"\",")
                                  : snprintf(line + n, sizeof line - (size_t)n, "\"%d.%06d\",", (int)(v >> 8 & 0x1fff),
                                             (int)(v >> 32 & 0xfffff) % 1000000);
            }
            line[n++] = '\n';
            fwrite(line, 1, (size_t)n, stdout);
            written += (uint64_t)n;
        }
    }
}

static void write_framework(unsigned n_indicators)
{
    printf("Level,iCode,Parent,Direction,Weight,Type\n");
    for (unsigned i = 0; i < n_indicators; i++) {
        printf("1,ind_%03u,top,1,1,Indicator\n", i);
    }
    printf("2,top,,1,1,Aggregate\n");
}

int main(int argc, char **argv)
{
    const uint64_t megabytes = argc > 2 ? strtoull(argv[2], NULL, 10) : 10;
    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        printf("name,iso3,year,indicator,value\n");
        write_long(megabytes == 0 ? 1000 : megabytes * 1000000);
    } else if (argc > 1 && strcmp(argv[1], "wide") == 0) {
        printf("\"Data Source\",\"Benchmark\",\n\n\"Last Updated Date\",\"2026-01-01\",\n\n");
        printf("\"Country Name\",\"Country Code\",\"Indicator Name\",\"Indicator Code\",");
        for (int year = 1960; year < 2022; year++) {
            printf("\"%d\",", year);
        }
        printf("\n");
        write_wide(megabytes * 1000000);
    } else if (argc > 1 && strcmp(argv[1], "framework") == 0) {
        write_framework((unsigned)(argc > 2 ? megabytes : 100));
    } else {
        fprintf(stderr, "usage: generate long|wide MEGABYTES, generate framework COUNT\n");
        return 64;
    }
    return ferror(stdout) ? 74 : 0;
}
