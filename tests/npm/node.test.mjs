// The package in Node: what the README shows, every method, every error, and its memory.
import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { examples, installed, root, run, script, SHOP } from "./installed.mjs";

let folder;
let api;
let workers;
const own = (name) => join(folder, "node_modules/netpolis", name);

before(async () => {
  folder = await installed();
  api = await import(pathToFileURL(own("node.js")));
  workers = await import(pathToFileURL(own("worker-node.js")));
});

after(() => rm(folder, { recursive: true, force: true }));

const shop = (settings) => {
  const netpolis = new api.Netpolis(settings);
  netpolis.load([{ name: "shop.yaml", text: SHOP }]);
  return netpolis;
};
const is = (code, more = {}) => (error) => {
  assert.ok(error instanceof Error, String(error));
  assert.equal(error.name, "NetpolisError");
  assert.equal(error.code, code);
  for (const [key, value] of Object.entries(more)) {
    if (value instanceof RegExp) assert.match(error[key], value);
    else assert.equal(error[key], value);
  }
  return true;
};

test("the package holds what it says, has no dependencies and the version of the workspace", async () => {
  const files = (await readdir(own(""))).sort();
  for (const file of ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "index.d.ts", "netpolis.wasm", "worker.d.ts"]) assert.ok(files.includes(file), file);
  assert.ok(!files.some((name) => name.endsWith(".tgz") || name.endsWith(".mjs")), files.join());
  const manifest = JSON.parse(await readFile(own("package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.version, /^version = "(.*)"$/m.exec(await readFile(join(root, "Cargo.toml"), "utf8"))[1]);
});

test("the README's examples print what they say", async () => {
  const shown = (await examples("js")).filter(({ about }) => !about);
  assert.equal(shown.length, 14);
  for (const [index, { text }] of shown.entries()) {
    const said = [...text.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line);
    assert.ok(said.length > 0, text);
    assert.deepEqual((await script(folder, `example-${index}.mjs`, text)).trimEnd().split("\n"), said);
  }
});

test("CommonJS imports it", async () => {
  const text = `import("netpolis").then(({ Netpolis }) => console.log(new Netpolis().fileNames().length)).then(() => import("netpolis/worker")).then((w) => console.log(typeof w.createWorker));`;
  assert.equal(await script(folder, "common.cjs", text), "0\nfunction\n");
});

test("a decision names its checkpoints, lines and the nearest rule", () => {
  const netpolis = shop();
  const answer = netpolis.decide({ from: "shop/debug", to: "db", protocol: "TCP", port: 5432 });
  assert.equal(answer.verdict, "denied");
  assert.deepEqual(answer.question, { from: "shop/debug[Pod]", to: "shop/db[Pod]", protocol: "TCP", port: 5432 });
  const ingress = answer.checkpoints.at(-1);
  assert.equal(ingress.locations[0].line, 12);
  assert.equal(ingress.nearest.location.line, 15);
  assert.equal(ingress.tiers.at(-1).policies[0].rules[0].matched, "notMatched");
  assert.ok(answer.suggestion.edits[0].at.file === "shop.yaml" && answer.suggestion.edits[0].insert.length > 0);
  netpolis.free();
});

test("problems have a code and a place in UTF-16 units", () => {
  const netpolis = new api.Netpolis();
  const text = `# \u{1F680}\nkind: Pod\napiVersion: v1\nmetadata: {name: "\u{1F680}", lables: {a: b}}\nspec: {containers: [{name: c, image: c}]}\n`;
  netpolis.load([{ name: "rocket.yaml", text }]);
  const problem = netpolis.problems().find(({ message }) => message.includes("lables"));
  const { location } = problem;
  assert.equal(text.slice(location.start, location.end), "lables");
  assert.deepEqual([location.file, location.line, location.endLine], ["rocket.yaml", 4, 4]);
  assert.equal(text.split("\n")[3].slice(location.column - 1).startsWith("lables"), true);
  assert.match(problem.code, /^[A-Z0-9]+$/);
  netpolis.free();
});

test("checks say what came of them, and by which question it is seen", () => {
  const netpolis = shop();
  const text = "apiVersion: netpolis.dev/v1\nkind: Check\nmetadata: {name: c}\nspec:\n  checks:\n  - {from: shop/debug, to: shop/db, port: 5432, expect: allowed}\n  - {exists: shop/db}\n";
  netpolis.setFile("checks.yaml", text);
  const [failed, passed] = netpolis.checks();
  assert.deepEqual([failed.outcome, failed.found, failed.location.file, failed.location.line], ["failed", "denied", "checks.yaml", 6]);
  assert.deepEqual(failed.deciding.map(({ file, line }) => `${file}:${line}`), ["shop.yaml:12"]);
  assert.equal(netpolis.decide(failed.question).verdict, "denied");
  assert.deepEqual([passed.outcome, passed.question], ["passed", undefined]);
  netpolis.free();
});

test("flow logs are judged, and what is no list of logs is an error", () => {
  const netpolis = shop();
  const log = "from,to,port,verdict\nweb,db,1,allow\nweb,db,1,allow\nweb,nobody,1,allow\nweb,db,one,allow\n";
  const found = netpolis.flowLogs([{ name: "a.csv", text: log }]);
  assert.deepEqual(found.totals, { entries: 4, judged: 2, setAside: 0, unmatched: 1, broken: 1, flows: 1 });
  assert.deepEqual(found.logs, [{ name: "a.csv", formats: ["csv"], entries: 4 }]);
  const [flow] = found.flows;
  assert.equal(flow.verdict, netpolis.decide({ from: "web", to: "db", port: 1 }).verdict);
  assert.deepEqual([flow.entries, flow.first, flow.log], [2, { log: "a.csv", line: 2 }, "allowed"]);
  assert.deepEqual(found.broken[0].first, { log: "a.csv", line: 5 });
  assert.throws(() => netpolis.flowLogs("a.csv"), is("invalid-argument", { field: "logs" }));
  assert.throws(() => netpolis.flowLogs([{ name: "a.csv", txt: log }]), is("invalid-argument", { field: "txt" }));
  netpolis.free();
});

test("wanted flows become the policies that allow exactly these, and lines that are none are errors", () => {
  const netpolis = shop();
  const { exact, yaml, missing, tooMuch, cannotTell, replaced } = netpolis.leastPrivilege({ flows: "shop/web -> shop/db TCP 5432", form: "calico" });
  assert.deepEqual([exact, missing, tooMuch, cannotTell], [true, [], [], []]);
  assert.ok(yaml.includes("projectcalico.org/v3") && replaced.length > 0);
  assert.throws(() => netpolis.leastPrivilege({ flows: "shop/web -> shop/nobody" }), is("invalid-question", { field: "flows", message: /^line 1: / }));
  assert.throws(() => netpolis.leastPrivilege({ form: "calico" }), is("invalid-question", { field: "flows" }));
  assert.throws(() => netpolis.leastPrivilege({ flow: "" }), is("invalid-argument", { field: "flow" }));
  netpolis.free();
});

test("policies are converted and replaced in their files, and no flow changes", () => {
  const netpolis = shop();
  const { policies, files, proof } = netpolis.convert({ to: "calico" });
  assert.ok(policies.length > 0 && policies.every(({ converted, documents }) => converted && documents.length === 1));
  assert.deepEqual([proof.engine, proof.same, proof.differences], ["calico", true, []]);
  assert.ok(proof.workloads > 0 && proof.standIns > 0);
  netpolis.setSettings({ engine: "calico" });
  const before = netpolis.decide({ from: "shop/debug", to: "shop/db", port: 5432 }).verdict;
  for (const { name, text } of files) netpolis.setFile(name, text);
  assert.equal(netpolis.decide({ from: "shop/debug", to: "shop/db", port: 5432 }).verdict, before);
  assert.equal(netpolis.convert({ to: "calico" }).policies.length, 0);
  assert.throws(() => netpolis.convert({ to: "cilium" }), is("invalid-question", { field: "to", message: /calico, kubernetes, cluster-network-policy/ }));
  netpolis.free();
});

test("exposure says who could come that is not there", () => {
  const netpolis = shop();
  const { selectors, workloads } = netpolis.exposure();
  const db = workloads.find(({ workload }) => workload === "shop/db[Pod]").ingress;
  assert.equal(db.protection, "protected");
  const [row] = db.pods;
  assert.deepEqual([row.words, row.to.connections.short], ["pods with app=web in namespace shop", "5432"]);
  assert.deepEqual([selectors[row.selectors[0]].location.file, row.workloadsInInput], ["shop.yaml", ["shop/web[Pod]"]]);
  netpolis.free();
});

test("files are changed one by one, and answers follow", () => {
  const netpolis = shop();
  const ask = () => netpolis.decide({ from: "shop/debug", to: "shop/db", port: 5432 }).verdict;
  assert.equal(ask(), "denied");
  netpolis.setFile("more.yaml", SHOP.slice(SHOP.lastIndexOf("---")).replace("name: db", "name: more").replace("app: web", "app: debug"));
  assert.deepEqual(netpolis.fileNames(), ["shop.yaml", "more.yaml"]);
  assert.equal(ask(), "allowed");
  netpolis.removeFile("more.yaml");
  assert.equal(ask(), "denied");
  netpolis.setFile("shop.yaml", SHOP.replace("app: web}}\n    ports", "app: debug}}\n    ports"));
  assert.equal(ask(), "allowed");
  assert.equal(netpolis.endpoints().length, netpolis.connectivity().endpoints.length);
  netpolis.load([]);
  assert.deepEqual(netpolis.fileNames(), []);
  assert.throws(ask, is("unknown-endpoint", { field: "from" }));
  netpolis.free();
});

test("endpoints say what they are in words of their own", () => {
  const netpolis = shop();
  const db = netpolis.endpoints().find(({ name }) => name === "shop/db[Pod]");
  assert.deepEqual(
    [db.kind, db.namespace, db.title, db.isolatedIngress, db.isolatedEgress, db.policies, db.labels, db.location.line],
    ["workload", "shop", "db", true, false, ["NetworkPolicy shop/db"], ["app=db"], 4],
  );
  assert.ok(netpolis.endpoints().some(({ internet }) => internet));
  netpolis.free();
});

test("all pairs come as typed arrays, and agree with single decisions", () => {
  const netpolis = shop();
  const connectivity = netpolis.connectivity();
  const { endpoints, classes, cells, within, outside, classCount } = connectivity;
  assert.ok(classes instanceof Uint32Array && cells instanceof Uint32Array && within instanceof Int32Array && outside instanceof Uint8Array);
  assert.deepEqual([classes.length, within.length, outside.length, cells.length], [endpoints.length, endpoints.length, endpoints.length, classCount ** 2]);
  const all = [...api.pairs(connectivity)];
  // Three pods and the outside: 3 × 2 between pods, 3 out and 3 in.
  assert.equal(all.length, 12);
  for (const { from, to, allowed } of all) {
    const verdicts = [5432, 80].map((port) => netpolis.decide({ from, to, port }).verdict);
    const expected = { allowed: ["allowed", "allowed"], partly: ["allowed", "denied"], denied: ["denied", "denied"] };
    assert.deepEqual(verdicts, expected[allowed.status], `${from} → ${to}`);
    assert.equal(api.allowedBetween(connectivity, from, to), allowed);
  }
  assert.equal(api.allowedBetween(connectivity, "nobody", "shop/db[Pod]"), undefined);
  assert.equal(api.allowedBetween(connectivity, "shop/db[Pod]", "shop/db[Pod]"), undefined);
  netpolis.free();
});

test("paths have branches, and settings for one question leave the others alone", async () => {
  const file = async (name) => ({ name, text: await readFile(join(root, "www/examples/path-load-balancer", name), "utf8") });
  const netpolis = new api.Netpolis();
  netpolis.load([await file("policies.yaml"), await file("cluster.yaml")]);
  const question = { from: "203.0.113.7", to: "svc/shop/frontend", port: 443 };
  const path = netpolis.path(question);
  assert.equal(path.verdict, "sometimes");
  assert.ok(path.branches.length > 1 && path.branches[0].hops.some((hop) => hop.translations.includes("DNAT")));
  assert.equal(netpolis.path(question, { externalTrafficPolicy: "Local" }).text, "allowed");
  assert.equal(netpolis.path(question).verdict, "sometimes");
  netpolis.setSettings({ externalTrafficPolicy: "Local" });
  assert.equal(netpolis.path(question).text, "allowed");
  assert.equal(netpolis.path(question, { externalTrafficPolicy: "as-written" }).verdict, "sometimes");
  netpolis.free();
});

test("settings are listed with what they take, and what is listed is taken", () => {
  const netpolis = shop({ engine: "none" });
  const ask = () => netpolis.decide({ from: "shop/debug", to: "shop/db", port: 80 }).verdict;
  assert.equal(ask(), "allowed");
  netpolis.setSettings({ engine: "detected", staged: undefined });
  assert.equal(ask(), "denied");
  const settings = netpolis.settings();
  assert.ok(settings.length > 20);
  for (const { name, values, value } of settings) {
    for (const word of [...values.map((own) => own.value), value]) netpolis.setSettings({ [name]: word });
    assert.equal(netpolis.settings().find((setting) => setting.name === name).value, value);
  }
  netpolis.free();
});

test("errors have a code, a sentence and what they are about", () => {
  const netpolis = shop();
  const { Netpolis } = api;
  const flow = { from: "shop/web", to: "shop/db", port: 80 };
  const cases = [
    [() => new Netpolis({ engin: "calico" }), "unknown-setting", { field: "engin", message: /^there is no setting `engin`; there are engine, / }],
    [() => new Netpolis({ engine: "Calico" }), "invalid-setting", { field: "engine", message: "`Calico` is not a value of `engine`: it takes detected, generic, calico, azure-npm or none" }],
    [() => new Netpolis({ engine: 3 }), "invalid-argument", { field: "engine", message: "`engine` is not a string" }],
    [() => new Netpolis("calico"), "invalid-argument", { field: "settings", message: "`settings` is not an object" }],
    [() => new Netpolis(null), "invalid-argument", { field: "settings" }],
    [() => netpolis.setSettings({ dataplane: "ebpf", engine: "x" }), "invalid-setting", { field: "engine" }],
    [() => netpolis.path(flow, { engine: "calico" }), "unknown-setting", { field: "engine", message: /^there is no path setting `engine`/ }],
    [() => netpolis.path(flow, { dataplane: "magic" }), "invalid-setting", { field: "dataplane" }],
    [() => netpolis.load("shop.yaml"), "invalid-argument", { field: "files", message: "`files` is not an array" }],
    [() => netpolis.load([{ name: "a.yaml", content: "" }]), "invalid-argument", { field: "content", message: "`files` has no field `content`; there are name, text" }],
    [() => netpolis.load([{ name: "a.yaml" }]), "invalid-argument", { field: "files", message: /text/ }],
    [() => netpolis.load([{ name: "a.yaml", text: "" }, { name: "a.yaml", text: "" }]), "duplicate-file", { file: "a.yaml" }],
    [() => netpolis.setFile("a.yaml"), "invalid-argument", { field: "text", message: "`text` is not a string" }],
    [() => netpolis.removeFile("a.yaml"), "unknown-file", { file: "a.yaml", message: "there is no file `a.yaml`" }],
    [() => netpolis.decide(), "invalid-argument", { field: "question" }],
    [() => netpolis.decide({ ...flow, prot: "UDP" }), "invalid-argument", { field: "prot", message: /^`question` has no field `prot`; there are from, to, protocol, port, / }],
    [() => netpolis.decide({ ...flow, port: "80" }), "invalid-argument", { field: "question" }],
    [() => netpolis.decide({ ...flow, protocol: "XTP" }), "invalid-question", { field: "protocol", message: /^`XTP` is not a protocol/ }],
    [() => netpolis.decide({ ...flow, port: 0 }), "invalid-question", { message: /^port 0/ }],
    [() => netpolis.decide({ ...flow, from: "" }), "invalid-question", { field: "from" }],
    [() => netpolis.decide({ ...flow, to: "shop/nobody" }), "unknown-endpoint", { field: "to", message: /`shop\/nobody`/ }],
    [() => netpolis.path({ ...flow, to: "svc/shop/none" }), "unknown-endpoint", { message: /^there is no Service `none`/ }],
    [() => netpolis.path({ ...flow, entry: "window" }), "invalid-question", { field: "entry" }],
  ];
  for (const [call, code, more] of cases) assert.throws(call, is(code, more), call.toString());
  // Nothing of it has changed anything.
  assert.deepEqual(netpolis.fileNames(), ["shop.yaml"]);
  assert.ok(netpolis.settings().every((setting) => setting.name === "today" || setting.value === setting.default));
  netpolis.free();
  assert.throws(() => netpolis.decide(flow), is("released"));
});

test("`using` and Symbol.dispose release", () => {
  if (!Symbol.dispose) return;
  const netpolis = shop();
  netpolis[Symbol.dispose]();
  assert.throws(() => netpolis.problems(), is("released"));
});

test("a worker answers in order, with the same answers and the same errors", async () => {
  const netpolis = shop();
  const worker = await workers.createWorker();
  // Not waited for one by one: the order is the worker's.
  const loading = worker.load([{ name: "shop.yaml", text: SHOP }]);
  const question = { from: "shop/debug", to: "shop/db", port: 5432 };
  const first = worker.decide(question);
  const removing = worker.removeFile("shop.yaml");
  const failing = worker.decide(question);
  await Promise.all([loading, removing]);
  assert.deepEqual(await first, netpolis.decide(question));
  await assert.rejects(failing, is("unknown-endpoint", { field: "from" }));
  await worker.setFile("shop.yaml", SHOP);
  assert.deepEqual(await worker.connectivity(), netpolis.connectivity());
  assert.deepEqual(await worker.fileNames(), ["shop.yaml"]);
  await assert.rejects(worker.setSettings({ engine: "Calico" }), is("invalid-setting", { field: "engine" }));
  await assert.rejects(worker.load(() => {}), is("invalid-argument"));
  // It has every method of the class.
  const { METHODS } = await import(pathToFileURL(own("netpolis.js")));
  for (const name of METHODS) assert.equal(typeof worker[name], "function", name);
  const pending = worker.problems();
  worker.terminate();
  await assert.rejects(pending, is("terminated"));
  await assert.rejects(worker.problems(), is("terminated"));
  await assert.rejects(workers.createWorker({ engine: "Calico" }), is("invalid-setting"));
  netpolis.free();
});

test("a worker that nobody asks lets the process end", async () => {
  const text = `import { createWorker } from "netpolis/worker"; const n = await createWorker(); console.log((await n.settings())[0].name);`;
  assert.equal(await script(folder, "ends.mjs", text), "engine\n");
});

test("before init() in a browser the error says so, and init() that failed can be tried again", async () => {
  const text = `
    import { readFile } from "node:fs/promises";
    const { init, Netpolis } = await import("./node_modules/netpolis/browser.js");
    try { new Netpolis() } catch (error) { console.log(error.code) }
    await init(new Uint8Array([1, 2, 3])).catch((error) => console.log(error.code, error.message.startsWith("the module cannot be loaded: ")));
    await Promise.all([init(await readFile("node_modules/netpolis/netpolis.wasm")), init()]);
    console.log(new Netpolis().problems().length);`;
  assert.equal(await script(folder, "before.mjs", text), "not-ready\nnot-ready true\n0\n");
});

test("memory is steady over 10,000 edits", async () => {
  const text = `
    import { Netpolis } from "netpolis";
    import start from "./node_modules/netpolis/engine.js";
    const { memory } = await start();
    const pods = Array.from({ length: 20 }, (_, i) => "{apiVersion: v1, kind: Pod, metadata: {name: pod-" + i + ", labels: {app: a" + i + "}}, spec: {containers: [{name: c, image: c}]}}").join("\\n---\\n");
    const policy = (n) => "apiVersion: networking.k8s.io/v1\\nkind: NetworkPolicy\\nmetadata: {name: p}\\nspec:\\n  podSelector: {matchLabels: {app: a" + (n % 20) + "}}\\n  ingress: [{ports: [{port: " + (1 + n % 60000) + "}]}]\\n";
    const netpolis = new Netpolis();
    netpolis.load([{ name: "pods.yaml", text: pods }]);
    let early;
    const rounds = 10000;
    for (let n = 0; n < rounds; n++) {
      netpolis.setFile("policy.yaml", policy(n));
      const { verdict } = netpolis.decide({ from: "pod-" + ((n + 1) % 20), to: "pod-" + (n % 20), port: 1 + n % 60000 });
      if (verdict !== "allowed") throw new Error(n + ": " + verdict);
      if (n % 100 === 0) netpolis.connectivity(), netpolis.problems();
      try { if (n % 100 === 50) netpolis.decide({ from: "nobody", to: "pod-1" }) } catch {}
      if (n === 500) early = memory.buffer.byteLength;
    }
    const before = memory.buffer.byteLength;
    // Evaluators that are released leave nothing behind.
    for (let n = 0; n < 1000; n++) { const other = new Netpolis(); other.load([{ name: "pods.yaml", text: pods }]); other.free(); }
    console.log(early, before, memory.buffer.byteLength);`;
  const [early, edited, released] = (await script(folder, "memory.mjs", text, { timeout: 600_000 })).trim().split(" ").map(Number);
  assert.equal(edited, early, `${early} bytes after 500 edits, ${edited} after 10,000`);
  assert.ok(released <= early * 1.5, `${early} bytes, ${released} after 1,000 evaluators`);
});

test("the types hold under --strict, for the README's examples and for programs that are wrong", async () => {
  const shown = (await examples("js")).filter(({ about }) => !about);
  await Promise.all(shown.map(({ text }, index) => writeFile(join(folder, `example-${index}.mts`), text)));
  const programs = ["types.mts", "element.mts"];
  for (const file of programs) await writeFile(join(folder, file), await readFile(join(root, "tests/npm", file), "utf8"));
  const sources = [...shown.map((_, index) => `example-${index}.mts`), ...programs];
  const options = { strict: true, noEmit: true, exactOptionalPropertyTypes: true, skipLibCheck: false, target: "es2022", types: [], lib: ["es2022", "dom"] };
  for (const way of [{ module: "nodenext" }, { module: "esnext", moduleResolution: "bundler" }]) {
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...options, ...way }, files: sources }));
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc")], folder);
  }
  for (const file of ["index.d.ts", "worker.d.ts", "element.d.ts"]) {
    const types = (await readFile(own(file), "utf8")).replace(/\/\*[^]*?\*\//g, "");
    assert.doesNotMatch(types, /\bany\b/, file);
  }
});

test("requests, events and error codes of messages are the same in script, types and documentation", async () => {
  const [script, types, docs] = await Promise.all(["www/messages.js", "npm/src/element.d.ts", "docs/embedding.md"].map((file) => readFile(join(root, file), "utf8")));
  const words = (text, form) => [...new Set([...text.matchAll(form)].map(([, word]) => word))].sort();
  const part = (text, from, to) => text.slice(text.indexOf(from) + from.length, text.indexOf(to, text.indexOf(from) + from.length));
  const listed = words(part(types, "export interface Requests {", "\n}"), /^ {4}(\w+): \[/gm);
  assert.ok(listed.length > 15, listed.join());
  assert.deepEqual(words(part(script, "const METHODS = {", "};") + part(script, "const ORDERS = {", "};"), /(\w+): \[/g), listed, "the script");
  const table = part(docs, "| request | fields | `result` |", "| `error.code`");
  assert.deepEqual(words(table.replace(/^(\|[^|]*\|).*$/gm, "$1"), /`(\w+)`/g), listed, "the documentation");
  const events = words(part(types, "export interface SceneEvents {", "\n}"), /^ {4}(\w+): /gm);
  assert.deepEqual(events, ["changed", "height", "lesson", "ready", "unanswered", "verdict"]);
  for (const event of events) {
    assert.match(script, new RegExp(`type: "${event}"`), event);
    assert.match(part(docs, "### Events", "###"), new RegExp("^\\| `" + event + "` \\|", "m"), event);
  }
  const codes = words(part(types, "export type MessageErrorCode =", ";"), /"([\w-]+)"/g);
  for (const code of codes) {
    assert.match(script, new RegExp(`"${code}"`), code);
    assert.match(part(docs, "| `error.code`", "### Events"), new RegExp("`" + code + "`"), code);
  }
});

test("the element costs a page less than 5 kB", async () => {
  const { gzipSync } = await import("node:zlib");
  assert.ok(gzipSync(await readFile(own("embed.js")), { level: 9 }).length < 5000);
});

test("every type and every field is documented", async () => {
  const types = (await readFile(own("index.d.ts"), "utf8")).split("\n");
  const bare = types.filter((line, at) => /^(export (?!class)| {4}\w.*[;{]$)/.test(line) && !/\*\/$/.test(types[at - 1]) && !/^ {4}free/.test(line));
  assert.deepEqual(bare, []);
});
