# A finding or a definite leak makes valgrind end with 9; the command's own exit code is passed on otherwise.
export CSINDEX_REPLICATES=16
memcheck()
{
    local expected=$1 got=0
    shift
    valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
        --suppressions=tests/support/valgrind.supp "$@" >"$work/out" 2>"$work/err" || got=$?
    [ "$got" -eq "$expected" ] && ! grep -q '^==' "$work/err" || { echo "$*: exit $got"; cat "$work/err"; return 1; }
    echo "clean: ${*#"$source_dir"/}"
}
results=$work/results
memcheck 0 "$CSINDEX" run datasets/paris-call -o "$results" -j 2
memcheck 0 "$CSINDEX" run datasets/paris-call -o "$results" --if-changed
memcheck 0 "$CSINDEX" run datasets/paris-call/index-dsp-2018.yaml -o "$work/dsp"
for view in "rank" "compare CHE NLD" "trend KEN" "verify $results"; do
    case $view in verify*) memcheck 0 "$CSINDEX" $view ;; *) memcheck 0 "$CSINDEX" $view --results "$results" ;; esac
done
memcheck 0 "$CSINDEX" report "$results" --lang fr -o "$work/page"
memcheck 0 "$CSINDEX" export all "$results" -o "$work/exports"
memcheck 0 "$CSINDEX" explain FRA 2022 --project datasets/paris-call
memcheck 0 "$CSINDEX" methods
memcheck 0 "$CSINDEX" init "$work/mine"
printf 'iso3,year,indicator,value\nFRA,2020,a,x\n' >"$work/mine/data.csv"
memcheck 65 "$CSINDEX" run "$work/mine" -o "$work/out.d"
memcheck 66 "$CSINDEX" run "$work/absent" -o "$work/out.d"
memcheck 64 "$CSINDEX" run --no-such-option

# The suite's own C programs, but for those that only repeat arithmetic a million times. Criterion runs each test in a
# process of its own and hides how that ended, so the logs are read.
failed=0
for program in build/release/tests/{unit,oracle}_*; do
    case $program in */unit_number | */unit_rng | */oracle_sensitivity | */oracle_default_scores | *_coinr_uncertainty) continue ;; esac
    [ -f "$program" ] && [ -x "$program" ] || continue
    rm -rf "$work/logs" && mkdir "$work/logs"
    valgrind --quiet --trace-children=yes --leak-check=full --show-leak-kinds=definite --log-file="$work/logs/%p" \
        --suppressions=tests/support/valgrind.supp "$program" --jobs 2 >"$work/out" 2>&1 || true
    if cat "$work/logs"/* | grep -qE 'Invalid|uninitialised|definitely lost'; then
        echo "$(basename "$program"):"; cat "$work/logs"/* | head -n 30; failed=1
    else
        echo "clean: $(basename "$program") $(sed -n 's/.*Synthesis: //p' "$work/out")"
    fi
done
[ "$failed" -eq 0 ]
