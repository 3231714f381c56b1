// What hands do: press, move in steps, let go; by mouse, finger and key. Things are looked at while they move, and afterwards.
import assert from "node:assert/strict";
import { DESKTOP, given, marks, NO_FINGERS, notIn, open, openExample, openShop, PHONE, shoot, until, word } from "../page.mjs";

// --- hands ----------------------------------------------------------------------------------------

const near = (seen, wanted, what, slack = 1.5) =>
    assert.ok(seen.every((n, i) => Math.abs(n - wanted[i]) <= slack), `${what}: ${seen} where ${wanted} was due`);

/** The same, of what comes to stand there: a browser tells of fingers once a frame. */
async function comes(get, wanted, what, slack = 1.5) {
    const there = async () => (await get()).every((n, i) => Math.abs(n - wanted[i]) <= slack);
    await until(true, there, `${what}, ${wanted}`).catch(async () => near(await get(), wanted, what, slack));
}

/** Where the drawing stands: x, y, scale. */
const camera = (page) => page.locator("svg.graph .world").evaluate((world) => world.getAttribute("transform").match(/-?[\d.]+/g).map(Number));

const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];

/** The middle of a card, by the words on it. */
const card = async (page, words) => middle(await marks(page).filter({ hasText: words }).first().locator(".body").boundingBox());

/** A place of the canvas with nothing on it. */
async function nowhere(page) {
    const place = await page.evaluate(() => {
        const { left, top, right, bottom } = document.querySelector(".canvas").getBoundingClientRect();
        for (let y = top + 90; y < bottom - 60; y += 10) {
            for (let x = left + 40; x < right - 40; x += 10) {
                const found = document.elementFromPoint(x, y);
                if (found?.matches("svg.graph")) return [x, y];
            }
        }
        return null;
    });
    assert.ok(place, "the canvas is full");
    return place;
}

/** Presses at a place, and is somewhere else after each step; `seen` is asked there. */
async function drag(page, from, to, seen = () => {}, steps = 5) {
    await page.mouse.move(...from);
    await page.mouse.down();
    for (let step = 1; step <= steps; step++) {
        const at = from.map((n, i) => n + ((to[i] - n) * step) / steps);
        // Other drivers than Chromium's stay in the window.
        if (given.name !== "chromium") [at[0], at[1]] = [Math.min(Math.max(at[0], 0), DESKTOP.width - 1), Math.min(Math.max(at[1], 0), DESKTOP.height - 1)];
        await page.mouse.move(...at);
        await seen(at);
    }
}

/** The wheel with Shift; WebKit's driver forgets keys that are held, so there it is a trackpad's way to the side. */
async function wheelAlong(page, by) {
    if (given.name.startsWith("webkit")) return page.mouse.wheel(by, 0);
    await page.keyboard.down("Shift");
    await page.mouse.wheel(0, by);
    await page.keyboard.up("Shift");
}


/** Fingers on the screen, by number; each call says where they are. */
async function fingers(page) {
    const devtools = await page.context().newCDPSession(page);
    const send = (type, at) =>
        devtools.send("Input.dispatchTouchEvent", { type, touchPoints: Object.entries(at).map(([id, [x, y]]) => ({ id: Number(id), x, y })) });
    return {
        down: (at) => send("touchStart", at),
        move: (at) => send("touchMove", at),
        /** Those that go; all, if none is named. */
        up: (at = {}) => send("touchEnd", at),
        cancel: () => send("touchCancel", {}),
        async tap(at) {
            // Right after a long touch, or with no length, it is not always taken for one.
            await wait(350);
            await send("touchStart", { 1: at });
            await wait(60);
            await send("touchEnd", {});
        },
        async along(from, to, seen = () => {}, steps = 5) {
            for (let step = 1; step <= steps; step++) {
                const at = from.map((n, i) => n + ((to[i] - n) * step) / steps);
                await send("touchMove", { 1: at });
                await seen(at);
            }
        },
    };
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const border = (page, name) => page.getByRole("separator", { name });
const asked = async (page) => {
    const value = (label) => page.getByRole("combobox", { name: label, exact: true }).inputValue();
    return `${await value("from")} → ${await value("to")}`;
};
/** How much of the marks can be seen, in pixels of the longer side of the largest part. */
const inSight = (page) =>
    page.evaluate(() => {
        const room = document.querySelector(".canvas").getBoundingClientRect();
        const frames = [...document.querySelectorAll("svg.graph .world .body, svg.graph .frame rect")].map((e) => e.getBoundingClientRect());
        const common = (r) => Math.min(Math.min(r.right, room.right) - Math.max(r.left, room.left), Math.min(r.bottom, room.bottom) - Math.max(r.top, room.top));
        return Math.max(...frames.map(common));
    });

/** Policies in tiers, as columns. */
async function openBoard(options) {
    const page = await open(options);
    await page.locator(".header .pick").first().click();
    await page.locator(".examples .example", { hasText: "zero trust" }).click();
    await until("denied", () => word(page), "before");
    const tab = page.getByRole("tab", { name: "Policies", exact: true });
    if (await tab.isVisible()) await tab.click();
    else await page.getByRole("navigation", { name: "Screens" }).getByRole("button", { name: /Policies/ }).click();
    await page.locator(".toast").getByRole("button").last().click();
    const cards = page.locator(".board .card");
    await until(/quarantine,everything-else/, async () => String(await cards.locator("header b").allInnerTexts()), "the order in the tier");
    return { page, cards };
}

// --- checks ---------------------------------------------------------------------------------------

export default {
    async "the graph goes along with the mouse, and stays where it is let go"() {
        const page = await openShop();
        const from = await nowhere(page);
        const [x, y, scale] = await camera(page);
        const follows = async (at) => near(await camera(page), [x + at[0] - from[0], y + at[1] - from[1], scale], "under the pointer");
        await drag(page, from, [from[0] + 60, from[1] + 45], follows);
        assert.equal(await page.locator(".canvas.panning").count(), 1, "a closed hand");
        await shoot(page, "drag-pan");
        await page.mouse.up();
        const left = await camera(page);
        for (const by of [10, 80, 200]) await page.mouse.move(from[0] + by, from[1] + by);
        assert.deepEqual(await camera(page), left, "without a button");
        assert.equal(await page.locator(".canvas.panning").count(), 0);
        // The click that ended the drag was none; the next is one.
        await page.mouse.click(...(await card(page, "till")));
        await page.locator("g.mark.selected", { hasText: "till" }).waitFor();
        // Over the panes beside it, and out of the window.
        const [x2, y2] = await camera(page);
        const start = await nowhere(page);
        await drag(page, start, [start[0] + 20, DESKTOP.height + 60], async () => {});
        near((await camera(page)).slice(0, 1), [x2 + 20], "below the window");
        await page.mouse.up();
        const out = await camera(page);
        await page.mouse.move(...start);
        assert.deepEqual(await camera(page), out, "let go of outside");
        assert.ok((await inSight(page)) >= 20, "still in sight");
        assert.notDeepEqual(out.slice(1), [y2, scale]);
    },

    async "the drawing cannot be moved out of sight"() {
        const page = await openShop();
        for (const [dx, dy] of [[1, 0], [0, 1], [-1, -1]]) {
            for (let turn = 0; turn < 4; turn++) {
                const start = await nowhere(page);
                await page.mouse.move(...start);
                await wheelAlong(page, -dx * 900);
                await drag(page, start, [start[0] + dx * 500, start[1] + dy * 500]);
                await page.mouse.up();
            }
            assert.ok((await inSight(page)) >= 20, `towards ${dx} ${dy}: ${await inSight(page)}`);
        }
        await page.getByRole("button", { name: "show all" }).click();
        assert.ok((await inSight(page)) >= 20);
    },

    async "the wheel zooms at the pointer, and pans with Shift"() {
        const page = await openShop();
        const [px, py] = await card(page, "till");
        const before = await camera(page);
        await page.mouse.move(px, py);
        await page.mouse.wheel(0, -240);
        await until(true, async () => (await camera(page))[2] > before[2] * 1.2, "larger");
        near(await card(page, "till"), [px, py], "what lies under the pointer stays", 2);
        const [x, , scale] = await camera(page);
        await wheelAlong(page, 50);
        await until(true, async () => Math.abs((await camera(page))[0] - (x - 50)) < 1.5, "along");
        assert.equal((await camera(page))[2], scale);
    },

    "fingers move and pinch the graph, and one that stays goes on": notIn(NO_FINGERS, async () => {
        const page = await openShop({ viewport: PHONE, hasTouch: true, isMobile: true });
        const hand = await fingers(page);
        const from = await nowhere(page);
        // Twice, as the second went wrong once.
        for (const turn of ["first", "second"]) {
            const [x, y, scale] = await camera(page);
            await hand.down({ 1: from });
            const by = turn === "first" ? [90, 75] : [-80, -60];
            await hand.along(from, [from[0] + by[0], from[1] + by[1]], async (at) =>
                comes(() => camera(page), [x + at[0] - from[0], y + at[1] - from[1], scale], `${turn} time, under the finger`));
            await hand.up();
            await comes(() => camera(page), [x + by[0], y + by[1], scale], `${turn} time, let go`);
        }
        // A finger on a card moves the drawing as well.
        const on = await card(page, "till");
        const [x, y, scale] = await camera(page);
        await hand.down({ 1: on });
        await hand.along(on, [on[0] + 40, on[1] - 20], (at) => at);
        await comes(() => camera(page), [x + 40, y - 20, scale], "by a card");
        await hand.up();
        // Two fingers: twice as far from each other, twice as large, around their middle.
        const two = { 1: [150, 250], 2: [230, 250] };
        const wide = { 1: [110, 250], 2: [270, 250] };
        const held = await camera(page);
        await hand.down({ 1: two[1] });
        await hand.down(two);
        await hand.move({ 1: wide[1], 2: two[2] });
        await hand.move(wide);
        await comes(async () => [(await camera(page))[2] / held[2]], [2], "enlarged", 0.02);
        const large = await camera(page);
        const top = (await page.locator(".canvas").boundingBox()).y;
        const middleOf = ([x, y, scale]) => [(190 - x) / scale, (250 - top - y) / scale];
        near(middleOf(large), middleOf(held), "the middle stays");
        await shoot(page, "drag-pinch-phone");
        // The second finger leaves: no jump, and the first goes on.
        await hand.up({ 2: wide[2] });
        await comes(() => camera(page), large, "one finger lifted");
        await hand.move({ 1: [130, 260] });
        await comes(() => camera(page), [large[0] + 20, large[1] + 10, large[2]], "the other goes on");
        await hand.up();
        // The browser takes a finger away; the next begins afresh.
        await hand.down({ 1: from });
        await hand.cancel();
        const calm = await camera(page);
        await hand.down({ 1: from });
        await hand.along(from, [from[0] + 30, from[1]], () => {});
        await comes(() => camera(page), [calm[0] + 30, calm[1], calm[2]], "after a cancelled one");
        await hand.up();
        for (let turn = 0; turn < 6; turn++) {
            await hand.down({ 1: [40, 180] });
            await hand.along([40, 180], [360, 380], () => {});
            await hand.up();
        }
        assert.ok((await inSight(page)) >= 20, "never out of sight");
    }),

    "a drag goes on when the picture is drawn anew under it": notIn(NO_FINGERS, async () => {
        const page = await openShop({ viewport: PHONE, hasTouch: true, isMobile: true });
        const hand = await fingers(page);
        const on = await card(page, "till");
        const before = await camera(page);
        await hand.down({ 1: on });
        await hand.along(on, [on[0] + 20, on[1]], () => {});
        await comes(() => camera(page), [before[0] + 20, before[1], before[2]], "under the finger at first");
        // The card under the finger goes.
        await page.locator("svg.graph [data-fold]").first().evaluate((fold) => fold.dispatchEvent(new MouseEvent("click", { bubbles: true })));
        await until(1, () => marks(page).filter({ hasText: "corner" }).count(), "the namespace as one card");
        const [x, y, scale] = await camera(page);
        await hand.move({ 1: [on[0] + 45, on[1] + 10] });
        await comes(() => camera(page), [x + 25, y + 10, scale], "under the finger");
        await hand.up();
        await page.mouse.move(100, 300);
        await comes(() => camera(page), [x + 25, y + 10, scale], "let go");
    }),

    async "a border between panes is dragged, moved by keys, and keeps its place"() {
        const page = await openShop();
        const width = async (selector) => (await page.locator(selector).boundingBox()).width;
        const height = async (selector) => (await page.locator(selector).boundingBox()).height;
        for (const [name, size, by, sign] of [
            ["width of the editor", () => width(".editor-pane"), [70, 0], 1],
            ["width of question and trace", () => width(".inspector"), [-60, 0], -1],
            ["height of matrix and problems", () => height(".bottom"), [0, -50], -1],
        ]) {
            const line = border(page, name);
            const says = async () => Number(await line.getAttribute("aria-valuenow"));
            const before = await size();
            near([await says()], [before], `${name} says its size`);
            const from = middle(await line.boundingBox());
            const along = by[0] ? 0 : 1;
            await drag(page, from, [from[0] + by[0], from[1] + by[1]], async (at) => {
                await until(true, async () => Math.abs((await size()) - (before + sign * (at[along] - from[along]))) < 1.5, `${name}, at the pointer`);
            });
            await page.mouse.up();
            const wide = await size();
            await page.mouse.move(from[0] - 90, from[1] - 90);
            assert.equal(await size(), wide, `${name}, without a button`);
            await until(true, async () => Math.abs((await says()) - wide) < 1, `${name} says its size`);
            // Keys go on from there.
            await page.keyboard.press(along === 0 ? "ArrowRight" : "ArrowDown");
            await until(true, async () => Math.abs((await size()) - (wide + sign * 16)) < 1.5, `${name}, by a key`);
            await page.keyboard.press("Enter");
            await until("0", () => line.getAttribute("aria-valuenow"), `${name}, hidden`);
            assert.ok(await line.evaluate((e) => e === document.activeElement), `${name} keeps the focus`);
            await page.keyboard.press("Enter");
            await until(true, async () => Math.abs((await size()) - (wide + sign * 16)) < 1.5, `${name}, as large as before`);
        }
        // No larger than there is room for, and that is what it says.
        const line = border(page, "width of the editor");
        await line.focus();
        await page.keyboard.press("End");
        await until(true, async () => {
            const [now, most] = [await line.getAttribute("aria-valuenow"), await line.getAttribute("aria-valuemax")].map(Number);
            return now === Math.round(await width(".editor-pane")) && now === most;
        }, "the largest");
        await page.keyboard.press("ArrowLeft");
        const kept = await width(".editor-pane");
        await until(true, async () => Math.abs(Number(await line.getAttribute("aria-valuenow")) - kept) < 1, "smaller at once");
        await wait(700);
        await page.reload();
        await page.locator(".editor-pane").waitFor();
        await until(true, async () => Math.abs((await width(".editor-pane")) - kept) < 1.5, "after a reload");
    },

    "a finger drags a border": notIn(NO_FINGERS, async () => {
        const page = await openShop({ viewport: { width: 1180, height: 820 }, hasTouch: true });
        const hand = await fingers(page);
        const size = async () => (await page.locator(".editor-pane").boundingBox()).width;
        const before = await size();
        const line = middle(await border(page, "width of the editor").boundingBox());
        // A little beside it.
        const from = [line[0] + 15, line[1]];
        await hand.down({ 1: from });
        await hand.along(from, [from[0] - 60, from[1] + 10], async (at) =>
            until(true, async () => Math.abs((await size()) - (before + at[0] - from[0])) < 1.5, "under the finger"));
        await hand.up();
        near([await size()], [before - 60], "let go");
        await shoot(page, "drag-border-tablet");
    }),

    async "dragging from pod to pod asks, and nothing else does"() {
        const page = await openShop();
        const [from, to, empty] = [await card(page, "web"), await card(page, "store"), await nowhere(page)];
        const before = await asked(page);
        const still = await camera(page);
        // Over nothing.
        await drag(page, from, empty);
        assert.equal(await page.locator(".canvas.asking .follow path").isVisible(), true, "a line follows");
        await page.mouse.up();
        assert.equal(await asked(page), before, "over nothing");
        // By Escape.
        await drag(page, from, to);
        await page.keyboard.press("Escape");
        assert.equal(await page.locator(".canvas.asking").count(), 0);
        await page.mouse.up();
        assert.equal(await asked(page), before, "called off");
        // To the other.
        await drag(page, from, to);
        await until("web → store", () => page.locator(".aim-note").innerText(), "what would be asked");
        await shoot(page, "drag-ask");
        await page.mouse.up();
        await until(/web → .*store/, () => asked(page), "asked");
        await until("denied", () => word(page), "the answer");
        assert.equal(await page.locator("g.mark.selected").count(), 0, "the click that ended it selects nothing");
        assert.deepEqual(await camera(page), still, "the drawing stays");
        await page.mouse.move(...empty);
        assert.equal(await page.locator(".canvas.asking").count(), 0);
        await page.mouse.click(...to);
        await page.locator("g.mark.selected", { hasText: "store" }).waitFor();
    },

    "a finger that rests on a pod asks from there": notIn(NO_FINGERS, async () => {
        const page = await openShop({ viewport: PHONE, hasTouch: true, isMobile: true });
        const hand = await fingers(page);
        const still = await camera(page);
        const [from, to, empty] = [await card(page, "web"), await card(page, "store"), await nowhere(page)];
        const before = await asked(page);
        const rest = async () => {
            await hand.down({ 1: from });
            await page.locator(".canvas.resting .rest-ring").waitFor();
            await page.locator(".canvas.asking").waitFor();
        };
        await rest();
        await hand.along(from, empty, () => {});
        await hand.up();
        assert.equal(await asked(page), before, "over nothing");
        await rest();
        await hand.along(from, to, () => {});
        await until("web → store", () => page.locator(".aim-note").innerText(), "what would be asked");
        await shoot(page, "drag-ask-phone");
        await hand.up();
        await until(/web → .*store/, () => asked(page), "asked");
        assert.deepEqual(await camera(page), still, "the drawing stays");
        // A tap selects, and the selected card has a sign to drag from at once.
        await hand.tap(to);
        const sign = page.locator(".ask-sign .hit");
        const area = await sign.boundingBox();
        assert.ok(area.width >= 40 && area.height >= 40, `large enough: ${area.width} by ${area.height}`);
        await shoot(page, "ask-sign-phone");
        await hand.down({ 1: middle(area) });
        await hand.along(middle(area), await card(page, "till"), () => {});
        await hand.up();
        await until(/store → .*till/, () => asked(page), "by the sign");
        // Without dragging: the sign, then the other.
        await hand.tap(await card(page, "till"));
        await hand.tap(middle(await sign.boundingBox()));
        await page.getByRole("status").filter({ hasText: "choose the destination" }).waitFor();
        await hand.tap(await card(page, "web"));
        await until(/till → .*web/, () => asked(page), "by two taps");
    }),

    async "keys ask from one pod to another"() {
        const page = await openShop();
        const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-key") ?? document.activeElement?.textContent);
        await marks(page).filter({ hasText: "web" }).first().focus();
        await page.keyboard.press("Enter");
        await page.locator("g.mark.selected", { hasText: "web" }).waitFor();
        await page.locator(".ask-sign").focus();
        await page.keyboard.press("Enter");
        const note = page.getByRole("status").filter({ hasText: "choose the destination" });
        await note.waitFor();
        await until(/corner\/web/, focused, "the focus is on the pod");
        await shoot(page, "choosing");
        await page.keyboard.press("Escape");
        await note.waitFor({ state: "detached" });
        assert.equal(await page.locator("g.mark.selected").count(), 1, "Escape leaves it selected");
        // From the panel.
        await page.locator(".end-panel").getByRole("button", { name: "Ask from here" }).click();
        await until(/corner\/web/, focused, "the focus is on the pod again");
        for (const key of ["ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"]) {
            if (/corner\/store/.test(await focused())) break;
            await page.keyboard.press(key);
        }
        const other = await focused();
        await page.keyboard.press("Enter");
        await note.waitFor({ state: "detached" });
        const name = /corner\/(\w+)/.exec(other)[1];
        await until(new RegExp(`web → .*${name}`), () => asked(page), "asked");
    },

    async "a policy follows the mouse over the board, and Escape puts it back"() {
        const { page, cards } = await openBoard();
        await cards.nth(0).evaluate((e) => e.scrollIntoView({ block: "start" }));
        const [first, second] = [await cards.nth(0).boundingBox(), await cards.nth(1).boundingBox()];
        const from = [second.x + 90, second.y + 20];
        const to = [first.x + 90, first.y + first.height * 0.4];
        const ghost = page.locator(".board-pane .ghost");
        await drag(page, from, to, async (at) => {
            const area = await ghost.boundingBox();
            assert.ok(Math.abs(area.x + 24 - at[0]) < 3 && Math.abs(area.y + 20 - at[1]) < 3, `at the pointer: ${area.x} ${area.y} for ${at}`);
        });
        assert.equal(await page.locator(".board .card.before").count(), 1, "where it would go");
        await shoot(page, "drag-board");
        await page.keyboard.press("Escape");
        assert.equal(await ghost.count(), 0);
        await page.mouse.up();
        const proposal = page.getByRole("status", { name: "What this move would change" });
        assert.equal(await proposal.count(), 0, "called off");
        await drag(page, from, to);
        await page.mouse.up();
        await until(/everything-else before quarantine: \d flows change/, () => proposal.innerText(), "what would change");
        await page.mouse.move(...from);
        assert.equal(await ghost.count(), 0, "without a button");
    },

    "a finger drags a policy by its grip, and scrolls the board elsewhere": notIn(NO_FINGERS, async () => {
        const { page, cards } = await openBoard({ viewport: PHONE, hasTouch: true, isMobile: true });
        const hand = await fingers(page);
        await cards.nth(0).evaluate((e) => e.scrollIntoView({ block: "center" }));
        const grip = cards.nth(1).locator(".grip");
        const area = await grip.boundingBox();
        assert.ok(area.width >= 40 && area.height >= 40, `large enough: ${area.width} by ${area.height}`);
        const from = middle(area);
        const first = await cards.nth(0).boundingBox();
        await hand.down({ 1: from });
        await hand.along(from, [from[0] + 20, first.y + 10], () => {}, 8);
        await page.locator(".board-pane .ghost").waitFor();
        await shoot(page, "drag-board-phone");
        await hand.up();
        const proposal = page.getByRole("status", { name: "What this move would change" });
        await until(/everything-else before quarantine: \d flows change/, () => proposal.innerText(), "what would change");
        await proposal.getByRole("button", { name: "Leave it as it is" }).click();
        // Elsewhere on a card the board scrolls.
        const board = page.locator(".board");
        const scrolled = () => board.evaluate((e) => e.scrollLeft);
        const before = await scrolled();
        const box = await cards.nth(0).boundingBox();
        const at = [box.x + box.width - 60, box.y + box.height - 12];
        await hand.down({ 1: at });
        await hand.along(at, [at[0] - 150, at[1]], () => {}, 10);
        await hand.up();
        await until(true, async () => (await scrolled()) > before + 60, "scrolled");
        assert.equal(await proposal.count(), 0);
    }),
};
