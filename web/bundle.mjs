// Trunk's hooks: what the site needs besides the program itself.
//
//   node web/bundle.mjs before   editor and style bundles -> www/vendor/
//   node web/bundle.mjs after    last touches on the built site: names with hashes for the engine, the engine with all
//                                answers beside it, replies for the examples, embed.html, embed.js; of a release also what keeps
//                                it for visits without a network, and every file compressed beside itself
//
// Trunk sets TRUNK_PROFILE and TRUNK_STAGING_DIR.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";
import { bundleAsync } from "lightningcss";
import { buildEngine } from "../engine/build.mjs";
import { writeFindings } from "./findings.mjs";
import { writeGallery } from "./gallery.mjs";
import { keepReplies } from "./replies.mjs";
import { BOUND, LOADER } from "./split.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vendor = join(root, "www", "vendor");
const release = process.env.TRUNK_PROFILE === "release";

/** The oldest browsers that the page is written for, as README.md states them; the style sheet is put into what they know. */
const version = (major, minor = 0) => (major << 16) | (minor << 8);
const OLDEST = { chrome: version(108), firefox: version(115), safari: version(16), ios_saf: version(16) };

/** As Trunk does it to the page's first program, for www/index.html says so. */
const OPTIMISE_LATE = ["-Oz", "--one-caller-inline-max-function-size=0"];

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

/** The gallery's sheet, in the built site; its name there. */
async function galleryStyle(dist) {
  const { code } = await bundleAsync({ filename: join(root, "www/styles/gallery.css"), minify: release, targets: OLDEST });
  const name = `gallery-${createHash("sha256").update(code).digest("hex").slice(0, 16)}.css`;
  await writeFile(join(dist, name), code);
  return name;
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
  } else {
    // A page under development is not to come from a cache.
    page = page.replace(/<script (?=[^>]*data-wasm)/, "<script data-offline ");
  }
  page = await withLate(dist, page);
  page = await withEngine(dist, page);
  const embed = page.replace("<html ", '<html data-page="embed" ');
  const [pageShell, embedShell] = release ? await shells(dist) : ["", ""];
  await writeFile(index, withShell(page, pageShell));
  // The same program under another name; it looks at `data-page` to know what it is.
  await writeFile(join(dist, "embed.html"), withShell(embed, embedShell));
  await rm(join(dist, "vendor", "editor.name"), { force: true });
  await rm(join(dist, "vendor", "page.css"), { force: true });
  await writeFindings(root, dist);
  await writeGallery(root, dist, await galleryStyle(dist));
  if (release) {
    await serviceWorker(dist);
    await compress(dist);
  } else {
    await rm(join(dist, "service-worker.js"), { force: true });
  }
}

/**
 * What stands in page and embedded page before the program runs, drawn natively, a picture of every example, and handouts of lessons: see web/src/shell.rs. Built as the tests are, so that nothing is
 * built twice, and by the compiler of native programs: `./dev` names it and its folder, where they are not the usual ones.
 */
async function shells(dist) {
  const forWasm = /^(CARGO_UNSTABLE_|CARGO_TARGET_WASM|RUSTC_BOOTSTRAP|RUSTUP_TOOLCHAIN|TRUNK_)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !forWasm.test(name)));
  if (env.NATIVE_TOOLCHAIN) env.RUSTUP_TOOLCHAIN = env.NATIVE_TOOLCHAIN;
  env.CARGO_TARGET_DIR = resolve(root, env.NATIVE_TARGET_DIR ?? env.CARGO_TARGET_DIR ?? "target");
  const run = (command, args) => promisify(execFile)(command, args, { cwd: root, env });
  await run("cargo", ["build", "--quiet", "--locked", "--workspace", "--example", "shell"]);
  const folder = await mkdtemp(join(tmpdir(), "netpolis-shell-"));
  await run(join(env.CARGO_TARGET_DIR, "debug", "examples", "shell"), [folder]);
  const drawn = await Promise.all(["page.html", "embed.html"].map((name) => readFile(join(folder, name), "utf8")));
  for (const name of ["pictures", "handouts"]) await cp(join(folder, name), join(dist, name), { recursive: true });
  await rm(folder, { recursive: true });
  return drawn;
}

/** A page with its shell, and with the sentence that stands there until the program takes the page over. */
const withShell = (page, shell) =>
  page.replace(/<body>/, () => `<body>${shell}<p class="starting" id="starting" role="status">Netpolis is loading its program. What you see moves when it is there.</p>`);

/** The stem of the two files of the page's second program, which is fetched once the first picture stands. */
const LATE = "netpolis-late";

/** Puts the page's second program into the site. All four files of the page's programs have one hash in their names, as they only fit each other. */
async function withLate(dist, page) {
  const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
  const folder = join(target, "wasm-bindgen", release ? "release" : "debug", "late");
  const late = (await readdir(folder)).filter((file) => file.endsWith(".wasm"));
  if (late.length !== 1) throw new Error(`${folder}: the page was split into ${late.length + 1} programs, and is to be two`);
  const [from] = late;
  if (release) await promisify(execFile)("wasm-opt", [...OPTIMISE_LATE, join(folder, from), "-o", join(folder, from)], { cwd: root });
  const [script, wasm] = ["data-js", "data-wasm"].map((attribute) => basename(new RegExp(`${attribute}="?([^" >]*)`).exec(page)[1]));
  const [code, loader, ...programs] = await Promise.all([
    readFile(join(dist, script), "utf8"),
    readFile(join(folder, LOADER), "utf8"),
    readFile(join(dist, wasm)),
    readFile(join(folder, from)),
  ]);
  const hash = createHash("sha256");
  for (const part of [code, loader, ...programs]) hash.update(part);
  const version = hash.digest("hex").slice(0, 16);
  const named = { script: `${BOUND}-${version}.js`, wasm: `${BOUND}-${version}_bg.wasm`, loader: `${LATE}-${version}.js`, late: `${LATE}-${version}_bg.wasm` };
  // One copy of what to do about servers that do not know the type of programs.
  const fetched = loader
    .replaceAll(/fetch\((new URL\([^)]*\))\)/g, 'import("./engine.js").then(({ compile }) => compile($1))')
    .replaceAll("WebAssembly.instantiateStreaming(src, imports)", "WebAssembly.instantiate(await src, imports)")
    .replaceAll(from, named.late)
    .replaceAll(`${BOUND}.js`, named.script);
  await Promise.all([
    writeFile(join(dist, named.script), code.replace(`from "./${LOADER}"`, `from "./${named.loader}"`).replaceAll(wasm, named.wasm)),
    writeFile(join(dist, named.loader), fetched),
    rename(join(dist, wasm), join(dist, named.wasm)),
    cp(join(folder, from), join(dist, named.late)),
  ]);
  await rm(join(dist, script));
  return page.replaceAll(script, named.script).replaceAll(wasm, named.wasm);
}

/** The page with the engine's files under names that change with them, with the size of its program (servers tell the compressed one), and with the reply for the scene that it opens with. */
async function withEngine(dist, page) {
  // A release is minified: there are no quotes.
  const name = (attribute) => basename(new RegExp(`${attribute}="?([^" >]*)`).exec(page)[1]);
  const [script, wasm, own] = [name("data-engine-js"), name("data-engine-wasm"), name("data-wasm")];
  const hash = createHash("sha256").update(await readFile(join(dist, script))).update(await readFile(join(dist, wasm))).digest("hex").slice(0, 16);
  const [hashedScript, hashedWasm] = [script, wasm].map((file) => file.replace("netpolis-engine", `netpolis-engine-${hash}`));
  await rename(join(dist, script), join(dist, hashedScript));
  await rename(join(dist, wasm), join(dist, hashedWasm));
  const { size } = await stat(join(dist, hashedWasm));
  const build = createHash("sha256").update(hash).update(own).digest("hex").slice(0, 16);
  const answers = await withAnswers(dist);
  const reply = await keepReplies(dist, [name("data-js"), own], [hashedScript, hashedWasm], build);
  return page
    .replace(script, hashedScript)
    .replace(wasm, hashedWasm)
    .replace(/<script (?=[^>]*data-wasm)/, `<script data-engine-size="${size}" ${answers} data-build="${build}" data-reply="${Buffer.from(reply).toString("base64")}" `);
}

/** The stem of the two files of the engine with all answers, which the page fetches when it is first asked for one of them. */
const ANSWERS = "netpolis-answers";

/** Puts the engine with all answers into the site, unless that is to be without; attributes that say where it is. */
async function withAnswers(dist) {
  if (process.env.WITHOUT_ANSWERS) return "";
  const folder = await buildEngine(release ? "engine-release" : "dev");
  const [script, wasm] = await Promise.all(["engine.js", "engine_bg.wasm"].map((file) => readFile(join(folder, file))));
  const hash = createHash("sha256").update(script).update(wasm).digest("hex").slice(0, 16);
  const names = [`${ANSWERS}-${hash}.js`, `${ANSWERS}-${hash}_bg.wasm`];
  await Promise.all([writeFile(join(dist, names[0]), script), writeFile(join(dist, names[1]), wasm)]);
  return `data-answers-js="./${names[0]}" data-answers-wasm="./${names[1]}" data-answers-size="${wasm.length}"`;
}

/** All files of a folder, relative to it, in an order that does not change. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1).replaceAll("\\", "/"))
    .sort();
}

/** Tells the service worker what the page needs without a network, and makes its version one that changes with any of it. */
async function serviceWorker(dist) {
  const own = join(dist, "service-worker.js");
  const all = (await filesOf(dist)).filter((file) => file !== "service-worker.js" && !/\.(txt|py)$/.test(file));
  // Lessons are kept as they are opened; pictures are for other pages, handouts for paper.
  const kept = all.filter((file) => !/^(lessons|pictures|handouts)\//.test(file));
  const [files, later] = [false, true].map((isLater) => kept.filter((file) => file.startsWith(ANSWERS) === isLater));
  const hash = createHash("sha256");
  for (const file of all) hash.update(`${file}\0`).update(await readFile(join(dist, file)));
  const script = await readFile(own, "utf8");
  const filled = script.replace('"{{version}}"', JSON.stringify(hash.digest("hex").slice(0, 16))).replace('["{{files}}"]', JSON.stringify(files, null, 2)).replace('["{{later}}"]', JSON.stringify(later));
  await writeFile(own, filled);
}

/** What servers send instead of the files themselves, where a browser takes it: made once, as well as it can be. */
async function compress(dist) {
  const worth = new Set([".css", ".html", ".js", ".json", ".md", ".sh", ".svg", ".txt", ".wasm", ".webmanifest", ".yaml"]);
  for (const file of await filesOf(dist)) {
    if (!worth.has(extname(file))) continue;
    const bytes = await readFile(join(dist, file));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    const [br, gz] = await Promise.all([promisify(brotliCompress)(bytes, { params }), promisify(gzip)(bytes, { level: 9 })]);
    await Promise.all([writeFile(join(dist, `${file}.br`), br), writeFile(join(dist, `${file}.gz`), gz)]);
  }
}

await { before, after }[process.argv[2]]();
