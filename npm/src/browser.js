// For browsers and bundlers: the module is fetched from beside this script, or from where it is told to be.
import start from "./engine.js";
import { load, Netpolis } from "./netpolis.js";

let loading;

/** Loads the module, once. After a failure it can be tried again. */
export function init(source = new URL("./netpolis.wasm", import.meta.url)) {
  loading ??= load(() => start({ module_or_path: source })).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

export { Netpolis };
export { allowedBetween, pairs } from "./connectivity.js";
export { isNetpolisError } from "./errors.js";
