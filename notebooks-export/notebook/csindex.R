# %% [markdown]
# # {{name}}
#
# Version {{version}}. {{description}}
#
# This notebook stands beside the files that `csindex run` wrote and reads nothing else. It checks them against their
# manifest, draws the ranking, tells one country's story, rebuilds every score from its contributions, lets you weigh
# the parts yourself, and computes the whole index again from the raw values, independently of the program.

# %%
library(jsonlite)
library(digest)

here <- "."
country <- "FRA" # whose story to tell
blue <- "#0072b2"
grey <- "#9a9a9a"

# The CSV files put a quote before text that a spreadsheet would run as a formula; this takes it off.
undefuse <- function(x) sub("^'('*([=+@\t\r-]|\uff1d|\uff0b|\uff0d|\uff20))", "\\1", x, perl = TRUE)

read <- function(name) {
    table <- read.csv(file.path(here, name), na.strings = "", encoding = "UTF-8", check.names = FALSE,
                      stringsAsFactors = FALSE)
    texts <- vapply(table, is.character, TRUE)
    table[texts] <- lapply(table[texts], undefuse)
    table
}

manifest <- fromJSON(file.path(here, "manifest.json"), simplifyVector = FALSE)
for (output in manifest$outputs) {
    found <- digest(file = file.path(here, output$path), algo = "sha256")
    if (found != output$sha256) stop(output$path, " is not the file that the manifest vouches for")
}

scores <- read("scores.csv.gz")
contributions <- read("contributions.csv.gz")
quality <- read("quality.csv.gz")
codebook <- read("codebook.csv")
rownames(codebook) <- codebook$iCode
is_aggregate <- codebook$Type == "Aggregate"
top <- codebook$iCode[is_aggregate & is.na(codebook$Parent)]
parts <- codebook$iCode[!is.na(codebook$Parent) & codebook$Parent == top] # indicators, where there are none between
countries <- unique(scores[c("iso3", "country")])
names_of <- setNames(ifelse(is.na(countries$country), "", countries$country), countries$iso3)
index <- scores[scores$code == top, ]
year <- max(index$year[!is.na(index$score)])
cat(nrow(countries), "countries,", length(unique(index$year)), "years,", sum(codebook$Type == "Indicator"),
    "indicators; every file is the one that the manifest vouches for\n")

# %% [markdown]
# ## The ranking and how firm it is
#
# A dot is a score; where an ensemble was run, a bar spans 90 % of the scores that other defensible choices would have
# given. Two countries whose bars overlap widely are not told apart by this index.

# %%
latest <- index[index$year == year & !is.na(index$rank), ]
latest <- latest[order(latest$rank, latest$iso3), ]
shown <- head(latest, 40)
at <- rev(seq_len(nrow(shown)))
options(repr.plot.width = 8, repr.plot.height = 9)
old <- par(mar = c(4, 12, 2, 1))
plot(shown$score, at, pch = 19, cex = 0.7, yaxt = "n", ylab = "", xlab = "score",
     xlim = range(c(shown$score, shown$score_q05, shown$score_q95), na.rm = TRUE),
     main = paste0(codebook[top, "iName"], ", ", year))
barred <- !is.na(shown$score_q05)
segments(shown$score_q05[barred], at[barred], shown$score_q95[barred], at[barred], col = blue, lwd = 3)
points(shown$score, at, pch = 19, cex = 0.7)
axis(2, at, paste(names_of[shown$iso3], shown$rank), las = 1, cex.axis = 0.6)
par(old)

# %% [markdown]
# ## One country's story
#
# The index over the years, and the parts of the latest year beside the median of all countries.

# %%
iso3 <- if (country %in% latest$iso3) country else if (nrow(latest) > 0) latest$iso3[1] else countries$iso3[1]
own <- scores[scores$iso3 == iso3, ]
line <- own[own$code == top, ]
line <- line[order(line$year), ]
median_of <- function(table) tapply(table$score, table$year, median, na.rm = TRUE)
middle <- median_of(index)
options(repr.plot.width = 11, repr.plot.height = 5)
old <- par(mfrow = c(1, 2), mar = c(4, 4, 2, 1))
plot(line$year, line$score, type = "b", pch = 19, col = blue, xlab = "", ylab = "score", main = names_of[iso3],
     ylim = range(c(line$score, middle, line$score_q05, line$score_q95), na.rm = TRUE))
lines(as.numeric(names(middle)), middle, col = grey, lty = 2)
of_year <- contributions[contributions$year == year & contributions$parent == top, ]
wide <- tapply(of_year$normalised, list(factor(of_year$iso3, countries$iso3), factor(of_year$code, parts)),
               function(x) x[1])
par(mar = c(4, 12, 2, 1))
at <- barplot(rev(wide[iso3, ]), horiz = TRUE, col = blue, names.arg = rev(codebook[parts, "iName"]), las = 1,
              cex.names = 0.6, main = year)
points(rev(apply(wide, 2, median, na.rm = TRUE)), at, pch = "|")
par(old)

# %% [markdown]
# ## Every score, rebuilt from its contributions
#
# The contributions of a part's children add up to its score. Rules that have no exact contributions leave them blank.

# %%
key_of <- function(iso3, year, code) paste(iso3, year, code)
family <- key_of(contributions$iso3, contributions$year, contributions$parent)
sums <- tapply(contributions$contribution, family, sum)
published <- setNames(scores$score, key_of(scores$iso3, scores$year, scores$code))
difference <- abs(sums - published[names(sums)])
difference <- difference[!is.na(difference)]
stopifnot(length(difference) == 0 || max(difference) < 1e-9)
cat(length(difference), "of", sum(!is.na(scores$score)), "scores rebuilt; largest difference",
    format(max(c(0, difference)), digits = 2), "\n")

# %% [markdown]
# ## Weigh the parts yourself
#
# Change `weights` and run the cell again. Weights need not sum to 1; they are shared among the parts that a country has.

# %%
aggregations <- Filter(function(m) m$step == "aggregate", manifest$methods)
names(aggregations) <- vapply(aggregations, function(m) m$node, "")

# Weighted mean of the columns that a row has: arithmetic, geometric or harmonic.
combine <- function(table, weights, rule) {
    present <- !is.na(table)
    share <- sweep(present, 2, weights, "*")
    share <- share / pmax(rowSums(share), 1e-300)
    table[!present] <- 1
    mean <- switch(rule,
        geometric = exp(rowSums(share * log(table))),
        harmonic = 1 / rowSums(share / table),
        rowSums(share * table))
    mean[rowSums(present) == 0] <- NA
    mean
}

weights <- setNames(as.numeric(codebook[parts, "Weight"]), parts)
weights[1] <- 2 * weights[1]

before <- setNames(latest$rank, latest$iso3)
after <- combine(wide[names(before), , drop = FALSE], weights, aggregations[[top]]$method)
after <- rank(-after, ties.method = "min", na.last = "keep")
shift <- before - after
for (i in head(names(sort(-abs(shift))), 10)) {
    cat(sprintf("%+d places: %s, from %d to %d\n", as.integer(shift[i]), names_of[i], as.integer(before[i]),
                as.integer(after[i])))
}

# %% [markdown]
# ## The whole index again, from the raw values
#
# Written from the text of the method, not from the program. It follows the steps in the manifest; where the run used a
# step that this notebook does not know, it says so and goes on from the values that the run published behind that step.

# %%
first <- manifest$index$first_year
last <- manifest$index$last_year
indicators <- codebook$iCode[codebook$Type == "Indicator"]
stages <- Filter(function(m) !(m$step %in% c("aggregate", "weight")), manifest$methods)
wanted <- list("impute linear" = c(max_gap = "none"), "impute carry" = c(limit = "framework", direction = "forward"),
               "treat transform" = character(), "treat none" = character(),
               "normalise minmax" = c(goalposts = "framework", clip = "true"))
is_known <- function(stage) {
    name <- paste(stage$step, stage$method)
    if (!(name %in% names(wanted))) return(FALSE)
    options <- c(wanted[[name]], indicators = "[]", except = "[]")
    all(vapply(names(options), function(o) is.null(stage$options[[o]]) || stage$options[[o]] == options[[o]], TRUE))
}
cube_of <- function(table, column, code) {
    rows <- table[table$code == code, ]
    cube <- tapply(rows[[column]], list(factor(rows$iso3, countries$iso3), rows$year), function(x) x[1])
    cube
}
interpolate <- function(row, years) {
    seen <- !is.na(row)
    if (sum(seen) < 2) return(row)
    approx(years[seen], row[seen], years)$y
}
carry <- function(table, limit) {
    filled <- table
    n <- ncol(table)
    for (step in seq_len(min(limit, n - 1))) {
        shifted <- cbind(matrix(NA_real_, nrow(table), step), table[, seq_len(n - step), drop = FALSE])
        filled[is.na(filled)] <- shifted[is.na(filled)]
    }
    filled
}
transform_of <- function(name) switch(name, log = log, log1p = log1p, asinh = asinh, identity)
normalise <- function(table, row, f, range) {
    share <- (f(table) - f(row$goal_low)) / (f(row$goal_high) - f(row$goal_low))
    share <- pmin(pmax(share, 0), 1)
    range[1] + (range[2] - range[1]) * (if (row$Direction < 0) 1 - share else share)
}

unknown <- Filter(function(s) !is_known(s), stages)
years <- as.character(first:last)
value <- list()
if (length(unknown) > 0 || any(codebook$Type == "Denominator")) {
    cat("not repeated here:", vapply(unknown, function(s) paste(s$step, s$method), ""),
        "- starting from the published normalised values\n")
    for (code in indicators) value[[code]] <- cube_of(contributions, "normalised", code)
} else {
    for (code in indicators) {
        table <- cube_of(quality, "raw", code)
        row <- codebook[code, ]
        f <- identity
        for (stage in stages) {
            if (stage$method == "transform") {
                f <- transform_of(if (is.na(row$transform)) "none" else row$transform)
            } else if (stage$method == "linear") {
                named <- dimnames(table)
                table <- t(apply(table, 1, interpolate, as.numeric(colnames(table))))
                dimnames(table) <- named
            } else if (stage$method == "carry") {
                table <- carry(table, if (is.na(row$max_carry)) ncol(table) else row$max_carry)
            } else if (stage$method == "minmax") {
                table <- normalise(table, row, f, fromJSON(stage$options$range))
            }
        }
        value[[code]] <- table
    }
}
column <- function(table, year) {
    if (year %in% colnames(table)) table[countries$iso3, year] else rep(NA_real_, nrow(countries))
}

recomputed <- character()
aggregates <- codebook$iCode[is_aggregate][order(codebook$Level[is_aggregate])]
weighted <- vapply(Filter(function(m) m$step == "weight", manifest$methods), function(m) m$node, "")
for (code in aggregates) {
    rule <- aggregations[[code]]
    children <- codebook$iCode[!is.na(codebook$Parent) & codebook$Parent == code]
    children <- children[children %in% names(value)]
    if (!(rule$method %in% c("arithmetic", "geometric", "harmonic")) || code %in% weighted) {
        cat(code, ": the rule", rule$method, "or its weights are not repeated here\n")
        value[[code]] <- cube_of(scores, "score", code)
        next
    }
    weight <- as.numeric(codebook[children, "Weight"])
    result <- matrix(NA_real_, nrow(countries), length(years), dimnames = list(countries$iso3, years))
    for (y in years) {
        table <- vapply(children, function(c) column(value[[c]], y), numeric(nrow(countries)))
        table <- matrix(table, nrow(countries), dimnames = list(countries$iso3, children))
        present <- !is.na(table)
        enough <- present %*% weight / sum(weight) >= rule$min_weight_share - 1e-12 &
            rowSums(present) >= rule$min_children
        result[, y] <- ifelse(enough, combine(table, weight, rule$method), NA)
    }
    value[[code]] <- result
    recomputed <- c(recomputed, code)
}

worst <- 0
n <- 0
for (code in recomputed) {
    theirs <- cube_of(scores, "score", code)[countries$iso3, years, drop = FALSE]
    mine <- value[[code]]
    if (!identical(unname(is.na(mine)), unname(is.na(theirs)))) stop(code, ": scored in one, missing in the other")
    worst <- max(c(worst, abs(mine - theirs)), na.rm = TRUE)
    n <- n + sum(!is.na(mine))
}
stopifnot(worst < 1e-8)
cat(n, "scores computed again from the raw values; largest difference", format(worst, digits = 2), "\n")
