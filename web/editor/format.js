// The layout of a text: YAML is indented by two, JSON is printed one entry a line. Nothing but spaces and line breaks changes: comments, order, quotes and
// brackets stay as they are written, and what is not sure to say the same afterwards stays as a whole.
import { yamlLanguage } from "@codemirror/lang-yaml";
import { documents, inner, objectsIn, trailing } from "./objects.js";

/** @typedef {import("@lezer/common").SyntaxNode} Node */
/** @typedef {{from: number, to: number, insert?: string}} Change */

const STEP = 2;
const BLOCKS = new Set(["BlockMapping", "BlockSequence"]);
/** Of whose lines the first letters are no comments. */
const TEXTS = new Set(["BlockLiteral", "QuotedLiteral"]);

/**
 * The changes that lay a text out.
 *
 * @returns {Change[]}
 */
export function format(text) {
  const json = printed(text);
  if (json !== null) return json === text ? [] : [{ from: 0, to: text.length, insert: json }];
  const indented = documents(text).flatMap((document, index) =>
    indentations(document.text, index > 0).map(({ from, to, insert }) => ({ from: from + document.from, to: to + document.from, insert })),
  );
  return [...indented, ...trailing(text)].sort((a, b) => a.from - b.from);
}

/** A text of JSON, one entry a line, with its numbers and strings as they are written; nothing for another text. */
export function printed(text) {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let [result, depth] = ["", 0];
  const line = () => `\n${" ".repeat(STEP * depth)}`;
  tokens.forEach((token, index) => {
    const isEmpty = (open, close) => token === close && tokens[index - 1] === open;
    if (token === "{" || token === "[") {
      depth++;
      result += token + (tokens[index + 1] === (token === "{" ? "}" : "]") ? "" : line());
    } else if (token === "}" || token === "]") {
      depth--;
      result += isEmpty("{", "}") || isEmpty("[", "]") ? token : line() + token;
    } else {
      result += token === "," ? token + line() : token === ":" ? ": " : token;
    }
  });
  return `${result}\n`;
}

/** What changes the indentation of a document of YAML; nothing where that is not sure to say the same. */
function indentations(text, afterMark) {
  if (/^[ ]*\t/m.test(text) || /^\.\.\./m.test(text) || !(objectsIn(text).length || /^azure:/m.test(text))) return [];
  const tree = yamlLanguage.parser.parse(text);
  const found = starts(tree.topNode, text);
  if (!found) return [];
  const changes = lineChanges(tree, text, found, afterMark);
  let after = text;
  for (const { from, to, insert } of [...changes].reverse()) after = after.slice(0, from) + insert + after.slice(to);
  return shape(tree, text) === shape(yamlLanguage.parser.parse(after), after) ? changes : [];
}

const column = (text, offset) => offset - (text.lastIndexOf("\n", offset - 1) + 1);

/** Children of a node. */
function children(node) {
  const all = [];
  for (let child = node.firstChild; child; child = child.nextSibling) all.push(child);
  return all;
}

/** Where the first entry of a block stands. */
const firstOf = (block) => children(block).find(({ name }) => name === "Pair" || name === "-")?.from ?? block.from;

/**
 * Where entries of blocks begin, in the order of the text: each with its column, the one that it gets, and the gap between a dash and what follows in its line.
 * Nothing if there is something in the text that is not known here.
 */
function starts(top, text) {
  const found = [];
  let isKnown = true;
  const within = (node, target) => {
    const block = inner(node);
    if (block && BLOCKS.has(block.name)) visit(block, target, node);
  };
  function visit(block, target) {
    let dash = null;
    for (const child of children(block)) {
      if (child.type.isError || child.name === "?") isKnown = false;
      if (child.name === "Pair") {
        const from = column(text, child.from);
        found.push({ at: child.from, from, to: target });
        const value = inner(child.lastChild);
        const isLevel = value?.name === "BlockSequence" && column(text, firstOf(value)) === from;
        within(child.lastChild, isLevel ? target : target + STEP);
      } else if (child.name === "-") {
        dash = { at: child.from, from: column(text, child.from), to: target, gap: null };
        found.push(dash);
      } else if (child.name === "Item" && dash) {
        const value = child.firstChild;
        const at = value && BLOCKS.has(value.name) ? firstOf(value) : (value?.from ?? child.from);
        if (/^ {2,}$/.test(text.slice(dash.at + 1, at))) dash.gap = [dash.at + 1, at];
        within(child.firstChild, target + STEP);
      }
    }
  }
  top.cursor().iterate(({ type }) => void (isKnown &&= !type.isError));
  for (const document of children(top)) for (const child of children(document)) within(child, 0);
  return isKnown && found.length ? found : null;
}

/** The changes of all lines and gaps, in the order of the text. */
function lineChanges(tree, text, found, afterMark) {
  const texts = [];
  tree.iterate({ enter: ({ name, from, to }) => void (TEXTS.has(name) && texts.push([from, to])) });
  const changes = [];
  const shift = ({ from, to }) => to - from;
  let [next, start] = [0, 0];
  for (const line of text.split("\n")) {
    const indent = line.length - line.trimStart().length;
    const at = start + indent;
    while (next < found.length && found[next].at < at) next++;
    const [own, before] = [found[next], found[next - 1]];
    const isInText = texts.some(([from, to]) => from < start && at <= to);
    let wanted = indent;
    if (start === 0 && afterMark) {
      // It stands beside the mark of the document.
    } else if (!line.trim()) {
      const body = isInText && before ? shift(before) : 0;
      wanted = indent > (before?.from ?? 0) + STEP ? indent + body : indent;
    } else if (own?.at === at) {
      wanted = own.to;
    } else if (line[indent] === "#" && !isInText) {
      wanted = indent === 0 ? 0 : own && indent === own.from ? own.to : before && indent === before.from ? before.to : indent + shift(own ?? before ?? { from: 0, to: 0 });
    } else if (before) {
      wanted = indent + shift(before);
    }
    wanted = Math.max(0, wanted);
    if (wanted !== indent) changes.push({ from: start, to: start + indent, insert: " ".repeat(wanted) });
    start += line.length + 1;
  }
  for (const { gap } of found) if (gap) changes.push({ from: gap[0], to: gap[1], insert: " " });
  return changes.sort((a, b) => a.from - b.from);
}

/** What a text says, without how it is indented. */
function shape(tree, text) {
  const parts = [];
  tree.iterate({
    enter({ name, from, to, node }) {
      // Which block a comment is counted to depends on where it stands.
      if (name === "Comment") return false;
      if (name === "BlockLiteralContent") {
        const lines = text.slice(text.lastIndexOf("\n", from - 1) + 1, to).split("\n");
        const least = Math.min(...lines.filter((line) => line.trim()).map((line) => line.length - line.trimStart().length));
        parts.push(lines.map((line) => line.slice(Math.min(least, line.length))).join("\n"));
      } else {
        parts.push(name, node.firstChild ? "" : text.slice(from, to).replace(/\n */g, "\n"));
      }
    },
    leave: ({ name }) => void (name === "Comment" || parts.push(")")),
  });
  return parts.join("\u0000");
}
