import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionAt, inCalico, objectsIn, trailing } from "./objects.js";

/** What the place at the `¦` in a text leads to. */
function at(marked) {
  const offset = marked.indexOf("¦");
  const found = definitionAt(marked.slice(0, offset) + marked.slice(offset + 1), offset);
  if (!found) return null;
  return found.trouble ? "trouble" : found.selector ? ["pods", found.selector, found.namespace] : [found.kinds.join("|"), found.name, found.namespace];
}

const POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\nspec:\n";
const CALICO = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\nspec:\n";

test("objects of documents, lists and JSON", () => {
  const text = `${POLICY}  podSelector: {}\n---\nkind: List\nitems:\n- kind: Pod\n  metadata:\n    name: "web"\n- {kind: Tier, metadata: {name: t}}\n---\n{"kind": "Node", "metadata": {"name": "n"}}\n`;
  assert.deepEqual(
    objectsIn(text).map(({ kind, namespace, name, line }) => [kind, namespace, name, line]),
    [["NetworkPolicy", "shop", "db", 1], ["Pod", "", "web", 9], ["Tier", "", "t", 12], ["Node", "", "n", 14]],
  );
  assert.deepEqual(objectsIn("# nothing\n"), []);
  const second = "kind: Pod\nmetadata: {name: a}\n---\n# of b\nkind: Pod\nmetadata: {name: b}\n";
  assert.deepEqual(objectsIn(second).map(({ line, from, to }) => [line, second.slice(from, to)]), [[1, "kind: Pod"], [5, "kind: Pod"]]);
});

test("a text that is being written still has its other objects", () => {
  const names = objectsIn("kind: Pod\nmetadata: {name: a\n---\nkind: Pod\nmetadata: {name: b}\n").map(({ name }) => name);
  assert.ok(names.includes("b"), `${names}`);
});

test("label selectors in Calico's language", () => {
  assert.equal(inCalico({}), "all()");
  assert.equal(inCalico({ matchLabels: { app: "db", tier: "back" } }), 'app == "db" && tier == "back"');
  const matchExpressions = [{ key: "a", operator: "In", values: ["x", "y"] }, { key: "b", operator: "NotIn", values: ["z"] }, { key: "c", operator: "Exists" }, { key: "d", operator: "DoesNotExist" }];
  assert.equal(inCalico({ matchExpressions }), 'a in {"x", "y"} && b not in {"z"} && has(c) && !has(d)');
  assert.equal(inCalico({ matchExpressions: [{ key: "a", operator: "Like" }] }), null);
});

test("a selector leads to the pods that it selects", () => {
  assert.deepEqual(at(`${POLICY}  podSelector: {matchLabels: {app: d¦b}}\n`), ["pods", 'app == "db"', "shop"]);
  assert.deepEqual(at(`${POLICY}  podSel¦ector: {}\n`), ["pods", "has(projectcalico.org/namespace)", "shop"]);
  const peer = (namespaces) => `${POLICY}  podSelector: {}\n  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          app: we¦b\n      namespaceSelector: ${namespaces}\n`;
  assert.deepEqual(at(peer("{matchLabels: {kubernetes.io/metadata.name: front}}")), ["pods", 'app == "web"', "front"]);
  assert.deepEqual(at(peer("{}")), ["pods", 'app == "web"', ""]);
  assert.equal(at(peer("{matchLabels: {team: red}}")), "trouble");
  assert.deepEqual(at("apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: {selector: {app: d¦b}}\n"), ["pods", 'app == "db"', "shop"]);
  assert.deepEqual(at("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: d¦b}}\n"), ["pods", 'app == "db"', "default"]);
});

test("a selector of Calico leads to pods of the policy's namespace, or of all", () => {
  assert.deepEqual(at(`${CALICO}  selector: app == 'd¦b'\n`), ["pods", "app == 'db'", "shop"]);
  assert.deepEqual(at(`${CALICO}  ingress:\n  - source:\n      namespaceSelector: all()\n      selector: has(a¦pp)\n`), ["pods", "has(app)", ""]);
  assert.equal(at(`${CALICO}  ingress:\n  - source:\n      namespaceSelector: team == 'red'\n      selector: has(a¦pp)\n`), "trouble");
  assert.deepEqual(at(`${CALICO.replace("NetworkPolicy", "GlobalNetworkPolicy").replace(", namespace: shop", "")}  selector: app == 'd¦b'\n`), ["pods", "app == 'db'", ""]);
});

test("a name leads to the object of that name", () => {
  assert.deepEqual(at("kind: Pod\nmetadata: {name: a, namespace: sh¦op}\n"), ["Namespace", "shop", ""]);
  assert.deepEqual(at("kind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {serviceAccountName: ro¦bot}\n"), ["ServiceAccount", "robot", "shop"]);
  assert.deepEqual(at(`${CALICO}  tier: secu¦rity\n`), ["Tier", "security", ""]);
  assert.deepEqual(at("kind: Ingress\nmetadata: {name: i, namespace: shop}\nspec: {defaultBackend: {service: {name: we¦b, port: {number: 80}}}}\n"), ["Service", "web", "shop"]);
  assert.equal(at("kind: Pod\nmetadata: {name: a¦b}\n"), null);
  assert.equal(at("# not¦hing\n"), null);
});

test("spaces at the ends of lines go, but those of values stay", () => {
  const tidy = (text) => [...trailing(text)].reverse().reduce((all, { from, to, insert = "" }) => all.slice(0, from) + insert + all.slice(to), text);
  assert.equal(tidy("a: x  \nb: |  \n  text  \n  more\nc: 'one  \n  two'  \n---\nd: |\n  last  \n\n\n"), "a: x\nb: |\n  text  \n  more\nc: 'one  \n  two'\n---\nd: |\n  last  \n");
  assert.equal(tidy("a: x # note \t\n\n\n"), "a: x # note\n");
  assert.equal(tidy("a: x"), "a: x\n");
  assert.equal(tidy('{"a": 1}  '), '{"a": 1}\n');
  assert.deepEqual(trailing("a: x\n"), []);
  assert.deepEqual(trailing(""), []);
});
