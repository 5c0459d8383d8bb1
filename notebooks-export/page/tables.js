/* Tables that the script makes, and every table as a CSV file: there text cells that a spreadsheet would run as a formula
 * get a quote in front. */
function signed(x, digits) {
  return { text: (x >= 0 ? "+" : "−") + fixed(Math.abs(x), digits === undefined ? Math.min(exact, 3) : digits), className: x >= 0 ? "better" : "worse" };
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
