// How smooth the graph of the built page is: node tests/e2e/frames.mjs [--table FILE]
//
// A made-up cluster of 2,000 workloads, every namespace of which is opened by hand. It is panned and zoomed by the wheel, a step with each
// frame, and the times between frames are taken; then cards are pointed at, and the longest task of the page's thread is, as the browser's own trace has it.
// Prints a table, and puts it into the file between its two comments. E2E_DIST names another folder than dist/.
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { DESKTOP, here } from "./page.mjs";
import { serve } from "./server.mjs";

const { table } = parseArgs({ options: { table: { type: "string" } } }).values;
const folder = process.env.E2E_DIST ? resolve(process.env.E2E_DIST) : join(here, "../../dist");
const site = await serve(folder, "/", {}, { compressed: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

const NAMESPACES = 40;
const WORKLOADS = 50;
/** Frames of each movement, and cards that are pointed at. */
const FRAMES = 80;
const HOVERS = 30;

/** Namespaces of pods, in each of which ten may reach the first; and the first of the next namespace may, too. */
function cluster() {
    const documents = [];
    for (let n = 0; n < NAMESPACES; n++) {
        documents.push(`{apiVersion: v1, kind: Namespace, metadata: {name: team-${n}, labels: {team: "${n}"}}}`);
        for (let w = 0; w < WORKLOADS; w++) documents.push(`{apiVersion: v1, kind: Pod, metadata: {name: w-${w}, namespace: team-${n}, labels: {app: w-${w}, role: "${w < 10 ? "client" : "other"}"}}}`);
        documents.push(`{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed, namespace: team-${n}}, spec: {podSelector: {}}}`);
        const next = `{namespaceSelector: {matchLabels: {team: "${(n + 1) % NAMESPACES}"}}, podSelector: {matchLabels: {app: w-0}}}`;
        documents.push(`{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: w-0, namespace: team-${n}}, spec: {podSelector: {matchLabels: {app: w-0}}, ingress: [{from: [{podSelector: {matchLabels: {role: client}}}, ${next}], ports: [{port: 8080}]}]}}`);
    }
    return documents.join("\n---\n");
}

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const ms = (value) => `${value.toFixed(1)} ms`;

/** The page with all cards of the cluster. */
async function crowded() {
    const context = await browser.newContext({ viewport: DESKTOP, serviceWorkers: "block" });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(site.address);
    await page.locator("html[data-engine=ready]").waitFor({ state: "attached" });
    await page.locator("input[type=file]").setInputFiles({ name: "cluster.yaml", mimeType: "text/plain", buffer: Buffer.from(cluster()) });
    await page.locator("svg.graph.overview g.mark.group").nth(NAMESPACES - 1).waitFor({ state: "attached" });
    // All in one go, so that there is one picture to draw.
    await page.evaluate(() => document.querySelectorAll("svg.graph g.mark.group [data-fold]").forEach((fold) => fold.dispatchEvent(new MouseEvent("click", { bubbles: true }))));
    await page.locator("svg.graph g.frame").nth(NAMESPACES - 1).waitFor({ state: "attached" });
    await page.waitForTimeout(2000);
    return page;
}

/** Times between frames while the wheel turns: by so much with each frame, there and back. */
const turn = (page, event) =>
    page.evaluate(
        async ({ event, frames }) => {
            const graph = document.querySelector("svg.graph");
            const place = graph.getBoundingClientRect();
            const at = { clientX: place.x + place.width / 2, clientY: place.y + place.height / 2, bubbles: true, cancelable: true };
            const times = [];
            let before = await new Promise(requestAnimationFrame);
            for (let frame = 0; frame < frames; frame++) {
                const back = Math.floor(frame / 20) % 2 === 1;
                graph.dispatchEvent(new WheelEvent("wheel", { ...at, ...event, deltaY: back ? -event.deltaY : event.deltaY }));
                const now = await new Promise(requestAnimationFrame);
                times.push(now - before);
                before = now;
            }
            return times;
        },
        { event, frames: FRAMES },
    );

/** Tasks of the page's thread while something is done, longest first, in milliseconds. */
async function tasks(page, act) {
    await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline", "devtools.timeline", "toplevel"] });
    await act();
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
    const threads = traceEvents.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain");
    const ours = traceEvents.filter((event) => event.name === "RunTask" && threads.some((thread) => thread.pid === event.pid && thread.tid === event.tid));
    return ours.map((event) => (event.dur ?? 0) / 1000).sort((a, b) => b - a);
}

/** Points at one card after another, as a person does. */
async function hover(page) {
    const canvas = await page.locator(".canvas").boundingBox();
    const boxes = await page.locator("svg.graph g.mark").evaluateAll((all) => all.map((mark) => mark.querySelector(".body").getBoundingClientRect().toJSON()));
    const seen = boxes.filter((box) => box.top > canvas.y && box.bottom < canvas.y + canvas.height);
    for (let number = 0; number < HOVERS; number++) {
        const box = seen[number % seen.length];
        await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        await page.waitForTimeout(60);
    }
}

const page = await crowded();
const marks = await page.locator("svg.graph g.mark").count();
const panned = await turn(page, { deltaY: 30 });
const zoomed = await turn(page, { deltaY: -0.8, ctrlKey: true });
await page.mouse.move(5, 5);
const hovering = await tasks(page, () => hover(page));
const lines = [
    "| what | measured |",
    "| --- | ---: |",
    `| cards of the scene; of them drawn | ${NAMESPACES * WORKLOADS}; ${marks} |`,
    `| time between frames while panning: median; 95th percentile | ${ms(percentile(panned, 0.5))}; ${ms(percentile(panned, 0.95))} |`,
    `| the same while zooming | ${ms(percentile(zoomed, 0.5))}; ${ms(percentile(zoomed, 0.95))} |`,
    `| pointing at ${HOVERS} cards, one after the other: longest task; 95th percentile of the ${HOVERS} longest | ${ms(hovering[0] ?? 0)}; ${ms(percentile(hovering.slice(0, HOVERS), 0.95))} |`,
];
console.log(lines.join("\n"));
if (table) {
    const [begin, end] = ["<!-- written by ./dev bench --frames --table docs/performance.md -->", "<!-- end of frames -->"];
    const text = await readFile(table, "utf8");
    const section = `${begin}\n${lines.join("\n")}\n${end}`;
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    await writeFile(table, from < 0 || to < 0 ? `${text}\n${section}\n` : text.slice(0, from) + section + text.slice(to + end.length));
}
await browser.close();
site.close();
