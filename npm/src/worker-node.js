// `netpolis/worker` for Node.
import { Worker } from "node:worker_threads";
import { connect } from "./client.js";

/** An evaluator in a thread of its own. The thread does not keep the process alive, except while something is asked. */
export function createWorker(settings) {
  const own = new Worker(new URL("./worker-thread-node.js", import.meta.url));
  const port = {
    post: (message) => own.postMessage(message),
    listen(onMessage, onFailure) {
      own.on("message", onMessage);
      own.on("error", (error) => onFailure(error.message));
      own.on("exit", (code) => onFailure(`it ended with code ${code}`));
    },
    terminate: () => void own.terminate(),
    hold: (waits) => (waits ? own.ref() : own.unref()),
  };
  return connect(port, [settings]);
}

export { allowedBetween, pairs } from "./connectivity.js";
export { isNetpolisError } from "./errors.js";
