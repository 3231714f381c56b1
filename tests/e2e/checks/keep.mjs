// What is kept, and what travels in links and embeds.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";
import { PHONE, SHOP, accessible, ask, chromiumOnly, editor, given, marks, notIn, open, openShop, paste, shoot, text, troubles, until, verdict, word } from "../page.mjs";

// --- kept scenes ----------------------------------------------------------------------------------

/** Longest time, in milliseconds, for which something typed may be unstored. */
const SOON = 300;
/** Longest time, in milliseconds, until a link that cannot be opened is said to be damaged; more for a build that is not optimised. */
const AT_ONCE = Number(process.env.E2E_PATIENCE_MS ?? 5000) / 5;

const pod = (name, namespace) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}}
spec: {containers: [{name: ${name}, image: example/${name}}]}
`;

const dialog = (page) => page.getByRole("dialog", { name: "Recent scenes" });
const kept = (page) => dialog(page).getByRole("list", { name: "Recent scenes" }).locator("button.scene");
const banner = (page) => page.locator(".page-banner");
const toast = (page) => page.locator(".toast");
const stored = (page) => page.evaluate((ms) => new Promise((next) => setTimeout(next, ms)), SOON);

async function openScenes(page) {
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("button", { name: "Recent scenes…" }).click();
    await dialog(page).waitFor();
}

async function openExampleOver(page, title) {
    await page.locator(".header .pick").first().click();
    await page.locator(".examples .example", { hasText: title }).first().click();
    await until(title, () => page.locator(".header .pick b").first().innerText(), "the example is open");
}

/** The link to the shown scene. */
async function linkOf(page) {
    await page.getByRole("button", { name: "Share" }).click();
    const link = await page.getByRole("textbox", { name: "link" }).inputValue();
    await page.getByRole("dialog").getByRole("button", { name: "close" }).click();
    return new URL(link).hash;
}

/** A link to a pod of another namespace, made by somebody else. */
async function anotherLink() {
    const page = await openShop();
    await paste(page, `${pod("guest", "elsewhere")}---\n${pod("host", "elsewhere")}`);
    await ask(page, "guest", "host", 80);
    await until("allowed", () => word(page), "the link's question");
    const link = await linkOf(page);
    await page.context().close();
    return link;
}

/** The link to a large scene in which one character was changed on the way. */
async function changedLink() {
    const dictionary = await readFile(new URL("../../../web/src/share/dictionary-v1.txt", import.meta.url));
    let seed = 1;
    const number = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0).toString(36);
    const lines = Array.from({ length: 95_000 }, () => `# ${number()} ${number()}`).join("\n");
    const entry = (tag, text) => {
        const bytes = Buffer.from(text);
        const length = [];
        for (let rest = bytes.length; ; rest >>= 7) {
            length.push(rest >= 128 ? (rest & 127) | 128 : rest);
            if (rest < 128) break;
        }
        return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
    };
    const scene = Buffer.concat([entry(1, "a.yaml"), entry(2, lines)]);
    const check = scene.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
    const link = `#v1.${deflateRawSync(Buffer.concat([scene, entry(13, check.toString(16).padStart(8, "0"))]), { dictionary }).toString("base64url")}`;
    assert.ok(link.length > 1 << 20, `${link.length}`);
    const middle = link.length >> 1;
    return link.slice(0, middle) + (link[middle] === "A" ? "B" : "A") + link.slice(middle + 1);
}

/** Writes at the end of the shown text. */
async function write(page, words, options) {
    await editor(page).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(words, options);
}

/** After a reload, the shop's file comes back from what was closed or replaced. */
async function bringBackShop(page) {
    await page.reload();
    await openScenes(page);
    await dialog(page).getByRole("button", { name: "bring back policies.yaml" }).click();
    await marks(page).filter({ hasText: "store" }).first().waitFor();
    assert.equal((await text(page)).trim(), SHOP.trim());
}

/** A second tab of the same browser. */
async function tabOf(page, fragment = "") {
    const tab = await page.context().newPage();
    tab.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
    await tab.goto(given.site.address + fragment);
    await editor(tab).waitFor();
    return tab;
}

/** From now on no frame comes to the page's scripts, as in a window that is covered, until its `releaseFrames` is called. */
const holdFrames = (page) =>
    page.evaluate(() => {
        const { requestAnimationFrame, cancelAnimationFrame } = window;
        const held = new Map();
        let last = 1e9;
        window.requestAnimationFrame = (call) => (held.set((last += 1), call), last);
        window.cancelAnimationFrame = (id) => held.delete(id) || cancelAnimationFrame(id);
        window.releaseFrames = () => {
            // What is held can still be cancelled until its frame comes.
            Object.assign(window, { requestAnimationFrame });
            requestAnimationFrame((now) => held.forEach((call, id) => held.delete(id) && call(now)));
        };
    });

/** Ends the tab's process: no event is sent, nothing is put in order. */
async function crash(page) {
    const crashed = page.waitForEvent("crash");
    const session = await page.context().newCDPSession(page);
    session.send("Page.crash").catch(() => {});
    await crashed;
}

const scenesStored = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("netpolis.scene.")).length);

export default {
    async "a link opens beside one's own work"() {
        const link = await anotherLink();
        const page = await openShop();
        await page.evaluate((fragment) => (location.hash = fragment), link);
        await marks(page).filter({ hasText: "guest" }).first().waitFor();
        await until(/“corner” is kept/, () => toast(page).innerText(), "it is said where one's own is");
        await stored(page);
        assert.equal(await scenesStored(page), 1, "a link that is only looked at is not kept");
        await openScenes(page);
        await kept(page).filter({ hasText: "corner" }).click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.equal((await text(page)).trim(), SHOP.trim());
        assert.equal(new URL(await page.url()).hash, "", "the link is not of this scene");
    },

    async "a link that the page starts with leaves one's own work alone"() {
        const link = await anotherLink();
        const page = await openShop();
        await stored(page);
        const other = await tabOf(page, link);
        await marks(other).filter({ hasText: "guest" }).first().waitFor();
        await write(other, "# mine\n");
        await stored(other);
        await page.close();
        // Both are there: the changed link, and what was there before.
        await openScenes(other);
        assert.deepEqual((await kept(other).locator("b").allInnerTexts()).sort(), ["corner", "elsewhere"]);
        await kept(other).filter({ hasText: "corner" }).click();
        await marks(other).filter({ hasText: "store" }).first().waitFor();
        assert.equal((await text(other)).trim(), SHOP.trim());
    },

    async "a link stays in the address until the scene changes"() {
        const link = await anotherLink();
        const page = await open({}, link);
        const fragment = async () => new URL(await page.url()).hash;
        await marks(page).filter({ hasText: "guest" }).first().click();
        assert.equal(await fragment(), link, "looking changes nothing");
        await page.reload();
        await marks(page).filter({ hasText: "guest" }).first().waitFor();
        assert.equal(await fragment(), link, "nor does loading it again");
        // Another question: the link asks it, too.
        await page.getByRole("textbox", { name: "destination port" }).fill("8443");
        await until(/^#v1\./, async () => (await fragment()).replace(link, "as before"), "the link follows the question");
        await page.reload();
        await until("8443", () => page.getByRole("textbox", { name: "destination port" }).inputValue(), "after the reload");
        await write(page, "# mine\n");
        await until("", fragment, "a change takes it away");
        await stored(page);
        await page.reload();
        await verdict(page).waitFor();
        assert.match(await text(page), /# mine/);
    },

    async "back and forward go between one's own work and a link"() {
        const link = await anotherLink();
        const page = await openShop();
        await page.evaluate((fragment) => (location.hash = fragment), link);
        await marks(page).filter({ hasText: "guest" }).first().waitFor();
        await page.goBack();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        await page.goForward();
        await marks(page).filter({ hasText: "guest" }).first().waitFor();
        await write(page, "# mine\n");
        await until("", async () => new URL(await page.url()).hash, "the link goes");
        await page.goBack();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.equal((await text(page)).trim(), SHOP.trim());
        await page.goForward();
        await marks(page).filter({ hasText: "guest" }).first().waitFor();
        assert.match(await text(page), /# mine/);
    },

    async "an example over one's own work is undone, also after a reload"() {
        const page = await openShop();
        await openExampleOver(page, "Deny all, in both directions");
        assert.notEqual((await text(page)).trim(), SHOP.trim());
        await toast(page).getByRole("button", { name: "Undo" }).click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.equal((await text(page)).trim(), SHOP.trim());
        // The same without the sentence at the foot.
        await openExampleOver(page, "Deny all, in both directions");
        await page.reload();
        await until("Deny all, in both directions", () => page.locator(".header .pick b").first().innerText(), "the example is still shown");
        await openScenes(page);
        assert.deepEqual(await kept(page).locator("b").allInnerTexts(), ["corner"], "an example that nobody changed is not in the list");
        await kept(page).first().click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.equal((await text(page)).trim(), SHOP.trim());
    },

    "a killed tab loses a fraction of a second at most": chromiumOnly("its driver kills no tab", async () => {
        let page = await openShop();
        await write(page, "# the last words");
        await stored(page);
        await crash(page);
        page = await tabOf(page);
        assert.match(await text(page), /# the last words$/);
        // While typing without a pause: a letter every 20 ms.
        await write(page, "\n# ");
        const letters = "abcdefghijklmnopqrstuvwxyz".repeat(4);
        await page.keyboard.type(letters, { delay: 20 });
        const settled = letters.slice(0, -SOON / 20);
        await crash(page);
        page = await tabOf(page);
        assert.ok((await text(page)).includes(`# ${settled}`), "what was typed before is there");
    }),

    async "a closed file comes back after a reload"() {
        const page = await openShop();
        await page.getByRole("tablist", { name: "Files" }).getByRole("tab").first().focus();
        await page.keyboard.press("Delete");
        await until("", async () => (await text(page)).trim(), "the file is closed");
        await stored(page);
        await bringBackShop(page);
    },

    async "a text that was pasted over comes back after a reload"() {
        const page = await openShop();
        await paste(page, pod("guest", "elsewhere"));
        await stored(page);
        await bringBackShop(page);
    },

    async "another tab's version is not undone over it"() {
        const first = await openShop();
        await stored(first);
        const second = await tabOf(first);
        await write(second, "# second\n");
        await banner(first).getByRole("button", { name: "Show that" }).click();
        await toast(first).getByRole("button", { name: "Undo" }).click();
        await until("corner (copy)", () => first.locator(".header .pick b").first().innerText(), "what was here is a copy");
        await stored(first);
        await second.reload();
        assert.match(await text(second), /# second/);
        assert.doesNotMatch(await text(first), /# second/);
    },

    async "a scene that another tab deleted can be kept"() {
        const first = await openShop();
        await stored(first);
        const second = await tabOf(first);
        await openScenes(second);
        await dialog(second).getByRole("button", { name: "delete corner" }).click();
        await until(/deleted in another tab/, () => banner(first).innerText(), "told");
        await banner(first).getByRole("button", { name: "Keep it" }).click();
        assert.equal(await banner(first).isVisible(), false);
        await first.reload();
        assert.equal((await text(first)).trim(), SHOP.trim());
        // Everything forgotten elsewhere: what somebody goes on with is stored.
        await dialog(second).getByRole("button", { name: "Forget everything stored here" }).click();
        await dialog(second).getByRole("button", { name: "Forget everything", exact: true }).click();
        await until(/deleted in another tab/, () => banner(first).innerText(), "told again");
        await write(first, "# more\n");
        await until(false, () => banner(first).isVisible(), "stored");
        await first.reload();
        assert.match(await text(first), /# more/);
    },

    async "two tabs do not overwrite each other"() {
        const first = await openShop();
        await stored(first);
        const second = await tabOf(first);
        await marks(second).filter({ hasText: "store" }).first().waitFor();
        // Another question is no change.
        await ask(second, "web", "store", 5432);
        await stored(second);
        assert.equal(await banner(first).isVisible(), false);
        await write(second, "# second\n");
        await until(/changed in another tab/, () => banner(first).innerText(), "the first tab is told");
        await first.mouse.move(0, 0);
        await accessible(first, "banner");
        await shoot(first, "another-tab");
        assert.doesNotMatch(await text(first), /# second/, "and left as it is");
        await banner(first).getByRole("button", { name: "Show that" }).click();
        await until("Scene corner", () => first.evaluate(() => document.activeElement.innerText.replace(/\s+/g, " ").trim()), "the keyboard is not lost");
        await until(/# second/, () => text(first), "shown");
        assert.equal(await banner(first).isVisible(), false);
        // The other way round, and the second goes on writing without an answer.
        await write(first, "# first\n");
        await until(/changed in another tab/, () => banner(second).innerText(), "the second tab is told");
        await write(second, "# second again\n");
        await until(/kept as “corner \(copy\)”/, () => banner(second).innerText(), "what it writes is a copy");
        await stored(second);
        for (const page of [first, second]) await page.reload();
        await until(/# first/, () => text(first), "the first after a reload");
        const copy = await text(second);
        assert.match(copy, /# second again/);
        assert.doesNotMatch(copy, /# first/);
        assert.doesNotMatch(await text(first), /# second again/);
    },

    async "a version of another tab can be left alone"() {
        const first = await openShop();
        await stored(first);
        const second = await tabOf(first);
        await write(second, "# second\n");
        await until(/changed in another tab/, () => banner(first).innerText(), "told");
        await banner(first).getByRole("button", { name: "Keep mine as a copy" }).click();
        assert.equal(await banner(first).isVisible(), false);
        await write(first, "# first\n");
        await stored(first);
        await openScenes(first);
        assert.deepEqual((await kept(first).locator("b").allInnerTexts()).sort(), ["corner", "corner (copy)"]);
        assert.equal(await banner(second).isVisible(), false);
        assert.doesNotMatch(await text(second), /# first/);
    },

    async "scenes are renamed, deleted and brought back"() {
        const page = await openShop();
        await openScenes(page);
        await dialog(page).getByRole("button", { name: "rename corner" }).click();
        await page.keyboard.type("No");
        await page.keyboard.press("Escape");
        await until("corner", () => kept(page).locator("b").innerText(), "the name stays, and so does the window");
        await dialog(page).getByRole("button", { name: "rename corner" }).click();
        await page.getByRole("textbox", { name: "name of the scene" }).fill("My corner");
        await page.keyboard.press("Enter");
        await until("My corner", () => kept(page).locator("b").innerText(), "renamed");
        await accessible(page, "recent scenes");
        await shoot(page, "scenes");
        await page.keyboard.press("Escape");
        assert.equal(await page.locator(".header .pick b").first().innerText(), "My corner");
        await openScenes(page);
        await dialog(page).getByRole("button", { name: "delete My corner" }).click();
        await page.reload();
        await openScenes(page);
        assert.equal(await kept(page).count(), 0);
        await dialog(page).getByRole("button", { name: "bring back My corner" }).click();
        await kept(page).filter({ hasText: "My corner" }).click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.equal((await text(page)).trim(), SHOP.trim());
    },

    async "what is written just before another scene opens is stored"() {
        const link = await anotherLink();
        const page = await openShop();
        await write(page, "# hurry");
        await page.evaluate((fragment) => (location.hash = fragment), link);
        await marks(page).filter({ hasText: "guest" }).first().waitFor();
        await page.goBack();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        assert.match(await text(page), /# hurry/);
    },

    async "what is written is stored before the next frame, whatever comes then"() {
        const link = await anotherLink();
        const away = {
            link: (page) => page.evaluate((fragment) => (location.hash = fragment), link),
            example: (page) => openExampleOver(page, "Deny all, in both directions"),
            reload: (page) => page.reload(),
        };
        for (const [name, go] of Object.entries(away)) {
            const page = await openShop();
            await stored(page);
            await holdFrames(page);
            await write(page, `# before the ${name}`);
            await go(page);
            if (name !== "reload") {
                if (name === "link") await marks(page).filter({ hasText: "guest" }).first().waitFor();
                await page.evaluate(() => window.releaseFrames());
                await openScenes(page);
                await kept(page).filter({ hasText: "corner" }).click();
            }
            await marks(page).filter({ hasText: "store" }).first().waitFor();
            assert.match(await text(page), new RegExp(`# before the ${name}$`));
            await page.context().close();
        }
    },

    async "the keyboard comes back from the window with the scenes"() {
        const page = await openShop();
        const holder = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.tagName);
        for (const close of [() => page.keyboard.press("Escape"), () => dialog(page).getByRole("button", { name: "close" }).click()]) {
            await openScenes(page);
            await close();
            await until("More", holder, "the keyboard");
        }
    },

    "recent scenes on a phone": chromiumOnly("its driver plays no phone", async () => {
        const page = await open({ viewport: PHONE, hasTouch: true, isMobile: true });
        await page.getByRole("button", { name: "More" }).tap();
        await page.getByRole("button", { name: "New file" }).tap();
        await page.getByRole("button", { name: "More" }).tap();
        await page.getByRole("button", { name: "Recent scenes…" }).tap();
        await kept(page).first().waitFor();
        for (const button of await dialog(page).locator(".scene-list button").all()) {
            const area = await button.boundingBox();
            assert.ok(area.height >= 40 && area.width >= 40, `${area.width} × ${area.height}`);
            assert.ok(area.x >= 0 && area.x + area.width <= PHONE.width, "within the screen");
        }
        await accessible(page, "recent scenes on a phone");
        await shoot(page, "scenes-phone");
    }),

    async "everything that is stored can be forgotten"() {
        const page = await openShop();
        await stored(page);
        await openScenes(page);
        await dialog(page).getByRole("button", { name: "Forget everything stored here" }).click();
        await dialog(page).getByRole("button", { name: "Forget everything", exact: true }).click();
        await until("", async () => (await text(page)).trim(), "nothing is shown");
        await stored(page);
        const left = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
        assert.doesNotMatch(left, /scene/);
        await page.getByRole("button", { name: "More" }).click();
        assert.equal(await page.getByRole("button", { name: /^Undo/ }).isDisabled(), true);
    },

    async "the one scene of earlier versions is taken over"() {
        const link = await anotherLink();
        const page = await open({ storageState: { cookies: [], origins: [{ origin: given.site.origin, localStorage: [{ name: "netpolis.work", value: link.slice(1) }] }] } });
        await marks(page).filter({ hasText: "guest" }).first().waitFor();
        assert.equal(await page.evaluate(() => localStorage.getItem("netpolis.work")), null);
        await page.reload();
        await marks(page).filter({ hasText: "guest" }).first().waitFor();
        assert.equal(await scenesStored(page), 1);
    },

    async "stored scenes that cannot be read are said and left alone"() {
        const page = await openShop();
        await stored(page);
        const whole = await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.startsWith("netpolis.scene."))[1]);
        const damaged = { "netpolis.scene.a": "{not json", "netpolis.scene.b": whole.slice(0, -20), "netpolis.scene.c": "netpolis scene 7\n\nv7.x", "netpolis.panes": "a b", "netpolis.theme": "?", "netpolis.work": "v1.%%" };
        const origins = [{ origin: given.site.origin, localStorage: Object.entries(damaged).map(([name, value]) => ({ name, value })) }];
        const other = await open({ storageState: { cookies: [], origins } });
        await until(/cannot be read/, () => toast(other).innerText(), "it is said");
        await openScenes(other);
        assert.equal(await dialog(other).getByText("Cannot be read", { exact: true }).count(), 3);
        assert.match(await dialog(other).innerText(), /newer version/);
        for (const [key, value] of Object.entries(damaged).slice(0, 3)) assert.equal(await other.evaluate((k) => localStorage.getItem(k), key), value);
        await accessible(other, "unreadable scenes");
    },

    "without a store the page says so once and goes on": notIn({ firefox: "it has no such permissions of the clipboard" }, async () => {
        const context = await given.browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
        await context.addInitScript(() => {
            for (const name of ["localStorage", "sessionStorage"])
                Object.defineProperty(window, name, { get: () => { throw new DOMException("no", "SecurityError"); } });
        });
        const page = await context.newPage();
        page.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
        await page.goto(given.site.address);
        await verdict(page).waitFor();
        assert.equal(await toast(page).count(), 0, "nothing is lost yet");
        await write(page, "# a\n");
        await until(/stores nothing/, () => toast(page).innerText(), "it is said");
        await toast(page).getByRole("button", { name: "dismiss" }).click();
        await write(page, "# b\n");
        await stored(page);
        assert.equal(await toast(page).count(), 0, "once");
        await openScenes(page);
        assert.match(await dialog(page).innerText(), /stores nothing/);
    }),

    "a full store is said, and what is stored stays": chromiumOnly("its driver tells of no download from the page's own memory", async () => {
        const page = await openShop();
        await stored(page);
        // A second scene, so that there is something to delete.
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("button", { name: "New scene" }).click();
        await paste(page, pod("guest", "elsewhere") + Array.from({ length: 2000 }, (_, n) => `# ${(n * 7919) % 104729}`).join("\n"));
        await stored(page);
        await openScenes(page);
        await kept(page).filter({ hasText: "corner" }).click();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        await page.evaluate(() => {
            let size = 1 << 20;
            for (let n = 0; size > 8; n += 1) {
                try { localStorage.setItem(`other.${n}`, "x".repeat(size)); } catch { size >>= 1; }
            }
        });
        const long = Array.from({ length: 400 }, (_, n) => `# ${(n * 7919) % 104729} ${(n * 104729) % 7919}`).join("\n");
        await paste(page, `${SHOP}${long}\n`);
        await until(/is full/, () => banner(page).innerText(), "it is said");
        await accessible(page, "full store");
        await shoot(page, "full-store");
        const download = page.waitForEvent("download");
        await banner(page).getByRole("button", { name: "Save as a file" }).click();
        assert.equal((await download).suggestedFilename(), "corner.netpolis");
        await banner(page).getByRole("button", { name: "Delete scenes…" }).click();
        await dialog(page).getByRole("button", { name: "delete elsewhere" }).click();
        await until(false, () => banner(page).isVisible(), "once there is room it is stored");
        await page.reload();
        assert.ok((await text(page)).includes(long));
    }),

    async "a large scene survives a reload"() {
        const page = await openShop();
        const pods = Array.from({ length: 9000 }, (_, n) => `# pod ${n} of a large dump: ${(n * 7919) % 104729}\n`.repeat(14)).join("");
        assert.ok(pods.length > 4 << 20, `${pods.length}`);
        await paste(page, SHOP + pods);
        await page.waitForTimeout(3000);
        await page.reload();
        await marks(page).filter({ hasText: "store" }).first().waitFor();
        const lines = await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.startsWith("netpolis.scene."))[1].length);
        assert.ok(lines > 100_000, `${lines} characters are stored`);
    },

    "a damaged link says so in a second and leaves one's own work": notIn({ firefox: "it takes no address of a megabyte" }, async () => {
        const link = await anotherLink();
        const page = await openShop();
        await stored(page);
        const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let seed = 7;
        const random = Array.from({ length: 1 << 20 }, () => letters[(seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 26]).join("");
        for (const damaged of [`#v1.${random}`, `#v1.${"A".repeat(1 << 20)}`, `#v1.${"%".repeat(1 << 20)}`, await changedLink(), link.slice(0, -9), `${link.slice(0, 60)}AAAA${link.slice(64)}`]) {
            const took = await page.evaluate(async (fragment) => {
                document.querySelector(".toast [aria-label=close]")?.click();
                await new Promise((next) => setTimeout(next, 50));
                const start = performance.now();
                location.hash = fragment;
                while (!document.querySelector(".toast")?.textContent.includes("damaged")) await new Promise((next) => setTimeout(next, 5));
                return performance.now() - start;
            }, damaged);
            assert.ok(took < AT_ONCE, `${damaged.slice(0, 20)}: ${Math.round(took)} ms`);
            assert.equal((await text(page)).trim(), SHOP.trim());
        }
        await page.reload();
        await until(/damaged/, () => toast(page).innerText(), "also when the page starts with it");
        assert.equal((await text(page)).trim(), SHOP.trim());
    }),

    async "a page inside another stores nothing and reads nothing stored"() {
        const link = await anotherLink();
        const page = await openShop();
        await stored(page);
        const before = await page.evaluate(() => JSON.stringify({ ...localStorage }));
        const embedded = await page.context().newPage();
        await embedded.addInitScript(() => {
            window.asked = 0;
            for (const name of ["getItem", "setItem", "removeItem", "key"]) {
                const own = Storage.prototype[name];
                Storage.prototype[name] = function (...given) { window.asked += 1; return own.apply(this, given); };
            }
        });
        await embedded.goto(`${given.site.address}embed.html${link}&edit=1`);
        await marks(embedded).filter({ hasText: "guest" }).first().waitFor();
        await write(embedded, "# mine\n");
        await stored(embedded);
        assert.equal(await embedded.evaluate(() => window.asked), 0);
        assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage })), before);
    },

    "a scene that was saved as a file opens as a scene of its own": chromiumOnly("its driver tells of no download from the page's own memory", async () => {
        const page = await openShop();
        await openScenes(page);
        const download = page.waitForEvent("download");
        await dialog(page).getByRole("button", { name: "save corner as a file" }).click();
        const path = await (await download).path();
        await page.keyboard.press("Escape");
        const other = await open();
        await other.locator("input[type=file]").setInputFiles({ name: "Shop.netpolis", mimeType: "text/plain", buffer: await readFile(path) });
        await marks(other).filter({ hasText: "store" }).first().waitFor();
        await stored(other);
        await other.reload();
        await until("Shop", () => other.locator(".header .pick b").first().innerText(), "it is kept under the file's name");
        await other.locator("input[type=file]").setInputFiles({ name: "Shop.netpolis", mimeType: "text/plain", buffer: Buffer.from("v1.AAAA") });
        await until(/damaged/, () => toast(other).innerText(), "a damaged one is said");
    }),

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
        // It is called there as here.
        const title = (page) => page.locator(".header .pick b").first().innerText();
        const example = await open();
        const called = await title(example);
        const again = await open({}, await linkOf(example));
        await until(called, () => title(again), "the name came along");
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
