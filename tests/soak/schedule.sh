# A real cron, in a mount namespace of its own so that the machine's is not touched: each minute it runs the command. A
# source changes, the next run publishes; a source comes back half empty, the gate holds it back and the old result stays.
set -e
. scripts/packages.sh
install_missing $SOAK_PACKAGES
mkdir -p "$work/etc" "$work/spool"
cp -r datasets/paris-call "$work/project"
cat >"$work/etc/crontab" <<END
PATH=/usr/bin:/bin
* * * * * root cd $work && $CSINDEX run $work/project --vintage-dir $work/vintages --if-changed --max-rank-change 20 --metrics-file $work/m.prom >>$work/cron.log 2>&1; echo "exit \$?" >>$work/cron.log
END
chmod 644 "$work/etc/crontab"
: >"$work/cron.log"
unshare --mount --pid --fork --kill-child bash -ec '
    mount --make-rprivate /
    mount -t proc proc /proc
    mount --bind "$1/etc/crontab" /etc/crontab
    mount -t tmpfs tmpfs /etc/cron.d
    mount -t tmpfs tmpfs /var/spool/cron
    mkdir /var/spool/cron/crontabs
    mount -t tmpfs tmpfs /run
    cron -f & cron=$!
    next() { local n; n=$(grep -c "^exit" "$1" 2>/dev/null || true); until [ "$(grep -c "^exit" "$1" 2>/dev/null || true)" -gt "$n" ]; do sleep 1; done; }
    next "$1/cron.log"
    next "$1/cron.log"
    gzip -dc "$1/project/indicators.csv.gz" | sed "s/^CHE,2022,internet_users_pct,[^,]*/CHE,2022,internet_users_pct,95.5/" | gzip -n >"$1/new" && mv "$1/new" "$1/project/indicators.csv.gz"
    next "$1/cron.log"
    gzip -dc "$1/project/indicators.csv.gz" | head -n 40000 | gzip -n >"$1/new" && mv "$1/new" "$1/project/indicators.csv.gz"
    next "$1/cron.log"
    kill $cron
' bash "$work"
sed "s|$work/||g" "$work/cron.log"
[ "$(grep '^exit' "$work/cron.log" | tr '\n' ' ')" = "exit 0 exit 0 exit 0 exit 1 " ]
grep -q 'nothing has changed' "$work/cron.log"
[ "$(find "$work/vintages" -mindepth 1 -maxdepth 1 -type d -name '2*' | wc -l)" -eq 2 ]
[ -e "$work/vintages/held/gate.csv" ]
"$CSINDEX" verify "$work/vintages/latest"
