// Asks of the report page what a reader would: sort, filter, open a country, compare, re-weigh, follow a link, download,
// read without JavaScript, on a phone, in the dark, in French, with a screen reader's rules; and that it asks nothing of
// the network. Loading the page is what takes time, so the questions share one tab for each way of looking at it.
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const run = process.argv[2];
const page_url = `file://${run}/out/report.html`;
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync"],
});
let passed = 0, failed = 0;

async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") page.complaints.push(m.text()); });
  page.on("pageerror", (e) => page.complaints.push(String(e)));
  page.on("request", (r) => { if (!r.url().startsWith("file:") && !r.url().startsWith("blob:")) page.complaints.push(`asked for ${r.url()}`); });
  await page.goto(url);
  return page;
}

async function test(name, body) {
  try {
    await body();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stack}`);
  }
}

// CSV of our own writing: quoted cells may hold commas and doubled quotes.
function parse(text) {
  return text.trim().split("\n").map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, -1)
    .map((m) => m[1].replace(/^"|"$/g, "").replaceAll('""', '"')));
}
function records(text) {
  const [head, ...rows] = parse(text);
  return rows.map((row) => Object.fromEntries(head.map((h, i) => [h, row[i]])));
}
const ranking = records(readFileSync(`${run}/out/ranking.csv`, "utf8"));
const ranked = ranking.filter((r) => r.rank !== "");
const column = (page, selector) => page.locator(selector).allTextContents();
async function download(page, button) {
  const [saved] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return [saved.suggestedFilename(), readFileSync(await saved.path(), "utf8")];
}
async function follow(page, hash, shown) {
  await page.evaluate((h) => { location.hash = h; }, hash);
  await page.waitForFunction(shown);
}

await test("weighs less than 1.5 MiB", async () => {
  assert.ok(statSync(`${run}/out/report.html`).size < 1.5 * 1024 * 1024);
});

const desk = await open(page_url);

await test("shows every country in the order of the file", async () => {
  const names = await column(desk, "#ranking-table tbody th");
  assert.equal(names.length, ranking.length);
  assert.deepEqual(names.slice(0, 20), ranked.slice(0, 20).map((r) => r.country));
});

await test("sorts, filters and changes the year", async () => {
  await desk.getByRole("button", { name: "Country", exact: true }).click();
  const names = await column(desk, "#ranking-table tbody th");
  assert.deepEqual(names, [...names].sort((a, b) => a.localeCompare(b)));
  assert.equal(await desk.locator("th[data-column=name]").getAttribute("aria-sort"), "ascending");
  await desk.fill("#filter", "switz");
  assert.deepEqual(await column(desk, "#ranking-table tbody th"), ["Switzerland"]);
  await desk.fill("#filter", "");
  await desk.selectOption("#region", "Oceania");
  assert.ok((await column(desk, "#ranking-table tbody tr td:nth-child(3)")).every((r) => r === "Oceania"));
  await desk.selectOption("#region", "");
  await desk.selectOption("#ranking select.year", { label: "2022" });
  await desk.getByRole("button", { name: "Rank", exact: true }).click();
  assert.equal((await column(desk, "#ranking-table tbody tr:first-child td:nth-child(4)"))[0], "87.7");
});

await test("downloads what is shown, and the ranking as it is on disk", async () => {
  await desk.fill("#filter", "switz");
  const [name, shown] = await download(desk, desk.locator("button[data-table=ranking-table]"));
  assert.equal(name, "ranking-shown.csv");
  assert.deepEqual(parse(shown)[1].slice(0, 4), ["1", "Switzerland", "Europe", "87.7"]);
  assert.equal(parse(shown).length, 2);
  await desk.fill("#filter", "");
  const [, file] = await download(desk, desk.locator("#download-ranking"));
  assert.equal(file, readFileSync(`${run}/out/ranking.csv`, "utf8"));
});

await test("works from the keyboard", async () => {
  await desk.getByRole("button", { name: "Score", exact: true }).focus();
  await desk.keyboard.press("Enter");
  assert.equal(await desk.locator("th[data-column=score]").getAttribute("aria-sort"), "descending");
  await desk.keyboard.press("Enter");
  assert.equal(await desk.locator("th[data-column=score]").getAttribute("aria-sort"), "ascending");
});

await test("opens a country from a link and from the map", async () => {
  await follow(desk, "KEN", () => document.getElementById("country-name").textContent.includes("Kenya (KEN)"));
  assert.equal(await desk.locator("#country-view .card > svg").count(), 2);
  const names = await column(desk, "#country-view h3");
  assert.deepEqual(names.length, 6, names.join());
  await desk.locator("#map path[data-iso3=BRA]").dispatchEvent("click");
  await desk.waitForFunction(() => document.getElementById("country-name").textContent.includes("Brazil"));
  assert.match(desk.url(), /#BRA$/);
});

await test("gives the raw values of every year as the run stored them, and every table as CSV", async () => {
  const stored = records(readFileSync(`${run}/brazil.csv`, "utf8"));
  const [name, text] = await download(desk, desk.locator("#country-view > p button").last());
  assert.equal(name, "BRA-raw-values.csv");
  const shown = records(text);
  const key = (r) => `${r.code} ${r.year}`;
  const byKey = Object.fromEntries(stored.map((r) => [key(r), r]));
  assert.equal(shown.length, stored.length);
  for (const row of shown) {
    assert.equal(row.state, byKey[key(row)].state, key(row));
    if (row.state === "observed") { assert.equal(Number(row.value), Number(byKey[key(row)].raw), key(row)); }
    assert.ok(row.source.length > 5, key(row));
  }
  assert.ok(shown.filter((r) => r.state === "observed").length > 200);
  const buttons = desk.locator("#country-view button");
  assert.equal(await buttons.count(), 6);
  await desk.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  const [series, scores] = await download(desk, buttons.first());
  assert.equal(series, "BRA-scores.csv");
  assert.equal(parse(scores).length, 11);
  for (const [table, file] of [["parts", "parts"], ["codebook", "indicators"], ["coverage", "coverage"], ["audit", "findings"]]) {
    const [called, csv] = await download(desk, desk.locator(`button[data-table=${table}-table]`));
    assert.equal(called, `${file}.csv`);
    assert.equal(parse(csv).length, await desk.locator(`#${table}-table tr`).count());
  }
});

await test("shows the audit's findings and the coverage", async () => {
  const findings = parse(readFileSync(`${run}/audit/findings.csv`, "utf8")).slice(1);
  const shown = await column(desk, "#audit-table tbody td:nth-child(4)");
  assert.deepEqual(shown, findings.map((f) => f[3]));
  assert.ok(shown.length > 20);
  assert.ok((await desk.locator("#coverage-table tbody tr").count()) >= 30);
  assert.match(await desk.textContent("#coverage .facts"), /196 \/ 245/);
});

await test("compares by link and by choice", async () => {
  await follow(desk, "FRA-DEU", () => document.querySelectorAll("#compare-view > .scroll thead th").length === 3);
  assert.deepEqual((await column(desk, "#compare-view > .scroll thead th")).slice(1), ["France", "Germany"]);
  for (const code of ["KEN", "BRA", "CHN", "JPN"]) { await desk.selectOption("#compare-choice", code); }
  await desk.waitForFunction(() => location.hash === "#FRA-DEU-KEN-BRA-CHN");
  assert.equal((await column(desk, "#compare-view > .scroll thead th")).length, 6);
});

await test("a slider gives the ranks of a run with that weight", async () => {
  await desk.selectOption("#weights select.year", { label: ranking[0].year });
  await desk.locator("#sliders input[data-code=p1]").fill("2");
  const shown = await desk.locator("#weights-table tbody tr").evaluateAll((rows) =>
    Object.fromEntries(rows.map((r) => [r.getAttribute("data-iso3"), r.cells[0].textContent])));
  const expected = Object.fromEntries(records(readFileSync(`${run}/double.csv`, "utf8"))
    .filter((r) => r.rank !== "").map((r) => [r.iso3, r.rank]));
  assert.ok(Object.keys(expected).length > 150);
  assert.deepEqual(shown, expected);
  assert.notDeepEqual(expected, Object.fromEntries(ranked.map((r) => [r.iso3, r.rank])));
});

await test("complained of nothing, asked for nothing", async () => assert.deepEqual(desk.complaints, []));

async function axe(page, part, rules = {}) {
  await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const found = await page.evaluate(([p, r]) => window.axe.run(p ?? document, { resultTypes: ["violations"], rules: r }), [part, rules]);
  return found.violations.filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.help} (${v.nodes.slice(0, 3).map((n) => n.html).join(" ")})`);
}
// Axe looks at every element; rows beyond the first few of a table are of the same make.
async function judge(page) {
  await page.evaluate(() => {
    document.querySelectorAll("details").forEach((d) => { d.open = true; });
    document.querySelectorAll("tbody").forEach((b) => { while (b.rows.length > 6) { b.deleteRow(6); } });
    [...document.querySelectorAll("#map [data-iso3]")].slice(20).forEach((e) => e.remove());
  });
  return axe(page);
}
await test("is accessible in every row of the ranking", async () => {
  const page = await open(page_url, { bypassCSP: true });
  const of_a_few_rows = { "color-contrast": { enabled: false } }; // most of the time; judged below
  assert.deepEqual(await axe(page, "#ranking", of_a_few_rows), []);
  await page.context().close();
});
for (const [name, options] of [["a desk", {}], ["a phone in the dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }]]) {
  await test(`is accessible and fits on ${name}`, async () => {
    const page = await open(`${page_url}#FRA-DEU-KEN`, { ...options, bypassCSP: true });
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(width[0] <= width[1], `the page is ${width[0]} wide on a screen of ${width[1]}`);
    assert.deepEqual(await judge(page), []);
    await page.context().close();
  });
}

await test("reads without JavaScript", async () => {
  const page = await open(page_url, { javaScriptEnabled: false });
  assert.equal(await page.locator("#ranking-table tbody tr").count(), ranking.length);
  assert.ok(await page.locator("#ranking-table tbody tr svg").first().isVisible());
  assert.ok((await page.locator("#ranking-table tbody tr svg path").count()) > 150);
  assert.ok((await page.locator("#map path").count()) >= 241);
  assert.ok(await page.locator("#compare noscript").count() === 1);
  assert.ok((await page.locator("#audit-table tbody tr").count()) > 20);
  assert.equal(await page.locator(".controls.interactive:visible").count(), 0);
  await page.context().close();
});

await test("speaks French", async () => {
  const page = await open(`file://${run}/french/report.html#CHE`);
  assert.equal(await page.getAttribute("html", "lang"), "fr");
  assert.match(await page.textContent("nav"), /Classement/);
  assert.match(await page.textContent("h1"), /^Indice de stabilité du cyberespace 2023$/);
  assert.match(await page.textContent(".notice"), /n'a jamais calculé d'indice/);
  assert.ok((await column(page, "#sliders label")).some((text) => text.startsWith("Protéger Internet")));
  assert.ok((await column(page, "#codebook-table tbody th")).includes("Personnes utilisant Internet"));
  assert.equal(await page.textContent("#country-name"), "Suisse (CHE)");
  assert.match((await column(page, "#ranking-table tbody tr:first-child td:nth-child(4)"))[0], /^\d+,\d$/);
  const [, csv] = await download(page, page.locator("button[data-table=ranking-table]"));
  assert.match(parse(csv)[1][3], /^\d+\.\d$/);
  assert.ok((await column(page, "#region option")).includes("Océanie"));
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

await test("hostile names stay names", async () => {
  const page = await open(`file://${run}/hostile-out/report.html#AAA`);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.ok((await column(page, "#ranking-table tbody th")).includes("</script><script>window.broken=1</script>"));
  const [, csv] = await download(page, page.locator("button[data-table=ranking-table]"));
  assert.ok(csv.includes(",'=HYPERLINK(1),"), csv);
  assert.ok((await page.locator("#audit-table tbody tr").count()) > 0);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
