set -e
. scripts/packages.sh
install_missing $SOAK_PACKAGES
# Two clones in directories of different length, built at different times, in another locale and time zone, by a different
# number of jobs: command, libraries and packages must be the same bytes. (The umask is one: cpack copies it into the
# headers of the archive that a .deb is, though into none of its members.)
umask 022
one=$work/a two=$work/a/much/longer/way
for clone in "$one" "$two"; do
    mkdir -p "$clone"
    git clone -q "file://$source_dir" "$clone/source"
done
build()
{
    (
        cd "$1/source"
        cmake --preset release -DCSINDEX_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr >/dev/null
        cmake --build --preset release -j "$2" >/dev/null
        SOURCE_DATE_EPOCH=1700000000 cpack -G DEB --config build/release/CPackConfig.cmake -B deb >deb.log 2>&1 || { cat deb.log; exit 1; }
    )
}
(export LC_ALL=C TZ=UTC; build "$one" 2)
sleep 2
(export LC_ALL=C.UTF-8 TZ=Asia/Kathmandu; build "$two" 1)
for file in build/release/csindex build/release/libcsindex.a build/release/libcsindex.so.0.1.0 \
    $(cd "$one/source" && find deb -maxdepth 1 -name '*.deb' | sort); do
    cmp "$one/source/$file" "$two/source/$file"
    echo "identical: $(basename "$file") $(sha256sum <"$one/source/$file" | cut -c 1-16)"
done
# Nor do the published files depend on the optimisation (./check compares gcc's and clang's at -O3, and gcc's at -O1).
(cd "$one/source" && cmake --preset debug -DCSINDEX_TESTS=OFF >/dev/null && cmake --build --preset debug --target csindex >/dev/null)
for build in release debug; do
    "$one/source/build/$build/csindex" run -q --replicates 500 "$one/source/datasets/paris-call" -o "$work/out-$build"
done
diff -r "$work/out-release" "$work/out-debug"
echo "identical: what -O3 and -O0 publish"
