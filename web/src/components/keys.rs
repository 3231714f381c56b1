//! Keys as they read on this machine, and the sheet of all shortcuts.

use yew::prelude::*;

use crate::effects::commands::is_mac;
use crate::state::commands::named;
use crate::state::shortcuts::{key_words, sheet};
use crate::words::t;

/// Keys, such as `Mod+K`; nothing for none.
pub fn keys(keys: &str) -> Html {
    if keys.is_empty() {
        return Html::default();
    }
    let words = key_words(keys, is_mac());
    html! { <span class="keys-of">{ for words.iter().map(|word| html! { <kbd>{ *word }</kbd> }) }</span> }
}

/// The keys of a command, for the menu that has it as well.
pub fn keys_of(command: &str) -> Html {
    // Screen readers have the name of the entry, and the sheet.
    html! { <span class="hint" aria-hidden="true">{ named(command).map(|command| keys(command.keys)).unwrap_or_default() }</span> }
}

/// All shortcuts.
#[component]
pub fn Sheet() -> Html {
    let row = |(of, what): &(&'static str, &'static str)| html! { <tr><th scope="row">{ for of.split(' ').map(keys) }</th><td>{ netpolis_view::capital(t(what)) }</td></tr> };
    html! {
        <div class="sheet">
            { for sheet().iter().map(|area| html! {
                <section><h3>{ t(area.title) }</h3><table class="keys"><tbody>{ for area.rows.iter().map(row) }</tbody></table></section>
            }) }
        </div>
    }
}
