set -e
# Criterion does not start under ThreadSanitizer, so the command itself is run; a report ends it with 66.
cmake -S . -B build/threads -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCSINDEX_TESTS=OFF \
    -DCMAKE_C_FLAGS=-fsanitize=thread -DCMAKE_EXE_LINKER_FLAGS=-fsanitize=thread >"$work/log"
cmake --build build/threads --target csindex >"$work/log" || { tail "$work/log"; exit 1; }
export TSAN_OPTIONS=halt_on_error=1:exitcode=66
command=build/threads/csindex
for threads in 2 4 8; do
    $command run datasets/paris-call -o "$work/out$threads" -q -j $threads --replicates 256
    diff -r "$work/out2" "$work/out$threads"
    $command run datasets/paris-call/index-dsp-2018.yaml -o "$work/dsp$threads" -q -j $threads --replicates 64
    diff -r "$work/dsp2" "$work/dsp$threads"
    $command ensemble datasets/paris-call --shard 2/3 --replicates 96 -j $threads -o "$work/part$threads" -q
    cmp "$work/part2" "$work/part$threads"
    $command sensitivity --project datasets/paris-call --samples 64 --bootstrap 20 -j $threads --format csv >"$work/sensitivity$threads"
    cmp "$work/sensitivity2" "$work/sensitivity$threads"
    echo "$threads threads: no race, the same bytes (run, its second configuration, a shard, sensitivity)"
done
