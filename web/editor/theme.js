// The editor in the page's colours: every colour is a custom property of the page, which has them in light and dark.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const panel = "var(--panel)";
const raise = "var(--raise)";
const ink = "var(--ink)";
const mute = "var(--mute)";
const line = "var(--line)";
const allow = "var(--allow)";
const deny = "var(--deny)";
const warn = "var(--warn)";
const lit = "var(--lit)";
const litEdge = "var(--lit-edge)";
const key = "var(--key)";
const string = "var(--str)";
const number = "var(--num)";
const text = "var(--font-text)";
const code = "var(--font-code)";

const allowTint = "var(--allow-tint)";
const warnTint = "var(--warn-tint)";

const rules = {
  "&": { height: "100%", color: ink, backgroundColor: panel, fontSize: "var(--code-size, 12.5px)" },
  // Telephones zoom into anything smaller when it takes the focus.
  "@media (pointer: coarse)": { "&": { fontSize: "16px" } },
  "&.cm-focused": { outline: "none" },
  // Above the margins, which would cover an outline.
  "&.cm-focused::after": { content: '""', position: "absolute", inset: 0, border: `1px solid ${allow}`, pointerEvents: "none", zIndex: 300 },
  ".cm-scroller": { fontFamily: code, fontFeatureSettings: '"calt" 0', lineHeight: "20px" },
  ".cm-content": { padding: "8px 0", caretColor: ink },
  ".cm-line": { padding: "0 12px 0 6px" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: ink },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: allowTint },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  ".cm-selectionMatch": { backgroundColor: allowTint },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: `1px solid ${mute}` },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: `1px solid ${deny}` },
  ".cm-searchMatch": { backgroundColor: warnTint },
  ".cm-searchMatch-selected": { backgroundColor: "var(--warn-tint-strong)" },

  ".cm-gutters": { backgroundColor: panel, color: mute, border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 4px 0 2px", minWidth: "24px" },
  ".cm-foldGutter .cm-gutterElement": { cursor: "pointer", padding: "0 2px" },
  ".cm-foldPlaceholder": { backgroundColor: "transparent", border: `1px solid ${line}`, color: mute },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 1px" },

  ".cm-mark": { backgroundColor: lit },
  ".cm-mark-gutter": { width: "18px", paddingLeft: "0", fontFamily: text, fontWeight: "700", textAlign: "center" },
  ".cm-mark-margin": { backgroundColor: lit },
  ".cm-mark-gutter .cm-mark-margin": { boxShadow: `inset 3px 0 0 ${litEdge}` },
  ".cm-mark-sign-allowed, .cm-mark-note-allowed": { color: allow },
  ".cm-mark-sign-denied, .cm-mark-note-denied": { color: deny },
  ".cm-mark-sign-selected, .cm-mark-note-selected": { color: mute },
  ".cm-mark-note": { fontFamily: text, fontSize: "11.5px", fontWeight: "500", paddingLeft: "18px", whiteSpace: "normal" },

  // What differs from another text.
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--allow-soft)" },
  "&.cm-merge-b .cm-changedText": { background: "none", borderRadius: "2px", boxShadow: `inset 0 -2px 0 ${allow}` },
  "&.cm-merge-b .cm-changedLineGutter": { background: allow },
  ".cm-deletedChunk": { backgroundColor: "var(--deny-soft)" },
  ".cm-deletedChunk .cm-deletedLine, .cm-deletedChunk del": { textDecoration: "none" },
  ".cm-deletedChunk .cm-deletedLine": { position: "relative" },
  ".cm-deletedChunk .cm-deletedLine::before": { content: '"−"', position: "absolute", left: "-7px", fontSize: "11px", color: deny },
  // In sight wherever long lines are scrolled to.
  ".cm-deletedChunk .cm-chunkButtons": { position: "sticky", float: "right", insetInlineEnd: "6px", zIndex: 1, marginBottom: "-4px" },
  ".cm-deletedChunk .cm-deletedText": { background: "none", textDecoration: `underline 2px ${deny}`, textUnderlineOffset: "3px" },
  ".cm-deletedLineGutter": { background: deny },
  ".cm-chunkButtons .cm-take-back": { minWidth: "26px", minHeight: "24px", padding: "0 6px", color: ink, background: panel, border: `1px solid ${line}`, borderRadius: "4px", font: "inherit", lineHeight: "18px" },

  ".cm-lintRange": { backgroundImage: "none", paddingBottom: "1px", textDecoration: `underline wavy ${mute} 1px`, textUnderlineOffset: "3px" },
  ".cm-lintRange-error": { textDecorationColor: deny },
  ".cm-lintRange-warning": { textDecorationColor: warn },
  ".cm-lintRange-active": { backgroundColor: warnTint },

  ".cm-tooltip": { color: ink, backgroundColor: raise, border: `1px solid ${line}`, borderRadius: "6px", boxShadow: "0 4px 16px #0003", fontFamily: text, fontSize: "12.5px" },
  ".cm-tooltip .cm-field-help": { padding: "6px 10px", maxWidth: "46ch", lineHeight: "1.45", whiteSpace: "pre-line" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: code, fontSize: "12.5px", maxHeight: "16em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: allowTint, color: ink },
  ".cm-completionDetail": { color: mute, fontStyle: "normal", fontFamily: text },
  "[aria-selected] > .cm-completionDetail": { color: ink },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-tooltip.cm-completionInfo": { padding: "6px 10px", lineHeight: "1.45" },
  ".cm-diagnostic": { padding: "6px 10px", lineHeight: "1.45", borderLeft: `3px solid ${mute}`, whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: deny },
  ".cm-diagnostic-warning": { borderLeftColor: warn },
  ".cm-diagnosticAction": { font: "inherit", color: panel, backgroundColor: ink, borderRadius: "4px", padding: "2px 8px", margin: "6px 0 0", display: "block" },

  ".cm-panels": { color: ink, backgroundColor: raise, fontFamily: text, fontSize: "12.5px" },
  ".cm-panels-top": { borderBottom: `1px solid ${line}` },
  ".cm-panels-bottom": { borderTop: `1px solid ${line}` },
  ".cm-textfield": { color: ink, backgroundColor: panel, border: `1px solid ${line}`, borderRadius: "4px", fontSize: "inherit" },
  ".cm-button": { color: ink, background: panel, border: `1px solid ${line}`, borderRadius: "4px", fontSize: "inherit" },
  ".cm-panel.cm-search label": { fontSize: "inherit" },
  ".cm-panel [name=close]": { color: mute },
};

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: key },
  { tag: [tags.string, tags.content, tags.attributeValue], color: string },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.labelName, tags.typeName], color: number },
  { tag: [tags.comment, tags.meta, tags.separator, tags.punctuation, tags.bracket], color: mute },
  { tag: tags.invalid, color: deny },
]);

const light = EditorView.theme(rules);
const dark = EditorView.theme(rules, { dark: true });
const colours = syntaxHighlighting(highlight);

/** `dark` tells CodeMirror which of its own defaults to take where no rule here speaks. */
export const theme = (isDark) => [isDark ? dark : light, colours];
