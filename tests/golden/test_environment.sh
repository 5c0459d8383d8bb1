#!/bin/bash
# The same bytes whatever surrounds the run: threads (of the default index), locale (the environment alone, and with a shim
# that calls setlocale before main), time zone, working directory, umask, no HOME, standard streams closed (of the index of
# one year, whose run takes a tenth of the time).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$CSINDEX_SOURCE/datasets/paris-call" "$work/whole"
cp -r "$work/whole" "$work/project"
mv "$work/project/index-dsp-2018.yaml" "$work/project/index.yaml"
"$CSINDEX" run -q "$work/project" -o "$work/expected"

same()
{
    local name=$1
    shift
    (cd "$work" && "$@" run -q "$work/project" -o "$work/got") || { echo "$name: the run failed"; exit 1; }
    diff -r "$work/expected" "$work/got" || { echo "$name: the bytes differ"; exit 1; }
    rm -rf "$work/got"
}

same "as it is" "$CSINDEX"
"$CSINDEX" run -q -j 1 "$work/whole" -o "$work/one-thread"
for threads in 2 3 4 7; do
    "$CSINDEX" run -q -j "$threads" "$work/whole" -o "$work/got"
    diff -r "$work/one-thread" "$work/got" || { echo "$threads threads: the bytes differ"; exit 1; }
    rm -rf "$work/got"
done
same "time zone" env TZ=Asia/Kathmandu "$CSINDEX"
same "bare environment" env -i CSINDEX_REPLICATES="${CSINDEX_REPLICATES:-}" "$CSINDEX"
mkdir -p "$work/a/long/way/down"
(cd "$work/a/long/way/down" && "$CSINDEX" run -q ../../../../project -o out && diff -r "$work/expected" out)
(umask 077 && same "umask 077" "$CSINDEX")
(umask 000 && cd "$work" && "$CSINDEX" run -q project -o open && [ -z "$(find open -type f -perm /022)" ]) ||
    { echo "umask 000: a file can be written by others"; exit 1; }
rm -rf "$work/open"
(cd "$work" && "$CSINDEX" run -q project -o got <&- && diff -r expected got && rm -rf got)

# A comma for the decimal point and Turkish letter case, made on the spot so that no system locale is needed.
for locale in de_DE tr_TR; do
    localedef --no-archive -i $locale -f UTF-8 "$work/$locale.UTF-8" 2>/dev/null || [ -d "$work/$locale.UTF-8" ] ||
        { echo "the locale $locale cannot be made: the package locales is missing"; exit 1; }
    same "LC_ALL=$locale" env LOCPATH="$work" LC_ALL=$locale.UTF-8 "$CSINDEX"
    if ! grep -q '^CSINDEX_SANITIZE:BOOL=ON' "$CSINDEX_BUILD/CMakeCache.txt"; then
        point=$(env LOCPATH="$work" LC_ALL=$locale.UTF-8 LD_PRELOAD="$CSINDEX_BUILD/tests/libsetlocale.so" \
            /usr/bin/python3 -c 'import locale; print(locale.localeconv()["decimal_point"])')
        [ "$point" = , ] || { echo "the shim does not set the locale $locale"; exit 1; }
        same "setlocale $locale" env LOCPATH="$work" LC_ALL=$locale.UTF-8 \
            LD_PRELOAD="$CSINDEX_BUILD/tests/libsetlocale.so" "$CSINDEX"
    fi
done
echo "threads, time zone, environment, directory, umask and locale leave the bytes alone"
