cmake --preset fuzz >"$work/log" && cmake --build --preset fuzz >"$work/log" || { tail "$work/log"; exit 1; }
CSINDEX_FUZZ_SECONDS=${CSINDEX_FUZZ_SECONDS:-3600} ctest --test-dir build/fuzz --parallel "$(nproc)" --output-on-failure
grep -h 'cov: ' build/fuzz/tests/fuzz/corpus/*.log | sort -u | tail -n 20
