# Findings that are listed here are known and why they are none stands beside them.
findings=0
count()
{
    local n
    n=$(sort -u "$1" | grep -c . || true)
    findings=$((findings + n))
    echo "$2: $n findings"
    sort -u "$1" | head -n 40
}
mapfile -t files < <(find core ingest metrics index notebooks-export cli -name '*.c' | sort)
flags=$(sed -n 's/.*"command": ".*cc \(.*\) -o .*core\/status.c.*/\1/p' build/release/compile_commands.json | tr ' ' '\n' |
    grep -E '^-[ID]' | sed 's/\\"/"/g' | tr '\n' ' ')

for file in "${files[@]}"; do
    gcc -std=c17 -O1 -fanalyzer $flags -c "$file" -o /dev/null 2>&1
done | grep -E 'warning:.*\[-Wanalyzer' >"$work/analyzer" || true
count "$work/analyzer" "gcc -fanalyzer"

# bugprone-easily-swappable-parameters: every numerical routine has them. cert-err33-c: closedir and the like on the way
# out of an error. bugprone-reserved-identifier, cert-dcl37-c: _GNU_SOURCE.
clang-tidy -p build/clang --quiet \
    --checks='-*,bugprone-*,cert-*,-bugprone-easily-swappable-parameters,-cert-err33-c,-bugprone-reserved-identifier,-cert-dcl37-c,-cert-dcl51-cpp' \
    "${files[@]}" 2>/dev/null | grep -E 'warning:' >"$work/tidy" || true
count "$work/tidy" "clang-tidy"

cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr --suppress=missingIncludeSystem \
    --suppress=normalCheckLevelMaxBranches -I. -Ibuild/release/generated --template='{file}:{line}: {id}: {message}' \
    "${files[@]}" 2>"$work/cppcheck" || true
count "$work/cppcheck" "cppcheck"
[ "$findings" -eq 0 ]
