// The worker's side: requests are answered one after the other, in the order in which they come.
import { METHODS, Netpolis } from "./netpolis.js";

/** Answers requests. `prepare` loads the module with what the first request says of it; `post` sends messages. */
export function serve(prepare, post) {
  let netpolis;
  let before = Promise.resolve();

  const run = async (method, args) => {
    if (method === "start") {
      const [settings, source] = args;
      await prepare(source);
      netpolis = new Netpolis(settings);
      return undefined;
    }
    if (!METHODS.includes(method)) throw new TypeError(`there is no method \`${method}\``);
    return netpolis[method](...args);
  };
  const answer = async ({ id, method, args }) => {
    try {
      const result = await run(method, args);
      post({ id, result }, buffersOf(result));
    } catch (error) {
      post({ id, error: plain(error) }, []);
    }
  };
  return (request) => {
    before = before.then(() => answer(request));
  };
}

/** What is handed over instead of being copied: the arrays of the table of all pairs. */
function buffersOf(result) {
  return Object.values(Object(result)).filter(ArrayBuffer.isView).map((view) => view.buffer);
}

/** An error as a message: threads keep of an `Error` neither its code nor its name. */
function plain(error) {
  const { name, message, code, field, file } = error;
  return Object.fromEntries(Object.entries({ name, message, code, field, file }).filter(([, value]) => value !== undefined));
}
