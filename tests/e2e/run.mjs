// The built site in a headless browser, as a person uses it: node tests/e2e/run.mjs [--browser firefox] [WORD]
//
// Serves dist/ (or the folder that E2E_DIST names) under a sub-path and goes through it; with a WORD only the checks whose name has it.
// The checks are in checks/, a file for each part of the page. Pictures of what was seen are put into shots/.
// CHROMIUM and FIREFOX name the browsers (default: /usr/bin/chromium, /usr/bin/firefox-esr). Firefox is given what depends on the browser most,
// hands and storage, but for the checks that say why they are for Chromium only.
import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium, firefox } from "playwright-core";
import first from "./checks/first.mjs";
import ask from "./checks/ask.mjs";
import board from "./checks/board.mjs";
import path from "./checks/path.mjs";
import graph from "./checks/graph.mjs";
import drag from "./checks/drag.mjs";
import keep from "./checks/keep.mjs";
import offline from "./checks/offline.mjs";
import layout from "./checks/layout.mjs";
import shell from "./checks/shell.mjs";
import sight from "./checks/sight.mjs";
import truth from "./checks/truth.mjs";
import { given, here, shots, troubles } from "./page.mjs";
import { serve } from "./server.mjs";

const { values, positionals } = parseArgs({ options: { browser: { type: "string", default: "chromium" } }, allowPositionals: true });
const wanted = positionals[0] ?? "";
const inFirefox = values.browser === "firefox";
const hands = { ...ask, ...board, ...graph, ...drag, ...keep };
const checks = inFirefox ? hands : { ...first, ...ask, ...board, ...path, ...graph, ...drag, ...keep, ...offline, ...shell, ...layout, ...sight, ...truth };
const folder = process.env.E2E_DIST ? resolve(process.env.E2E_DIST) : join(here, "../../dist");

const pages = {};
given.site = { ...(await serve(folder, "/some/sub/path/", pages)), pages };
if (!inFirefox) await rm(shots, { recursive: true, force: true });
await mkdir(shots, { recursive: true });
given.firefox = inFirefox;
given.folder = folder;
given.browser = inFirefox
    ? await firefox.launch({
          channel: "moz-firefox",
          executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
          // Without asking the person, whom nobody asks here.
          firefoxUserPrefs: { "dom.events.testing.asyncClipboard": true },
      })
    : await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0;
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
    if (!name.includes(wanted)) continue;
    const left = inFirefox && check.chromiumOnly;
    if (left) {
        console.log(`  left    ${name}: ${left}`);
        continue;
    }
    troubles.length = 0;
    try {
        await check();
        assert.equal(troubles.length, 0, troubles.join("\n"));
        passed += 1;
        console.log(`  ok      ${name}`);
    } catch (error) {
        failed += 1;
        console.log(`  FAILED  ${name}\n    ${String(error?.message ?? error).split("\n").slice(0, 30).join("\n    ")}`);
        const last = given.browser.contexts().at(-1)?.pages().at(-1);
        await last?.screenshot({ path: join(shots, `failed-${name.replace(/\W+/g, "-")}.png`) }).catch(() => {});
    }
    for (const context of given.browser.contexts()) await context.close();
}
await given.browser.close();
given.site.close();
console.log(`e2e: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
