//! The files: tabs and the text editor.

mod tabs;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use self::tabs::Tabs;
use super::policy::DrawAtCursor;
use super::{ByAddress, Store};
use crate::editor::binding::{Editor, EditorModule, EditorOptions, Language};
use crate::editor::completion::complete;
use crate::editor::help::help;
use crate::editor::marks::{marks, squiggles};
use crate::editor::vocabulary::Vocabulary;
use crate::effects::keep::Keeping;
use crate::effects::objects::follow;
use crate::state::{Action, FileId, is_json};
use crate::words::{key, t};

/// Most characters of a text that are shown while the editor loads.
const PREVIEW: usize = 20_000;
/// The editor's name, for screen readers.
const NAME: &str = key("Policies and workloads, as YAML or JSON");

/// The editor, once it is there, and what it has been told.
#[derive(Default)]
struct LiveEditor {
    editor: Option<Editor>,
    shown: Option<FileId>,
    /// Where its cursor is, in UTF-16 units: it tells that also while it is told something.
    cursor: Rc<Cell<u32>>,
    /// Versions of the texts that the editor has.
    versions: HashMap<FileId, u32>,
}

/// Tabs and text.
#[component]
pub fn EditorPane() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let host = use_node_ref();
    let live = use_mut_ref(LiveEditor::default);
    let words = use_mut_ref(Vocabulary::default);
    let ready = use_state(|| false);

    let keeper = use_context::<Keeping>();
    {
        let live = Rc::downgrade(&live);
        use_effect_with(keeper, move |keeper| {
            if let Some(keeper) = keeper {
                keeper.hear_first(move || {
                    if let Some(live) = live.upgrade()
                        && let Some(editor) = &live.borrow().editor
                    {
                        editor.flush();
                    }
                });
            }
        });
    }
    use_creation(&store, &host, &live, &words, &ready);
    use_text(&store, &live, *ready);
    use_marks(&store, &live, *ready);
    use_baseline(&store, &live, *ready);
    use_wishes(&store, &live, *ready);

    // What completion offers follows the scene.
    {
        let words = words.clone();
        let scene = ByAddress(store.answers.scene.clone());
        use_effect_with(scene, move |scene| *words.borrow_mut() = Vocabulary::of(scene));
    }

    let cursor = live.borrow().cursor.clone();
    let preview = if *ready {
        Html::default()
    } else {
        let text: String = store.files.shown().map(|f| f.text.chars().take(PREVIEW).collect()).unwrap_or_default();
        html! { <pre class="preview" aria-hidden="true">{ text }</pre> }
    };
    html! {
        <section class="pane editor-pane" aria-label={t("Text")}>
            <Tabs><DrawAtCursor {cursor} /></Tabs>
            <div class="editor-body">
                { preview }
                <div class={classes!("editor-host", (!*ready).then_some("waiting"))} ref={host} />
            </div>
        </section>
    }
}

/// Loads the editor after the first picture, and puts it in its place.
#[hook]
fn use_creation(
    store: &Store,
    host: &NodeRef,
    live: &Rc<RefCell<LiveEditor>>,
    words: &Rc<RefCell<Vocabulary>>,
    ready: &UseStateHandle<bool>,
) {
    let (dispatcher, host, live, words, ready) = (store.dispatcher(), host.clone(), live.clone(), words.clone(), ready.clone());
    let cursor = live.borrow().cursor.clone();
    let (theme, read_only) = (store.layout.theme, store.files.read_only);
    // What the state is when the person goes somewhere.
    let newest = use_mut_ref(|| None::<Store>);
    *newest.borrow_mut() = Some(store.clone());
    use_effect_with((), move |()| {
        spawn_local(async move {
            let Ok(module) = EditorModule::load().await else { return };
            let Some(parent) = host.cast::<Element>() else { return };
            let options = EditorOptions { label: NAME, read_only, wrap: false, theme: theme.into() };
            let known = live.clone();
            let of_place = dispatcher.clone();
            let on_definition = move |target| {
                if let Some(state) = &*newest.borrow() {
                    follow(target, state, of_place.clone());
                }
            };
            let on_change = move |id: String, text: String, _: u32| {
                if let Ok(id) = id.parse() {
                    dispatcher.dispatch(Action::TextEdited(FileId(id), text.into()));
                }
            };
            let Ok(mut editor) = module.create(&parent, &options, on_change, move |_, offset, _| cursor.set(offset), on_definition) else {
                return;
            };
            let known_words = words.clone();
            editor.set_completions(move |context| complete(context, &words.borrow()));
            editor.set_hover(move |context| help(context, &known_words.borrow()));
            known.borrow_mut().editor = Some(editor);
            ready.set(true);
        });
    });
}

/// Shows the right file with the right text. What the person types is in the editor already; only other changes go there.
#[hook]
fn use_text(store: &Store, live: &Rc<RefCell<LiveEditor>>, ready: bool) {
    let file = store.files.shown();
    let dependencies = (ready, store.files.active, file.map(|f| f.version), file.map(|f| is_json(&f.name, "")));
    {
        let (store, live) = (store.clone(), live.clone());
        use_effect_with(dependencies, move |(ready, active, version, _)| {
            let (true, Some(version), Some(file)) = (*ready, *version, store.files.shown()) else { return };
            // The editor may call back while it is told something, so nothing may be borrowed mutably then.
            let (known, shown) = {
                let mut live = live.borrow_mut();
                let known = live.versions.insert(*active, version);
                (known, live.shown.replace(*active))
            };
            let live = live.borrow();
            let Some(editor) = &live.editor else { return };
            if shown != Some(*active) {
                let language = if is_json(&file.name, &file.text) { Language::Json } else { Language::Yaml };
                let _ = editor.open(&active.0.to_string(), &file.text, language);
            } else if known != Some(version) {
                editor.set_text(&file.text);
            }
        });
    }
    {
        let live = live.clone();
        // What is at the end of a long line is out of a finger's reach.
        let is_narrow = store.layout.panes.has_screens();
        let looks = (ready, store.layout.theme, store.files.read_only, store.layout.words, is_narrow);
        use_effect_with(looks, move |(_, theme, read_only, _, is_narrow)| {
            if let Some(editor) = &live.borrow().editor {
                editor.set_theme((*theme).into());
                editor.set_read_only(*read_only);
                editor.set_wrap(*is_narrow);
                editor.set_words(NAME);
            }
        });
    }
    {
        let live = live.clone();
        // After the effect that opens the file.
        use_effect_with((ready, store.files.reveal.clone()), move |(_, reveal)| {
            if let (Some(editor), Some(reveal)) = (&live.borrow().editor, reveal) {
                editor.reveal(reveal.spot.start, reveal.spot.end, reveal.focus);
            }
        });
    }
}

/// Shows what differs from the baseline, where that is wanted.
#[hook]
fn use_baseline(store: &Store, live: &Rc<RefCell<LiveEditor>>, ready: bool) {
    let live = live.clone();
    // In another language the button beside the lines says something else.
    let looks = (store.files.read_only, store.layout.words);
    use_effect_with((ready, store.files.active, store.original().map(str::to_owned), looks), move |(_, _, original, _)| {
        if let Some(editor) = &live.borrow().editor {
            editor.set_baseline(original.as_deref());
        }
    });
}

/// Does what the editor is told to do.
#[hook]
fn use_wishes(store: &Store, live: &Rc<RefCell<LiveEditor>>, ready: bool) {
    let live = live.clone();
    // Not what was wished before the editor was there.
    let before = use_mut_ref(|| store.files.wish);
    use_effect_with((ready, store.files.wish), move |(_, wish)| {
        if before.replace(*wish) == *wish {
            return;
        }
        if let (Some(editor), Some((wish, _))) = (&live.borrow().editor, wish) {
            editor.run(wish.name());
        }
    });
}

/// Squiggles and lit lines of the file that is shown.
#[hook]
fn use_marks(store: &Store, live: &Rc<RefCell<LiveEditor>>, ready: bool) {
    let fresh = store.answers.revision == store.revision;
    let name = store.files.shown().map(|f| f.name.clone()).unwrap_or_default();
    {
        let (live, scene, name) = (live.clone(), store.answers.scene.clone(), name.clone());
        use_effect_with((ready, fresh, ByAddress(store.answers.scene.clone()), store.files.active), move |(ready, fresh, ..)| {
            // Positions of an older text would mark the wrong words.
            if let (true, true, Some(editor)) = (*ready, *fresh, &live.borrow().editor) {
                let squiggles = squiggles(&scene.problems, &name);
                let _ = editor.set_squiggles(&squiggles);
            }
        });
    }
    {
        let live = live.clone();
        use_effect_with((ready, fresh, store.lit().to_vec(), store.files.active), move |(ready, fresh, lit, _)| {
            if let (true, true, Some(editor)) = (*ready, *fresh, &live.borrow().editor) {
                let _ = editor.set_marks(&marks(lit, &name));
            }
        });
    }
}
