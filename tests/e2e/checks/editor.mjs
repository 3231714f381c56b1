// The editor's own help: where names and selectors lead, objects by name, a search in all files, spaces.
import assert from "node:assert/strict";
import { NO_FINGERS, PHONE, accessible, chromiumOnly, editor, marks, notIn, open, openShop, paste, shoot, text, until } from "../page.mjs";

const outline = (page) => page.getByRole("dialog", { name: "Objects in the files" });
const finding = (page) => page.getByRole("dialog", { name: "Find in all files" });
const toast = (page) => page.locator(".toast");
const pill = (page) => page.locator(".graph-pane button.filtered");

const MORE = `apiVersion: v1
kind: Namespace
metadata: {name: corner}
---
apiVersion: v1
kind: Service
metadata: {name: store, namespace: corner}
spec: {selector: {app: store}, ports: [{port: 5432}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: door, namespace: corner}
spec: {defaultBackend: {service: {name: store, port: {number: 5432}}}}
`;

/** The shop, with a second file. */
async function withTwoFiles() {
    const page = await openShop();
    await page.getByRole("button", { name: "new file" }).click();
    await until(2, () => page.locator(".editor-pane [role=tab]").count(), "a second file");
    await paste(page, MORE);
    await page.locator(".cm-line", { hasText: "defaultBackend" }).waitFor();
    await until(true, async () => (await page.locator(".editor-pane [role=tab]").nth(0).innerText()).length > 0, "tabs");
    return page;
}

/** Puts the cursor into a word of the shown text, by a search in this file. */
async function into(page, word) {
    await editor(page).click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Control+f");
    await page.locator(".cm-search input[name=search]").waitFor();
    await page.keyboard.type(word);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
}

/** The number of the line that the cursor is in. */
const cursorLine = (page) => page.locator(".cm-gutterElement.cm-activeLineGutter").allInnerTexts().then((all) => all.find((words) => /^\d+$/.test(words)) ?? "");

export default {
    async "Enter after what is written in full begins a new line"() {
        const page = await openShop();
        await editor(page).click();
        await page.keyboard.press("Control+a");
        const lines = ["kind: NetworkPolicy", "apiVersion: networking.k8s.io/v1", "metadata:"];
        for (const line of lines) {
            // As fast as a person types, so that completions come.
            await page.keyboard.type(line, { delay: 70 });
            await new Promise((next) => setTimeout(next, 400));
            await page.keyboard.press("Enter");
        }
        assert.equal((await text(page)).trim(), lines.join("\n"));
    },

    "F12 on a selector shows the pods that it selects, and one press shows all again": async () => {
        const page = await openShop();
        const before = await marks(page).count();
        await into(page, "matchLabels: {app: store");
        await page.keyboard.press("F12");
        await until(/namespace corner, labels app == "store"/, () => pill(page).innerText(), "what is shown, in words");
        await until(1, () => marks(page).filter({ hasText: "store" }).count(), "the pod");
        await until(0, () => marks(page).filter({ hasText: "till" }).count(), "no other");
        await accessible(page, "what a selector selects");
        await shoot(page, "definition");
        await pill(page).click();
        await until(before, () => marks(page).count(), "all again");
    },

    "a press with Ctrl on a name goes to its document": async () => {
        const page = await withTwoFiles();
        const line = page.locator(".cm-line", { hasText: "defaultBackend" });
        await line.locator("span", { hasText: /^store$/ }).first().click({ modifiers: ["Control"] });
        await until("5", () => cursorLine(page), "the Service");
        await into(page, "namespace: corn");
        await page.keyboard.press("F12");
        await until("1", () => cursorLine(page), "the Namespace");
        await into(page, "5432}]");
        await page.keyboard.press("F12");
        assert.equal(await pill(page).count(), 0);
    },

    "objects of all files are found by kind and name": async () => {
        const page = await withTwoFiles();
        await page.keyboard.press("Control+Shift+O");
        const field = outline(page).getByRole("combobox");
        await field.waitFor();
        await until(7, () => outline(page).getByRole("option").count(), "three objects here and four there");
        await accessible(page, "the objects");
        await shoot(page, "outline");
        await page.keyboard.type("networkpolicy");
        await until(1, () => outline(page).getByRole("option").count(), "the policy");
        assert.match(await outline(page).getByRole("option").innerText(), /corner\/store-only-from-till\s+NetworkPolicy/);
        await page.keyboard.press("Enter");
        await until(0, () => outline(page).count(), "gone");
        await page.locator(".cm-line", { hasText: "store-only-from-till" }).waitFor();
        await until("true", () => page.locator(".editor-pane [role=tab]").first().getAttribute("aria-selected"), "the other file is shown");
    },

    "a text is found in all files, and replaced in all of them": async () => {
        const page = await withTwoFiles();
        await page.keyboard.press("Control+Shift+F");
        const find = finding(page).getByRole("textbox", { name: "find" });
        await find.fill("CORNER");
        const places = finding(page).getByRole("list", { name: "Places" }).locator("li");
        await until("7 places", () => finding(page).locator(".options [role=status]").innerText(), "in both files");
        assert.equal(await places.count(), 7);
        await finding(page).getByRole("checkbox", { name: "Match case" }).check();
        await until("Not found in any file.", () => finding(page).locator(".options [role=status]").innerText(), "no such letters");
        await find.fill("corner");
        await finding(page).getByRole("textbox", { name: "replace with" }).fill("market");
        await accessible(page, "the search");
        await shoot(page, "find");
        await finding(page).getByRole("button", { name: "Replace all" }).click();
        await until("Not found in any file.", () => finding(page).locator(".options [role=status]").innerText(), "replaced");
        await find.fill("market");
        await places.nth(6).getByRole("button").click();
        await until(0, () => finding(page).count(), "the search is gone");
        assert.equal((await text(page)).match(/market/g).length, 3);
        await page.locator(".editor-pane [role=tab]").first().click();
        assert.equal((await text(page)).match(/market/g).length, 4);
        await page.locator(".editor-pane [role='tab'][aria-selected='true']").focus();
        await page.keyboard.press("Control+z");
        await until(3, async () => (await text(page)).match(/corner/g)?.length ?? 0, "taken back in one step, and the file shown that was");
        await page.locator(".editor-pane [role=tab]").first().click();
        await until(4, async () => (await text(page)).match(/corner/g)?.length ?? 0, "in the other file, too");
    },

    "spaces at the ends of lines go, but not those of values": chromiumOnly("its driver reads no clipboard", async () => {
        const page = await openShop();
        await paste(page, "kind: ConfigMap  \ndata:\n  a: |\n    kept  \n\n\n");
        await editor(page).click();
        await page.keyboard.press("Shift+Alt+F");
        await until("kind: ConfigMap\ndata:\n  a: |\n    kept  \n", async () => (await text(page)).replace(/\n+$/, "\n"), "tidy");
    }),

    "a file is formatted: indentation, with its comments, and JSON one entry a line": chromiumOnly("its driver reads no clipboard", async () => {
        const page = await openShop();
        await paste(page, "# A pod.\nkind: Pod\nmetadata:\n     # Its name.\n     name: a\nspec:\n     containers:\n     -    name: b\n          image: c\n");
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox", { name: "Command or name" }).fill("format this");
        await page.keyboard.press("Enter");
        await until("# A pod.\nkind: Pod\nmetadata:\n  # Its name.\n  name: a\nspec:\n  containers:\n  - name: b\n    image: c\n", () => text(page), "laid out");
        await editor(page).click();
        await page.keyboard.press("Control+z");
        await until(/^ {5}name: a$/m, () => text(page), "taken back in one step");
        await paste(page, '{"kind":"Pod","metadata":{"name":"a","labels":{}}}');
        await page.keyboard.press("Shift+Alt+F");
        await until('{\n  "kind": "Pod",\n  "metadata": {\n    "name": "a",\n    "labels": {}\n  }\n}\n', () => text(page), "JSON");
    }),

    "what was undone in a file can be redone after another was shown": async () => {
        const page = await withTwoFiles();
        const tab = (index) => page.locator(".editor-pane [role=tab]").nth(index);
        await editor(page).click();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("# added");
        await tab(0).click();
        await page.locator(".cm-line", { hasText: "store-only-from-till" }).waitFor();
        await tab(1).click();
        await page.locator(".cm-line", { hasText: "# added" }).waitFor();
        await editor(page).click();
        await page.keyboard.press("Control+z");
        await until(0, () => page.locator(".cm-line", { hasText: "# added" }).count(), "its own history");
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox", { name: "Command or name" }).fill("redo");
        await page.keyboard.press("Enter");
        await page.locator(".cm-line", { hasText: "# added" }).waitFor();
    },

    "on a telephone the search and the objects fit": notIn(NO_FINGERS, async () => {
        const page = await open({ viewport: PHONE, hasTouch: true, isMobile: true });
        for (const [name, dialog, shot] of [["Find in all files…", finding, "find-phone"], ["Objects in the files…", outline, "outline-phone"]]) {
            await page.getByRole("button", { name: "find a command or a name" }).tap();
            await page.getByRole("combobox", { name: "Command or name" }).fill(name.slice(0, -1));
            await page.getByRole("option", { name }).first().tap();
            await dialog(page).locator("input").first().fill("db");
            await until(true, async () => (await dialog(page).locator("li").count()) > 0, "found");
            await accessible(page, name);
            await shoot(page, shot);
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
            await page.keyboard.press("Escape");
            await until(0, () => dialog(page).count(), "closed");
        }
    }),
};
