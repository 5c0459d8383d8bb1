# The Slurm example of docs/clusters.md, as it stands there but for its sizes, on a cluster of this one machine: an array of
# four tasks and the merge that waits for them give the bytes of one run; a share that fails keeps the merge from running.
set -e
. scripts/packages.sh
install_missing $SLURM_PACKAGES
mkdir -p "$work/state" "$work/spool" "$work/home"
cat >"$work/slurm.conf" <<END
ClusterName=soak
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmctldPort=17317
SlurmdPort=17318
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=1,sched_interval=2
ReturnToService=2
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$work/slurm.conf
head -c 128 /dev/urandom >"$work/munge.key"
chmod 600 "$work/munge.key"
chmod 755 "$work"
daemons=""
end_daemons() { for pid in $daemons; do kill "$pid" 2>/dev/null || true; done; wait; }
trap end_daemons EXIT
/usr/sbin/munged --foreground --force --socket="$work/munge.socket" --key-file="$work/munge.key" \
    --pid-file="$work/munge.pid" --seed-file="$work/munge.seed" --log-file="$work/munge.log" 2>/dev/null &
daemons=$!
until [ -S "$work/munge.socket" ]; do sleep 0.2; done
/usr/sbin/slurmctld -D -f "$SLURM_CONF" 2>/dev/null &
daemons="$! $daemons"
/usr/sbin/slurmd -D -f "$SLURM_CONF" 2>/dev/null &
daemons="$! $daemons"
timeout 60 bash -c 'until sinfo -h -o %t 2>/dev/null | grep -q idle; do sleep 0.5; done' || {
    tail -n 20 "$work/slurmctld.log" "$work/slurmd.log"
    exit 1
}
sinfo --version

# The two parts of the example: the job, and what submits it.
awk '/^## /{own = $2 == "Slurm"} own && /^    /{print substr($0, 5)}' docs/clusters.md >"$work/example"
sed -n '/^#!/,/-o "parts/p' "$work/example" >"$work/home/ensemble.sh"
sed -n '/^id=/,$p' "$work/example" >"$work/home/submit.sh"
sed -i -e 's/--array=1-64/--array=1-4/' -e 's/--cpus-per-task=4/--cpus-per-task=1/' -e 's/--mem=1G //' \
    -e 's/--replicates 5000000/--replicates 50/' "$work/home/ensemble.sh"
grep -q 'array=1-4' "$work/home/ensemble.sh" && grep -q 'replicates 50' "$work/home/ensemble.sh"
cp -r datasets/paris-call "$work/home/my-index"
export HOME=$work/home PATH=$(dirname "$CSINDEX"):$PATH
cd "$HOME"
finish() { timeout 300 bash -c 'while squeue -h 2>/dev/null | grep -v DependencyNeverSatisfied | grep -q .; do sleep 1; done'; }

. ./submit.sh
finish
"$CSINDEX" run -q my-index -o whole --replicates 50
diff -r whole out || { cat slurm-*.out; exit 1; }
echo "the array's $(ls parts | wc -l) parts give the bytes of one run"

# A task that fails: the merge stays behind.
rm -rf parts out
sed -i 's|^srun csindex|[ "$SLURM_ARRAY_TASK_ID" -ne 3 ] \&\& srun csindex|' ensemble.sh
. ./submit.sh
finish
[ ! -e out ] && [ "$(ls parts | wc -l)" -eq 3 ]
squeue -h -o %r | grep -q DependencyNeverSatisfied
scancel --me 2>/dev/null || scancel -u root
echo "a failed task holds the merge back"
