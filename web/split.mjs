// The page as two programs: what the first picture needs, and what is fetched once it stands (web/src/components/late.rs).
//
//   node web/split.mjs ARGUMENTS   what wasm-bindgen is called with: splits the page's program, binds its first part, and hands everything else on as it is
//
// The splitter has to see what the linker wrote, as the bindings lose what tells which code needs which. It leaves the second program and the script that
// loads it beside the bindings, in `late/`; web/bundle.mjs puts them into the site.

import { spawnSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The page's program, as the compiler writes it and as the bindings call it. */
const COMPILED = "netpolis_web.wasm";
export const BOUND = "netpolis-web";
/** The script that the splitter writes. */
export const LOADER = "__wasm_split.js";

const own = join(dirname(fileURLToPath(import.meta.url)), "tools");
const run = (command, args) => {
  // Without this folder, in which the command of this name is the one that called this.
  const PATH = process.env.PATH.split(delimiter).filter((folder) => resolve(folder) !== own).join(delimiter);
  const { status, error } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, PATH } });
  if (error) throw error;
  if (status) process.exit(status);
};

async function bind(args) {
  const at = args.findIndex((argument) => argument.endsWith(COMPILED));
  const folder = args.map((argument, index) => (argument === "--out-dir" ? args[index + 1] : /^--out-dir=(.*)/.exec(argument)?.[1])).find(Boolean);
  if (at < 0 || !folder) return run("wasm-bindgen", args);
  const late = join(folder, "late");
  await rm(late, { recursive: true, force: true });
  await mkdir(late, { recursive: true });
  run("wasm-split-cli", [args[at], late, "--out-name", BOUND]);
  // The second program is put into the first one's table of functions, which is among what the linker exports.
  run("wasm-bindgen", [...args.with(at, join(late, `${BOUND}.wasm`)), "--keep-lld-exports"]);
  await rm(join(late, `${BOUND}.wasm`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bind(process.argv.slice(2));
