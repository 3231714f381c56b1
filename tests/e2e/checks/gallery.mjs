// The gallery: pictures of all examples and lessons, on a page without a program; and links to examples.
import assert from "node:assert/strict";
import { accessible, DESKTOP, given, open, PHONE, shoot, text, until } from "../page.mjs";

async function gallery(options = {}) {
    const context = await given.browser.newContext({ viewport: DESKTOP, serviceWorkers: "block", ...options });
    const page = await context.newPage();
    await page.goto(`${given.site.address}gallery.html`);
    return page;
}
const cards = (page) => page.locator(".gallery-card:visible");

export default {
    async "the gallery shows a picture of every example and lesson, and finds them by words"() {
        const page = await gallery();
        const all = await cards(page).count();
        assert.ok(all >= 58, `${all} cards`);
        // A debug build draws none.
        if ((await page.request.get(`${given.site.address}pictures/dns.svg`)).ok()) {
            // Each is fetched when it is scrolled to.
            for (const card of await cards(page).all()) await card.scrollIntoViewIfNeeded();
            await until(0, () => page.locator("img").evaluateAll((images) => images.filter((image) => !image.complete || !image.naturalWidth).length), "every picture is there");
        }
        await accessible(page, "gallery", { program: false });
        await shoot(page, "gallery");
        await page.keyboard.press("/");
        await page.keyboard.type("service account");
        await until(true, async () => (await cards(page).count()) < all / 4, "fewer cards");
        assert.ok((await cards(page).allInnerTexts()).every((words) => /account/i.test(words)));
        await page.locator("#search").fill("LoadBalancer");
        await until(true, async () => (await cards(page).count()) >= 2, "written as in a manifest");
        await page.locator("#search").fill("nothing has this");
        await until(true, () => page.locator("#none").isVisible(), "says that nothing is found");
        await page.locator("#search").fill("forgets dns");
        await until(1, () => cards(page).count(), "one example");
        await cards(page).getByRole("link").click();
        await until("Egress that forgets DNS", () => page.locator(".header .pick b").first().innerText(), "it opens");
    },

    async "the gallery fits a phone"() {
        const page = await gallery({ viewport: PHONE });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
        await shoot(page, "gallery-phone");
    },

    async "a link opens an example, and stays in the address until the scene is another"() {
        const page = await open({}, "?example=and-or");
        await until("One dash: both, or either", () => page.locator(".header .pick b").first().innerText(), "the example");
        await until(/\?example=and-or$/, () => page.url(), "its address");
        assert.match(await text(page), /podSelector/);
        await page.locator(".header .pick").first().click();
        await page.locator(".examples .example", { hasText: "Named ports" }).first().click();
        await until(false, () => page.url().includes("example="), "another scene");
        // The link of an embedded page, with the page's own name in it.
        const framed = await open({}, "#example=and-or");
        await until(/\?example=and-or$/, () => framed.url(), "the same address");
        await until("One dash: both, or either", () => framed.locator(".header .pick b").first().innerText(), "the same example");
        const none = await open({}, "?example=nothing");
        await until(/There is no example `nothing`/, () => none.locator(".toast").innerText(), "an unknown one is said");
    },
};
