#!/bin/bash
# What is installed can be used: a small program is built against it by pkg-config (shared and static) and by CMake's
# find_package, the command answers, nothing names the tree it was built in, and the shared library offers csi_ alone.
set -euo pipefail

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
prefix=$root/usr
cmake --install "$CSINDEX_BUILD" --prefix "$prefix" >"$root/log"

cat >"$root/consumer.c" <<'END'
#include <core/arena.h>
#include <core/panel.h>
#include <index/run.h>
#include <ingest/ingest.h>
#include <stdio.h>

int main(void)
{
    csi_panel *panel = NULL;
    char hex[CSI_DIGEST_HEX];
    if (csi_panel_new(1, 2014, 10, 196, false, &panel) != CSI_OK) {
        return 1;
    }
    csi_panel_set(panel, 0, 0, 0, 87.654958, CSI_CELL_OBSERVED);
    csi_digest_bytes("abc", 3, hex);
    printf("%zu %d %.8s\n", csi_panel_find_year(panel, 2023), csi_status_exit_code(CSI_ERR_NO_INPUT), hex);
    csi_panel_free(panel);
    return 0;
}
END
expected="9 66 ba7816bf"

sanitize=()
if grep -q '^CSINDEX_SANITIZE:BOOL=ON' "$CSINDEX_BUILD/CMakeCache.txt"; then
    sanitize=(-fsanitize=address,undefined)
fi
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$CSINDEX_BUILD/CMakeCache.txt")
libdir=$(dirname "$(find "$prefix" -name libcsindex.so)")
export PKG_CONFIG_PATH=$libdir/pkgconfig

expect()
{
    local got
    got=$("$@")
    [ "$got" = "$expected" ] || {
        echo "$* printed \"$got\", not \"$expected\""
        exit 1
    }
}

"$compiler" "${sanitize[@]}" $(pkg-config --cflags csindex) "$root/consumer.c" -o "$root/shared" \
    $(pkg-config --libs csindex) "-Wl,-rpath,$libdir"
ldd "$root/shared" >"$root/ldd"
grep -q "libcsindex.so.0 => $libdir" "$root/ldd"
expect "$root/shared"

"$compiler" "${sanitize[@]}" $(pkg-config --cflags csindex) "$root/consumer.c" -o "$root/static" \
    $(pkg-config --static --libs csindex | sed "s|-lcsindex|$libdir/libcsindex.a|")
! ldd "$root/static" | grep libcsindex
expect "$root/static"

mkdir "$root/project"
cat >"$root/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(consumer C)
find_package(csindex 0.1 REQUIRED)
foreach(kind csindex static)
  add_executable(with_${kind} ../consumer.c)
  target_link_libraries(with_${kind} PRIVATE csindex::${kind})
endforeach()
END
cmake -S "$root/project" -B "$root/project/build" -G Ninja "-DCMAKE_PREFIX_PATH=$prefix" \
    "-DCMAKE_C_COMPILER=$compiler" "-DCMAKE_C_FLAGS=${sanitize[*]}" >"$root/log" || { cat "$root/log"; exit 1; }
cmake --build "$root/project/build" >"$root/log" || { cat "$root/log"; exit 1; }
expect "$root/project/build/with_csindex"
expect "$root/project/build/with_static"

# libxlsxwriter exports the marks of the linker, and whatever is linked against it then does too.
foreign=$(nm -D --defined-only "$libdir/libcsindex.so" | awk '{print $3}' | grep -Ev '^(csi_|_init$|_fini$|__bss_start$|_edata$|_end$)' || true)
if [ ${#sanitize[@]} -eq 0 ] && [ -n "$foreign" ]; then
    echo "libcsindex.so defines names without the prefix:" $foreign
    exit 1
fi
if grep -rl -- "$CSINDEX_BUILD" "$prefix" | grep -v -e '\.a$' -e '\.so' -e '/csindex$'; then
    echo "the files above name the tree that they were built in"
    exit 1
fi

"$prefix/bin/csindex" --version | grep "^csindex " >/dev/null
[ -f "$prefix/share/csindex/paris-call/index.yaml" ]
[ -f "$prefix/share/man/man1/csindex.1.gz" ]
[ -f "$prefix/share/bash-completion/completions/csindex" ]
echo "installed, found and used by pkg-config and find_package, shared and static"
