set -e
readelf -hW "$CSINDEX" | grep -q 'Type:.*DYN' && echo "position-independent executable"
readelf -lW "$CSINDEX" | grep -q GNU_RELRO && readelf -dW "$CSINDEX" | grep -q BIND_NOW && echo "full RELRO"
readelf -lW "$CSINDEX" | grep 'GNU_STACK' | grep -qv 'RWE' && echo "stack is not executable"
readelf -sW --dyn-syms "$CSINDEX" | grep -q '__stack_chk_fail' && echo "stack protector"
readelf -sW --dyn-syms "$CSINDEX" | grep -qE '_chk@' && echo "fortified: $(readelf -sW --dyn-syms "$CSINDEX" | grep -cE '_chk@') calls"
readelf -nW "$CSINDEX" | grep -q 'IBT, SHSTK' && echo "control-flow enforcement: IBT, SHSTK"
! readelf -dW "$CSINDEX" | grep -qE 'R(UN)?PATH' && echo "no RPATH"
