// Why is it denied, what would allow it, apply, undo: with the part of the engine that the page loads only then.
import assert from "node:assert/strict";
import { accessible, ask, becomeSlow, chromiumOnly, editor, given, goTo, letItEvaluate, NO_FINGERS, notIn, openShop, paste, PHONE, shoot, SHOP, slowEngine, text, troubles, until, verdict, word } from "../page.mjs";

const LARGER = /netpolis-answers-[0-9a-f]+_bg\.wasm/;
const loaded = (page) => page.requests.filter((url) => LARGER.test(url)).length;
const fixes = (page) => page.locator(".fixes");
const best = (page) => fixes(page).locator(".fix-way").first();
const effect = (page) => best(page).locator(".effect").first().innerText();
const TYPO = SHOP.replace("app: till}}\n    ports", "app: wbe}}\n    ports");
const PAGES = { desktop: {}, phone: { viewport: PHONE, hasTouch: true, isMobile: true } };

/** A shop with a flow that is denied because of a typing error. */
async function denied(options) {
    const page = await openShop(options);
    await goTo(page, "Text");
    await paste(page, TYPO);
    await goTo(page, "Trace");
    await ask(page, "corner/web", "corner/store", 5432);
    await until("denied", () => word(page), "the verdict");
    return page;
}

export default {
    async "a denied flow is fixed by one word, which the page finds when it is asked, and undone"() {
        const page = await denied();
        assert.equal(loaded(page), 0, "nobody has asked yet");
        await page.getByRole("button", { name: /Find a fix|Find the best fix/ }).click();
        await fixes(page).waitFor();
        assert.equal(loaded(page), 1);
        assert.equal(await effect(page), "Opens this flow, and nothing else");
        assert.match(await best(page).locator(".diff .add").innerText(), /app: web/);
        await until(true, () => fixes(page).evaluate((section) => section.contains(document.activeElement)), "the keyboard is in the section");
        await shoot(page, "fix");
        await accessible(page, "fixes");
        const before = await text(page);
        await best(page).getByRole("button", { name: "Apply" }).click();
        await until("allowed", () => word(page), "the verdict");
        assert.match(await text(page), /app: web\}\}\n {4}ports/);
        assert.equal(await fixes(page).count(), 0, "there is nothing to fix");
        await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
        await until("denied", () => word(page), "the verdict");
        assert.equal(await text(page), before);
        await fixes(page).waitFor();
    },

    async "by keyboard alone a flow is fixed, and what is allowed is stopped"() {
        const page = await denied();
        await page.getByRole("button", { name: /Find a fix|Find the best fix/ }).focus();
        await page.keyboard.press("Enter");
        await fixes(page).waitFor();
        await until(true, () => fixes(page).evaluate((section) => section.contains(document.activeElement)), "the keyboard is in the section");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        for (let i = 0; i < 6 && (await page.evaluate(() => document.activeElement.textContent)) !== "Apply"; i++) await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await until("allowed", () => word(page), "the verdict");
        await until(true, () => page.evaluate(() => document.activeElement !== document.body), "the focus is somewhere");
        await page.getByRole("button", { name: "Stop this flow" }).focus();
        await page.keyboard.press("Enter");
        await fixes(page).waitFor();
        assert.match(await effect(page), /^Stops this flow/);
        await best(page).getByRole("button", { name: "Apply" }).press("Enter");
        await until("denied", () => word(page), "the verdict");
    },

    async "a change that was found for another text is refused in words"() {
        const page = await denied({ prepare: slowEngine });
        await page.getByRole("button", { name: /Find a fix|Find the best fix/ }).click();
        await fixes(page).waitFor();
        await becomeSlow(page);
        await editor(page).focus();
        await page.keyboard.press("Control+Home");
        await page.keyboard.type("# more");
        await best(page).getByRole("button", { name: "Apply" }).click();
        await page.locator(".toast").filter({ hasText: "the text has changed since" }).waitFor();
        assert.match(await text(page), /^# more[^]*wbe/);
        await letItEvaluate(page);
        await best(page).locator(".diff .add").first().waitFor();
        await best(page).getByRole("button", { name: "Apply" }).click();
        await until("allowed", () => word(page), "the verdict");
    },

    "fixes fit a telephone and a finger, in light and dark": notIn(NO_FINGERS, async () => {
        for (const colorScheme of ["light", "dark"]) {
            const page = await denied({ ...PAGES.phone, colorScheme });
            await page.getByRole("button", { name: /Find a fix|Find the best fix/ }).tap();
            await fixes(page).waitFor();
            assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), PHONE.width);
            const apply = best(page).getByRole("button", { name: "Apply" });
            const box = await apply.boundingBox();
            assert.ok(box.height >= 40, `${box.height} px`);
            await shoot(page, `fix-phone-${colorScheme}`);
            await accessible(page, `fixes, ${colorScheme}`);
            await apply.tap();
            await until("allowed", () => word(page), "the verdict");
            await page.context().close();
        }
    }),

    async "without a worker the larger engine runs on the page's own thread"() {
        const page = await denied({ prepare: (context) => context.addInitScript(() => Object.defineProperty(window, "Worker", { value: undefined })) });
        await page.getByRole("button", { name: /Find a fix|Find the best fix/ }).click();
        await fixes(page).waitFor();
        await best(page).getByRole("button", { name: "Apply" }).click();
        await until("allowed", () => word(page), "the verdict");
    },

    async "loading the larger engine tells how far it is, can be cancelled, and the page goes on answering"() {
        let letItCome;
        const page = await denied();
        const held = new Promise((done) => (letItCome = done));
        given.site.halve = (name) => (LARGER.test(name) ? held : undefined);
        const line = page.locator(".progress-line");
        const said = async () => ((await line.count()) ? (await line.innerText()).replace(/\s+/g, " ").trim() : "");
        await page.getByRole("button", { name: /Find a fix|Find the best fix/ }).click();
        await until(/^Loading more of the evaluator [\d.]+ of [\d.]+ MB Cancel$/, said, "the line");
        await shoot(page, "fix-loading");
        // The other engine answers meanwhile.
        await page.getByRole("textbox", { name: "destination port" }).fill("8080");
        await page.locator(".verdict", { hasText: "8080" }).waitFor();
        await line.getByRole("button", { name: "Cancel" }).click();
        await until("Cancelled. Verdicts and graph are up to date. Evaluate", said, "what is said");
        await page.getByRole("textbox", { name: "destination port" }).fill("5432");
        await page.locator(".verdict", { hasText: "5432" }).waitFor();
        given.site.halve = undefined;
        letItCome();
        await fixes(page).waitFor();
        assert.equal(await said(), "");
        // The request that was cancelled, and what the browser says of it.
        for (const trouble of troubles.filter((trouble) => LARGER.test(trouble))) troubles.splice(troubles.indexOf(trouble), 1);
    },

    "a larger engine that cannot be loaded is said, and tried again": chromiumOnly("its driver cannot refuse a file for a time", async () => {
        const page = await denied();
        await page.route(LARGER, (route) => route.fulfill({ status: 503, body: "" }));
        await page.getByRole("button", { name: /Find a fix|Find the best fix/ }).click();
        const note = page.locator(".engine-note");
        await note.filter({ hasText: "could not be loaded" }).waitFor();
        await page.getByRole("textbox", { name: "destination port" }).fill("8080");
        await page.locator(".verdict", { hasText: "8080" }).waitFor();
        await page.unroute(LARGER);
        await note.getByRole("button", { name: "Try again" }).click();
        await fixes(page).waitFor();
        assert.equal(await note.count(), 0);
        for (const trouble of troubles.filter((trouble) => LARGER.test(trouble) || /503/.test(trouble))) troubles.splice(troubles.indexOf(trouble), 1);
    }),
};
