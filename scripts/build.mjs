// Bundle static/src into static/dist: `node scripts/build.mjs [--watch]`.
//
// File names are stable; Django's manifest storage adds the content hash when it collects them. Each page loads one
// script that holds all it needs: the terminal's brings the behaviours of every page with it.
import * as esbuild from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const source = path.join(root, "static", "src");
const target = path.join(root, "static", "dist");
const watching = process.argv.includes("--watch");

const entryPoints = [
  ["app", "app.js"],
  ["app", "app.css"],
  ["terminal", "terminal/terminal.js"],
  ["terminal", "terminal/terminal.css"],
  ["widget", "widgets/prices.js"],
  ["widget", "widgets/prices.css"],
]
  .map(([out, file]) => ({ out, in: path.join(source, file) }))
  .filter((entry) => existsSync(entry.in));

/** Write icons.svg: one <symbol> for each icon named in static/src/icons.txt. */
async function buildIcons() {
  const names = (await readFile(path.join(source, "icons.txt"), "utf8")).split(/\s+/).filter(Boolean);
  const symbols = await Promise.all(names.map(iconSymbol));
  await writeFile(
    path.join(target, "icons.svg"),
    `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`,
  );
}

async function iconSymbol(name) {
  const file = path.join(root, "node_modules", "lucide-static", "icons", `${name}.svg`);
  if (!existsSync(file)) throw new Error(`static/src/icons.txt names "${name}", which is not a lucide icon.`);
  const drawing = (await readFile(file, "utf8")).match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s+/g, " ").trim()}</symbol>`;
}

const assets = {
  name: "assets",
  setup(build) {
    build.onStart(async () => {
      await buildIcons();
      await cp(path.join(source, "brand"), path.join(target, "brand"), { recursive: true });
    });
  },
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

const options = {
  entryPoints,
  outdir: target,
  bundle: true,
  format: "esm",
  target: ["chrome120", "firefox121", "safari17"],
  minify: !watching,
  sourcemap: watching ? "linked" : false,
  legalComments: "linked",
  assetNames: "fonts/[name]",
  loader: { ".woff2": "file" },
  logLevel: "info",
  plugins: [assets],
};

if (watching) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
