// Asks of the report page what a reader would: sort, filter, open a country, compare, re-weigh, follow a link, download,
// read without JavaScript, on a phone, in the dark, with a screen reader's rules; and that it asks nothing of the network.
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
const column = (page, selector) => page.locator(selector).allTextContents();

await test("weighs less than 1.5 MiB", async () => {
  assert.ok(statSync(`${run}/out/report.html`).size < 1.5 * 1024 * 1024);
});

await test("shows every country in the order of the file", async () => {
  const page = await open(page_url);
  const names = await column(page, "#ranking-table tbody th");
  assert.equal(names.length, ranking.length);
  const ranked = ranking.filter((r) => r.rank !== "");
  assert.deepEqual(names.slice(0, 20), ranked.slice(0, 20).map((r) => r.country));
  assert.deepEqual(page.complaints, []);
});

await test("sorts, filters and changes the year", async () => {
  const page = await open(page_url);
  await page.getByRole("button", { name: "Country", exact: true }).click();
  const names = await column(page, "#ranking-table tbody th");
  assert.deepEqual(names, [...names].sort((a, b) => a.localeCompare(b)));
  assert.equal(await page.locator("th[data-column=name]").getAttribute("aria-sort"), "ascending");
  await page.fill("#filter", "switz");
  assert.deepEqual(await column(page, "#ranking-table tbody th"), ["Switzerland"]);
  await page.fill("#filter", "");
  await page.selectOption("#region", "Oceania");
  assert.ok((await column(page, "#ranking-table tbody tr td:nth-child(3)")).every((r) => r === "Oceania"));
  await page.selectOption("#region", "");
  await page.selectOption("#ranking select.year", { label: "2022" });
  await page.getByRole("button", { name: "Rank", exact: true }).click();
  assert.equal((await column(page, "#ranking-table tbody tr:first-child td:nth-child(4)"))[0], "87.7");
});

await test("opens a country from the map and from a link", async () => {
  const page = await open(`${page_url}#KEN`);
  assert.match(await page.textContent("#country-name"), /Kenya \(KEN\)/);
  assert.ok((await page.locator("#country-view svg").count()) >= 2);
  await page.locator("#map path[data-iso3=BRA]").dispatchEvent("click");
  await page.waitForFunction(() => document.getElementById("country-name").textContent.includes("Brazil"));
  assert.match(page.url(), /#BRA$/);
  assert.deepEqual(page.complaints, []);
});

await test("compares by link and by choice", async () => {
  const page = await open(`${page_url}#FRA-DEU`);
  const head = await column(page, "#compare-view thead th");
  assert.deepEqual(head.slice(1), ["France", "Germany"]);
  await page.selectOption("#compare-choice", "KEN");
  await page.waitForFunction(() => location.hash === "#FRA-DEU-KEN");
  assert.equal((await column(page, "#compare-view thead th")).length, 4);
});

await test("a slider gives the ranks of a run with that weight", async () => {
  const page = await open(page_url);
  await page.locator("#sliders input[data-code=p1]").fill("2");
  const shown = await page.locator("#weights-table tbody tr").evaluateAll((rows) =>
    Object.fromEntries(rows.map((r) => [r.getAttribute("data-iso3"), r.cells[0].textContent])));
  const expected = Object.fromEntries(records(readFileSync(`${run}/double.csv`, "utf8"))
    .filter((r) => r.rank !== "").map((r) => [r.iso3, r.rank]));
  assert.ok(Object.keys(expected).length > 150);
  assert.deepEqual(shown, expected);
  assert.notDeepEqual(expected, Object.fromEntries(ranking.filter((r) => r.rank !== "").map((r) => [r.iso3, r.rank])));
});

await test("downloads the ranking as it is on disk", async () => {
  const page = await open(page_url);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download-ranking")]);
  assert.equal(readFileSync(await download.path(), "utf8"), readFileSync(`${run}/out/ranking.csv`, "utf8"));
});

await test("reads without JavaScript", async () => {
  const page = await open(page_url, { javaScriptEnabled: false });
  assert.equal(await page.locator("#ranking-table tbody tr").count(), ranking.length);
  assert.ok(await page.locator("#ranking-table tbody tr svg circle").first().isVisible());
  assert.ok((await page.locator("#map path").count()) >= 241);
  assert.ok(await page.locator("#compare noscript").count() === 1);
  assert.equal(await page.locator(".controls.interactive:visible").count(), 0);
});

await test("works from the keyboard", async () => {
  const page = await open(page_url);
  await page.getByRole("button", { name: "Score", exact: true }).focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("th[data-column=score]").getAttribute("aria-sort"), "descending");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("th[data-column=score]").getAttribute("aria-sort"), "ascending");
});

for (const [name, options] of [["a desk", {}], ["a phone in the dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }]]) {
  await test(`is accessible and fits on ${name}`, async () => {
    const page = await open(`${page_url}#FRA-DEU`, { ...options, bypassCSP: true });
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(width[0] <= width[1], `the page is ${width[0]} wide on a screen of ${width[1]}`);
    await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    const found = await page.evaluate(() => window.axe.run());
    const serious = found.violations.filter((v) => v.impact === "serious" || v.impact === "critical")
      .map((v) => `${v.id}: ${v.help} (${v.nodes.slice(0, 3).map((n) => n.html).join(" ")})`);
    assert.deepEqual(serious, []);
  });
}

await test("speaks French", async () => {
  const page = await open(`file://${run}/french/report.html#FRA`);
  assert.equal(await page.getAttribute("html", "lang"), "fr");
  assert.match(await page.textContent("nav"), /Classement/);
  assert.deepEqual(page.complaints, []);
});

await test("hostile names stay names", async () => {
  const page = await open(`file://${run}/hostile-out/report.html#AAA`);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.ok((await column(page, "#ranking-table tbody th")).includes("</script><script>window.broken=1</script>"));
  assert.deepEqual(page.complaints, []);
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
