// The built site in headless Chromium, as a person uses it: node tests/e2e/run.mjs [WORD]
//
// Serves dist/ under a sub-path and goes through it; with a WORD only the checks whose name has it. Pictures of what was seen
// are put into tests/e2e/shots/. CHROMIUM names the browser (default: /usr/bin/chromium).
import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const AxeBuilder = axe.default ?? axe;
const here = fileURLToPath(new URL(".", import.meta.url));
const shots = join(here, "shots");
const wanted = process.argv[2] ?? "";

/** From the first byte asked for to the first verdict on the screen. */
const FIRST_VERDICT_MS = 1500;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const SHOP = `
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

let browser;
let site;
/** What went wrong in any page, apart from the checks: script errors, failed requests. */
const troubles = [];

async function open(options = {}, fragment = "", file = "") {
    const { offline, ...rest } = options;
    const context = await browser.newContext({ viewport: DESKTOP, permissions: ["clipboard-read", "clipboard-write"], ...rest });
    const page = await context.newPage();
    page.requests = [];
    page.on("request", (request) => /^https?:/.test(request.url()) && page.requests.push(request.url()));
    page.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && troubles.push(`console: ${message.text()}`));
    page.on("requestfailed", (request) => troubles.push(`failed: ${request.url()}`));
    page.on("response", (response) => response.status() >= 400 && troubles.push(`${response.status()}: ${response.url()}`));
    await page.goto(site.address + file + fragment);
    await verdict(page).waitFor();
    return page;
}

const verdict = (page) => page.locator(".verdict h2").first();
const word = async (page) => (await verdict(page).innerText()).trim().toLowerCase();
const editor = (page) => page.locator(".cm-content").first();
const stations = (page) => page.locator("ol.stations > li");
const marks = (page) => page.locator("svg.graph g.mark");
const arrow = (page, from, to) => page.locator(`svg.graph g.arrow[data-ask^="corner/${from}["][data-ask*=" corner/${to}["]`);

const stops = (page) => page.locator(".path-side").first().locator(".line > .stop");
const headline = async (page) => (await page.locator(".path-verdict").first().innerText()).trim();
const shown = (select) => select.evaluate((s) => s.selectedOptions[0].textContent);

/** A page with an example of the gallery. */
async function openExample(title, options) {
    const page = await open(options);
    await page.locator(".header .pick").first().click();
    await page.locator(".examples .example", { hasText: title }).first().click();
    await page.locator(".path-verdict").first().waitFor();
    return page;
}

/** The text of the shown file. The editor keeps only visible lines in the page, so it is taken by copying. */
async function text(page) {
    await editor(page).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+c");
    await page.keyboard.press("ArrowLeft");
    return page.evaluate(() => navigator.clipboard.readText());
}

/** Pastes in place of the whole text of the shown file. */
async function paste(page, content) {
    await page.evaluate((t) => navigator.clipboard.writeText(t), content);
    await editor(page).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+v");
}

/** A page with nothing but the shop in it. */
async function openShop(options) {
    const page = await open(options);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("button", { name: "Clear everything" }).click();
    await paste(page, SHOP);
    await marks(page).filter({ hasText: "store" }).first().waitFor();
    return page;
}

async function ask(page, from, to, port) {
    for (const [label, value] of [["from", from], ["to", to]]) {
        const field = page.getByRole("combobox", { name: label, exact: true });
        await field.fill(value);
        await page.getByRole("listbox", { name: label, exact: true }).getByRole("option").filter({ hasText: value }).first().click();
    }
    await page.getByRole("spinbutton", { name: "destination port" }).fill(String(port));
}

async function until(word, get, what) {
    const deadline = Date.now() + 5000;
    let seen;
    while (Date.now() < deadline) {
        seen = await get();
        if (word instanceof RegExp ? word.test(seen) : seen === word) return;
        await new Promise((next) => setTimeout(next, 25));
    }
    assert.fail(`${what}: waited for ${word}, saw ${seen}`);
}

async function accessible(page, name) {
    await editor(page).waitFor({ state: "attached" });
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    const lines = violations.flatMap((v) => v.nodes.slice(0, 4).map((n) => `${v.id} (${v.impact}): ${v.help}\n      ${n.html.slice(0, 160)}\n      ${n.failureSummary?.split("\n").slice(1, 3).join(" ")}`));
    assert.equal(lines.length, 0, `${name}:\n    ${lines.join("\n    ")}`);
}

const shoot = (page, name) => page.screenshot({ path: join(shots, `${name}.png`) });

// --- checks ---------------------------------------------------------------------------------------

const checks = {
    async "the first verdict is there within 1.5 s"() {
        const times = [];
        for (let i = 0; i < 3; i++) {
            const page = await open();
            // The mark is set when the verdict is painted, as seen from the page's own clock.
            times.push(await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))));
            await page.context().close();
        }
        console.log(`    first verdict after ${times.map((t) => Math.round(t)).join(", ")} ms`);
        assert.ok(Math.min(...times) < FIRST_VERDICT_MS, `${times} ms`);
    },

    async "it opens on an allowed and a denied flow, with the deciding line lit"() {
        const page = await open();
        assert.match(await word(page), /^(allowed|denied)$/);
        assert.ok((await stations(page).count()) >= 1);
        assert.ok((await page.locator("g.arrow.allowed").count()) > 0, "an allowed edge");
        assert.ok((await page.locator("g.arrow.denied").count()) > 0, "a denied edge");
        assert.equal(await page.locator("g.arrow.flow").count(), 1, "one edge is selected");
        await page.locator(".cm-mark").first().waitFor();
        await shoot(page, "first");
    },

    async "pasted text becomes a graph; an edge tells why"() {
        const page = await openShop();
        assert.deepEqual((await marks(page).locator(".title").allTextContents()).filter((t) => ["web", "till", "store"].includes(t)).sort(), ["store", "till", "web"]);
        await arrow(page, "web", "store").first().dispatchEvent("click");
        await until("denied", () => word(page), "web to store");
        const trace = await stations(page).allInnerTexts();
        assert.equal(trace.length, 2, trace.join("\n"));
        assert.match(trace[1], /store-only-from-till/);
        assert.match(trace[1], /nearest/i);
        await shoot(page, "denied");
        await arrow(page, "till", "store").first().dispatchEvent("click");
        await page.getByRole("spinbutton", { name: "destination port" }).fill("5432");
        await until("allowed", () => word(page), "till to store");
        // The deciding rule's lines are lit in the editor.
        await page.locator(".cm-mark").first().waitFor();
        const lit = (await page.locator(".cm-mark").allInnerTexts()).join("\n");
        assert.match(lit, /podSelector|from/);
        await shoot(page, "allowed");
    },

    async "a question can be asked by its ends and port"() {
        const page = await openShop();
        await ask(page, "till", "store", 5432);
        await until("allowed", () => word(page), "till to store 5432");
        await page.getByRole("spinbutton", { name: "destination port" }).fill("5433");
        await until("denied", () => word(page), "till to store 5433");
        await page.getByRole("combobox", { name: "protocol" }).selectOption("ICMP");
        await until(/cannot tell/, () => word(page), "till to store ICMP");
        await page.getByRole("button", { name: "swap the two ends" }).click();
        await until("allowed", () => word(page), "store to till ICMP");
    },

    async "typing changes the verdict, and broken text keeps the picture"() {
        const page = await openShop();
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "before");
        const before = await marks(page).count();
        await paste(page, SHOP.replace("{app: till}}\n    ports", "{app: web}}\n    ports"));
        await until("allowed", () => word(page), "after the edit");
        const broken = `${SHOP}---\nkind: [\n`;
        await paste(page, broken);
        await page.getByRole("tab", { name: /Problems/ }).click();
        await page.getByRole("list", { name: "Problems" }).getByRole("listitem").first().waitFor();
        assert.equal(await marks(page).count(), before, "the picture stays");
        assert.equal((await text(page)).trim(), broken.trim(), "the text stays");
        await shoot(page, "broken");
    },

    async "the editor completes and explains Calico's fields, labels and selectors"() {
        const page = await openShop();
        await paste(page, `${SHOP}---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: x, namespace: corner}\nspec:\n  types: [Ingress]`);
        const options = () => page.locator(".cm-tooltip-autocomplete li").evaluateAll((all) => all.map((li) => li.querySelector(".cm-completionLabel").textContent).join(" "));
        await editor(page).click();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("\nserviceA");
        await until("serviceAccountSelector", options, "a field");
        for (let i = 0; i < "serviceA".length; i++) await page.keyboard.press("Backspace");
        await page.keyboard.type("selector: app == 's");
        await until("store", options, "a value of a label");
        await page.locator(".cm-tooltip-autocomplete li", { hasText: "store" }).click();
        await until(/app == 'store'/, () => text(page), "it is written inside the quotes");
        const help = page.locator(".cm-field-help");
        await page.locator(".cm-line", { hasText: "types: [Ingress]" }).getByText("types", { exact: true }).hover();
        await until(/Directions/, async () => (await help.allInnerTexts()).join(), "help for a field");
    },

    async "a denied flow offers the change that allows it, and undo takes it back"() {
        const page = await openShop();
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "before");
        const fix = page.getByRole("region", { name: "Allow this" });
        await fix.getByRole("button", { name: "Apply" }).click();
        await until("allowed", () => word(page), "after the change");
        await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
        await until("denied", () => word(page), "after undo");
        assert.equal((await text(page)).trim(), SHOP.trim());
    },

    async "every example opens with a verdict and without an error"() {
        const page = await open();
        const menu = page.getByRole("button", { name: /^Example/ });
        await menu.click();
        const titles = await page.locator(".examples .example b").allInnerTexts();
        assert.ok(titles.length >= 8, `${titles.length} examples`);
        await page.keyboard.press("Escape");
        for (const [i, title] of titles.entries()) {
            await menu.click();
            await page.locator(".examples .example").nth(i).click();
            await until(new RegExp(`Example\\s*${title.replace(/[^\w ]/g, ".")}`), () => menu.innerText(), "the menu names it");
            await until(/allowed|denied|cannot tell/, () => word(page), title);
            assert.equal(await page.locator(".badge.error").count(), 0, `${title} has errors`);
            // Marks of the graph, or machines of the cloud's network.
            assert.ok((await page.locator("svg.graph g.mark, .az-machine").count()) >= 1, title);
            await shoot(page, `example-${String(i + 1).padStart(2, "0")}`);
        }
    },

    async "a policy dragged on the board shows what would change, and Keep writes it"() {
        const page = await open();
        await page.getByRole("button", { name: /^Example/ }).click();
        await page.locator(".examples .example", { hasText: "zero trust" }).click();
        await until("denied", () => word(page), "before");
        await page.getByRole("tab", { name: "Policies", exact: true }).click();
        const cards = page.locator(".board .card");
        const order = () => cards.locator("header b").allInnerTexts();
        await until(/quarantine,everything-else/, async () => String(await order()), "the order in the tier");
        await until(/decides \d+ of \d+ flows/, () => cards.first().innerText(), "how much it decides");
        await page.locator(".toast").getByRole("button").last().click();
        await cards.nth(0).evaluate((card) => card.scrollIntoView({ block: "start" }));
        const [first, second] = [await cards.nth(0).boundingBox(), await cards.nth(1).boundingBox()];
        await page.mouse.move(second.x + 40, second.y + 20);
        await page.mouse.down();
        await page.mouse.move(first.x + 40, first.y + 20, { steps: 8 });
        await page.mouse.up();
        const proposal = page.getByRole("status", { name: "What this move would change" });
        await until(/everything-else before quarantine: \d flows change/, () => proposal.innerText(), "what would change");
        assert.equal(await word(page), "denied", "nothing is changed yet");
        await shoot(page, "board-move");
        await accessible(page, "board");
        await proposal.getByRole("button", { name: "Keep" }).click();
        await until("allowed", () => word(page), "after the move");
        await until(/^everything-else,quarantine/, async () => String(await order()), "the new order");
        await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
        await until("denied", () => word(page), "after undo");
        // Without a mouse.
        await page.getByRole("button", { name: "move everything-else" }).click();
        await page.getByRole("button", { name: "Earlier" }).click();
        await until(/flows change/, () => proposal.innerText(), "by menu");
        await proposal.getByRole("button", { name: "Leave it as it is" }).click();
        await proposal.waitFor({ state: "detached" });
    },

    async "a path is followed from station to station, and its lines light up"() {
        const page = await openExample("a public load balancer");
        assert.equal(await page.getByRole("tab", { name: "Path" }).getAttribute("aria-selected"), "true", "the example opens with its path");
        await until(/Denied on 1 of 2 branches \(66\.7 %\)/, () => headline(page), "the verdict over all branches");
        assert.equal(await stops(page).count(), 6);
        assert.match(await stops(page).nth(2).innerText(), /SNAT[\s\S]*10\.224\.0\.5/);
        assert.match(await stops(page).nth(5).innerText(), /not reached/);
        // The deciding line, in the editor.
        await stops(page).nth(4).getByRole("button", { name: /policies\.yaml line 13/ }).click();
        assert.match(await page.locator(".cm-line.cm-activeLine").innerText(), /app: frontend/);
        await until(/isolates frontend/, async () => (await page.locator(".cm-line.cm-mark").allInnerTexts()).join(" "), "the line is lit");
        // A station opens: tiers, policies and rules as in the trace, and what upstream says.
        await stops(page).nth(4).getByRole("button", { name: /Ingress of shop\/frontend/ }).click();
        const opened = page.locator(".stop-open");
        await opened.locator(".rung summary").click();
        assert.match(await opened.innerText(), /10\.224\.0\.5 is not in 203\.0\.113\.0\/24[\s\S]*rule 1: allow/);
        await stops(page).nth(2).getByRole("button", { name: "Node node-b" }).click();
        assert.match(await opened.innerText(), /Using Source IP/);
        await shoot(page, "path");
        // The other branch.
        await page.getByRole("list", { name: "Branches" }).getByRole("button").nth(1).click();
        await until(/sees 10\.224\.0\.4/, () => stops(page).last().innerText(), "what the application sees");
        await until(/allows this ingress/, async () => (await page.locator(".cm-line.cm-mark").allInnerTexts()).join(" "), "other lines are lit");
        // Nothing moves before it is asked for.
        assert.equal(await page.locator(".playing").count(), 0);
        await page.getByRole("button", { name: "Play" }).click();
        assert.equal(await page.locator(".line.playing").count(), 1);
    },

    async "choices change the path, and say what the text says"() {
        const page = await openExample("a public load balancer");
        const policy = page.getByRole("combobox", { name: "externalTrafficPolicy" });
        assert.equal(await shown(policy), "as in text: Cluster");
        await policy.selectOption("Local");
        await until(/^Allowed/, () => headline(page), "with Local the client's address stays");
        await page.getByRole("button", { name: /More choices/ }).click();
        const pods = page.getByRole("textbox", { name: "pods per node" });
        await pods.fill("1, 9");
        await pods.press("Enter");
        await until(/5\.56 %/, () => page.locator(".path-pods").innerText(), "shares of pods");
        await shoot(page, "path-choices");
        await policy.selectOption("");
        await until(/^Denied on/, () => headline(page), "as in the text again");
        // What means nothing is told, and the panel stays.
        await page.getByRole("combobox", { name: "target" }).fill("svc/shop/nothing");
        await page.keyboard.press("Enter");
        await until(/there is no Service `?nothing/i, () => page.locator(".path-pane").innerText(), "why there is no answer");
        assert.equal(await page.getByRole("combobox", { name: "client" }).inputValue(), "203.0.113.7");
    },

    async "two paths are compared, with the differences lit"() {
        const page = await openExample("a public load balancer");
        await page.getByRole("combobox", { name: "compare with" }).selectOption("dataplane=ebpf");
        const side = (n) => page.locator(".path-side").nth(n);
        await until(/Allowed on every branch/, () => side(1).locator(".path-verdict").innerText(), "the other side");
        assert.match(await side(0).innerText(), /kube-proxy/);
        for (const n of [0, 1]) {
            assert.ok((await side(n).locator(".pair .differs").count()) > 2, "changed addresses");
            assert.equal(await side(n).locator(".stop-by.differs").count(), 1, "the changed verdict");
        }
        await shoot(page, "path-compared");
        // It travels in a link.
        await page.getByRole("button", { name: "Share" }).click();
        const link = await page.getByRole("textbox", { name: "link" }).inputValue();
        const other = await open({}, new URL(link).hash);
        await until(/Allowed on every branch/, () => other.locator(".path-side").nth(1).locator(".path-verdict").innerText(), "opened from the link");
        await other.waitForTimeout(800);
        await other.reload();
        await until(/Denied on 1 of 2/, () => headline(other), "after a reload");
    },

    async "a Service on the graph leads to its path"() {
        const page = await openExample("a public load balancer");
        await page.getByRole("tab", { name: "Matrix" }).click();
        await page.locator("svg.graph [data-follow]").first().click();
        await until(/^(Allowed|Denied)/, () => headline(page), "by the mark on the card");
        assert.equal(await page.getByRole("combobox", { name: "target" }).inputValue(), "Service shop/frontend");
        // Without a pointer: by the panel of the workload, and by that of a client.
        await page.getByRole("tab", { name: "Matrix" }).click();
        await marks(page).filter({ hasText: "frontend" }).first().press("Enter");
        await page.locator(".end-panel").getByRole("button", { name: /show the path to Service shop\/frontend/ }).click();
        await until(/^(Allowed|Denied)/, () => headline(page), "by the workload's panel");
        await marks(page).filter({ hasText: "203.0.113.0/24" }).first().press("Enter");
        await page.locator(".end-panel").getByRole("button", { name: /show the path to Service shop\/frontend/ }).click();
        await until(/Denied on 1 of 2/, () => headline(page), "by the client's panel");
        // Nothing asked yet: what there is is offered.
        await page.locator(".header .pick").first().click();
        await page.locator(".examples .example", { hasText: "Online boutique" }).click();
        await page.locator(".path-offer").getByRole("button", { name: /Service boutique\/frontend/ }).first().click();
        await until(/^(Allowed|Denied|Cannot tell)/, () => headline(page), "from the offer");
    },

    async "paths are accessible, in light and dark, and on a phone"() {
        for (const colorScheme of ["light", "dark"]) {
            const page = await openExample("the same with eBPF", { colorScheme });
            await page.locator(".toast").getByRole("button").last().click();
            await page.getByRole("button", { name: /More choices/ }).click();
            await stops(page).nth(4).getByRole("button", { name: /Ingress of/ }).click();
            await accessible(page, `path, ${colorScheme}`);
            await shoot(page, `path-${colorScheme}`);
            const phone = await openExample("the same with eBPF", { colorScheme, viewport: PHONE, hasTouch: true, isMobile: true });
            await stops(phone).nth(4).scrollIntoViewIfNeeded();
            const [wide, seen] = await phone.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.ok(wide <= seen, `${wide} wide on ${seen}`);
            const inner = await phone.locator(".bottom-body").evaluate((body) => [body.scrollWidth, body.clientWidth]);
            assert.ok(inner[0] <= inner[1], `the panel is ${inner[0]} wide on ${inner[1]}`);
            await accessible(phone, `path on a phone, ${colorScheme}`);
            await shoot(phone, `path-phone-${colorScheme}`);
            // From top to bottom.
            const [first, second] = [await stops(phone).nth(0).boundingBox(), await stops(phone).nth(1).boundingBox()];
            assert.ok(second.y > first.y + 20 && second.x === first.x);
        }
        const still = await openExample("a public load balancer", { reducedMotion: "reduce" });
        assert.equal(await still.getByRole("button", { name: "Play" }).count(), 0, "nothing to play where motion is not wanted");
    },

    async "not one request after the first load, and no network is needed"() {
        const page = await openShop();
        await page.waitForLoadState("networkidle");
        const before = page.requests.length;
        await page.context().setOffline(true);
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "offline");
        await page.getByRole("tab", { name: "Matrix" }).click();
        await page.getByRole("button", { name: /^Example/ }).click();
        await page.locator(".examples .example").last().click();
        await until(/allowed|denied|cannot tell/, () => word(page), "an example, offline");
        await page.getByRole("button", { name: "Share" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "close" }).click();
        assert.deepEqual(page.requests.slice(before), []);
        const own = page.requests.filter((url) => !url.startsWith(site.address));
        assert.deepEqual(own, [], "everything comes from where the page is");
    },

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
        assert.ok(link.startsWith(`${site.address}#`) || link.startsWith(`${site.address}index.html#`), link.slice(0, 80));
        await shoot(page, "share");
        // Somebody else, who has never been here.
        const other = await open({}, new URL(link).hash);
        await until("denied", () => word(other), "opened from the link");
        assert.equal((await text(other)).trim(), SHOP.trim());
        assert.equal(await other.getByRole("spinbutton", { name: "destination port" }).inputValue(), "5432");
        const sent = other.requests.filter((url) => url.includes("#") || url.length > 200);
        assert.deepEqual(sent, [], "the scene is sent to nobody");
    },

    async "the embedded page shows the scene inside another"() {
        const page = await openShop();
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "before");
        await page.getByRole("button", { name: "Share" }).click();
        const code = await page.getByRole("textbox", { name: "embed code" }).inputValue();
        assert.match(code, /^<iframe src="http[^"]+embed\.html#[^"]+"/);
        site.pages["/course.html"] = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A course</title><h1>A course</h1>${code}`;
        const course = await page.context().newPage();
        course.on("pageerror", (error) => troubles.push(`embedded: ${error.message}`));
        await course.goto(`${site.origin}/course.html`);
        const frame = course.frameLocator("iframe");
        await frame.locator("svg.graph g.mark").first().waitFor();
        await until("denied", async () => (await frame.locator(".verdict h2").first().innerText()).trim().toLowerCase(), "embedded verdict");
        assert.equal(await frame.locator(".cm-editor").count(), 0, "nothing to edit where it is read-only");
        assert.equal(await frame.getByRole("link", { name: /Open in Netpolis/ }).count(), 1);
        await shoot(course, "embed");
    },

    async "the graph can be used with the keyboard alone"() {
        const page = await openShop();
        const first = page.locator("svg.graph g.mark[tabindex='0']").first();
        await first.focus();
        const name = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
        const seen = new Set([await name()]);
        for (const key of ["ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"]) {
            await page.keyboard.press(key);
            seen.add(await name());
        }
        assert.ok(seen.size >= 2, [...seen].join("; "));
        await page.keyboard.press("Enter");
        await page.locator("g.mark.selected").first().waitFor();
        await shoot(page, "selected");
    },

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
        const screens = page.getByRole("navigation", { name: "Screens" }).getByRole("button");
        const titles = await screens.allInnerTexts();
        assert.ok(titles.length >= 4, titles.join());
        for (const [i, title] of titles.entries()) {
            await screens.nth(i).click();
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
};

// --- the run --------------------------------------------------------------------------------------

const pages = {};
site = { ...(await serve(join(here, "../../dist"), "/some/sub/path/", pages)), pages };
await rm(shots, { recursive: true, force: true });
await mkdir(shots, { recursive: true });
browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0;
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
    if (!name.includes(wanted)) continue;
    troubles.length = 0;
    try {
        await check();
        assert.equal(troubles.length, 0, troubles.join("\n"));
        passed += 1;
        console.log(`  ok      ${name}`);
    } catch (error) {
        failed += 1;
        console.log(`  FAILED  ${name}\n    ${String(error?.message ?? error).split("\n").slice(0, 30).join("\n    ")}`);
        const last = browser.contexts().at(-1)?.pages().at(-1);
        await last?.screenshot({ path: join(shots, `failed-${name.replace(/\W+/g, "-")}.png`) }).catch(() => {});
    }
    for (const context of browser.contexts()) await context.close();
}
await browser.close();
site.close();
console.log(`e2e: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
