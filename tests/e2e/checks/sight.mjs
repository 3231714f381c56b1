// What can be read: words are whole, lines keep off them, and what belongs to something stands there.
import assert from "node:assert/strict";
import { PHONE, SHOP, SIZES, given, marks, open, openShop, paste, shoot, until } from "../page.mjs";

const isNarrow = (options) => options.viewport.width <= 900;
const screen = async (page, options, name) => {
    if (isNarrow(options)) await page.getByRole("navigation", { name: "Screens" }).getByRole("button", { name }).click();
};
const fileName = (size) => size.replace(/\W+/g, "");

async function openExample(options, title) {
    const page = await open(options);
    await page.locator(".header .pick").first().click();
    await page.locator(".examples .example", { hasText: title }).first().click();
    await until(title, () => page.locator(".header .pick b").first().innerText(), "the example is open");
    return page;
}

/** The embedded page alone, in a frame of this size. */
async function openEmbed(viewport, fragment) {
    const context = await given.browser.newContext({ viewport });
    const page = await context.newPage();
    await page.goto(`${given.site.address}embed.html${fragment}`);
    await page.locator(".embed .verdict h2, .embed .matrix").first().waitFor();
    return page;
}

/** Visible elements whose words are cut by themselves or by a box around them, or squeezed into a column of a few letters. */
const unreadable = (page, selector, least = 90) => page.evaluate(([selector, least]) => {
    const found = [];
    for (const element of document.querySelectorAll(selector)) {
        const area = element.getBoundingClientRect();
        if (!area.width || getComputedStyle(element).visibility === "hidden") continue;
        const say = `${selector} "${element.textContent.trim().slice(0, 40)}"`;
        if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth) found.push(`${say} is cut`);
        for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
            const box = around.getBoundingClientRect();
            if (getComputedStyle(around).overflowX !== "visible" && (area.left < box.left - 1 || area.right > box.right + 1)) found.push(`${say} is cut by ${around.className}`);
        }
        if (area.width < least && area.height > 60) found.push(`${say} is squeezed: ${area.width} by ${area.height}`);
    }
    return found;
}, [selector, least]);

export default {
    async "the legend is there, or a press away, at every size, and whole"() {
        for (const [size, options] of Object.entries(SIZES)) {
            const page = await openExample(options, "Online boutique");
            await screen(page, options, "Graph");
            const shown = page.locator(".legend:visible");
            if (isNarrow(options)) {
                assert.equal(await shown.count(), 0, `${size}: the drawing has the room`);
                const button = page.getByRole("button", { name: "legend, save the picture" });
                const area = await button.boundingBox();
                if (options.hasTouch) assert.ok(area.width >= 40 && area.height >= 40, `${size}: large enough for a finger: ${area.width} by ${area.height}`);
                await button.click();
                assert.equal(await page.getByRole("button", { name: "Save as PNG" }).count(), 1, `${size}: saving is there as well`);
            }
            await until(1, () => shown.count(), `${size}: one legend`);
            await until(/allowed.*denied.*isolated.*denied from n.*drawn without arrows: 1\d\d denied flows/s, () => shown.innerText(), size);
            assert.deepEqual(await unreadable(page, ".legend, .legend span"), [], size);
            const area = await shown.boundingBox();
            assert.ok(area.x >= 0 && area.x + area.width <= options.viewport.width && area.y + area.height <= options.viewport.height, `${size}: ${JSON.stringify(area)}`);
            await shoot(page, `legend-${fileName(size)}`);
            await page.context().close();
        }
    },

    async "words are neither cut nor squeezed: what is not evaluated, names beside buttons, scenes, plans"() {
        const broken = `${SHOP}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a-policy-with-a-long-name, namespace: corner}\nspec: {podSelector: {}, policyTypes: [Ingres]}\n`;
        for (const [size, options] of Object.entries(SIZES)) {
            const page = await openShop(options);
            await screen(page, options, "Text");
            await paste(page, broken);
            await screen(page, options, "Graph");
            await until(true, async () => (await page.locator(".coverage-words:visible").count()) >= 2, `${size}: graph and verdict say it`);
            assert.deepEqual(await unreadable(page, ".coverage-words"), [], size);
            await marks(page).filter({ hasText: "store" }).first().press("Enter");
            await page.locator(".end-panel").waitFor();
            assert.deepEqual(await unreadable(page, ".end-panel h2"), [], size);
            await page.getByRole("button", { name: "More" }).click();
            await page.locator(".menu-list").getByRole("button", { name: "Recent scenes…" }).click();
            await page.getByRole("dialog").getByText("shown now").waitFor();
            assert.deepEqual(await unreadable(page, ".scene span, .scene time"), [], size);
            await page.context().close();
            const plan = await openExample(options, "Azure: the course's cluster, Azure CNI");
            await screen(plan, options, "Policies");
            await plan.getByRole("tab", { name: "Addresses" }).click();
            await plan.locator(".sliders").first().waitFor();
            const [wide, needed] = await plan.locator(".slider select").first().evaluate((select) => {
                const probe = document.createElement("span");
                probe.style.cssText = `position:absolute;visibility:hidden;white-space:nowrap;font:${getComputedStyle(select).font}`;
                probe.textContent = select.selectedOptions[0].textContent;
                document.body.append(probe);
                const needed = probe.getBoundingClientRect().width + 30;
                probe.remove();
                return [select.getBoundingClientRect().width, needed];
            });
            assert.ok(wide >= needed, `${size}: the plugin's name is cut: ${wide} of ${needed}`);
            assert.ok((await plan.locator(".uses code").first().evaluate((code) => code.getClientRects().length)) === 1, `${size}: an address range in one line`);
            await plan.context().close();
        }
    },

    async "the flow's line in the cloud's picture crosses no words"() {
        for (const [size, options] of Object.entries(SIZES)) {
            for (const title of ["Azure: the course's cluster, Azure CNI", "Azure: the course's cluster, kubenet"]) {
                const page = await openExample(options, title);
                await screen(page, options, "Graph");
                await page.locator(".az-line path").last().waitFor({ state: "attached" });
                await page.waitForTimeout(150);
                const crossed = await page.evaluate(() => {
                    const line = document.querySelector(".az-line path:not(.glow):not(.cross)");
                    const frame = document.querySelector(".azure-world").getBoundingClientRect();
                    const words = [...document.querySelectorAll(".azure-world :is(b, code, small, .az-signs span, .az-pod > span, .az-badge > span:not(.az-way))")];
                    const places = words.map((word) => [word.textContent, word.getBoundingClientRect()]);
                    const found = new Set();
                    for (let at = 0; at <= line.getTotalLength(); at += 2) {
                        const point = line.getPointAtLength(at);
                        const [x, y] = [point.x + frame.left, point.y + frame.top];
                        for (const [text, r] of places) if (x > r.left && x < r.right && y > r.top + 1 && y < r.bottom - 1) found.add(text);
                    }
                    return [...found];
                });
                await shoot(page, `azure-line-${fileName(size)}`);
                assert.deepEqual(crossed, [], `${size}, ${title}`);
                await page.context().close();
            }
        }
    },

    async "a message stands in the window that is open, and covers nothing there"() {
        for (const options of [SIZES["1440x900"], SIZES["200 %"], SIZES["390x844"]]) {
            const page = await open(options);
            await page.getByRole("button", { name: "Share" }).click();
            const copy = page.getByRole("button", { name: "Copy link" });
            const before = await copy.boundingBox();
            await copy.click();
            const toast = page.getByRole("dialog").locator(".toast");
            await until(/Link copied/, () => toast.innerText(), "said in the window");
            assert.equal(await page.locator(".toast").count(), 1, "once");
            assert.deepEqual(await copy.boundingBox(), before, "what was pressed stays where it is");
            const seen = await toast.evaluate((t) => {
                const { left, top, right, bottom } = t.getBoundingClientRect();
                return t.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
            });
            assert.ok(seen, "in front");
            const area = await toast.boundingBox();
            for (const control of await page.getByRole("dialog").locator(".window-body").all()) {
                const body = await control.boundingBox();
                assert.ok(body.y + body.height <= area.y + 1, `below what can be done there: ${JSON.stringify([body, area])}`);
            }
            await toast.getByRole("button", { name: "dismiss" }).click();
            await until(0, () => page.locator(".toast").count(), "gone");
            await page.context().close();
        }
    },

    async "what waits for a destination says so beside the tools, and covers nothing"() {
        for (const [size, options] of Object.entries(SIZES)) {
            const page = await openShop(options);
            await marks(page).filter({ hasText: "till" }).first().press("Enter");
            await page.locator(".ask-sign").focus();
            await page.keyboard.press("Enter");
            const note = await page.getByRole("status").filter({ hasText: "choose the destination" }).boundingBox();
            for (const other of await page.locator(".tools button").all()) {
                if ((await other.evaluate((b) => getComputedStyle(b).visibility)) === "hidden") continue;
                const area = await other.boundingBox();
                if (!area) continue;
                const clear = area.x >= note.x + note.width || area.x + area.width <= note.x || area.y >= note.y + note.height || area.y + area.height <= note.y;
                assert.ok(clear, `${size}: ${await other.getAttribute("aria-label")} is under the note`);
            }
            await page.context().close();
        }
    },

    async "an embedded page fills its frame"() {
        const page = await open();
        await page.getByRole("button", { name: "Share" }).click();
        const code = await page.getByRole("textbox", { name: "embed code" }).inputValue();
        const [, hash] = /embed\.html(#[^"&]+)/.exec(code);
        for (const viewport of [PHONE, { width: 700, height: 420 }, { width: 1024, height: 420 }]) {
            for (const view of ["graph", "trace", "matrix"]) {
                const embed = await openEmbed(viewport, `${hash}&view=${view}`);
                const [bottom, foot] = await embed.evaluate(() => [
                    Math.max(...[...document.querySelectorAll(".embed .pane")].map((p) => p.getBoundingClientRect().bottom)),
                    document.querySelector(".embed-foot").getBoundingClientRect().top,
                ]);
                assert.ok(Math.abs(bottom - foot) <= 1, `${view} at ${viewport.width}: ends at ${bottom} of ${foot}`);
                if (view === "graph") {
                    const [canvas, panel] = [await embed.locator(".canvas").boundingBox(), await embed.locator(".inspector").boundingBox()];
                    assert.ok(canvas.height > 180 && panel.height > 180, `both can be used at ${viewport.width}: ${canvas.height}, ${panel.height}`);
                }
                await shoot(embed, `embed-${view}-${viewport.width}`);
                await embed.context().close();
            }
        }
    },
};
