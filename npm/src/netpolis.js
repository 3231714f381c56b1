// The class as the package exports it: the engine's, which also says in words when it cannot be used.
import { Netpolis as Engine } from "./engine.js";
import { netpolisError } from "./errors.js";

let ready = false;

/** Loads the engine's module with a function that does it: a promise where it is fetched, nothing where it is there at once. */
export async function load(start) {
  try {
    await start();
  } catch (cause) {
    throw netpolisError("not-ready", `the module cannot be loaded: ${cause?.message ?? cause}`, { cause });
  }
  ready = true;
}

/** The engine's module runs. */
export function setReady() {
  ready = true;
}

export class Netpolis extends Engine {
  constructor(settings) {
    if (!ready) throw netpolisError("not-ready", "the module is not loaded yet: `await init()` comes first");
    super(settings);
  }
}

/** The names of the methods that ask and tell, without those that release. */
export const METHODS = Object.getOwnPropertyNames(Engine.prototype).filter((name) => !["constructor", "free"].includes(name) && !name.startsWith("__"));

for (const name of METHODS) {
  const method = Engine.prototype[name];
  Object.defineProperty(Netpolis.prototype, name, {
    configurable: true,
    writable: true,
    value(...args) {
      if (!this.__wbg_ptr) throw netpolisError("released", `${name}: this evaluator was released with \`free()\``);
      return method.apply(this, args);
    },
  });
}
