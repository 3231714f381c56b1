// The evaluator as a page around an embedded one asks it: the JavaScript API, whose methods and answers docs/embedding.md describes. It runs in a worker;
// where none can start, on the page's own thread.

/** By the address of its script: a program that runs, with the files that it has. */
const running = new Map();

/**
 * Asks the API of a program once.
 * @param {{program: {js: string, wasm: string}, state: {key: string, files: object[], settings: object}, method: string, args: unknown[]}} request
 *     `state.key` is another whenever files or settings are.
 */
export async function answer({ program, state, method, args }) {
  let own = running.get(program.js);
  if (!own) {
    own = { module: await import(program.js), key: undefined, api: undefined };
    await own.module.default({ module_or_path: program.wasm });
    running.set(program.js, own);
  }
  if (own.key !== state.key) {
    own.key = undefined;
    own.api?.free();
    own.api = undefined;
    own.api = new own.module.Netpolis(state.settings);
    own.api.load(state.files);
    own.key = state.key;
  }
  return own.api[method](...args);
}

/** An error as a message: threads keep of an `Error` neither its code nor its name. */
export function plain(error) {
  const { code = "failed", message, field, file } = error;
  return Object.fromEntries(Object.entries({ code, message: message ?? `${error}`, field, file }).filter(([, value]) => value !== undefined));
}

/** Asks in a worker, which is started when it is first needed. */
export class Evaluator {
  #script;
  #port;
  #waiting = new Map();
  #last = 0;

  /** @param {string} script  the address of the worker's script */
  constructor(script) {
    this.#script = script;
  }

  /** @returns {Promise<unknown>} what the method returns; rejected with an object that has `code` and `message` */
  async ask(request) {
    this.#port ??= this.#start();
    const post = await this.#port;
    if (!post) return answer(request).catch((error) => Promise.reject(plain(error)));
    return new Promise((resolve, reject) => {
      this.#last += 1;
      this.#waiting.set(this.#last, { resolve, reject });
      post({ id: this.#last, request });
    });
  }

  /** What sends requests to a worker that runs; nothing where none can start. */
  #start() {
    return new Promise((resolve) => {
      let worker;
      const failed = (message) => {
        worker?.terminate();
        this.#port = undefined;
        for (const { reject } of this.#waiting.values()) reject({ code: "worker-failed", message });
        this.#waiting.clear();
        resolve(undefined);
      };
      try {
        worker = new Worker(this.#script, { type: "module" });
      } catch (error) {
        return failed(error.message);
      }
      worker.onerror = (event) => {
        event.preventDefault();
        failed(event.message ?? "the worker cannot start");
      };
      worker.onmessage = ({ data }) => {
        if (data === "ready") return resolve((message) => worker.postMessage(message));
        const { resolve: done, reject } = this.#waiting.get(data.id) ?? {};
        this.#waiting.delete(data.id);
        if (data.error) reject?.(data.error);
        else done?.(data.result);
      };
    });
  }
}
