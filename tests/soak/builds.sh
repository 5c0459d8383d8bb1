set -e
# Two clones in directories of different length, built at different times, in another locale, by a different number of
# jobs: command, libraries and packages must be the same bytes.
for name in a a/much/longer/way; do
    mkdir -p "$work/$name"
    git clone -q "file://$source_dir" "$work/$name/source"
done
build()
{
    (cd "$1/source" && cmake --preset release -DCSINDEX_TESTS=OFF >/dev/null && cmake --build --preset release -j "$2" >/dev/null)
}
LC_ALL=C TZ=UTC build "$work/a" 2
sleep 2
LC_ALL=C.UTF-8 TZ=Asia/Kathmandu build "$work/a/much/longer/way" 1
for file in csindex libcsindex.a libcsindex.so.0.1.0; do
    cmp "$work/a/source/build/release/$file" "$work/a/much/longer/way/source/build/release/$file"
    echo "identical: $file $(sha256sum <"$work/a/source/build/release/$file" | cut -c 1-16)"
done
