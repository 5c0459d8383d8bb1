# The packages are made, judged by lintian, installed in a fresh root with their dependencies alone, used, and removed.
set -e
. scripts/packages.sh
install_missing $SOAK_PACKAGES
cmake -S . -B build/package -G Ninja -DCMAKE_BUILD_TYPE=Release -DCSINDEX_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr >/dev/null
cmake --build build/package >/dev/null
(cd "$work" && SOURCE_DATE_EPOCH=1700000000 cpack -G DEB --config "$source_dir/build/package/CPackConfig.cmake" -B "$work/deb" >"$work/log") ||
    { cat "$work/log"; exit 1; }
ls -l "$work"/deb/*.deb | awk '{print $5, $9}' | sed "s|$work/deb/||"
lintian --fail-on error "$work"/deb/*.deb && echo "lintian: no error"
root=${CSINDEX_ROOT:-$work/root}
scripts/fresh_debian.sh "$root" true >/dev/null
cp "$work"/deb/*.deb "$root/tmp/"
for command in 'apt-get update -q' 'apt-get install -y -q --no-install-recommends /tmp/*.deb' \
    'csindex --version' 'csindex run -o /tmp/out' 'csindex verify /tmp/out' 'apt-get remove -y -q csindex libcsindex0 libcsindex-dev' \
    '! command -v csindex'; do
    chroot "$root" env DEBIAN_FRONTEND=noninteractive bash -c "$command" >"$work/log" 2>&1 || { echo "$command"; tail "$work/log"; exit 1; }
    echo "in a fresh root: $command"
done
