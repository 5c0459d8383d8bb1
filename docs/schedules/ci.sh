#!/bin/bash
# A recipe for any CI service: PROJECT, OUT and VINTAGES come from the job. Publishes when a source has changed and the
# change passes the gate; the exit code tells the job what to do.
set -u
csindex run "${PROJECT:?}" --vintage-dir "${VINTAGES:?}" --if-changed --max-rank-change 20 --max-revised 5 --quiet
case $? in
0) csindex verify "$VINTAGES/latest" && rsync -a --checksum --delay-updates "$VINTAGES/latest/" "${OUT:?}/" ;;
1) echo "held back: read $VINTAGES/held/gate.csv, then mend the source, or run once without the limits" >&2; exit 1 ;;
75) echo "another run is at work" ;;
*) echo "failed; the last good vintage is still served" >&2; exit 2 ;;
esac
