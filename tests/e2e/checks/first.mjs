// What is seen first, and where it comes from.
import assert from "node:assert/strict";
import { ask, given, open, openShop, shoot, stations, until, word } from "../page.mjs";

/** From the first byte asked for to the first verdict on the screen; more for a build that is not optimised. */
const FIRST_VERDICT_MS = (1500 * Number(process.env.E2E_PATIENCE_MS ?? 5000)) / 5000;

export default {
    async "the first verdict is there within 1.5 s"() {
        const times = [];
        for (let i = 0; i < 3; i++) {
            const page = await open({ early: true });
            // The mark is set when the verdict is painted, as seen from the page's own clock.
            times.push(await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))));
            await page.context().close();
        }
        console.log(`    first verdict after ${times.map((t) => Math.round(t)).join(", ")} ms`);
        assert.ok(Math.min(...times) < FIRST_VERDICT_MS, `${times} ms`);
    },

    async "it opens on an allowed and a denied flow, with the deciding line lit"() {
        const page = await open();
        assert.match(await word(page), /^(allowed|denied)$/);
        assert.ok((await stations(page).count()) >= 1);
        assert.ok((await page.locator("g.arrow.allowed").count()) > 0, "an allowed edge");
        assert.ok((await page.locator("g.arrow.denied").count()) > 0, "a denied edge");
        assert.equal(await page.locator("g.arrow.flow").count(), 1, "one edge is selected");
        await page.locator(".cm-mark").first().waitFor();
        await shoot(page, "first");
    },

    async "every example opens with a verdict and without an error"() {
        const page = await open();
        const menu = page.getByRole("button", { name: /^Example/ });
        await menu.click();
        const titles = await page.locator(".examples .example b").allInnerTexts();
        assert.ok(titles.length >= 8, `${titles.length} examples`);
        await page.keyboard.press("Escape");
        for (const [i, title] of titles.entries()) {
            await menu.click();
            await page.locator(".examples .example").nth(i).click();
            await until(new RegExp(`Example\\s*${title.replace(/[^\w ]/g, ".")}`), () => menu.innerText(), "the menu names it");
            await until(/allowed|denied|cannot tell/, () => word(page), title);
            assert.equal(await page.locator(".badge.error").count(), 0, `${title} has errors`);
            // Marks of the graph, or machines of the cloud's network.
            assert.ok((await page.locator("svg.graph g.mark, .az-machine").count()) >= 1, title);
            await shoot(page, `example-${String(i + 1).padStart(2, "0")}`);
        }
    },

    async "not one request after the first load, and no network is needed"() {
        const page = await openShop();
        await page.waitForLoadState("networkidle");
        const before = page.requests.length;
        await page.context().setOffline(true);
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "offline");
        await page.getByRole("tab", { name: "Matrix" }).click();
        await page.getByRole("button", { name: /^Scene/ }).click();
        await page.locator(".examples .example").last().click();
        await until(/allowed|denied|cannot tell/, () => word(page), "an example, offline");
        await page.getByRole("button", { name: "Share" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "close" }).click();
        assert.deepEqual(page.requests.slice(before), []);
        const own = page.requests.filter((url) => !url.startsWith(given.site.address));
        assert.deepEqual(own, [], "everything comes from where the page is");
    },
};
