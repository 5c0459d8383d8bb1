CSINDEX_LONG=1 /usr/bin/python3 tests/fault/test_allocation.py
CSINDEX_LONG=1 /usr/bin/python3 tests/fault/test_files.py
