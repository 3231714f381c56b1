//! Forgets everything that is stored.

use yew::prelude::*;

use crate::components::Store;
use crate::components::icons::{TRASH, icon};
use crate::effects::focus::{SCENE, focus_later};
use crate::effects::keep::Keeping;
use crate::state::Action;
use crate::words::{t, t_count, t_with};

/// Properties of a [`Forget`].
#[derive(Clone, PartialEq, Properties)]
pub struct ForgetProps {
    /// How many scenes are stored.
    pub count: usize,
    /// How many characters they take.
    pub size: usize,
}

/// Forgets everything, once it is asked for twice: that cannot be taken back.
#[component]
pub fn Forget(props: &ForgetProps) -> Html {
    let (Some(store), Some(keeper)) = (use_context::<Store>(), use_context::<Keeping>()) else { return Html::default() };
    let sure = use_state(|| false);
    let set = |to: bool| {
        let sure = sure.clone();
        Callback::from(move |_: MouseEvent| sure.set(to))
    };
    let forget = Callback::from(move |_: MouseEvent| {
        keeper.forget();
        store.dispatch(Action::Forget);
        focus_later(SCENE);
    });
    let scenes = t_count(props.count, "{0} scene", "{0} scenes");
    html! {
        <footer class="forget">
            if *sure {
                <p role="alert">{ t_with("{0}, the theme and the pane sizes are deleted, including the scene shown now. This cannot be undone.", &[&scenes]) }</p>
                <button type="button" class="primary" onclick={forget}>{ t("Forget everything") }</button>
                <button type="button" class="pick" onclick={set(false)}>{ t("Keep it") }</button>
            } else {
                <p>{ format!("{scenes}, {} KB", props.size.div_ceil(1024)) }</p>
                <button type="button" class="pick" onclick={set(true)}>{ icon(TRASH) }{ t("Forget everything stored here") }</button>
            }
        </footer>
    }
}
