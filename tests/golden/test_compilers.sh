#!/bin/bash
# The same bytes from gcc's and clang's builds, optimised and not, with and without wide registers (the clang build has none):
# every published file of both configurations. And with few replicates, which take long there, as on a processor without
# fused multiplication and addition, where the C library takes other functions.
# ./check makes the three builds; a build that is not there is not compared, and with none there is nothing to compare.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

n=0
for build in clang release sanitize; do
    other=$CSINDEX_SOURCE/build/$build
    [ -x "$other/csindex" ] && [ ! "$other/csindex" -ef "$CSINDEX" ] || continue
    cmake --build "$other" --target csindex >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    n=$((n + 1))
    for configuration in index.yaml index-dsp-2018.yaml; do
        project=$CSINDEX_SOURCE/datasets/paris-call/$configuration
        [ -d "$work/this-$configuration" ] || "$CSINDEX" run -q "$project" -o "$work/this-$configuration"
        "$other/csindex" run -q "$project" -o "$work/$build-$configuration"
        diff -r "$work/this-$configuration" "$work/$build-$configuration"
    done
    echo "the bytes of $build are the same"
    if [ "$build" = clang ]; then
        project=$CSINDEX_SOURCE/datasets/paris-call/index.yaml
        "$CSINDEX" run -q --replicates 2 "$project" -o "$work/this-processor"
        GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA_Usable,-FMA4,-AVX2,-AVX2_Usable \
            "$other/csindex" run -q --replicates 2 "$project" -o "$work/older-processor"
        diff -r "$work/this-processor" "$work/older-processor"
        echo "and as on an older processor"
    fi
done
[ $n -gt 0 ] || { echo "skipped: no other build is there (./check makes them)"; exit 77; }
