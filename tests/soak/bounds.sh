/usr/bin/python3 tests/soak/bounds.py
