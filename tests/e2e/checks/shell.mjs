// The page before its program runs: what the build has drawn.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DESKTOP, PHONE, given, holdBack, marks, openShop, shoot, text, troubles, until, verdict } from "../page.mjs";

const SIZES = { desktop: DESKTOP, small: { width: 1024, height: 768 }, phone: PHONE };
/** Only a release is drawn by the build. */
const drawn = async () => (await readFile(join(given.folder, "index.html"), "utf8")).includes("graph still");
const PROGRAM = /\.wasm$/;
const leftOut = () => console.log("    left out: this build has no picture in its page");
const standing = (page) => page.locator("svg.graph.still:visible");

/** A page whose program does not arrive until it is let in. */
async function held(options = {}, file = "") {
    const context = await given.browser.newContext({ viewport: DESKTOP, serviceWorkers: "block", ...options });
    const page = await context.newPage();
    const release = await holdBack(page, PROGRAM);
    await page.goto(given.site.address + file);
    return { page, release };
}

/** Where things stand: the frame of the page, the verdict, and the cards of the graph by their titles. */
const places = (page) =>
    page.evaluate(() => {
        const found = {};
        const note = (name, element) => {
            const { x, y, width, height } = element.getBoundingClientRect();
            if (width > 0) found[name] = [x, y, width, height].map(Math.round);
        };
        for (const selector of [".header", ".editor-pane", ".graph-pane", ".inspector", ".verdict", ".bottom", ".screens", ".embed-foot"]) {
            const element = document.querySelector(selector);
            if (element) note(selector, element);
        }
        for (const mark of document.querySelectorAll("g.mark")) note(`card ${mark.querySelector("text").textContent}`, mark.querySelector("rect"));
        return found;
    });

async function withoutScript() {
    if (!(await drawn())) return leftOut();
    for (const [name, viewport] of Object.entries(SIZES)) {
        const context = await given.browser.newContext({ viewport, javaScriptEnabled: false });
        const page = await context.newPage();
        for (const file of ["", "embed.html"]) {
            await page.goto(given.site.address + file);
            assert.match(await verdict(page).innerText(), /Denied/, name);
            assert.equal(await standing(page).count(), 1, `${name}: one graph is seen`);
            const cards = await standing(page).locator("g.mark").allTextContents();
            assert.ok(["frontend", "cart", "db", "Internet"].every((title) => cards.some((card) => card.includes(title))), `${cards}`);
            await shoot(page, `shell-${file ? "embed-" : ""}${name}`);
        }
        await context.close();
    }
}

async function noJump() {
    if (!(await drawn())) return leftOut();
    for (const [name, viewport] of Object.entries(SIZES)) {
        for (const file of ["", "embed.html"]) {
            const { page, release } = await held({ viewport }, file);
            await page.evaluate(() => document.fonts.ready.then(() => undefined));
            const before = await places(page);
            release();
            await page.locator("#starting").waitFor({ state: "detached" });
            await page.waitForTimeout(300);
            const after = await places(page);
            assert.deepEqual(Object.keys(before).sort(), Object.keys(after).sort(), `${name} ${file}`);
            assert.ok(Object.keys(before).filter((key) => key.startsWith("card")).length >= 5);
            for (const [key, box] of Object.entries(before)) {
                const moved = Math.max(...box.map((value, i) => Math.abs(value - after[key][i])));
                assert.ok(moved <= 2, `${name} ${file} ${key}: ${box} became ${after[key]}`);
            }
            await page.context().close();
        }
    }
}

async function otherScene() {
    if (!(await drawn())) return leftOut();
    const page = await openShop();
    await page.waitForTimeout(400);
    const release = await holdBack(page, PROGRAM);
    await page.reload({ waitUntil: "commit" });
    await page.locator("#starting").waitFor({ state: "attached" });
    assert.equal(await page.locator("html.other-scene").count(), 1);
    for (const part of [".canvas", ".verdict", ".preview"]) assert.equal(await page.locator(part).first().isVisible(), false, `${part} of another scene`);
    assert.ok(await page.locator(".header .logo").isVisible(), "the frame of the page stands");
    release();
    await marks(page).filter({ hasText: "store" }).first().waitFor();
    assert.ok(await page.locator(".canvas").isVisible());
    assert.match(await text(page), /store-only-from-till/);
}

async function cannotStart() {
    const note = (page) => page.locator("#starting");
    const context = await given.browser.newContext({ viewport: DESKTOP, serviceWorkers: "block" });
    const page = await context.newPage();
    // A server that knows no scripts.
    await page.route(/start\.js$/, async (route) => route.fulfill({ body: "x", contentType: "application/octet-stream" }));
    await page.goto(given.site.address);
    await until(/text\/javascript/, () => note(page).innerText(), "the reason");
    assert.ok(await note(page).isVisible());
    await shoot(page, "shell-no-script");
    await page.unroute(/start\.js$/);
    await page.goto(pathToFileURL(join(given.folder, "index.html")).href);
    await until(/from a folder/, () => note(page).innerText(), "the reason");
    assert.ok(await note(page).isVisible());
    await context.close();
    troubles.length = 0; // What the browser says about both.
}

async function patience() {
    const { page, release } = await held();
    assert.equal(await page.locator("#starting").isVisible(), false, "nobody is bothered at first");
    await page.locator("#starting").waitFor({ state: "visible", timeout: 10_000 });
    release();
    await page.locator("#starting").waitFor({ state: "detached" });
    await page.context().close();
}

export default {
    "the opening scene is seen without a script": withoutScript,
    "the program takes the picture over without a jump": noJump,
    "who comes back sees no picture of another scene": otherScene,
    "a program that cannot be loaded is explained": cannotStart,
    "a program that is long on its way is announced": patience,
};
