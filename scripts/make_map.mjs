// Makes notebooks-export/world_shapes.def: Natural Earth's countries (public domain, 1:50m), simplified to a tenth of
// their points, projected to Equal Earth, as SVG path data. Run by maintainers, not by the build:
//     npm install world-atlas@2 topojson-client@3 topojson-simplify@3 d3-geo@3
//     node scripts/make_map.mjs > notebooks-export/world_shapes.def
// Needs Debian's iso-codes for the alpha-3 codes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.cwd() + "/"));
const topojson = require("topojson-client");
const { presimplify, quantile, simplify } = require("topojson-simplify");
const { geoEqualEarth, geoPath } = await import(pathToFileURL(require.resolve("d3-geo")).href);

const KEPT_SHARE = 0.1;
const WIDTH = 1000;
const MARGIN = 2;

const iso = JSON.parse(readFileSync("/usr/share/iso-codes/json/iso_3166-1.json"))["3166-1"];
const alpha3 = new Map(iso.map((c) => [c.numeric, c.alpha_3]));
const withoutId = new Map([["Kosovo", "XKX"]]);

const atlas = require("world-atlas/countries-50m.json");
const weighted = presimplify(atlas);
// quantile() counts from the heaviest point down; the last triangle of a ring is always kept, so no state is lost.
const world = topojson.feature(simplify(weighted, quantile(weighted, KEPT_SHARE)), "countries");
const original = topojson.feature(atlas, "countries");

// Precision 0: no points added along great arcs, the outlines are dense enough.
const projection = geoEqualEarth().precision(0).fitWidth(WIDTH - 2 * MARGIN, { type: "Sphere" });
const [dx, dy] = projection.translate();
projection.translate([dx + MARGIN, dy + MARGIN]);
const path = geoPath(projection).digits(1);
const exact = geoPath(projection);
const height = Math.ceil(exact.bounds({ type: "Sphere" })[1][1] + MARGIN);

// Relative, integer tenths of a unit: a third of the bytes of absolute decimals. Rings that shrink to a point at this
// scale are left out, but for a country that has no other.
function rings(d) {
  const drawn = [];
  let first = null;
  for (const ring of d.split("Z").filter((text) => text.length > 0)) {
    const points = ring.slice(1).split("L").map((p) => p.split(",").map((v) => Math.round(Number(v) * 10)));
    let [x, y] = points[0];
    let body = "";
    for (const [px, py] of points.slice(1)) {
      if (px === x && py === y) continue;
      const cx = px - x, cy = py - y;
      body += `${body && cx >= 0 ? " " : ""}${cx}${cy >= 0 ? " " : ""}${cy}`;
      [x, y] = [px, py];
    }
    first ??= points[0];
    if (body) drawn.push(`M${points[0][0]} ${points[0][1]}l${body}z`);
  }
  return drawn.length > 0 || first === null ? drawn : [`M${first[0]} ${first[1]}l1 0 0 1z`];
}

// C compilers need not take string literals above 4095 bytes: large countries have several rows.
function split(all) {
  const parts = [""];
  for (const ring of all) {
    if (parts[parts.length - 1].length + ring.length > 4000) parts.push("");
    parts[parts.length - 1] += ring;
  }
  return parts;
}

const rows = world.features.map((feature, i) => {
  const full = original.features[i];
  const name = feature.properties.name;
  const code = alpha3.get(String(feature.id ?? "").padStart(3, "0")) ?? withoutId.get(name) ?? "";
  const [[x0, y0], [x1, y1]] = exact.bounds(full);
  // The centre of the largest polygon, so that overseas parts do not pull a country's dot into the sea.
  const polygons = full.geometry.type === "Polygon" ? [full.geometry.coordinates] : full.geometry.coordinates;
  const largest = polygons.map((coordinates) => ({ type: "Polygon", coordinates }))
    .reduce((a, b) => (exact.area(a) >= exact.area(b) ? a : b));
  const [x, y] = exact.centroid(largest);
  const size = Math.sqrt(exact.area(full));
  return { code, name, x: Math.round(x * 10), y: Math.round(y * 10), size: Math.round(size * 10), parts: split(rings(path(feature) ?? "")) };
}).sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : a.name < b.name ? -1 : 1));

console.log(`/* Made by scripts/make_map.mjs from Natural Earth 1:50m (public domain): every country's outline in Equal Earth,
 * in tenths of a unit on a canvas of ${WIDTH} x ${height} units.
 * CSI_SHAPE(iso3 or "", x and y of the middle of its largest part, square root of its area, SVG path data);
 * a large country has several rows */`);
console.log(`CSI_CANVAS(${WIDTH * 10}, ${height * 10})`);
for (const r of rows) {
  for (const d of r.parts) console.log(`CSI_SHAPE("${r.code}", ${r.x}, ${r.y}, ${r.size}, "${d}")`);
}
