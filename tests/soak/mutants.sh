/usr/bin/python3 tests/soak/mutants.py "${CSINDEX_MUTANTS:-200}"
