/* A country's raw values of every year, out of the packed text of report_history.c. */
/* The packed text of report_history.c, year by year: [state, value]; null where there is none. */
var states = { "=": "observed", c: "carried", i: "interpolated", m: "modelled" };
function unpack(text) {
  var out = [], before = null;
  text.split(",").forEach(function (token) {
    var state = states[token.charAt(0)], n = state ? Number(token.slice(1) || 1) : 1;
    if (!state && token !== "") { before = Number(token); }
    for (; n > 0; n--) { out.push(token === "" ? null : [state || "observed", !state || state === "observed" ? before : null]); }
  });
  return out;
}
function readYears() {
  return d3.range(data.first_read, years[years.length - 1] + 1);
}
function rawCell(cell) {
  if (!cell) { return ""; }
  if (cell[0] === "observed") { return localised(String(cell[1])); }
  return { text: { carried: "→", interpolated: "~", modelled: "m" }[cell[0]], className: "filled", title: say("state_" + cell[0]) };
}
function rawTable(holder, c) {
  var all = readYears();
  var cells = data.indicators.map(function (indicator, q) { return unpack(data.history[q][c]); });
  var t = plainTable(holder, say("history_caption"),
    [[say("indicator")], [say("unit")]].concat(all.map(function (y) { return [y, 1]; }), [[say("score") + " " + years[data.latest], 1], [say("source")]]),
    data.indicators.map(function (indicator, q) {
      return [indicator.name, indicator.unit].concat(all.map(function (y, k) { return rawCell(cells[q][k]); }),
        [fixed(data.normalised[q][c]), indicator.source]);
    }));
  t.classList.add("history");
  holder.appendChild(downloadButton(countries[c][0] + "-raw-values.csv", function () {
    var rows = [["code", "indicator", "unit", "year", "value", "state", "source"]];
    data.indicators.forEach(function (indicator, q) {
      all.forEach(function (y, k) {
        var cell = cells[q][k];
        if (cell) { rows.push([indicator.code, indicator.name, indicator.unit, y, cell[1] === null ? "" : cell[1], cell[0], indicator.source]); }
      });
    });
    return rows.map(function (row) { return row.map(function (v) { return csvCell(String(v)); }).join(","); }).join("\n") + "\n";
  }));
}
