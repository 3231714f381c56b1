// Makes the npm package from the engine's module.
//
//   node npm/build.mjs BINDINGS DIST    BINDINGS: what wasm-bindgen wrote; DIST: the folder of the package

import { execFileSync } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { typesOf } from "./types.mjs";

const own = dirname(fileURLToPath(import.meta.url));
const root = dirname(own);
const [bindings, dist] = process.argv.slice(2).map((path) => resolve(path));

/** The version and repository of all packages. */
async function workspace() {
  const manifest = await readFile(join(root, "Cargo.toml"), "utf8");
  const of = (name) => new RegExp(`^${name} = "(.*)"$`, "m").exec(manifest)[1];
  return { version: of("version"), repository: { type: "git", url: `git+${of("repository")}.git`, directory: "npm" } };
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const manifest = JSON.parse(await readFile(join(own, "package.json"), "utf8"));
await writeFile(join(dist, "package.json"), `${JSON.stringify({ ...manifest, ...(await workspace()) }, null, 2)}\n`);
for (const name of await readdir(join(own, "src"))) {
  if (name !== "index.head.d.ts") await copyFile(join(own, "src", name), join(dist, name));
}
// The site serves the same script.
await copyFile(join(root, "www", "embed.js"), join(dist, "embed.js"));
await copyFile(join(own, "README.md"), join(dist, "README.md"));
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) await copyFile(join(root, licence), join(dist, licence));
await copyFile(join(bindings, "engine.js"), join(dist, "engine.js"));
await copyFile(join(bindings, "engine_bg.wasm"), join(dist, "netpolis.wasm"));
const head = await readFile(join(own, "src", "index.head.d.ts"), "utf8");
await writeFile(join(dist, "index.d.ts"), head + typesOf(await readFile(join(bindings, "engine.d.ts"), "utf8")));
execFileSync("npm", ["pack", "--silent", "--pack-destination", dist], { cwd: dist, stdio: ["ignore", "ignore", "inherit"] });
