// The graph.
import assert from "node:assert/strict";
import { NO_FINGERS, PHONE, SHOP, accessible, goTo, headline, marks, notIn, open, openExample, openShop, paste, shoot, until } from "../page.mjs";

/** Each card by its key, with its place on the screen. */
const places = (page) =>
    page.locator("svg.graph g.mark .body").evaluateAll((bodies) => bodies.map((body) => {
        const { x, y } = body.getBoundingClientRect();
        return `${body.closest("g.mark").dataset.key} ${x.toFixed(0)} ${y.toFixed(0)}`;
    }).join("\n"));

async function openScene(title, card, options) {
    const page = await open(options);
    await page.locator(".header .pick").first().click();
    await page.locator(".examples .example", { hasText: title }).first().click();
    await until(title, () => page.locator(".header .pick b").first().innerText(), "the example is open");
    await goTo(page, "Graph");
    await marks(page).filter({ hasText: card }).first().waitFor();
    return page;
}

const here = (page) => page.locator(".stop.here h3").first().innerText();
const player = (page) => page.getByRole("group", { name: /^Packet/ });

/** Whether everything stands where it stood. The border of what is selected is wider, which some browsers measure with the card. */
function stays(places, before) {
    const [now, then] = [places, before].map((text) => text.split(/\s+/));
    return now.length === then.length && now.every((word, index) => word === then[index] || Math.abs(Number(word) - Number(then[index])) <= 2);
}

export default {
    async "a machine of Azure's picture is chosen anywhere on its card, and marked"() {
        const page = await open({}, "?lesson=azure/virtual-networks");
        const card = page.locator('.az-machine[data-key="vm/tool"]');
        const { width, height } = await card.evaluate((own) => ({ width: own.clientWidth, height: own.clientHeight }));
        await card.click({ position: { x: width - 12, y: height - 6 } });
        await page.locator(".end-panel h2").filter({ hasText: "tool" }).waitFor();
        await page.locator('.az-machine.chosen[data-key="vm/tool"]').waitFor();
        // It is made the receiver of the question.
        await page.locator(".end-panel").getByRole("button", { name: "Ask to here" }).click();
        await until(/tool/, () => page.getByRole("combobox", { name: "to", exact: true }).inputValue(), "the receiver");
        assert.equal(await page.locator(".end-panel").count(), 0);
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
        await until(/Denied for 66\.7 %/, () => headline(page), "by the client's panel");
        // Nothing asked yet: what there is is offered.
        await page.locator(".header .pick").first().click();
        await page.locator(".examples .example", { hasText: "Online boutique" }).click();
        await page.locator(".path-offer").getByRole("button", { name: /Service boutique\/frontend/ }).first().click();
        await until(/^(Allowed|Denied|Cannot tell)/, () => headline(page), "from the offer");
    },

    async "while not all of the graph is seen a map shows which part is, and leads elsewhere"() {
        const page = await openScene("Online boutique", "frontend");
        const map = page.locator(".minimap");
        await map.waitFor({ state: "attached" });
        assert.equal(await map.isVisible(), false, "all is seen");
        const canvas = await page.locator(".canvas").boundingBox();
        await page.mouse.move(canvas.x + 20, canvas.y + 20);
        for (let turn = 0; turn < 6; turn++) await page.mouse.wheel(0, -300);
        await until(true, () => map.isVisible(), "zoomed in");
        await shoot(page, "minimap");
        const seen = () => map.locator(".seen").evaluate((own) => own.getBoundingClientRect().toJSON());
        const box = await map.boundingBox();
        await page.mouse.click(box.x + box.width - 6, box.y + box.height - 6);
        await until(true, async () => (await seen()).right > box.x + box.width / 2 && (await seen()).bottom > box.y + box.height / 2, "the other corner");
        await page.getByRole("button", { name: "show all" }).click();
        await until(false, () => map.isVisible(), "all is seen again");
    },

    "on a small telephone names can be read at first sight and when all is to be shown, and what is asked about is in sight": notIn(NO_FINGERS, async () => {
        for (const viewport of [{ width: 375, height: 667 }, PHONE]) {
            const page = await openScene("Online boutique", "frontend", { viewport, hasTouch: true, isMobile: true });
            const scale = () => page.locator("svg.graph .world").evaluate((world) => Number(/scale\(([\d.]+)\)/.exec(world.getAttribute("transform"))[1]));
            const inSight = async (key) => {
                const [card, canvas] = await Promise.all([page.locator(`g.mark[data-key="${key}"] .body`).boundingBox(), page.locator(".canvas").boundingBox()]);
                return card.x >= canvas.x && card.y >= canvas.y && card.x + card.width <= canvas.x + canvas.width && card.y + card.height <= canvas.y + canvas.height;
            };
            const sender = await page.locator("g.mark.flow").first().getAttribute("data-key");
            const readable = async (when) => {
                await until(true, async () => 13 * (await scale()) >= 9 && (await inSight(sender)), `${viewport.width}: ${when}`);
                await until(true, () => page.locator(".minimap").isVisible(), `${viewport.width}: a map shows where the rest is, ${when}`);
            };
            await readable("at first sight");
            await shoot(page, `phone-boutique-${viewport.width}`);
            const canvas = await page.locator(".canvas").boundingBox();
            const map = await page.locator(".minimap").boundingBox();
            await page.touchscreen.tap(map.x + map.width - 4, map.y + map.height - 4);
            await until(false, () => inSight(sender), "elsewhere by the map");
            await page.getByRole("button", { name: "show all" }).click();
            await readable("when all is to be shown");
            assert.ok(map.width * map.height < (canvas.width * canvas.height) / 8, "the map is small");
        }
    }),

    "cards that an edit moves glide to their places, unless motion is not wanted": notIn({ firefox: "its driver emulates no such wish", webkit: "its driver emulates no such wish" }, async () => {
        for (const reducedMotion of ["no-preference", "reduce"]) {
            const page = await openShop({ reducedMotion });
            const moving = page.evaluate(() => new Promise((done) => {
                const seen = new Set();
                const look = () => {
                    seen.add(Math.round(document.querySelector("svg.graph g.mark .body").getBoundingClientRect().x));
                    if (!document.querySelector('g.mark[data-key^="corner/guest"]')) seen.clear();
                    else if (!window.arrived) window.arrived = performance.now();
                    if (window.arrived && performance.now() > window.arrived + 600) done(seen.size);
                    else requestAnimationFrame(look);
                };
                look();
            }));
            await paste(page, `${SHOP}---\napiVersion: v1\nkind: Pod\nmetadata: {name: guest, namespace: corner}\nspec: {containers: [{name: a, image: example/guest}]}\n`);
            const places = await moving;
            if (reducedMotion === "reduce") assert.ok(places <= 2, `at once: ${places} places`);
            else assert.ok(places > 2, `on its way it is seen at ${places} places`);
            // Whoever pans meanwhile has the drawing under the hand.
            const { x, y } = await page.locator(".canvas").boundingBox();
            await page.mouse.move(x + 20, y + 20);
            await page.mouse.wheel(0, 40);
            await until(0, () => page.locator("svg.graph.glides").count(), "nothing glides while somebody looks elsewhere");
        }
    }),

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

    async "no card moves when something is pointed at, selected or asked"() {
        for (const [title, card, options] of [["Online boutique", "adservice", {}], ["Calico: out by network set", "checkout", {}], ["Online boutique", "adservice", { viewport: PHONE, hasTouch: true, isMobile: true }]]) {
            const page = await openScene(title, card, options);
            // Fonts and the first answers may still come.
            let before = "";
            await until(true, async () => before === (before = await places(page)), `${title}: the picture is there`);
            for (let index = 0; index < Math.min(await marks(page).count(), 6); index++) {
                const mark = marks(page).nth(index);
                await mark.press("Enter");
                await until(true, async () => /selected/.test(await mark.getAttribute("class")), `${title}: a card is selected`);
                assert.ok(stays(await places(page), before), `${title}: ${await mark.getAttribute("data-key")} is selected`);
            }
            // One that is in sight: of what is not, a small canvas shows more.
            const inSight = await page.locator("svg.graph g.arrow:not(.quiet) .edge").evaluateAll((edges) => {
                const canvas = document.querySelector(".canvas").getBoundingClientRect();
                return edges.findIndex((edge) => {
                    const { top, bottom, left, right } = edge.getBoundingClientRect();
                    return top > canvas.top && bottom < canvas.bottom && left > canvas.left && right < canvas.right;
                });
            });
            await page.locator("svg.graph g.arrow:not(.quiet)").nth(inSight).press("Enter");
            await until(0, () => page.locator("svg.graph g.mark.selected").count(), `${title}: an arrow's flow is asked`);
            assert.ok(stays(await places(page), before), `${title}: a flow is asked`);
            await page.context().close();
        }
    },

    async "a packet goes along the graph and the path in step, with its addresses, until it is stopped"() {
        const page = await openExample("a public load balancer");
        await page.getByRole("button", { name: "play the packet" }).click();
        await player(page).waitFor();
        await player(page).getByRole("button", { name: "pause" }).click();
        await player(page).getByRole("button", { name: "hop forward" }).focus();
        await page.keyboard.press("Home");
        await until(/1 of 5/, () => player(page).innerText(), "at the client");
        assert.match(await player(page).getByRole("status").innerText(), /^Hop 1 of 5, .*203\.0\.113\.7/);
        const at = () => page.locator(".packet .disc").evaluate((disc) => disc.getBoundingClientRect().x);
        const seen = [await at()];
        for (const step of [2, 3, 4, 5]) {
            await page.keyboard.press("ArrowRight");
            await until(new RegExp(`${step} of 5`), () => player(page).innerText(), "one hop on");
            assert.equal(await page.locator(".line > .stop").nth(step - 1).getAttribute("aria-current"), "step", "the panel is at the same hop");
            if (step === 3) {
                assert.match(await player(page).getByRole("status").innerText(), /Source 203\.0\.113\.7 becomes 10\.224\.0\.5, destination .* becomes .*\(.*SNAT/);
                assert.match((await page.locator(".packet .tag .lit").allTextContents()).join(" "), /src 10\.224\.0\.5/);
                await shoot(page, "packet-translated");
            }
        }
        assert.match(await player(page).innerText(), /goes no farther[\s\S]*frontend/);
        await page.keyboard.press("ArrowRight");
        assert.match(await player(page).innerText(), /5 of 5/, "it goes no farther");
        await shoot(page, "packet-stopped");
        await accessible(page, "the packet is stopped");
        await until(true, async () => Math.abs((await at()) - seen[0]) > 40, "it has moved");
        // The other branch, from its beginning; then by itself to the end.
        await page.getByRole("list", { name: "Branches" }).getByRole("button").nth(1).click();
        await until(/1 of \d/, () => player(page).innerText(), "the other branch begins");
        await page.locator(".stop.here").first().waitFor();
        await player(page).getByRole("button", { name: "speed 1×" }).click();
        await player(page).getByRole("button", { name: "speed 2×" }).waitFor();
        await player(page).getByRole("button", { name: "play", exact: true }).click();
        await until(/[2-9] of \d/, () => player(page).innerText(), "it goes by itself");
        await player(page).getByRole("button", { name: "pause" }).click();
        const waits = await here(page);
        await page.keyboard.press("End");
        await until(/The packet arrives/, () => player(page).innerText(), "it arrives");
        assert.notEqual(await here(page), waits);
        await page.keyboard.press("Escape");
        await until(0, () => player(page).count(), "it is shown no more");
        assert.equal(await page.locator(".packet-way, .stop.here").count(), 0);
    },

    "a packet is played on a telephone, in the dark, and without motion": notIn({ firefox: "its driver emulates no such wish", webkit: "its driver emulates no such wish" }, async () => {
        const page = await openScene("Online boutique", "adservice", { viewport: PHONE, hasTouch: true, isMobile: true, colorScheme: "dark", reducedMotion: "reduce" });
        await page.getByRole("button", { name: "play the packet" }).click();
        await player(page).getByRole("button", { name: "pause" }).click();
        await page.locator(".packet .disc").waitFor();
        assert.equal(await page.locator(".packet").evaluate((packet) => getComputedStyle(packet).transitionDuration), "0s", "it does not glide");
        for (const button of await player(page).getByRole("button").all()) {
            const { width, height } = await button.boundingBox();
            assert.ok(width >= 40 && height >= 40, `large enough for a finger: ${width} by ${height}`);
        }
        const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(wide <= seen, `${wide} wide on ${seen}`);
        await accessible(page, "the packet on a telephone");
        await shoot(page, "packet-phone");
    }),
};
