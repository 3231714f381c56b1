// The worker of `evaluator.js`: requests are answered one after the other.
import { answer, plain } from "./evaluator.js";

let before = Promise.resolve();
self.onmessage = ({ data: { id, request } }) => {
  before = before.then(() => answer(request)).then(
    (result) => self.postMessage({ id, result }),
    (error) => self.postMessage({ id, error: plain(error) }),
  );
};
self.postMessage("ready");
