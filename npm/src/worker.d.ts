/// <reference lib="esnext.disposable" />
import type { ModuleSource, Netpolis, Settings } from "./index.js";

/** The methods of an evaluator that ask and tell. */
type Methods = Omit<Netpolis, "free" | typeof Symbol.dispose>;

/**
 * An evaluator in a worker: its methods are those of `Netpolis`, and return promises. Requests are answered in the order in which they are
 * made. A promise is rejected with the error that the method throws.
 */
export type NetpolisWorker = {
    [Name in keyof Methods]: (...args: Parameters<Methods[Name]>) => Promise<ReturnType<Methods[Name]>>;
} & {
    /** Ends the worker and releases its memory. What is still asked is rejected with the code `terminated`. */
    terminate(): void;
    /** The same, for `using`. */
    [Symbol.dispose](): void;
};

/** How a worker is started. Browsers only. */
export interface WorkerOptions {
    /** The module, if it is not beside the script. A response cannot be sent to a worker. */
    wasm?: Exclude<ModuleSource, Response | Promise<Response>>;
    /** A worker that runs `netpolis/worker-thread`, for bundlers that make one in their own way. */
    worker?: { postMessage(message: unknown): void; terminate(): void };
}

/**
 * An evaluator in a worker of its own, ready to be asked.
 *
 * @throws {NetpolisError} If the worker cannot start, or there is no such setting.
 */
export function createWorker(settings?: Settings, options?: WorkerOptions): Promise<NetpolisWorker>;

export { allowedBetween, isNetpolisError, pairs } from "./index.js";
