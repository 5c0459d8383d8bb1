#!/bin/bash
# Proves that the repository needs nothing but a base system: makes a minimal Debian 12 root with debootstrap, clones
# HEAD into it and runs there, as root and with nothing else installed, the commands given (default: ./quickstart and
# ./check). Needs root. Usage: scripts/fresh_debian.sh ROOT [COMMAND...]
# The mirror and its options are those that this machine's apt is configured with. ROOT is kept and used again.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 64; }
root=$(realpath -m "$1")
shift

targets=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | grep ' bookworm')
mirror=$(awk '$2 == "bookworm" {print $1; exit}' <<<"$targets")
[ -n "$mirror" ] || { echo "this machine's apt knows no mirror of Debian 12" >&2; exit 1; }

if [ ! -e "$root/etc/debian_version" ]; then
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
    rm "$root.log"
    sed 's/^/deb /' <<<"$targets" >"$root/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::(Check-|[a-z]+::)' | grep -v '""' >"$root/etc/apt/apt.conf.d/90acquire" || true
    cp /etc/resolv.conf "$root/etc/resolv.conf"
fi
rm -rf "$root/root/csindex"
git clone -q --depth 1 "file://$source" "$root/root/csindex"

leave()
{
    umount "$root/proc" "$root/dev/pts" "$root/dev" 2>/dev/null || true
}
trap leave EXIT
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"

[ $# -gt 0 ] || set -- ./quickstart ./quickstart ./check
for command in "$@"; do
    echo "== $command"
    start=$SECONDS
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb DEBIAN_FRONTEND=noninteractive \
        bash -c "cd /root/csindex && $command"
    echo "== $command: $((SECONDS - start)) s"
done
