// The page's way to the engine: a request goes there as bytes, a reply comes back as bytes. The engine runs in a worker; where
// none can start (a sandboxed page, an old browser), it runs on the page's own thread. Either way it answers one at a time.
//
// There are two programs: the one that the page begins with, and a larger one, with answers that are asked for less often. It is loaded when one of them
// is, beside the other, and then takes its place.

/** @typedef {{js: string, wasm: string, size: number}} Program  the addresses of its two files; how many bytes it has */

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

/** Has the service worker keep files for visits without a network, where there is one. */
function keepForOffline(keep) {
  navigator.serviceWorker?.ready.then(({ active }) => active?.postMessage({ keep })).catch(() => undefined);
}

export class EngineLink {
  /** The program that runs, or is to. */
  #program;
  #larger;
  #worker;
  #replies;
  #after;
  #loading;
  #module;
  #port;
  #failure;
  #logs;
  /** Ends what is under way: the fetch, or the worker. */
  #end;
  /** The same where it runs on the page's own thread: what it still says is not heard. */
  #drop;
  /** Ends the fetch of the larger program, while there is one. */
  #stay;
  #told = { ready() {}, replied() {}, ahead() {}, failed() {}, came() {}, step() {} };

  /**
   * @param {{small: Program, larger: Program, worker: string}} addresses  of the programs, and of the script of their worker
   * @param {(example: string) => string} replies  the address of the reply that the build made for an example
   * @param {Promise<unknown>} after  what the page itself needs first
   */
  constructor({ small, larger, worker }, replies, after) {
    this.#program = small;
    this.#larger = larger;
    this.#worker = worker;
    this.#replies = replies;
    this.#after = after;
  }

  /**
   * Who is told: that it is ready (and whether it can be cancelled while it evaluates), what it replied, with what words it failed, how many
   * bytes of it have come of how many, and with three numbers what an evaluation is busy with.
   */
  listen(ready, replied, ahead, failed, came, step) {
    this.#told = { ready, replied, ahead, failed, came, step };
    if (this.#port) ready(Boolean(this.#end));
    if (this.#failure) failed(this.#failure);
  }

  /** Loads the engine, unless that was done; again, after it failed. Resolves when it is there or has failed, with false when it was cancelled. */
  start() {
    this.#failure = undefined;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /**
   * Loads the larger program, unless that was done. Once it is there it takes the place of the other, which answers until then; the page is told that an
   * engine is ready, and this one has seen nothing yet.
   */
  async enlarge() {
    const program = this.#larger;
    if (this.#stay || this.#program === program) return;
    const cancelled = new AbortController();
    const { signal } = cancelled;
    const stay = (this.#stay = () => cancelled.abort());
    try {
      const loaded = this.#compiled(program, signal);
      const [port, inWorker] = await this.#begin(program, loaded, signal);
      const module = await loaded;
      if (signal.aborted) return;
      this.#drop?.();
      [this.#program, this.#module, this.#loading] = [program, module, Promise.resolve(true)];
      this.#take(port, stay, inWorker);
      keepForOffline([program.js, program.wasm]);
    } catch (error) {
      if (signal.aborted || left) return;
      console.info(`The larger engine failed: ${error?.message ?? error}`);
      this.#told.failed("enlarge");
    } finally {
      if (this.#stay === stay) this.#stay = undefined;
    }
  }

  /** Loads the larger program no further. */
  stay() {
    this.#stay?.();
    this.#stay = undefined;
  }

  /** @param {Uint8Array} request  of a page that was told that the engine is ready, and has answered what it was asked before */
  send(request) {
    const port = this.#port;
    if (!port || !this.#logs || port.has === this.#logs || this.#program !== this.#larger) return void port?.(request);
    // A request that asks about logs comes behind them. One that waits for an engine that has ended meanwhile is about nothing.
    this.#give(port, this.#logs).then(() => port === this.#port && port(request));
  }

  /** Flow logs that are open, by their number: every larger engine gets them with the next request. The page itself never holds their bytes. */
  logs(number, files) {
    this.#logs = { number, files };
  }

  async #give(port, logs) {
    port.has = logs;
    const parts = [logs.number];
    for (const file of logs.files) parts.push(file.name, await file.arrayBuffer().catch(() => new ArrayBuffer(0)));
    port.logs(parts, parts.filter((part) => part instanceof ArrayBuffer));
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
    const end = (this.#end = () => cancelled.abort());
    try {
      const module = this.#module ? Promise.resolve(this.#module) : this.#compiled(this.#program, signal);
      const [port, inWorker] = await this.#begin(this.#program, module, signal);
      if (signal.aborted) return false;
      this.#module = await module;
      this.#take(port, end, inWorker);
    } catch (error) {
      if (signal.aborted) return false;
      this.#fail("load", error);
    }
    return true;
  }

  /** What is there now takes requests. */
  #take(port, end, inWorker) {
    this.#port = port;
    this.#drop = end;
    this.#end = inWorker ? end : undefined;
    document.documentElement.dataset.engine = "ready";
    this.#told.ready(inWorker);
  }

  async #compiled({ wasm, size }, signal) {
    await this.#after;
    return compile(wasm, { priority: "low", signal }, (bytes) => signal.aborted || this.#told.came(bytes, size));
  }

  /** What requests are sent to, and whether that is a worker. */
  async #begin({ js }, module, signal) {
    try {
      return [await this.#inWorker(js, module, signal), true];
    } catch (error) {
      if (signal.aborted) throw error;
      // If it is the program that is missing, this says so.
      const port = await this.#here(js, await module, signal);
      console.info(`The engine runs on the page's own thread: ${error?.message ?? "no worker can start"}`);
      return [port, false];
    }
  }

  #inWorker(js, module, signal) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#worker, { type: "module" });
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
          const port = (request) => worker.postMessage(request.buffer, [request.buffer]);
          port.logs = (parts, buffers) => worker.postMessage(parts, buffers);
          resolve(port);
        } else if (data instanceof ArrayBuffer) {
          // What an ended worker has still said is about nothing.
          if (!signal.aborted) this.#told.replied(new Uint8Array(data));
        } else if (data instanceof Uint8Array) {
          if (!signal.aborted) this.#told.ahead(data);
        } else if (Array.isArray(data)) {
          if (!signal.aborted) this.#told.step(...data);
        } else {
          failed(new Error(data));
        }
      };
      // It fetches the engine's script while the program is still on its way.
      worker.postMessage({ js });
      module.then((module) => worker.postMessage({ module })).catch(failed);
    });
  }

  async #here(js, module, signal) {
    const engine = await import(js);
    await engine.default({ module_or_path: module });
    const evaluator = new engine.Engine();
    const port = (request) =>
      setTimeout(() => {
        if (signal.aborted) return;
        try {
          const reply = evaluator.reply(request);
          if (!reply) throw new Error("engine and page are of different versions");
          this.#told.replied(reply);
        } catch (error) {
          this.#fail("run", error);
        }
      });
    port.logs = (parts) => evaluator.logs(parts);
    return port;
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
