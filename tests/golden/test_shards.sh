#!/bin/bash
# An ensemble in parts: three shards added up give the bytes of one run; gaps, overlaps, other seeds and damage are refused.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project=$CSINDEX_SOURCE/datasets/paris-call/index-dsp-2018.yaml # one year: a tenth of the time
cd "$work"

fail() { echo "FAIL: $*"; exit 1; }
refused() { # status pattern parts...
    local wanted=$1 pattern=$2 status=0
    shift 2
    "$CSINDEX" merge -q -p "$project" -o refused "$@" 2> words || status=$?
    [ "$status" -eq "$wanted" ] || fail "merge $*: exit $status, not $wanted"
    grep -q "$pattern" words || fail "merge $*: $(cat words)"
    [ ! -e refused/manifest.json ] || fail "merge $* left results"
}

"$CSINDEX" run -q "$project" -o whole --replicates 50
for k in 1 2 3; do
    "$CSINDEX" ensemble -q "$project" --shard $k/3 --replicates 50 -o part-$k --threads $k
done
"$CSINDEX" merge -q -p "$project" -o merged part-3 part-1 part-2
diff -r whole merged || fail "the merged results differ"

if command -v parallel >/dev/null; then
    mkdir parts
    parallel --will-cite -j 2 "$CSINDEX" ensemble -q "$project" --replicates 50 --threads 1 --shard {}/5 -o parts/{} \
        ::: 1 2 3 4 5
    "$CSINDEX" merge -q -p "$project" -o by-parallel parts/*
    diff -r whole by-parallel || fail "the results of GNU parallel differ"
elif [ "${CI:-}" = true ]; then
    fail "GNU parallel is needed"
fi

refused 65 "are in no part" part-1 part-3
refused 65 "are in \"part-1\" too" part-1 part-2 part-1
"$CSINDEX" ensemble -q "$project" --shard 3/3 --replicates 50 --seed 7 -o other
refused 65 "another ensemble" part-1 part-2 other
head -c 5000 part-2 > cut
refused 65 "" part-1 cut part-3
echo "not a part" > text
refused 65 "no part" part-1 text
status=0
"$CSINDEX" ensemble -q "$project" --shard 4/3 2> words || status=$?
[ $status -eq 64 ] || fail "--shard 4/3: exit $status"
echo ok
