/* One country: series, parts, what moved it, strengths and weaknesses. */
function card(holder, title) {
  var c = element("div", { "class": "card" });
  c.appendChild(element("h3", {}, title));
  holder.appendChild(c);
  return c;
}
/* The five indicators farthest above (sign 1) or below (-1) the mean of all countries. */
function standingTable(holder, c, sign) {
  var rows = data.indicators.map(function (indicator, q) {
    var world = mean(data.normalised[q]), own = data.normalised[q][c];
    return { name: indicator.name, own: own, world: world, difference: isNumber(own) ? own - world : 0 };
  }).filter(function (r) { return sign * r.difference > 0.5 * Math.pow(10, -data.decimals); });
  rows.sort(function (a, b) { return sign * (b.difference - a.difference); });
  if (rows.length === 0) {
    holder.appendChild(element("p", { "class": "hint" }, say(sign > 0 ? "none_above" : "none_below")));
    return;
  }
  plainTable(holder, say(sign > 0 ? "strengths_caption" : "weaknesses_caption") + " " + years[data.latest],
    [[say("indicator")], [say("score"), 1], [say("mean"), 1, " wide"], [say("difference"), 1]],
    rows.slice(0, 5).map(function (r) { return [r.name, fixed(r.own), fixed(r.world), signed(r.difference, data.decimals)]; }),
    countries[c][0] + (sign > 0 ? "-strengths.csv" : "-weaknesses.csv"));
}
/* The ten largest causes, then what all others make together, then the sum. */
function moveRows(packed) {
  var parts = [];
  for (var i = 0; i < packed.length; i += 3) {
    parts.push({ name: packed[i] >= 0 ? data.indicators[packed[i]].name : data.nodes[-1 - packed[i]].name,
      why: say("cause_" + data.move_kinds[packed[i + 1]]), points: packed[i + 2] / 1000 });
  }
  parts.sort(function (a, b) { return Math.abs(b.points) - Math.abs(a.points); });
  var sum = function (list) { return d3.sum(list, function (p) { return p.points; }); };
  var rows = parts.slice(0, 10).map(function (p) { return [p.name, p.why, signed(p.points)]; });
  if (parts.length > 10) { rows.push([say("all_others"), "", signed(sum(parts.slice(10)))]); }
  rows.push([say("total"), "", signed(sum(parts))]);
  return rows;
}
function showCountry(c) {
  var holder = clear(document.getElementById("country-view"));
  var y = state.year, iso3 = countries[c][0];
  document.getElementById("country-name").textContent = countries[c][1] + " (" + iso3 + ")";
  var facts = element("div", { "class": "facts" });
  [[fixed(score(0, y, c)) || "–", say("score") + " " + years[y]],
    [data.rank[y][c] === null ? "–" : data.rank[y][c] + " / " + data.n_ranked[y], say("rank")],
    [span(data.rank_low[y][c], data.rank_high[y][c]) || "–", say("rank_interval")],
    [isNumber(data.coverage[y][c]) ? percent(data.coverage[y][c]) + " %" : "–", say("coverage")]]
    .forEach(function (f) {
      var d = element("div");
      d.appendChild(element("span", { "class": "big" }, f[0]));
      d.appendChild(element("span", {}, f[1]));
      facts.appendChild(d);
    });
  holder.appendChild(facts);
  var cards = element("div", { "class": "cards" });
  holder.appendChild(cards);
  var series = card(cards, say("series")), parts = card(cards, say("principles") + ", " + years[y]);
  seriesChart(series, [c]);
  partsChart(parts, c);
  if (data.moves[iso3]) {
    plainTable(card(cards, say("moved") + ", " + data.move_from + "–" + data.move_to), say("moved_caption"),
      [[say("indicator")], [say("why")], [say("points"), 1]], moveRows(data.moves[iso3]), iso3 + "-changes.csv");
  }
  var both = card(cards, say("strengths"));
  standingTable(both, c, 1);
  both.appendChild(element("h3", {}, say("weaknesses")));
  standingTable(both, c, -1);
  holder.appendChild(element("h3", {}, say("raw_values")));
  rawTable(holder, c);
  document.getElementById("country-choice").value = iso3;
}
