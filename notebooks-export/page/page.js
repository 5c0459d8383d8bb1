/* What the report page can do beyond being read: choose a year, sort and filter, open a country, compare, re-weigh.
 * Everything shown is in the page's own data; nothing is fetched. d3 draws; the page is complete without this file. */
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var words = data.words;
  var years = data.years;
  var countries = data.countries; /* [iso3, name, region] */
  var nCountries = countries.length;
  var indexOf = {};
  countries.forEach(function (c, i) { indexOf[c[0]] = i; });
  var children = data.nodes.map(function (node, i) { return i; })
    .filter(function (i) { return data.nodes[i].parent === 0; });
  var state = { year: data.latest, region: "", text: "", column: "rank", descending: false, chosen: [] };

  document.documentElement.classList.add("js");

  function say(key) { return words[key] || key; }
  function isNumber(x) { return typeof x === "number"; }
  function localised(text) { return data.language === "fr" ? text.replace(".", ",") : text; }
  function fixed(x, digits) { return isNumber(x) ? localised(x.toFixed(digits === undefined ? 1 : digits)) : ""; }
  function span(low, high) { return isNumber(low) ? Math.round(low) + "–" + Math.round(high) : ""; }
  function percent(x) { return isNumber(x) ? String(Math.round(100 * x)) : ""; }
  function byName(a, b) { return countries[a][1].localeCompare(countries[b][1]); }
  function element(tag, attributes, text) {
    var e = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (k) { e.setAttribute(k, attributes[k]); });
    if (text !== undefined) { e.textContent = text; }
    return e;
  }
  function clear(node) { while (node.firstChild) { node.removeChild(node.firstChild); } return node; }
  function score(node, year, c) { return data.score[node][year][c]; }
  function scaleX(left, right) {
    return d3.scale.linear().domain(data.scale).range([left, right]);
  }

  /* Competition ranks, 1 the best; null is not ranked. Full precision, as the index itself ranks. */
  function ranksOf(values) {
    var order = values.map(function (v, i) { return i; }).filter(function (i) { return isNumber(values[i]); });
    order.sort(function (a, b) { return values[b] - values[a]; });
    var ranks = values.map(function () { return null; });
    order.forEach(function (i, k) {
      ranks[i] = k > 0 && values[order[k - 1]] === values[i] ? ranks[order[k - 1]] : k + 1;
    });
    return ranks;
  }

  /* ---- ranking ---- */
  var table = document.getElementById("ranking-table");
  var body = table.tBodies[0];

  function rankingRows() {
    var y = state.year;
    return countries.map(function (c, i) {
      return {
        i: i, iso3: c[0], name: c[1], region: c[2], score: score(0, y, i), rank: data.rank[y][i],
        low: data.low[0][y][i], high: data.high[0][y][i], rankLow: data.rank_low[y][i], rankHigh: data.rank_high[y][i],
        coverage: data.coverage[y][i]
      };
    });
  }
  function matches(row) {
    var text = state.text.trim().toLowerCase();
    return (state.region === "" || row.region === state.region) &&
      (text === "" || row.name.toLowerCase().indexOf(text) >= 0 || row.iso3.toLowerCase() === text);
  }
  function compareBy(column, descending) {
    return function (a, b) {
      var x = a[column], y = b[column];
      if (x === null || y === null) { return (x === null) - (y === null) || (a.name < b.name ? -1 : 1); }
      var order = typeof x === "string" ? x.localeCompare(y) : x - y;
      return (descending ? -order : order) || (a.name < b.name ? -1 : 1);
    };
  }
  function drawInterval(cell, row) {
    var x = d3.scale.linear().domain(data.scale).range([6, 194]);
    var svg = d3.select(cell).append("svg").attr("class", "interval").attr("viewBox", "0 0 200 16")
      .attr("preserveAspectRatio", "none").attr("aria-hidden", "true");
    svg.append("line").attr("x1", 6).attr("x2", 194).attr("y1", 8).attr("y2", 8);
    if (isNumber(row.low)) {
      svg.append("rect").attr("x", x(row.low)).attr("y", 5.5).attr("height", 5)
        .attr("width", Math.max(x(row.high) - x(row.low), 1));
    }
    if (isNumber(row.score)) { svg.append("path").attr("d", "M" + x(row.score) + " 8h0"); }
  }
  function showRanking() {
    var rows = rankingRows().filter(matches);
    rows.sort(compareBy(state.column, state.descending));
    clear(body);
    rows.forEach(function (row) {
      var tr = body.insertRow();
      tr.insertCell().textContent = row.rank === null ? "–" : row.rank;
      var th = element("th", { scope: "row" });
      th.appendChild(element("a", { href: "#" + row.iso3 }, row.name));
      tr.appendChild(th);
      tr.insertCell().textContent = row.region;
      tr.insertCell().textContent = fixed(row.score);
      drawInterval(tr.insertCell(), row);
      tr.insertCell().textContent = span(row.rankLow, row.rankHigh);
      tr.insertCell().textContent = percent(row.coverage);
      [0, 3, 5, 6].forEach(function (k) { tr.cells[k].className = "number"; });
      [2, 6].forEach(function (k) { tr.cells[k].classList.add("wide"); });
    });
    d3.selectAll("#ranking-table thead th").each(function () {
      var own = this.getAttribute("data-column") === state.column;
      this.setAttribute("aria-sort", own ? (state.descending ? "descending" : "ascending") : "none");
    });
    document.getElementById("ranking-count").textContent = rows.length + " / " + nCountries;
    d3.selectAll(".shown-year").text(years[state.year]);
  }

  /* ---- map ---- */
  function classOf(value) {
    if (!isNumber(value)) { return "missing"; }
    for (var k = 0; k < data.breaks.length; k++) { if (value < data.breaks[k]) { return "q" + k; } }
    return "q" + data.breaks.length;
  }
  function showMap() {
    d3.selectAll("#map [data-iso3]").each(function () {
      var c = indexOf[this.getAttribute("data-iso3")];
      var value = c === undefined ? null : score(0, state.year, c);
      this.setAttribute("class", classOf(value));
      var title = this.querySelector("title");
      if (title && c !== undefined) {
        title.textContent = countries[c][1] + ": " + (isNumber(value) ? fixed(value) + ", " + say("rank") + " " +
          data.rank[state.year][c] : say("missing"));
      }
    });
  }

  /* ---- charts shared by country and comparison ---- */
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
          .append("title").text(countries[c][1] + " " + years[p.k] + ": " + fixed(p.v, 2));
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
        return [year, fixed(score(0, k, c), 2), fixed(data.low[0][k][c], 2), fixed(data.high[0][k][c], 2),
          data.rank[k][c] === null ? "" : data.rank[k][c], span(data.rank_low[k][c], data.rank_high[k][c]), percent(data.coverage[k][c])];
      }) };
  }
  function sharedSeries(chosen) {
    return { file: "comparison-scores.csv",
      headings: [[say("year")]].concat(chosen.map(function (c) { return [countries[c][1], 1]; })),
      rows: years.map(function (year, k) { return [year].concat(chosen.map(function (c) { return fixed(score(0, k, c), 2); })); }) };
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
        rows.svg.append("rect").attr("class", "bar k0").attr("x", rows.left).attr("y", top + 6).attr("height", 14)
          .attr("width", Math.max(rows.x(value) - rows.left, 1));
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
        return [data.nodes[node].name, fixed(score(node, state.year, c), 2), fixed(regionMean(node, region), 2), fixed(worldMean(node), 2)];
      }) });
  }
  var shapes = ["circle", "square", "triangle-up", "diamond", "cross"];
  function symbol(svg, n, x, y) {
    return svg.append("path").attr("class", "symbol k" + n).attr("transform", "translate(" + x + "," + y + ")")
      .attr("d", d3.svg.symbol().type(shapes[n]).size(90)());
  }
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
  function plainTable(holder, caption, headings, rows, file) {
    var scroll = element("div", { "class": "scroll whole", tabindex: "0", role: "region", "aria-label": caption });
    var t = element("table");
    t.appendChild(element("caption")).appendChild(element("span", {}, caption));
    var head = t.createTHead().insertRow();
    headings.forEach(function (h, k) { head.appendChild(element("th", { scope: "col", "class": (k > 0 && h[1] ? "number" : "") + (h[2] || "") }, h[0])); });
    var tb = t.appendChild(element("tbody"));
    rows.forEach(function (row) {
      var tr = tb.insertRow();
      row.forEach(function (value, k) {
        var cell = k === 0 ? tr.appendChild(element("th", { scope: "row" })) : tr.insertCell();
        if (value && value.className) { cell.className = value.className; cell.textContent = value.text; } else { cell.textContent = value; }
        if (value && value.title) { cell.title = value.title; }
        if (k > 0 && headings[k][1]) { cell.classList.add("number"); }
        if (headings[k][2]) { cell.classList.add("wide"); }
      });
    });
    scroll.appendChild(t);
    holder.appendChild(scroll);
    if (file) { holder.appendChild(downloadButton(file, function () { return tableAsCsv(t); })); }
    return t;
  }
  /* What a drawing shows, for those who would rather read or take it along. */
  function asTable(holder, caption, table) {
    var details = element("details");
    details.appendChild(element("summary", {}, say("as_table")));
    plainTable(details, caption, table.headings, table.rows, table.file);
    holder.appendChild(details);
  }

  /* ---- a country ---- */
  function signed(x, digits) {
    return { text: (x >= 0 ? "+" : "−") + fixed(Math.abs(x), digits === undefined ? 2 : digits), className: x >= 0 ? "better" : "worse" };
  }
  function card(holder, title) {
    var c = element("div", { "class": "card" });
    c.appendChild(element("h3", {}, title));
    holder.appendChild(c);
    return c;
  }
  /* The five indicators farthest above (sign 1) or below (-1) the mean of the world. */
  function standingTable(holder, c, sign) {
    var rows = data.indicators.map(function (indicator, q) {
      var world = mean(data.normalised[q]), own = data.normalised[q][c];
      return { name: indicator.name, own: own, world: world, difference: isNumber(own) ? own - world : 0 };
    }).filter(function (r) { return sign * r.difference > 0.05; });
    rows.sort(function (a, b) { return sign * (b.difference - a.difference); });
    if (rows.length === 0) {
      holder.appendChild(element("p", { "class": "hint" }, say(sign > 0 ? "none_above" : "none_below")));
      return;
    }
    plainTable(holder, say(sign > 0 ? "strengths_caption" : "weaknesses_caption") + " " + years[data.latest],
      [[say("indicator")], [say("score"), 1], [say("world"), 1, " wide"], [say("difference"), 1]],
      rows.slice(0, 5).map(function (r) { return [r.name, fixed(r.own), fixed(r.world), signed(r.difference, 1)]; }),
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

  /* ---- comparison ---- */
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
      return [data.nodes[node].name].concat(state.chosen.map(function (c) { return fixed(score(node, state.year, c), 2); }));
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

  /* ---- weights ---- */
  var weights = children.map(function (i) { return data.nodes[i].weight; });

  /* The mean that index.yaml configures at the top, with its own thresholds; same order of sums as the index. */
  function reweighed(c) {
    var rule = data.root_rule, total = 0, present = 0, n = 0, sum = 0;
    children.forEach(function (node, k) { total += weights[k]; });
    children.forEach(function (node, k) {
      if (isNumber(score(node, state.year, c))) { present += weights[k]; n += 1; }
    });
    if (!(present > 0) || n < rule.min_children || present / total < rule.min_weight_share) { return null; }
    children.forEach(function (node, k) {
      var v = score(node, state.year, c), w = weights[k] / present;
      if (!isNumber(v) || w === 0) { return; }
      if (rule.method === "geometric") { sum += w * Math.log(v); }
      else if (rule.method === "harmonic") { sum += w / v; }
      else { sum += w * v; }
    });
    return rule.method === "geometric" ? Math.exp(sum) : rule.method === "harmonic" ? 1 / sum : sum;
  }
  function showWeights() {
    var values = countries.map(function (c, i) { return reweighed(i); });
    var ranks = ranksOf(values);
    var total = d3.sum(weights);
    d3.selectAll("#sliders output").text(function (d, k) { return total > 0 ? fixed(100 * weights[k] / total) + " %" : "–"; });
    var rows = countries.map(function (c, i) { return i; }).filter(function (i) { return ranks[i] !== null; });
    rows.sort(function (a, b) { return ranks[a] - ranks[b] || (countries[a][1] < countries[b][1] ? -1 : 1); });
    var tb = clear(document.getElementById("weights-table").tBodies[0]);
    rows.forEach(function (i) {
      var tr = tb.insertRow(), was = data.rank[state.year][i], low = data.rank_low[state.year][i], high = data.rank_high[state.year][i];
      tr.setAttribute("data-iso3", countries[i][0]);
      tr.insertCell().textContent = ranks[i];
      tr.appendChild(element("th", { scope: "row" }, countries[i][1]));
      tr.insertCell().textContent = fixed(values[i], 2);
      tr.insertCell().textContent = was === null ? "" : was;
      tr.insertCell().textContent = was === null || was === ranks[i] ? "" : (was > ranks[i] ? "▲ " : "▼ ") + Math.abs(was - ranks[i]);
      tr.insertCell().textContent = span(low, high) + (isNumber(low) && (ranks[i] < low || ranks[i] > high) ? " *" : "");
      [0, 2, 3, 4, 5].forEach(function (k) { tr.cells[k].className = "number"; });
      if (was !== null && was !== ranks[i]) { tr.cells[4].classList.add(was > ranks[i] ? "better" : "worse"); }
    });
  }
  function makeSliders() {
    var holder = document.getElementById("sliders");
    children.forEach(function (node, k) {
      var label = element("label");
      label.appendChild(element("span", {}, data.nodes[node].name));
      label.appendChild(element("output"));
      var input = element("input", { type: "range", min: 0, max: 3, step: 0.05, value: weights[k], "data-code": data.nodes[node].code });
      input.addEventListener("input", function () { weights[k] = Number(input.value); showWeights(); });
      label.appendChild(input);
      holder.appendChild(label);
    });
    d3.selectAll("#sliders output").data(children);
    document.getElementById("weights-reset").addEventListener("click", function () {
      weights = children.map(function (i) { return data.nodes[i].weight; });
      d3.selectAll("#sliders input").each(function (d, k) { this.value = weights[k]; });
      showWeights();
    });
  }

  /* ---- downloads: text cells that a spreadsheet would run as a formula get a quote in front ---- */
  function csvCell(text) {
    var isPlainNumber = /^[-+−]?[0-9.]+$/.test(text);
    var safe = !isPlainNumber && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  }
  /* A number as every reader of CSV takes it: a point, a plain minus, no plus. */
  function plainNumber(text) {
    var plain = text.replace("−", "-").replace(/^\+/, "").replace(/^(-?[0-9]+),([0-9]+)$/, "$1.$2");
    return /^-?[0-9.]+$/.test(plain) ? plain : text;
  }
  function tableAsCsv(t) {
    return Array.prototype.map.call(t.rows, function (row) {
      return Array.prototype.map.call(row.cells, function (cell) {
        var text = cell.textContent.trim();
        return csvCell(cell.tagName === "TD" && cell.classList.contains("number") ? plainNumber(text) : text);
      }).join(",");
    }).join("\n") + "\n";
  }
  function save(name, text) {
    var url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    var a = element("a", { href: url, download: name });
    document.body.appendChild(a);
    a.click();
    a.remove();
    setTimeout(function () { URL.revokeObjectURL(url); }, 1000);
  }
  function downloadButton(file, make) {
    var p = element("p");
    var b = element("button", { type: "button" }, say("download"));
    b.addEventListener("click", function () { save(file, make()); });
    p.appendChild(b);
    return p;
  }

  /* ---- the whole page ---- */
  function showAll() {
    showRanking();
    showMap();
    if (state.country !== undefined) { showCountry(state.country); }
    showComparison();
    showWeights();
  }
  function followHash(moves) {
    var codes = decodeURIComponent(location.hash.slice(1)).toUpperCase().split("-");
    var found = codes.map(function (code) { return indexOf[code]; }).filter(function (c) { return c !== undefined; });
    if (found.length !== codes.length || found.length === 0) { return; }
    if (found.length === 1) {
      state.country = found[0];
      showCountry(found[0]);
    } else {
      state.chosen = found.slice(0, 5);
      showComparison();
    }
    if (moves) { document.getElementById(found.length === 1 ? "country" : "compare").scrollIntoView(); }
  }
  function optionList(select, withEmpty) {
    if (withEmpty) { select.appendChild(element("option", { value: "" }, withEmpty)); }
    countries.map(function (c, i) { return i; }).sort(byName)
      .forEach(function (i) { select.appendChild(element("option", { value: countries[i][0] }, countries[i][1])); });
  }

  d3.selectAll("select.year").each(function () {
    var select = this;
    years.forEach(function (y, k) { select.appendChild(element("option", { value: k }, y)); });
    select.value = state.year;
    select.addEventListener("change", function () {
      state.year = Number(select.value);
      d3.selectAll("select.year").each(function () { this.value = state.year; });
      showAll();
    });
  });
  var regions = d3.set(countries.map(function (c) { return c[2]; })).values().filter(Boolean).sort();
  var regionSelect = document.getElementById("region");
  regions.forEach(function (r) { regionSelect.appendChild(element("option", { value: r }, r)); });
  regionSelect.addEventListener("change", function () { state.region = regionSelect.value; showRanking(); });
  document.getElementById("filter").addEventListener("input", function () { state.text = this.value; showRanking(); });
  d3.selectAll("#ranking-table thead th[data-column]").each(function () {
    var th = this, column = th.getAttribute("data-column"), text = th.textContent;
    var b = element("button", { type: "button" }, text);
    clear(th).appendChild(b);
    b.addEventListener("click", function () {
      state.descending = state.column === column ? !state.descending : column !== "rank" && column !== "name" && column !== "region";
      state.column = column;
      showRanking();
    });
  });
  d3.selectAll("#map [data-iso3]").each(function () {
    var iso3 = this.getAttribute("data-iso3");
    if (indexOf[iso3] === undefined) { return; }
    this.addEventListener("click", function () { location.hash = iso3; });
  });
  var countryChoice = document.getElementById("country-choice");
  optionList(countryChoice);
  countryChoice.addEventListener("change", function () { location.hash = countryChoice.value; });
  var compareChoice = document.getElementById("compare-choice");
  optionList(compareChoice, say("add_country"));
  compareChoice.addEventListener("change", function () {
    var c = indexOf[compareChoice.value];
    if (c !== undefined && state.chosen.indexOf(c) < 0 && state.chosen.length < 5) { state.chosen.push(c); pushComparison(); }
    compareChoice.value = "";
  });
  /* Drawings are as wide as their cards were when they were made. */
  var width = window.innerWidth;
  window.addEventListener("resize", function () {
    if (window.innerWidth === width) { return; }
    width = window.innerWidth;
    showCountry(state.country);
    showComparison();
  });
  document.getElementById("download-ranking").addEventListener("click", function () {
    save("ranking.csv", document.getElementById("ranking-csv").textContent);
  });
  d3.selectAll("button[data-table]").each(function () {
    var b = this;
    b.addEventListener("click", function () {
      save(b.getAttribute("data-file"), tableAsCsv(document.getElementById(b.getAttribute("data-table"))));
    });
  });
  window.addEventListener("hashchange", function () { followHash(true); });

  makeSliders();
  var first = data.rank[state.year].indexOf(1);
  state.country = first < 0 ? 0 : first;
  followHash(false);
  showAll();
  followHash(location.hash.length > 1);
}());
