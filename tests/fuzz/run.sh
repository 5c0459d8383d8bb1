#!/bin/bash
# Usage: run.sh PROGRAM. Fuzzes for CSINDEX_FUZZ_SECONDS from the seeds and from what earlier runs found; an input that
# makes it fail is kept beside the program, and its bytes are printed. CSINDEX_SEED sets the fixed seed.
set -euo pipefail
program=$1
name=$(basename "$program")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
corpus=$(dirname "$program")/corpus/${name#fuzz_}
mkdir -p "$corpus"
dictionary=$here/${name#fuzz_}.dict
log=$corpus.log
"$program" "$corpus" "$here/seeds/${name#fuzz_}" -max_total_time="${CSINDEX_FUZZ_SECONDS:-60}" -seed="${CSINDEX_SEED:-20181112}" -timeout=20 \
    -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 -artifact_prefix="$corpus-" \
    $([ ! -f "$dictionary" ] || echo "-dict=$dictionary") >"$log" 2>&1 || { tail -n 60 "$log"; exit 1; }
grep -E 'stat::(number_of_executed_units|peak_rss_mb)' "$log"
grep -E 'cov: ' "$log" | tail -n 1
