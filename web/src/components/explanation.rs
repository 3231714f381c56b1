//! What is said of a kind of findings: fetched when it is first asked for, from what the build makes of docs/lints.md.

use yew::prelude::*;

use super::offer::code;
use super::rich::{rich, sentence};
use crate::effects::explanations::{Explained, explanation};
use crate::words::{t, t_with};

/// Properties of an [`Explanation`].
#[derive(Clone, PartialEq, Properties)]
pub struct ExplanationProps {
    /// The stable name of the kind.
    pub code: String,
}

/// The explanation of a kind.
#[component]
pub fn Explanation(props: &ExplanationProps) -> Html {
    let known = use_state(|| None::<Result<Explained, String>>);
    {
        let known = known.clone();
        use_effect_with(props.code.clone(), move |code| explanation(code.clone(), move |found| known.set(Some(found))));
    }
    let body = match &*known {
        None => html! { <p role="status">{ t("Loading…") }</p> },
        Some(Err(error)) => html! { <p role="alert">{ sentence(error) }</p> },
        Some(Ok(explained)) => html! {
            <>
                <p><b>{ sentence(&explained.title) }</b></p>
                { for explained.text.split("\n\n").filter(|part| !part.is_empty()).map(|part| html! { <p>{ rich(part) }</p> }) }
                if !explained.advice.is_empty() { <p>{ t("What to do: ") }{ rich(&explained.advice) }{ "." }</p> }
                if !explained.bad.is_empty() {
                    <div class="examples-of">
                        <figure><figcaption>{ t("Found at the line that ends with ") }<code>{ "# here" }</code></figcaption>{ code(&explained.bad) }</figure>
                        <figure><figcaption>{ t("As it should be") }</figcaption>{ code(&explained.good) }</figure>
                    </div>
                }
            </>
        },
    };
    html! { <section class="explanation" aria-label={t_with("{0} explained", &[&props.code])}>{ body }</section> }
}
