// What is kept, and what travels in links and embeds.
import assert from "node:assert/strict";
import { SHOP, ask, given, open, openShop, shoot, text, troubles, until, word } from "../page.mjs";

export default {
    async "work and question survive a reload"() {
        const page = await openShop();
        await ask(page, "till", "store", 5432);
        await until("allowed", () => word(page), "before");
        await page.waitForTimeout(800);
        await page.reload();
        await until("allowed", () => word(page), "after the reload");
        assert.equal((await text(page)).trim(), SHOP.trim());
    },

    async "a share link holds the whole scene and the flow"() {
        const page = await openShop();
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "before");
        await page.getByRole("button", { name: "Share" }).click();
        const link = await page.getByRole("textbox", { name: "link" }).inputValue();
        assert.ok(link.startsWith(`${given.site.address}#`) || link.startsWith(`${given.site.address}index.html#`), link.slice(0, 80));
        await shoot(page, "share");
        // Somebody else, who has never been here.
        const other = await open({}, new URL(link).hash);
        await until("denied", () => word(other), "opened from the link");
        assert.equal((await text(other)).trim(), SHOP.trim());
        assert.equal(await other.getByRole("textbox", { name: "destination port" }).inputValue(), "5432");
        const sent = other.requests.filter((url) => url.includes("#") || url.length > 200);
        assert.deepEqual(sent, [], "the scene is sent to nobody");
    },

    async "the embedded page shows the scene inside another"() {
        const page = await openShop();
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "before");
        await page.getByRole("button", { name: "Share" }).click();
        const code = await page.getByRole("textbox", { name: "embed code" }).inputValue();
        assert.match(code, /^<iframe src="http[^"]+embed\.html#[^"]+"/);
        given.site.pages["/course.html"] = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A course</title><h1>A course</h1>${code}`;
        const course = await page.context().newPage();
        course.on("pageerror", (error) => troubles.push(`embedded: ${error.message}`));
        await course.goto(`${given.site.origin}/course.html`);
        const frame = course.frameLocator("iframe");
        await frame.locator("svg.graph g.mark").first().waitFor();
        await until("denied", async () => (await frame.locator(".verdict h2").first().innerText()).trim().toLowerCase(), "embedded verdict");
        assert.equal(await frame.locator(".cm-editor").count(), 0, "nothing to edit where it is read-only");
        assert.equal(await frame.getByRole("link", { name: /Open in Netpolis/ }).count(), 1);
        await shoot(course, "embed");
    },
};
