// The page in German: what it says of itself, and how it fits.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { accessible, given, here, open, PHONE, shoot, until } from "../page.mjs";

const table = JSON.parse(await readFile(join(here, "../../www/words/de.json"), "utf8"));
const de = (english) => table[english];
/** What has the same word in both languages says nothing. */
const english = new Set(Object.keys(table).filter((key) => /[a-z]{2}/i.test(key) && table[key] !== key).map((key) => key.trim()));
const SAME = new Set(Object.values(table).map((own) => own.trim()));
/** With a number in it, as the page looks it up. */
const plain = (said) => {
    let values = 0;
    return said.trim().replace(/\d+/g, () => `{${values++}}`);
};

/** Texts, names, hints and placeholders that are shown, but for what says that it is English and for code. */
const said = (page) =>
    page.evaluate(() => {
        const found = [];
        for (const element of document.body.querySelectorAll("*")) {
            if (element.closest("[lang=en], code, pre, kbd, script, style, .cm-content")) continue;
            if (element.getClientRects().length === 0) continue;
            for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
            for (const name of ["aria-label", "title", "placeholder"]) if (element.hasAttribute(name)) found.push(element.getAttribute(name));
        }
        return found;
    });

/** Nothing that is seen is an English sentence of the page's own. */
async function german(page, where) {
    const found = await said(page);
    assert.ok(found.length > 20, `${where}: there is something to read`);
    const wrong = found.filter((one) => [one.trim(), plain(one)].some((word) => english.has(word) && !SAME.has(word)));
    assert.deepEqual([...new Set(wrong)], [], where);
}

/** Where a word in a button, a tab or a heading is cut off. */
const cut = (page) =>
    page.evaluate(() => {
        const own = [...document.querySelectorAll(".header button, .toolbar button, .screens button, .answers .segments button, .findings button, .window header h2, .primary, .compare-tools button")];
        return own.filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1).map((element) => element.textContent);
    });

const openGerman = async (options = {}, search = "") => {
    const page = await open(options, `?lang=de${search}`);
    await until("de", () => page.evaluate(() => document.documentElement.lang), "the page's language");
    return page;
};
const tab = (page, name) => page.getByRole("tab", { name: new RegExp(`^${de(name)}`) }).click();

async function command(page, name) {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: de("Command or name") }).fill(de(name));
    await page.keyboard.press("Enter");
}

export default {
    async "in German every word of the page's own is German"() {
        const page = await openGerman();
        await until(/Verboten/, () => page.locator(".verdict h2").innerText(), "the verdict's word");
        await german(page, "the page");
        for (const name of ["Matrix", "Path", "Policies", "Problems"]) {
            await tab(page, name);
            await german(page, name);
        }
        await tab(page, "Answers");
        for (const list of ["Open ends", "Pointless", "Engines", "Least privilege", "Compare"]) {
            await page.locator(".answers .segments").first().getByRole("button", { name: de(list), exact: true }).click();
            await german(page, list);
        }
        await page.getByRole("button", { name: de("More") }).click();
        await german(page, "the menu");
        await page.keyboard.press("Escape");
        for (const name of ["Share…", "Assumptions…", "About Netpolis", "Keyboard shortcuts", "Recent scenes…", "Compare with…", "Find in all files…"]) {
            await command(page, name);
            await until(1, () => page.locator("dialog.window").count(), name);
            await german(page, name);
            if (name === "Assumptions…") await accessible(page, "assumptions-german");
            await page.keyboard.press("Escape");
            await until(0, () => page.locator("dialog.window").count(), `${name} goes`);
        }
        await shoot(page, "german");
    },

    async "in German the view of Azure, its rules and addresses are German"() {
        const page = await openGerman({}, "&example=azure-subnet-nic");
        for (const name of ["Effective rules", "Addresses"]) {
            await tab(page, name);
            await german(page, name);
        }
        await page.getByRole("button", { name: "Azure", exact: true }).click();
        await german(page, "the view of Azure");
        await shoot(page, "german-azure");
    },

    async "a language is changed on the page, the editor's name with it"() {
        const page = await openGerman();
        await until(1, () => page.getByRole("textbox", { name: de("Policies and workloads, as YAML or JSON") }).count(), "the editor's name");
        await page.getByRole("button", { name: de("More") }).click();
        await page.getByRole("button", { name: "English", exact: true }).click();
        await until(1, () => page.getByRole("textbox", { name: "Policies and workloads, as YAML or JSON" }).count(), "in English");
        assert.deepEqual(await said(page).then((all) => all.filter((one) => one.trim() === de("Share"))), []);
        await until("en", () => page.evaluate(() => document.documentElement.lang), "the page's language");
        await until(/Denied/, () => page.locator(".verdict h2").innerText(), "the verdict's word");
    },

    async "German words fit, on a desktop and on a phone"() {
        const page = await openGerman();
        assert.deepEqual(await cut(page), []);
        await tab(page, "Answers");
        assert.deepEqual(await cut(page), []);
        const phone = await openGerman({ viewport: PHONE });
        assert.deepEqual(await cut(phone), []);
        assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is wider than the screen");
        await shoot(phone, "german-phone");
        await accessible(phone, "german-phone");
    },
};
