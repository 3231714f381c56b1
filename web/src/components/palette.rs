//! The command palette: one field that finds whatever the page can do and show.

use web_sys::{HtmlInputElement, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use super::{Store, keys::keys, use_part};
use crate::effects::commands::run;
use crate::effects::lesson::courses;
use crate::effects::objects::objects;
use crate::effects::storage;
use crate::state::LayoutAction;
use crate::state::palette::{Go, Item, find, items, used};
use crate::words::{shown, t, t_count};

/// Properties of a [`Palette`].
#[derive(Clone, PartialEq, Properties)]
pub struct PaletteProps {
    /// Whether it finds the objects of the files and nothing else.
    #[prop_or_default]
    pub outline: bool,
}

/// The field and what it finds.
#[component]
pub fn Palette(props: &PaletteProps) -> Html {
    let Some(store) = use_part(|state| (state.scene_part(), state.revision)) else { return Html::default() };
    let typed = use_state(String::new);
    let active = use_state(|| 0usize);
    let outline = props.outline;
    let later = use_later(&store, outline);
    let recent = use_memo((), |()| storage::recent());
    let all =
        use_memo((store.scene_part(), store.revision, later.len()), |_| if outline { (*later).clone() } else { items(&store, &later) });
    let (label, hint) = if outline {
        (t("Kind or name"), t("Kind, namespace, name or file…"))
    } else {
        (t("Command or name"), t("Command, file, policy, pod, example…"))
    };
    let found = find(&all, &typed, &recent);
    let list = use_node_ref();
    {
        let list = list.clone();
        use_effect_with((*active, (*typed).clone()), move |(active, _)| {
            let Some(option) = list.cast::<web_sys::Element>().and_then(|list| list.children().item(*active as u32)) else { return };
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&options);
        });
    }
    let choose = {
        let (store, all) = (store.clone(), all.clone());
        Callback::from(move |index: usize| {
            if let Some(item) = all.get(index) {
                take(&store, item);
            }
        })
    };
    let oninput = {
        let (typed, active) = (typed.clone(), active.clone());
        Callback::from(move |event: InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
            active.set(0);
        })
    };
    let onkeydown = {
        let (all, recent) = (all.clone(), recent.clone());
        let (active, found, choose) = (active.clone(), found.clone(), choose.clone());
        // What the list is drawn for: a handle tells the newest value, also to what was drawn before.
        let drawn_for = (*typed).clone();
        Callback::from(move |event: KeyboardEvent| {
            let last = found.len().saturating_sub(1);
            match event.key().as_str() {
                "ArrowDown" => active.set(if *active >= last { 0 } else { *active + 1 }),
                "ArrowUp" => active.set(if *active == 0 { last } else { *active - 1 }),
                "Enter" => {
                    // Who types fast is ahead of the list that is drawn.
                    let now = event.target_unchecked_into::<HtmlInputElement>().value();
                    let chosen = if now == drawn_for { found.get(*active).copied() } else { find(&all, &now, &recent).first().copied() };
                    chosen.into_iter().for_each(|index| choose.emit(index));
                }
                _ => return,
            }
            event.prevent_default();
        })
    };
    let option = |(place, index): (usize, &usize)| all.get(*index).map(|item| row(item, place, place == *active, &choose, *index));
    html! {
        <div class="palette">
            <input type="text" role="combobox" autofocus=true autocomplete="off" autocapitalize="off" spellcheck="false" aria-label={label} placeholder={hint}
                aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-activedescendant={(!found.is_empty()).then(|| format!("palette-{}", *active))}
                value={(*typed).clone()} {oninput} {onkeydown} />
            <ul id="palette-list" role="listbox" aria-label={t("Commands and names")} ref={list}>{ for found.iter().enumerate().filter_map(option) }</ul>
            <p class={if found.is_empty() { "nothing" } else { "visually-hidden" }} role="status">{ if found.is_empty() { t("Nothing has this name.").to_owned() } else { t_count(found.len(), "1 result", "{0} results") } }</p>
        </div>
    }
}

/// What is not there yet when the palette opens: the objects of the files for an outline, and else lessons.
#[hook]
fn use_later(store: &Store, outline: bool) -> UseStateHandle<Vec<Item>> {
    let later = use_state(Vec::<Item>::new);
    let (found_later, files) = (later.clone(), store.files.clone());
    use_effect_with((), move |()| {
        if outline {
            objects(&files, move |found| {
                found_later.set(found.into_iter().map(|one| Item::of_object(&one.kind, &one.namespace, &one.name, one.spot)).collect())
            });
            return;
        }
        courses(move |found| {
            let lessons = found.unwrap_or_default().into_iter().flat_map(|course| {
                course.lessons.into_iter().map(move |lesson| {
                    let own = lesson.translations.of(shown()).map(|own| own.title.clone());
                    Item::of_lesson(format!("{}/{}", course.id, lesson.id), own.unwrap_or(lesson.title))
                })
            });
            found_later.set(lessons.collect());
        });
    });
    later
}

fn row(item: &Item, place: usize, active: bool, choose: &Callback<usize>, index: usize) -> Html {
    let choose = choose.clone();
    let onclick = Callback::from(move |_: MouseEvent| choose.emit(index));
    html! {
        <li key={index} id={format!("palette-{place}")} role="option" aria-selected={active.to_string()} {onclick}>
            <span lang={matches!(item.go, Go::Example(_)).then_some("en")}>{ &item.title }</span>
            if !item.kind.is_empty() { <small>{ t(&item.kind) }</small> }
            { keys(item.keys()) }
        </li>
    }
}

/// The palette goes, and what was chosen happens.
fn take(store: &Store, item: &Item) {
    storage::keep_recent(&used(storage::recent(), item.id()));
    store.dispatch(LayoutAction::ShowDialog(None).into());
    if let Go::Command(command) = item.go {
        run(command, store, &store.dispatcher());
    } else if let Some(action) = item.action(store) {
        store.dispatch(action);
    }
    if matches!(item.go, Go::File(_)) {
        store.dispatch(LayoutAction::ShowEditor.into());
    }
}
