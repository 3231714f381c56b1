//! The files: tabs and the text editor.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::icons::{CROSS, PLUS, icon};
use super::{Store, press};
use crate::editor::binding::{self, Editor, EditorModule, Language, Mark, MarkKind, Options, Squiggle};
use crate::editor::completion::complete;
use crate::editor::help::help;
use crate::editor::vocabulary::Vocabulary;
use crate::effects::focus::focus_first;
use crate::effects::keep::Keeping;
use crate::state::{Action, FileId, State, Theme, is_json};
use crate::view_model::{ProblemView, Severity, VerdictView};

/// Most characters of a text that are shown while the editor loads.
const PREVIEW: usize = 20_000;
/// Longest stretch of lines that is lit.
const MOST_LIT: u32 = 24;

/// The editor, once it is there, and what it has been told.
#[derive(Default)]
struct Live {
    editor: Option<Editor>,
    shown: Option<FileId>,
    /// Versions of the texts that the editor has.
    versions: HashMap<FileId, u32>,
}

/// Tabs and text.
#[component]
pub fn EditorPane() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let host = use_node_ref();
    let live = use_mut_ref(Live::default);
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

    // What completion offers follows the scene.
    {
        let words = words.clone();
        let scene = super::Shared(store.answers.scene.clone());
        use_effect_with(scene, move |scene| *words.borrow_mut() = Vocabulary::of(scene));
    }

    let preview = if *ready {
        Html::default()
    } else {
        let text: String = store.files.shown().map(|f| f.text.chars().take(PREVIEW).collect()).unwrap_or_default();
        html! { <pre class="preview" aria-hidden="true">{ text }</pre> }
    };
    html! {
        <section class="pane editor-pane" aria-label="Text">
            <Tabs />
            <div class="editor-body">
                { preview }
                <div class={classes!("editor-host", (!*ready).then_some("waiting"))} ref={host} />
            </div>
        </section>
    }
}

/// Loads the editor after the first picture, and puts it in its place.
#[hook]
fn use_creation(store: &Store, host: &NodeRef, live: &Rc<RefCell<Live>>, words: &Rc<RefCell<Vocabulary>>, ready: &UseStateHandle<bool>) {
    let (dispatcher, host, live, words, ready) = (store.dispatcher(), host.clone(), live.clone(), words.clone(), ready.clone());
    let (theme, read_only) = (store.layout.theme, store.files.read_only);
    use_effect_with((), move |()| {
        spawn_local(async move {
            let Ok(module) = EditorModule::load().await else { return };
            let Some(parent) = host.cast::<Element>() else { return };
            let options = Options { label: "Policies and workloads, as YAML or JSON", read_only, wrap: false, theme: editor_theme(theme) };
            let known = live.clone();
            let on_change = move |id: String, text: String, _: u32| {
                if let Ok(id) = id.parse() {
                    dispatcher.dispatch(Action::TextEdited(FileId(id), text.into()));
                }
            };
            let Ok(mut editor) = module.create(&parent, &options, on_change, |_, _, _| ()) else { return };
            let known_words = words.clone();
            editor.set_completions(move |context| complete(context, &words.borrow()));
            editor.set_hover(move |context| help(context, &known_words.borrow()));
            known.borrow_mut().editor = Some(editor);
            ready.set(true);
        });
    });
}

fn editor_theme(theme: Theme) -> binding::Theme {
    match theme {
        Theme::System => binding::Theme::Auto,
        Theme::Light => binding::Theme::Light,
        Theme::Dark => binding::Theme::Dark,
    }
}

/// Shows the right file with the right text. What the person types is in the editor already; only other changes go there.
#[hook]
fn use_text(store: &Store, live: &Rc<RefCell<Live>>, ready: bool) {
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
        use_effect_with((ready, store.layout.theme, store.files.read_only), move |(_, theme, read_only)| {
            if let Some(editor) = &live.borrow().editor {
                editor.set_theme(editor_theme(*theme));
                editor.set_read_only(*read_only);
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

/// Squiggles and lit lines of the file that is shown.
#[hook]
fn use_marks(store: &Store, live: &Rc<RefCell<Live>>, ready: bool) {
    let fresh = store.answers.revision == store.revision;
    let name = store.files.shown().map(|f| f.name.clone()).unwrap_or_default();
    {
        let (live, scene, name) = (live.clone(), store.answers.scene.clone(), name.clone());
        use_effect_with((ready, fresh, super::Shared(store.answers.scene.clone()), store.files.active), move |(ready, fresh, ..)| {
            // Positions of an older text would mark the wrong words.
            if let (true, true, Some(editor)) = (*ready, *fresh, &live.borrow().editor) {
                let squiggles: Vec<Squiggle> = scene.problems.iter().filter_map(|p| squiggle(p, &name)).collect();
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

fn squiggle(problem: &ProblemView, name: &str) -> Option<Squiggle> {
    let spot = problem.spot.as_ref().filter(|s| s.file == name)?;
    let message = match &problem.help {
        Some(help) => format!("{}\n{help}", problem.message),
        None => problem.message.clone(),
    };
    let actions = problem
        .fix
        .iter()
        .filter(|fix| fix.edits.iter().all(|e| e.at.file == name))
        .map(|fix| binding::Action {
            name: fix.title.clone(),
            edits: fix.edits.iter().map(|e| binding::Edit { from: e.at.start, to: e.at.end, insert: e.insert.clone() }).collect(),
        })
        .collect();
    Some(Squiggle {
        from: spot.start,
        to: spot.end,
        severity: match problem.severity {
            Severity::Error => binding::Severity::Error,
            Severity::Warning => binding::Severity::Warning,
            Severity::Note => binding::Severity::Info,
        },
        message: message.replace('`', ""),
        actions,
    })
}

fn marks(lit: &[crate::view_model::LitView], name: &str) -> Vec<Mark> {
    lit.iter()
        .filter(|lit| lit.spot.file == name)
        .map(|lit| Mark {
            line: lit.spot.line,
            end_line: lit.spot.end_line.min(lit.spot.line + MOST_LIT),
            kind: match lit.verdict {
                Some(VerdictView::Allowed) => MarkKind::Allowed,
                Some(VerdictView::Denied) => MarkKind::Denied,
                _ => MarkKind::Selected,
            },
            note: Some(lit.note.replace('`', "")),
        })
        .collect()
}

// --- tabs -----------------------------------------------------------------------------------------

/// The files' tabs. A double click, or F2, renames.
#[component]
fn Tabs() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let renaming = use_state(|| None::<FileId>);
    let worst = |name: &str| {
        store.answers.scene.problems.iter().filter(|p| p.spot.as_ref().is_some_and(|s| s.file == name)).map(|p| p.severity).min()
    };
    let tabs = store.files.iter().map(|file| {
        let id = file.id;
        let active = id == store.files.active;
        if *renaming == Some(id) {
            return rename_field(&store, id, &file.name, &renaming);
        }
        let dot = match worst(&file.name) {
            Some(Severity::Error) => html! { <span class="dot error" title="has errors" /> },
            Some(Severity::Warning) => html! { <span class="dot" title="has warnings" /> },
            _ => Html::default(),
        };
        let begin = {
            let (renaming, read_only) = (renaming.clone(), store.files.read_only);
            move || {
                if !read_only {
                    renaming.set(Some(id));
                }
            }
        };
        let ondblclick = {
            let begin = begin.clone();
            Callback::from(move |_: MouseEvent| begin())
        };
        let onkeydown = tab_keys(&store, id, begin);
        html! {
            <div key={id.0} role="presentation" class={classes!("tab", active.then_some("on"))}>
                <button type="button" role="tab" id={format!("tab-{}", id.0)} aria-selected={active.to_string()} tabindex={if active { "0" } else { "-1" }} onclick={press(&store, Action::ShowFile(id))} {ondblclick} {onkeydown}
                    title={format!("{} (double click or F2 renames, Delete closes)", file.name)}>
                    { &file.name }{ dot }
                </button>
                if active && !store.files.read_only {
                    // For the mouse; a list of tabs holds nothing but tabs, and the keyboard has Delete.
                    <button type="button" class="close" aria-hidden="true" tabindex="-1" title={format!("close {}", file.name)} onclick={press(&store, Action::CloseFile(id))}>{ icon(CROSS) }</button>
                }
            </div>
        }
    });
    html! {
        <div class="tabs">
            <div class="tab-list" role="tablist" aria-label="Files">{ for tabs }</div>
            if !store.files.read_only {
                <button type="button" class="quiet square" aria-label="new file" title="new file" onclick={press(&store, Action::AddFile)}>{ icon(PLUS) }</button>
            }
        </div>
    }
}

fn tab_keys(store: &Store, id: FileId, rename: impl Fn() + 'static) -> Callback<KeyboardEvent> {
    let store = store.clone();
    let neighbour = move |state: &State, step: usize| {
        let count = state.files.len();
        let index = state.files.iter().position(|f| f.id == id)?;
        state.files.get((index + step) % count.max(1)).map(|f| f.id)
    };
    Callback::from(move |event: KeyboardEvent| {
        let next = match event.key().as_str() {
            "F2" => return rename(),
            "Delete" if !store.files.read_only => return store.dispatch(Action::CloseFile(id)),
            "ArrowRight" => neighbour(&store, 1),
            "ArrowLeft" => neighbour(&store, store.files.len().saturating_sub(1)),
            _ => return,
        };
        event.prevent_default();
        if let Some(next) = next {
            store.dispatch(Action::ShowFile(next));
            focus_first(&format!("#tab-{}", next.0));
        }
    })
}

fn rename_field(store: &Store, id: FileId, name: &str, renaming: &UseStateHandle<Option<FileId>>) -> Html {
    let finish = {
        let (store, renaming) = (store.clone(), renaming.clone());
        move |name: Option<String>| {
            if let Some(name) = name {
                store.dispatch(Action::RenameFile(id, name));
            }
            renaming.set(None);
        }
    };
    let onkeydown = {
        let finish = finish.clone();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" => finish(Some(event.target_unchecked_into::<HtmlInputElement>().value())),
            "Escape" => finish(None),
            _ => (),
        })
    };
    let onblur = Callback::from(move |event: FocusEvent| finish(Some(event.target_unchecked_into::<HtmlInputElement>().value())));
    html! {
        <div key={id.0} class="tab on">
            <input class="rename" value={name.to_owned()} aria-label="file name" autofocus=true size={name.len().max(8).to_string()} {onkeydown} {onblur} />
        </div>
    }
}
