// Loads the editor's bundle, whose name (it carries a hash) the page's start script tag tells.

/** @returns {Promise<object>} what `editor.js` exports */
export function load() {
  const { editor } = document.querySelector("script[data-editor]")?.dataset ?? {};
  if (!editor) return Promise.reject(new Error("the page names no editor bundle"));
  return import(new URL(editor, document.baseURI).href);
}
