// The engine's worker. The page sends the address of the engine's script at once, and the compiled program when it has it.

let engine;

self.onmessage = async ({ data }) => {
  try {
    if (data.js) {
      engine = import(data.js);
      await engine;
    } else {
      const { default: init, startWorker } = await engine;
      await init({ module_or_path: data.module });
      startWorker();
    }
  } catch (error) {
    self.postMessage(`${error?.message ?? error}`);
  }
};
