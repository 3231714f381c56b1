// The module replies the same bytes as the native program, for every example and, where they are there, for the inputs of the conformance
// cases. REPLIES names what `replies` wrote, which `./dev test npm` runs.
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { installed } from "./installed.mjs";

let folder;
before(async () => {
  folder = await installed();
});
after(() => rm(folder, { recursive: true, force: true }));

test("native and wasm reply the same bytes", { skip: process.env.REPLIES ? false : "REPLIES is not set" }, async () => {
  await import(pathToFileURL(join(folder, "node_modules/netpolis/node.js")));
  const { Engine } = await import(pathToFileURL(join(folder, "node_modules/netpolis/engine.js")));
  const inputs = new Set();
  const other = [];
  let name;
  let engine;
  let replies = 0;
  for (const [input, request, reply] of records(await readFile(process.env.REPLIES))) {
    if (input.toString() !== name) {
      engine?.free();
      engine = new Engine();
      name = input.toString();
      inputs.add(name);
    }
    if (!reply.equals(engine.reply(request))) other.push(name);
    replies += 1;
  }
  engine?.free();
  console.log(`${replies} replies about ${inputs.size} inputs compared`);
  assert.deepEqual(other, []);
  assert.ok(inputs.size >= 30, `${inputs.size} inputs`);
});

/** Three stretches each, as tests/src/replies.rs writes them. */
function* records(bytes) {
  let at = 0;
  const part = () => {
    const end = at + 4 + bytes.readUInt32LE(at);
    const own = bytes.subarray(at + 4, end);
    at = end;
    return own;
  };
  while (at < bytes.length) yield [part(), part(), part()];
}
