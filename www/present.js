// Before a class (`?present`): steps of a lesson by the keys of a presenter. PageDown and the right arrow go on, PageUp and the left one go back, Home begins anew.

const TURNS = { PageDown: 1, ArrowRight: 1, PageUp: -1, ArrowLeft: -1 };
/** Where these keys do something of their own. */
const TAKES_KEYS = "input, textarea, select, [contenteditable], .cm-editor, [role=tablist], [role=listbox], [role=menu], [role=separator], dialog, svg";

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const arrow = event.key.startsWith("Arrow") || event.key === "Home";
  // Page keys turn from everywhere but the text.
  if (event.target.closest?.(arrow ? TAKES_KEYS : "textarea, [contenteditable], .cm-editor")) return;
  const steps = [...document.querySelectorAll(".lesson-step")];
  const now = steps.findIndex((step) => step.getAttribute("aria-current") === "step");
  if (now < 0 || !(event.key in TURNS || event.key === "Home")) return;
  const next = steps[event.key === "Home" ? 0 : now + TURNS[event.key]];
  event.preventDefault();
  next?.click();
});
