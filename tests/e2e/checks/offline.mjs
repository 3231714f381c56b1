// The site without a network, and how a newer version comes in.
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { given, marks, open, openShop, shoot, text, until, verdict, word } from "../page.mjs";
import { serve } from "../server.mjs";

/** Whether the site is a release: one under development is not kept. */
const kept = async () => (await readdir(given.folder)).includes("service-worker.js");
const controlled = (page) => page.evaluate(() => navigator.serviceWorker.ready.then((registration) => registration.active?.state));

async function withoutNetwork() {
    if (!(await kept())) return console.log("    left out: this build is not kept for offline");
    const page = await open({ serviceWorkers: "allow" });
    await until(/activ/, () => controlled(page), "the service worker");
    await page.context().setOffline(true);
    await page.reload();
    await verdict(page).waitFor();
    assert.match(await word(page), /^(allowed|denied)$/);
    assert.match(await text(page), /kind: NetworkPolicy/, "the editor");
    await page.goto(`${given.site.address}embed.html`);
    await verdict(page).waitFor();
    assert.ok((await marks(page).count()) > 0, "the embedded form has its graph");
}

/** The larger engine, which is not fetched for everybody. */
async function furtherAnswers() {
    if (!(await kept())) return console.log("    left out: this build is not kept for offline");
    const page = await open({ serviceWorkers: "allow" });
    await until(/activ/, () => controlled(page), "the service worker");
    const held = () =>
        page.evaluate(async () => {
            const [name] = await caches.keys();
            return (await (await caches.open(name)).keys()).filter(({ url }) => url.includes("netpolis-answers-")).length;
        });
    assert.equal(await held(), 0, "nobody has asked for it");
    const answers = async () => {
        await page.getByRole("tab", { name: /^Answers/ }).click();
        await page.getByRole("button", { name: "Pointless" }).click();
        await page.locator(".answer-groups li").first().waitFor();
    };
    await answers();
    await until(2, held, "program and script are kept");
    await page.context().setOffline(true);
    await page.reload();
    await answers();
}

async function newerVersion() {
    if (!(await kept())) return console.log("    left out: this build is not kept for offline");
    const folder = await mkdtemp(join(tmpdir(), "netpolis-"));
    await cp(given.folder, folder, { recursive: true });
    const usual = given.site;
    given.site = await serve(folder, "/", {});
    try {
        const page = await openShop({ serviceWorkers: "allow" });
        await until(/activ/, () => controlled(page), "the service worker");
        const banner = page.locator(".update-banner");
        assert.equal(await banner.count(), 0, "nothing to tell on the first visit");

        const change = async (file, edit) => writeFile(join(folder, file), edit(await readFile(join(folder, file), "utf8")));
        await change("index.html", (html) => html.replace("<title>Netpolis", "<title>Newer Netpolis"));
        await change("service-worker.js", (script) => script.replace(/const VERSION = "/, 'const VERSION = "newer-'));
        await page.reload();
        assert.equal(await page.title(), "Netpolis", "until a person says so, the version stays that the page was opened with");
        await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
        await banner.waitFor();
        await shoot(page, "newer-version");
        const box = await banner.boundingBox();
        const header = await page.locator(".header").boundingBox();
        assert.ok(box.y + box.height <= header.y + 1, "it stands above the page and covers nothing");
        await banner.getByRole("button", { name: "Use it now" }).click();
        await until("Newer Netpolis", () => page.title().catch(() => ""), "the newer version");
        await verdict(page).waitFor();
        assert.match(await text(page), /store-only-from-till/, "what was written is kept");
        assert.equal(await page.locator(".update-banner").count(), 0);
        const caches = await page.evaluate(async () => (await globalThis.caches.keys()).length);
        assert.equal(caches, 1, "the older version is forgotten");
    } finally {
        given.site.close();
        given.site = usual;
        await rm(folder, { recursive: true, force: true });
    }
}

async function installable() {
    const page = await open();
    const found = await page.evaluate(async () => {
        const link = document.querySelector("link[rel=manifest]").href;
        const manifest = await (await fetch(link)).json();
        const size = (src) => new Promise((done) => Object.assign(new Image(), { onload() { done(`${this.naturalWidth}x${this.naturalHeight}`); }, onerror: () => done("none"), src }));
        const icons = await Promise.all(manifest.icons.map(async (icon) => [icon.sizes, await size(new URL(icon.src, link).href)]));
        return { icons, start: new URL(manifest.start_url, link).href, name: manifest.name };
    });
    assert.equal(found.name, "Netpolis");
    assert.equal(found.start, given.site.address, "it starts where it was installed from");
    for (const [said, is] of found.icons) if (said !== "any") assert.equal(is, said);
    assert.ok(found.icons.length >= 3);
}

async function compressed() {
    if (!(await kept())) return console.log("    left out: this build is not compressed");
    const files = await readdir(given.folder, { recursive: true });
    const wasm = files.filter((file) => file.endsWith(".wasm"));
    assert.ok(wasm.length > 0);
    for (const file of [...wasm, "index.html", "embed.html", "start.js"]) {
        const bytes = await readFile(join(given.folder, file));
        assert.deepEqual(gunzipSync(await readFile(join(given.folder, `${file}.gz`))), bytes, `${file}.gz`);
        assert.deepEqual(brotliDecompressSync(await readFile(join(given.folder, `${file}.br`))), bytes, `${file}.br`);
    }
}

export default {
    "a second visit needs no network": withoutNetwork,
    "answers that were asked for once need no network afterwards": furtherAnswers,
    "a newer version is offered, waits for a person and keeps the text": newerVersion,
    "the page can be installed": installable,
    "every file is there compressed, and is the same": compressed,
};
