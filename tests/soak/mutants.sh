# CSINDEX_MUTANTS of them, from CSINDEX_MUTANT_FIRST on.
/usr/bin/python3 tests/soak/mutants.py "${CSINDEX_MUTANTS:-300}" "${CSINDEX_MUTANT_FIRST:-0}" 2>/dev/null
