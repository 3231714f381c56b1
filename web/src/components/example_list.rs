//! The examples in the menu: by topic, and found by words.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{press, use_part};
use crate::effects::commands;
use crate::effects::focus::focus_first;
use crate::examples::{EXAMPLES, TOPICS, find_examples};
use crate::state::Action;
use crate::words::{shown, t};

/// The first example of the list.
const FIRST: &str = ".examples .example";

/// A field to search, and the examples that have its words.
#[component]
pub fn ExampleList() -> Html {
    let wanted = use_state(String::new);
    let Some(store) = use_part(|state| state.files.example) else { return Html::default() };
    let found = find_examples(&wanted);
    let oninput = {
        let wanted = wanted.clone();
        Callback::from(move |event: InputEvent| wanted.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let onkeydown = {
        let opens = found.len() == 1 || !wanted.trim().is_empty();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                focus_first(FIRST);
            }
            // What is found best opens.
            "Enter" if opens => {
                event.prevent_default();
                commands::press(FIRST);
            }
            _ => (),
        })
    };
    let row = |index: usize| {
        let Some(example) = EXAMPLES.get(index) else { return Html::default() };
        html! {
            <button type="button" key={example.id} class={classes!("example", (store.files.example == Some(index)).then_some("chosen"))}
                onclick={press(&store, Action::OpenExample(index, example))}>
                <b>{ example.title }</b><span>{ example.summary }</span>
            </button>
        }
    };
    let topic = |(name, title): &(&str, &'static str)| {
        let own = || found.iter().copied().filter(|index| EXAMPLES.get(*index).is_some_and(|example| example.topic == *name));
        own().next()?;
        let id = format!("topic-{name}");
        Some(html! {
            <div role="group" aria-labelledby={id.clone()} key={*name}><p class="topic" {id} lang={shown().tag()}>{ t(title) }</p>{ for own().map(row) }</div>
        })
    };
    html! {
        <div class="examples" lang="en">
            <input type="text" class="find" lang={shown().tag()} autocomplete="off" autocapitalize="off" spellcheck="false" placeholder={t("Search examples")} aria-label={t("search examples")}
                value={(*wanted).clone()} {oninput} {onkeydown} />
            // In an element of its own: the field stays the one that is typed in, however many topics there are.
            <div class="found">{ for TOPICS.iter().filter_map(topic) }</div>
            if found.is_empty() { <p class="none" role="status" lang={shown().tag()}>{ t("No example has these words.") }</p> }
        </div>
    }
}
