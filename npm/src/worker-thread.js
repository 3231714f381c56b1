// What runs in the worker of a browser.
import start from "./engine.js";
import { load } from "./netpolis.js";
import { serve } from "./serve.js";

const answer = serve(
  (source) => load(() => start({ module_or_path: source })),
  (message, transfer) => self.postMessage(message, { transfer }),
);
self.onmessage = ({ data }) => answer(data);
