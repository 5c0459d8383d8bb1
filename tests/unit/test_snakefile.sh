#!/bin/bash
# The Snakefile, run for real where snakemake is installed: the first time it computes, the second it has nothing to do, and
# after a change of the configuration it computes again.
set -euo pipefail
command -v snakemake >/dev/null || { echo "skipped: there is no snakemake"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$CSINDEX_SOURCE/datasets/paris-call" "$work/project"
export HOME=$work XDG_CACHE_HOME=$work/cache

make_index()
{
    snakemake --snakefile "$CSINDEX_SOURCE/docs/schedules/Snakefile" --directory "$work" --cores 2 \
        --config project="$work/project" out="$work/out" csindex="$CSINDEX" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

make_index
"$CSINDEX" verify "$work/out" >/dev/null 2>&1
first=$(stat -c %y "$work/out/manifest.json")
make_index
grep -qi 'nothing to be done' "$work/log" || { cat "$work/log"; exit 1; }
[ "$(stat -c %y "$work/out/manifest.json")" = "$first" ]
sed -i 's/^  version: .*/  version: 9.9.9/' "$work/project/index.yaml"
make_index
grep -q '9\.9\.9' "$work/out/manifest.json"
echo "snakemake $(snakemake --version): computed, left alone, computed again"
