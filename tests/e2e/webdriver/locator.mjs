// Which elements are meant, and what is done with them: playwright's Locator, as far as the checks use it.

/** As playwright's. */
const PATIENCE_MS = 30_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Patterns travel as their source. */
const sent = (wanted) => (wanted instanceof RegExp ? { source: wanted.source, flags: wanted.flags } : wanted);

const LOCATED = {
    locator: (css, { hasText, has } = {}) => [{ by: "css", css }, ...(hasText === undefined && !has ? [] : [LOCATED.filter({ hasText, has })[0]])],
    getByRole: (role, { name, exact } = {}) => [{ by: "role", role, name: sent(name), exact }],
    getByText: (text, { exact } = {}) => [{ by: "text", text: sent(text), exact }],
    frameLocator: (frame) => [{ by: "frame", frame }],
    filter: ({ hasText, has }) => [{ by: "filter", hasText: sent(hasText), has: has?.steps }],
    nth: (nth) => [{ by: "nth", nth }],
    first: () => [{ by: "nth", nth: 0 }],
    last: () => [{ by: "nth", nth: -1 }],
};

export class Locator {
    constructor(page, steps) {
        this.page = page;
        this.steps = steps;
    }

    /** Asks until the answer is one; says at the end what was in the way. */
    async settled(what, get, timeout = PATIENCE_MS) {
        const deadline = Date.now() + timeout;
        for (let turn = 0; ; turn++) {
            const answer = await get();
            if (answer.done) return answer.value;
            if (Date.now() > deadline) throw new Error(`${what}: after ${timeout} ms still ${answer.why}: ${JSON.stringify(this.steps)}`);
            await pause(Math.min(20 + turn * 10, 100));
        }
    }

    /** What the one element says or does, once it is there and lets it. */
    ask(what, ...given) {
        return this.settled(what, async () => {
            const { none, value } = await this.page.inside("ask", this.steps, what, ...given);
            if (none) return { why: "not there" };
            return value?.not ? { why: `not ${value.not}` } : { done: true, value };
        });
    }

    waitFor({ state = "visible", timeout } = {}) {
        return this.settled("waitFor", async () => ({ done: await this.page.inside("state", this.steps, state), why: `not ${state}` }), timeout);
    }

    count() {
        return this.page.inside("count", this.steps);
    }

    isVisible() {
        return this.page.inside("state", this.steps, "visible");
    }

    allInnerTexts() {
        return this.page.inside("all", this.steps, "innerText");
    }

    allTextContents() {
        return this.page.inside("all", this.steps, "textContent");
    }

    async all() {
        return Array.from({ length: await this.count() }, (_, n) => this.nth(n));
    }

    async click({ button, clickCount } = {}) {
        const { x, y } = await this.ask("target");
        await this.page.mouse.click(x, y, { button, clickCount });
    }

    async hover() {
        const { x, y } = await this.ask("target");
        await this.page.mouse.move(x, y);
    }

    async fill(value) {
        await this.ask("put", value);
    }

    async press(key) {
        await this.focus();
        await this.page.keyboard.press(key);
    }

    async selectOption(wanted) {
        await this.ask("choose", wanted);
    }

    async evaluate(script, given) {
        await this.waitFor({ state: "attached" });
        return this.page.script(`(${script})(hands.one(steps), given)`, { steps: this.steps, given });
    }

    evaluateAll(script, given) {
        return this.page.script(`(${script})(hands.resolve(steps), given)`, { steps: this.steps, given });
    }
}

for (const what of ["innerText", "textContent", "getAttribute", "inputValue", "isDisabled", "isEnabled", "isChecked", "boundingBox", "focus", "scrollIntoViewIfNeeded", "dispatchEvent"])
    Locator.prototype[what] = function (...given) { return this.ask(what, ...given); };

/** Gives what has a `page` and `steps` the ways to name elements in it. */
export function locating(prototype) {
    for (const [name, steps] of Object.entries(LOCATED))
        prototype[name] = function (...given) { return new Locator(this.page, [...this.steps, ...steps(...given)]); };
}
locating(Locator.prototype);
