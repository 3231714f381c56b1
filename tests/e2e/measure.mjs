// How fast the built page is: node tests/e2e/measure.mjs [--scenes FOLDER] [--runs N] [--table FILE]
//
// The folder has `small/` and `large/`: generated clusters of 1,000 and 10,000 pods (`./dev bench --page` makes them). Prints a table, and puts it
// into the file between its two comments. A slow visitor is a telephone on 4 Mbps with 150 ms to the server and a processor four times slower than this one;
// the server sends what a real one would: compressed.
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { ask, DESKTOP, PHONE, SHOP, here } from "./page.mjs";
import { serve } from "./server.mjs";

const { scenes, runs, table } = parseArgs({
    options: { scenes: { type: "string" }, runs: { type: "string", default: "5" }, table: { type: "string" } },
}).values;
const folder = process.env.E2E_DIST ? resolve(process.env.E2E_DIST) : join(here, "../../dist");
const site = await serve(folder, "/", {}, { compressed: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--enable-precise-memory-info"] });

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const lines = [];
const print = (line) => {
    lines.push(line);
    console.log(line);
};
const row = (what, value) => print(`| ${what} | ${value} |`);
const ms = (value) => (value === undefined ? "never" : value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`);

/** A new visitor's page; slow ones as described above. */
async function visitor({ slow = false, ...options } = {}) {
    const context = await browser.newContext({ viewport: DESKTOP, serviceWorkers: "block", permissions: ["clipboard-read", "clipboard-write"], ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.addInitScript(() => {
        // When each of these was first painted, by the page's own clock.
        const seen = (window.firsts = {});
        const shown = (element) => element && element.checkVisibility({ visibilityProperty: true });
        const signs = {
            picture: () => [...document.querySelectorAll("svg.graph")].some(shown) && shown(document.querySelector(".verdict h2")),
            program: () => document.readyState !== "loading" && !document.querySelector("#starting") && shown(document.querySelector(".verdict h2")),
            engine: () => document.documentElement.dataset.engine === "ready",
            own: () => [...document.querySelectorAll("g.mark text")].some((text) => text.textContent === "store"),
        };
        const look = () => {
            for (const [name, sign] of Object.entries(signs)) if (!(name in seen) && sign()) seen[name] = performance.now();
            requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
        window.stops = [];
        new PerformanceObserver((list) => window.stops.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask", buffered: true });
    });
    if (slow) {
        const devtools = await context.newCDPSession(page);
        await devtools.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 500_000, uploadThroughput: 500_000 });
        await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    }
    return page;
}

async function first(fragment, sign) {
    const times = [];
    for (let run = 0; run < Number(runs); run++) {
        const page = await visitor({ slow: true, viewport: PHONE, hasTouch: true, isMobile: true });
        await page.goto(site.address + fragment, { waitUntil: "commit" });
        await page.waitForFunction((sign) => sign in window.firsts, sign);
        if (sign === "program") await page.waitForFunction(() => "engine" in window.firsts).catch(() => {});
        times.push(await page.evaluate(() => window.firsts));
        await page.context().close();
    }
    return (name) => median(times.map((time) => time[name]).filter((time) => time !== undefined));
}

async function ownLink() {
    const page = await visitor();
    await page.goto(site.address);
    await page.locator("#starting").waitFor({ state: "detached" });
    await page.locator("input[type=file]").setInputFiles({ name: "own.yaml", mimeType: "text/plain", buffer: Buffer.from(SHOP) });
    await page.waitForFunction(() => "own" in window.firsts);
    await page.getByRole("button", { name: "Share" }).click();
    const link = await page.locator("dialog input, dialog textarea").first().inputValue();
    await page.context().close();
    return link.slice(link.indexOf("#"));
}

/** All wasm, gzipped, and what of it comes before the first verdict. */
async function wasm() {
    const sizes = {};
    for (const file of await readdir(folder)) if (file.endsWith(".wasm")) sizes[file] = (await stat(join(folder, `${file}.gz`))).size;
    const page = await visitor();
    const before = [];
    page.on("request", (request) => request.url().endsWith(".wasm") && before.push(request.url().split("/").at(-1)));
    await page.route(/engine.*\.wasm$/, () => {});
    await page.goto(site.address);
    const alone = await page.waitForFunction(() => "program" in window.firsts, undefined, { timeout: 10_000 }).then(() => true, () => false);
    await page.context().close();
    const sum = (files) => files.reduce((all, file) => all + sizes[file], 0) / 1000;
    const all = Object.keys(sizes);
    // What it asks for once the picture stands is not needed for it.
    const first = alone ? before.filter((file) => file.startsWith("netpolis-web")) : all;
    return { all: sum(all), engine: sum(all.filter((file) => file.includes("engine"))), answers: sum(all.filter((file) => file.includes("answers"))), first: sum(first) };
}

async function files(name) {
    const from = join(scenes, name);
    return Promise.all((await readdir(from)).filter((file) => file.endsWith(".yaml")).map(async (file) => ({ name: file, mimeType: "text/plain", buffer: await readFile(join(from, file)) })));
}

/** From the key to the verdict that it changes: the port in a rule of a small scene of its own, beside a large cluster. */
async function keys(name, count) {
    const page = await visitor();
    await page.goto(site.address);
    await page.locator("#starting").waitFor({ state: "detached" });
    const given = [...(await files(name)), { name: "own.yaml", mimeType: "text/plain", buffer: Buffer.from(SHOP) }];
    await page.locator("input[type=file]").setInputFiles(given);
    await page.getByRole("tab", { name: /own\.yaml/ }).click();
    await ask(page, "corner/till", "corner/store", 5432);
    await page.locator(".verdict h2", { hasText: "Allowed" }).waitFor();
    await page.locator(".cm-content").first().click();
    await page.keyboard.press("Control+End");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("End");
    const times = [];
    for (let key = 0; key < count; key++) {
        const word = key % 2 === 0 ? "Denied" : "Allowed";
        await page.evaluate((word) => {
            window.answered = new Promise((done) => {
                const look = (begun) => (document.querySelector(".verdict h2")?.textContent.includes(word) ? done(performance.now() - begun) : requestAnimationFrame(() => look(begun)));
                addEventListener("keydown", () => look(performance.now()), { once: true, capture: true });
            });
        }, word);
        await page.keyboard.press(word === "Denied" ? "1" : "Backspace");
        times.push(await page.evaluate(() => window.answered));
        await page.waitForTimeout(60);
    }
    await page.context().close();
    return times;
}

/** From the files of a cluster to its picture, and the longest time that the page stood still. */
async function given(name) {
    const page = await visitor();
    await page.goto(site.address);
    await page.waitForFunction(() => "program" in window.firsts);
    await page.waitForTimeout(1500);
    await page.evaluate(() => (window.stops.length = 0));
    const begun = await page.evaluate(() => performance.now());
    await page.locator("input[type=file]").setInputFiles(await files(name));
    await page.waitForFunction(() => {
        const title = document.querySelector("g.frame text, g.mark text")?.textContent;
        return document.querySelectorAll("g.mark").length > 0 && ![...document.querySelectorAll("g.mark text")].some((text) => text.textContent === "prometheus") && title;
    });
    const took = (await page.evaluate(() => performance.now())) - begun;
    await page.waitForTimeout(1500);
    const longest = await page.evaluate(() => Math.max(0, ...window.stops));
    await page.context().close();
    return { took, longest };
}

/** The longest time that the page stands still while something is done, and for a while after it. */
async function standstill(page, act, settle = 1000) {
    await page.evaluate(() => (window.stops.length = 0));
    await act();
    await page.waitForTimeout(settle);
    return page.evaluate(() => Math.max(0, ...window.stops));
}

/** A page that has come to rest. */
async function atRest() {
    const page = await visitor();
    await page.goto(site.address);
    await page.waitForFunction(() => "engine" in window.firsts && "program" in window.firsts);
    await page.waitForTimeout(1500);
    return page;
}

const letters = async (page) => {
    await page.locator(".cm-content").first().click();
    await page.keyboard.press("Control+End");
    for (const letter of "# letters") {
        await page.keyboard.type(letter);
        await page.waitForTimeout(120);
    }
};

const openExample = async (page, example) => {
    await page.locator(".header .pick").first().click();
    await page.locator(".examples .example").nth(example).click();
    await page.waitForTimeout(600);
};

/** Standstills of an ordinary page: typing in the opening scene, switching through examples, typing in the largest one, opening tabs. */
async function ordinary() {
    const page = await atRest();
    const typing = await standstill(page, () => letters(page));
    await page.locator(".header .pick").first().click();
    const titles = await page.locator(".examples .example b").allInnerTexts();
    await page.keyboard.press("Escape");
    const switching = await standstill(page, async () => {
        for (let example = 0; example < titles.length; example += 3) await openExample(page, example);
    });
    await openExample(page, Math.max(0, titles.findIndex((title) => /boutique/i.test(title))));
    const largest = await standstill(page, () => letters(page));
    const tabs = await standstill(page, () => openTabs(page));
    await page.context().close();
    return [typing, switching, largest, tabs];
}

const openTabs = async (page) => {
    for (const tab of await page.locator(".bottom [role=tab]").all()) {
        await tab.click();
        await page.waitForTimeout(600);
    }
};

/** Standstills with a generated cluster: its files, typing beside it, opening tabs, another size of window, selecting. */
async function crowded(name) {
    const page = await atRest();
    const given = await files(name);
    const found = [];
    const note = async (act, settle) => found.push(await standstill(page, act, settle));
    await note(async () => {
        await page.locator("input[type=file]").setInputFiles(given);
        await page.locator("html[data-engine=ready]").waitFor({ state: "attached" });
    }, 6000);
    await note(() => letters(page), 2000);
    await note(() => openTabs(page));
    await note(async () => {
        for (const [width, height] of [[1200, 800], [1440, 900]]) {
            await page.setViewportSize({ width, height });
            await page.waitForTimeout(400);
        }
    });
    await note(() => page.locator("g.mark").nth(3).click({ force: true }));
    await page.context().close();
    return found;
}

print("| what | measured |");
print("| --- | ---: |");
const sizes = await wasm();
row("wasm before the first verdict, gzipped", `${sizes.first.toFixed(0)} kB`);
row("all wasm without the engine of all answers, gzipped; of it the engine; that other engine", [sizes.all - sizes.answers, sizes.engine, sizes.answers].map((size) => `${size.toFixed(0)} kB`).join("; "));
const opening = await first("", "program");
row("slow visitor: first picture, with its verdict", ms(opening("picture")));
row("slow visitor: the program runs", ms(opening("program")));
row("slow visitor: the engine is ready for an own text", ms(opening("engine")));
const link = await ownLink();
row("slow visitor: an own scene by its link", ms((await first(link, "own"))("own")));
/** What takes too long for the browser is a row, too. */
async function tried(what, measure) {
    try {
        row(what, await measure());
    } catch (error) {
        row(what, `did not end: ${String(error.message).split("\n")[0]}`);
        for (const context of browser.contexts()) await context.close();
    }
}
await tried("longest standstill: typing in the opening scene; switching examples; typing in the largest; opening its tabs", async () => (await ordinary()).map(ms).join("; "));
if (scenes) {
    await tried("the same, 1,000 pods / 300 policies: their files; typing; opening tabs; resizing; selecting a card", async () => (await crowded("small")).map(ms).join("; "));
    const typing = (name, count) => async () => {
        const times = await keys(name, count);
        return `${ms(median(times))}; ${ms(percentile(times, 0.95))}`;
    };
    await tried("key to the verdict that it changes, 1,000 pods / 300 policies: median; 95th percentile", typing("small", 60));
    await tried("the same, 10,000 pods / 3,000 policies", typing("large", 12));
    await tried("files of 10,000 pods / 3,000 policies to their picture; longest standstill", async () => {
        const { took, longest } = await given("large");
        return `${ms(took)}; ${ms(longest)}`;
    });
}
if (table) {
    const [begin, end] = ["<!-- written by ./dev bench --page --table docs/performance.md -->", "<!-- end of page -->"];
    const text = await readFile(table, "utf8").catch(() => "");
    const section = `${begin}\n${lines.join("\n")}\n${end}`;
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    await writeFile(table, from < 0 || to < 0 ? `${text}\n${section}\n` : text.slice(0, from) + section + text.slice(to + end.length));
}
await browser.close();
site.close();
