/* Weights as sliders: the ranking under the reader's own. */
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
  d3.selectAll("#sliders output").text(function (d, k) { return total > 0 ? fixed(100 * weights[k] / total, 1) + " %" : "–"; });
  var rows = countries.map(function (c, i) { return i; }).filter(function (i) { return ranks[i] !== null; });
  rows.sort(function (a, b) { return ranks[a] - ranks[b] || (countries[a][1] < countries[b][1] ? -1 : 1); });
  var tb = clear(document.getElementById("weights-table").tBodies[0]);
  rows.forEach(function (i) {
    var tr = tb.insertRow(), was = data.rank[state.year][i], low = data.rank_low[state.year][i], high = data.rank_high[state.year][i];
    tr.setAttribute("data-iso3", countries[i][0]);
    tr.insertCell().textContent = ranks[i];
    tr.appendChild(element("th", { scope: "row" }, countries[i][1]));
    tr.insertCell().textContent = fixed(values[i], exact);
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
