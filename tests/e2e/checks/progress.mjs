// What the page says while it waits for its engine, and how a person ends that.
import assert from "node:assert/strict";
import { accessible, becomeSlow, chromiumOnly, editor, given, goTo, letItEvaluate, marks, open, openShop, paste, PHONE, shoot, SHOP, slowEngine, text, troubles, until, verdict } from "../page.mjs";

const ENGINE = /netpolis-engine-[0-9a-f]+_bg\.wasm$/;
const line = (page) => page.locator(".progress-line");
const said = async (page) => ((await line(page).count()) ? (await line(page).innerText()).replace(/\s+/g, " ").trim() : "");
const cancel = (page) => line(page).getByRole("button", { name: "Cancel" });
const evaluate = (page) => line(page).getByRole("button", { name: "Evaluate", exact: true });
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim().slice(0, 20));
const OPENED = SHOP.replace("app: till}}\n    ports", "app: web}}\n    ports");

/** The shop, and an edit of it that the engine takes its time for. */
async function waiting(options = {}) {
    const page = await openShop({ ...options, prepare: slowEngine });
    await becomeSlow(page);
    await goTo(page, "Text");
    await paste(page, OPENED);
    await line(page).waitFor();
    return page;
}

/** A page whose engine has come half, until it is let come, and an edit that waits for it. */
async function halfLoaded(options = {}) {
    let letItCome;
    const held = new Promise((done) => (letItCome = done));
    given.site.halve = (name) => (ENGINE.test(name) ? held : undefined);
    const page = await open({ ...options, early: true });
    await editor(page).waitFor();
    await paste(page, SHOP);
    await line(page).waitFor();
    return {
        page,
        letItCome: () => {
            given.site.halve = undefined;
            letItCome();
        },
    };
}

export default {
    async "while the engine is on its way a line says how much of it has come"() {
        const { page, letItCome } = await halfLoaded();
        await until(/^Loading the evaluator [\d.]+ of [\d.]+ MB Cancel$/, () => said(page), "the line");
        const [, came, all] = /([\d.]+) of ([\d.]+)/.exec(await said(page));
        assert.ok(Math.abs(came / all - 0.5) < 0.06, `${came} of ${all} is half`);
        await until(/^(4[89]|50)$/, () => page.getByRole("progressbar").getAttribute("aria-valuenow"), "the bar");
        await shoot(page, "progress-loading");
        await accessible(page, "the line");
        letItCome();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        await line(page).waitFor({ state: "detached" });
    },

    async "nobody who waits for nothing is told of the engine"() {
        let letItCome;
        const held = new Promise((done) => (letItCome = done));
        given.site.halve = (name) => (ENGINE.test(name) ? held : undefined);
        const page = await open({ early: true });
        await page.waitForTimeout(1600);
        assert.equal(await line(page).count(), 0);
        given.site.halve = undefined;
        letItCome();
        await page.locator("html[data-engine=ready]").waitFor({ state: "attached" });
    },

    async "loading can be cancelled, and begins again when it is asked for"() {
        const { page, letItCome } = await halfLoaded();
        await cancel(page).click();
        await until("The evaluator is not loaded. Graph and answers are from before your last change. Load and evaluate", () => said(page), "what is said");
        assert.match(await text(page), /store-only-from-till/, "the text is kept");
        letItCome();
        await page.waitForTimeout(400);
        assert.equal(await marks(page).filter({ hasText: "store" }).count(), 0);
        await line(page).getByRole("button", { name: "Load and evaluate" }).click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.equal(await line(page).count(), 0);
        // The request that was cancelled, and what the browser says of it.
        for (const trouble of troubles.filter((trouble) => ENGINE.test(trouble))) troubles.splice(troubles.indexOf(trouble), 1);
    },

    async "an evaluation that is over in a moment says nothing"() {
        const page = await openShop({ prepare: slowEngine });
        for (let edit = 0; edit < 4; edit++) await paste(page, `${SHOP}# ${edit}\n`);
        await page.locator(".waiting:not(.editor-host)").waitFor({ state: "detached" });
        assert.deepEqual(await page.evaluate(() => window.heard), []);
    },

    async "an evaluation of more than a second says so, is cancelled with the mouse, and keeps text and answers"() {
        const page = await waiting();
        assert.match(await said(page), /^Evaluating [1-3] s Cancel$/);
        const before = await verdict(page).innerText();
        await until(/^Evaluating [4-6] s Cancel$/, () => said(page), "the seconds");
        assert.deepEqual(await page.evaluate(() => window.heard), ["Evaluating"], "said once, not with every second");
        await shoot(page, "progress-evaluating");
        await accessible(page, "the line");
        await cancel(page).click();
        await until("Cancelled. Graph and answers are from before your last change. Evaluate", () => said(page), "what is said");
        assert.equal(await verdict(page).innerText(), before);
        await shoot(page, "progress-cancelled");
        assert.equal((await text(page)).trim(), OPENED.trim(), "the text is kept");
        // What the ended worker had been asked is not answered, also when it could be.
        await page.locator("html[data-engine=ready]").waitFor({ state: "attached" });
        await letItEvaluate(page);
        await page.waitForTimeout(300);
        assert.match(await said(page), /^Cancelled/);
        await evaluate(page).click();
        await line(page).waitFor({ state: "detached" });
        await page.locator(".waiting:not(.editor-host)").waitFor({ state: "detached" });
        assert.deepEqual(await page.evaluate(() => window.heard), ["Evaluating", "Cancelled. Graph and answers are from before your last change.", ""]);
    },

    async "cancelled with the keyboard, the focus stays on the line, and then goes back to where it was"() {
        const page = await waiting();
        await editor(page).focus();
        await cancel(page).focus();
        await page.keyboard.press("Enter");
        await until("Evaluate", () => focused(page), "the focus");
        await page.locator("html[data-engine=ready]").waitFor({ state: "attached" });
        await letItEvaluate(page);
        await page.keyboard.press("Enter");
        await line(page).waitFor({ state: "detached" });
        await until(true, () => page.evaluate(() => document.activeElement.classList.contains("cm-content")), "the focus is in the editor");
        // An answer that comes while the button has the focus leaves it nowhere else.
        await becomeSlow(page);
        await page.keyboard.press("Control+End");
        await page.keyboard.type("# more");
        await cancel(page).focus();
        await letItEvaluate(page);
        await line(page).waitFor({ state: "detached" });
        await until(true, () => page.evaluate(() => document.activeElement.classList.contains("cm-content")), "the focus is in the editor");
    },

    async "after it was cancelled the next edit is evaluated"() {
        const page = await waiting();
        await cancel(page).click();
        await until(/^Cancelled/, () => said(page), "what is said");
        await page.evaluate(() => (window.slow = false));
        await paste(page, SHOP.replaceAll("store", "depot"));
        await marks(page).filter({ hasText: "depot" }).first().waitFor();
        assert.equal(await line(page).count(), 0);
    },

    async "what was cancelled before anything was said shows no other scene"() {
        const page = await open({ prepare: slowEngine });
        assert.ok((await marks(page).count()) > 2);
        await becomeSlow(page);
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("button", { name: "New scene" }).click();
        await paste(page, SHOP);
        await cancel(page).click();
        await until("Cancelled. This text is not evaluated. Evaluate", () => said(page), "what is said");
        assert.equal(await marks(page).count(), 0);
        await page.evaluate(() => (window.slow = false));
        await evaluate(page).click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
    },

    async "a question that was cancelled leaves the answers of the text"() {
        const page = await openShop({ prepare: slowEngine });
        await becomeSlow(page);
        await page.getByRole("textbox", { name: "destination port" }).fill("81");
        await cancel(page).click();
        await until("Cancelled. Your last question has no answer. Evaluate", () => said(page), "what is said");
        assert.ok((await marks(page).count()) > 2, "the picture is of this text");
    },

    async "on a telephone the line fits, in light and dark"() {
        for (const colorScheme of ["light", "dark"]) {
            const page = await waiting({ viewport: PHONE, hasTouch: true, isMobile: true, colorScheme });
            const box = await cancel(page).boundingBox();
            // Firefox's driver has no fingers.
            const least = (await page.evaluate(() => matchMedia("(pointer: coarse)").matches)) ? 40 : 20;
            assert.ok(box.height >= least && box.x + box.width <= PHONE.width, JSON.stringify(box));
            assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), PHONE.width);
            await shoot(page, `progress-phone-${colorScheme}`);
            await cancel(page).click();
            await until(/^Cancelled/, () => said(page), "what is said");
            assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), PHONE.width);
            const all = await line(page).boundingBox();
            assert.ok(all.x >= 0 && all.x + all.width <= PHONE.width, JSON.stringify(all));
            await shoot(page, `progress-phone-cancelled-${colorScheme}`);
            await page.context().close();
        }
    },

    async "without a worker nothing is said to be cancellable"() {
        const page = await openShop({ prepare: (context) => context.addInitScript(() => Object.defineProperty(window, "Worker", { value: undefined })) });
        await page.evaluate(() => {
            window.seen = [];
            new MutationObserver(() => window.seen.push(document.querySelector(".progress-line button")?.textContent)).observe(document.body, { subtree: true, childList: true });
        });
        const more = Array.from({ length: 12 }, (_, i) => `---\napiVersion: v1\nkind: Pod\nmetadata: {name: extra-${i}, namespace: corner, labels: {n: "${i}"}}\nspec: {containers: [{name: c, image: c}]}\n`);
        await paste(page, SHOP + more.join(""));
        await marks(page).filter({ hasText: "extra-11" }).first().waitFor();
        assert.deepEqual(await page.evaluate(() => window.seen.filter(Boolean)), []);
    },

    async "a link of megabytes is packed while the page goes on, and can be cancelled"() {
        const page = await open();
        // Text that does not pack well, in a file that is no manifest.
        const noise = () => Array.from({ length: 40_000 }, (_, i) => `# ${((i * 2654435761) % 4294967296).toString(36)}${((i * 40503) % 65536).toString(36)}`).join("\n");
        const big = await page.evaluate(`(${noise})()`);
        await page.locator("input[type=file]").setInputFiles({ name: "noise.yaml", mimeType: "text/plain", buffer: Buffer.from(SHOP + big) });
        await page.getByRole("tab", { name: /noise\.yaml/ }).waitFor();
        const share = () => page.getByRole("button", { name: "Share" }).click();
        await page.evaluate(() => {
            window.packed = [];
            new MutationObserver(() => {
                const line = document.querySelector("dialog .progress-line .detail");
                if (line) window.packed.push(line.textContent);
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        });
        await share();
        const link = page.getByRole("textbox", { name: "link" });
        await link.waitFor();
        assert.ok((await link.inputValue()).length > 200_000);
        const packed = await page.evaluate(() => window.packed);
        assert.ok(packed.length > 2 && packed.every((one) => /^[\d.]+ of [\d.]+ (kB|MB)$/.test(one)), packed.join("; "));
        assert.equal(await line(page).count(), 0);
        await page.keyboard.press("Escape");
        await share();
        const dialog = page.locator("dialog[open]");
        await dialog.waitFor();
        // On a fast machine it may be packed before anybody can press, or while somebody does: then there is nothing left to cancel.
        const pressed = dialog.locator(".progress-line").getByRole("button", { name: "Cancel" }).click({ timeout: 2000 });
        const closed = await pressed.then(() => dialog.waitFor({ state: "detached", timeout: 2000 })).then(() => true, () => false);
        if (!closed) await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });
        await until(true, () => page.evaluate(() => document.activeElement !== document.body), "the focus is somewhere");
    },

    "a PNG file that takes long says so, and can be cancelled": chromiumOnly("its driver tells of no such downloads", async () => {
        // The picture is ready to be drawn only when the function is called that this puts into the page.
        const prepare = (context) =>
            context.addInitScript(() => {
                const drawn = new Promise((done) => (window.letItDraw = done));
                const { decode } = HTMLImageElement.prototype;
                HTMLImageElement.prototype.decode = function () {
                    return drawn.then(() => decode.call(this));
                };
            });
        const page = await open({ prepare });
        const downloads = [];
        page.on("download", (download) => downloads.push(download.suggestedFilename()));
        const save = async () => {
            await page.getByRole("button", { name: "save the picture", exact: true }).click();
            await page.getByRole("button", { name: "Save as PNG" }).click();
        };
        await save();
        await until("Drawing the PNG file Cancel", () => said(page), "the line");
        await cancel(page).click();
        await line(page).waitFor({ state: "detached" });
        await page.evaluate(() => window.letItDraw());
        await page.waitForTimeout(700);
        assert.deepEqual(downloads, []);
        await save();
        await until("netpolis.png", () => downloads.join(), "the file");
        assert.equal(await line(page).count(), 0);
    }),
};
