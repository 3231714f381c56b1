// The built site in a headless browser, as a person uses it: node tests/e2e/run.mjs [--browser firefox|webkit|webkit-old] [--hands] [--part K/N] [WORD]
//
// Serves dist/ (or the folder that E2E_DIST names) under a sub-path and goes through it; with a WORD only the checks whose name has it, with
// a part every N-th of them, so that N runs side by side do them all.
// The checks are in checks/, a file for each part of the page. Pictures of what was seen are put into shots/.
// CHROMIUM, FIREFOX, WEBKIT and WEBKIT_OLD name the browsers (default: where Debian puts them). Browsers other than Chromium are given what
// depends on the browser, but for the checks that say why they are not for them; with --hands what depends on it most, hands and storage.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium, firefox } from "playwright-core";
import first from "./checks/first.mjs";
import engine from "./checks/engine.mjs";
import ask from "./checks/ask.mjs";
import answers from "./checks/answers.mjs";
import commands from "./checks/commands.mjs";
import compare from "./checks/compare.mjs";
import board from "./checks/board.mjs";
import policy from "./checks/policy.mjs";
import fix from "./checks/fix.mjs";
import editor from "./checks/editor.mjs";
import path from "./checks/path.mjs";
import problems from "./checks/problems.mjs";
import gallery from "./checks/gallery.mjs";
import graph from "./checks/graph.mjs";
import drag from "./checks/drag.mjs";
import keep from "./checks/keep.mjs";
import progress from "./checks/progress.mjs";
import offline from "./checks/offline.mjs";
import layout from "./checks/layout.mjs";
import german from "./checks/german.mjs";
import lesson from "./checks/lesson.mjs";
import learner from "./checks/learner.mjs";
import scale from "./checks/scale.mjs";
import shell from "./checks/shell.mjs";
import sight from "./checks/sight.mjs";
import truth from "./checks/truth.mjs";
import everybody from "./checks/everybody.mjs";
import embed from "./checks/embed.mjs";
import { given, here, shots, troubles } from "./page.mjs";
import { serve } from "./server.mjs";
import { launch } from "./webdriver/browser.mjs";

// The driver's own list, which ours takes the place of, and the popups of the address line: those are pages that Chromium loads beside each of ours,
// for a fourth of what opening one costs.
const WITHOUT = [
    ..."AutoDeElevate AvoidUnnecessaryBeforeUnloadCheckSync BlockOriginHeaderModificationOnRedirect BoundaryEventDispatchTracksNodeRemoval".split(" "),
    ..."DestroyProfileOnBrowserClose DialMediaRouteProvider GlobalMediaControls HttpsUpgrades LensOverlay MediaRouter OptimizationHints".split(" "),
    ..."PaintHolding ThirdPartyStoragePartitioning Translate".split(" "),
    ..."WebUIOmniboxPopup WebUIOmniboxAimPopup WebUIOmniboxFullPopup".split(" "),
];
const launchWebKit = () => launch(given.name, given.site);
const LAUNCH = {
    chromium: () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", `--disable-features=${WITHOUT}`] }),
    firefox: () =>
        firefox.launch({
            channel: "moz-firefox",
            executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
            // Without asking the person, whom nobody asks here.
            firefoxUserPrefs: { "dom.events.testing.asyncClipboard": true },
        }),
    webkit: launchWebKit,
    "webkit-old": launchWebKit,
};

const { values, positionals } = parseArgs({ options: { browser: { type: "string", default: "chromium" }, part: { type: "string", default: "1/1" }, hands: { type: "boolean" } }, allowPositionals: true });
const wanted = positionals[0] ?? "";
const [part, parts] = values.part.split("/").map(Number);
given.name = values.browser;
if (!LAUNCH[given.name]) {
    console.error(`no browser \`${given.name}\`; there are: ${Object.keys(LAUNCH).join(", ")}`);
    process.exit(2);
}
// WebKit draws on a screen only, and its processes speak over a bus: both for this run alone.
if (given.name.startsWith("webkit") && !process.env.E2E_SCREEN) {
    const again = ["-a", "-s", "-screen 0 1600x1200x24", "dbus-run-session", "--", process.execPath, ...process.argv.slice(1)];
    const { status, error, stderr } = spawnSync("xvfb-run", again, { stdio: ["inherit", "inherit", "pipe"], encoding: "utf8", env: { ...process.env, E2E_SCREEN: "1" } });
    // Without what bus and screen say of themselves.
    process.stderr.write((stderr ?? "").replace(/^(dbus-daemon|SpiRegistry|X connection|Authorization required|WARNING: trying).*\n\n?|^\n/gm, ""));
    if (error) console.error(`WebKit needs xvfb-run and dbus-run-session: ${error.message}`);
    process.exit(status ?? 1);
}

const OPENING = "it opens on an allowed and a denied flow, with the deciding line lit";
const hands = { [OPENING]: first[OPENING], ...ask, ...board, ...policy, ...editor, ...graph, ...drag, ...keep, ...progress };
const beyond = values.hands ? hands : { ...hands, ...fix, ...answers, ...commands, ...compare, ...problems };
const checks = given.name === "chromium" ? { ...first, ...engine, ...ask, ...fix, ...answers, ...commands, ...compare, ...board, ...policy, ...problems, ...editor, ...path, ...graph, ...drag, ...keep, ...progress, ...lesson, ...learner, ...german, ...scale, ...offline, ...shell, ...layout, ...sight, ...truth, ...everybody, ...embed, ...gallery } : beyond;
const folder = process.env.E2E_DIST ? resolve(process.env.E2E_DIST) : join(here, "../../dist");

const pages = {};
given.site = Object.assign(await serve(folder, "/some/sub/path/", pages), { pages });
if (given.name === "chromium" && parts === 1) await rm(shots, { recursive: true, force: true });
await mkdir(shots, { recursive: true });
given.folder = folder;
given.browser = await LAUNCH[given.name]();
let passed = 0;
let failed = 0;
const took = [];
const chosen = Object.entries(checks).filter(([name]) => name.includes(wanted)).filter((_, place) => place % parts === part - 1);
for (const [name, check] of chosen) {
    const why = check.notIn?.[given.name];
    if (why) {
        console.log(`  left    ${name}: ${why}`);
        continue;
    }
    troubles.length = 0;
    const started = performance.now();
    try {
        await check();
        assert.equal(troubles.length, 0, troubles.join("\n"));
        passed += 1;
        console.log(`  ok      ${name}`);
    } catch (error) {
        failed += 1;
        console.log(`  FAILED  ${name}\n    ${[error?.message ?? error, ...troubles].join("\n").split("\n").slice(0, 30).join("\n    ")}`);
        const last = given.browser.contexts().at(-1)?.pages().at(-1);
        await last?.screenshot({ path: join(shots, `failed-${name.replace(/\W+/g, "-")}.png`) }).catch(() => {});
    }
    for (const context of given.browser.contexts()) await context.close();
    took.push([performance.now() - started, name]);
    if (process.env.E2E_TIMES) console.log(`          ${Math.round(took.at(-1)[0])} ms`);
}
await given.browser.close();
given.site.close();
took.sort(([a], [b]) => b - a);
if (took.length > 10) for (const [time, name] of took.slice(0, 5)) console.log(`  among the longest: ${(time / 1000).toFixed(1)} s  ${name}`);
console.log(`e2e: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
