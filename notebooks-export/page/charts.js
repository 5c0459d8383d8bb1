/* Drawings that a country and a comparison share. */
/* A drawing as wide as its card, so that its letters keep their size on a phone. */
function drawing(holder, height, label) {
  var style = getComputedStyle(holder);
  var width = Math.max(260, holder.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
  var svg = d3.select(holder).append("svg").attr("class", "chart").attr("viewBox", "0 0 " + width + " " + height)
    .attr("role", "img").attr("aria-label", label);
  return { svg: svg, width: width, height: height };
}
/* Labels at the right end that would lie on each other are moved apart, keeping their order. */
function spread(labels, least) {
  labels.sort(function (a, b) { return a.y - b.y; });
  for (var pass = 0; pass < 40; pass++) {
    for (var i = 1; i < labels.length; i++) {
      var overlap = least - (labels[i].y - labels[i - 1].y);
      if (overlap > 0) { labels[i - 1].y -= overlap / 2; labels[i].y += overlap / 2; }
    }
  }
  return labels;
}
function extent(chosen) {
  var all = [];
  chosen.forEach(function (c) {
    years.forEach(function (year, k) {
      [data.low[0][k][c], data.high[0][k][c], score(0, k, c)].forEach(function (v) { if (isNumber(v)) { all.push(v); } });
    });
  });
  return d3.extent(all);
}
function seriesChart(holder, chosen) {
  var range = extent(chosen);
  if (range[0] === undefined) { holder.appendChild(element("p", { "class": "hint" }, say("missing"))); return; }
  var d = drawing(holder, 300, say("series") + ": " + chosen.map(function (c) { return countries[c][1]; }).join(", "));
  var svg = d.svg, left = 34, right = d.width - 46, top = 12, bottom = d.height - 26;
  var x = d3.scale.linear().domain([0, Math.max(years.length - 1, 1)]).range([left + 8, right]);
  var y = d3.scale.linear().domain(range).nice(5).range([bottom, top]);
  y.ticks(5).forEach(function (t) {
    svg.append("line").attr("class", "grid").attr("x1", left).attr("x2", right + 8).attr("y1", y(t)).attr("y2", y(t));
    svg.append("text").attr("class", "axis").attr("x", left - 6).attr("y", y(t) + 4).attr("text-anchor", "end").text(t);
  });
  var step = Math.ceil(years.length * 40 / (right - left));
  years.forEach(function (year, k) {
    if ((years.length - 1 - k) % step !== 0) { return; }
    svg.append("text").attr("class", "axis").attr("x", x(k)).attr("y", d.height - 6).attr("text-anchor", "middle").text(year);
  });
  var labels = [];
  chosen.forEach(function (c, n) {
    var g = svg.append("g").attr("class", "series k" + n);
    var points = years.map(function (year, k) { return { k: k, v: score(0, k, c), low: data.low[0][k][c], high: data.high[0][k][c] }; });
    var has = function (p) { return isNumber(p.v); };
    g.append("path").attr("class", "band").attr("d", d3.svg.area().defined(function (p) { return has(p) && isNumber(p.low); })
      .x(function (p) { return x(p.k); }).y0(function (p) { return y(p.low); }).y1(function (p) { return y(p.high); })(points));
    g.append("path").attr("class", "line").attr("d", d3.svg.line().defined(has)
      .x(function (p) { return x(p.k); }).y(function (p) { return y(p.v); })(points));
    points.filter(has).forEach(function (p) {
      g.append("circle").attr("cx", x(p.k)).attr("cy", y(p.v)).attr("r", p.k === state.year ? 4.5 : 3)
        .append("title").text(countries[c][1] + " " + years[p.k] + ": " + fixed(p.v, exact));
    });
    var last = points.filter(has).pop();
    if (last) { labels.push({ x: x(last.k) + 9, y: y(last.v) + 4, text: countries[c][0], n: n }); }
  });
  spread(labels, 14).forEach(function (l) {
    svg.append("text").attr("class", "label k" + l.n).attr("x", l.x).attr("y", l.y).text(l.text);
  });
  asTable(holder, say("series"), chosen.length === 1 ? ownSeries(chosen[0]) : sharedSeries(chosen));
}
function ownSeries(c) {
  return { file: countries[c][0] + "-scores.csv",
    headings: [[say("year")], [say("score"), 1], [say("low"), 1], [say("high"), 1], [say("rank"), 1], [say("rank_interval"), 1], [say("coverage_share"), 1]],
    rows: years.map(function (year, k) {
      return [year, fixed(score(0, k, c), exact), fixed(data.low[0][k][c], exact), fixed(data.high[0][k][c], exact),
        data.rank[k][c] === null ? "" : data.rank[k][c], span(data.rank_low[k][c], data.rank_high[k][c]), percent(data.coverage[k][c])];
    }) };
}
function sharedSeries(chosen) {
  return { file: "comparison-scores.csv",
    headings: [[say("year")]].concat(chosen.map(function (c) { return [countries[c][1], 1]; })),
    rows: years.map(function (year, k) { return [year].concat(chosen.map(function (c) { return fixed(score(0, k, c), exact); })); }) };
}
function mean(values) {
  var present = values.filter(isNumber);
  return present.length === 0 ? null : d3.sum(present) / present.length;
}
function worldMean(node) { return mean(data.score[node][state.year]); }
function regionMean(node, region) {
  return mean(data.score[node][state.year].filter(function (v, i) { return countries[i][2] === region; }));
}
function mark(svg, name, x, y1, y2) {
  if (!isNaN(x)) { svg.append("line").attr("class", name).attr("x1", x).attr("x2", x).attr("y1", y1).attr("y2", y2); }
}
/* Names of the parts stand left of the bars, or above them where they would take half of the room. */
function partRows(holder, rowHeight, label) {
  var d = drawing(holder, 10, label), longest = 0;
  var names = children.map(function (node) {
    var text = d.svg.append("text").text(data.nodes[node].name);
    longest = Math.max(longest, text.node().getComputedTextLength());
    return text;
  });
  var narrow = longest > d.width * 0.55, height = rowHeight + (narrow ? 18 : 0), left = narrow ? 2 : longest + 4;
  var x = scaleX(left + 6, d.width - 42);
  d.svg.attr("viewBox", "0 0 " + d.width + " " + (children.length * height + 4));
  names.forEach(function (text, r) {
    text.attr("x", narrow ? 2 : left - 4).attr("y", r * height + (narrow ? 13 : rowHeight / 2 + 4))
      .attr("text-anchor", narrow ? "start" : "end");
  });
  return { svg: d.svg, x: x, left: x(data.scale[0]), width: d.width, top: function (r) { return r * height + (narrow ? 18 : 0); } };
}
function legend(holder, items) {
  var ul = element("ul", { "class": "legend" });
  items.forEach(function (item) {
    var li = element("li");
    var svg = d3.select(li).append("svg").attr("viewBox", "0 0 16 16").attr("class", "chart " + (item[2] || "")).attr("aria-hidden", "true");
    if (item[0] === "symbol") { symbol(svg, item[3], 8, 8); } else { mark(svg, item[0], 8, 1, 15); }
    li.appendChild(document.createTextNode(item[1]));
    ul.appendChild(li);
  });
  holder.appendChild(ul);
}
function partsChart(holder, c) {
  var rows = partRows(holder, 28, say("principles") + ": " + countries[c][1]), region = countries[c][2];
  children.forEach(function (node, r) {
    var value = score(node, state.year, c), top = rows.top(r);
    rows.svg.append("rect").attr("class", "track").attr("x", rows.left).attr("y", top + 6).attr("height", 14).attr("width", rows.width - 42 - rows.left);
    if (isNumber(value)) {
      rows.svg.append("rect").attr("class", "bar k0").attr("x", Math.min(rows.x(0), rows.x(value))).attr("y", top + 6)
        .attr("height", 14).attr("width", Math.max(Math.abs(rows.x(value) - rows.x(0)), 1));
    }
    rows.svg.append("text").attr("class", "axis").attr("x", rows.width).attr("y", top + 17).attr("text-anchor", "end")
      .text(isNumber(value) ? fixed(value) : "–");
    if (region) { mark(rows.svg, "mark-region", rows.x(regionMean(node, region)), top + 2, top + 24); }
    mark(rows.svg, "mark-world", rows.x(worldMean(node)), top + 2, top + 24);
  });
  legend(holder, [["mark-world", say("world_mean")]].concat(region ? [["mark-region", say("region_mean") + " (" + region + ")"]] : []));
  asTable(holder, say("principles"), { file: countries[c][0] + "-parts.csv",
    headings: [[say("principle")], [say("score"), 1], [say("region_mean"), 1], [say("world_mean"), 1]],
    rows: children.map(function (node) {
      return [data.nodes[node].name, fixed(score(node, state.year, c), exact), fixed(regionMean(node, region), exact), fixed(worldMean(node), exact)];
    }) });
}
var shapes = ["circle", "square", "triangle-up", "diamond", "cross"];
function symbol(svg, n, x, y) {
  return svg.append("path").attr("class", "symbol k" + n).attr("transform", "translate(" + x + "," + y + ")")
    .attr("d", d3.svg.symbol().type(shapes[n]).size(90)());
}
