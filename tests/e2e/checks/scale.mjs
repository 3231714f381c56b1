// Scenes of more than can be read: namespaces first, then what is opened or focused.
import assert from "node:assert/strict";
import { accessible, chromiumOnly, goTo, marks, NO_FINGERS, notIn, open, paste, PHONE, shoot, until } from "../page.mjs";

/** A dozen namespaces of five workloads; the second and third workload of each may reach the first, and `team-0/w-1` that of `team-1`. */
function cluster() {
    const documents = [];
    for (let n = 0; n < 12; n++) {
        documents.push(`apiVersion: v1\nkind: Namespace\nmetadata: {name: team-${n}, labels: {team: "${n}"}}`);
        for (let w = 0; w < 5; w++) {
            documents.push(`apiVersion: v1\nkind: Pod\nmetadata: {name: w-${w}, namespace: team-${n}, labels: {app: w-${w}}}\nspec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}`);
        }
        const other = n === 1 ? `, {namespaceSelector: {matchLabels: {team: "0"}}, podSelector: {matchLabels: {app: w-1}}}` : "";
        documents.push(`apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed, namespace: team-${n}}\nspec: {podSelector: {}}`);
        documents.push(`apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: w-0, namespace: team-${n}}\nspec:\n  podSelector: {matchLabels: {app: w-0}}\n  ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [w-1, w-2]}]}}${other}], ports: [{port: 8080}]}]`);
    }
    return documents.join("\n---\n");
}

async function openCluster(options) {
    const page = await open(options);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("button", { name: "New scene" }).click();
    await goTo(page, "Text");
    await paste(page, cluster());
    await goTo(page, "Graph");
    await page.locator("svg.graph.overview").waitFor();
    await marks(page).filter({ hasText: "team-1" }).first().waitFor();
    return page;
}

const card = (page, name) => page.locator(`svg.graph g.mark[data-key="namespace/${name}"]`);
const frames = (page) => page.locator("svg.graph g.frame");
const crumbs = async (page) => ((await page.locator(".crumbs").count()) ? (await page.locator(".crumbs").innerText()).replace(/\s+/g, " ").trim() : "");
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName);
/** Clicks a card at its title: in the middle of it may be what opens it. */
const at = { position: { x: 30, y: 20 } };

export default {
    async "a large scene begins as namespaces that can be read"() {
        const page = await openCluster();
        const cards = await marks(page).evaluateAll((all) => all.map((m) => m.getAttribute("aria-label")));
        assert.equal(cards.filter((label) => /^namespace team-\d+, 5 workloads, 5 pods, all isolated, closed$/.test(label)).length, 12, cards.join("; "));
        const arrows = await page.locator("svg.graph g.arrow").evaluateAll((all) => all.map((arrow) => arrow.getAttribute("aria-label")));
        assert.deepEqual(arrows, ["team-0 to team-1: partly allowed, 1 of 25 flows"], "the one between namespaces");
        assert.match(await page.locator(".legend-foot").innerText(), /1 flow between namespaces; select one to see all of its own/);
        // Letters are as high as they are written, and nothing stands out at the sides.
        const scale = await page.locator("svg.graph .world").evaluate((world) => world.getCTM().a / world.ownerSVGElement.getCTM().a || world.getCTM().a);
        assert.ok(scale >= 1, `scale ${scale}`);
        const canvas = await page.locator(".canvas").boundingBox();
        for (const box of await marks(page).evaluateAll((all) => all.map((m) => m.querySelector(".body").getBoundingClientRect().toJSON()))) {
            assert.ok(box.left >= canvas.x && box.right <= canvas.x + canvas.width, JSON.stringify(box));
        }
        await accessible(page, "a large scene");
        await shoot(page, "scale");
    },

    async "a card of a large scene shows its own arrows while it is pointed at or selected"() {
        const page = await openCluster();
        await card(page, "team-1").hover(at);
        await until(true, async () => /team-0 to team-1/.test(await page.locator("g.own").innerHTML().catch(() => "")), "pointed at");
        await page.locator(".legend-foot").hover();
        await page.mouse.move(5, 5);
        await until(0, () => page.locator("g.own").count(), "pointed at no more");
        await card(page, "team-1").click(at);
        await page.mouse.move(5, 5);
        await until(1, () => page.locator("g.own").count(), "selected");
        await page.keyboard.press("Escape");
        await until(0, () => page.locator("g.own").count(), "Escape");
    },

    async "a namespace opens and closes in place, by mouse and keyboard"() {
        const page = await openCluster();
        await card(page, "team-1").dblclick(at);
        await until("team-1", () => frames(page).first().locator("text").evaluate((text) => text.firstChild.textContent), "opened by a double click");
        assert.equal(await marks(page).filter({ hasText: "w-" }).count(), 5);
        await until("close namespace team-1", () => focused(page), "the focus");
        await page.keyboard.press("Enter");
        await until(0, () => frames(page).count(), "closed by the keyboard");
        await until(true, async () => /^namespace team-1, .*closed$/.test(await focused(page)), "the focus is at the card");
        await page.keyboard.press("Enter");
        await until(1, () => frames(page).count(), "opened by the keyboard");
        await frames(page).first().locator("[data-fold]").click();
        await until(0, () => frames(page).count(), "closed by its button");
        await card(page, "team-3").locator("[data-fold]").click();
        await until(1, () => frames(page).count(), "opened by its button");
        await shoot(page, "scale-open");
    },

    "a namespace opens and is focused with a finger": notIn(NO_FINGERS, async () => {
        const page = await openCluster({ viewport: PHONE, hasTouch: true, isMobile: true });
        const button = card(page, "team-1").locator("[data-fold] .hit");
        const box = await button.boundingBox();
        assert.ok(box.width >= 40 && box.height >= 40, JSON.stringify(box));
        await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
        await until(1, () => frames(page).count(), "opened");
        await frames(page).first().locator("[data-fold]").tap();
        await until(0, () => frames(page).count(), "closed");
        await card(page, "team-1").tap(at);
        await page.getByRole("button", { name: /Show only team-1/ }).tap();
        await until("All › team-1", () => crumbs(page), "focused");
        await accessible(page, "focus on a telephone");
        await shoot(page, "scale-phone");
    }),

    "zooming in over a namespace opens it where it is, and zooming out closes it; what was opened by hand stays": chromiumOnly("it has no wheel", async () => {
        const page = await openCluster();
        const scale = () => page.locator("svg.graph .world").evaluate((world) => Number(/scale\(([\d.]+)\)/.exec(world.getAttribute("transform"))[1]));
        await card(page, "team-1").dblclick(at);
        await until(1, () => frames(page).count(), "opened by hand");
        const zoom = async (delta, times = 1) => {
            await page.keyboard.down("Control");
            for (let turn = 0; turn < times; turn++) await page.mouse.wheel(0, delta);
            await page.keyboard.up("Control");
        };
        const titles = () => frames(page).locator("text").evaluateAll((all) => all.map((text) => text.firstChild.textContent));
        const box = await card(page, "team-10").boundingBox();
        const pointer = [box.x + 40, box.y + 30];
        await page.mouse.move(...pointer);
        for (let turn = 0; turn < 60 && (await scale()) < 1.38; turn++) await zoom(-2);
        assert.deepEqual(await titles(), ["team-1"], "not yet");
        for (let turn = 0; turn < 60 && (await scale()) < 1.46; turn++) await zoom(-2);
        await until(true, async () => (await titles()).includes("team-10"), "opened by zooming");
        // It is at the pointer, and nothing else has come there.
        const holds = (rect) => rect.x <= pointer[0] && pointer[0] <= rect.x + rect.width && rect.y <= pointer[1] && pointer[1] <= rect.y + rect.height;
        const own = page.locator('svg.graph g.frame[data-frame="team-10"] > rect');
        assert.ok(holds(await own.boundingBox()), "at the pointer");
        // A little back, and it stays open.
        await zoom(2, 3);
        await until(true, async () => (await scale()) < 1.43, "a little back");
        assert.ok((await titles()).includes("team-10"), "within the margin");
        await shoot(page, "scale-zoom");
        // From nearer still its cards say of which pods they consist, in letters that can be read.
        for (let turn = 0; turn < 40 && (await scale()) < 2; turn++) await zoom(-16);
        const said = page.locator("svg.graph g.mark.near-by");
        await said.first().waitFor();
        assert.equal(await said.count(), 5);
        assert.match(await said.first().innerHTML(), /1 pod.*app=w-\d.*declares 8080/s);
        for (const height of await said.locator("text").evaluateAll((all) => all.map((text) => text.getBoundingClientRect().height))) assert.ok(height >= 11, `${height} pixels`);
        await shoot(page, "scale-zoom-pods");
        await accessible(page, "zoomed in");
        for (let turn = 0; turn < 60 && (await scale()) > 1.36; turn++) await zoom(4);
        assert.ok((await titles()).includes("team-10"), "until it is far enough");
        await zoom(16, 4);
        await until("team-1", async () => (await titles()).join(), "closed by zooming, and what was opened by hand stays");
        assert.equal(await said.count(), 0);
        assert.ok(holds(await card(page, "team-10").boundingBox()), "its card is at the pointer");
        // Never so small that nothing can be read.
        await zoom(16, 40);
        assert.ok((await scale()) >= 1, `scale ${await scale()}`);
    }),

    async "what is found stands alone with its neighbours, and Escape goes back one"() {
        const page = await openCluster();
        const find = page.getByRole("combobox", { name: "Find" });
        await find.fill("team-1/w-0");
        await find.press("Enter");
        await until("All › team-1/w-0", () => crumbs(page), "found");
        const titles = () => frames(page).locator("text").evaluateAll((all) => all.map((text) => text.firstChild.textContent));
        assert.deepEqual((await titles()).map((title) => title.split(" of ")[0]), ["Can reach it: 3", "It can reach: 1"]);
        const x = (mark) => mark.evaluate((m) => m.getBoundingClientRect().x);
        const middle = await x(marks(page).first());
        for (const name of ["w-1", "w-2"]) assert.ok((await x(marks(page).filter({ hasText: name }).first())) < middle, name);
        await until(true, async () => /^team-1\/w-0/.test(await focused(page)), "the focus is in the middle");
        await shoot(page, "scale-focus");
        await accessible(page, "focus");
        // From neighbour to neighbour, and back.
        await page.locator("svg.graph g.mark").filter({ hasText: "team-0" }).first().dblclick(at);
        await until("All › team-1/w-0 › team-0/w-1", () => crumbs(page), "the neighbour");
        await page.keyboard.press("Escape");
        await until("All › team-1/w-0", () => crumbs(page), "back one");
        await page.locator(".crumbs").getByRole("button", { name: "All" }).click();
        await until("", () => crumbs(page), "back to all");
        assert.equal(await frames(page).count(), 0);
    },

    async "a filter shows a part of the scene in graph and matrix, says so, and is cleared by one press"() {
        const page = await openCluster();
        await page.getByRole("tab", { name: "Matrix" }).click();
        await page.locator(".filter summary").click();
        await page.getByRole("textbox", { name: "Labels" }).fill("app in {'w-0', 'w-1'} && projectcalico.org/namespace != 'team-3'");
        await page.keyboard.press("Tab");
        // So few can be read one by one.
        await until(22, () => marks(page).filter({ hasText: "w-" }).count(), "the graph");
        await until(22, () => page.locator(".matrix tbody tr").count(), "the matrix");
        const passing = () => page.locator(".matrix td").filter({ hasText: "8080" }).count();
        await until(true, async () => (await passing()) > 0, "at all ports");
        await page.getByRole("textbox", { name: "Port", exact: true }).fill("9999");
        await page.keyboard.press("Tab");
        await until(0, passing, "at another port");
        const left = page.locator(".graph-pane .filtered");
        assert.match(await left.innerText(), /labels app in .*, port 9999/);
        assert.match(await page.locator(".bottom .filtered").innerText(), /port 9999/, "the matrix says it, too");
        await accessible(page, "filter");
        await shoot(page, "scale-filter");
        await page.getByRole("textbox", { name: "Labels" }).fill("app = web");
        await page.keyboard.press("Tab");
        await page.locator(".filter-fields [role='alert']").waitFor();
        await left.click();
        await until(12, () => marks(page).filter({ hasText: "5 workloads, 5 pods" }).count(), "all again");
        assert.equal(await page.locator(".filtered").count(), 0);
    },

    async "equal rows of the matrix stand together where that is chosen"() {
        const page = await openCluster();
        await page.getByRole("tab", { name: "Matrix" }).click();
        await page.locator(".graph-pane .filter summary").click();
        await page.getByRole("textbox", { name: "Labels" }).fill("projectcalico.org/namespace in {'team-2', 'team-3'}");
        await page.keyboard.press("Tab");
        const rows = async () => (await page.locator(".matrix tbody th").allInnerTexts()).map((row) => row.replace("team-", "").replace("w-", ""));
        const written = "2/0 2/1 2/2 2/3 2/4 3/0 3/1 3/2 3/3 3/4";
        await until(written, async () => (await rows()).join(" "), "as they are written");
        const group = page.getByRole("button", { name: "Group alike" });
        await group.click();
        // Those that may reach the first of their own namespace, and those that may reach nobody.
        const isTogether = (all, some) => {
            const places = some.map((name) => all.indexOf(name));
            return !places.includes(-1) && Math.max(...places) - Math.min(...places) === some.length - 1;
        };
        const grouped = async () => {
            const all = await rows();
            return [["2/1", "2/2"], ["3/1", "3/2"], ["2/3", "2/4", "3/3", "3/4"]].every((some) => isTogether(all, some));
        };
        await until(true, grouped, "together");
        assert.equal(await group.getAttribute("aria-pressed"), "true");
        await accessible(page, "a grouped matrix");
        await shoot(page, "scale-matrix-alike");
        await group.click();
        await until(written, async () => (await rows()).join(" "), "as they were");
    },

    async "a filter by direction and verdict leaves out what it is not about, and shows none of that as denied"() {
        const page = await openCluster();
        await page.getByRole("tab", { name: "Matrix" }).click();
        const choose = async (field, words) => page.getByRole("combobox", { name: field, exact: true }).selectOption({ label: words });
        const directions = () => page.getByRole("combobox", { name: "Direction" }).locator("option").allInnerTexts();
        await page.locator(".graph-pane .filter summary").click();
        assert.match((await directions()).join("; "), /^all; select a workload or a namespace first$/);
        const find = page.getByRole("combobox", { name: "Find" });
        await find.fill("team-1/w-0");
        await find.press("Enter");
        await until("All › team-1/w-0", () => crumbs(page), "found");
        assert.deepEqual(await directions(), ["all", "ingress of team-1/w-0", "egress of team-1/w-0", "ingress and egress of team-1/w-0"]);
        const rows = () => page.locator(".matrix tbody th").allInnerTexts();
        const cells = (kind) => page.locator(`.matrix tbody td.${kind}`).count();
        // Whoever may come in: w-1 and w-2 beside it, and w-1 of team-0. All other cells say nothing.
        await choose("Direction", "ingress of team-1/w-0");
        await choose("Verdict", "only allowed");
        await until(4, async () => (await rows()).length, "those that may");
        assert.deepEqual((await rows()).toSorted(), ["team-0/w-1", "team-1/w-0", "team-1/w-1", "team-1/w-2"]);
        assert.deepEqual([await cells("allowed"), await cells("denied"), await cells("self")], [3, 0, 13]);
        assert.match(await page.locator(".graph-pane .filtered").innerText(), /^ingress of team-1\/w-0, only allowed\s*✕$/);
        await until(true, async () => (await marks(page).count()) >= 4, "the graph");
        // Whoever may not: everybody else, the Internet, too.
        await choose("Verdict", "only denied");
        await until(58, async () => (await rows()).length, "those that may not");
        assert.deepEqual([await cells("allowed"), await cells("denied")], [0, 57]);
        const titles = () => frames(page).locator("text").evaluateAll((all) => all.map((text) => text.firstChild.textContent));
        await until(true, async () => (await titles()).join("; ") === "Cannot reach it: 57; It cannot reach: left out", "beside the focus");
        await accessible(page, "filter by direction");
        await shoot(page, "scale-filter-direction");
        // The filter stays open while it is used.
        assert.equal(await page.locator(".graph-pane .filter[open]").count(), 1);
        await page.locator(".graph-pane .filtered").click();
        await until(true, async () => (await titles()).some((title) => title.startsWith("Can reach it: 3")), "all again");
        assert.equal(await page.locator(".filtered").count(), 0);
    },

    "the matrix of a large scene has only the cells that are in sight": chromiumOnly("it has no wheel", async () => {
        const page = await openCluster();
        await page.getByRole("tab", { name: "Matrix" }).click();
        const cells = () => page.locator(".matrix.heat tbody td:not(.gap)").count();
        await page.locator(".matrix.heat tbody th").first().waitFor();
        assert.equal(await page.locator(".matrix.heat table").getAttribute("aria-rowcount"), "14", "twelve namespaces, the outside and the head");
        assert.ok((await cells()) <= 14 * 14);
        const own = page.locator(".matrix.heat tr").filter({ hasText: "team-1/*" }).first();
        assert.match(await own.innerText(), /%/);
        await accessible(page, "heat map");
        await shoot(page, "scale-matrix");
    }),

    async "neighbours of a focus that are higher than the canvas are seen small at its edge"() {
        const page = await openCluster({ viewport: { width: 1440, height: 620 } });
        await card(page, "team-0").click(at);
        // Everybody may reach the Internet: by namespace, more than the canvas has room for.
        const find = page.getByRole("combobox", { name: "Find" });
        await find.fill("Internet");
        await find.press("Enter");
        await until("All › Internet", () => crumbs(page), "focused");
        const map = page.locator(".minimap");
        await map.waitFor();
        const last = marks(page).last();
        const canvas = await page.locator(".canvas").boundingBox();
        const isSeen = async () => (await last.boundingBox()).y < canvas.y + canvas.height - 20;
        assert.equal(await isSeen(), false);
        const box = await map.boundingBox();
        await page.mouse.click(box.x + box.width / 2, box.y + box.height - 3);
        await until(true, isSeen, "by a press at its foot");
        await page.locator(".crumbs").getByRole("button", { name: "All" }).click();
        await until("", () => crumbs(page), "back to all");
    },

    async "a picture higher than its canvas is seen small at its edge, and moved there"() {
        const page = await openCluster({ viewport: { width: 1440, height: 620 } });
        const map = page.locator(".minimap");
        await map.waitFor();
        const last = marks(page).last();
        const canvas = await page.locator(".canvas").boundingBox();
        const isSeen = async () => (await last.boundingBox()).y < canvas.y + canvas.height - 30;
        assert.equal(await isSeen(), false);
        const box = await map.boundingBox();
        await page.mouse.click(box.x + box.width / 2, box.y + box.height - 4);
        await until(true, isSeen, "by a press at its foot");
        // Nothing lies below it, and the wheel moves the picture up again.
        assert.ok((await last.locator(".body").boundingBox()).x + 40 < box.x + box.width);
        await page.mouse.move(canvas.x + 100, canvas.y + 100);
        await page.mouse.wheel(0, -2000);
        await until(false, isSeen, "by the wheel");
    },
};
