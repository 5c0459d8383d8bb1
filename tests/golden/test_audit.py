#!/usr/bin/python3
"""csindex audit over the default index: the files are there, the bytes are the same twice, and coverage, correlations and
alpha agree with pandas on the published normalised values. Findings must be those that the tables bear out."""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import pandas as pd
except ImportError:
    print("skipped: numpy and pandas are absent")
    sys.exit(77)

FILES = ["audit.md", "clusters.csv", "components.csv", "correlations.csv", "findings.csv", "importance.csv",
         "imputation.csv", "imputation_methods.csv", "indicators.csv", "items.csv", "reliability.csv"]
COMMAND = os.environ["CSINDEX"]
PROJECT = os.path.join(os.environ["CSINDEX_SOURCE"], "datasets", "paris-call")
YEAR = 2022


def read(directory, name):
    return pd.read_csv(os.path.join(directory, name), float_precision="round_trip", keep_default_na=False,
                       na_values=[""])


def audit(directory):
    subprocess.run([COMMAND, "audit", PROJECT, "--year", str(YEAR), "-o", directory], check=True,
                   stdout=subprocess.DEVNULL)
    assert sorted(os.listdir(directory)) == FILES, os.listdir(directory)
    return {name: open(os.path.join(directory, name), "rb").read() for name in FILES}


def published(directory):
    """Normalised values and scores of the year: one column a node, one row a country."""
    subprocess.run([COMMAND, "run", "-q", PROJECT, "-o", directory], check=True)
    scores = read(directory, "scores.csv.gz")
    parts = read(directory, "contributions.csv.gz")
    wide = scores[scores.year == YEAR].pivot(index="iso3", columns="code", values="score")
    leaves = parts[parts.year == YEAR].pivot(index="iso3", columns="code", values="normalised")
    return leaves.drop(columns=[c for c in leaves if c in wide]).join(wide, how="outer"), parts


def alpha(x):
    z = (x - x.mean()) / x.std()
    q = x.shape[1]
    return q / (q - 1) * (1 - q / z.sum(axis=1).var())


def main():
    with tempfile.TemporaryDirectory() as work:
        first, second = os.path.join(work, "a"), os.path.join(work, "b")
        assert audit(first) == audit(second), "two audits differ"
        value, parts = published(os.path.join(work, "out"))
        children = parts[["parent", "code"]].drop_duplicates().groupby("parent").code.apply(list)

        correlations = read(first, "correlations.csv")
        value = value.reindex(columns=value.columns.union(correlations.a.unique()))  # not yet valid in the year: empty

        n_checked = 0
        for row in correlations.itertuples():
            pair = value[[row.a, row.b]].dropna()
            assert row.n == len(pair), row
            if not np.isnan(row.pearson):
                assert abs(row.pearson - pair.corr().iloc[0, 1]) < 1e-9, row
                assert abs(row.spearman - pair.corr(method="spearman").iloc[0, 1]) < 1e-9, row
                n_checked += 1
        assert n_checked > 500, n_checked

        reliability = read(first, "reliability.csv").set_index("code")
        for code, names in children.items():
            complete = value[[n for n in names if n in value]].dropna()
            if len(names) > 1 and len(complete) > len(names) and complete.shape[1] == len(names):
                assert abs(reliability.alpha_standardised[code] - alpha(complete)) < 1e-9, code
                n_checked += 1

        for row in read(first, "items.csv").itertuples():
            complete = value[[n for n in children[row.parent] if n in value]].dropna()
            if not np.isnan(row.item_rest):
                z = (complete - complete.mean()) / complete.std()
                rest = z.drop(columns=row.code)
                assert abs(row.item_rest - z[row.code].corr(rest.sum(axis=1))) < 1e-9, row
                assert len(z.columns) < 3 or abs(row.alpha_without - alpha(rest)) < 1e-9, row
                n_checked += 1

        methods = read(first, "imputation_methods.csv").set_index("steps")
        assert list(methods.index) == ["as configured", "carry", "linear", "cohort", "row", "regression", "em"]
        overall = read(first, "imputation.csv").iloc[-1]
        assert (methods.loc["as configured"] == overall.drop("code").astype(float)).all()
        assert (methods.n_hidden == overall.n_hidden).all() and (methods.r2.between(0, 1)).all()
        assert methods.loc["carry", "rmse"] < methods.loc["em", "rmse"] < methods.loc["cohort", "rmse"]

        importance = read(first, "importance.csv").set_index("code")
        for code, row in importance.iterrows():
            r = value[[code, row.parent]].dropna().corr().iloc[0, 1]
            assert np.isnan(r) or abs(r * r - row.importance_parent_linear) < 1e-9, code
            assert np.isnan(r) or row.importance_parent > row.importance_parent_linear - 0.05, code

        findings = read(first, "findings.csv")
        assert len(findings) > 5 and list(findings.columns) == ["gravity", "topic", "code", "evidence", "rule"]
        page = open(os.path.join(first, "audit.md"), encoding="utf-8").read()
        assert page.startswith("# Audit of ") and all(f.rule in page for f in findings.itertuples())
        weak = correlations.query("relation == 'parent' and pearson < 0.3")
        assert set(weak.a) == set(findings[findings.topic == "correlation"].query("rule.str.contains('part')",
                                                                                  engine="python").code)
    print(f"{n_checked} figures agree")


main()
