// Where in a YAML text is the cursor? Told from indentation alone, because a text that is being typed
// is broken most of the time, and a parser would then have nothing to say.

/**
 * @typedef {object} Context
 * @property {string} version  `apiVersion` of the object around the cursor, or "" where none is written yet
 * @property {string} kind   `kind` of the object around the cursor, or "" where none is written yet
 * @property {string} path   field that holds the cursor, from that object: "spec.ingress[].from[]", "" at the top
 * @property {"key"|"value"} part  whether a key is being written there, or the value of `key`
 * @property {string} key    the key whose value is being written; "" for part "key"
 * @property {string} word   what is written already, up to the cursor
 * @property {number} from   offset at which `word` begins
 */

const ENTRY = /^("[^"]*"|'[^']*'|[^\s"'#&*!|>%@`{[\]},][^#]*?)\s*:(?:\s+|$)/;

/** Columns of the leading dashes of a line, the column after them, and the key there, if one is complete. */
function read(text) {
  const dashes = [];
  let column = text.length - text.trimStart().length;
  while (text[column] === "-" && (column + 1 === text.length || text[column + 1] === " ")) {
    dashes.push(column);
    column++;
    while (text[column] === " ") column++;
  }
  const rest = text.slice(column);
  const entry = ENTRY.exec(rest);
  return {
    dashes,
    column,
    key: entry ? entry[1].replace(/^["']|["']$/g, "") : "",
    value: entry ? column + entry[0].length : -1,
    empty: rest === "" || rest.startsWith("#"),
  };
}

/**
 * The brackets open at the end of a value: `{a: {b: [x` is inside `a` and `b[]`. `inValue` is undefined where none
 * is open; `from` is where the last word begins.
 */
function readFlow(text) {
  const open = [];
  let pending = "";
  let from = 0;
  const tokens = /"[^"]*"?|'[^']*'?|[{[,\]}]|:(?=\s|$)|[^\s"'{[,\]}:]+(?::[^\s,\]}]+)*/g;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (!open.length && !/[{[]/.test(token)) break;
    if (token === "{" || token === "[") {
      open.push({ sequence: token === "[", key: pending });
      pending = "";
    } else if (token === "}" || token === "]") {
      pending = open.pop()?.key ?? "";
    } else if (token === ",") {
      pending = "";
    } else if (token === ":") {
      pending = text.slice(from, index).trim().replace(/^["']|["']$/g, "");
    } else {
      from = index;
      continue;
    }
    from = index + token.length;
    from += text.slice(from).length - text.slice(from).trimStart().length;
  }
  const quoted = /^["']/.test(text.slice(from)) ? 1 : 0;
  if (!open.length) return { path: [], key: "", from: quoted };
  const last = open.at(-1);
  return {
    path: open.flatMap(({ key, sequence }) => [...(key ? [key] : []), ...(sequence ? ["[]"] : [])]),
    key: last.sequence ? "" : pending,
    inValue: !last.sequence && pending !== "",
    from: from + quoted,
  };
}

const isBoundary = (text) => /^(---|\.\.\.)(\s|$)/.test(text);

/**
 * @param {{lines: number, line(n: number): {text: string, from: number, number: number}, lineAt(offset: number): {text: string, from: number, number: number}}} doc
 * @param {number} offset
 * @returns {Context | null} null where nothing can be said: in a comment or at a document boundary
 */
export function contextAt(doc, offset) {
  const line = doc.lineAt(offset);
  const before = line.text.slice(0, offset - line.from);
  if (isBoundary(line.text) || /(^|\s)#/.test(before)) return null;

  const here = read(before);
  const start = here.value >= 0 ? here.value : here.column;
  const flow = readFlow(before.slice(start));
  const inValue = flow.inValue ?? here.value >= 0;
  const key = flow.key || here.key;
  const from = line.from + start + flow.from;
  const word = before.slice(from - line.from);

  // Upwards, to the key that holds each part, which is the nearest with a smaller column. Dashes may stand
  // in the column of the key that holds them.
  const steps = [];
  let limit = here.column;
  let sequence = false;
  const take = (found) => {
    if (found.key && !found.empty && (found.column < limit || (sequence && found.column === limit))) {
      steps.push({ name: found.key, column: found.column });
      limit = found.column;
      sequence = false;
    }
    for (const dash of [...found.dashes].reverse()) {
      if (dash < limit) {
        steps.push({ name: "[]", column: dash, inner: limit });
        limit = dash;
        sequence = true;
      }
    }
  };
  take({ ...here, key: "" });
  for (let n = line.number - 1; n > 0 && (limit > 0 || sequence); n--) {
    const { text } = doc.line(n);
    if (isBoundary(text)) break;
    const found = read(text);
    if (!found.empty || found.dashes.length) take(found);
  }
  steps.reverse();

  // An object in a `List` is an object of its own.
  let column = 0;
  if (steps.length >= 2 && steps[0].name === "items" && steps[1].name === "[]") {
    column = steps[1].inner;
    steps.splice(0, 2);
  }
  const names = steps.map(({ name }) => name);
  // What is inside brackets is inside the key before them, too.
  if (here.value >= 0 && flow.inValue !== undefined) names.push(here.key);
  const path = [...names, ...flow.path].reduce((sum, name) => (name === "[]" || !sum ? sum + name : `${sum}.${name}`), "");
  const [kind, version] = ["kind", "apiVersion"].map((name) => valueAround(doc, line.number, column, name));
  return { version, kind, path, part: inValue ? "value" : "key", key: inValue ? key : "", word, from };
}

/** What is written for the key `name` in `column` in the object around a line. */
function valueAround(doc, number, column, name) {
  const valueIn = (text) => {
    const found = read(text);
    if (found.column !== column || found.key !== name) return "";
    return text.slice(found.value).replace(/\s+#.*$/, "").trim().replace(/^["']|["']$/g, "");
  };
  const startsItem = (text) => read(text).dashes.some((dash) => dash < column);
  for (let n = number; n > 0; n--) {
    const { text } = doc.line(n);
    if (isBoundary(text)) break;
    const value = valueIn(text);
    if (value) return value;
    if (startsItem(text)) break;
  }
  for (let n = number + 1; n <= doc.lines; n++) {
    const { text } = doc.line(n);
    if (isBoundary(text) || startsItem(text)) break;
    const value = valueIn(text);
    if (value) return value;
  }
  return "";
}
