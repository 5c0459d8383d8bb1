#!/usr/bin/python3
"""Every table of the oracle is read by a test that compares it, or is excused here by name with the reason. The tests are
run with CSINDEX_ORACLE_LOG, which notes what they ask for: a table that nobody reads fails, and so does an excuse for one
that somebody does read, or for one that is not there."""
import os
import subprocess
import sys
import tempfile

PROGRAMS = ["coherence", "coinr_analysis", "coinr_audit", "coinr_results", "coinr_steps", "coinr_treatment",
            "coinr_uncertainty", "decompose", "em", "handbook", "nist", "orders", "peers", "trend"]
FOLDERS = ["coinr", "coinr/asem", "compind", "nist", "worked"]
SLOW = {"worked/sobol_analytic": "sensitivity", "worked/sobol_estimator_calibration": "sensitivity"}  # not run again here
EXCUSED = {
    "coinr/asem/WorldDenoms": "packaged denominators that the ASEM example does not use",
    "compind/nuts_bod_dir": "directional benefit of the doubt: no method here",
    "compind/nuts_bod_mdir": "multi-directional benefit of the doubt: no method here",
    "compind/nuts_wroclaw": "Wroclaw taxonomy: no method here",
    "nist/attainable_univariate": "digits that other summations attain; the thresholds in the test come from it",
    "worked/em_johnson_wichern_5_13": "recalled, not seen in print: not to be cited",
    "worked/sst2005_table3_4_sobol_published": "needs the weights of the twenty experts, which were not published",
    "worked/tai_table39_40_sobol_published": "needs the weights of the twenty experts, which were not published",
}


def oracle_root():
    root = os.environ.get("CSINDEX_ORACLE_DIR") or os.path.join(os.environ["CSINDEX_SOURCE"], "..", "shared", "oracle")
    if not os.path.isdir(root):
        print(f"skipped: the oracle is absent: {root}")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    return root


def tables_read(log):
    programs = [os.path.join(os.environ["CSINDEX_BUILD"], "tests", "oracle_" + name) for name in PROGRAMS]
    for program in programs:
        subprocess.run([program], check=True, env={**os.environ, "CSINDEX_ORACLE_LOG": log}, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    with open(log, encoding="utf-8") as f:
        return {line.strip().removesuffix(".csv") for line in f}


def main():
    root = oracle_root()
    there = {f"{folder}/{name[:-4]}" for folder in FOLDERS for name in os.listdir(os.path.join(root, folder))
             if name.endswith(".csv")}
    for name, test in SLOW.items():
        with open(os.path.join(os.environ["CSINDEX_SOURCE"], "tests", "oracle", f"test_{test}.c"), encoding="utf-8") as f:
            assert name in f.read(), f"test_{test}.c does not read {name}"
    with tempfile.TemporaryDirectory() as work:
        read = set(SLOW) | tables_read(os.path.join(work, "log"))
    forgotten, needless = sorted(there - read - set(EXCUSED)), sorted(set(EXCUSED) & read)
    gone = sorted(set(EXCUSED) - there)
    assert not forgotten, f"neither compared nor excused: {forgotten}"
    assert not needless, f"excused and compared: {needless}"
    assert not gone, f"excused and not there: {gone}"
    print(f"{len(there & read)} tables are compared, {len(EXCUSED)} excused")


main()
