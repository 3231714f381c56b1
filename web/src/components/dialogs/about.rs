//! What the page is.

use crate::words::t;
use yew::prelude::*;

/// About the page.
#[component]
pub fn About() -> Html {
    html! {
        <div class="about">
            <p>{ t("Netpolis evaluates the network policies of Kubernetes, Calico and Azure as their documentation defines them. It shows which pods can connect to which, and the line that decides. \
                Everything is computed in this browser tab: nothing you paste leaves it, and the page works without a network.") }</p>
            <p><code>{ "~10.0.0.1" }</code>{ t(" is an assumed address: the files give none, and no verdict depends on it.") }</p>
            <p>{ t("Typefaces Inter and JetBrains Mono under the Open Font License; icons from Lucide under the ISC licence; editor CodeMirror under the MIT licence.") }</p>
        </div>
    }
}
