#!/bin/bash
# What docs/schedules ships is what the tools accept: the unit's exposure stays at 1.5 or below, the timer has a next
# moment, the cron line parses. golden_recipes runs dvc.yaml and ci.sh, unit_snakefile the Snakefile, tests/soak a cron.
set -euo pipefail

schedules=$CSINDEX_SOURCE/docs/schedules
command -v systemd-analyze >/dev/null || { echo "skipped: there is no systemd-analyze"; exit 77; }
systemd-analyze security --offline=true --threshold=15 "$schedules/csindex.service" >/dev/null ||
    { echo "the unit's exposure is above 1.5"; exit 1; }
exposure=$(systemd-analyze security --offline=true "$schedules/csindex.service" | sed -n 's/.*exposure level[^0-9]*\([0-9.]*\).*/\1/p')
calendar=$(sed -n 's/^OnCalendar=//p' "$schedules/csindex.timer")
systemd-analyze calendar "$calendar" | grep "Next elapse" >/dev/null
grep -qE '^[0-9*]+ [0-9*]+ \* \* \* csindex /usr/bin/csindex run ' "$schedules/csindex.cron"

# Every command line names options that there are.
for file in csindex.service csindex.cron Snakefile; do
    for option in $(grep -E 'csindex run|\{CSINDEX\} run' "$schedules/$file" | grep -oE -- '--[a-z-]+' | sort -u); do
        "$CSINDEX" run --help | grep -- "$option" >/dev/null || { echo "$file: csindex run knows no $option"; exit 1; }
    done
done
echo "exposure $exposure; timer and cron line are accepted"
