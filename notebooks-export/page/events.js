/* Last part: controls, deep links, and the first showing of everything. */
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
