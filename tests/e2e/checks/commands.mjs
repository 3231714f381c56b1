// The command palette, the keys of the page and the sheet of shortcuts.
import assert from "node:assert/strict";
import { NO_FINGERS, PHONE, accessible, chromiumOnly, editor, marks, notIn, open, openShop, shoot, text, until } from "../page.mjs";

const palette = (page) => page.getByRole("dialog", { name: "Commands" });
const field = (page) => palette(page).getByRole("combobox", { name: "Command or name" });
const options = (page) => palette(page).getByRole("option");
const sheet = (page) => page.getByRole("dialog", { name: "Keyboard shortcuts" });
const active = (page) => palette(page).locator("[role=option][aria-selected=true]");

/** Opens the palette by its keys and looks for something. */
async function look(page, text) {
    await page.keyboard.press("Control+k");
    await field(page).waitFor();
    await until(true, () => field(page).evaluate((own) => own === document.activeElement), "the keyboard is in the field");
    await page.keyboard.type(text);
}

async function goTo(page, text) {
    await look(page, text);
    await page.keyboard.press("Enter");
    await until(0, () => palette(page).count(), "the palette is gone");
}

export default {
    "the palette opens by keys and by its button, and closes again": async () => {
        const page = await openShop();
        await page.keyboard.press("Control+k");
        await until(true, () => field(page).evaluate((own) => own === document.activeElement), "the keyboard is in the field");
        await page.keyboard.press("Control+k");
        await until(0, () => palette(page).count(), "the same keys close it");
        // In the editor, too, where letters are text.
        await editor(page).click();
        await page.keyboard.press("Control+k");
        await field(page).waitFor();
        await page.keyboard.press("Escape");
        await until(0, () => palette(page).count(), "closed by Escape");
        await page.getByRole("button", { name: "find a command or a name" }).click();
        await field(page).waitFor();
        await accessible(page);
        await shoot(page, "palette");
    },

    "a command is found by letters, chosen with arrows and done with Enter": async () => {
        const page = await openShop();
        await look(page, "prob");
        await until("Problems", async () => (await active(page).locator("span").first().innerText()).trim(), "the best fit is active");
        await page.keyboard.press("Enter");
        await until("true", () => page.getByRole("tab", { name: /^Problems/ }).getAttribute("aria-selected"), "its panel");
        await look(page, "zoom");
        const first = await active(page).getAttribute("id");
        assert.equal(await field(page).getAttribute("aria-activedescendant"), first);
        await page.keyboard.press("ArrowDown");
        await until(true, async () => (await active(page).getAttribute("id")) !== first, "the next one is active");
        assert.equal(await field(page).getAttribute("aria-activedescendant"), await active(page).getAttribute("id"));
        await page.keyboard.press("ArrowUp");
        await page.keyboard.press("ArrowUp");
        assert.equal(await active(page).getAttribute("id"), await options(page).last().getAttribute("id"), "round to the last");
        await page.keyboard.press("Escape");
        await look(page, "no such thing at all");
        await until("Nothing has this name.", () => palette(page).locator(".palette [role=status]").innerText(), "said");
    },

    "names of the scene lead to what they name": async () => {
        const page = await openShop();
        await goTo(page, "go to policy corner/store-only");
        await until(true, () => page.evaluate(() => document.activeElement.closest(".cm-editor") !== null), "the keyboard is in the editor");
        await page.locator(".cm-line", { hasText: "store-only-from-till" }).waitFor();
        await goTo(page, "workload corner/web");
        await page.locator(".end-panel, .inspector").filter({ hasText: "corner/web" }).first().waitFor();
        await goTo(page, "ask about a flow");
        await until("from", () => page.evaluate(() => document.activeElement.getAttribute("aria-label")), "the question's field");
        await goTo(page, "theme dark");
        await until("dark", () => page.locator("html").getAttribute("data-theme"), "dark");
        // What was used last comes first where nothing is typed.
        await page.keyboard.press("Control+k");
        await until("Ask about a flow", async () => (await options(page).first().locator("span").first().innerText()).trim(), "what can still be done, first");
        await page.keyboard.type("example star");
        await until(true, async () => /star/i.test(await options(page).first().innerText()), "the example comes first");
        await page.keyboard.press("Enter");
        await until(true, async () => /star/i.test(await page.locator(".header .pick b").first().innerText()), "the example is open");
    },

    "a window opens from the palette, and the keyboard comes back to where it was": async () => {
        const page = await openShop();
        await page.getByRole("button", { name: "Share" }).focus();
        await goTo(page, "keyboard");
        await sheet(page).waitFor();
        await page.keyboard.press("Escape");
        await until(0, () => sheet(page).count(), "closed");
        await until("Share", () => page.evaluate(() => document.activeElement.textContent), "where it was");
    },

    "the sheet of shortcuts opens by its sign, but not while somebody types": async () => {
        const page = await openShop();
        await page.locator("svg.graph g.mark").first().focus();
        await page.keyboard.press("?");
        await sheet(page).waitFor();
        const text = await sheet(page).innerText();
        for (const part of ["Page", "Editor", "Graph", "Tabs", "Ctrl", "Commands…", "Completes kinds"]) assert.ok(text.includes(part), part);
        await accessible(page);
        await shoot(page, "shortcuts");
        await page.keyboard.press("Escape");
        await page.getByRole("combobox", { name: "from", exact: true }).focus();
        await page.keyboard.press("?");
        assert.equal(await sheet(page).count(), 0);
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "More" }).click();
        await until("?", () => page.locator(".menu-list button", { hasText: "Keyboard shortcuts" }).locator("kbd").innerText(), "the menu's hint");
        await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
        await sheet(page).waitFor();
    },

    "on a Mac keys are those of a Mac": chromiumOnly("its driver cannot pretend to be a Mac", async () => {
        const prepare = (context) => context.addInitScript(() => Object.defineProperty(navigator, "platform", { get: () => "MacIntel" }));
        const page = await openShop({ prepare });
        await page.keyboard.press("Control+k");
        assert.equal(await palette(page).count(), 0);
        await page.keyboard.press("Meta+k");
        await until(true, () => field(page).evaluate((own) => own === document.activeElement), "the keyboard is in the field");
        await page.keyboard.type("keyboard");
        await page.keyboard.press("Enter");
        await sheet(page).waitFor();
        const text = await sheet(page).innerText();
        assert.ok(text.includes("⌘") && !text.includes("Ctrl\nK"), text);
    }),

    "examples are grouped in the menu, and found by words": async () => {
        const page = await open();
        await page.locator(".header .pick").first().click();
        const list = page.locator(".examples");
        await until(5, () => list.locator(".topic").count(), "topics");
        const all = await list.locator(".example").count();
        await list.getByRole("textbox", { name: "search examples" }).click();
        await page.keyboard.type("load balancer", { delay: 20 });
        await until(true, async () => (await list.locator(".example").count()) < all / 4, "fewer");
        await accessible(page, "the examples");
        await page.keyboard.press("ArrowDown");
        await until(true, () => list.locator(".example").first().evaluate((own) => own === document.activeElement), "the first has the keyboard");
        await list.getByRole("textbox").fill("nothing has this");
        await until(/No example has these words/, () => list.innerText(), "none");
        await list.getByRole("textbox").fill("boutique");
        await list.getByRole("textbox").press("Enter");
        await until("Online boutique", () => page.locator(".header .pick b").first().innerText(), "it opens");
    },

    "a cluster gets onto the page from any scene, and what is left out is said": chromiumOnly("its driver reads no clipboard", async () => {
        const page = await open();
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("button", { name: "From a cluster…" }).click();
        const window = page.getByRole("dialog", { name: "From a cluster" });
        await window.getByRole("button", { name: "Copy the command" }).click();
        await until(/Copied/, () => page.locator(".toast").innerText(), "copied");
        assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^kubectl get .*networkpolicies.* -A -o yaml > cluster\.yaml$/);
        await accessible(page, "from a cluster");
        await shoot(page, "from-cluster");
        const cluster = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: token, namespace: a}\n  data: {key: c2VjcmV0}\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: web\n    namespace: a\n    managedFields:\n    - manager: kubectl\n";
        await page.evaluate((text) => navigator.clipboard.writeText(text), cluster);
        await window.getByRole("button", { name: "Paste" }).click();
        await until(0, () => window.count(), "the window is gone");
        await until(/Left out: 1 Secret, managedFields of 1/, () => page.locator(".toast").innerText(), "what was left out");
        await marks(page).filter({ hasText: "web" }).first().waitFor();
        assert.equal(/c2VjcmV0|managedFields/.test(await text(page)), false);
        await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    }),

    "a telephone reaches the palette by its button": notIn(NO_FINGERS, async () => {
        const page = await openShop({ viewport: PHONE, hasTouch: true, isMobile: true });
        await page.getByRole("button", { name: "find a command or a name" }).tap();
        await field(page).waitFor();
        await field(page).fill("policies");
        await accessible(page);
        await shoot(page, "palette-phone");
        await palette(page).getByRole("option", { name: "Policies" }).first().tap();
        await until("policies", () => page.locator(".page").getAttribute("data-screen"), "its screen");
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
    }),

    "what was changed is taken back by its keys where nothing is typed": async () => {
        const page = await open();
        await page.locator(".editor-pane [role='tab'][aria-selected='true']").focus();
        const tabs = () => page.locator(".editor-pane [role='tab']").count();
        const before = await tabs();
        await page.keyboard.press("Delete");
        await until("closed", async () => /closed/.exec(await page.locator(".toast").innerText())?.[0], "closed");
        await page.locator(".editor-pane [role='tab'][aria-selected='true']").focus();
        await page.keyboard.press("Control+z");
        await until(before, tabs, "it is back");
    },
};
