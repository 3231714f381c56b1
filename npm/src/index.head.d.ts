/// <reference lib="esnext.disposable" />

/**
 * Loads the module. In a browser it comes first, and once: `await init()`. In Node there is nothing to load, and it may be left out.
 *
 * @param source The module, if it is not beside the script.
 * @throws {NetpolisError} `not-ready` if it cannot be loaded; it can then be tried again.
 */
export function init(source?: ModuleSource): Promise<void>;

/** Where the module is, or the module itself: an address, a response, its bytes, or compiled. */
export type ModuleSource = string | URL | Response | Promise<Response> | ArrayBuffer | ArrayBufferView | WebAssembly.Module;

/** A pair of endpoints, by their names in questions. */
export interface Pair {
    /** The name of the sender. */
    from: string;
    /** The name of the receiver; of the pods of one endpoint among each other the same. */
    to: string;
    /** What passes. */
    allowed: ConnectionSet;
}

/** Whether something that was thrown is an error of this package. */
export function isNetpolisError(error: unknown): error is NetpolisError;

/** Every pair of endpoints of which one at least is not outside, and the pods of one endpoint among each other, row by row. */
export function pairs(connectivity: Connectivity): Generator<Pair, void, undefined>;

/**
 * What passes from one endpoint to another, or between the pods of one, by names or indices. `undefined` for the only pod of an endpoint
 * and itself, for two ends outside, and for a name that there is not.
 */
export function allowedBetween(connectivity: Connectivity, from: string | number, to: string | number): ConnectionSet | undefined;

