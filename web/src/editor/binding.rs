//! The text editor's JavaScript module (`web/editor/editor.js`), as Rust sees it.
//!
//! The bundle is loaded when first asked for, so that the page's first picture does not wait for it. Positions
//! here are offsets in UTF-16 units, lines count from 1; the core's byte offsets are turned into these by the
//! caller.

use js_sys::{Array, Function};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::words::{key, t};

#[wasm_bindgen(module = "/editor/load.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = load)]
    async fn load_module() -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Module;

    #[wasm_bindgen(method)]
    fn create(this: &Module, parent: &Element, options: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    fn destroy(this: &Module, editor: &JsValue);
    #[wasm_bindgen(method)]
    fn open(this: &Module, editor: &JsValue, id: &str, text: &str, language: &str) -> String;
    #[wasm_bindgen(method)]
    fn close(this: &Module, editor: &JsValue, id: &str);
    #[wasm_bindgen(method)]
    fn text(this: &Module, editor: &JsValue) -> String;
    #[wasm_bindgen(method, js_name = setText)]
    fn set_text(this: &Module, editor: &JsValue, text: &str);
    #[wasm_bindgen(method)]
    fn edit(this: &Module, editor: &JsValue, edits: &JsValue);
    #[wasm_bindgen(method)]
    fn flush(this: &Module, editor: &JsValue);
    #[wasm_bindgen(method)]
    fn run(this: &Module, editor: &JsValue, command: &str);
    #[wasm_bindgen(method)]
    fn objects(this: &Module, text: &str) -> Array;
    #[wasm_bindgen(method, js_name = setDiagnostics)]
    fn set_diagnostics(this: &Module, editor: &JsValue, list: &JsValue);
    #[wasm_bindgen(method, js_name = setMarks)]
    fn set_marks(this: &Module, editor: &JsValue, list: &JsValue);
    #[wasm_bindgen(method)]
    fn reveal(this: &Module, editor: &JsValue, from: u32, to: u32, focus: bool);
    #[wasm_bindgen(method)]
    fn focus(this: &Module, editor: &JsValue);
    #[wasm_bindgen(method, js_name = setReadOnly)]
    fn set_read_only(this: &Module, editor: &JsValue, read_only: bool);
    #[wasm_bindgen(method, js_name = setWrap)]
    fn set_wrap(this: &Module, editor: &JsValue, wrap: bool);
    #[wasm_bindgen(method, js_name = setTheme)]
    fn set_theme(this: &Module, editor: &JsValue, theme: &str);
    #[wasm_bindgen(method, js_name = setWords)]
    fn set_words(this: &Module, editor: &JsValue, label: &str, phrases: &Array);
    #[wasm_bindgen(method, js_name = setBaseline)]
    fn set_baseline(this: &Module, editor: &JsValue, text: Option<&str>);
    #[wasm_bindgen(method, js_name = setCompletions)]
    fn set_completions(this: &Module, editor: &JsValue, complete: &Function);
    #[wasm_bindgen(method, js_name = setHover)]
    fn set_hover(this: &Module, editor: &JsValue, hover: &Function);
}

/// The editor's bundle, loaded.
#[derive(Clone)]
pub struct EditorModule(Module);

/// An edit by the person: document, its whole new text, a number that grows with each call.
type OnChange = Closure<dyn Fn(String, String, u32)>;
/// The person moved the main cursor: document, offset, line.
type OnCursor = Closure<dyn Fn(String, u32, u32)>;
/// The person goes to what a place names or selects: the fields of a [`Definition`].
type OnDefinition = Closure<dyn Fn(String, String, String, String, String)>;
type OnComplete = Closure<dyn Fn(JsValue) -> JsValue>;
type OnHover = Closure<dyn Fn(JsValue) -> Option<String>>;

/// An editor in an element of the page. Dropping it removes it from there.
pub struct Editor {
    module: Module,
    handle: JsValue,
    // JavaScript calls these for as long as the editor lives.
    _on_change: OnChange,
    _on_cursor: OnCursor,
    _on_definition: OnDefinition,
    on_complete: Option<OnComplete>,
    on_hover: Option<OnHover>,
}

/// What an editor is created with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditorOptions<'a> {
    /// Name of the editor for screen readers.
    pub label: &'a str,
    /// Whether the text can be read only.
    pub read_only: bool,
    /// Whether long lines are broken.
    pub wrap: bool,
    /// Colours to take.
    pub theme: EditorTheme,
}

/// What the editor says of its own, by the names that CodeMirror has for it.
const PHRASES: [&str; 26] = [
    key("take back this change"),
    key("Escape, then Tab leaves the editor"),
    key("Find"),
    key("Replace"),
    key("next"),
    key("previous"),
    key("all"),
    key("match case"),
    key("regexp"),
    key("by word"),
    key("replace"),
    key("replace all"),
    key("close"),
    key("current match"),
    key("on line"),
    key("replaced $ matches"),
    key("replaced match on line $"),
    key("Go to line"),
    key("go"),
    key("Completions"),
    key("Diagnostics"),
    key("No diagnostics"),
    key("Control character"),
    key("Selection deleted"),
    key("folded code"),
    key("unfold"),
];

/// Whose defaults the editor takes where the page's own colours do not speak.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EditorTheme {
    /// As the system has it.
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl EditorTheme {
    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What a place in the text leads to; see `web/editor/objects.js`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// A selector of Calico's language, where it leads to what that selects; empty where it leads to an object.
    pub selector: String,
    /// The namespace; empty for all, or where the object has none.
    pub namespace: String,
    /// Kinds that the object may be of, with bars between them; empty for any.
    pub kinds: String,
    /// Its name.
    pub name: String,
    /// Why it cannot be told; else empty.
    pub trouble: String,
}

/// How a document is highlighted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// YAML, one document or several.
    Yaml,
    /// JSON.
    Json,
}

impl Language {
    fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }
}

/// Where in the text the cursor or the pointer is, told from indentation; see `web/editor/context.js`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Context {
    /// `apiVersion` of the object around it, empty where none is written yet.
    pub version: String,
    /// `kind` of that object, likewise.
    pub kind: String,
    /// Field that holds it, from that object: `spec.ingress[].from[]`, empty at the top.
    pub path: String,
    /// Whether a key or a value is written there.
    pub part: Part,
    /// The key whose value is written, empty for a key.
    pub key: String,
    /// What is written already, up to the cursor.
    pub word: String,
}

/// The half of a mapping's entry that a [`Context`] is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Before the colon.
    Key,
    /// After it.
    Value,
}

/// Something that may be written at a [`Context`].
#[derive(Serialize)]
pub struct Completion {
    /// What is shown, matched and, without `apply`, inserted.
    pub label: String,
    /// Picture beside it: `property`, `enum`, `keyword`, `constant` or `text`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub sort: Option<&'static str>,
    /// Short, beside the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// A sentence or two about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// What is inserted instead of the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apply: Option<String>,
}

/// A stretch of text with something to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Squiggle {
    /// First offset.
    pub from: u32,
    /// Offset after the last.
    pub to: u32,
    /// How grave it is.
    pub severity: SquiggleSeverity,
    /// What is wrong and what to do.
    pub message: String,
    /// Quick fixes.
    pub actions: Vec<QuickFix>,
}

/// How grave a [`Squiggle`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SquiggleSeverity {
    /// The text cannot be used as it stands.
    Error,
    /// It can, but likely not as meant.
    Warning,
    /// Worth knowing.
    Info,
}

/// A quick fix, offered with its [`Squiggle`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuickFix {
    /// What the button says.
    pub name: String,
    /// What it changes.
    pub edits: Vec<TextEdit>,
}

/// A change of the text between two offsets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextEdit {
    /// First offset.
    pub from: u32,
    /// Offset after the last.
    pub to: u32,
    /// What comes there instead.
    pub insert: String,
}

/// Lines lit because they decide the selected flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LineMark {
    /// First line.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// What the lines do to the flow.
    pub kind: LineMarkKind,
    /// Said at the end of the first line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What marked lines do to the selected flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LineMarkKind {
    /// They allow it.
    Allowed,
    /// They deny it.
    Denied,
    /// They have to do with it and decide nothing.
    Selected,
}

impl EditorModule {
    /// Loads the bundle; the browser keeps it, so that a second call is quick.
    ///
    /// # Errors
    /// What JavaScript threw, for instance because the file could not be fetched.
    pub async fn load() -> Result<Self, JsValue> {
        Ok(Self(load_module().await?.unchecked_into()))
    }

    /// Creates an editor inside `parent`, whose children nobody else may touch from then on.
    ///
    /// `on_change` gets the document, its whole text and a growing number, at most once a frame; `on_cursor` the
    /// document, the offset and the line of the cursor; `on_definition` what the person goes to. All may be called from within the other methods.
    ///
    /// # Errors
    /// If the options cannot be handed over.
    pub fn create(
        &self,
        parent: &Element,
        options: &EditorOptions,
        on_change: impl Fn(String, String, u32) + 'static,
        on_cursor: impl Fn(String, u32, u32) + 'static,
        on_definition: impl Fn(Definition) + 'static,
    ) -> Result<Editor, JsValue> {
        let on_change = OnChange::new(on_change);
        let on_cursor = OnCursor::new(on_cursor);
        let on_definition = OnDefinition::new(move |selector, namespace, kinds, name, trouble| {
            on_definition(Definition { selector, namespace, kinds, name, trouble });
        });
        let options = to_js(options)?;
        js_sys::Reflect::set(&options, &"onChange".into(), on_change.as_ref())?;
        js_sys::Reflect::set(&options, &"onCursor".into(), on_cursor.as_ref())?;
        js_sys::Reflect::set(&options, &"onDefinition".into(), on_definition.as_ref())?;
        let handle = self.0.create(parent, &options);
        Ok(Editor {
            module: self.0.clone(),
            handle,
            _on_change: on_change,
            _on_cursor: on_cursor,
            _on_definition: on_definition,
            on_complete: None,
            on_hover: None,
        })
    }

    /// The objects of a text, each as kind, namespace, name, line, and the offsets where its first line begins and ends.
    #[must_use]
    pub fn objects(&self, text: &str) -> Array {
        self.0.objects(text)
    }
}

impl Editor {
    /// Shows a document, in the state it was left in, and returns its text as the editor holds it: with line
    /// feeds as line ends.
    #[must_use]
    pub fn open(&self, id: &str, text: &str, language: Language) -> String {
        self.module.open(&self.handle, id, text, language.name())
    }

    /// Forgets a document and its history.
    pub fn close(&self, id: &str) {
        self.module.close(&self.handle, id);
    }

    /// The text shown.
    #[must_use]
    pub fn text(&self) -> String {
        self.module.text(&self.handle)
    }

    /// Replaces the text shown, as one edit that can be undone.
    pub fn set_text(&self, text: &str) {
        self.module.set_text(&self.handle, text);
    }

    /// Changes parts of the text, as one edit that can be undone. Offsets are those before the change.
    ///
    /// # Errors
    /// If the edits cannot be handed over.
    pub fn edit(&self, edits: &[TextEdit]) -> Result<(), JsValue> {
        self.module.edit(&self.handle, &to_js(edits)?);
        Ok(())
    }

    /// Tells `on_change` now of edits that it would hear of at the next frame.
    pub fn flush(&self) {
        self.module.flush(&self.handle);
    }

    /// Does a command, by the editor's name for it: `undo`, `redo`, `find`, `definition`, `problem`, `format`, `change`, `revert`.
    pub fn run(&self, command: &str) {
        self.module.run(&self.handle, command);
    }

    /// Shows these squiggles in place of those before.
    ///
    /// # Errors
    /// If they cannot be handed over.
    pub fn set_squiggles(&self, squiggles: &[Squiggle]) -> Result<(), JsValue> {
        self.module.set_diagnostics(&self.handle, &to_js(squiggles)?);
        Ok(())
    }

    /// Lights these lines in place of those before.
    ///
    /// # Errors
    /// If they cannot be handed over.
    pub fn set_marks(&self, marks: &[LineMark]) -> Result<(), JsValue> {
        self.module.set_marks(&self.handle, &to_js(marks)?);
        Ok(())
    }

    /// Scrolls to a stretch of text and selects it.
    pub fn reveal(&self, from: u32, to: u32, focus: bool) {
        self.module.reveal(&self.handle, from, to, focus);
    }

    /// Puts the keyboard's focus into the text.
    pub fn focus(&self) {
        self.module.focus(&self.handle);
    }

    /// Allows or forbids edits by the person.
    pub fn set_read_only(&self, read_only: bool) {
        self.module.set_read_only(&self.handle, read_only);
    }

    /// Breaks long lines, or lets them scroll sideways.
    pub fn set_wrap(&self, wrap: bool) {
        self.module.set_wrap(&self.handle, wrap);
    }

    /// Takes other defaults for colours.
    pub fn set_theme(&self, theme: EditorTheme) {
        self.module.set_theme(&self.handle, theme.name());
    }

    /// Shows what differs from another text among the lines; nothing: no longer.
    pub fn set_baseline(&self, text: Option<&str>) {
        self.module.set_baseline(&self.handle, text);
    }

    /// Says its name and its own words in the page's language.
    pub fn set_words(&self, label: &str) {
        let pair = |phrase: &str| Array::of2(&phrase.into(), &t(phrase).into());
        self.module.set_words(&self.handle, t(label), &PHRASES.into_iter().map(pair).collect());
    }

    /// Says what may be written at the cursor.
    pub fn set_completions(&mut self, complete: impl Fn(&Context) -> Vec<Completion> + 'static) {
        let on_complete = OnComplete::new(move |context: JsValue| {
            // An answer that cannot be handed over is no completion, not an error of the person's.
            serde_wasm_bindgen::from_value(context).ok().and_then(|context| to_js(&complete(&context)).ok()).unwrap_or(JsValue::NULL)
        });
        self.module.set_completions(&self.handle, on_complete.as_ref().unchecked_ref());
        self.on_complete = Some(on_complete);
    }

    /// Says what to show about the word under the pointer.
    pub fn set_hover(&mut self, hover: impl Fn(&Context) -> Option<String> + 'static) {
        let on_hover = OnHover::new(move |context: JsValue| hover(&serde_wasm_bindgen::from_value(context).ok()?));
        self.module.set_hover(&self.handle, on_hover.as_ref().unchecked_ref());
        self.on_hover = Some(on_hover);
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.module.destroy(&self.handle);
    }
}

fn to_js(value: &(impl Serialize + ?Sized)) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(Into::into)
}
