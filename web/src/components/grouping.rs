//! The matrix in the order in which lines that say the same stand together, where that is chosen.

use yew::prelude::*;

use crate::words::t;
use netpolis_view::{MatrixView, SceneView};

/// The table in the order in which lines that say the same stand together, if that is chosen: as it was found first, so that no edit reshuffles it.
pub(super) fn in_order(
    view: MatrixView,
    scene: &SceneView,
    chosen: Option<Option<u32>>,
    known: &mut Option<(Option<u32>, Vec<String>)>,
) -> MatrixView {
    let Some(opened) = chosen else {
        *known = None;
        return view;
    };
    let kept = known.take().filter(|(of, _)| *of == opened);
    let (_, order) = known.insert(kept.unwrap_or_else(|| (opened, view.alike(scene))));
    view.in_order(order)
}

/// The button that puts together what says the same.
pub(super) fn grouping(alike: &UseStateHandle<bool>) -> Html {
    let onclick = {
        let alike = alike.clone();
        Callback::from(move |_: MouseEvent| alike.set(!*alike))
    };
    html! {
        <p class="matrix-note">
            <button type="button" class="pick" aria-pressed={alike.to_string()} title={t("equal rows and columns stand together; edits do not change the order")} {onclick}>{ t("Group alike") }</button>
        </p>
    }
}
