import assert from "node:assert/strict";
import { test } from "node:test";
import { format, printed } from "./format.js";

/** A text after it was laid out. */
function after(text) {
  let result = text;
  for (const { from, to, insert = "" } of format(text).reverse()) result = result.slice(0, from) + insert + result.slice(to);
  return result;
}

test("blocks are indented by two, and comments go along", () => {
  const text = `# The pod.
kind: Pod
metadata:
    # Its name.
    name: "a"   # beside it
    labels: {app: db,
       tier: back}
spec:
      containers:
      -   name: x
          args: [a,
            b]
      # The other one.
      -
          name: y
# The end.
`;
  assert.equal(after(text), `# The pod.
kind: Pod
metadata:
  # Its name.
  name: "a"   # beside it
  labels: {app: db,
     tier: back}
spec:
  containers:
  - name: x
    args: [a,
      b]
  # The other one.
  -
    name: y
# The end.
`);
  assert.equal(after(after(text)), after(text), "once is enough");
});

test("lists stay as far behind their key as they are written", () => {
  const text = "kind: NetworkPolicy\nspec:\n   ingress:\n      - from:\n        - podSelector: {}\n";
  assert.equal(after(text), "kind: NetworkPolicy\nspec:\n  ingress:\n    - from:\n      - podSelector: {}\n");
});

test("texts in blocks keep what they say", () => {
  const text = "kind: ConfigMap\ndata:\n     a: |\n          one\n            two\n\n          # no comment\n     b: >-\n      x\n      y\n     c: plain\n       and on\n";
  assert.equal(after(text), "kind: ConfigMap\ndata:\n  a: |\n       one\n         two\n\n       # no comment\n  b: >-\n   x\n   y\n  c: plain\n    and on\n");
});

test("lists in lists, tags and anchors", () => {
  const text = "kind: X\nspec:\n    a: &a\n        - - 1\n          - 2\n    b: !tag\n        c: 1\n";
  assert.equal(after(text), "kind: X\nspec:\n  a: &a\n    - - 1\n      - 2\n  b: !tag\n    c: 1\n");
});

test("each document for itself: one that is broken, or no manifest, stays", () => {
  const good = "kind: Pod\nmetadata:\n    name: a\n";
  assert.equal(after(`${good}---\nkind: Pod\nmetadata:\n    name: [a\n    b: {\n--- # third\n${good}`), `kind: Pod\nmetadata:\n  name: a\n---\nkind: Pod\nmetadata:\n    name: [a\n    b: {\n--- # third\nkind: Pod\nmetadata:\n  name: a\n`);
  const script = "az network vnet create \\\n    --name a   \\\n    --resource-group b\n";
  assert.equal(after(script), script);
  assert.equal(after("a:\n    b: 1\n"), "a:\n    b: 1\n", "no object");
  assert.equal(after("kind: Pod\nmetadata:\n\tname: a\n"), "kind: Pod\nmetadata:\n\tname: a\n", "tabs are an error that is said elsewhere");
  assert.equal(after("kind: Pod\n? a\n:   b\nspec:\n    c: 1\n"), "kind: Pod\n? a\n:   b\nspec:\n    c: 1\n");
});

test("spaces at the ends of lines go, but not those of values", () => {
  assert.equal(after("kind: ConfigMap  \ndata:\n    a: |\n      kept  \n\n\n"), "kind: ConfigMap\ndata:\n  a: |\n    kept  \n");
});

test("JSON is printed one entry a line, with numbers as they are written", () => {
  const text = '{"kind":"Pod","spec":{"a":[],"b":{},"c":[1.50,"x, {y}"],"d":12345678901234567890}}';
  assert.equal(printed(text), '{\n  "kind": "Pod",\n  "spec": {\n    "a": [],\n    "b": {},\n    "c": [\n      1.50,\n      "x, {y}"\n    ],\n    "d": 12345678901234567890\n  }\n}\n');
  assert.equal(after(after(text)), after(text));
  assert.equal(printed("{a: b}"), null, "that is YAML");
});
