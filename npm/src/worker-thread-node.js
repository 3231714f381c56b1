// What runs in the thread of Node.
import { parentPort } from "node:worker_threads";
import "./node.js";
import { serve } from "./serve.js";

parentPort.on(
  "message",
  serve(
    async () => {},
    (message, transfer) => parentPort.postMessage(message, transfer),
  ),
);
