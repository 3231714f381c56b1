// Starts the program. A file of its own, because the page's policy forbids inline scripts; the names of the
// program's files (they carry hashes) stand in this script's tag.

const { js, wasm } = document.querySelector("script[data-wasm]").dataset;

try {
  const program = await import(new URL(js, document.baseURI).href);
  await program.default({ module_or_path: new URL(wasm, document.baseURI) });
  program.startPage();
} catch (error) {
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.textContent = `Netpolis could not start: ${error?.message ?? error}. It needs a current browser with WebAssembly.`;
  document.body.append(message);
  throw error;
}
