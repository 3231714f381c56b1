// For Node: the module is read from disk while this is imported, so that everything works at once.
import { readFileSync } from "node:fs";
import { initSync } from "./engine.js";
import { Netpolis, setReady } from "./netpolis.js";

initSync({ module: readFileSync(new URL("./netpolis.wasm", import.meta.url)) });
setReady();

/** Here there is nothing left to do; it is there so that one text runs everywhere. */
export async function init() {}

export { Netpolis };
export { allowedBetween, pairs } from "./connectivity.js";
export { isNetpolisError } from "./errors.js";
