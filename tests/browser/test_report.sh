#!/bin/bash
# The report page in a real browser (Debian's Chromium, driven by Playwright): see report.mjs for what is asked of it.
set -euo pipefail
skip()
{
    echo "skipped: $*" >&2
    [ "${CI:-}" != true ] || exit 1
    exit 77
}
command -v node >/dev/null && command -v npm >/dev/null || skip "there is no node and npm"
[ -x /usr/bin/chromium ] || skip "there is no chromium"

work="$CSINDEX_BUILD/browser"
rm -rf "$work/run"
mkdir -p "$work/run"
cp "$CSINDEX_SOURCE/tests/browser/package.json" "$CSINDEX_SOURCE/tests/browser/report.mjs" "$work/"
if [ ! -d "$work/node_modules/playwright-core" ]; then
    (cd "$work" && npm install --no-audit --no-fund --no-package-lock >"$work/npm.log" 2>&1) ||
        skip "npm could not install the driver: $(tail -n 3 "$work/npm.log" | tr '\n' ' ')"
fi

"$CSINDEX" run -q "$CSINDEX_SOURCE/datasets/paris-call" -o "$work/run/out"
"$CSINDEX" report -q "$work/run/out" --project "$CSINDEX_SOURCE/datasets/paris-call"
"$CSINDEX" report -q "$work/run/out" --lang fr -o "$work/run/french"
"$CSINDEX" audit -q "$CSINDEX_SOURCE/datasets/paris-call" -o "$work/run/audit" >/dev/null
zcat "$work/run/out/quality.csv.gz" | awk -F, 'NR == 1 || ($1 == "BRA" && $4 != "missing")' >"$work/run/brazil.csv"

# The same index with the first principle counting twice: what the page's slider must agree with.
mkdir "$work/run/double"
cp "$CSINDEX_SOURCE"/datasets/paris-call/* "$work/run/double/"
sed -i 's/^p1,Protect individuals and infrastructure,2,csi,1,1,/p1,Protect individuals and infrastructure,2,csi,1,2,/' \
    "$work/run/double/framework.csv"
"$CSINDEX" run -q "$work/run/double" -o "$work/run/double-out"
"$CSINDEX" rank -r "$work/run/double-out" --format csv >"$work/run/double.csv"

# Names that try to break out of the page.
mkdir "$work/run/hostile"
cat >"$work/run/hostile/framework.csv" <<'END'
iCode,iName,Level,Parent,Direction,Weight,Type,Unit,goal_low,goal_high
a,"</script><script>window.broken=1</script>",1,p,1,1,Indicator,"""onload=""window.broken=1",0,10
b,"<img src=x onerror=window.broken=1>",1,p,1,1,Indicator,=1+1,0,10
p,"</title><svg onload=window.broken=1>",2,top,1,1,Aggregate,,,
top,Hostile names,3,,1,1,Aggregate,,,
END
printf 'uCode,uName,Time,a,b\nAAA,</script><script>window.broken=1</script>,2020,1,2\n' >"$work/run/hostile/data.csv"
printf 'BBB,=HYPERLINK(1),2020,3,4\nCCC,\xe2\x80\xaetxt.exe & "quoted",2020,5,6\n' >>"$work/run/hostile/data.csv"
sed -i 's/\(CCC,\)\(.*\),2020/\1"\2",2020/; s/"quoted"/""quoted""/' "$work/run/hostile/data.csv"
cat >"$work/run/hostile/index.yaml" <<'END'
index: {id: hostile, name: "</title><script>window.broken=1</script>", version: 1.0.0}
years: {first: 2020, last: 2020}
units: codes
framework: framework.csv
data: [data.csv]
steps:
  - normalise: {method: minmax, goalposts: framework, range: [1, 100]}
  - aggregate: [{level: 2, method: arithmetic}, {level: 3, method: arithmetic}]
END
"$CSINDEX" run -q "$work/run/hostile" -o "$work/run/hostile-out"
"$CSINDEX" report -q "$work/run/hostile-out" --project "$work/run/hostile"

cd "$work"
exec node report.mjs "$work/run"
