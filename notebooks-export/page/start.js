/* What the report page can do beyond being read, first part: the page's own data (nothing is fetched) and words about them.
 * The parts are joined into one function by cmake/embed.cmake; d3 draws; the page is complete without them. */
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
var exact = data.decimals + 1; /* decimals of a score in tables; one fewer in passing */
function fixed(x, digits) {
  return isNumber(x) ? localised(x.toFixed(digits === undefined ? data.decimals : digits).replace(/^-(?=[0.]*$)/, "")) : "";
}
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
