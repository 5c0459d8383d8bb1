#!/bin/bash
# The ensemble over MPI: two, three and four processes give the bytes of one; when one fails or is killed, all end with an
# error that says so, and nothing is written.
set -eu
for tool in mpirun mpicc; do
    command -v $tool >/dev/null && continue
    [ "${CI:-}" != true ] || { echo "$tool is needed"; exit 1; }
    echo "skipped: there is no $tool"
    exit 77
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --build "$CSINDEX_BUILD" --target csindex-mpi >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mpi=$CSINDEX_BUILD/csindex-mpi
project=$CSINDEX_SOURCE/datasets/paris-call/index-dsp-2018.yaml # one year: a tenth of the time
cd "$work"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_plm=isolated TMPDIR=$work

fail() { echo "FAIL: $*"; cat words 2>/dev/null; exit 1; }

"$CSINDEX" ensemble -q "$project" --replicates 60 -o one
"$mpi" ensemble -q "$project" --replicates 60 -o alone
cmp one alone || fail "without mpirun"
for n in 2 3 4; do
    mpirun --oversubscribe -n $n "$mpi" ensemble -q "$project" --replicates 60 --threads 1 -o part-$n
    cmp one part-$n || fail "$n processes"
done
for k in 1 2; do
    mpirun --oversubscribe -n 2 "$mpi" ensemble -q "$project" --replicates 60 --threads 1 --shard $k/2 -o half-$k
done
"$CSINDEX" run -q "$project" --replicates 60 -o whole
"$CSINDEX" merge -q -p "$project" -o merged half-1 half-2
diff -r whole merged || fail "shards of processes"

status=0
mpirun --oversubscribe -n 1 "$mpi" ensemble -q "$project" --replicates 60 --threads 1 -o broken : \
    -n 1 "$mpi" ensemble -q "$work/nowhere" --replicates 60 --threads 1 -o broken 2>words || status=$?
[ $status -ne 0 ] || fail "a process without its project: exit 0"
grep -q "nowhere" words || fail "the process that failed does not say why"
grep -q "process 1 of 2 has failed" words || fail "the others do not say who failed"
[ ! -e broken ] || fail "a process failed, and a part was written"

status=0
mpirun --oversubscribe -n 1 "$mpi" ensemble -q "$project" --replicates 5000000 --threads 1 -o killed : \
    -n 1 bash -c "'$mpi' ensemble -q '$project' --replicates 5000000 --threads 1 -o killed & sleep 1; kill -9 \$!; wait \$!" \
    2>words || status=$?
[ $status -ne 0 ] || fail "a killed process: exit 0"
[ ! -e killed ] || fail "a process was killed, and a part was written"
[ -z "$(ls | grep -v -E '^(one|alone|part-.|half-.|whole|merged|words|log|ompi.*|pmix.*)$')" ] || fail "left over: $(ls)"
echo ok
