//! The answer to go.

use yew::prelude::*;

use super::icons::{COPY, icon};
use super::menu::Menu;
use super::{ByAddress, tell_copied, use_dispatch};
use crate::effects::outside;
use crate::words::t;
use netpolis_view::{PageVerdict, Sentence};

/// Properties of a [`CopyMenu`].
#[derive(Clone, PartialEq, Properties)]
pub struct CopyMenuProps {
    /// What is copied.
    pub said: ByAddress<Result<PageVerdict, Sentence>>,
}

/// Copies what is said to the question, as text or as Markdown.
#[component]
pub fn CopyMenu(props: &CopyMenuProps) -> Html {
    let Some(dispatch) = use_dispatch() else { return Html::default() };
    let copy = |markdown: bool| {
        let (dispatch, said) = (dispatch.clone(), props.said.clone());
        Callback::from(move |_: MouseEvent| {
            let Ok(said) = &*said.0 else { return };
            let dispatch = dispatch.clone();
            outside::copy(said.in_words(markdown), move |done| {
                dispatch.dispatch(tell_copied(done));
            });
        })
    };
    html! {
        <Menu right=true arrow=false class="quiet square small" label={t("copy this answer")} button={icon(COPY)}>
            <button type="button" onclick={copy(false)}>{ t("Copy as text") }</button>
            <button type="button" onclick={copy(true)}>{ t("Copy as Markdown") }</button>
        </Menu>
    }
}
