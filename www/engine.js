// The page's way to the engine: a request goes there as bytes, a reply comes back as bytes. The engine runs in a worker; where
// none can start (a sandboxed page, an old browser), it runs on the page's own thread. Either way it answers one at a time.

/** @typedef {{js: string, wasm: string, worker: string}} Addresses  of the engine's two files, and of the script of its worker */

/** A program, compiled while it comes. */
export async function compile(url, priority = "auto") {
  const response = await fetch(url, { credentials: "same-origin", priority });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  // Some file servers do not know the type of .wasm files, and streaming insists on it.
  if (response.headers.get("content-type")?.startsWith("application/wasm")) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
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
  #told = { ready() {}, replied() {}, failed() {} };

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

  /** Who is told: that it is ready, what it replied, and with what words it failed. */
  listen(ready, replied, failed) {
    this.#told = { ready, replied, failed };
    if (this.#port) ready();
    if (this.#failure) failed(this.#failure);
  }

  /** Loads the engine, unless that was done; again, after it failed. Resolves when it is there, or has failed. */
  start() {
    this.#failure = undefined;
    this.#loading ??= this.#load().catch((error) => this.#fail("load", error));
    return this.#loading;
  }

  /** @param {Uint8Array} request  of a page that was told that the engine is ready, and has answered what it was asked before */
  send(request) {
    this.#port?.(request);
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
    const module = this.#compiled();
    try {
      this.#port = await this.#inWorker(module);
    } catch (error) {
      // If it is the program that is missing, this says so.
      this.#port = await this.#here(await module);
      console.info(`The engine runs on the page's own thread: ${error?.message ?? "no worker can start"}`);
    }
    document.documentElement.dataset.engine = "ready";
    this.#told.ready();
  }

  async #compiled() {
    await this.#after;
    this.#module ??= await compile(this.#addresses.wasm, "low");
    return this.#module;
  }

  #inWorker(module) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#addresses.worker, { type: "module" });
      let ready = false;
      const failed = (error) => {
        worker.terminate();
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
          this.#told.replied(new Uint8Array(data));
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
    if (left) return;
    console.info(`The engine failed: ${error?.message ?? error}`);
    this.#failure = when;
    document.documentElement.dataset.engine = "failed";
    this.#told.failed(when);
  }
}
