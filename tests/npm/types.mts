// What the package's types allow, and what they do not.
import { allowedBetween, init, Netpolis, pairs } from "netpolis";
import type { Answer, CheckResult, Connectivity, ErrorCode, Exposure, NetpolisError, Path, Problem, Setting, Settings, Verdict } from "netpolis";
import { createWorker } from "netpolis/worker";
import type { NetpolisWorker } from "netpolis/worker";

await init();
await init(new URL("https://example.org/netpolis.wasm"));
await init(fetch("netpolis.wasm"));
await init(new Uint8Array(8));

const settings: Settings = { engine: "azure-npm", externalTrafficPolicy: "Local", http: "GET /cart" };
const netpolis = new Netpolis(settings);
netpolis.load([{ name: "a.yaml", text: "" }] as const);
const answer: Answer = netpolis.decide({ from: "a", to: "b" });
const word: "allowed" | "denied" | "cannotTell" = answer.verdict;
const line: number | undefined = answer.checkpoints[0]?.locations[0]?.line;
const path: Path = netpolis.path({ from: "a", to: "svc/b/c", entry: "node-port" }, { dataplane: "ebpf" });
const problems: Problem[] = netpolis.problems();
const column: number | undefined = problems[0]?.location?.column;
const checks: CheckResult[] = netpolis.checks();
const outcome: "passed" | "failed" | "cannotTell" | "broken" | undefined = checks[0]?.outcome;
const exposure: Exposure = netpolis.exposure();
const protection: "none" | "unknown" | "protected" | undefined = exposure.workloads[0]?.ingress.protection;
const connectivity: Connectivity = netpolis.connectivity();
const cells: Uint32Array = connectivity.cells;
for (const { from, to, allowed } of pairs(connectivity)) console.log(from.length, to.length, allowed.status === "partly");
const short: string | undefined = allowedBetween(connectivity, 0, "b")?.short;
const listed: Setting[] = netpolis.settings();
const name: keyof Settings | undefined = listed[0]?.name;
netpolis.free();

// @ts-expect-error There is no such value.
new Netpolis({ engine: "Calico" });
// @ts-expect-error There is no such setting.
new Netpolis({ engin: "calico" });
// @ts-expect-error It decides about all questions, not about paths alone.
netpolis.path({ from: "a", to: "b" }, { engine: "calico" });
// @ts-expect-error Both ends are needed.
netpolis.decide({ from: "a" });
// @ts-expect-error There is no such way to reach a Service.
netpolis.path({ from: "a", to: "svc/b/c", entry: "window" });
// @ts-expect-error A port is a number.
netpolis.decide({ from: "a", to: "b", port: "80" });
// @ts-expect-error There is no such verdict.
const wrong: Verdict = "maybe";

/** Every code, or this does not compile. */
function about(code: ErrorCode): string {
  switch (code) {
    case "invalid-argument":
    case "invalid-question":
    case "unknown-endpoint":
    case "unknown-setting":
    case "invalid-setting":
    case "unknown-file":
    case "duplicate-file":
      return "the call";
    case "not-ready":
    case "released":
    case "terminated":
    case "worker-failed":
      return "the evaluator";
  }
}
const failed = (error: NetpolisError): string => `${about(error.code)} ${error.field ?? ""} ${error.file ?? ""} ${error.message}`;

const worker: NetpolisWorker = await createWorker({ engine: "calico" }, { wasm: "/netpolis.wasm" });
await worker.load([{ name: "a.yaml", text: "" }]);
const later: Promise<Answer> = worker.decide({ from: "a", to: "b" });
const other: Path = await worker.path({ from: "a", to: "b" });
worker.terminate();
// @ts-expect-error A worker is terminated instead.
worker.free();

export { cells, column, failed, later, line, name, other, outcome, path, protection, short, word, wrong };
