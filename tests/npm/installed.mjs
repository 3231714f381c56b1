// The packed package, installed in a folder of its own, as somebody would who has never seen this repository.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const dist = join(root, "dist-npm");

/** A new folder with the package in it; whoever asks for it deletes it. */
export async function installed() {
  const packed = (await readdir(dist).catch(() => [])).find((name) => name.endsWith(".tgz"));
  if (!packed) throw new Error("there is no package in dist-npm/: ./dev package npm makes it");
  const folder = await mkdtemp(join(tmpdir(), "netpolis-npm-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(dist, packed)], folder);
  return folder;
}

/** Runs a command; its output, or an error that holds it. */
export async function run(command, args, cwd, options = {}) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, timeout: 120_000, maxBuffer: 1 << 30, ...options });
    return stdout;
  } catch (error) {
    error.message += `\n${error.stdout}`;
    throw error;
  }
}

/** A script in the folder, run by Node; what it prints. */
export async function script(folder, name, text, options) {
  await writeFile(join(folder, name), text);
  return run(process.execPath, [name], folder, options);
}

/** The README's examples in a language, in their order: text, and what stands behind the language. */
export async function examples(language) {
  const readme = await readFile(join(root, "npm/README.md"), "utf8");
  return [...readme.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)].filter(([, own]) => own === language).map(([, , about, text]) => ({ about, text }));
}

/** A shop whose database is open to its web pods alone. */
export const SHOP = await readFile(join(root, "tests/shop.yaml"), "utf8");
