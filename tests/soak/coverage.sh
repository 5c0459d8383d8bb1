# A build with counters (atomic ones, lest threads lose counts; loops compiled for one instruction set, lest each count
# three times), the whole suite, then gcov over the rooms where a wrong branch is a wrong number.
cmake -S . -B build/coverage -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS="--coverage -fprofile-update=atomic -DNDEBUG -DCSINDEX_ONE_LANE" >"$work/log"
cmake --build build/coverage >"$work/log" || { tail "$work/log"; exit 1; }
find build/coverage -name '*.gcda' -delete
ctest --test-dir build/coverage --parallel "$(nproc)" -E 'install|compilers' >"$work/log" || tail -n 20 "$work/log"
/usr/bin/python3 tests/soak/coverage.py build/coverage core ingest metrics index
