// The package in Chromium: served as files, built by Vite, served by Vite's development server, and in workers.
// CHROMIUM names the browser (default: /usr/bin/chromium).
import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "../e2e/server.mjs";
import { examples, installed, SHOP } from "./installed.mjs";

let folder;
let browser;
before(async () => {
  folder = await installed();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens a page and waits until its body says something; what it says, and what went wrong. */
async function said(address) {
  const page = await browser.newPage();
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => message.type() === "error" && !message.location().url.endsWith("favicon.ico") && troubles.push(message.text()));
  try {
    await page.goto(address);
    await page.waitForFunction(() => document.body.innerText.trim() !== "", null, { timeout: 60_000 }).catch((error) => troubles.push(error.message));
    assert.deepEqual(troubles, []);
    return await page.innerText("body");
  } finally {
    await page.close();
  }
}

/** What a page does: one answer on its own thread, one in a worker, an error of the worker, and the order of requests. */
const program = (netpolis, worker) => `
import { init, Netpolis } from "${netpolis}";
import { allowedBetween, createWorker } from "${worker}";
const files = [{ name: "shop.yaml", text: ${JSON.stringify(SHOP)} }];
const question = { from: "shop/web", to: "shop/db", port: 5432 };
await init();
const here = new Netpolis();
here.load(files);
const there = await createWorker();
there.load(files);
const [answer, connectivity] = await Promise.all([there.decide(question), there.connectivity()]);
const same = JSON.stringify(answer) === JSON.stringify(here.decide(question));
const error = await there.decide({ ...question, to: "nobody" }).catch((error) => error);
const pair = allowedBetween(connectivity, "shop/web[Pod]", "shop/db[Pod]").short;
there.terminate();
document.body.textContent = [answer.verdict, same, error instanceof Error, error.name, error.code, error.field, pair].join(" ");
`;
const EXPECTED = "allowed true true NetpolisError unknown-endpoint to 5432";

test("the README's page works from any file server", async () => {
  const [{ text }] = await examples("html");
  await writeFile(join(folder, "readme.html"), `<!doctype html><title>x</title><body>${text}`);
  const site = await serve(folder, "/some/path/", {});
  try {
    assert.equal(await said(`${site.address}readme.html`), "allowed");
  } finally {
    site.close();
  }
});

test("a plain module script and its worker need no bundler", async () => {
  const own = "./node_modules/netpolis";
  await writeFile(join(folder, "plain.html"), `<!doctype html><title>x</title><body><script type="module">${program(`${own}/browser.js`, `${own}/worker.js`)}</script>`);
  const site = await serve(folder, "/some/path/", {});
  try {
    assert.equal(await said(`${site.address}plain.html`), EXPECTED);
  } finally {
    site.close();
  }
});

test("a worker whose module is not there is an error, not silence", async () => {
  const text = `<script type="module">import { createWorker } from "./node_modules/netpolis/worker.js";
    document.body.textContent = await createWorker({}, { wasm: "data:application/wasm,none" }).then(() => "started", (error) => error.code)</script>`;
  await writeFile(join(folder, "lost.html"), `<!doctype html><title>x</title><body>${text}`);
  const site = await serve(folder, "/some/path/", {});
  try {
    assert.equal(await said(`${site.address}lost.html`), "not-ready");
  } finally {
    site.close();
  }
});

const [major, minor] = process.versions.node.split(".").map(Number);
const tooOld = major < 20 || (major === 20 && minor < 19) ? `Vite needs Node 20.19 or newer, this is ${process.version}` : false;
if (tooOld) console.log(`left out: Vite (${tooOld})`);

test("a page built by Vite", { skip: tooOld }, async () => {
  const { build } = await import("vite");
  const project = await viteProject();
  await build({ root: project, base: "./", logLevel: "error", configFile: join(project, "vite.config.mjs") });
  const assets = await readdir(join(project, "dist/assets"));
  assert.equal(assets.filter((name) => name.endsWith(".wasm")).length, 1, `one module for page and worker: ${assets}`);
  const site = await serve(join(project, "dist"), "/some/path/", {});
  try {
    assert.equal(await said(`${site.address}index.html`), EXPECTED);
  } finally {
    site.close();
  }
});

test("a page of Vite's development server", { skip: tooOld }, async () => {
  const { createServer } = await import("vite");
  const project = await viteProject();
  const server = await createServer({ root: project, logLevel: "error", configFile: join(project, "vite.config.mjs"), server: { host: "127.0.0.1", port: 0, hmr: false } });
  try {
    await server.listen();
    assert.equal(await said(`http://127.0.0.1:${server.httpServer.address().port}/`), EXPECTED);
  } finally {
    await server.close();
  }
});

/** The folder with the package, as a project with the README's configuration. */
async function viteProject() {
  const project = folder;
  const [{ text: config }] = (await examples("js")).filter(({ about }) => about === "vite.config.js");
  await Promise.all([
    writeFile(join(project, "vite.config.mjs"), config),
    writeFile(join(project, "index.html"), `<!doctype html><title>x</title><body><script type="module" src="./main.js"></script>`),
    writeFile(join(project, "main.js"), program("netpolis", "netpolis/worker")),
  ]);
  return project;
}
