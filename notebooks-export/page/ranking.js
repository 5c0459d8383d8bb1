/* The ranking: year, filter, order. */
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
