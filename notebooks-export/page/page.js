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
  function fixed(x, digits) { return isNumber(x) ? x.toFixed(digits === undefined ? 1 : digits) : ""; }
  function element(tag, attributes, text) {
    var e = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (k) { e.setAttribute(k, attributes[k]); });
    if (text !== undefined) { e.textContent = text; }
    return e;
  }
  function clear(node) { while (node.firstChild) { node.removeChild(node.firstChild); } return node; }
  function score(node, year, c) { return data.score[node][year][c]; }
  function scaleX(width, left) {
    return d3.scale.linear().domain(data.scale).range([left, width]);
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
    if (isNumber(row.score)) { svg.append("circle").attr("cx", x(row.score)).attr("cy", 8).attr("r", 4); }
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
      tr.insertCell().textContent = isNumber(row.rankLow) ? row.rankLow + "–" + row.rankHigh : "";
      tr.insertCell().textContent = isNumber(row.coverage) ? Math.round(100 * row.coverage) + " %" : "";
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
  function seriesChart(holder, chosen) {
    var width = 560, height = 280, left = 34, right = 48, top = 12, bottom = 26;
    var low = d3.min(chosen, function (c) { return d3.min(years, function (y, k) { var v = data.low[0][k][c]; return isNumber(v) ? v : score(0, k, c); }); });
    var high = d3.max(chosen, function (c) { return d3.max(years, function (y, k) { var v = data.high[0][k][c]; return isNumber(v) ? v : score(0, k, c); }); });
    if (low === undefined || low === null) { holder.appendChild(element("p", { "class": "hint" }, say("missing"))); return; }
    var x = d3.scale.linear().domain([0, years.length - 1]).range([left, width - right]);
    var y = d3.scale.linear().domain([low, high]).nice(5).range([height - bottom, top]);
    var svg = d3.select(holder).append("svg").attr("class", "chart").attr("viewBox", "0 0 " + width + " " + height)
      .attr("role", "img").attr("aria-label", say("series") + ": " + chosen.map(function (c) { return countries[c][1]; }).join(", "));
    y.ticks(5).forEach(function (t) {
      svg.append("line").attr("class", "grid").attr("x1", left).attr("x2", width - right).attr("y1", y(t)).attr("y2", y(t));
      svg.append("text").attr("class", "axis").attr("x", left - 6).attr("y", y(t) + 4).attr("text-anchor", "end").text(t);
    });
    years.forEach(function (year, k) {
      if (years.length > 12 && k % 2 === 1) { return; }
      svg.append("text").attr("class", "axis").attr("x", x(k)).attr("y", height - 8).attr("text-anchor", "middle").text(year);
    });
    chosen.forEach(function (c, n) {
      var g = svg.append("g").attr("class", "series k" + n);
      var points = years.map(function (year, k) { return { k: k, v: score(0, k, c), low: data.low[0][k][c], high: data.high[0][k][c] }; });
      var has = function (p) { return isNumber(p.v); };
      g.append("path").attr("class", "band").attr("d", d3.svg.area().defined(function (p) { return has(p) && isNumber(p.low); })
        .x(function (p) { return x(p.k); }).y0(function (p) { return y(p.low); }).y1(function (p) { return y(p.high); })(points));
      g.append("path").attr("class", "line").attr("d", d3.svg.line().defined(has)
        .x(function (p) { return x(p.k); }).y(function (p) { return y(p.v); })(points));
      points.filter(has).forEach(function (p) {
        g.append("circle").attr("cx", x(p.k)).attr("cy", y(p.v)).attr("r", 3)
          .append("title").text(countries[c][1] + " " + years[p.k] + ": " + fixed(p.v, 2));
      });
      var last = points.filter(has).pop();
      if (last) {
        g.append("text").attr("class", "label").attr("x", x(last.k) + 8).attr("y", y(last.v) + 4).text(countries[c][0]);
      }
    });
  }
  function mean(values) {
    var present = values.filter(isNumber);
    return present.length === 0 ? null : d3.sum(present) / present.length;
  }
  function principleChart(holder, chosen) {
    var rowHeight = 14 * chosen.length + 18, width = 600, left = 260;
    var height = children.length * rowHeight + 22;
    var x = scaleX(width - 40, left);
    var region = countries[chosen[0]][2];
    var svg = d3.select(holder).append("svg").attr("class", "chart").attr("viewBox", "0 0 " + width + " " + height)
      .attr("role", "img").attr("aria-label", say("principles"));
    children.forEach(function (node, r) {
      var top = r * rowHeight + 6;
      svg.append("text").attr("x", left - 8).attr("y", top + rowHeight / 2).attr("text-anchor", "end").text(data.nodes[node].name);
      chosen.forEach(function (c, n) {
        var value = score(node, state.year, c);
        var g = svg.append("g").attr("class", "k" + n);
        if (!isNumber(value)) {
          g.append("text").attr("class", "axis").attr("x", left + 3).attr("y", top + 12 + 14 * n).text(say("missing"));
          return;
        }
        g.append("rect").attr("class", "bar").attr("x", left).attr("y", top + 2 + 14 * n).attr("height", 12).attr("width", Math.max(x(value) - left, 1));
        g.append("text").attr("class", "axis").attr("x", x(value) + 4).attr("y", top + 12 + 14 * n).text(fixed(value));
      });
      var world = mean(data.score[node][state.year]);
      var own = mean(data.score[node][state.year].filter(function (v, i) { return countries[i][2] === region; }));
      [["mark-world", world], ["mark-region", chosen.length === 1 ? own : null]].forEach(function (m) {
        if (isNumber(m[1])) {
          svg.append("line").attr("class", m[0]).attr("x1", x(m[1])).attr("x2", x(m[1])).attr("y1", top - 1).attr("y2", top + rowHeight - 12);
        }
      });
    });
    var legend = element("p", { "class": "hint" }, chosen.length === 1 ? say("marks_region") : say("marks_world"));
    holder.appendChild(legend);
  }
  function plainTable(holder, caption, headings, rows, file) {
    var scroll = element("div", { "class": "scroll whole", tabindex: "0", role: "region", "aria-label": caption });
    var t = element("table");
    t.appendChild(element("caption", {}, caption));
    var head = t.createTHead().insertRow();
    headings.forEach(function (h, k) { head.appendChild(element("th", { scope: "col", "class": k > 0 && h[1] ? "number" : "" }, h[0])); });
    var tb = t.appendChild(element("tbody"));
    rows.forEach(function (row) {
      var tr = tb.insertRow();
      row.forEach(function (value, k) {
        var cell = k === 0 ? tr.appendChild(element("th", { scope: "row" })) : tr.insertCell();
        if (value && value.className) { cell.className = value.className; cell.textContent = value.text; } else { cell.textContent = value; }
        if (k > 0 && headings[k][1]) { cell.classList.add("number"); }
      });
    });
    scroll.appendChild(t);
    holder.appendChild(scroll);
    holder.appendChild(downloadButton(t, file));
  }

  /* ---- a country ---- */
  function signed(x) { return { text: (x >= 0 ? "+" : "−") + fixed(Math.abs(x), 2), className: x >= 0 ? "better" : "worse" }; }
  function card(holder, title) {
    var c = element("div", { "class": "card" });
    c.appendChild(element("h3", {}, title));
    holder.appendChild(c);
    return c;
  }
  function indicatorRows(c) {
    return data.indicators.map(function (indicator, q) {
      return { indicator: indicator, normalised: data.normalised[q][c], raw: data.raw[q][c] };
    });
  }
  function strengthRows(c, best) {
    var rows = data.indicators.map(function (indicator, q) {
      return { name: indicator.name, value: data.normalised[q][c], rank: ranksOf(data.normalised[q])[c] };
    }).filter(function (r) { return r.rank !== null; });
    rows.sort(function (a, b) { return best ? a.rank - b.rank || b.value - a.value : b.value === a.value ? b.rank - a.rank : a.value - b.value; });
    return rows.slice(0, 5).map(function (r) { return [r.name, fixed(r.value), r.rank]; });
  }
  /* The ten largest causes, then what all others make together, then the sum. */
  function moveRows(parts) {
    var sorted = parts.slice().sort(function (a, b) { return Math.abs(b[1]) - Math.abs(a[1]); });
    var sum = function (list) { return d3.sum(list, function (p) { return p[1]; }); };
    var rows = sorted.slice(0, 10).map(function (p) { return [p[0], signed(p[1])]; });
    if (sorted.length > 10) { rows.push([say("all_others"), signed(sum(sorted.slice(10)))]); }
    rows.push([say("total"), signed(sum(sorted))]);
    return rows;
  }
  function showCountry(c) {
    var holder = clear(document.getElementById("country-view"));
    var y = state.year, iso3 = countries[c][0];
    document.getElementById("country-name").textContent = countries[c][1] + " (" + iso3 + ")";
    var facts = element("div", { "class": "facts" });
    [[fixed(score(0, y, c)) || "–", say("score") + " " + years[y]],
      [data.rank[y][c] === null ? "–" : data.rank[y][c] + " / " + data.n_ranked[y], say("rank")],
      [isNumber(data.rank_low[y][c]) ? data.rank_low[y][c] + "–" + data.rank_high[y][c] : "–", say("rank_interval")],
      [isNumber(data.coverage[y][c]) ? Math.round(100 * data.coverage[y][c]) + " %" : "–", say("coverage")]]
      .forEach(function (f) {
        var d = element("div");
        d.appendChild(element("span", { "class": "big" }, f[0]));
        d.appendChild(element("span", {}, f[1]));
        facts.appendChild(d);
      });
    holder.appendChild(facts);
    var cards = element("div", { "class": "cards" });
    holder.appendChild(cards);
    seriesChart(card(cards, say("series")), [c]);
    principleChart(card(cards, say("principles") + ", " + years[y]), [c]);
    if (data.moves[iso3]) {
      plainTable(card(cards, say("moved") + ", " + data.move_from + "–" + data.move_to), say("moved_caption"),
        [[say("indicator")], [say("points"), 1]], moveRows(data.moves[iso3]), iso3 + "-changes.csv");
    }
    plainTable(card(cards, say("strengths")), say("strengths_caption") + " " + years[data.latest],
      [[say("indicator")], [say("score"), 1], [say("rank"), 1]], strengthRows(c, true), iso3 + "-strengths.csv");
    plainTable(card(cards, say("weaknesses")), say("weaknesses_caption") + " " + years[data.latest],
      [[say("indicator")], [say("score"), 1], [say("rank"), 1]], strengthRows(c, false), iso3 + "-weaknesses.csv");
    plainTable(holder, say("raw_caption") + " " + years[data.latest],
      [[say("indicator")], [say("raw_value"), 1], [say("unit")], [say("state")], [say("observed_in"), 1], [say("score"), 1], [say("source")]],
      indicatorRows(c).map(function (r) {
        var raw = r.raw || [null, 0, null];
        return [r.indicator.name, raw[0] === null ? "" : String(raw[0]), r.indicator.unit, say("state_" + raw[1]),
          raw[2] === null ? "" : raw[2], fixed(r.normalised), r.indicator.source];
      }), iso3 + "-indicators.csv");
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
    seriesChart(card(cards, say("series")), state.chosen);
    principleChart(card(cards, say("principles") + ", " + years[state.year]), state.chosen);
    var headings = [[say("principle")]].concat(state.chosen.map(function (c) { return [countries[c][1], 1]; }));
    var rows = [0].concat(children).map(function (node) {
      return [data.nodes[node].name].concat(state.chosen.map(function (c) { return fixed(score(node, state.year, c), 2); }));
    });
    rows.push([say("rank")].concat(state.chosen.map(function (c) { var r = data.rank[state.year][c]; return r === null ? "" : r; })));
    rows.push([say("rank_interval")].concat(state.chosen.map(function (c) {
      return isNumber(data.rank_low[state.year][c]) ? data.rank_low[state.year][c] + "–" + data.rank_high[state.year][c] : "";
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
    d3.selectAll("#sliders output").text(function (d, k) { return total > 0 ? Math.round(1000 * weights[k] / total) / 10 + " %" : "–"; });
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
      tr.insertCell().textContent = isNumber(low) ? low + "–" + high + (ranks[i] < low || ranks[i] > high ? " *" : "") : "";
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
  function tableAsCsv(t) {
    return Array.prototype.map.call(t.rows, function (row) {
      return Array.prototype.map.call(row.cells, function (cell) { return csvCell(cell.textContent.trim()); }).join(",");
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
  function downloadButton(t, file) {
    var p = element("p");
    var b = element("button", { type: "button" }, say("download"));
    b.addEventListener("click", function () { save(file, tableAsCsv(t)); });
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
    countries.map(function (c, i) { return i; }).sort(function (a, b) { return countries[a][1].localeCompare(countries[b][1]); })
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
