//! The window with the scenes that are kept in this browser.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use netpolis_core::text::count;

use super::Store;
use super::icons::{DOWNLOAD, PENCIL, TRASH, UNDO, icon};
use crate::effects::focus::focus_first;
use crate::effects::keep::{Entry, Keeper, Keeping};
use crate::effects::outside;
use crate::scenes::{Record, SceneId, Unreadable};
use crate::state::{Action, LayoutAction, Trouble};

/// All kept scenes, closed files of this one, and what was deleted.
#[component]
pub fn Scenes() -> Html {
    let (Some(store), Some(keeper)) = (use_context::<Store>(), use_context::<Keeping>()) else { return Html::default() };
    // The list is read again after each change of what is stored.
    let turn = use_state(|| 0u32);
    let renaming = use_state(|| None::<SceneId>);
    let entries = {
        let keeper = keeper.clone();
        use_memo((*turn, store.place.clone()), move |_| {
            keeper.flush();
            Keeper::list()
        })
    };
    let list = List { store: store.clone(), keeper, turn, renaming };
    let (deleted, kept): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| entry.record.as_ref().is_ok_and(|record| record.deleted.is_some()));
    let size: usize = entries.iter().map(|entry| entry.size).sum();
    html! {
        <div class="scenes">
            <p>{ "Scenes are stored in this browser only, and are sent nowhere. Clearing the site data removes them: save what you want to keep as a file." }</p>
            if store.notices.trouble == Some(Trouble::Off) {
                <p class="trouble">{ "This browser stores nothing for this page, as in some private windows." }</p>
            }
            if kept.is_empty() {
                <p class="nothing">{ "None yet. A scene is stored from its first change." }</p>
            } else {
                <ul class="scene-list" aria-label="Recent scenes">{ for kept.iter().map(|entry| list.row(entry)) }</ul>
            }
            if !store.place.closed.is_empty() {
                <h3>{ "Files closed or replaced in this scene" }</h3>
                <ul class="scene-list">{ for store.place.closed.iter().enumerate().map(|(index, file)| list.closed(index, &file.name, &file.text)) }</ul>
            }
            if !deleted.is_empty() {
                <h3>{ "Deleted in the last 30 days" }</h3>
                <ul class="scene-list">{ for deleted.iter().map(|entry| list.deleted(entry)) }</ul>
            }
            <Forget count={entries.len()} {size} />
        </div>
    }
}

/// Where the keyboard goes when the button that was pressed is gone: to the window's own, or to the name of the scene that is shown.
const CLOSE: &str = ".window [aria-label=close]";
pub(super) const SCENE: &str = ".header .pick";

/// Hands the keyboard to an element, once the page has been drawn again.
pub(super) fn focus(selector: &'static str) {
    let later = gloo::timers::callback::Timeout::new(0, move || {
        focus_first(selector);
    });
    later.forget();
}

struct List {
    store: Store,
    keeper: Keeping,
    turn: UseStateHandle<u32>,
    renaming: UseStateHandle<Option<SceneId>>,
}

impl List {
    /// A press that changes what is stored.
    fn press(&self, act: impl Fn(&Keeping, &Store) + 'static) -> Callback<MouseEvent> {
        let (store, keeper, turn) = (self.store.clone(), self.keeper.clone(), self.turn.clone());
        Callback::from(move |_: MouseEvent| {
            act(&keeper, &store);
            turn.set(*turn + 1);
        })
    }

    fn row(&self, entry: &Entry) -> Html {
        let id = &entry.id;
        let record = match &entry.record {
            Ok(record) => record,
            Err(reason) => return self.unreadable(id, *reason),
        };
        if self.renaming.as_ref() == Some(id) {
            return html! { <li key={id.to_string()}>{ self.rename_field(id, &record.name) }</li> };
        }
        let shown = self.store.place.id == *id;
        let open = {
            let id = id.clone();
            self.press(move |keeper, store| match keeper.open(&id) {
                Ok(Some(opened)) => {
                    store.dispatch(LayoutAction::ShowDialog(None).into());
                    focus(SCENE);
                    if store.place.id != id {
                        store.dispatch(Action::OpenKept(Box::new(opened)));
                    }
                }
                Ok(None) | Err(_) => store.dispatch(Action::Notify("That scene cannot be read any more".into())),
            })
        };
        let rename = {
            let (renaming, id) = (self.renaming.clone(), id.clone());
            Callback::from(move |_: MouseEvent| renaming.set(Some(id.clone())))
        };
        let delete = {
            let id = id.clone();
            self.press(move |keeper, store| {
                keeper.delete(&id);
                if store.place.id == id {
                    store.dispatch(Action::StartScene);
                } else {
                    keeper.retry(store);
                }
                focus(CLOSE);
            })
        };
        let name = &record.name;
        html! {
            <li key={id.to_string()} class={classes!(shown.then_some("shown"))}>
                <button type="button" class="scene" aria-current={shown.then_some("true")} onclick={open}>
                    <b>{ name }</b>
                    <span>{ if shown { format!("{} · shown now", record.about) } else { record.about.clone() } }</span>
                    <time>{ when(record.changed) }</time>
                </button>
                <button type="button" class="quiet square" aria-label={format!("rename {name}")} title="rename" onclick={rename}>{ icon(PENCIL) }</button>
                { save(record) }
                <button type="button" class="quiet square" aria-label={format!("delete {name}")} title="delete" onclick={delete}>{ icon(TRASH) }</button>
            </li>
        }
    }

    fn rename_field(&self, id: &SceneId, name: &str) -> Html {
        let (store, keeper, turn, renaming) = (self.store.clone(), self.keeper.clone(), self.turn.clone(), self.renaming.clone());
        let id = id.clone();
        let ondone = Callback::from(move |name: Option<String>| {
            if let Some(name) = name.filter(|name| !name.trim().is_empty()) {
                keeper.rename(&id, &name);
                if store.place.id == id {
                    store.dispatch(Action::RenameScene(name));
                }
            }
            renaming.set(None);
            turn.set(*turn + 1);
        });
        html! { <Rename name={name.to_owned()} {ondone} /> }
    }

    fn unreadable(&self, id: &SceneId, reason: Unreadable) -> Html {
        let why = match reason {
            Unreadable::Damaged => "This stored scene is damaged and cannot be read",
            Unreadable::Newer => "A newer version of Netpolis stored this scene; load the page again to get it",
        };
        let save = {
            let id = id.clone();
            Callback::from(move |_: MouseEvent| {
                outside::download("unreadable-scene.txt", "text/plain", &crate::effects::storage::scene(&id).unwrap_or_default());
            })
        };
        let remove = {
            let id = id.clone();
            self.press(move |keeper, store| {
                Keeper::remove(&id);
                keeper.retry(store);
                focus(CLOSE);
            })
        };
        html! {
            <li key={id.to_string()}>
                <p class="scene trouble"><b>{ "Cannot be read" }</b><span>{ why }</span></p>
                <button type="button" class="quiet square" aria-label="save what is stored as a file" title="save as a file" onclick={save}>{ icon(DOWNLOAD) }</button>
                <button type="button" class="quiet square" aria-label="remove it for good" title="remove for good" onclick={remove}>{ icon(TRASH) }</button>
            </li>
        }
    }

    fn closed(&self, index: usize, name: &str, text: &str) -> Html {
        let reopen = self.press(move |_, store| {
            store.dispatch(Action::ReopenFile(index));
            focus(SCENE);
        });
        let remove = self.press(move |_, store| {
            store.dispatch(Action::DropClosed(index));
            focus(CLOSE);
        });
        html! {
            <li key={format!("{index} {name}")}>
                <p class="scene"><b>{ name }</b><span>{ count(text.lines().count(), "line") }</span></p>
                <button type="button" class="pick" aria-label={format!("bring back {name}")} onclick={reopen}>{ icon(UNDO) }{ "Bring back" }</button>
                <button type="button" class="quiet square" aria-label={format!("remove {name} for good")} title="remove for good" onclick={remove}>{ icon(TRASH) }</button>
            </li>
        }
    }

    fn deleted(&self, entry: &Entry) -> Html {
        let Ok(record) = &entry.record else { return Html::default() };
        let restore = {
            let id = entry.id.clone();
            self.press(move |keeper, _| {
                keeper.restore(&id);
                focus(CLOSE);
            })
        };
        let remove = {
            let id = entry.id.clone();
            self.press(move |keeper, store| {
                Keeper::remove(&id);
                keeper.retry(store);
                focus(CLOSE);
            })
        };
        html! {
            <li key={entry.id.to_string()}>
                <p class="scene"><b>{ &record.name }</b><span>{ &record.about }</span></p>
                <button type="button" class="pick" aria-label={format!("bring back {}", record.name)} onclick={restore}>{ icon(UNDO) }{ "Bring back" }</button>
                <button type="button" class="quiet square" aria-label={format!("remove {} for good", record.name)} title="remove for good" onclick={remove}>{ icon(TRASH) }</button>
            </li>
        }
    }
}

fn save(record: &Record) -> Html {
    let (name, text) = (record.name.clone(), record.fragment().to_owned());
    let onclick = Callback::from(move |_: MouseEvent| outside::download(&file_name(&name), "text/plain", &text));
    let label = format!("save {} as a file", record.name);
    html! { <button type="button" class="quiet square" aria-label={label} title="save as a file" {onclick}>{ icon(DOWNLOAD) }</button> }
}

/// A name that every file system takes.
pub fn file_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.') { c } else { '-' }).collect();
    format!("{}.netpolis", plain.trim_matches(['.', ' ']))
}

#[derive(Clone, PartialEq, Properties)]
struct RenameProps {
    name: String,
    /// The new name; nothing: it stays.
    ondone: Callback<Option<String>>,
}

/// The field with a scene's name, which has the keyboard from the start.
#[component]
fn Rename(props: &RenameProps) -> Html {
    let node = use_node_ref();
    // Browsers tell a field that goes that it has lost the keyboard.
    let done = use_mut_ref(|| false);
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(field) = node.cast::<HtmlInputElement>() {
                let _ = field.focus();
                field.select();
            }
        });
    }
    let finish = {
        let (done, ondone) = (done.clone(), props.ondone.clone());
        move |name: Option<String>| {
            if !std::mem::replace(&mut *done.borrow_mut(), true) {
                ondone.emit(name);
            }
        }
    };
    let onkeydown = {
        let finish = finish.clone();
        Callback::from(move |event: KeyboardEvent| {
            let name = match event.key().as_str() {
                "Enter" => Some(event.target_unchecked_into::<HtmlInputElement>().value()),
                "Escape" => None,
                _ => return,
            };
            // The window stays.
            event.prevent_default();
            finish(name);
            focus(CLOSE);
        })
    };
    let onblur = Callback::from(move |event: FocusEvent| finish(Some(event.target_unchecked_into::<HtmlInputElement>().value())));
    html! { <input ref={node} class="scene-name" type="text" aria-label="name of the scene" value={props.name.clone()} maxlength="80" {onkeydown} {onblur} /> }
}

#[derive(Clone, PartialEq, Properties)]
struct ForgetProps {
    count: usize,
    size: usize,
}

/// Forgets everything, once it is asked for twice: that cannot be taken back.
#[component]
fn Forget(props: &ForgetProps) -> Html {
    let (Some(store), Some(keeper)) = (use_context::<Store>(), use_context::<Keeping>()) else { return Html::default() };
    let sure = use_state(|| false);
    let set = |to: bool| {
        let sure = sure.clone();
        Callback::from(move |_: MouseEvent| sure.set(to))
    };
    let forget = Callback::from(move |_: MouseEvent| {
        keeper.forget();
        store.dispatch(Action::Forget);
        focus(SCENE);
    });
    let scenes = count(props.count, "scene");
    html! {
        <footer class="forget">
            if *sure {
                <p role="alert">{ format!("{scenes}, the theme and the pane sizes are deleted, including the scene shown now. \
                 This cannot be undone.") }</p>
                <button type="button" class="primary" onclick={forget}>{ "Forget everything" }</button>
                <button type="button" class="pick" onclick={set(false)}>{ "Keep it" }</button>
            } else {
                <p>{ format!("{scenes}, {} KB", props.size.div_ceil(1024)) }</p>
                <button type="button" class="pick" onclick={set(true)}>{ icon(TRASH) }{ "Forget everything stored here" }</button>
            }
        </footer>
    }
}

/// A moment, as short as it can be told.
fn when(ms: f64) -> String {
    if ms <= 0.0 {
        return String::new();
    }
    let moment = js_sys::Date::new(&ms.into());
    let today = js_sys::Date::new_0();
    let options = js_sys::Object::new();
    let set = |name: &str, value: &str| {
        let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
    };
    let same_year = moment.get_full_year() == today.get_full_year();
    let same_day = same_year && moment.get_month() == today.get_month() && moment.get_date() == today.get_date();
    if !same_day {
        set("day", "numeric");
        set("month", "short");
    }
    if same_year {
        set("hour", "2-digit");
        set("minute", "2-digit");
    } else {
        set("year", "numeric");
    }
    let text = String::from(moment.to_locale_string("en-GB", &options));
    if same_day { format!("today {text}") } else { text }
}
