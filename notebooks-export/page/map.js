/* The map's colours follow the year. */
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
