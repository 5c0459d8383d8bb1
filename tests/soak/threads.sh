set -e
# Criterion does not start under ThreadSanitizer, so the command itself is run.
cmake -S . -B build/threads -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCSINDEX_TESTS=OFF \
    -DCMAKE_C_FLAGS=-fsanitize=thread -DCMAKE_EXE_LINKER_FLAGS=-fsanitize=thread >"$work/log"
cmake --build build/threads --target csindex >"$work/log" || { tail "$work/log"; exit 1; }
for threads in 2 4 8; do
    TSAN_OPTIONS=halt_on_error=1:exitcode=66 build/threads/csindex run datasets/paris-call -o "$work/out$threads" -q -j $threads
    diff -r "$work/out2" "$work/out$threads" && echo "$threads threads: no race, the same bytes"
done
