// Starts the page's program, then the engine. A file of its own, because the page's policy forbids inline scripts; the names of
// their files (they carry hashes) and the reply for the opening scene stand in this script's tag.

import { compile, EngineLink, left } from "./engine.js";

const tag = document.querySelector("script[data-wasm]");
const address = (name) => new URL(name, document.baseURI).href;

/** Says over everything else what went wrong. */
function alarm(...content) {
  const message = document.createElement("p");
  message.className = "failed";
  message.setAttribute("role", "alert");
  message.append(...content);
  document.body.append(message);
}

/** The program says nothing itself when it fails: what it holds may be broken by then. What was written is stored with every change. */
let failed = false;
addEventListener("error", ({ error }) => {
  if (failed || !(error instanceof WebAssembly.RuntimeError)) return;
  failed = true;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Load the page again";
  again.addEventListener("click", () => location.reload());
  alarm("Netpolis has met a fault of its own and stands still. Your text is kept. ", again);
});

// Paper is no window: the graph's canvas is scaled to it as it is.
addEventListener("beforeprint", () => {
  for (const graph of document.querySelectorAll("svg.graph:not(.still)")) graph.setAttribute("viewBox", `0 0 ${graph.clientWidth} ${graph.clientHeight}`);
});
addEventListener("afterprint", () => document.querySelectorAll("svg.graph:not(.still)").forEach((graph) => graph.removeAttribute("viewBox")));

try {
  const { js, wasm, engineJs, engineWasm, engineSize, answersJs, answersWasm, answersSize, build, reply } = tag.dataset;
  const own = Promise.all([import(address(js)), compile(address(wasm))]);
  const embedded = document.documentElement.dataset.page === "embed";
  const messages = embedded ? import(address("messages.js")) : undefined;
  const engine = new EngineLink(
    {
      small: { js: address(engineJs), wasm: address(engineWasm), size: Number(engineSize) },
      larger: { js: address(answersJs), wasm: address(answersWasm), size: Number(answersSize) },
      worker: address("worker.js"),
    },
    (example) => address(`replies/${example}-${build}.bin`),
    own,
  );
  // An embedded page that is only looked at may never need it, and asks for it.
  const loaded = !embedded && engine.start();
  const [program, module] = await own;
  await program.default({ module_or_path: module });
  const { Host } = (await messages) ?? {};
  const larger = answersJs && { js: address(answersJs), wasm: address(answersWasm) };
  const host = Host && new Host({ small: { js: address(engineJs), wasm: address(engineWasm) }, larger }, address("evaluator-worker.js"));
  program.startPage(engine, Uint8Array.from(atob(reply ?? ""), (letter) => letter.charCodeAt(0)), host);
  document.documentElement.classList.remove("other-scene");
  if (document.documentElement.classList.contains("present")) import(address("present.js"));
  // What keeps the site for visits without a network fetches all of it, so it comes last, and not if the person cancelled loading.
  const cancelled = loaded && !(await loaded);
  if ("offline" in tag.dataset && !cancelled) import(address("offline.js")).then((offline) => offline.keepForOffline(), () => undefined);
} catch (error) {
  if (!left) {
    alarm(`Netpolis could not start: ${error?.message ?? error}. It needs a current browser with WebAssembly.`);
    throw error;
  }
}
