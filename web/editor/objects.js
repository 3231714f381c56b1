// What a text of YAML or JSON holds, as far as names go: which objects, and what the place under the cursor names or selects. The parser goes on
// behind errors, so this works in a text that is being written. Nothing is evaluated: which pods a selector selects the page asks its engine.
import { yamlLanguage } from "@codemirror/lang-yaml";

/** @typedef {import("@lezer/common").SyntaxNode} Node */

/**
 * @typedef {object} Found  an object of the text
 * @property {string} kind
 * @property {string} namespace  "" where none is written
 * @property {string} name
 * @property {number} from   where it begins
 * @property {number} to     where its first line ends
 * @property {number} line
 *
 * @typedef {object} Target  what a place leads to: pods that a selector of Calico's language selects, or an object by its name
 * @property {string} selector   "" for an object
 * @property {string[]} kinds    kinds that it may be of; none: any
 * @property {string} namespace  "" for all, or where it has none
 * @property {string} name
 * @property {string} trouble    why it cannot be told, else ""
 */

const SCALARS = new Set(["Literal", "QuotedLiteral", "BlockLiteral"]);
const MAPPINGS = new Set(["BlockMapping", "FlowMapping"]);
const SEQUENCES = new Set(["BlockSequence", "FlowSequence"]);

/** What is written in a scalar. */
function scalar(node, text) {
  const raw = text.slice(node.from, node.to);
  if (raw.startsWith("'")) return raw.slice(1, -1).replaceAll("''", "'");
  if (raw.startsWith('"')) return raw.slice(1, -1).replace(/\\(["\\/])/g, "$1");
  return raw;
}

/** The node that holds a value: what is below a tag or an anchor. */
export function inner(node) {
  return node && (node.name === "Tagged" || node.name === "Anchored") ? inner(node.lastChild) : node;
}

function children(node, name) {
  const found = [];
  for (let child = node?.firstChild; child; child = child.nextSibling) if (child.name === name) found.push(child);
  return found;
}

const keyOf = (pair, text) => {
  const key = inner(pair.getChild("Key")?.firstChild);
  return key && SCALARS.has(key.name) ? scalar(key, text) : "";
};

const valueNode = (pair) => {
  const last = inner(pair.lastChild);
  return last && last.name !== "Key" && last.name !== ":" ? last : null;
};

/** The value of a node: mappings as objects, sequences as arrays, all else as text. */
function value(node, text) {
  const own = inner(node);
  if (!own) return null;
  if (MAPPINGS.has(own.name)) return Object.fromEntries(children(own, "Pair").map((pair) => [keyOf(pair, text), value(valueNode(pair), text)]));
  if (SEQUENCES.has(own.name)) return children(own, "Item").map((item) => value(item.firstChild, text));
  return SCALARS.has(own.name) ? scalar(own, text) : null;
}

function entry(mapping, key, text) {
  if (!mapping || !MAPPINGS.has(mapping.name)) return null;
  const pair = children(mapping, "Pair").find((pair) => keyOf(pair, text) === key);
  return pair ? valueNode(pair) : null;
}

const word = (mapping, key, text) => {
  const node = entry(mapping, key, text);
  return node && SCALARS.has(node.name) ? scalar(node, text) : "";
};

/** The documents of a text, each with where it begins. What is broken in one is nothing to the others. */
export function documents(text) {
  const starts = [0, ...[...text.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index + 3)];
  return starts.map((from, index) => ({ from, text: text.slice(from, (starts[index + 1] ?? text.length + 3) - 3) }));
}

/** Mappings of a document that are objects: itself, or the items of a list. */
function mappings(text) {
  const tree = yamlLanguage.parser.parse(text);
  const tops = children(tree.topNode, "Document").flatMap((document) => [...MAPPINGS, ...SEQUENCES].flatMap((name) => children(document, name)));
  const within = (node) => {
    const own = inner(node);
    if (!own) return [];
    if (SEQUENCES.has(own.name)) return children(own, "Item").flatMap((item) => within(item.firstChild));
    if (!MAPPINGS.has(own.name)) return [];
    const items = entry(own, "items", text);
    return items && SEQUENCES.has(items.name) ? within(items) : [own];
  };
  return tops.flatMap(within);
}

/** @returns {Found[]} */
export function objectsIn(text) {
  let [at, line] = [0, 1];
  return documents(text).flatMap((document) => objectsOf(document.text).map((own) => ({ ...own, from: own.from + document.from, to: own.to + document.from }))).map((own) => {
    for (; at < own.from; at++) if (text.charCodeAt(at) === 10) line++;
    return { ...own, line };
  });
}

function objectsOf(text) {
  return mappings(text).flatMap((mapping) => {
    const [kind, metadata] = [word(mapping, "kind", text), entry(mapping, "metadata", text)];
    const name = word(metadata, "name", text) || word(mapping, "name", text);
    if (!kind && !name) return [];
    // The parser lets a mapping begin before its first line.
    const from = mapping.name === "FlowMapping" ? mapping.from : (children(mapping, "Pair")[0]?.from ?? mapping.from);
    const end = text.indexOf("\n", from);
    return [{ kind: kind || "object", namespace: word(metadata, "namespace", text), name, from, to: end < 0 ? text.length : end }];
  });
}

const quoted = (text) => (text.includes('"') ? `'${text}'` : `"${text}"`);

/** Labels of a mapping as a selector of Calico's language. */
const equal = (labels) => Object.entries(labels ?? {}).map(([key, own]) => `${key} == ${quoted(String(own ?? ""))}`);

const OPERATORS = {
  In: (key, values) => `${key} in {${values}}`,
  NotIn: (key, values) => `${key} not in {${values}}`,
  Exists: (key) => `has(${key})`,
  DoesNotExist: (key) => `!has(${key})`,
};

/** A label selector of Kubernetes in Calico's language; nothing if it is not one. */
export function inCalico(selector) {
  if (!selector || typeof selector !== "object") return null;
  const expressions = (selector.matchExpressions ?? []).map((one) => OPERATORS[one?.operator]?.(one.key, (one.values ?? []).map(quoted).join(", ")));
  if (expressions.includes(undefined)) return null;
  return [...equal(selector.matchLabels), ...expressions].join(" && ") || "all()";
}

/** The one namespace that a selector of namespaces can select; "" for all of them, nothing where that is to be evaluated. */
function namespaceOf(selector) {
  const labels = Object.entries(selector?.matchLabels ?? {});
  if (selector?.matchExpressions?.length) return null;
  if (!labels.length) return "";
  const [[key, name]] = labels;
  return labels.length === 1 && key === "kubernetes.io/metadata.name" ? name : null;
}

/** All pods: what is in a namespace. In Calico's language `all()` are also hosts and sets of addresses. */
const PODS = "has(projectcalico.org/namespace)";

const LATER = "Which namespaces these are depends on their labels; only the evaluation can tell. Hover a label to see which namespaces have it";

/** Fields whose value is the name of an object, with the kinds that it may be of. */
const NAMES = {
  namespace: ["Namespace"],
  "kubernetes.io/metadata.name": ["Namespace"],
  "projectcalico.org/name": ["Namespace"],
  serviceAccountName: ["ServiceAccount"],
  serviceAccount: ["ServiceAccount"],
  serviceName: ["Service"],
  "kubernetes.io/service-name": ["Service"],
  tier: ["Tier"],
  node: ["Node"],
  nodeName: ["Node"],
};

/**
 * What the place at an offset leads to; null where it names and selects nothing.
 *
 * @returns {Target | null}
 */
export function definitionAt(text, offset) {
  const document = documents(text).findLast(({ from }) => from <= offset);
  return document.from + document.text.length < offset ? null : definitionIn(document.text, offset - document.from);
}

function definitionIn(text, offset) {
  const own = mappings(text).find((mapping) => mapping.from <= offset && offset <= mapping.to);
  if (!own) return null;
  const metadata = entry(own, "metadata", text);
  const namespace = word(metadata, "namespace", text) || "default";
  const calico = word(own, "apiVersion", text).includes("projectcalico.org");
  const kind = word(own, "kind", text);
  // The entries around the place, from the inside out.
  const around = [];
  for (let node = yamlLanguage.parser.parse(text).resolveInner(offset, -1); node; node = node.parent) {
    if (node.name === "Pair" && node.from >= own.from) around.push({ key: keyOf(node, text), node: valueNode(node), parent: node.parent });
  }
  return pods(around, { text, namespace, calico, kind, namespaced: !/^(Staged)?Global|Cluster|Admin|HostEndpoint|Tier/.test(kind) }) ?? named(around, { text, namespace, kind, offset });
}

const target = (parts) => ({ selector: "", kinds: [], namespace: "", name: "", trouble: "", ...parts });

/** The pods that the nearest selector selects. */
function pods(around, { text, namespace, calico, kind, namespaced }) {
  for (const { key, node, parent } of around) {
    if (/^serviceAccountSelector$/.test(key)) return null;
    if (!/(^s|S)elector$/.test(key)) continue;
    if (node && SCALARS.has(node.name)) {
      if (!calico) return null;
      // A namespace selector says where; the selector beside it who.
      if (key === "namespaceSelector") return target({ trouble: LATER });
      const beside = word(parent, "namespaceSelector", text);
      if (beside && beside !== "all()") return target({ trouble: LATER });
      return target({ selector: scalar(node, text), namespace: namespaced && !beside ? namespace : "" });
    }
    const own = value(node, text) ?? {};
    if (key === "selector" && kind === "Service") return Object.keys(own).length ? target({ selector: equal(own).join(" && "), namespace }) : null;
    const beside = value(entry(parent, "namespaceSelector", text), text);
    const scope = key === "namespaceSelector" ? namespaceOf(own) : beside ? namespaceOf(beside) : namespaced ? namespace : "";
    if (scope === null) return target({ trouble: LATER });
    const selector = key === "namespaceSelector" ? inCalico(value(entry(parent, "podSelector", text), text) ?? {}) : inCalico(own);
    return selector === null ? null : target({ selector: selector === "all()" ? PODS : selector, namespace: scope });
  }
  return null;
}

/** The object that the value at the place names. */
function named(around, { text, namespace, kind, offset }) {
  const [first, second] = around;
  if (!first?.node || !SCALARS.has(first.node.name)) return null;
  const name = scalar(first.node, text);
  const kinds = first.key === "name" && second?.key === "service" ? ["Service"] : NAMES[first.key];
  // The value, or its key.
  if (!name || offset > first.node.to) return null;
  // Names of fields are the person's own there, and values are no names.
  if (!kinds && around.some(({ key }) => /^(labels|matchLabels|annotations)$/.test(key))) return null;
  if (!kinds) return first.key === "name" && second?.key === "metadata" ? null : target({ name });
  if (kind === "Namespace" && first.key !== "namespace") return null;
  const everywhere = ["Namespace", "Node", "Tier"].includes(kinds[0]);
  return target({ kinds, name, namespace: everywhere ? "" : namespace });
}

/** A function that says whether spaces at an offset of a text are part of a value: those of block scalars, and of quoted ones that go on. */
function keepsSpaces(text) {
  const kept = [];
  for (const document of documents(text)) {
    const offset = document.from;
    yamlLanguage.parser.parse(document.text).iterate({
      enter({ name, from, to }) {
        if (name !== "BlockLiteral" && name !== "QuotedLiteral") return;
        // The line of a block's header is not part of it.
        const first = name === "BlockLiteral" ? document.text.indexOf("\n", from) + 1 || to : from;
        kept.push([first + offset, to + offset]);
      },
    });
  }
  return (at) => kept.some(([from, to]) => from <= at && at <= to);
}

/**
 * The changes that take away spaces at the ends of lines, but for those that belong to a value, and empty lines at the end of the text.
 *
 * @returns {{from: number, to: number, insert?: string}[]}
 */
export function trailing(text) {
  const kept = keepsSpaces(text);
  const changes = [];
  let [from, last] = [0, 0];
  for (const line of text.split("\n")) {
    const [end, trimmed] = [from + line.length, from + line.trimEnd().length];
    if (trimmed < end && !kept(end)) changes.push({ from: trimmed, to: end });
    if (trimmed > from) last = kept(end) ? end : trimmed;
    from = end + 1;
  }
  const rest = text.slice(last);
  // What keeps all of its lines may end in empty ones.
  if (!last || rest === "\n" || kept(text.length)) return changes;
  return [...changes.filter(({ to }) => to <= last), { from: last, to: text.length, insert: "\n" }];
}
