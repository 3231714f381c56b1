// Times the steps of wasm_bench.wasm: node bench.mjs FILE PODS POLICIES SEED ROUNDS
// Prints one line of JSON: milliseconds of each step, and the peak of memory in MB (linear memory never shrinks).
import { readFile } from "node:fs/promises";

const [file, ...numbers] = process.argv.slice(2);
const [pods, policies, seed, rounds] = numbers.map(Number);
const { instance } = await WebAssembly.instantiate(await readFile(file), {});
const steps = instance.exports;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const time = (step) => {
    const started = performance.now();
    step();
    return performance.now() - started;
};
const repeat = (step, before = () => {}) =>
    median(
        Array.from({ length: rounds }, (_, round) => {
            before(round);
            return time(step);
        }),
    );

steps.prepare(pods, policies, seed);
const times = {
    load_ms: repeat(steps.load),
    compile_ms: repeat(steps.compile),
    connectivity_ms: repeat(steps.connect),
};
steps.open();
times.edit_ms = repeat(steps.edit, steps.type_something);
times.peak_mb = steps.memory.buffer.byteLength / 1e6;
console.log(JSON.stringify(times));
