// A window of the browser: playwright's Page, as far as the checks use it.
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Command, Name } from "selenium-webdriver/lib/command.js";
import { Keyboard, Mouse } from "./hands.mjs";
import { locating } from "./locator.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export class Page {
    page = this;
    steps = [];
    scripts = [];
    listeners = {};
    keyboard = new Keyboard(this);
    mouse = new Mouse(this);

    constructor(context, handle) {
        this.owner = context;
        this.handle = handle;
    }

    context() {
        return this.owner;
    }

    // --- what happens in it -----------------------------------------------------------------------

    on(event, call) {
        (this.listeners[event] ??= []).push(call);
    }

    emit(event, given) {
        for (const call of this.listeners[event] ?? []) call(given);
    }

    /** What the page's front script has kept since the last question. */
    tell(troubles) {
        for (const { type, text } of troubles) {
            if (type === "pageerror") this.emit("pageerror", { message: text });
            else this.emit("console", { type: () => "error", text: () => text });
        }
    }

    // --- asking -----------------------------------------------------------------------------------

    /**
     * Runs an expression inside the page, with names for what is given to it, and waits for what it promises.
     * @param {string} expression
     * @param {Record<string, unknown>} names
     */
    async script(expression, names = {}) {
        const [keys, values] = [Object.keys(names), Object.values(names)];
        const body = `
            const done = arguments[arguments.length - 1];
            const hands = window.__hands;
            if (!hands) return done(JSON.stringify({ absent: true }));
            const answer = (extra) => done(JSON.stringify({ ...extra, troubles: hands.takeTroubles() }));
            const run = async (${keys.join(", ")}) => (${expression});
            run(...(JSON.parse(arguments[0]).map((v) => v === null ? undefined : v))).then((value) => answer({ value }), (error) => answer({ error: String(error?.message ?? error) }));`;
        await this.owner.turnTo(this);
        const ask = async () => JSON.parse(await this.owner.driver.executeAsyncScript(body, JSON.stringify(values)));
        let answer = await ask();
        if (answer.absent) {
            // Not one of the server's pages.
            await this.owner.driver.executeScript(this.owner.inside);
            answer = await ask();
        }
        this.tell(answer.troubles ?? []);
        if (answer.error !== undefined) throw new Error(answer.error);
        return answer.value;
    }

    /** Calls a function of inside.mjs; again, where the page was just left for another. */
    async inside(name, ...given) {
        for (let turn = 0; ; turn++) {
            try {
                return await this.script(`hands.${name}(...given)`, { given });
            } catch (error) {
                if (turn > 20 || !isLeaving(error)) throw error;
                await new Promise((done) => setTimeout(done, 50));
            }
        }
    }

    evaluate(script, given) {
        return this.script(typeof script === "function" ? `(${script})(given)` : script, { given });
    }

    async act(device) {
        await this.owner.turnTo(this);
        await this.owner.driver.execute(new Command(Name.ACTIONS).setParameter("actions", [device]));
    }

    // --- going ------------------------------------------------------------------------------------

    addInitScript(script) {
        this.scripts.push(`(${script})();`);
    }

    /** Goes somewhere, with what belongs to this page in front of its scripts. */
    async go(how) {
        await this.owner.turnTo(this);
        await this.flush();
        await this.owner.inFront([...this.owner.scripts, ...this.scripts], how);
    }

    /** What went wrong until now, before it is left. */
    async flush() {
        await this.script("undefined").catch(() => {});
    }

    goto(address) {
        return this.go(() => this.owner.driver.get(address));
    }

    reload() {
        return this.go(() => this.owner.driver.navigate().refresh());
    }

    goBack() {
        return this.go(() => this.owner.driver.navigate().back());
    }

    goForward() {
        return this.go(() => this.owner.driver.navigate().forward());
    }

    /** A promise, unlike playwright's. */
    url() {
        return this.evaluate(() => location.href);
    }

    waitForTimeout(ms) {
        return new Promise((done) => setTimeout(done, ms));
    }

    // --- the window -------------------------------------------------------------------------------

    async setViewportSize({ width, height }) {
        await this.owner.turnTo(this);
        const window = this.owner.driver.manage().window();
        await window.setRect({ x: 0, y: 0, width, height });
        // Less what is around the page.
        const inner = await this.evaluate(() => [innerWidth, innerHeight]);
        if (inner[1] !== height) await window.setRect({ x: 0, y: 0, width, height: height + (height - inner[1]) });
    }

    async screenshot({ path } = {}) {
        await this.owner.turnTo(this);
        const picture = Buffer.from(await this.owner.driver.takeScreenshot(), "base64");
        if (path) await writeFile(path, picture);
        return picture;
    }

    /** What axe finds, of rules with these tags. */
    async axe(tags) {
        await this.owner.turnTo(this);
        await this.owner.driver.executeScript(`if (!window.axe) { ${AXE} }`);
        return this.evaluate((values) => window.axe.run(document, { runOnly: { type: "tag", values } }).then(({ violations }) => ({ violations })), tags);
    }

    close() {
        return this.owner.closePage(this);
    }
}
locating(Page.prototype);

/** The page was left while it was asked. */
const isLeaving = (error) => /unload|navigat|no such (window|frame|document)|destroyed|JSON|undefined is not/i.test(String(error?.message)) && !/strict/.test(String(error?.message));
