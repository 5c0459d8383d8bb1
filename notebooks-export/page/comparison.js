/* Two to five countries side by side. */
function comparedParts(holder, chosen) {
  legend(holder, chosen.map(function (c, n) { return ["symbol", countries[c][1], "", n]; }).concat([["mark-world", say("world_mean")]]));
  var rows = partRows(holder, 30, say("principles") + ": " + chosen.map(function (c) { return countries[c][1]; }).join(", "));
  children.forEach(function (node, r) {
    var y = rows.top(r) + 14;
    rows.svg.append("line").attr("class", "grid").attr("x1", rows.left).attr("x2", rows.width - 42).attr("y1", y).attr("y2", y);
    mark(rows.svg, "mark-world", rows.x(worldMean(node)), y - 9, y + 9);
    chosen.forEach(function (c, n) {
      var value = score(node, state.year, c);
      if (isNumber(value)) { symbol(rows.svg, n, rows.x(value), y).append("title").text(countries[c][1] + ": " + fixed(value)); }
    });
  });
}
function showComparison() {
  var holder = clear(document.getElementById("compare-view"));
  var chips = clear(document.getElementById("compare-chips"));
  state.chosen.forEach(function (c, n) {
    var li = element("li");
    var b = element("button", { type: "button", "aria-label": say("remove") + " " + countries[c][1], "class": "k" + n }, countries[c][1] + " ×");
    b.addEventListener("click", function () { state.chosen.splice(n, 1); pushComparison(); });
    li.appendChild(b);
    chips.appendChild(li);
  });
  if (state.chosen.length < 2) {
    holder.appendChild(element("p", { "class": "hint" }, say("choose_two")));
    return;
  }
  var cards = element("div", { "class": "cards" });
  holder.appendChild(cards);
  var series = card(cards, say("series")), parts = card(cards, say("principles") + ", " + years[state.year]);
  seriesChart(series, state.chosen);
  comparedParts(parts, state.chosen);
  var headings = [[say("principle")]].concat(state.chosen.map(function (c) { return [countries[c][1], 1]; }));
  var rows = [0].concat(children).map(function (node) {
    return [data.nodes[node].name].concat(state.chosen.map(function (c) { return fixed(score(node, state.year, c), exact); }));
  });
  rows.push([say("rank")].concat(state.chosen.map(function (c) { var r = data.rank[state.year][c]; return r === null ? "" : r; })));
  rows.push([say("rank_interval")].concat(state.chosen.map(function (c) {
    return span(data.rank_low[state.year][c], data.rank_high[state.year][c]);
  })));
  plainTable(holder, say("compare_caption") + " " + years[state.year], headings, rows, "comparison.csv");
}
function pushComparison() {
  var codes = state.chosen.map(function (c) { return countries[c][0]; });
  if (codes.length >= 2) { location.hash = codes.join("-"); } else { showComparison(); }
}
