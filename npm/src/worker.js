// `netpolis/worker` for browsers and bundlers.
import { connect } from "./client.js";

/** An evaluator in a worker of its own. */
export function createWorker(settings, { wasm = new URL("./netpolis.wasm", import.meta.url), worker } = {}) {
  const own = worker ?? new Worker(new URL("./worker-thread.js", import.meta.url), { type: "module" });
  const port = {
    post: (message) => own.postMessage(message),
    listen(onMessage, onFailure) {
      own.onmessage = ({ data }) => onMessage(data);
      own.onmessageerror = () => onFailure("a message could not be read");
      own.onerror = (event) => onFailure(event.message || "its script could not be loaded");
    },
    terminate: () => own.terminate(),
    hold() {},
  };
  return connect(port, [settings, wasm instanceof URL ? wasm.href : wasm]);
}

export { allowedBetween, pairs } from "./connectivity.js";
export { isNetpolisError } from "./errors.js";
