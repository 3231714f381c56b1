// Starts the program. A file of its own, because the page's policy forbids inline scripts; the names of the
// program's files (they carry hashes) stand in this script's tag.

const tag = document.querySelector("script[data-wasm]");
const address = (name) => new URL(name, document.baseURI).href;

/** The program, compiled; its worker gets the same. */
async function compile(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  // Some file servers do not know the type of .wasm files, and streaming insists on it.
  if (response.headers.get("content-type")?.startsWith("application/wasm")) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The program says nothing itself when it fails: what it holds may be broken by then. What was written is stored with every change. */
let failed = false;
addEventListener("error", ({ error }) => {
  if (failed || !(error instanceof WebAssembly.RuntimeError)) return;
  failed = true;
  const message = document.createElement("p");
  message.className = "failed";
  message.setAttribute("role", "alert");
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Load the page again";
  again.addEventListener("click", () => location.reload());
  message.append("Netpolis has met a fault of its own and stands still. Your text is kept. ", again);
  document.body.append(message);
});

/** What a page that is being left or loaded again no longer fetches is no fault. */
let left = false;
addEventListener("pagehide", () => (left = true));
addEventListener("pageshow", () => (left = false));

try {
  const js = address(tag.dataset.js);
  const [program, module] = await Promise.all([import(js), compile(address(tag.dataset.wasm))]);
  await program.default({ module_or_path: module });
  program.startPage(module, js, address("worker.js"));
  document.documentElement.classList.remove("other-scene");
  if ("offline" in tag.dataset) (await import(address("offline.js"))).keepForOffline();
} catch (error) {
  if (!left) fail(error);
}

function fail(error) {
  const message = document.createElement("p");
  message.className = "failed";
  message.setAttribute("role", "alert");
  message.textContent = `Netpolis could not start: ${error?.message ?? error}. It needs a current browser with WebAssembly.`;
  document.body.append(message);
  throw error;
}
