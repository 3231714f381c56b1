// The page's way to the engine: a request goes there as bytes, a reply comes back as bytes. The engine runs in a worker; where
// none can start (a sandboxed page, an old browser), it runs on the page's own thread. Either way it answers one at a time.

/** @typedef {{js: string, wasm: string, worker: string, size: number}} Addresses  of the engine's two files, and of the script of its worker; how many bytes the program has */

/** How often it is told how much of the engine has come, in ms. */
const TELLS_EVERY = 200;

/** A program, compiled while it comes. `options` are those of `fetch`; `came` hears how many bytes have come, as they are when unpacked. */
export async function compile(url, options = {}, came) {
  const response = await fetch(url, { credentials: "same-origin", ...options });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  // A second look at the same bytes: a response of our own would not be kept compiled for the next visit.
  if (came) count(response.clone(), came);
  // Some file servers do not know the type of .wasm files, and streaming insists on it.
  if (response.headers.get("content-type")?.startsWith("application/wasm")) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

async function count(response, came) {
  let bytes = 0;
  let told = 0;
  const tell = () => bytes !== told && came((told = bytes));
  const ticks = setInterval(tell, TELLS_EVERY);
  try {
    const reader = response.body.getReader();
    for (let part; !(part = await reader.read()).done; ) bytes += part.value.length;
  } catch {
    // Whoever compiles it meets the same, and says so.
  }
  clearInterval(ticks);
  tell();
}

/** Whether the page is being left or loaded again: what it no longer fetches is no fault. */
export let left = false;
addEventListener("pagehide", () => (left = true));
addEventListener("pageshow", () => (left = false));

export class EngineLink {
  #addresses;
  #replies;
  #after;
  #loading;
  #module;
  #port;
  #failure;
  /** Ends what is under way: the fetch, or the worker. */
  #end;
  #told = { ready() {}, replied() {}, failed() {}, came() {}, step() {} };

  /**
   * @param {Addresses} addresses
   * @param {(example: string) => string} replies  the address of the reply that the build made for an example
   * @param {Promise<unknown>} after  what the page itself needs first
   */
  constructor(addresses, replies, after) {
    this.#addresses = addresses;
    this.#replies = replies;
    this.#after = after;
  }

  /**
   * Who is told: that it is ready (and whether it can be cancelled while it evaluates), what it replied, with what words it failed, how many
   * bytes of it have come of how many, and with three numbers what an evaluation is busy with.
   */
  listen(ready, replied, failed, came, step) {
    this.#told = { ready, replied, failed, came, step };
    if (this.#port) ready(Boolean(this.#end));
    if (this.#failure) failed(this.#failure);
  }

  /** Loads the engine, unless that was done; again, after it failed. Resolves when it is there or has failed, with false when it was cancelled. */
  start() {
    this.#failure = undefined;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** @param {Uint8Array} request  of a page that was told that the engine is ready, and has answered what it was asked before */
  send(request) {
    this.#port?.(request);
  }

  /**
   * Ends what is under way. An engine that was on its way comes when it is started again. One that evaluates is ended, with all that it knows,
   * and another one begins. On the page's own thread nothing can be ended.
   */
  cancel() {
    if (!this.#end) return;
    this.#end();
    this.#end = undefined;
    this.#loading = undefined;
    this.#port = undefined;
    delete document.documentElement.dataset.engine;
    if (this.#module) this.start();
  }

  /** The reply that the build made for an example; nothing where it cannot be had. */
  async reply(example) {
    try {
      const response = await fetch(this.#replies(example), { credentials: "same-origin" });
      return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
    } catch {
      return undefined;
    }
  }

  async #load() {
    const cancelled = new AbortController();
    const { signal } = cancelled;
    this.#end = () => cancelled.abort();
    try {
      const module = this.#compiled(signal);
      const port = await this.#inWorker(module, signal).catch(async (error) => {
        if (signal.aborted) throw error;
        // If it is the program that is missing, this says so.
        const port = await this.#here(await module);
        console.info(`The engine runs on the page's own thread: ${error?.message ?? "no worker can start"}`);
        if (!signal.aborted) this.#end = undefined;
        return port;
      });
      if (signal.aborted) return false;
      this.#port = port;
      document.documentElement.dataset.engine = "ready";
      this.#told.ready(Boolean(this.#end));
    } catch (error) {
      if (signal.aborted) return false;
      this.#fail("load", error);
    }
    return true;
  }

  async #compiled(signal) {
    await this.#after;
    const { wasm, size } = this.#addresses;
    this.#module ??= await compile(wasm, { priority: "low", signal }, (bytes) => signal.aborted || this.#told.came(bytes, size));
    return this.#module;
  }

  #inWorker(module, signal) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#addresses.worker, { type: "module" });
      let ready = false;
      signal.addEventListener("abort", () => {
        worker.terminate();
        reject(signal.reason);
      });
      const failed = (error) => {
        worker.terminate();
        if (signal.aborted) return;
        if (ready) this.#fail("run", error);
        else reject(error);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        failed(event);
      };
      worker.onmessage = ({ data }) => {
        if (data === "ready") {
          ready = true;
          resolve((request) => worker.postMessage(request.buffer, [request.buffer]));
        } else if (data instanceof ArrayBuffer) {
          // What an ended worker has still said is about nothing.
          if (!signal.aborted) this.#told.replied(new Uint8Array(data));
        } else if (Array.isArray(data)) {
          if (!signal.aborted) this.#told.step(...data);
        } else {
          failed(new Error(data));
        }
      };
      // It fetches the engine's script while the program is still on its way.
      worker.postMessage({ js: this.#addresses.js });
      module.then((module) => worker.postMessage({ module })).catch(failed);
    });
  }

  async #here(module) {
    const engine = await import(this.#addresses.js);
    await engine.default({ module_or_path: module });
    const evaluator = new engine.Engine();
    return (request) =>
      setTimeout(() => {
        try {
          const reply = evaluator.reply(request);
          if (!reply) throw new Error("engine and page are of different versions");
          this.#told.replied(reply);
        } catch (error) {
          this.#fail("run", error);
        }
      });
  }

  /** @param {"load" | "run"} when */
  #fail(when, error) {
    this.#port = undefined;
    this.#loading = undefined;
    this.#end = undefined;
    if (left) return;
    console.info(`The engine failed: ${error?.message ?? error}`);
    this.#failure = when;
    document.documentElement.dataset.engine = "failed";
    this.#told.failed(when);
  }
}
