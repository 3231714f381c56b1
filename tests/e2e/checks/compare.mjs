// Comparing with a baseline: what an edit opens and closes, in the list, the graph and the matrix.
import assert from "node:assert/strict";
import { accessible, arrow, editor, given, goTo, NO_FINGERS, notIn, open, openShop, paste, PHONE, screen, shoot, SHOP, text, until } from "../page.mjs";

/** The till is not let in any more, and the shop is. */
const OTHER = SHOP.replace("app: till}}\n    ports", "app: web}}\n    ports");

const header = (page) => page.locator(".header .compare");
const said = (page) => page.locator(".answers > header p").innerText();
const tools = (page, name) => page.locator(".compare-tools").getByRole("button", { name });
const choice = (page, name) => page.getByRole("dialog", { name: "Compare with" }).getByRole("button", { name, exact: true });
const rows = (page) => page.locator(".answer-groups li");
const cells = (page, change) => page.locator(`.matrix td.${change} button`);

/** Baseline and edited files. */
async function edited(options) {
    const page = await openShop(options);
    await header(page).click();
    await until(/^Nothing differs from the baseline yet/, () => said(page), "the summary");
    await paste(page, OTHER);
    await until("1 flow opened and 1 closed, by 1 edit.", () => said(page), "the summary");
    return page;
}

export default {
    async "what an edit opens and closes is listed with the edit, and marked in graph and matrix"() {
        const page = await edited();
        assert.match(await rows(page).nth(0).innerText(), /corner\/web → corner\/store[^]*TCP 5432, before nothing[^]*NetworkPolicy corner\/store-only-from-till \(changed\)/);
        assert.match(await rows(page).nth(1).innerText(), /corner\/till → corner\/store[^]*nothing, before TCP 5432/);
        await until(/^Compare\s*2$/, () => header(page).innerText(), "how many differ");
        // The sign is in the picture, not only a colour.
        assert.match(await arrow(page, "web", "store").getAttribute("class"), /\bopened\b/);
        assert.match(await arrow(page, "web", "store").getAttribute("aria-label"), /; opened since the baseline$/);
        assert.match(await arrow(page, "till", "store").getAttribute("class"), /\bclosed\b/);
        assert.match(await page.locator("svg.graph .words").textContent(), /\+ 5432[^]*−|−[^]*\+ 5432/);
        assert.match(await page.locator(".legend-foot").innerText(), /\+\s*opened[^]*−\s*closed/);
        await shoot(page, "compare");
        await accessible(page, "a comparison");
        await page.getByRole("tab", { name: "Matrix" }).click();
        await until("+5432", async () => (await cells(page, "opened").innerText()).replace(/\s/g, ""), "the cell of what opened");
        assert.match(await cells(page, "closed").getAttribute("aria-label"), /corner\/till to corner\/store: denied.*; closed since the baseline$/);
        await shoot(page, "compare-matrix");
        await accessible(page, "the matrix of a comparison");
        // A row leads to its edit and to its flow.
        await header(page).click();
        await rows(page).nth(0).getByRole("button", { name: /^show .*line/ }).first().click();
        await until(true, () => page.evaluate(() => document.activeElement.classList.contains("cm-content")), "the editor has the focus");
        await rows(page).nth(0).getByRole("button", { name: /Show the flow/ }).click();
        await until("corner/web", () => page.getByRole("combobox", { name: "from", exact: true }).inputValue(), "the question");
    },

    async "swap, back and stop are one step each, and can be taken back"() {
        const page = await edited();
        await tools(page, "swap baseline and files").click();
        assert.match(await text(page), /app: till\}\}\n    ports/);
        await until("1 flow opened and 1 closed, by 1 edit.", () => said(page), "the summary");
        assert.match(await rows(page).nth(0).innerText(), /corner\/till → corner\/store/, "the other way round");
        await page.locator(".toast").getByRole("button", { name: /Undo/ }).click();
        await until(/corner\/web → corner\/store/, () => rows(page).nth(0).innerText(), "as before");
        await tools(page, "back to the baseline").click();
        await until(/^Nothing differs/, () => said(page), "the summary");
        await page.locator(".toast").getByRole("button", { name: /Undo/ }).click();
        await until(/^1 flow opened/, () => said(page), "the summary");
        // By keyboard.
        await tools(page, "stop comparing").focus();
        await page.keyboard.press("Enter");
        await until(/^Keep the files as they are/, () => said(page), "nothing is compared");
        assert.equal(await page.locator("svg.graph .opened").count(), 0);
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("button", { name: "Undo the last change to files" }).click();
        await until(/^1 flow opened/, () => said(page), "it is compared again");
    },

    async "a comparison is kept over a reload, and a link holds both sides"() {
        const page = await edited();
        await until(true, () => page.evaluate(() => Object.values(localStorage).some((kept) => kept.includes("netpolis scene 1"))), "it is stored");
        await page.evaluate(() => new Promise((next) => setTimeout(next, 400)));
        await page.reload();
        await header(page).click();
        await until("1 flow opened and 1 closed, by 1 edit.", () => said(page), "the summary");
        await page.getByRole("button", { name: "Share" }).click();
        const link = page.getByRole("textbox", { name: "link" });
        const both = await link.inputValue();
        await shoot(page, "compare-share");
        await accessible(page, "sharing a comparison");
        await page.getByRole("checkbox", { name: /with the baseline/ }).uncheck();
        await until(true, async () => (await link.inputValue()).length < both.length, "the link without the baseline is shorter");
        const alone = new URL(await link.inputValue()).hash;
        await page.context().close();
        const other = await open({}, new URL(both).hash);
        await header(other).click();
        await until("1 flow opened and 1 closed, by 1 edit.", () => said(other), "the summary");
        await other.context().close();
        const plain = await open({}, alone);
        assert.equal(await header(plain).getAttribute("aria-pressed"), "false");
    },

    async "any two can be compared: an example, an engine, a file, a link"() {
        const page = await openShop();
        await page.getByRole("tab", { name: /^Answers/ }).click();
        await page.getByRole("group", { name: "Which answers" }).getByRole("button", { name: "Compare" }).click();
        await until(/^Keep the files as they are/, () => said(page), "what can be done");
        await tools(page, "Compare with…").click();
        await shoot(page, "compare-with");
        await accessible(page, "what can be compared with");
        await choice(page, "No engine").click();
        await until(/by other assumptions/, () => said(page), "the summary");
        await until(/No engine/, () => tools(page, /^Baseline/).innerText(), "what is compared with");
        const [chooser] = await Promise.all([
            page.waitForEvent("filechooser"),
            tools(page, /^Baseline/).click().then(() => choice(page, "Files…").click()),
        ]);
        await chooser.setFiles({ name: "before.yaml", mimeType: "text/yaml", buffer: Buffer.from(OTHER) });
        await until("1 flow opened and 1 closed, by 1 edit.", () => said(page), "the summary");
        assert.match(await tools(page, /^Baseline/).innerText(), /before\.yaml/);
        await tools(page, /^Baseline/).click();
        await choice(page, "Online boutique").click();
        await until(/flows? opened.*closed/, () => said(page), "the summary");
        assert.match(await tools(page, /^Baseline/).innerText(), /Online boutique/);
        if (given.name !== "chromium") return;
        await page.getByRole("button", { name: "Share" }).click();
        const link = await page.getByRole("textbox", { name: "link" }).inputValue();
        await page.getByRole("dialog").getByRole("button", { name: "close" }).click();
        await page.evaluate((link) => navigator.clipboard.writeText(link), link);
        await tools(page, /^Baseline/).click();
        await choice(page, "A link or text on the clipboard").click();
        await until(/^Nothing differs/, () => said(page), "the same as in the link");
    },

    async "the text shows line by line what differs, and each change can be taken back"() {
        const page = await edited();
        await tools(page, "Line by line").click();
        const gone = page.locator(".cm-deletedChunk");
        await until(1, () => gone.count(), "the line of the baseline");
        assert.match(await gone.innerText(), /app: till/);
        await until(1, () => page.locator(".cm-changedLine", { hasText: "app: web" }).count(), "the line in its place");
        await accessible(page, "changes in the text");
        await shoot(page, "compare-text");
        await gone.getByRole("button", { name: "take back this change" }).click();
        await until(0, () => gone.count(), "as in the baseline");
        await until(/^Nothing differs/, () => said(page), "the flows, too");
        // By keyboard: undone, gone to, taken back.
        await editor(page).click();
        await page.keyboard.press("Control+z");
        await until(1, () => gone.count(), "undone");
        await page.keyboard.press("Control+Home");
        await page.keyboard.press("F7");
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox", { name: "Command or name" }).fill("take back the change");
        await page.keyboard.press("Enter");
        await until(0, () => gone.count(), "taken back");
        await tools(page, "Line by line").click();
        await paste(page, OTHER);
        await until("1 flow opened and 1 closed, by 1 edit.", () => said(page), "the summary");
        assert.equal(await gone.count(), 0, "not shown any more");
    },

    async "the table for a review is copied"() {
        const page = await edited();
        await tools(page, "copy as Markdown").click();
        await until(/Copied/, () => page.locator(".toast").innerText(), "that it is copied");
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        assert.match(copied, /^1 flow opened and 1 closed, by 1 edit\.\n\n\| change \| from \| to \| before \| after \| by \| decided by \|\n/);
        assert.match(copied, /\| added \| corner\/web\[Pod\] \| corner\/store\[Pod\] \| No Connections \| TCP 5432 \| NetworkPolicy corner\/store-only-from-till \(changed, /);
    },

    "a comparison fits a phone": notIn(NO_FINGERS, async () => {
        const page = await openShop({ viewport: PHONE, hasTouch: true, isMobile: true });
        await page.getByRole("button", { name: "More" }).tap();
        await page.locator(".compare-item").tap();
        await until(/^Nothing differs/, () => said(page), "the summary");
        await goTo(page, "Text");
        await paste(page, OTHER);
        await screen(page, "Reports").tap();
        await until("1 flow opened and 1 closed, by 1 edit.", () => said(page), "the summary");
        await shoot(page, "phone-compare");
        await accessible(page, "a comparison on a phone");
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.equal(wide, false, "nothing is wider than the window");
        await tools(page, /^Baseline/).tap();
        await shoot(page, "phone-compare-with");
        assert.ok((await choice(page, "Files…").boundingBox()).height >= 40, "a finger meets it");
        await page.getByRole("dialog").getByRole("button", { name: "close" }).tap();
        assert.ok((await tools(page, "stop comparing").boundingBox()).height >= 40, "a finger meets it");
        await tools(page, "stop comparing").tap();
        await until(/^Keep the files as they are/, () => said(page), "nothing is compared");
    }),

    "the glow of what is new respects reduced motion": notIn({ firefox: "its driver emulates no such wish", webkit: "its driver emulates no such wish" }, async () => {
        const motion = async (reducedMotion) => {
            const page = await edited({ reducedMotion });
            const name = await page.locator(".arrow.opened .glow").evaluate((glow) => getComputedStyle(glow).animationName);
            await page.context().close();
            return name;
        };
        assert.equal(await motion("no-preference"), "glow");
        assert.equal(await motion("reduce"), "none");
    }),

    async "the boutique with other policies, by light and dark"() {
        for (const colorScheme of ["light", "dark"]) {
            const page = await open({ colorScheme });
            await page.locator(".header .pick").first().click();
            await page.locator(".examples .example", { hasText: "Online boutique" }).click();
            await until("Online boutique", () => page.locator(".header .pick b").first().innerText(), "the example is open");
            await header(page).click();
            await until(/^Nothing differs/, () => said(page), "the summary");
            const policies = await text(page);
            await paste(page, policies.replace("app: adservice}}\n      ports:\n        - {protocol: TCP, port: 9555}", "app: paymentservice}}\n      ports:\n        - {protocol: TCP, port: 50051}"));
            await until("1 flow closed, by 1 edit. Nothing new is allowed.", () => said(page), "the summary");
            await shoot(page, `compare-boutique-${colorScheme}`);
            await accessible(page, `the boutique, ${colorScheme}`);
            await editor(page).waitFor();
            await page.context().close();
        }
    },
};
