// The package's types, from those that wasm-bindgen wrote: what the API uses of them, under the names that people know.

/** Types that the page has in common with the API: their names say whose view they are, which is of no interest here. */
const NAMES = {
  BasisView: "Citation",
  CheckView: "CheckResult",
  EndKind: "EndpointKind",
  LitView: "MarkedLines",
  OutcomeView: "TierOutcome",
  PathWord: "PathVerdict",
  PortsView: "PortRange",
  SeenView: "SeenByApplication",
  SetView: "ConnectionSet",
  StationView: "Checkpoint",
  Status: "ConnectionStatus",
  StepKindView: "HopKind",
  StepView: "Hop",
};
const nameOf = (name) => NAMES[name] ?? name.replace(/View$/, "");

/** Where to begin: the class, and what nothing in it names. */
const ROOTS = ["Netpolis", "NetpolisError", "Assumptions"];

/** The text of the package's own part of `index.d.ts`. */
export function typesOf(declarations) {
  const blocks = new Map();
  // A declaration with its comment; nothing in them has an empty line.
  for (const [block, name] of declarations.matchAll(/(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export (?:interface|type|class) (\w+)[^]*?(?=\n\n|\n\/\*\*|\nexport |$)/g)) {
    blocks.set(name, block.trimEnd());
  }
  const used = new Set();
  const visit = (name) => {
    if (used.has(name) || !blocks.has(name)) return;
    used.add(name);
    for (const word of withoutComments(blocks.get(name)).matchAll(/\b[A-Z]\w*/g)) visit(word[0]);
  };
  ROOTS.forEach(visit);
  const missing = ROOTS.filter((name) => !used.has(name));
  if (missing.length > 0) throw new Error(`no types of: ${missing.join(", ")}`);

  const names = [...used].map(nameOf);
  if (new Set(names).size < names.length) throw new Error(`two types have one name: ${names.sort().join(", ")}`);
  const sorted = [...used].sort((a, b) => ROOTS.includes(b) - ROOTS.includes(a) || (nameOf(a) < nameOf(b) ? -1 : 1));
  const rename = (text) => text.replace(/\b[A-Z]\w*\b/g, (word) => (used.has(word) ? nameOf(word) : word));
  return `${sorted.map((name) => rename(comments(blocks.get(name)))).join("\n\n")}\n`;
}

const withoutComments = (text) => text.replace(/\/\*\*[^]*?\*\//g, "");

/** Rust's way of documentation in JavaScript's: links to other items are their names, and errors are thrown. */
function comments(text) {
  return text
    .replace(/\[`([^`\]]+)`\](?:\([^)]*\))?/g, (_, path) => `\`${path.replaceAll("::", ".")}\``)
    .replace(/# Errors\n\s*\* (If|When)/g, (_, word) => `@throws {NetpolisError} ${word}`);
}
