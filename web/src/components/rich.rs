//! Sentences of the core: what stands in backticks is code.

use yew::prelude::*;

use super::Store;
use crate::state::Action;
use crate::view_model::SourceLocation;

/// A sentence with its code in `code`.
pub fn rich(text: &str) -> Html {
    text.split('`')
        .enumerate()
        .map(|(i, part)| {
            if i % 2 == 1 {
                html! { <code>{ part }</code> }
            } else {
                html! { { part } }
            }
        })
        .collect()
}

/// A sentence that stands alone: with a capital, and without the verdict's word, which is said above it.
pub fn sentence(text: &str) -> Html {
    rich(&capital(without_word(text)))
}

/// A sentence without the verdict's word at its beginning.
pub fn without_word(text: &str) -> &str {
    ["Allowed: ", "Denied: ", "Cannot tell: "].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text)
}

/// Names that are written small everywhere.
const SMALL: [&str; 5] = ["kubectl", "kubelet", "calicoctl", "az", "iptables"];

/// With a capital, unless it begins with a name that has none: a path of fields (`spec.ingress[0].from: …`), a command, `eBPF`.
fn capital(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    let plain = word.trim_end_matches([',', ';']);
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if plain.chars().all(|c| c.is_ascii_lowercase() || c == '\'') && !SMALL.contains(&plain) => {
            first.to_uppercase().to_string() + characters.as_str()
        }
        _ => text.to_owned(),
    }
}

/// Properties of a [`SourceLink`].
#[derive(Clone, PartialEq, Properties)]
pub struct SourceLinkProps {
    /// Where it leads.
    pub spot: SourceLocation,
    /// Whether the file's name goes without saying.
    #[prop_or_default]
    pub short: bool,
}

/// `file:line`, which shows that place in the editor.
#[component]
pub fn SourceLink(props: &SourceLinkProps) -> Html {
    let store = use_context::<Store>();
    let spot = props.spot.clone();
    let text = if props.short { format!(":{}", spot.line) } else { format!("{}:{}", spot.file, spot.line) };
    let label = format!("show {} line {} in the editor", spot.file, spot.line);
    let onclick = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        event.stop_propagation();
        if let Some(store) = &store {
            store.dispatch(Action::Reveal(spot.clone()));
        }
    });
    html! { <button type="button" class="spot" {onclick} aria-label={label.clone()} title={label}>{ text }</button> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_a_capital_and_names_keep_theirs() {
        assert_eq!(capital("no policy selects `a`"), "No policy selects `a`");
        assert_eq!(capital("unknown field \"spec.x\""), "Unknown field \"spec.x\"");
        for small in [
            "spec.ingress[0].from: expected a list",
            "spec: Required value",
            "kube-proxy rewrites",
            "eBPF programs",
            "kubectl apply refuses",
            "`a` is",
        ] {
            assert_eq!(capital(small), small);
        }
        assert_eq!(without_word("Denied: `a` is selected"), "`a` is selected");
    }
}
