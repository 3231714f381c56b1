//! The files' tabs.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::components::icons::{CROSS, ERROR, PLUS, WARNING, icon};
use crate::components::{Store, press, use_part};
use crate::effects::focus::focus_first;
use crate::state::{Action, FileId, State};
use crate::words::{t, t_with};
use netpolis_view::Severity;

/// What the tabs show: of the files not their texts.
fn tabs_part(state: &State) -> impl PartialEq + use<> {
    let names: Vec<(FileId, String)> = state.files.iter().map(|file| (file.id, file.name.clone())).collect();
    (state.scene_part(), names, state.files.active, state.files.read_only)
}

/// Properties of [`Tabs`].
#[derive(Clone, PartialEq, Properties)]
pub(super) struct TabsProps {
    /// What stands at their end.
    pub(super) children: Children,
}

/// The files' tabs. A double click, or F2, renames.
#[component]
pub(super) fn Tabs(props: &TabsProps) -> Html {
    let Some(store) = use_part(tabs_part) else { return Html::default() };
    let renaming = use_state(|| None::<FileId>);
    let tabs = store.files.iter().map(|file| {
        let id = file.id;
        let active = id == store.files.active;
        if *renaming == Some(id) {
            return rename_field(&store, id, &file.name, &renaming);
        }
        // As problems are signed everywhere: elsewhere a dot at a file's name means that it is not saved.
        let sign = match store.answers.scene.worst_in(&file.name) {
            Some(Severity::Error) => html! { <span class="file-sign error" title={t("has errors")}>{ icon(ERROR) }</span> },
            Some(Severity::Warning) => html! { <span class="file-sign" title={t("has warnings")}>{ icon(WARNING) }</span> },
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
                    title={t_with("{0} (double click or F2 renames, Delete closes)", &[&file.name])}>
                    { &file.name }{ sign }
                </button>
                if active && !store.files.read_only {
                    // For the mouse; a list of tabs holds nothing but tabs, and the keyboard has Delete.
                    <button type="button" class="close" aria-hidden="true" tabindex="-1" title={t_with("close {0}", &[&file.name])} onclick={press(&store, Action::CloseFile(id))}>{ icon(CROSS) }</button>
                }
            </div>
        }
    });
    html! {
        <div class="tabs">
            <div class="tab-list" role="tablist" aria-label={t("Files")}>{ for tabs }</div>
            if !store.files.read_only {
                <button type="button" class="quiet square" aria-label={t("new file")} title={t("new file")} onclick={press(&store, Action::AddFile)}>{ icon(PLUS) }</button>
            }
            { props.children.clone() }
        </div>
    }
}

fn tab_keys(store: &Store, id: FileId, rename: impl Fn() + 'static) -> Callback<KeyboardEvent> {
    let store = store.clone();
    Callback::from(move |event: KeyboardEvent| {
        let next = match event.key().as_str() {
            "F2" => return rename(),
            "Delete" if !store.files.read_only => return store.dispatch(Action::CloseFile(id)),
            "ArrowRight" => store.files.beside(id, 1),
            "ArrowLeft" => store.files.beside(id, -1),
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
            <input class="rename" value={name.to_owned()} aria-label={t("file name")} autofocus=true size={name.len().max(8).to_string()} {onkeydown} {onblur} />
        </div>
    }
}
