// The page inside another: what it shows, what it answers to messages, and to whom.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DESKTOP, SHOP, given, here, open, shoot, troubles, until } from "../page.mjs";

/** In bytes, about what Chromium keeps of one file in a window without a profile. */
const LARGEST_CACHED = 5e6;
const EXAMPLES = JSON.parse(await readFile(join(here, "../../www/examples/index.json"), "utf8"));

/** A page of somebody else, who says at `window.said` what an embedded page has sent, and asks it with `window.ask`. */
async function host(body, { path = "/course.html", head = "", origin = given.site.origin, watched = true, prepare, ...options } = {}) {
    const script = `
        window.said = [];
        addEventListener("message", (event) => window.said.push({ ...event.data, origin: event.origin, of: [...document.querySelectorAll("iframe")].findIndex((frame) => frame.contentWindow === event.source) }));
        let last = 0;
        window.ask = (message, { of = 0, plain = false } = {}) => new Promise((done) => {
            const id = "ask-" + (last += 1);
            const hear = (event) => event.data?.id === id && (removeEventListener("message", hear), done(event.data));
            addEventListener("message", hear);
            document.querySelectorAll("iframe")[of].contentWindow.postMessage(plain ? message : { source: "netpolis", version: 1, id, ...message }, "*");
        });`;
    given.site.pages[path] = `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">${head}<title>A course</title>${watched ? `<script>${script}</script>` : ""}<h1>A course</h1>${body.replaceAll("SITE/", given.site.address)}`;
    const context = await given.browser.newContext({ viewport: DESKTOP, serviceWorkers: "block", ...options });
    await prepare?.(context);
    const page = await context.newPage();
    page.requests = [];
    page.on("request", (request) => /^https?:/.test(request.url()) && page.requests.push(request.url()));
    page.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
    // Only a release has pictures.
    const drawn = existsSync(join(given.folder, "pictures"));
    const matters = (message) => message.type() === "error" && (drawn || !message.location().url.includes("/pictures/"));
    page.on("console", (message) => matters(message) && troubles.push(`console: ${message.text()}`));
    await page.goto(origin + path);
    return page;
}

/** What docs/teaching.md gives to teachers, with this site in place of the one that it names. */
async function teaching(context) {
    const give = async (file, type, route) => {
        const text = await readFile(join(here, "../../docs/teaching", file), "utf8");
        await route.fulfill({ contentType: type, body: text.replaceAll("https://netpolis.example/", given.site.address) });
    };
    await context.route("**/teaching/xapi.js", (route) => give("xapi.js", "text/javascript", route));
    await context.route("**/scorm/index.html", (route) => give("scorm/index.html", "text/html", route));
    await context.route("**/scorm/bridge.js", (route) => give("scorm/bridge.js", "text/javascript", route));
}

const frameOf = (hash = "", more = "") => `<iframe src="${given.site.address}embed.html${hash}" title="Netpolis" width="900" height="480" ${more}></iframe>`;
const ready = (page, of = 0) => page.waitForFunction((of) => window.said?.some((message) => message.type === "ready" && message.of === of), of);
const ask = (page, message, options) => page.evaluate(([message, options]) => window.ask(message, options), [message, options]);
/** Before the site is served, its address is not known. */
const SCRIPT = '<script src="SITE/embed.js" defer></script>';
const verdictIn = async (frame) => (await frame.locator(".verdict h2").first().innerText()).trim();
const files = [{ name: "shop.yaml", text: SHOP }];

export default {
    async "every example has embedded the headline that it has on the page"() {
        const page = await host(frameOf());
        await ready(page);
        const other = await (await given.browser.newContext({ viewport: DESKTOP, serviceWorkers: "block" })).newPage();
        for (const { id, paths, tab, verdict } of EXAMPLES) {
            const { ok, result, error } = await ask(page, { type: "load", example: id });
            assert.ok(ok, `${id}: ${error?.message}`);
            const { headline, verdict: word } = result.verdict;
            // The index says by hand what is right: of the whole path where one is asked for, with its share.
            const right = tab === "path" ? paths[0].verdict : verdict;
            assert.equal(word === "cannotTell" ? "cannot tell" : word, right.replace(/ \(.*/, ""), id);
            await until(headline, () => verdictIn(page.frameLocator("iframe")), `${id}: shown and answered`);
            if (tab === "path") {
                const { from, to, port, protocol = "TCP" } = paths[0];
                const whole = await ask(page, { type: "path", question: { from, to, protocol, port } });
                assert.ok(whole.ok, `${id}: ${whole.error?.message}`);
                assert.equal(whole.result.text, right, `${id}: the path's answer`);
                const share = /\(([\d.]+ %)\)/.exec(right);
                if (share) assert.match(headline, /^Denied for 66\.7 % of connections/, `${id}: what the index says of the others`);
            }
            // Opened by itself, in the view of a path where one is asked for.
            await other.goto("about:blank");
            await other.goto(`${given.site.address}embed.html#example=${id}${tab === "path" ? "&view=path" : ""}`);
            const there = other.locator(tab === "path" ? ".path-verdict" : ".verdict h2").first();
            await until(true, async () => (await there.innerText()).trim().startsWith(headline), `${id}: by its address`);
        }
    },

    async "every message is answered with its id, errors too"() {
        const page = await host(frameOf());
        await ready(page);
        const first = (await page.evaluate(() => window.said))[0];
        assert.equal(first.type, "ready");
        assert.equal(first.version, 1);
        for (const type of ["load", "ask", "path", "settings", "problems", "connectivity", "checks", "lesson"]) assert.ok(first.types.includes(type), type);

        const loaded = await ask(page, { type: "load", files });
        assert.ok(loaded.ok && loaded.to === "load", JSON.stringify(loaded));
        const asked = await ask(page, { type: "ask", question: { from: "corner/web", to: "corner/store", port: 5432 } });
        assert.deepEqual([asked.ok, asked.result.verdict, asked.result.headline], [true, "denied", "Denied"]);
        await until("Denied", () => verdictIn(page.frameLocator("iframe")), "and shown");
        const decided = await ask(page, { type: "decide", question: { from: "corner/till", to: "corner/store", port: 5432 } });
        assert.equal(decided.result.verdict, "allowed");
        const path = await ask(page, { type: "path", question: { from: "corner/till", to: "corner/store", port: 5432 } });
        assert.equal(path.result.text, "allowed");
        const connectivity = await ask(page, { type: "connectivity" });
        assert.ok(connectivity.result.endpoints.includes("corner/web[Pod]"), `${connectivity.result.endpoints}`);
        assert.equal((await ask(page, { type: "problems" })).ok, true);
        assert.deepEqual((await ask(page, { type: "files" })).result, files);
        assert.deepEqual((await ask(page, { type: "lesson" })).result, null);
        assert.deepEqual((await ask(page, { type: "settings" })).result, {});
        assert.deepEqual((await ask(page, { type: "settings", settings: { engine: "none" } })).result, { engine: "none" });
        assert.equal((await ask(page, { type: "ask", question: { from: "corner/web", to: "corner/store", port: 5432 } })).result.verdict, "allowed", "nobody enforces it");
        assert.equal((await ask(page, { type: "decide", question: { from: "corner/web", to: "corner/store", port: 5432 } })).result.verdict, "allowed", "the API has the same settings");
        assert.equal((await ask(page, { type: "theme", theme: "dark" })).ok, true);
        await until("dark", () => page.frameLocator("iframe").locator("html").getAttribute("data-theme"), "the theme");

        const fails = async (message, code, words) => {
            const { ok, to, error } = await ask(page, message);
            assert.deepEqual([ok, to, error?.code], [false, message.type, code], `${JSON.stringify(message)}: ${JSON.stringify(error)}`);
            assert.match(error.message, words);
        };
        await fails({ type: "ask", question: { from: "corner/nobody", to: "corner/store", port: 1 } }, "unknown-endpoint", /nobody/);
        await fails({ type: "path", question: { from: "corner/web", to: "svc/corner/none" } }, "unknown-endpoint", /none/);
        await fails({ type: "ask", question: "web to store" }, "malformed", /`from` and `to`/);
        await fails({ type: "ask", questions: {} }, "malformed", /no field `questions`/);
        await fails({ type: "decide", question: { from: "corner/web", to: "corner/store", port: "x" } }, "invalid-argument", /question/);
        await fails({ type: "load", files: [{ name: 1 }] }, "malformed", /`name` and `text`/);
        await fails({ type: "load" }, "malformed", /one of/);
        await fails({ type: "load", example: "no-such" }, "unknown-example", /no-such/);
        await fails({ type: "load", link: "#v1.AAAA" }, "invalid-link", /damaged/);
        await fails({ type: "settings", settings: { engine: "Calico" } }, "invalid-setting", /calico/);
        await fails({ type: "settings", settings: { motor: "calico" } }, "unknown-setting", /motor/);
        await fails({ type: "view", view: "sphere" }, "unknown-view", /sphere/);
        await fails({ type: "lesson", lesson: "policy/no-such" }, "unknown-lesson", /could not be loaded|no lesson/);
        troubles.splice(0, troubles.length, ...troubles.filter((trouble) => !/404/.test(trouble)));
        await fails({ type: "lesson", lesson: "../../etc" }, "malformed", /COURSE/);
        await fails({ type: "polish" }, "unknown-type", /polish.*`load`/);
        await fails({ type: "ask", version: 2 }, "version", /version 1/);
    },

    async "what happens is told without being asked"() {
        const page = await host(frameOf("#example=three-tier&edit=1"));
        await ready(page);
        const told = (type) => page.evaluate((type) => window.said.filter((message) => message.type === type).at(-1), type);
        await until("Denied", async () => (await told("verdict"))?.headline, "the verdict");
        await until(true, async () => (await told("height"))?.height > 100, "its height");
        await ask(page, { type: "load", files });
        await until("shop.yaml", async () => (await told("changed"))?.files[0].name, "other files");
        await ask(page, { type: "ask", question: { from: "corner/web", to: "corner/nobody", port: 1 } });
        await until(/nobody/, async () => (await told("unanswered"))?.message, "what cannot be answered");
    },

    async "an embedded page talks to the page around it alone, and to the origin that it is told"() {
        given.site.pages["/stranger.html"] = '<!doctype html><link rel="icon" href="data:,"><title>A stranger</title>';
        // Somebody else beside it in the same page, and an address that names another origin.
        const page = await host(`${frameOf("#origin=https://course.example")}<iframe name="stranger" src="/stranger.html" title="A stranger"></iframe>`, {});
        await ready(page);
        const answer = await Promise.race([ask(page, { type: "files" }), new Promise((done) => setTimeout(done, 1500, "none"))]);
        assert.equal(answer, "none", "not the origin that may talk");
        const types = await page.evaluate(() => window.said.map((message) => message.type));
        assert.deepEqual([...new Set(types)], ["ready"], "and nothing but that it is there gets out");
        // What it cannot deliver the browser reports.
        troubles.splice(0, troubles.length, ...troubles.filter((trouble) => !/postMessage/.test(trouble)));

        const open = await host(`${frameOf("#example=three-tier")}<iframe name="stranger" src="/stranger.html" title="A stranger"></iframe>`);
        await ready(open);
        await open.frame("stranger").evaluate(() => {
            window.said = [];
            addEventListener("message", (event) => window.said.push(event.data));
            parent.frames[0].postMessage({ source: "netpolis", version: 1, id: 1, type: "files" }, "*");
        });
        assert.equal((await ask(open, { type: "files" })).ok, true, "the page around it is answered");
        assert.deepEqual(await open.frame("stranger").evaluate(() => window.said), [], "the stranger is not");
    },

    async "an element shows an example: a picture first, then the scene, and its methods and events are those of messages"() {
        const page = await host(`${SCRIPT}<netpolis-scene id="one" example="path-load-balancer" view="path" label="A load balancer"><p>A picture of a load balancer.</p></netpolis-scene>`, { watched: false });
        const frame = page.frameLocator("iframe");
        const said = "Denied for 66.7 % of connections (1 of 2 branches)";
        if (existsSync(join(given.folder, "pictures"))) {
            const picture = await readFile(join(given.folder, "pictures/path-load-balancer.svg"), "utf8");
            assert.ok(picture.includes(said), "the picture says the same");
            assert.ok(page.requests.some((url) => url.endsWith("/pictures/path-load-balancer.svg")), "and is there first");
        }
        await until(true, async () => (await frame.locator(".path-verdict").first().innerText()).startsWith(said), "the path's answer");
        assert.equal(await page.locator("iframe").getAttribute("title"), "A load balancer");
        const told = await page.evaluate(async () => {
            const scene = document.getElementById("one");
            const events = [];
            scene.addEventListener("verdict", ({ detail }) => events.push(detail.headline));
            const failed = await scene.ask({ from: "nobody", to: "svc/shop/frontend", port: 443 }).catch(({ code, message }) => ({ code, message }));
            const { headline } = await scene.ask({ from: "198.51.100.7", to: "svc/shop/frontend", port: 443 });
            const path = await scene.path({ from: "203.0.113.7", to: "svc/shop/frontend", port: 443 }, { externalTrafficPolicy: "Local" });
            await scene.show("graph");
            return { failed, headline, text: path.text, events, files: (await scene.files()).length, checks: await scene.check(), problems: (await scene.problems()).length };
        });
        assert.equal(told.failed.code, "unknown-endpoint");
        assert.match(told.headline, /^Denied/);
        assert.equal(told.text, "allowed");
        assert.deepEqual(told.events, [told.headline]);
        assert.deepEqual(told.checks, []);
        assert.ok(told.files > 0);
        await until(told.headline, () => verdictIn(frame), "the graph with the same answer");
        // Attributes can be changed.
        await page.evaluate(() => document.getElementById("one").setAttribute("example", "deny-all"));
        await until("Denied", () => verdictIn(frame), "another example");
    },

    async "an element shows files that stand in it, without a wrong answer before"() {
        const page = await host(`${SCRIPT}<script>
            addEventListener("DOMContentLoaded", () => {
                window.told = [];
                for (const type of ["ready", "verdict", "unanswered", "error"]) document.querySelector("netpolis-scene").addEventListener(type, ({ detail }) => window.told.push([type, detail.headline ?? detail.message ?? ""]));
            });</script>
            <netpolis-scene from="corner/web" to="corner/store" port="5432" view="trace" height="auto">
                <script type="text/yaml" data-name="shop.yaml">${SHOP.replace(/^(?=.)/gm, "                ")}</script>
                <template data-name="more.yaml">apiVersion: v1\nkind: Pod\nmetadata: {name: more, namespace: corner}\nspec: {containers: [{name: a, image: a}]}</template>
                A shop.</netpolis-scene>`, { watched: false });
        await until("Denied", () => verdictIn(page.frameLocator("iframe")), "the answer");
        // The message comes after the picture.
        await until('[["verdict","Denied"]]', () => page.evaluate(() => JSON.stringify(window.told.filter(([type]) => type !== "ready"))), "what it told");
        const files = await page.evaluate(() => document.querySelector("netpolis-scene").files());
        assert.deepEqual(files.map(({ name }) => name), ["shop.yaml", "more.yaml"]);
        assert.equal(files[0].text.trim(), SHOP.trim(), "without the indentation of the page");
        await until(true, async () => (await page.locator("netpolis-scene").boundingBox()).height !== 420, "as high as its text");
    },

    async "elements on one page load when they come near, do not disturb each other, and cost one download"() {
        given.site.cached = true;
        const fetched = [];
        given.site.watch = (url) => fetched.push(new URL(url).pathname);
        try {
            const page = await host(`${SCRIPT}<netpolis-scene example="three-tier"></netpolis-scene><netpolis-scene example="deny-all" view="matrix"></netpolis-scene>
                <p style="height:4000px">Much to read.</p><netpolis-scene example="dns">Not yet.</netpolis-scene>`, { watched: false });
            const frames = [0, 1].map((at) => page.locator("netpolis-scene").nth(at).locator("iframe").contentFrame());
            await until("Denied", () => verdictIn(frames[0]), "the first");
            await frames[1].locator(".matrix").first().waitFor();
            assert.equal(await page.locator("iframe").count(), 2, "the third is far away");
            const asked = await page.evaluate(async () => {
                const [one, two] = document.querySelectorAll("netpolis-scene");
                const all = await Promise.all([
                    one.ask({ from: "shop/cart", to: "shop/db", port: 5432 }), two.ask({ from: "app/web", to: "app/api", port: 8080 }),
                    one.ask({ from: "shop/frontend", to: "shop/cart", port: 8080 }), two.files(),
                ]);
                return [all[0].headline, all[1].headline, all[2].headline, all[3].length];
            });
            assert.deepEqual(asked.slice(0, 3), ["Allowed", "Denied", "Allowed"]);
            await until("Allowed", () => verdictIn(frames[0]), "the first shows its own");
            await page.locator("netpolis-scene").nth(2).scrollIntoViewIfNeeded();
            await page.locator("netpolis-scene").nth(2).locator("iframe").contentFrame().locator(".verdict h2").first().waitFor();
            const programs = fetched.filter((path) => path.endsWith(".wasm"));
            // A program that is not optimised is larger than what the browser's cache takes.
            const name = programs[0].split("/").at(-1);
            if ((await stat(join(given.folder, name))).size < LARGEST_CACHED) assert.deepEqual([...new Set(programs)].sort(), programs.sort(), "each program once");
            assert.ok(programs.some((path) => /web.*\.wasm/.test(path)), programs.join());
        } finally {
            given.site.cached = false;
            given.site.watch = undefined;
        }
    },

    async "an element works in a page with a strict policy of its own, and says what it cannot show"() {
        const policy = `default-src 'none'; script-src ${given.site.origin}; frame-src ${given.site.origin}; img-src ${given.site.origin} data:; base-uri 'none'; form-action 'none'`;
        const head = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
        // Another origin than the site's: the page is a foreign one.
        const origin = given.site.origin.replace("localhost", "127.0.0.1");
        const page = await host(`${SCRIPT}<netpolis-scene id="one" example="deny-all"></netpolis-scene>`, { head, origin, watched: false });
        await until("Denied", () => verdictIn(page.frameLocator("iframe")), "the verdict");
        assert.equal(await page.evaluate(async () => (await document.getElementById("one").ask()).headline), "Denied");
        // Where the site may not be framed, what stands in the element stays.
        const none = await host(`${SCRIPT}<netpolis-scene example="deny-all">Nothing passes.</netpolis-scene>`, {
            head: head.replace(`frame-src ${given.site.origin}`, "frame-src 'none'"), origin, watched: false, path: "/closed.html",
        });
        await none.getByText("Nothing passes.").waitFor();
        assert.equal(await none.locator("netpolis-scene").locator("iframe").evaluate((frame) => getComputedStyle(frame).visibility), "hidden");
        troubles.splice(0, troubles.length, ...troubles.filter((trouble) => !/frame-src|Framing/.test(trouble)));
    },

    async "a lesson is played in an element, and tells how far the learner is"() {
        const page = await host(`${SCRIPT}<netpolis-scene lesson="policy/default-deny" height="700"></netpolis-scene>`, { watched: false });
        const frame = page.frameLocator("iframe");
        await frame.getByRole("heading", { name: "Everything is open" }).waitFor();
        await page.evaluate(() => {
            window.told = [];
            document.querySelector("netpolis-scene").addEventListener("lesson", ({ detail }) => window.told.push(detail));
        });
        await frame.getByRole("button", { name: "allowed", exact: true }).click();
        await until(1, () => page.evaluate(() => window.told.at(-1)?.right), "the prediction counts");
        const state = await page.evaluate(() => document.querySelector("netpolis-scene").lesson("policy/default-deny", "a-policy-that-allows-nothing"));
        assert.deepEqual([state.step, state.tasks, state.solved, state.complete], [1, 2, 0, false]);
        await frame.getByRole("button", { name: "Show me" }).first().click();
        await until(1, () => page.evaluate(() => window.told.at(-1)?.solved), "the task counts");
        const kept = await page.evaluate(() => Object.keys(localStorage).length);
        assert.equal(kept, 0, "nothing is stored");
        await shoot(page, "embed-lesson");
    },

    async "every view can be shown"() {
        const page = await host(`${SCRIPT}<netpolis-scene id="one" example="path-node-port" height="500"></netpolis-scene>`, { watched: false });
        const frame = page.frameLocator("iframe");
        for (const [view, selector] of Object.entries({ graph: ".graph-pane", trace: ".inspector", matrix: ".matrix", path: ".path-verdict", azure: ".inspector", problems: ".problems, .nothing", checks: ".answers" })) {
            await page.evaluate((view) => document.getElementById("one").show(view), view);
            await frame.locator(selector).first().waitFor();
            await shoot(page, `embed-view-${view}`);
            const other = await (await given.browser.newContext({ viewport: DESKTOP, serviceWorkers: "block" })).newPage();
            await other.goto(`${given.site.address}embed.html?example=path-node-port&view=${view}`);
            await other.locator(selector).first().waitFor();
            await other.context().close();
        }
    },

    async "a SCORM package tells the learning platform how far the learner is, by both versions"() {
        for (const [name, api] of [["API_1484_11", ["", "Terminate"]], ["API", ["LMS", "LMSFinish"]]]) {
            const page = await host(`<script>
                window.cmi = {};
                window.calls = [];
                window["${name}"] = Object.fromEntries(["Initialize", "GetValue", "SetValue", "Commit"].map((own) => ["${api[0]}" + own, (...args) => {
                    calls.push([own, ...args]);
                    if (own === "SetValue") cmi[args[0]] = args[1];
                    return own === "GetValue" ? (cmi[args[0]] ?? "") : "true";
                }]).concat([["${api[1]}", () => calls.push(["end"])]]));</script>
                <iframe src="/scorm/index.html" title="The lesson" width="1000" height="700"></iframe>`, { watched: false, prepare: teaching });
            const scene = page.frameLocator("iframe").locator("netpolis-scene");
            const frame = scene.locator("iframe").contentFrame();
            await frame.getByRole("heading", { name: "Everything is open" }).waitFor();
            const score = name === "API" ? "cmi.core.score.raw" : "cmi.score.raw";
            const status = name === "API" ? "cmi.core.lesson_status" : "cmi.completion_status";
            const cmi = () => page.evaluate(() => window.cmi);
            await until("incomplete", async () => (await cmi())[status], "it has begun");
            assert.equal((await page.evaluate(() => window.calls))[0][0], "Initialize");
            // Everything that there is to do: a prediction, two tasks and a quiz.
            await frame.getByRole("button", { name: "allowed", exact: true }).click();
            await until("25", async () => (await cmi())[score], "a quarter");
            for (const task of [1, 2]) {
                await frame.getByRole("button", { name: "Next step" }).click();
                await frame.getByRole("button", { name: "Show me" }).click();
                await until(String(25 * (task + 1)), async () => (await cmi())[score], `task ${task}`);
            }
            await frame.getByRole("button", { name: "Nothing.", exact: true }).click();
            await until("completed", async () => (await cmi())[status], "all is done");
            const all = await cmi();
            assert.equal(all[score], "100");
            assert.equal(all[name === "API" ? "cmi.core.lesson_location" : "cmi.location"], "open-one-door");
            if (name !== "API") assert.deepEqual([all["cmi.success_status"], all["cmi.score.scaled"]], ["passed", "1"]);
            await page.evaluate(() => (document.querySelector("iframe").src = "about:blank"));
            await until(true, () => page.evaluate(() => window.calls.at(-1)[0] === "end"), "the visit ends");
        }
    },

    async "an xAPI record store hears of a lesson once for each thing that is done"() {
        const statements = [];
        let refuses = true;
        const store = async (context) => {
            await teaching(context);
            await context.route("**/lrs/statements", async (route) => {
                // The first is refused: nothing is lost.
                if (refuses) {
                    refuses = false;
                    return route.fulfill({ status: 503, body: "" });
                }
                assert.equal(route.request().headers()["x-experience-api-version"], "1.0.3");
                statements.push(...route.request().postDataJSON());
                return route.fulfill({ status: 200, contentType: "application/json", body: "[]" });
            });
        };
        const page = await host(`${SCRIPT}<netpolis-scene lesson="policy/default-deny" height="700"></netpolis-scene>
            <script type="module">
                import { reportTo } from "/teaching/xapi.js";
                reportTo(document.querySelector("netpolis-scene"), { endpoint: location.origin + "/lrs/", actor: { mbox: "mailto:learner@example.org" }, failed() {} });
            </script>`, { watched: false, prepare: store });
        const frame = page.frameLocator("iframe");
        await frame.getByRole("heading", { name: "Everything is open" }).waitFor();
        await frame.getByRole("button", { name: "denied", exact: true }).click();
        await frame.getByRole("button", { name: "allowed", exact: true }).click();
        await until(2, () => statements.length, "begun, and a prediction");
        await page.evaluate(() => document.querySelector("netpolis-scene").lesson("policy/default-deny", "a-policy-that-allows-nothing"));
        await frame.getByRole("button", { name: "Show me" }).click();
        await until(3, () => statements.length, "a task");
        assert.deepEqual(statements.map(({ verb }) => verb.display["en-US"]), ["initialized", "progressed", "progressed"]);
        assert.equal(statements[0].object.definition.name.en, "Default deny");
        troubles.splice(0, troubles.length, ...troubles.filter((trouble) => !/503/.test(trouble)));
    },

    async "before a class the letters are large, and the keys of a presenter turn the steps"() {
        const page = await open({}, "?lesson=policy/default-deny&present");
        const heading = page.getByRole("region", { name: "Lesson" }).getByRole("heading", { level: 2 });
        await until("Everything is open", () => heading.innerText(), "the first step");
        const size = () => page.locator(".lesson-body").evaluate((body) => parseFloat(getComputedStyle(body).fontSize));
        assert.ok((await size()) >= 20);
        await page.keyboard.press("PageDown");
        await until("A policy that allows nothing", () => heading.innerText(), "on");
        await page.keyboard.press("ArrowRight");
        await until("Open one door", () => heading.innerText(), "on by the arrow");
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("PageUp");
        await until("A policy that allows nothing", () => heading.innerText(), "back");
        await until(/present/, () => page.url(), "the address keeps it");
        // In the text the keys are those of the text.
        await page.locator(".cm-content").first().click();
        await page.keyboard.press("PageDown");
        await page.keyboard.press("ArrowRight");
        assert.equal(await heading.innerText(), "A policy that allows nothing");
        await shoot(page, "present");
    },

    async "the small server beside the page serves it from a folder, and the page opened from the folder says so"() {
        const server = spawn("python3", [join(given.folder, "serve.py"), "0", "--quiet"], { stdio: ["ignore", "pipe", "inherit"] });
        try {
            const said = await new Promise((done, fail) => {
                server.stdout.once("data", (data) => done(String(data)));
                server.once("error", fail);
            });
            const address = /http:\/\/localhost:\d+\//.exec(said)[0];
            const page = await (await given.browser.newContext({ serviceWorkers: "block" })).newPage();
            await page.goto(address);
            await page.locator("html[data-engine=ready]").waitFor({ state: "attached" });
            assert.equal((await fetch(`${address}start.js`)).headers.get("content-type"), "text/javascript");
            const folder = await (await given.browser.newContext()).newPage();
            await folder.goto(pathToFileURL(join(given.folder, "index.html")).href);
            await until(/opened from a folder.*serve\.py/, () => folder.locator("#starting").innerText(), "what to do");
        } finally {
            server.kill();
        }
    },
};
