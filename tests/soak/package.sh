# The packages are made, judged by lintian, installed in a fresh root with their dependencies alone, used, and removed.
set -e
. scripts/packages.sh
install_missing $SOAK_PACKAGES
cmake -S . -B build/package -G Ninja -DCMAKE_BUILD_TYPE=Release -DCSINDEX_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr >/dev/null
cmake --build build/package >/dev/null
(cd "$work" && SOURCE_DATE_EPOCH=1700000000 cpack -G DEB --config "$source_dir/build/package/CPackConfig.cmake" -B "$work/deb" >"$work/log") ||
    { cat "$work/log"; exit 1; }
ls -l "$work"/deb/*.deb | awk '{print $5, $9}' | sed "s|$work/deb/||"
chmod -R a+rX "$work"
if [ "$(id -u)" -eq 0 ]; then as="setpriv --reuid 65534 --regid 65534 --clear-groups"; fi # lintian dislikes root
${as:-} lintian --fail-on error,warning "$work"/deb/*.deb
echo "lintian: no error, no warning"
root=${CSINDEX_ROOT:-$work/root}
scripts/fresh_debian.sh "$root" true >/dev/null
rm -f "$root"/tmp/*.deb
cp "$work"/deb/*.deb "$root/tmp/"
cat >"$root/tmp/use.c" <<'END'
#include <index/run.h>
int main(void)
{
    csi_diag *diag = csi_diag_new(0);
    csi_project *project = NULL;
    const csi_status status = csi_project_read("/usr/share/csindex/paris-call", diag, &project);
    csi_project_free(project);
    csi_diag_free(diag);
    return status;
}
END
for command in 'apt-get update -q' 'apt-get install -y -q --no-install-recommends /tmp/csindex_*.deb /tmp/libcsindex0_*.deb' \
    '! command -v gcc' 'csindex --version' 'csindex run -o /tmp/out' 'csindex verify /tmp/out' 'csindex rank --results /tmp/out' \
    'apt-get install -y -q --no-install-recommends /tmp/libcsindex-dev_*.deb gcc libc6-dev pkg-config' \
    'gcc /tmp/use.c $(pkg-config --cflags --libs csindex) -o /tmp/use && /tmp/use && ldd /tmp/use | grep -q libcsindex' \
    'gcc /tmp/use.c $(pkg-config --cflags --libs --static csindex | sed "s/-lcsindex/-l:libcsindex.a/") -o /tmp/use && /tmp/use && ! ldd /tmp/use | grep libcsindex' \
    'dpkg --verify csindex libcsindex0 libcsindex-dev' \
    'apt-get purge -y -q csindex libcsindex0 libcsindex-dev' '! command -v csindex' \
    '[ -z "$(find /usr /etc /var/lib -xdev -name "*csindex*" -not -path "/var/lib/apt/*" -print | tee /dev/stderr)" ]'; do
    chroot "$root" env DEBIAN_FRONTEND=noninteractive bash -c "$command" >"$work/log" 2>&1 || { echo "$command"; tail "$work/log"; exit 1; }
    echo "in a fresh root: $command"
done
