set -e
readelf -hldnsW --dyn-syms "$CSINDEX" >"$work/elf"
tell()
{
    grep -qE -- "$1" "$work/elf" || { echo "missing: $2"; return 1; }
    echo "$2"
}
tell 'Type:.*DYN' "position-independent executable"
tell 'GNU_RELRO' "relocations read-only"
tell 'BIND_NOW|FLAGS_1.*NOW' "all bound at the start: full RELRO"
! grep -E 'GNU_STACK.*RWE' "$work/elf"
echo "stack is not executable"
tell '__stack_chk_fail' "stack protector"
tell '_chk@' "fortified ($(grep -cE 'FUNC.*_chk@' "$work/elf") checked calls of the C library)"
! grep -E 'R(UN)?PATH' "$work/elf"
echo "no RPATH"
[ "$(objdump -d "$CSINDEX" | grep -c endbr64)" -gt 100 ] && echo "branch targets are marked (-fcf-protection)"
