import assert from "node:assert/strict";
import { test } from "node:test";
import { Text } from "@codemirror/state";
import { contextAt } from "./context.js";

/** The context at the `|` in a text. */
function at(marked) {
  const offset = marked.indexOf("|");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = contextAt(Text.of(text.split("\n")), offset);
  return found && [found.kind, found.path, found.part, found.key, found.word];
}

const POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: db\nspec:\n";

test("a key at the top of a document", () => {
  assert.deepEqual(at("kind: Pod\nme|"), ["Pod", "", "key", "", "me"]);
  assert.deepEqual(at("|"), ["", "", "key", "", ""]);
});

test("a value belongs to its key", () => {
  assert.deepEqual(at("kind: Netw|"), ["Netw", "", "value", "kind", "Netw"]);
  assert.deepEqual(at(`${POLICY}  podSelector:\n    matchLabels:\n      app: |`), ["NetworkPolicy", "spec.podSelector.matchLabels", "value", "app", ""]);
});

test("sequences, indented and in the column of their key", () => {
  assert.deepEqual(at(`${POLICY}  ingress:\n    - from:\n        - pod|`), ["NetworkPolicy", "spec.ingress[].from[]", "key", "", "pod"]);
  assert.deepEqual(at(`${POLICY}  ingress:\n  - from:\n    - podSelector: {}\n    po|`), ["NetworkPolicy", "spec.ingress[]", "key", "", "po"]);
  assert.deepEqual(at(`${POLICY}  policyTypes:\n  - In|`), ["NetworkPolicy", "spec.policyTypes[]", "key", "", "In"]);
});

test("siblings above are not parents", () => {
  assert.deepEqual(at(`${POLICY}  podSelector:\n    matchLabels:\n      app: db\n  |`), ["NetworkPolicy", "spec", "key", "", ""]);
});

test("the kind may be written below", () => {
  assert.deepEqual(at("metadata:\n  na|\nkind: Service\n"), ["Service", "metadata", "key", "", "na"]);
});

test("documents do not see each other", () => {
  assert.deepEqual(at(`${POLICY}---\nmetadata:\n  na|\n---\nkind: Pod\n`), ["", "metadata", "key", "", "na"]);
});

test("an item of a List is an object of its own", () => {
  const list = "kind: List\nitems:\n- kind: Pod\n  metadata: {}\n- metadata:\n    na|\n  kind: Service\n- kind: Node\n";
  assert.deepEqual(at(list), ["Service", "metadata", "key", "", "na"]);
});

test("nothing to say in comments and at boundaries", () => {
  assert.equal(at("kind: Pod # a co|"), null);
  assert.equal(at("--|-"), null);
});

test("inside brackets", () => {
  assert.deepEqual(at(`${POLICY}  podSelector: {matchLabels: {app: d|}}`), ["NetworkPolicy", "spec.podSelector.matchLabels", "value", "app", "d"]);
  assert.deepEqual(at(`${POLICY}  podSelector: {match|`), ["NetworkPolicy", "spec.podSelector", "key", "", "match"]);
  assert.deepEqual(at(`${POLICY}  policyTypes: [Ingress, E|]`), ["NetworkPolicy", "spec.policyTypes[]", "key", "", "E"]);
  assert.deepEqual(at(`${POLICY}  ingress:\n  - ports:\n    - {protocol: TCP, po|`), ["NetworkPolicy", "spec.ingress[].ports[]", "key", "", "po"]);
  assert.deepEqual(at(`${POLICY}  podSelector: {matchLabels: {app: db}, match|`), ["NetworkPolicy", "spec.podSelector", "key", "", "match"]);
});

test("a quote is not part of the word", () => {
  assert.deepEqual(at('kind: "Netw|'), ["Netw", "", "value", "kind", "Netw"]);
});

test("the API version tells kinds of one name apart", () => {
  const { version } = contextAt(Text.of(`${POLICY}  po`.split("\n")), POLICY.length + 4);
  assert.equal(version, "networking.k8s.io/v1");
});

test("a selector is a value up to the cursor", () => {
  assert.deepEqual(at(`${POLICY}  selector: app == 'd|b'`), ["NetworkPolicy", "spec", "value", "selector", "app == 'd"]);
});
