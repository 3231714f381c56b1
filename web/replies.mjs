// The replies that the built site keeps beside the page: to what the page asks first for each example, so that it shows a verdict before
// the engine is there. The built programs themselves make them: the page says what it asks, and the engine answers.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A program as Trunk leaves it, started here. */
async function started(dist, script, wasm) {
  const program = await import(pathToFileURL(join(dist, script)).href);
  program.initSync({ module: await readFile(join(dist, wasm)) });
  return program;
}

/**
 * Writes a reply for each example, by its name and the build's: that of another build is never used.
 * @returns {Promise<Uint8Array>} the reply for the scene that the page opens with
 */
export async function keepReplies(dist, page, engine, build) {
  const [{ openingRequests }, { keptReply }] = await Promise.all([started(dist, ...page), started(dist, ...engine)]);
  const folder = join(dist, "replies");
  await mkdir(folder, { recursive: true });
  const requests = openingRequests();
  let first;
  for (let i = 0; i < requests.length; i += 2) {
    const [example, request] = requests.slice(i, i + 2);
    const reply = keptReply(request);
    if (!reply) throw new Error(`the engine does not read what the page asks for the example ${example}`);
    await writeFile(join(folder, `${example}-${build}.bin`), reply);
    first ??= reply;
  }
  return first;
}
