// Trunk's hooks: what the site needs besides the program itself.
//
//   node web/bundle.mjs before   editor and style bundles -> www/vendor/
//   node web/bundle.mjs after    last touches on the built site: embed.html
//
// Trunk sets TRUNK_PROFILE and TRUNK_STAGING_DIR.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleAsync } from "lightningcss";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vendor = join(root, "www", "vendor");
const release = process.env.TRUNK_PROFILE === "release";

/** The oldest browsers that the page is written for, as README.md states them; the style sheet is put into what they know. */
const version = (major, minor = 0) => (major << 16) | (minor << 8);
const OLDEST = { chrome: version(108), firefox: version(115), safari: version(16), ios_saf: version(16) };

const shared = { bundle: true, minify: release, outdir: vendor, logLevel: "warning", metafile: true };

async function before() {
  await rm(vendor, { recursive: true, force: true });
  await mkdir(vendor, { recursive: true });
  const [editor] = await Promise.all([
    build({ ...shared, entryPoints: [join(root, "web/editor/editor.js")], format: "esm", target: ["chrome108", "firefox115", "safari16"], entryNames: "[name]-[hash]" }),
    styles(),
  ]);
  const name = Object.keys(editor.metafile.outputs).map((path) => basename(path)).find((path) => path.endsWith(".js"));
  await writeFile(join(vendor, "LICENCES.txt"), await licences(Object.keys(editor.metafile.inputs)));
  // Trunk.toml puts the name into the start script's tag.
  await writeFile(join(vendor, "editor.name"), name);
}

/** One sheet of all of them. Trunk gives it its hash. Fonts stay files of their own, beside it. */
async function styles() {
  const sheet = await bundleAsync({ filename: join(root, "www/styles/page.css"), minify: release, targets: OLDEST });
  await writeFile(join(vendor, "page.css"), sheet.code);
}

/** The licences of the packages that bundled files come from: they travel with the bundle. */
async function licences(files) {
  const packages = new Set(files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean));
  const texts = [...packages].sort().map(async (name) => `${name}\n\n${await readFile(join(root, "node_modules", name, "LICENSE"), "utf8")}`);
  return (await Promise.all(texts)).join("\n\n");
}

async function after() {
  const dist = process.env.TRUNK_STAGING_DIR;
  const index = join(dist, "index.html");
  let page = await readFile(index, "utf8");
  if (!release) {
    // Trunk's development server puts a reloading script into the page, which the policy would forbid.
    page = page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
    await writeFile(index, page);
  }
  // The same program under another name; it looks at `data-page` to know what it is.
  await writeFile(join(dist, "embed.html"), page.replace("<html ", '<html data-page="embed" '));
  await rm(join(dist, "vendor", "editor.name"), { force: true });
  await rm(join(dist, "vendor", "page.css"), { force: true });
}

await { before, after }[process.argv[2]]();
