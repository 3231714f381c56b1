// The page under test and its parts: what every check uses.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "@axe-core/playwright";

const AxeBuilder = axe.default ?? axe;
export const here = fileURLToPath(new URL(".", import.meta.url));
export const shots = join(here, "shots");

/** How long a check waits for what must come; longer for a build that is not optimised. */
const PATIENCE_MS = Number(process.env.E2E_PATIENCE_MS ?? 5000);

/** The sizes that the page is looked at in; 200 % is a small desktop with twice the letters. */
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const SIZES = {
    "1440x900": { viewport: DESKTOP },
    "1280x720": { viewport: { width: 1280, height: 720 } },
    "1024x768": { viewport: { width: 1024, height: 768 } },
    "200 %": { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
    "390x844": { viewport: PHONE, hasTouch: true, isMobile: true },
    "360x640": { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true },
};

export const SHOP = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: corner, labels: {app: web}}
spec: {containers: [{name: web, image: example/web, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: till, namespace: corner, labels: {app: till}}
spec: {containers: [{name: till, image: example/till}]}
---
apiVersion: v1
kind: Pod
metadata: {name: store, namespace: corner, labels: {app: store}}
spec: {containers: [{name: store, image: example/store, ports: [{containerPort: 5432}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: store-only-from-till, namespace: corner}
spec:
  podSelector: {matchLabels: {app: store}}
  policyTypes: [Ingress]
  ingress:
  - from:
    - podSelector: {matchLabels: {app: till}}
    ports:
    - port: 5432
`;

// --- the page and its parts -----------------------------------------------------------------------

/** The browser and its name (chromium, firefox, webkit, webkit-old), the built site and where it is served, which the run sets. */
export const given = { browser: undefined, name: "chromium", folder: undefined, site: undefined };
/** What went wrong in any page, apart from the checks: script errors, failed requests. */
export const troubles = [];

/**
 * A check that some browsers cannot do here: why, by the browser's name. It is mostly the driver that cannot. What WebKit cannot, the old one
 * cannot either.
 */
export const notIn = (why, check) => Object.assign(check, { notIn: { "webkit-old": why.webkit, ...why } });
/** Why checks with fingers are not for some browsers. */
export const NO_FINGERS = { firefox: "its driver has no fingers", webkit: "its driver makes a mouse of every finger" };
/** A check that only Chromium's driver can do, and what the others do not do. */
export const chromiumOnly = (why, check) => notIn({ firefox: why, webkit: why }, check);

/**
 * The page, with a verdict. `prepare` gets the browser's context before it opens; `early`: it need not have its engine yet, as an embedded
 * page does not.
 */
export async function open(options = {}, fragment = "", file = "") {
    const { offline, prepare, early = file !== "", ...rest } = options;
    // The others have no such permissions, and ask nobody in these runs.
    const permissions = given.name === "chromium" ? ["clipboard-read", "clipboard-write"] : [];
    const context = await given.browser.newContext({ viewport: DESKTOP, permissions, serviceWorkers: "block", ...rest });
    context.on("page", waitsForProgram);
    await prepare?.(context);
    const page = await context.newPage();
    page.requests = [];
    page.on("request", (request) => /^https?:/.test(request.url()) && page.requests.push(request.url()));
    page.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && troubles.push(`console: ${message.text()}`));
    page.on("requestfailed", (request) => troubles.push(`failed: ${request.url()}`));
    page.on("response", (response) => response.status() >= 400 && troubles.push(`${response.status()}: ${response.url()}`));
    await page.goto(given.site.address + file + fragment);
    await verdict(page).waitFor();
    if (!early) await page.locator("html[data-engine=ready]").waitFor({ state: "attached" });
    return page;
}

/** Holds files back, in a page or a context, until the function that this returns is called. */
export async function holdBack(where, files) {
    let letCome;
    const held = new Promise((done) => (letCome = done));
    await where.route(files, async (route) => {
        await held;
        await route.continue();
    });
    return letCome;
}

/** Has a page count as loaded only when its program has taken it over from what the build has drawn. */
function waitsForProgram(page) {
    for (const name of ["goto", "reload"]) {
        const load = page[name].bind(page);
        page[name] = async (...given) => {
            const response = await load(...given);
            if (!given.at(-1)?.waitUntil) await page.locator("#starting").waitFor({ state: "detached" });
            return response;
        };
    }
}

export const verdict = (page) => page.locator(".verdict h2").first();
export const word = async (page) => (await verdict(page).innerText()).trim().toLowerCase();
export const editor = (page) => page.locator(".cm-content").first();
export const stations = (page) => page.locator("ol.stations > li");
export const marks = (page) => page.locator("svg.graph g.mark");
export const arrow = (page, from, to) => page.locator(`svg.graph g.arrow[data-ask^="corner/${from}["][data-ask*=" corner/${to}["]`);

export const stops = (page) => page.locator(".path-side").first().locator(".line > .stop");
export const headline = async (page) => (await page.locator(".path-verdict").first().innerText()).trim();
export const shown = (select) => select.evaluate((s) => s.selectedOptions[0].textContent);

/** A page with an example of the gallery. */
export async function openExample(title, options) {
    const page = await open(options);
    await page.locator(".header .pick").first().click();
    await page.locator(".examples .example", { hasText: title }).first().click();
    await page.locator(".path-verdict").first().waitFor();
    return page;
}

/** The text of the shown file. The editor keeps only visible lines in the page, so it is taken by copying. */
export async function text(page) {
    await editor(page).click();
    await page.keyboard.press("Control+a");
    if (given.name === "webkit-old") return page.evaluate(copied);
    await page.keyboard.press("Control+c");
    await page.keyboard.press("ArrowLeft");
    return page.evaluate(() => navigator.clipboard.readText());
}

/** Without a clipboard: what the page answers to the events. */
function copied() {
    const clipboardData = new DataTransfer();
    document.activeElement.dispatchEvent(new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }));
    return clipboardData.getData("text/plain");
}

function pasted(content) {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", content);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}

/** WebKit's clipboard on an X display does not always take a text at once: what was there before would be pasted. */
async function toClipboard(page, content) {
    const write = (text) => navigator.clipboard.writeText(text);
    const isThere = (text) => navigator.clipboard.readText().then((there) => there === text);
    await page.evaluate(write, content);
    for (let turn = 0; given.name === "webkit" && turn < 20 && !(await page.evaluate(isThere, content)); turn++) await page.evaluate(write, content);
}

/** Pastes in place of the whole text of the shown file. */
export async function paste(page, content) {
    const clipboard = given.name !== "webkit-old";
    if (clipboard) await toClipboard(page, content);
    await editor(page).click();
    await page.keyboard.press("Control+a");
    if (clipboard) await page.keyboard.press("Control+v");
    else await page.evaluate(pasted, content);
}

/** The button of a screen, which a narrow window shows one at a time. */
export const screen = (page, name) => page.getByRole("navigation", { name: "Screens" }).getByRole("button", { name });
/** Goes to a screen, where the window is narrow. */
export async function goTo(page, name) {
    if (await screen(page, name).isVisible()) await screen(page, name).click();
}

/** Has the engine get its requests only when the function is called that this puts into the page: as if it took so long for each. */
export const slowEngine = (context) =>
    context.addInitScript(() => {
        const held = [];
        window.letItEvaluate = () => {
            window.slow = false;
            held.splice(0).forEach((go) => go());
        };
        const Own = window.Worker;
        window.Worker = class extends Own {
            postMessage(data, transfer) {
                const go = () => super.postMessage(data, transfer);
                if (window.slow && data instanceof ArrayBuffer) held.push(go);
                else go();
            }
        };
        // Each text that is said to a screen reader.
        window.heard = [];
        addEventListener("DOMContentLoaded", () => {
            new MutationObserver(() => {
                const now = document.querySelector(".progress [role=status]")?.textContent ?? "";
                if (now !== (window.heard.at(-1) ?? "")) window.heard.push(now);
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        });
    });
/** From now on. */
export const becomeSlow = (page) => page.evaluate(() => (window.slow = true));
/** What it was asked since, and from now on at once. */
export const letItEvaluate = (page) => page.evaluate(() => window.letItEvaluate());

/** A page with nothing but the shop in it. */
export async function openShop(options) {
    const page = await open(options);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("button", { name: "New scene" }).click();
    // A narrow window shows text and graph one at a time.
    await goTo(page, "Text");
    await paste(page, SHOP);
    await goTo(page, "Graph");
    await marks(page).filter({ hasText: "store" }).first().waitFor();
    return page;
}

export async function ask(page, from, to, port) {
    for (const [label, value] of [["from", from], ["to", to]]) {
        const field = page.getByRole("combobox", { name: label, exact: true });
        await field.fill(value);
        await page.getByRole("listbox", { name: label, exact: true }).getByRole("option").filter({ hasText: value }).first().click();
    }
    await page.getByRole("textbox", { name: "destination port" }).fill(String(port));
}

export async function until(word, get, what) {
    const deadline = Date.now() + PATIENCE_MS;
    let seen;
    while (Date.now() < deadline) {
        seen = await get();
        if (word instanceof RegExp ? word.test(seen) : seen === word) return;
        await new Promise((next) => setTimeout(next, 25));
    }
    assert.fail(`${what}: waited for ${word}, saw ${seen}`);
}

export async function accessible(page, name, { program = true } = {}) {
    if (program) await editor(page).waitFor({ state: "attached" });
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = page.axe ? await page.axe(tags) : await new AxeBuilder({ page }).withTags(tags).analyze();
    const lines = violations.flatMap((v) => v.nodes.slice(0, 4).map((n) => `${v.id} (${v.impact}): ${v.help}\n      ${n.html.slice(0, 160)}\n      ${n.failureSummary?.split("\n").slice(1, 3).join(" ")}`));
    assert.equal(lines.length, 0, `${name}:\n    ${lines.join("\n    ")}`);
}

export const shoot = (page, name) => page.screenshot({ path: join(shots, `${given.name === "chromium" ? "" : `${given.name}-`}${name}.png`) });
