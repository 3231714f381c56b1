// Netpolis' text editor: CodeMirror 6 behind a handful of plain functions, bundled into one file that the
// page loads after its first picture (see `load.js`, and `binding.rs` for the Rust side).
//
// It knows text, YAML and JSON, and nothing of policies: what is wrong, which lines decide, what may be
// written at the cursor, all this the page tells it. Positions are offsets in UTF-16 units, as in JavaScript
// strings; lines count from 1. Line ends become "\n": take the text from `open`, `text` or `onChange`.
// Colours come from the page's custom properties, with their `light-dark()` values (see `theme.js`).
//
//   create(parent, options)           an Editor inside an element
//   destroy(editor)
//   open(editor, id, text, language)  show a document; each keeps its own history, selection and folds
//   close(editor, id)                 forget a document and its history
//   text(editor)                      the text shown
//   setText(editor, text)             replace it, as one edit that can be undone
//   edit(editor, edits)               change parts of it, as one edit that can be undone
//   flush(editor)                     tell the page now of edits that it would hear of at the next frame
//   run(editor, name)                 a command: undo, redo, find, definition, problem, format, change, revert
//   setBaseline(editor, text)         show what differs from another text among the lines; null: no longer
//   objects(text)                     objects of a text: kind, namespace, name, line, from, to of each (see objects.js)
//   setDiagnostics(editor, list)      squiggles, their messages and their quick fixes
//   setMarks(editor, list)            lines lit because they decide the selected flow, with a note at their end
//   reveal(editor, from, to, focus)   scroll there and select, but for the text as a whole
//   focus(editor)
//   setReadOnly(editor, bool)
//   setWrap(editor, bool)             break long lines instead of scrolling sideways
//   setTheme(editor, "light"|"dark"|"auto")
//   setCompletions(editor, function)  what may be written at a Context (see context.js)
//   setHover(editor, function)        what to say about a Context
//
// Diagnostics, marks and selections move along with the edits made after they were given.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import * as commands from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import * as lint from "@codemirror/lint";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { goToNextChunk, rejectChunk, unifiedMergeView } from "@codemirror/merge";
import { Annotation, ChangeSet, Compartment, EditorState, Prec, StateField } from "@codemirror/state";
import * as views from "@codemirror/view";
import { contextAt } from "./context.js";
import { format } from "./format.js";
import { marks, setMarksEffect } from "./marks.js";
import { definitionAt, objectsIn } from "./objects.js";
import { theme } from "./theme.js";

const { EditorView, keymap } = views;

/**
 * @typedef {object} Options
 * @property {string} [label]     name of the editor for screen readers
 * @property {boolean} [readOnly]
 * @property {boolean} [wrap]     break long lines
 * @property {"light"|"dark"|"auto"} [theme]  "auto" follows the system
 * @property {(id: string, text: string, revision: number) => void} [onChange]
 *     after edits, at most once a frame; `revision` grows with every call. Not for `open`.
 * @property {(id: string, offset: number, line: number) => void} [onCursor]  the person moved the main cursor
 * @property {(selector: string, namespace: string, kinds: string, name: string, trouble: string) => void} [onDefinition]
 *     the person goes to what a place names or selects: a Target of objects.js, its kinds with bars between them
 * @property {(context: import("./context.js").Context) => Completion[]} [complete]
 * @property {(context: import("./context.js").Context) => (string | null)} [hover]
 *
 * @typedef {object} Completion
 * @property {string} label      what is inserted, if `apply` is not given, and matched against what is typed
 * @property {"property"|"enum"|"keyword"|"constant"|"text"} [type]  picture beside it
 * @property {string} [detail]   short, beside the label: the field's type
 * @property {string} [info]     a sentence or two, shown while it is chosen
 * @property {string} [apply]    what is inserted instead of the label
 * @property {number} [boost]    -99 to 99, larger first
 *
 * @typedef {object} Diagnostic
 * @property {number} from
 * @property {number} to
 * @property {"error"|"warning"|"info"|"hint"} severity
 * @property {string} message
 * @property {string} [source]
 * @property {{name: string, edits: Edit[]}[]} [actions]  quick fixes
 *
 * @typedef {object} Edit
 * @property {number} from
 * @property {number} to
 * @property {string} insert
 *
 * @typedef {object} Mark
 * @property {number} line
 * @property {number} [endLine]   last line, `line` itself if not given
 * @property {"allowed"|"denied"|"selected"} kind
 * @property {string} [note]      said at the end of `line`
 *
 * @typedef {{view: EditorView}} Editor  opaque to the page
 */

/** Set on what the page did and must not be told of as if the person had done it. */
const fromPage = Annotation.define();

/** The edits since diagnostics were last given, through which their quick fixes are moved along. */
const sinceDiagnostics = StateField.define({
  create: ({ doc }) => ChangeSet.empty(doc.length).desc,
  update(since, { effects, docChanged, changes, newDoc }) {
    if (effects.some((effect) => effect.is(lint.setDiagnosticsEffect))) return ChangeSet.empty(newDoc.length).desc;
    return docChanged ? since.composeDesc(changes.desc) : since;
  },
});

/** @returns {Editor} */
export function create(parent, options = {}) {
  const editor = {
    id: "",
    options: { ...options },
    revision: 0,
    frame: 0,
    states: new Map(),
    language: new Compartment(),
    readOnly: new Compartment(),
    wrap: new Compartment(),
    theme: new Compartment(),
    words: new Compartment(),
    baseline: new Compartment(),
    notes: document.createElement("div"),
    system: matchMedia("(prefers-color-scheme: dark)"),
  };
  editor.onSystem = () => setTheme(editor, editor.options.theme);
  editor.notes.className = "editor-notes";
  // Help for fields and findings is in English.
  editor.notes.lang = "en";
  (parent.closest("main") ?? document.body).append(editor.notes);
  editor.view = new EditorView({ parent, state: newState(editor, "", "yaml") });
  editor.system.addEventListener("change", editor.onSystem);
  return editor;
}

export function destroy(editor) {
  flush(editor);
  editor.system.removeEventListener("change", editor.onSystem);
  editor.view.destroy();
  editor.notes.remove();
}

/** Takes another name, and words of the page's language in place of English ones, as pairs. */
export function setWords(editor, label, phrases) {
  Object.assign(editor.options, { label, phrases: Object.fromEntries(phrases) });
  editor.view.dispatch({ effects: editor.words.reconfigure(wordsOf(editor)) });
}

/** Shows a document, in the state it was left in. Returns its text as the editor holds it. */
export function open(editor, id, content, language = "yaml") {
  flush(editor);
  // Help that is open belongs to the text before: kept with it, it would come back, and in the new one its place may not exist.
  editor.view.dispatch({ effects: views.closeHoverTooltips });
  if (editor.id) editor.states.set(editor.id, { state: editor.view.state, scroll: editor.view.scrollSnapshot() });
  const kept = editor.states.get(id);
  editor.id = id;
  editor.view.setState(kept ? kept.state : newState(editor, content, language));
  // What was set for the whole editor since this document was last shown.
  editor.view.dispatch({
    effects: [
      editor.language.reconfigure(languageOf(language)),
      editor.readOnly.reconfigure(readOnlyOf(editor)),
      editor.wrap.reconfigure(wrapOf(editor)),
      editor.theme.reconfigure(theme(isDark(editor))),
      editor.words.reconfigure(wordsOf(editor)),
      // What this document is compared with the page says next.
      editor.baseline.reconfigure([]),
      ...(kept ? [kept.scroll] : []),
    ],
  });
  if (kept) replace(editor, content, { annotations: fromPage.of(true) });
  return text(editor);
}

export function close(editor, id) {
  editor.states.delete(id);
  if (editor.id !== id) return;
  clearTimeout(editor.timer);
  editor.timer = 0;
  editor.id = "";
  editor.view.setState(newState(editor, "", "yaml"));
}

export const text = (editor) => editor.view.state.doc.toString();

export const setText = (editor, content) => replace(editor, content, { userEvent: "input.replace" });

export function edit(editor, edits) {
  const changes = edits.map((e) => clamp(editor.view.state, e));
  editor.view.dispatch({ changes, userEvent: "input.fix", scrollIntoView: true });
}

/** What the page can tell the editor to do, by name. */
const COMMANDS = {
  undo: ({ view }) => commands.undo(view),
  redo: ({ view }) => commands.redo(view),
  find: ({ view }) => openSearchPanel(view),
  definition: (editor) => goToDefinition(editor, editor.view.state.selection.main.head),
  problem: ({ view }) => lint.nextDiagnostic(view),
  format: ({ view }) => layOut(view),
  change: ({ view }) => goToNextChunk(view),
  revert: ({ view }) => takeBack(view),
};

export function run(editor, name) {
  // The search has a field of its own.
  focus(editor);
  COMMANDS[name](editor);
}

export const objects = (text) => objectsIn(text).map(({ kind, namespace, name, line, from, to }) => [kind, namespace, name, line, from, to]);

export function setDiagnostics(editor, list) {
  const moved = ({ from, to, insert }) => {
    const since = editor.view.state.field(sinceDiagnostics);
    return { from: since.mapPos(from, 1), to: since.mapPos(to, -1), insert };
  };
  const diagnostics = list.map((d) => ({
    ...d,
    ...clamp(editor.view.state, d),
    actions: (d.actions ?? []).map(({ name, edits }) => ({ name, apply: () => edit(editor, edits.map(moved)) })),
  }));
  editor.view.dispatch(lint.setDiagnostics(editor.view.state, diagnostics));
}

export const setMarks = (editor, list) => editor.view.dispatch({ effects: setMarksEffect.of(list) });

export function reveal(editor, from, to = from, takeFocus = false) {
  const range = clamp(editor.view.state, { from, to });
  // A text as a whole is not selected, as the next key would take its place: it is shown from its beginning, with the cursor behind it.
  const isWhole = range.from === 0 && range.to === editor.view.state.doc.length;
  editor.view.dispatch({
    selection: { anchor: isWhole ? range.to : range.from, head: range.to },
    effects: EditorView.scrollIntoView(range.from, { y: "center" }),
    annotations: fromPage.of(true),
  });
  if (takeFocus) focus(editor);
}

export const focus = (editor) => editor.view.focus();

export function setReadOnly(editor, readOnly) {
  editor.options.readOnly = readOnly;
  editor.view.dispatch({ effects: editor.readOnly.reconfigure(readOnlyOf(editor)) });
}

export function setWrap(editor, wrap) {
  editor.options.wrap = wrap;
  editor.view.dispatch({ effects: editor.wrap.reconfigure(wrapOf(editor)) });
}

export function setTheme(editor, name) {
  editor.options.theme = name;
  editor.view.dispatch({ effects: editor.theme.reconfigure(theme(isDark(editor))) });
}

export function setBaseline(editor, original) {
  const compared = original === null || original === undefined ? [] : unifiedMergeView({ original, mergeControls: (type, act) => control(editor, type, act) });
  editor.view.dispatch({ effects: editor.baseline.reconfigure(compared) });
}

export function setCompletions(editor, complete) {
  editor.options.complete = complete;
}

export function setHover(editor, hover) {
  editor.options.hover = hover;
}

// --- inside ---------------------------------------------------------------------------------------

const isMac = /^(Mac|iP)/.test(navigator.platform);

const languageOf = (name) => (name === "json" ? json() : yaml());

const readOnlyOf = ({ options }) => EditorState.readOnly.of(Boolean(options.readOnly));

const wrapOf = ({ options }) => (options.wrap ? EditorView.lineWrapping : []);

function isDark({ options, system }) {
  return options.theme === "dark" || (options.theme !== "light" && system.matches);
}

/** Offsets that lie in the text, whatever was asked: the page's answer may be about an older text. */
function clamp({ doc }, range) {
  const from = Math.max(0, Math.min(range.from, doc.length));
  return { ...range, from, to: Math.max(from, Math.min(range.to, doc.length)) };
}

/** Replaces only what differs, so that cursor, folds and marks elsewhere stay. */
function replace(editor, content, spec) {
  const old = text(editor);
  const next = content.replace(/\r\n?/g, "\n");
  if (old === next) return;
  let from = 0;
  const shorter = Math.min(old.length, next.length);
  while (from < shorter && old.charCodeAt(from) === next.charCodeAt(from)) from++;
  let tail = 0;
  while (tail < shorter - from && old.charCodeAt(old.length - 1 - tail) === next.charCodeAt(next.length - 1 - tail)) tail++;
  editor.view.dispatch({ changes: { from, to: old.length - tail, insert: next.slice(from, next.length - tail) }, ...spec });
}

/** Whether the place named or selected something. */
function goToDefinition(editor, offset) {
  const found = definitionAt(text(editor), offset);
  if (!found) return false;
  const { selector, namespace, kinds, name, trouble } = found;
  editor.options.onDefinition?.(selector, namespace, kinds.join("|"), name, trouble);
  return true;
}

/** Lays the text out; see format.js. */
function layOut(view) {
  if (view.state.readOnly) return true;
  view.dispatch({ changes: format(view.state.doc.toString()), userEvent: "input.format" });
  return true;
}

/** Takes back the change at the cursor, where the text is compared with another. */
function takeBack(view) {
  if (!view.state.readOnly) rejectChunk(view);
  return true;
}

/** What stands beside lines of the other text: a button that takes them back. They are the page's baseline, which is not changed here. */
function control({ view, options }, type, act) {
  const words = "take back this change";
  if (type === "accept" || options.readOnly) return document.createElement("span");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cm-take-back";
  button.textContent = "↶";
  button.title = view.state.phrase(words);
  button.setAttribute("aria-label", button.title);
  button.addEventListener("mousedown", act);
  // By keyboard, and by screen readers.
  button.addEventListener("click", (event) => void (event.detail === 0 && act(event)));
  return button;
}

/** Tells the page of edits once what made them is over: once, however many there were. A frame would be waited for, and in a hidden window for long. */
function changed(editor) {
  editor.timer ||= setTimeout(() => flush(editor));
}

export function flush(editor) {
  if (!editor.timer) return;
  clearTimeout(editor.timer);
  editor.timer = 0;
  editor.revision++;
  editor.options.onChange?.(editor.id, text(editor), editor.revision);
}

const LEAVES = "Escape, then Tab leaves the editor";

const wordsOf = ({ options }) => [
  EditorView.contentAttributes.of({
    // The scrolling region around it must be reachable by keyboard, also where the text cannot be edited.
    tabindex: "0",
    "aria-label": options.label ?? "Editor",
    "aria-description": options.phrases?.[LEAVES] ?? LEAVES,
  }),
  EditorState.phrases.of(options.phrases ?? {}),
];

function newState(editor, doc, language) {
  return EditorState.create({
    doc,
    extensions: [
      editor.language.of(languageOf(language)),
      editor.readOnly.of(readOnlyOf(editor)),
      editor.wrap.of(wrapOf(editor)),
      editor.theme.of(theme(isDark(editor))),
      // The margins stand in this order.
      marks,
      lint.lintGutter(),
      look,
      editing,
      keys,
      sinceDiagnostics,
      // Notes belong to the window: the pane would cut them.
      views.tooltips({ parent: editor.notes, position: "fixed" }),
      autocompletion({ icons: false, override: [(asked) => completions(editor, asked)], activateOnTypingDelay: 50 }),
      views.hoverTooltip((view, offset) => hoverAt(editor, view, offset), { hideOnChange: true }),
      editor.words.of(wordsOf(editor)),
      editor.baseline.of([]),
      EditorView.updateListener.of((update) => {
        if (update.transactions.every((transaction) => transaction.annotation(fromPage))) return;
        if (update.docChanged) changed(editor);
        if (update.selectionSet || update.docChanged) {
          const { head } = update.state.selection.main;
          editor.options.onCursor?.(editor.id, head, update.state.doc.lineAt(head).number);
        }
      }),
      Prec.high(keymap.of([
        { key: "F12", run: () => goToDefinition(editor, editor.view.state.selection.main.head), preventDefault: true },
        { key: "Shift-Alt-f", run: layOut },
        { key: "F7", run: goToNextChunk },
      ])),
      // With Ctrl, or Command, a press goes to what is named there; further cursors come with Alt.
      EditorView.clickAddsSelectionRange.of((event) => event.altKey),
      EditorView.domEventHandlers({
        mousedown(event, view) {
          if (event.button !== 0 || !(isMac ? event.metaKey : event.ctrlKey)) return false;
          const offset = view.posAtCoords({ x: event.clientX, y: event.clientY });
          return offset !== null && goToDefinition(editor, offset) && (event.preventDefault(), true);
        },
      }),
      // Dropped files become documents of the page, not text at the mouse.
      EditorView.domEventHandlers({ drop: (event) => Boolean(event.dataTransfer?.files.length) && (event.preventDefault(), true) }),
    ],
  });
}

const look = [
  views.lineNumbers(),
  foldGutter(),
  codeFolding(),
  views.highlightSpecialChars(),
  views.highlightActiveLine(),
  views.highlightActiveLineGutter(),
  highlightSelectionMatches(),
  bracketMatching(),
  views.drawSelection(),
  views.dropCursor(),
];

const editing = [
  commands.history(),
  EditorState.allowMultipleSelections.of(true),
  views.rectangularSelection(),
  views.crosshairCursor(),
  indentUnit.of("  "),
  EditorState.tabSize.of(2),
  indentOnInput(),
  closeBrackets(),
  search({ top: true }),
];

const keys = keymap.of([
  ...closeBracketsKeymap,
  ...commands.defaultKeymap,
  ...searchKeymap,
  ...commands.historyKeymap,
  ...foldKeymap,
  ...completionKeymap,
  ...lint.lintKeymap,
  commands.indentWithTab,
]);

function completions(editor, asked) {
  const context = contextAt(asked.state.doc, asked.pos);
  if (!context || !(asked.explicit || context.word)) return null;
  const options = editor.options.complete?.(context);
  if (!options?.length) return null;
  // A selector is written word by word.
  const from = /selector$/i.test(context.key) ? asked.pos - /[\w./-]*$/.exec(context.word)[0].length : context.from;
  // Where nothing is left to complete, Enter begins a new line.
  const isWritten = (text) => options.some((option) => (option.apply ?? option.label) === text);
  if (!asked.explicit && isWritten(asked.state.doc.sliceString(from, asked.pos))) return null;
  return { from, options, validFor: (text) => /^[\w./-]*$/.test(text) && !isWritten(text) };
}

/** The word around an offset, of the characters that keys, labels and addresses are made of. */
function wordAt(doc, offset) {
  const { text, from } = doc.lineAt(offset);
  const before = /[\w./-]*$/.exec(text.slice(0, offset - from))[0].length;
  const after = /^[\w./-]*/.exec(text.slice(offset - from))[0].length;
  return before + after ? { from: offset - before, to: offset + after } : null;
}

function hoverAt(editor, view, offset) {
  const word = wordAt(view.state.doc, offset);
  if (!word || !editor.options.hover) return null;
  // Asked at the end of the word, so that all of it is in the context.
  const context = contextAt(view.state.doc, word.to);
  const message = context && editor.options.hover(context);
  if (!message) return null;
  return {
    pos: word.from,
    end: word.to,
    above: true,
    create() {
      const dom = document.createElement("div");
      dom.className = "cm-field-help";
      dom.textContent = message;
      return { dom };
    },
  };
}
