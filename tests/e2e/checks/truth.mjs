// What is drawn and said is true, and says what it is of.
import assert from "node:assert/strict";
import { SHOP, ask, editor, headline, marks, open, openExample, openShop, paste, shoot, until, word } from "../page.mjs";

/** Marks that are not faded, by their name; all of them where nothing is pointed at. */
const lit = (page) => page.locator("svg.graph").evaluate((svg) => {
    const solid = (mark) => getComputedStyle(mark).opacity === "1";
    return [...svg.querySelectorAll("g.mark")].filter(solid).map((m) => m.querySelector("text.title").textContent).sort().join(" ");
});

const port = (page) => page.getByRole("textbox", { name: "destination port" });
const choose = async (page, label, value) => {
    await page.getByRole("combobox", { name: label, exact: true }).fill(value);
    await page.getByRole("listbox", { name: label, exact: true }).getByRole("option").filter({ hasText: value }).first().click();
};

export default {
    async "what is faded follows the picture, not the place in it"() {
        const page = await openShop();
        const mark = (name) => marks(page).filter({ hasText: name }).first();
        await mark("store").hover();
        await until("Internet store till web", () => lit(page), "all have something to do with the store");
        // A click redraws the picture with the arrows of what is selected: who is near is still near.
        await mark("store").click();
        await page.locator("g.mark.selected", { hasText: "store" }).waitFor();
        // Its arrows may have moved the cards.
        await mark("store").hover();
        await until("Internet store till web", () => lit(page), "after the click");
        const faded = () => page.locator("g.arrow[data-ask*='store[']").evaluateAll((arrows) => arrows.filter((a) => getComputedStyle(a).opacity !== "1").length);
        await until(0, faded, "arrows of the store that are faded");
        // An arrow: its two ends. A new card comes before them and shifts every number.
        const arrow = page.locator(`g.arrow[data-ask^="corner/till["][data-ask*=" corner/store["]`);
        // The hand is elsewhere, so that no card that moves comes to lie under it.
        await page.mouse.move(5, 5);
        await arrow.focus();
        await arrow.dispatchEvent("pointerover", { bubbles: true, pointerType: "mouse" });
        await until("store till", () => lit(page), "at the arrow");
        await editor(page).focus();
        await page.keyboard.press("Control+End");
        await page.keyboard.insertText("---\napiVersion: v1\nkind: Pod\nmetadata: {name: aaa, namespace: corner}\nspec: {containers: [{name: a, image: a}]}\n");
        await marks(page).filter({ hasText: "aaa" }).first().waitFor();
        await until("store till", () => lit(page), "with one more card");
        await mark("store").hover();
        await page.mouse.move(5, 5);
        await until(/aaa/, () => lit(page), "away from it");
    },

    async "a cell asks for the port that it shows, and a new receiver for one that it offers"() {
        const page = await openShop();
        await ask(page, "web", "till", 80);
        await page.getByRole("tab", { name: "Matrix" }).click();
        await page.locator(".matrix button", { hasText: "5432" }).first().click();
        await until("5432", () => port(page).inputValue(), "the port of the cell");
        await until("allowed", () => word(page), "what the cell says");
        await ask(page, "web", "till", 81);
        await page.locator('g.arrow[data-ask^="corner/till["][data-ask*=" corner/store["]').press("Enter");
        await until("5432", () => port(page).inputValue(), "the port of the arrow");
        await ask(page, "till", "till", 82);
        await choose(page, "to", "store");
        await until("5432", () => port(page).inputValue(), "the port that the store declares");
        await port(page).fill("80");
        await choose(page, "from", "web");
        assert.equal(await port(page).inputValue(), "80", "another sender changes no port");
    },

    async "a port is a number or a name, and never quietly any port"() {
        const page = await openShop();
        await ask(page, "till", "store", 5432);
        await until("allowed", () => word(page), "5432");
        await port(page).fill("54x");
        const note = page.locator(".question .port-note");
        await until(/54x is not a port: enter a number.*The answer is for 5432/, () => note.innerText(), "what is wrong");
        assert.equal(await port(page).getAttribute("aria-invalid"), "true");
        assert.equal(await word(page), "allowed", "the answer is still the one for 5432");
        await shoot(page, "port-wrong");
        await port(page).fill("http");
        await until(/http is port 80/, () => note.innerText(), "a name");
        await until("denied", () => word(page), "port 80");
        await port(page).fill("70000");
        await until(/1 to 65535/, () => note.innerText(), "too large");
    },

    async "the matrix names the namespace where a name repeats"() {
        const page = await openShop();
        const twin = (namespace) => `\n---\n{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: ${namespace}, labels: {app: web}}, spec: {containers: [{name: a, image: a}]}}`;
        await paste(page, SHOP + twin("other"));
        await page.getByRole("tab", { name: "Matrix" }).click();
        await marks(page).filter({ hasText: "web" }).nth(1).waitFor();
        const columns = await page.locator(".matrix thead th span").allInnerTexts();
        assert.deepEqual(columns.filter((name) => /web/.test(name)).sort(), ["corner/web", "other/web"]);
        assert.ok(columns.includes("till"), columns.join(" "));
        await shoot(page, "matrix-twins");
    },

    async "a broken document leaves the others evaluated, and everything says what it is without"() {
        const page = await openShop();
        await ask(page, "till", "store", 5432);
        await until("allowed", () => word(page), "before");
        const notes = async () => (await page.locator(".coverage-words").allInnerTexts()).map((t) => t.trim());
        assert.deepEqual(await notes(), []);
        const policy = (name, selector) => `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: corner}\nspec:\n  podSelector: ${selector}\n`;
        // The others are evaluated: a policy that comes with the broken one counts.
        await paste(page, SHOP + policy("closed", "{matchLabels: {app: till}}") + policy("broken", "{matchLabels: {app: store}"));
        await until(/cannot tell/, () => word(page), "the broken policy may deny it");
        await page.getByRole("tab", { name: "Matrix" }).click();
        await until(3, async () => (await notes()).length, "graph, verdict and matrix say it");
        for (const note of await notes()) assert.match(note, /^Without policies.yaml document 6, which cannot be read: line \d+\./);
        assert.match(await marks(page).filter({ hasText: "till" }).first().getAttribute("aria-label"), /isolated for ingress/, "the policy beside it is evaluated");
        await shoot(page, "coverage");
        await page.locator(".graph-pane .coverage .spot").click();
        await until(true, () => page.evaluate(() => document.activeElement?.closest(".cm-editor") != null), "its line is shown in the editor");
        // Whole again: not a word.
        await paste(page, SHOP);
        await until(0, async () => (await notes()).length, "nothing is missing");
    },

    async "a half-written line does not tear the picture, and a card comes back to its place"() {
        const page = await openShop();
        const at = async (name) => marks(page).filter({ hasText: name }).first().getAttribute("transform");
        const before = await at("till");
        const count = await marks(page).count();
        await editor(page).click();
        await page.keyboard.press("Control+Home");
        await page.keyboard.type("a: b: c\n");
        assert.equal(await marks(page).count(), count, "while it is typed, the picture waits");
        await until(/Without|Reading/, () => page.locator(".graph-pane .coverage").innerText(), "and says so");
        await until(String(count - 1), async () => String(await marks(page).count()), "then it is without the document");
        for (let i = 0; i < 8; i++) await page.keyboard.press("Backspace");
        await until(String(count), async () => String(await marks(page).count()), "whole again");
        assert.equal(await at("till"), before);
    },

    async "kinds that are not evaluated are named on the page and in the embed"() {
        const page = await openShop();
        const cilium = "\n---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: cil, namespace: corner}\nspec: {endpointSelector: {matchLabels: {app: web}}, ingress: [{}]}\n";
        await paste(page, SHOP + cilium);
        const banner = page.locator(".graph-pane .coverage");
        await until(/Without CiliumNetworkPolicy corner\/cil, which is not evaluated\. Flows that it may affect are “cannot tell”\./, () => banner.innerText(), "the banner");
        await ask(page, "till", "web", 80);
        await until("cannot tell", () => word(page), "what follows");
        await page.getByRole("button", { name: "Share" }).click();
        const code = await page.getByRole("textbox", { name: "embed code" }).inputValue();
        const embed = await open({}, /embed\.html(#[^"]+)/.exec(code)[1].replaceAll("&amp;", "&"), "embed.html");
        await until(/Without CiliumNetworkPolicy corner\/cil/, () => embed.locator(".coverage").first().innerText(), "the embedded page");
        await shoot(embed, "coverage-embed");
    },

    async "one question has one verdict: the way to a Service is the headline beside it, in the embed and in what is copied"() {
        const page = await openExample("a public load balancer");
        const said = await headline(page);
        assert.match(said, /^Denied.*1 of 2 branches/);
        await until(said.toLowerCase(), () => word(page), "the side panel says the same");
        assert.equal(await page.getByRole("combobox", { name: "to", exact: true }).inputValue(), "Service shop/frontend");
        await page.getByRole("button", { name: "copy this answer" }).click();
        await page.getByRole("button", { name: "Copy as text" }).click();
        await until(true, async () => (await page.evaluate(() => navigator.clipboard.readText())).startsWith(said), "copied text begins with it");
        await shoot(page, "one-verdict");
        // With the panel closed, in a link and in the embedded page: the same.
        await page.getByRole("tab", { name: "Matrix" }).click();
        assert.equal(await word(page), said.toLowerCase());
        await page.getByRole("button", { name: "Share" }).click();
        const code = await page.getByRole("textbox", { name: "embed code" }).inputValue();
        const hash = /embed\.html(#[^"]+)/.exec(code)[1].replaceAll("&amp;", "&");
        const opened = await open({}, hash);
        await until(said.toLowerCase(), () => word(opened), "an opened link");
        const embed = await open({}, hash, "embed.html");
        await until(said.toLowerCase(), () => word(embed), "the embedded page");
        // A flow between two workloads is asked in both places at once.
        await page.getByRole("dialog").getByRole("button", { name: "close" }).click();
        await page.getByRole("tab", { name: "Path" }).click();
        await choose(page, "to", "frontend");
        await until(await word(page), async () => (await headline(page)).toLowerCase(), "both say the same");
        assert.equal(await page.getByRole("combobox", { name: "target" }).inputValue(), "shop/frontend");
    },

    async "source port and type of a message can be asked, and are out of the way until then"() {
        const page = await openShop();
        await ask(page, "till", "store", 5432);
        await until("allowed", () => word(page), "before");
        const source = page.getByRole("textbox", { name: "source port" });
        assert.equal(await source.count(), 0);
        await page.getByRole("button", { name: "source port" }).click();
        await source.fill("40000");
        await until("allowed", () => word(page), "from a port");
        await source.fill("x");
        await until(/x is not a port/, () => page.locator(".special .port-note").innerText(), "letters");
        await page.getByRole("combobox", { name: "protocol", exact: true }).selectOption("ICMP");
        await page.getByRole("textbox", { name: "type" }).fill("8");
        await until(/allowed|denied|cannot tell/, () => word(page), "an echo request");
        await page.getByRole("textbox", { name: "type" }).fill("800");
        await until(/from 0 to 255/, () => page.locator(".special .port-note").innerText(), "too large");
        await shoot(page, "icmp");
    },

    async "after a paste the page asks the most telling flow, at the port that is offered there"() {
        const page = await openShop();
        // The store is open to the till alone: that the web may not reach it is what there is to see.
        await until("corner/web", () => page.getByRole("combobox", { name: "from", exact: true }).inputValue(), "who asks");
        assert.equal(await page.getByRole("combobox", { name: "to", exact: true }).inputValue(), "corner/store");
        assert.equal(await port(page).inputValue(), "5432");
        await until("denied", () => word(page), "the verdict");
        const box = await page.locator(".verdict h2").first().boundingBox();
        assert.ok(box.y + box.height < page.viewportSize().height / 2, "above the fold");
        await shoot(page, "first-question");
        // A question of one's own stays, also when its text changes.
        await ask(page, "till", "store", 81);
        await paste(page, SHOP.replace("port: 5432", "port: 81"));
        await until("allowed", () => word(page), "the same question");
        assert.equal(await port(page).inputValue(), "81");
    },

    async "no arrow means one thing: what is open to all, and what is denied without an arrow, says so"() {
        const page = await openShop();
        const pod = (name) => `\n---\n{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: corner}, spec: {containers: [{name: a, image: a}]}}`;
        await paste(page, SHOP + ["ana", "ben", "cleo", "dora", "emil", "fritz", "gerda", "hans"].map(pod).join(""));
        const sign = (name) => marks(page).filter({ hasText: name }).first().locator(".undrawn text").allTextContents();
        await until(/open to all/, async () => String(await sign("ana")), "a card that everything may reach");
        await until(/^denied from \d+$/, async () => String(await sign("store")), "one that few may reach");
        assert.match(await page.locator(".legend").innerText(), /open to all.*denied from n/s);
        assert.doesNotMatch(await page.locator(".legend").innerText(), /cannot tell/, "only what is in the picture");
        await shoot(page, "open-or-isolated");
        // Selected, a card has all of its arrows, and nothing more to say.
        await marks(page).filter({ hasText: "store" }).first().press("Enter");
        await until("", async () => String(await sign("store")), "all are drawn");
    },
};
