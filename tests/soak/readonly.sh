# An unprivileged user, the whole root file system read-only but for the output directory, no network.
set -e
install -d -m 755 "$work/root" "$work/project"
install -d -o 65534 -g 65534 "$work/out"
cp -r datasets/paris-call/. "$work/project"
cp "$CSINDEX" "$work/csindex"
chmod -R a+rX "$work"
chmod 755 "$work"
unshare --mount --net bash -ec '
    mount --make-rprivate /
    mount --bind "$1/out" "$1/out"
    mount -o remount,bind,ro /
    ! touch /probe 2>/dev/null
    setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --bounding-set=-all \
        "$1/csindex" run "$1/project" -o "$1/out"
' bash "$work"
"$CSINDEX" verify "$work/out"
[ "$(stat -c %u "$work/out/manifest.json")" -eq 65534 ]
