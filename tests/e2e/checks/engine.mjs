// The page and its engine: what is seen before the engine is there, and what happens when it does not come.
import assert from "node:assert/strict";
import { holdBack, marks, open, openShop, paste, SHOP, shoot, text, troubles, until, verdict, word } from "../page.mjs";

const ENGINE = /netpolis-engine-[0-9a-f]+_bg\.wasm$/;
/** What of the page comes once the first picture stands. */
const LATE = /netpolis-late-[0-9a-f]+_bg\.wasm$/;
const state = (page) => page.evaluate(() => document.documentElement.dataset.engine);
const menu = (page) => page.locator(".header .pick").first();

/** A page whose engine comes when `letItCome` is called. */
async function withoutEngine(options = {}) {
    let letItCome;
    const prepare = async (context) => (letItCome = await holdBack(context, ENGINE));
    const page = await open({ ...options, early: true, prepare });
    return { page, letItCome };
}

export default {
    async "the opening scene and examples have their verdicts before the engine is there"() {
        const { page } = await withoutEngine();
        assert.match(await word(page), /^(allowed|denied)$/);
        assert.ok((await marks(page).count()) > 2, "the graph is drawn");
        assert.equal(await state(page), undefined);
        const opening = await verdict(page).innerText();
        await menu(page).click();
        const example = page.locator(".examples .example").nth(3);
        const title = (await example.locator("b").innerText()).trim();
        await example.click();
        await until(title, async () => (await menu(page).innerText()).replace(/^.*\n/, "").trim(), "the menu names it");
        await until(/^(allowed|denied|cannot tell)/, () => word(page), `${title}, after ${opening}`);
        assert.equal(await state(page), undefined, "still no engine");
        await shoot(page, "without-engine");
    },

    async "an edit made before the engine is there is answered when it comes"() {
        const { page, letItCome } = await withoutEngine();
        const before = await verdict(page).innerText();
        await page.locator(".cm-content").first().waitFor();
        await paste(page, SHOP);
        // The last answer stands, and says that the next is on its way.
        await page.locator(".waiting + .trace").waitFor();
        assert.equal(await verdict(page).innerText(), before);
        assert.equal(await marks(page).filter({ hasText: "store" }).count(), 0);
        letItCome();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        await page.locator(".waiting").waitFor({ state: "detached" });
        assert.equal(await state(page), "ready");
    },

    async "of many edits the newest one is shown"() {
        const page = await openShop();
        // The engine answers late, so that several edits come before its first answer.
        for (let pods = 1; pods <= 5; pods++) {
            const more = Array.from({ length: pods }, (_, i) => `---\napiVersion: v1\nkind: Pod\nmetadata: {name: extra-${i}, namespace: corner, labels: {n: "${i}"}}\nspec: {containers: [{name: c, image: c}]}\n`);
            await paste(page, SHOP + more.join(""));
        }
        await marks(page).filter({ hasText: "extra-4" }).first().waitFor();
        await page.locator(".waiting").waitFor({ state: "detached" });
        assert.equal(await marks(page).filter({ hasText: "extra-" }).count(), 5);
    },

    async "an engine that cannot be loaded is told of, and comes when it is tried again"() {
        let broken = true;
        const page = await open({
            early: true,
            prepare: (context) => context.route(ENGINE, (route) => (broken ? route.abort() : route.continue())),
        });
        const note = page.getByRole("alert").filter({ hasText: "could not be loaded" });
        await note.waitFor();
        assert.equal(await state(page), "failed");
        await paste(page, SHOP);
        assert.match(await text(page), /store-only-from-till/, "the text is kept");
        await shoot(page, "engine-failed");
        broken = false;
        await note.getByRole("button", { name: "Try again" }).click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.equal(await note.count(), 0);
        assert.equal(await state(page), "ready");
        assert.ok(await page.evaluate(() => document.activeElement !== document.body), "the focus is somewhere");
        // The request that was refused, and what the browser says of it.
        const expected = troubles.filter((trouble) => ENGINE.test(trouble) || /ERR_FAILED/.test(trouble));
        for (const trouble of expected) troubles.splice(troubles.indexOf(trouble), 1);
    },

    async "the first verdict needs nothing that comes late, and what cannot be fetched is said where it is wanted"() {
        let broken = true;
        const page = await open({ early: true, prepare: (context) => context.route(LATE, (route) => (broken ? route.abort() : route.continue())) });
        await marks(page).first().waitFor();
        await page.locator(".verdict").first().waitFor();
        await page.getByRole("tab", { name: /^Problems/ }).click();
        const panel = page.getByRole("tabpanel");
        const note = panel.getByRole("alert").filter({ hasText: "could not be fetched" });
        await note.waitFor();
        broken = false;
        await note.getByRole("button", { name: "Try again" }).click();
        await until(0, () => note.count(), "the note goes");
        await page.getByRole("tab", { name: "Path" }).click();
        await panel.getByRole("combobox").first().waitFor();
        const expected = troubles.filter((trouble) => LATE.test(trouble) || /ERR_FAILED|Failed to fetch|load failed|NetworkError/i.test(trouble));
        for (const trouble of expected) troubles.splice(troubles.indexOf(trouble), 1);
    },

    async "an engine that stops is told of, and another one gets the whole text"() {
        // A worker that says it is ready, and stops at its first request.
        const body = `self.onmessage = ({ data }) => { if (data instanceof ArrayBuffer) throw new Error("stopped"); if (data.module) self.postMessage("ready"); };`;
        let stops = true;
        const page = await open({
            early: true,
            prepare: (context) => context.route(/\/worker\.js$/, (route) => (stops ? route.fulfill({ body, contentType: "text/javascript" }) : route.continue())),
        });
        const note = page.getByRole("alert").filter({ hasText: "The evaluator stopped" });
        await note.waitFor();
        await paste(page, SHOP);
        stops = false;
        await note.getByRole("button", { name: "Try again" }).click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.equal(await note.count(), 0);
    },

    async "where no worker can start the engine runs on the page's own thread"() {
        const page = await open({ prepare: (context) => context.addInitScript(() => Object.defineProperty(window, "Worker", { value: undefined })) });
        await until("ready", () => state(page), "the engine");
        await page.locator(".cm-content").first().waitFor();
        await paste(page, SHOP);
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        await page.locator(".waiting").waitFor({ state: "detached" });
    },

    async "an embedded page that is only looked at fetches no engine"() {
        const page = await open({}, "", "embed.html");
        await page.waitForLoadState("networkidle");
        assert.deepEqual(page.requests.filter((url) => /netpolis-engine/.test(url)), []);
        // Another question needs it.
        await page.locator("svg.graph g.arrow:not(.flow, .quiet)").first().focus();
        await page.keyboard.press("Enter");
        await until("ready", () => state(page), "the engine");
    },
};
