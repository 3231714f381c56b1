// The evaluator's side that asks: one promise for each request, in order. `port` is what a worker is here and in Node:
// { post, listen(onMessage, onFailure), terminate, hold(whether something is waited for) }.
import { netpolisError } from "./errors.js";

const METHODS = ["load", "setFile", "removeFile", "fileNames", "problems", "checks", "endpoints", "decide", "path", "fix", "leastPrivilege", "connectivity", "exposure", "pointless", "engines", "convert", "diff", "flowLogs", "settings", "setSettings"];

/** An evaluator behind a worker, once it has started. `start` is what the worker needs for that. */
export async function connect(port, start) {
  const waiting = new Map();
  let last = 0;
  let ended;

  const end = (error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    port.hold(false);
  };
  const ask = (method, args) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      last += 1;
      waiting.set(last, { resolve, reject });
      port.hold(true);
      try {
        port.post({ id: last, method, args });
      } catch (cause) {
        // What cannot be sent: a function among the arguments.
        waiting.delete(last);
        port.hold(waiting.size > 0);
        reject(netpolisError("invalid-argument", `${method}: an argument cannot be sent to the worker: ${cause.message}`, { cause }));
      }
    });
  const terminate = () => {
    end(netpolisError("terminated", "the worker was terminated"));
    port.terminate();
  };

  port.listen(
    ({ id, result, error }) => {
      const request = waiting.get(id);
      waiting.delete(id);
      port.hold(waiting.size > 0);
      if (error) request?.reject(Object.assign(new Error(error.message), error));
      else request?.resolve(result);
    },
    (message) => end(netpolisError("worker-failed", `the worker failed: ${message}`)),
  );

  const own = Object.fromEntries(METHODS.map((method) => [method, (...args) => ask(method, args)]));
  own.terminate = terminate;
  if (Symbol.dispose) own[Symbol.dispose] = terminate;
  try {
    await ask("start", start);
  } catch (error) {
    terminate();
    throw error;
  }
  return own;
}
