// Every size of screen, for everybody.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { DESKTOP, PHONE, SIZES, accessible, ask, editor, marks, open, openExample, openShop, paste, shoot, until, verdict, word } from "../page.mjs";

const isNarrow = (options) => options.viewport.width <= 900;
const isPhone = (options) => options.viewport.width < 500;

const box = (page, selector) => page.locator(selector).first().boundingBox();
const screens = (page) => page.getByRole("navigation", { name: "Screens" }).getByRole("button");

/**
 * Controls that are covered by something else: at the middle of the part of them that is in sight another element is on top. Menus and
 * windows that are open lie over others on purpose.
 */
function covered(page) {
    return page.evaluate(() => {
        const found = [];
        const controls = document.querySelectorAll("button, a[href], input, select, textarea, [role='button'], [role='separator'], [role='tab'], summary");
        for (const control of controls) {
            if (control.closest("dialog, .menu-list, [hidden], .cm-editor") || control.matches(".spot, .arrow, [data-fold]")) continue;
            // What is in a closed part has a place, and is not on the screen.
            if (!control.checkVisibility()) continue;
            let { left, top, right, bottom } = control.getBoundingClientRect();
            if (right - left < 1 || bottom - top < 1 || getComputedStyle(control).visibility === "hidden") continue;
            // The part of it that its panes show.
            for (let around = control.parentElement; around; around = around.parentElement) {
                const style = getComputedStyle(around);
                if (style.display === "contents" || (style.overflowX === "visible" && style.overflowY === "visible")) continue;
                const area = around.getBoundingClientRect();
                [left, top, right, bottom] = [Math.max(left, area.left), Math.max(top, area.top), Math.min(right, area.right), Math.min(bottom, area.bottom)];
            }
            [left, top, right, bottom] = [Math.max(left, 0), Math.max(top, 0), Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
            if (right - left < 6 || bottom - top < 6) continue;
            // A rest that its pane scrolls out of sight, at a border that is nine pixels wide.
            if (bottom - top < 12 && control.getBoundingClientRect().height > 12) continue;
            const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
            if (!at || control.contains(at) || at.contains(control) || at.closest("label")?.contains(control)) continue;
            // Arrows of the drawing pass over cards, as does the map of one that has no room, from under which it is drawn; and heads of a table that stay over cells.
            if (control.closest("svg.graph") && at.closest("svg.graph, .minimap")) continue;
            if (control.closest(".matrix") && at.closest(".matrix th")) continue;
            const say = (e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""} "${(e.getAttribute("aria-label") ?? e.textContent).trim().slice(0, 40)}"`;
            found.push(`${say(control)} under ${say(at)}`);
        }
        return found;
    });
}

async function nothingCovered(page, where) {
    assert.deepEqual(await covered(page), [], where);
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= seen, `${where}: ${wide} wide on ${seen}`);
}

const overlap = (a, b) => Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 1 && Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 1;

/** What has the focus, in a word; `body` if nothing has it. */
const focused = (page) => page.evaluate(() => {
    const active = document.activeElement;
    if (!active || active === document.body) return "body";
    return `${active.tagName.toLowerCase()} ${active.getAttribute("aria-label") ?? active.id ?? ""} ${active.textContent.trim().slice(0, 30)}`.replace(/\s+/g, " ");
});

/** The focus is on something that can be seen, after the page has come to rest. */
async function keepsFocus(page, what) {
    await page.waitForTimeout(120);
    await until(/^(?!body)/, () => focused(page), `${what}: what has the focus`);
    const seen = await page.evaluate(() => document.activeElement.getClientRects().length > 0);
    assert.ok(seen, `${what}: ${await focused(page)} has the focus and is not shown`);
}

export default {
    async "accessible, light"() {
        const page = await open({ colorScheme: "light" });
        await shoot(page, "light");
        await accessible(page, "start, light");
        await page.getByRole("tab", { name: /Problems/ }).click();
        await accessible(page, "problems, light");
        await page.getByRole("button", { name: "Share" }).click();
        await accessible(page, "share, light");
        await page.getByRole("dialog").getByRole("button", { name: "close" }).click();
        await page.getByRole("button", { name: /^Example/ }).click();
        await accessible(page, "menu, light");
    },

    async "accessible, dark"() {
        const page = await open({ colorScheme: "dark" });
        await shoot(page, "dark");
        await accessible(page, "start, dark");
        await page.locator(".rung summary").first().click();
        await accessible(page, "trace opened, dark");
    },

    async "accessible on a phone, without sideways scrolling"() {
        const page = await open({ viewport: PHONE, hasTouch: true, isMobile: true, colorScheme: "light" });
        const titles = await screens(page).allInnerTexts();
        assert.ok(titles.length >= 4, titles.join());
        for (const [i, title] of titles.entries()) {
            await screens(page).nth(i).click();
            const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.ok(wide <= seen, `${title}: ${wide} wide on ${seen}`);
            await shoot(page, `phone-${i + 1}`);
            await accessible(page, `phone, ${title.split("\n")[0]}`);
        }
    },

    async "readable at 200 % text and on a narrow window"() {
        const page = await open({ viewport: { width: 720, height: 450 } });
        const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(wide <= seen, `${wide} wide on ${seen}`);
        await shoot(page, "narrow");
    },

    async "no control lies under another, on any screen of any size"() {
        for (const [size, options] of Object.entries(SIZES)) {
            for (const colorScheme of size === "1024x768" ? ["light", "dark"] : ["light"]) {
                const page = await open({ ...options, colorScheme });
                await editor(page).waitFor({ state: "attached" });
                await nothingCovered(page, `${size}, start`);
                const name = size.replace(/\W+/g, "");
                if (isNarrow(options)) {
                    for (let i = 0; i < (await screens(page).count()); i++) {
                        await screens(page).nth(i).click();
                        await nothingCovered(page, `${size}, screen ${i + 1}`);
                        // Never an empty screen: something of the screen itself can be seen and read.
                        const words = await page.evaluate(() => [...document.querySelectorAll(".pane")].filter((p) => p.getClientRects().length).map((p) => p.innerText).join(" ").trim());
                        assert.ok(words.length > 8, `${size}, screen ${i + 1} is empty`);
                    }
                } else {
                    for (const tab of await page.locator(".bottom [role='tab']").all()) {
                        await tab.click();
                        await nothingCovered(page, `${size}, ${await tab.innerText()}`);
                    }
                }
                await shoot(page, `layout-${name}-${colorScheme}`);
                await page.context().close();
            }
        }
    },

    async "the cloud's view has nothing under anything, and a phone reaches effective rules and addresses"() {
        for (const [size, options] of Object.entries(SIZES)) {
            const page = await open(options);
            await page.locator(".header .pick").first().click();
            await page.locator(".examples .example", { hasText: "course's cluster, Azure CNI" }).click();
            if (isNarrow(options)) {
                await page.locator(".page.has-cloud").waitFor();
                await screens(page).filter({ hasText: "Graph" }).click();
                await nothingCovered(page, `${size}, cloud`);
                await screens(page).filter({ hasText: "Policies" }).click();
            } else {
                await page.locator(".az-region").first().waitFor();
                await nothingCovered(page, `${size}, cloud`);
            }
            await page.getByRole("tab", { name: "Effective rules" }).click();
            await page.locator(".rules-table").first().waitFor();
            await nothingCovered(page, `${size}, effective rules`);
            await page.getByRole("tab", { name: "Addresses" }).click();
            await page.locator("output").first().waitFor();
            await nothingCovered(page, `${size}, addresses`);
            if (isNarrow(options)) await page.getByRole("tab", { name: "Policies" }).click();
            await shoot(page, `cloud-${size.replace(/\W+/g, "")}`);
            await page.context().close();
        }
    },

    async "the graph is the widest pane, and its legend and its buttons are beside it"() {
        for (const [size, options] of Object.entries(SIZES)) {
            const page = await open(options);
            const canvas = await box(page, ".canvas");
            if (!isNarrow(options)) {
                const others = [await box(page, ".editor-pane"), await box(page, ".inspector")];
                for (const other of others) assert.ok(canvas.width > other.width, `${size}: ${canvas.width} of the graph, ${other.width} beside it`);
            }
            for (const other of [".legend", ".toolbar", ".tools button"]) {
                const area = await box(page, other);
                if (area) assert.ok(!overlap(canvas, area), `${size}: ${other} lies on the graph`);
            }
            // All of the picture is there, and large enough to be read.
            const cards = page.locator("g.mark.card");
            for (const card of await cards.all()) {
                const area = await card.boundingBox();
                assert.ok(area.x >= canvas.x && area.y >= canvas.y && area.x + area.width <= canvas.x + canvas.width && area.y + area.height <= canvas.y + canvas.height, `${size}: a card is out of sight`);
            }
            const scale = await page.evaluate(() => document.querySelector("svg.graph .world").getCTM().a);
            assert.ok(scale >= 0.5, `${size}: the graph is drawn at ${scale}`);
            await page.context().close();
        }
    },

    async "widths follow the window, and those that were chosen stay"() {
        const page = await open();
        const wide = (await box(page, ".editor-pane")).width;
        await page.setViewportSize({ width: 1024, height: 768 });
        await until(/^true$/, async () => String((await box(page, ".editor-pane")).width < wide - 60), "the editor gives way");
        const splitter = page.getByRole("separator", { name: "width of the editor" });
        await splitter.focus();
        await page.keyboard.press("ArrowRight");
        const chosen = (await box(page, ".editor-pane")).width;
        await page.setViewportSize(DESKTOP);
        await page.waitForTimeout(100);
        assert.equal((await box(page, ".editor-pane")).width, chosen);
    },

    async "a phone has the engines, and the theme"() {
        const page = await open(SIZES["360x640"]);
        await page.getByRole("button", { name: /^Engine/ }).click();
        const list = page.locator(".menu-list");
        const area = await list.boundingBox();
        assert.ok(area.x >= 0 && area.x + area.width <= 360, JSON.stringify(area));
        await shoot(page, "phone-engine");
        await list.getByRole("button", { name: /^No engine/ }).click();
        await until("allowed", () => word(page), "nothing enforces");
        await page.locator(".banner").waitFor();
        await nothingCovered(page, "no engine");
        await page.getByRole("button", { name: "More" }).click();
        await list.getByRole("button", { name: /^Theme/ }).click();
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    },

    async "a message covers no control"() {
        for (const [size, options] of Object.entries(SIZES)) {
            const page = await open(options);
            // Over a picture and a matrix with much in them.
            await page.locator(".header .pick").first().click();
            await page.locator(".examples .example", { hasText: "zero trust" }).click();
            await page.locator(".toast").waitFor();
            await page.waitForTimeout(300);
            await nothingCovered(page, `${size}, with a message over an example`);
            await page.getByRole("button", { name: "More" }).click();
            await page.getByRole("button", { name: "New scene" }).click();
            await page.locator(".empty h2").waitFor({ state: "attached" });
            const toast = await page.locator(".toast").boundingBox();
            await nothingCovered(page, `${size}, with a message`);
            for (const control of await page.locator("button:visible, [role='tab']:visible, input:visible").all()) {
                const inside = await control.evaluate((c) => Boolean(c.closest(".toasts")));
                const area = await control.boundingBox();
                if (!inside && area) assert.ok(!overlap(toast, area), `${size}: ${await control.innerText()} is under the message`);
            }
            await shoot(page, `empty-${size.replace(/\W+/g, "")}`);
            await page.context().close();
        }
    },

    async "the empty page helps: from the clipboard, from files, by an example"() {
        const page = await open();
        const clear = async () => {
            await page.getByRole("button", { name: "More" }).click();
            await page.getByRole("button", { name: "New scene" }).click();
            await page.getByRole("heading", { name: "No pods yet" }).waitFor();
        };
        await clear();
        await accessible(page, "empty");
        await page.evaluate(() => navigator.clipboard.writeText("apiVersion: v1\nkind: Pod\nmetadata: {name: lonely}\nspec: {containers: [{name: c, image: i}]}\n"));
        await page.getByRole("button", { name: "Paste" }).click();
        await marks(page).filter({ hasText: "lonely" }).first().waitFor();
        // One goes on writing behind it: it is not selected, and so not replaced by the next key.
        await page.locator(".cm-content").focus();
        await page.keyboard.type("# more");
        await until(/name: lonely[^]*# more$/, async () => (await page.locator(".cm-content").innerText()).trim(), "what was pasted, and what was written");
        await clear();
        const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Choose files…" }).click()]);
        await chooser.setFiles({ name: "pods.yaml", mimeType: "text/plain", buffer: Buffer.from("apiVersion: v1\nkind: Pod\nmetadata: {name: chosen}\nspec: {containers: [{name: c, image: i}]}\n") });
        await marks(page).filter({ hasText: "chosen" }).first().waitFor();
        await clear();
        await page.getByRole("button", { name: "Open an example" }).click();
        await verdict(page).waitFor();
    },

    async "what is no text is refused by its name"() {
        const page = await open();
        const before = await page.locator(".editor-pane [role='tab']").count();
        await page.evaluate(() => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2])], "photo.png", { type: "image/png" }));
            document.querySelector(".page").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        });
        await until(/photo\.png is an image/, () => page.locator(".toasts").innerText(), "why it is not opened");
        assert.equal(await page.locator(".editor-pane [role='tab']").count(), before);
    },

    async "what is new comes into sight, and nothing moves without need"() {
        const page = await openShop();
        const world = () => page.evaluate(() => document.querySelector("svg.graph .world").getAttribute("transform"));
        const canvas = await box(page, ".canvas");
        // Near, so that there is no room for more.
        await page.mouse.move(canvas.x + 60, canvas.y + 60);
        for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -240);
        const zoomed = await world();
        await editor(page).click();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("\n# a remark\n");
        await page.waitForTimeout(500);
        assert.equal(await world(), zoomed, "the camera stays where nothing is new");
        await page.keyboard.insertText("---\napiVersion: v1\nkind: Pod\nmetadata: {name: newcomer, namespace: elsewhere}\nspec: {containers: [{name: c, image: i}]}\n");
        const card = marks(page).filter({ hasText: "newcomer" }).first();
        await card.waitFor();
        await page.waitForTimeout(200);
        const [area, sight] = [await card.boundingBox(), await box(page, ".canvas")];
        assert.ok(area.x >= sight.x && area.y >= sight.y && area.x + area.width <= sight.x + sight.width && area.y + area.height <= sight.y + sight.height, JSON.stringify([area, sight]));
    },

    async "the keyboard's place is never lost"() {
        const page = await openShop();
        const press = async (keys, what) => {
            for (const key of keys) await page.keyboard.press(key);
            await keepsFocus(page, what);
        };
        const go = (locator) => locator.focus();
        // Menus and windows.
        await go(page.getByRole("button", { name: /^Denied flows/ }));
        await press(["ArrowDown", "ArrowDown", "Enter"], "an entry of a menu");
        assert.match(await focused(page), /Denied flows/);
        await go(page.getByRole("button", { name: "More" }));
        await press(["Enter", "Escape"], "a menu closed");
        assert.match(await focused(page), /More/);
        for (const way of [["Escape"], ["Tab", "Shift+Tab", "Enter"]]) {
            await go(page.getByRole("button", { name: "Share" }));
            await press(["Enter"], "a window opened");
            await press(way, `a window closed by ${way}`);
            if (await page.getByRole("dialog").count()) await press(["Escape"], "closed after all");
            assert.match(await focused(page), /Share/);
        }
        await go(page.getByRole("button", { name: "More" }));
        await page.keyboard.press("Enter");
        await go(page.getByRole("button", { name: "About Netpolis" }));
        await press(["Enter"], "a window from a menu");
        await press(["Escape"], "closed again");
        assert.match(await focused(page), /More/);
        // Files.
        await go(page.getByRole("button", { name: "new file" }));
        await press(["Enter"], "a new file");
        await go(page.locator(".editor-pane [role='tab'][aria-selected='true']"));
        await press(["F2"], "renaming");
        assert.match(await focused(page), /^input file name/);
        await press(["x", "Enter"], "renamed");
        await go(page.locator(".editor-pane [role='tab'][aria-selected='true']"));
        await press(["Delete"], "a closed file");
        await go(page.locator(".toast").getByRole("button", { name: "Undo" }));
        await press(["Enter"], "undo");
        // A close button that goes with its file.
        await page.locator(".editor-pane [role='tab']").last().click();
        await page.locator(".editor-pane .tab.on .close").click();
        await keepsFocus(page, "a file closed by the mouse");
        // Questions.
        const from = page.getByRole("combobox", { name: "from", exact: true });
        await go(from);
        await press(["ArrowDown", "ArrowDown", "Enter"], "an end chosen");
        await press(["Escape"], "Escape in a field");
        await go(page.getByRole("button", { name: "swap source and destination" }));
        await press(["Enter"], "swapped");
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "before the change");
        await go(page.getByRole("button", { name: "Apply" }));
        await press(["Enter"], "a change applied");
        await until("allowed", () => word(page), "after the change");
        await keepsFocus(page, "after the change is evaluated");
        // The panel of an end.
        await go(marks(page).filter({ hasText: "store" }).first());
        await press(["Enter"], "an end selected");
        await go(page.getByRole("button", { name: "back to the flow" }));
        await press(["Enter"], "its panel closed");
        // Panes.
        await go(page.getByRole("separator", { name: "width of the editor" }));
        await press(["Enter"], "the editor hidden by its border");
        await go(page.getByRole("button", { name: "More" }));
        await page.keyboard.press("Enter");
        await go(page.getByRole("button", { name: "Show editor" }));
        await press(["Enter"], "the editor shown");
        for (const name of ["hide this panel", "show this panel"]) {
            await go(page.getByRole("button", { name }));
            await press(["Enter"], name);
        }
        for (const tab of ["Path", "Policies", "Problems", "Matrix"]) {
            await go(page.getByRole("tab", { name: new RegExp(tab) }));
            await press(["Enter"], `the tab ${tab}`);
        }
        await go(page.locator(".matrix button").first());
        await press(["Enter"], "a cell");
        await go(page.getByRole("button", { name: "More" }));
        await page.keyboard.press("Enter");
        await go(page.getByRole("button", { name: "New scene" }));
        await press(["Enter"], "a new scene");
    },

    async "names that are cut show whole, to the pointer and to the keyboard"() {
        const name = "a-workload-with-a-name-that-is-longer-than-any-card-would-like-it";
        const page = await openShop();
        await paste(page, `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: corner}\nspec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: corner}\nspec: {containers: [{name: c, image: i}]}\n`);
        const card = marks(page).filter({ hasText: "a-workload" }).first();
        await card.waitFor();
        const tip = page.locator("#tip");
        await card.focus();
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowUp");
        await card.focus();
        await until(new RegExp(name), () => tip.innerText(), "a card");
        assert.match(await card.locator("title").last().textContent(), new RegExp(name));
        await ask(page, name, "corner/b", 80);
        const field = page.getByRole("combobox", { name: "from", exact: true });
        // The fields stand below each other, and grow.
        const [from, to, pane] = [await field.boundingBox(), await page.getByRole("combobox", { name: "to", exact: true }).boundingBox(), await box(page, ".inspector")];
        assert.ok(to.y > from.y + 20 && from.width > pane.width * 0.7, JSON.stringify([from, to]));
        await page.keyboard.press("Escape");
        await page.keyboard.press("Shift+Tab");
        await page.keyboard.press("Tab");
        await field.focus();
        await until(new RegExp(name), () => tip.innerText(), "a field");
        assert.match(await field.getAttribute("title"), new RegExp(name));
        // The matrix's heads are cut, its cells tell the whole.
        await page.getByRole("tab", { name: "Matrix" }).click();
        await page.keyboard.press("Tab");
        const cell = page.locator(".matrix td button").first();
        await cell.focus();
        await until(new RegExp(name), async () => `${await tip.innerText()} ${await cell.getAttribute("title")}`, "a cell");
        assert.ok(await tip.isVisible());
        await shoot(page, "whole-name");
    },

    async "notes of the editor are not cut by its pane"() {
        const page = await openShop();
        await page.setViewportSize({ width: 1024, height: 768 });
        await page.locator(".cm-line", { hasText: "policyTypes" }).first().getByText("policyTypes").hover();
        const note = page.locator(".cm-tooltip").first();
        await note.waitFor();
        assert.equal(await note.evaluate((n) => Boolean(n.closest(".editor-pane"))), false, "it belongs to the window");
        const area = await note.boundingBox();
        const seen = await note.evaluate((n) => {
            const { left, top, right, bottom } = n.getBoundingClientRect();
            return [[left + 3, top + 3], [right - 3, top + 3], [left + 3, bottom - 3], [right - 3, bottom - 3]].every(([x, y]) => n.contains(document.elementFromPoint(x, y)));
        });
        assert.ok(seen, `a corner is covered or cut: ${JSON.stringify(area)}`);
        await shoot(page, "note");
    },

    async "a picture that is saved has the page's letters, a legend and pixels enough"() {
        const page = await open();
        await page.evaluate(() => {
            window.drawn = [];
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => {
                if (blob.type === "image/svg+xml") blob.text().then((text) => window.drawn.push(text));
                return make.call(URL, blob);
            };
        });
        await page.getByRole("button", { name: "save the picture" }).click();
        const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as PNG" }).click()]);
        const png = await readFile(await download.path());
        const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
        const [svg] = await page.evaluate(() => window.drawn);
        const size = /width="(\d+)" height="(\d+)"/.exec(svg).slice(1).map(Number);
        assert.deepEqual([width, height], size.map((n) => 2 * n));
        assert.equal(svg.match(/font\/woff2;base64,[A-Za-z0-9+/]{2000}/g)?.length, 2, "both typefaces are in it");
        for (const word of ["allowed", "denied", "cannot tell", "isolated"]) assert.ok(svg.includes(`>${word}`), word);
    },
};
