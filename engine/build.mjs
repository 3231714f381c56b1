// Builds the engine with all its answers: what the npm package holds, and what the page loads when it is first asked for an answer that the module
// which it begins with leaves out.
//
//   node engine/build.mjs PROFILE    cargo's profile; writes the folder with `engine.js` and `engine_bg.wasm` on standard output
//
// What is there already is not made again, so that package and site share one build. The caller has the compiler and the tools on PATH.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TARGET = "wasm32-unknown-unknown";
/** The same as for the page's own engine in www/index.html. */
const OPTIMISE = "-O3";

/** @returns {Promise<string>} the folder */
export async function buildEngine(profile) {
  const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
  const folder = join(target, TARGET, profile === "dev" ? "debug" : profile);
  const bindings = join(folder, "npm");
  const run = (command, args) => promisify(execFile)(command, args, { cwd: root, maxBuffer: 1 << 26 });
  await run("cargo", ["build", "--quiet", "--locked", "--offline", "--profile", profile, "--target", TARGET, "-p", "netpolis-engine", "--lib"]);
  const program = join(folder, "netpolis_engine.wasm");
  const made = join(bindings, "made-from");
  const version = createHash("sha256").update(await readFile(program)).update(OPTIMISE).digest("hex");
  if ((await readFile(made, "utf8").catch(() => "")) === version) return bindings;
  await run("wasm-bindgen", ["--target", "web", "--omit-default-module-path", "--out-dir", bindings, "--out-name", "engine", program]);
  const wasm = join(bindings, "engine_bg.wasm");
  if (profile !== "dev") await run("wasm-opt", [OPTIMISE, wasm, "-o", wasm]);
  await writeFile(made, version);
  return bindings;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await buildEngine(process.argv[2]));
