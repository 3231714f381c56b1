// The evaluator's worker: the page's own program, started a second time. The page sends the address of the
// program's script and the compiled program, so that nothing is fetched or compiled twice.

self.onmessage = async ({ data }) => {
  try {
    const program = await import(data.js);
    await program.default({ module_or_path: data.module });
    program.startWorker();
  } catch (error) {
    // The page goes on without a worker: it evaluates itself until one says that it is ready.
    console.warn("The evaluator's worker did not start:", error);
  }
};
