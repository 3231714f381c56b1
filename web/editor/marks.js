// Lines lit because they decide the selected flow, each with a sign beside its number and a note at its end.

import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, gutter, gutterLineClass, GutterMarker, WidgetType } from "@codemirror/view";

/** Gives the marks of the shown document, in place of those before. */
export const setMarksEffect = StateEffect.define();

const WORDS = { allowed: "allows the selected flow", denied: "denies the selected flow", selected: "belongs to the selected flow" };
const SIGNS = { allowed: "✓", denied: "✕", selected: "▸" };

class Note extends WidgetType {
  constructor(note, kind) {
    super();
    this.note = note;
    this.kind = kind;
  }
  eq(other) {
    return other.note === this.note && other.kind === this.kind;
  }
  toDOM() {
    const dom = document.createElement("span");
    dom.className = `cm-mark-note cm-mark-note-${this.kind}`;
    dom.textContent = this.note;
    return dom;
  }
}

/** Lights a line's whole margin, numbers included. */
class Lit extends GutterMarker {
  elementClass = "cm-mark-margin";
}
const lit = new Lit();

class Sign extends GutterMarker {
  constructor(kind) {
    super();
    this.kind = kind;
    this.elementClass = `cm-mark-sign cm-mark-sign-${kind}`;
  }
  eq(other) {
    return other.kind === this.kind;
  }
  toDOM() {
    const dom = document.createElement("span");
    dom.textContent = SIGNS[this.kind];
    dom.title = WORDS[this.kind];
    return dom;
  }
}

/** Decorations of lines and notes, and what stands in the margin. Several marks may meet in one line. */
function build(doc, list) {
  const lines = [];
  const signs = [];
  const margins = [];
  for (const { line, endLine = line, kind, note } of list) {
    for (let n = line; n <= Math.min(endLine, doc.lines); n++) {
      if (n < 1) continue;
      const { from, to } = doc.line(n);
      lines.push(Decoration.line({ class: `cm-mark cm-mark-${kind}` }).range(from));
      margins.push(lit.range(from));
      if (n !== line) continue;
      signs.push(new Sign(kind).range(from));
      if (note) lines.push(Decoration.widget({ widget: new Note(note, kind), side: 1 }).range(to));
    }
  }
  return { lines: Decoration.set(lines, true), signs: RangeSet.of(signs, true), margins: RangeSet.of(margins, true) };
}

const field = StateField.define({
  create: (state) => build(state.doc, []),
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setMarksEffect)) return build(transaction.state.doc, effect.value);
    }
    if (!transaction.docChanged) return value;
    const map = (set) => set.map(transaction.changes);
    return { lines: map(value.lines), signs: map(value.signs), margins: map(value.margins) };
  },
  provide: (self) => [
    EditorView.decorations.from(self, ({ lines }) => lines),
    gutterLineClass.from(self, ({ margins }) => margins),
  ],
});

export const marks = [field, gutter({ class: "cm-mark-gutter", markers: (view) => view.state.field(field).signs })];
