# %% [markdown]
# # {{name}}
#
# Version {{version}}. {{description}}
#
# This notebook stands beside the files that `csindex run` wrote and reads nothing else. It checks them against their
# manifest, draws the ranking, tells one country's story, rebuilds every score from its contributions, lets you weigh
# the parts yourself, and computes the whole index again from the raw values, independently of the program.

# %%
import hashlib
import json
import pathlib

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

HERE = pathlib.Path(".")
COUNTRY = "FRA"  # whose story to tell
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#9a9a9a"


def undefuse(value):
    """The CSV files put a quote before text that a spreadsheet would run as a formula; this takes it off."""
    formula = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    if isinstance(value, str) and value.startswith("'") and value.lstrip("'").startswith(formula):
        return value[1:]
    return value


def read(name):
    table = pd.read_csv(HERE / name, keep_default_na=False, na_values=[""], float_precision="round_trip")
    for column in table.columns[table.dtypes == object]:
        table[column] = table[column].map(undefuse)
    return table


def plain(text):
    """matplotlib takes a pair of dollar signs for mathematics."""
    return str(text).replace("$", r"\$")


manifest = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
for output in manifest["outputs"]:
    digest = hashlib.sha256((HERE / output["path"]).read_bytes()).hexdigest()
    assert digest == output["sha256"], f"{output['path']} is not the file that the manifest vouches for"

scores, contributions, quality = read("scores.csv.gz"), read("contributions.csv.gz"), read("quality.csv.gz")
codebook = read("codebook.csv").set_index("iCode")
parents = codebook["Parent"]
TOP = codebook.index[(codebook["Type"] == "Aggregate") & parents.isna()][0]
PARTS = list(codebook.index[parents == TOP])  # indicators, where the index has no parts between
NAMES = scores.drop_duplicates("iso3").set_index("iso3")["country"].fillna("")
index = scores[scores["code"] == TOP]
YEAR = int(index.loc[index["score"].notna(), "year"].max())
print(f"{len(NAMES)} countries, {index['year'].nunique()} years, {(codebook['Type'] == 'Indicator').sum()} indicators; "
      f"every file is the one that the manifest vouches for")

# %% [markdown]
# ## The ranking and how firm it is
#
# A dot is a score; where an ensemble was run, a bar spans 90 % of the scores that other defensible choices would have
# given. Two countries whose bars overlap widely are not told apart by this index.

# %%
latest = index[(index["year"] == YEAR) & index["rank"].notna()].sort_values(["rank", "iso3"])
shown = latest.head(40).iloc[::-1]
figure, axes = plt.subplots(figsize=(8, 0.24 * len(shown) + 1.2))
barred = shown["score_q05"].notna().to_numpy()
axes.hlines(np.flatnonzero(barred), shown["score_q05"][barred], shown["score_q95"][barred], color=BLUE, linewidth=3)
axes.plot(shown["score"], range(len(shown)), "o", color="#222222", markersize=4)
axes.set_yticks(range(len(shown)), [f"{plain(NAMES[i])} {int(r)}" for i, r in zip(shown["iso3"], shown["rank"])], fontsize=8)
axes.set_xlabel("score")
axes.set_title(f"{plain(codebook.loc[TOP, 'iName'])}, {YEAR}")
axes.grid(axis="x", color="#e3e3e3")
plt.show()

# %% [markdown]
# ## One country's story
#
# The index over the years, the parts of the latest year beside the median of all countries, and what is imputed.

# %%
iso3 = COUNTRY if COUNTRY in set(latest["iso3"]) else (latest["iso3"].iloc[0] if len(latest) else NAMES.index[0])
own = scores[scores["iso3"] == iso3]
line = own[own["code"] == TOP].sort_values("year")
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
left.fill_between(line["year"], line["score_q05"], line["score_q95"], color=BLUE, alpha=0.2, label="90 % interval")
left.plot(line["year"], line["score"], marker="o", color=BLUE)
left.plot(index.groupby("year")["score"].median(), color=GREY, linestyle="--", label="median of all countries")
left.set_title(f"{plain(NAMES[iso3])}: index")
left.set_ylabel("score")
left.legend()
of_year = contributions[(contributions["year"] == YEAR) & (contributions["parent"] == TOP)]
of_year = of_year.pivot(index="iso3", columns="code", values="normalised").reindex(index=NAMES.index, columns=PARTS)
names_of_parts = [plain(codebook.loc[p, "iName"]) for p in PARTS]
right.barh(names_of_parts, of_year.loc[iso3], color=BLUE)
right.plot(of_year.median(), names_of_parts, "|", color=ORANGE, markersize=14,
           label="median of all countries")
right.invert_yaxis()
right.set_title(f"{plain(NAMES[iso3])}: scores of the parts, {YEAR}")
right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), frameon=False)
figure.tight_layout()
plt.show()

states = quality[(quality["iso3"] == iso3) & (quality["year"] == YEAR)].set_index("code")["state"]
print(f"{YEAR}:", ", ".join(f"{count} {state}" for state, count in states.value_counts().items()))
moved = own[own["year"].isin([YEAR - 1, YEAR])].pivot(index="code", columns="year", values="score")
if {YEAR - 1, YEAR} <= set(moved.columns):
    moved = (moved[YEAR] - moved[YEAR - 1]).reindex([TOP] + PARTS).dropna()
    for code, points in moved.items():
        print(f"{points:+7.2f} points since {YEAR - 1}: {codebook.loc[code, 'iName']}")

# %% [markdown]
# ## Every score, rebuilt from its contributions
#
# The contributions of a part's children add up to its score. Rules that have no exact contributions leave them blank;
# such scores are counted, not skipped in silence.

# %%
explained = contributions.groupby(["iso3", "year", "parent"])["contribution"].agg(["sum", "count", "size"])
explained = explained[explained["count"] == explained["size"]]["sum"]
published = scores.dropna(subset=["score"]).set_index(["iso3", "year", "code"])["score"]
difference = (explained.rename_axis(["iso3", "year", "code"]) - published).dropna().abs()
assert len(difference) == 0 or difference.max() < 1e-9, f"contributions miss a score by {difference.max()}"
print(f"{len(difference)} of {len(published)} scores rebuilt; largest difference "
      f"{difference.max() if len(difference) else 0:.1e}")

# %% [markdown]
# ## Weigh the parts yourself
#
# Change `weights` and run the cell again. Weights need not sum to 1; they are shared among the parts that a country has.

# %%
rules = {m["node"]: m for m in manifest["methods"] if m["step"] == "aggregate"}


def combine(table, weights, rule):
    """Weighted mean of the columns that a row has: arithmetic, geometric or harmonic."""
    weights = pd.Series(weights).reindex(table.columns).to_numpy(dtype=float)
    present = table.notna().to_numpy()
    share = present * weights / np.maximum((present * weights).sum(axis=1, keepdims=True), 1e-300)
    values = np.where(present, table.to_numpy(dtype=float), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if rule == "geometric":
            mean = np.exp((share * np.log(values)).sum(axis=1))
        elif rule == "harmonic":
            mean = 1 / (share / values).sum(axis=1)
        else:
            mean = (share * values).sum(axis=1)
    return pd.Series(np.where(present.any(axis=1), mean, np.nan), index=table.index)


weights = {part: float(codebook.loc[part, "Weight"]) for part in PARTS}
weights[PARTS[0]] *= 2

before = latest.set_index("iso3")["rank"]
after = combine(of_year.loc[before.index], weights, rules[TOP]["method"])
after = after.rank(ascending=False, method="min")
shift = (before - after).sort_values(key=abs, ascending=False)
for iso3_moved, places in shift.head(10).items():
    print(f"{int(places):+4d} places: {NAMES[iso3_moved]}, from {int(before[iso3_moved])} to {int(after[iso3_moved])}")

# %% [markdown]
# ## The whole index again, from the raw values
#
# Written from the text of the method, not from the program. It follows the steps in the manifest; where the run used a
# step that this notebook does not know, it says so and goes on from the values that the run published behind that step.

# %%
FIRST, LAST = manifest["index"]["first_year"], manifest["index"]["last_year"]
INDICATORS = list(codebook.index[codebook["Type"] == "Indicator"])
stages = [m for m in manifest["methods"] if m["step"] not in ("aggregate", "weight")]
PLAIN = {("impute", "linear"): {"max_gap": "none"}, ("impute", "carry"): {"limit": "framework", "direction": "forward"},
         ("treat", "transform"): {}, ("treat", "none"): {},
         ("normalise", "minmax"): {"goalposts": "framework", "clip": "true"}}
TRANSFORM = {"log": np.log, "log1p": np.log1p, "asinh": np.arcsinh}


def is_known(stage):
    wanted = {**PLAIN.get((stage["step"], stage["method"]), {"": ""}), "indicators": "[]", "except": "[]"}
    return all(stage["options"].get(key, value) == value for key, value in wanted.items() if key) and "" not in wanted


def wide(column):
    """One table a series: countries by years."""
    cube = quality.pivot(index=["code", "iso3"], columns="year", values=column)
    return {code: cube.loc[code] for code in INDICATORS}


def interpolate(table):
    filled = table.copy()
    filled[:] = [np.interp(table.columns, table.columns[row.notna()], row[row.notna()], left=np.nan, right=np.nan)
                 if row.notna().any() else row for _, row in table.iterrows()]
    return filled


def carry(table, limit):
    filled = table.copy()
    for step in range(1, int(limit) + 1):
        filled = filled.fillna(table.shift(step, axis=1))
    return filled


def normalise(table, row, transform, low, high):
    bottom, top = transform(float(row["goal_low"])), transform(float(row["goal_high"]))
    share = ((transform(table) - bottom) / (top - bottom)).clip(0, 1)
    return low + (high - low) * (1 - share if row["Direction"] < 0 else share)


unknown = [f"{s['step']}: {s['method']}" for s in stages if not is_known(s)]
low, high = 1.0, 100.0
if unknown or (codebook["Type"] == "Denominator").any():
    print("not repeated here:", ", ".join(unknown) or "denominators", "- starting from the published normalised values")
    cube = contributions.pivot(index=["code", "iso3"], columns="year", values="normalised")
    value = {c: cube.loc[c].reindex(NAMES.index) for c in INDICATORS if c in cube.index.get_level_values(0)}
else:
    value = {}
    for code, table in wide("raw").items():
        row, transform = codebook.loc[code], lambda x: x
        for stage in stages:
            if stage["method"] == "transform":
                transform = TRANSFORM.get(row["transform"], transform)
            elif stage["method"] == "linear":
                table = interpolate(table)
            elif stage["method"] == "carry":
                table = carry(table, len(table.columns) if pd.isna(row["max_carry"]) else row["max_carry"])
            elif stage["method"] == "minmax":
                low, high = json.loads(stage["options"]["range"])
                table = normalise(table, row, transform, low, high)
        value[code] = table.reindex(columns=range(FIRST, LAST + 1))

KNOWN_RULES = {"arithmetic", "geometric", "harmonic"}
recomputed = {}
for code in codebook.index[codebook["Type"] == "Aggregate"].to_series().sort_values(
        key=lambda codes: codebook.loc[codes, "Level"]):
    children = [c for c in codebook.index if parents[c] == code and c in value]
    weight = codebook.loc[children, "Weight"].astype(float)
    rule = rules[code]
    if rule["method"] not in KNOWN_RULES or any(m["step"] == "weight" and m.get("node") == code
                                               for m in manifest["methods"]):
        print(f"{code}: the rule {rule['method']} or its weights are not repeated here")
        value[code] = scores[scores["code"] == code].pivot(index="iso3", columns="year", values="score")
        continue
    result = pd.DataFrame(index=NAMES.index, columns=range(FIRST, LAST + 1), dtype=float)
    for year in result.columns:
        table = pd.DataFrame({c: value[c][year].reindex(NAMES.index) for c in children})
        present = table.notna()
        enough = (present * weight).sum(axis=1) / weight.sum() >= rule["min_weight_share"] - 1e-12
        enough &= present.sum(axis=1) >= rule["min_children"]
        result[year] = combine(table, weight, rule["method"]).where(enough)
    value[code] = recomputed[code] = result

worst, n = 0.0, 0
for code, mine in recomputed.items():
    theirs = scores[scores["code"] == code].pivot(index="iso3", columns="year", values="score").reindex(mine.index)
    assert (mine.isna() == theirs.isna()).all(axis=None), f"{code}: scored in one, missing in the other"
    worst, n = max(worst, np.nanmax((mine - theirs).abs().to_numpy(), initial=0)), n + int(mine.notna().sum().sum())
assert worst < 1e-8, f"the scores differ by {worst}"
print(f"{n} scores computed again from the raw values; largest difference {worst:.1e}")
