// Where in a YAML text is the cursor? Told from indentation alone, because a text that is being typed
// is broken most of the time, and a parser would then have nothing to say.

/**
 * @typedef {object} Context
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
  const inValue = here.value >= 0;
  const from = line.from + (inValue ? here.value : here.column);
  const word = doc.lineAt(offset).text.slice(from - line.from, offset - line.from);

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
  const path = steps.reduce((sum, { name }) => (name === "[]" || !sum ? sum + name : `${sum}.${name}`), "");
  return { kind: kindAround(doc, line.number, column), path, part: inValue ? "value" : "key", key: inValue ? here.key : "", word, from };
}

/** The `kind` written in `column` in the object around a line. */
function kindAround(doc, number, column) {
  const kindIn = (text) => {
    const found = read(text);
    if (found.column !== column || found.key !== "kind") return "";
    return text.slice(found.value).replace(/\s+#.*$/, "").trim().replace(/^["']|["']$/g, "");
  };
  const startsItem = (text) => read(text).dashes.some((dash) => dash < column);
  for (let n = number; n > 0; n--) {
    const { text } = doc.line(n);
    if (isBoundary(text)) break;
    const kind = kindIn(text);
    if (kind) return kind;
    if (startsItem(text)) break;
  }
  for (let n = number + 1; n <= doc.lines; n++) {
    const { text } = doc.line(n);
    if (isBoundary(text) || startsItem(text)) break;
    const kind = kindIn(text);
    if (kind) return kind;
  }
  return "";
}
