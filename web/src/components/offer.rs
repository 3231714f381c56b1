//! A text that an answer offers: what it is, its lines, and what can be done with it.

use yew::prelude::*;

use super::icons::{COPY, DOWNLOAD, icon};
use super::rich::{in_words, sentence};
use super::{Store, press, tell_copied};
use crate::effects::outside;
use crate::state::Action;
use crate::words::{t, t_with};
use netpolis_view::OfferedText;

/// Most lines that are drawn.
const MOST_LINES: usize = 400;

/// The text, with its buttons.
pub(super) fn offer(store: &Store, offered: &OfferedText) -> Html {
    let apply = offered.fix.clone().filter(|_| !store.files.read_only).map(|fix| {
        let onclick = press(store, Action::ApplyFix { revision: store.list_revision(), fix });
        html! { <button type="button" class="primary small" {onclick} title={t("Undo restores the text")}>{ t("Apply") }</button> }
    });
    let copy = {
        let (store, text) = (store.clone(), offered.text.clone());
        Callback::from(move |_: MouseEvent| {
            let store = store.clone();
            outside::copy(text.clone(), move |done| {
                store.dispatch(tell_copied(done));
            });
        })
    };
    let save = {
        let (name, text) = (offered.name.clone(), offered.text.clone());
        Callback::from(move |_: MouseEvent| outside::download(&name, "text/plain", &text))
    };
    let (summary, lines) =
        if offered.diff.is_empty() { (t("Show the text"), &offered.text) } else { (t("Show the changes"), &offered.diff) };
    html! {
        <section class="offer" aria-label={t(&offered.title).to_owned()}>
            <p><b>{ in_words(&offered.title) }</b>{ " " }if !offered.about.is_empty() { <small>{ sentence(&offered.about) }</small> }</p>
            <footer>
                { apply.unwrap_or_default() }
                <button type="button" class="pick" onclick={copy}>{ icon(COPY) }{ t("Copy") }</button>
                <button type="button" class="pick" onclick={save}>{ icon(DOWNLOAD) }{ t("Download") }</button>
            </footer>
            <details class="row-text"><summary>{ summary }</summary>{ code(lines) }</details>
        </section>
    }
}

/// Lines of code; those of a unified diff as what they do.
pub(super) fn code(text: &str) -> Html {
    let is_diff = text.starts_with("--- a/");
    let line = |line: &str| {
        let class = match line.as_bytes().first() {
            Some(b'+') if is_diff && !line.starts_with("+++ b/") => "add",
            Some(b'-') if is_diff && !line.starts_with("--- a/") => "gone",
            _ => "",
        };
        html! { <div {class}>{ line.to_owned() }</div> }
    };
    let more = text.lines().count().saturating_sub(MOST_LINES);
    html! {
        <pre class="diff" tabindex="0" aria-label={t("text")}>
            { for text.lines().take(MOST_LINES).map(line) }
            if more > 0 { <div>{ t_with("… and {0} more lines: copy or download all of them", &[&more.to_string()]) }</div> }
        </pre>
    }
}
