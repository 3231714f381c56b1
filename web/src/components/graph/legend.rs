//! What the signs of the picture mean.

use yew::prelude::*;

use crate::components::signs::change_class;
use crate::graph::export::SHIELD_PATH;
use crate::graph::picture::Picture;
use crate::words::t;
use netpolis_view::FlowChange;

/// What the signs mean that are in the picture, and which flows have no arrow.
pub(super) fn legend(picture: &Picture) -> Html {
    let legend = picture.legend();
    html! {
        <div class="legend">
            if legend.allowed { <span><svg viewBox="0 0 30 10"><path class="edge allowed" d="M1 5H24" /><path class="head allowed" d="M23 1l6 4-6 4z" /></svg>{ t("allowed") }</span> }
            if legend.denied { <span><svg viewBox="0 0 30 10"><path class="edge denied" d="M1 5H24" /><path class="head denied" d="M23 1l6 4-6 4z" /></svg>{ t("denied") }</span> }
            if legend.cannot_tell { <span><svg viewBox="0 0 30 10"><path class="edge unknown" d="M1 5H24" /><path class="head unknown" d="M23 1l6 4-6 4z" /></svg>{ t("cannot tell") }</span> }
            if legend.isolated { <span><svg class="small" viewBox="0 0 14 16"><path class="shield" d={SHIELD_PATH} /></svg>{ t("isolated") }</span> }
            if legend.open { <span><b class="legend-sign open">{ t("open to all") }</b>{ t("no policy limits what comes in") }</span> }
            if legend.undrawn { <span><b class="legend-sign denied">{ t("denied from n") }</b>{ t("without an arrow") }</span> }
            { for legend.changes.iter().map(|change| html! {
                <span><b class={classes!("legend-sign", "since", change_class(*change))}>{ change.sign() }</b>{ t(if *change == FlowChange::CannotTell { change.since() } else { change.word() }) }</span>
            }) }
            if let Some(hidden) = legend.hidden { <span class="rest">{ hidden }</span> }
        </div>
    }
}
