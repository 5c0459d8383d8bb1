# Three analysers over the six rooms. What is no fault stands in tests/soak/waivers.txt with the reason; a finding that does
# not fails the check, and a waiver that no finding needs any more is told.
set -e
. scripts/packages.sh
install_missing $BUILD_PACKAGES $TEST_PACKAGES $SOAK_PACKAGES
for preset in release clang; do
    cmake --preset $preset >"$work/log" && cmake --build --preset $preset --target csindex >"$work/log" || { tail "$work/log"; exit 1; }
done
find core ingest metrics index notebooks-export cli -name '*.c' | sort >"$work/files"
flags=$(sed -n 's/.*"command": ".*cc \(.*\) -o .*core\/status.c.*/\1/p' build/release/compile_commands.json | tr ' ' '\n' |
    grep -E '^-[ID]' | sed 's/\\"/"/g' | tr '\n' ' ')

each()
{
    xargs -P "$(nproc)" -n "$1" "${@:2}" <"$work/files" 2>/dev/null || true
}

# "tool path:line check" a line, from each tool's own form.
each 1 sh -c 'gcc -std=c17 -O1 -fanalyzer -include tests/soak/analysis.h '"$flags"' -c "$0" -o /dev/null 2>&1' |
    sed -nE 's/^([^: ]+:[0-9]+):[0-9]+: warning: .*\[-W(analyzer-[a-z-]+)\]$/gcc \1 \2/p' >"$work/found"
# That preset leaves out what is written for wide registers; it is looked at all the same.
each 8 clang-tidy -p build/clang --extra-arg=-UCSINDEX_ONE_LANE --quiet --checks='-*,bugprone-*,cert-*' |
    sed -nE "s|^$source_dir/([^: ]+:[0-9]+):[0-9]+: (warning\|error): .*\[([a-z0-9.-]+)[],].*|tidy \1 \3|p" >>"$work/found"
each 20 sh -c 'cppcheck --quiet --std=c11 --enable=warning,portability,performance --suppress=missingIncludeSystem \
    --suppress=normalCheckLevelMaxBranches -I. -Ibuild/release/generated --template="cppcheck {file}:{line} {id}" "$0" "$@" 2>&1' |
    grep '^cppcheck ' >>"$work/found" || true
/usr/bin/python3 tests/soak/analysis.py "$work/found" tests/soak/waivers.txt
