// Lines lit because they decide the selected flow, each with a sign beside its number and a note at its end.

import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, gutter, GutterMarker, WidgetType } from "@codemirror/view";

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

/** One decoration set for the lines and notes, one for the gutter. */
function build(doc, list) {
  const lines = [];
  const signs = [];
  for (const { line, endLine = line, kind, note } of list) {
    for (let n = line; n <= Math.min(endLine, doc.lines); n++) {
      if (n < 1) continue;
      const { from, to } = doc.line(n);
      lines.push(Decoration.line({ class: `cm-mark cm-mark-${kind}` }).range(from));
      if (n !== line) continue;
      signs.push(new Sign(kind).range(from));
      if (note) lines.push(Decoration.widget({ widget: new Note(note, kind), side: 1 }).range(to));
    }
  }
  return { lines: Decoration.set(lines, true), signs: RangeSet.of(signs, true) };
}

const field = StateField.define({
  create: () => ({ lines: Decoration.none, signs: RangeSet.empty }),
  update(value, transaction) {
    let { lines, signs } = value;
    if (transaction.docChanged) {
      lines = lines.map(transaction.changes);
      signs = signs.map(transaction.changes);
    }
    for (const effect of transaction.effects) {
      if (effect.is(setMarksEffect)) ({ lines, signs } = build(transaction.state.doc, effect.value));
    }
    return lines === value.lines && signs === value.signs ? value : { lines, signs };
  },
  provide: (self) => EditorView.decorations.from(self, ({ lines }) => lines),
});

export const marks = [field, gutter({ class: "cm-mark-gutter", markers: (view) => view.state.field(field).signs })];
