//! What the page is, and the keys.

use yew::prelude::*;

/// About the page.
#[component]
pub fn About() -> Html {
    let key = |keys: &'static str, what: &'static str| html! { <tr><th scope="row"><kbd>{ keys }</kbd></th><td>{ what }</td></tr> };
    html! {
        <div class="about">
            <p>{ "Netpolis evaluates the network policies of Kubernetes, Calico and Azure as their documentation defines them. It shows which pods can connect to which, and the line that decides. \
                Everything is computed in this browser tab: nothing you paste leaves it, and the page works without a network." }</p>
            <table class="keys">
                { key("Tab", "to the graph; then arrow keys move between its marks, Enter selects one") }
                { key("Esc, Tab", "out of the editor") }
                { key("Ctrl F", "search in the editor; Ctrl Space completes") }
                { key("F2", "on a tab: rename; Delete closes") }
                { key("drag", "from one workload to another: asks that flow; a finger rests on the first for a moment, or draws from the arrow of a selected one") }
                { key("wheel", "zooms the graph at the pointer; two fingers zoom as well") }
                { key("~10.0.0.1", "an assumed address: the files give none, and no verdict depends on it") }
            </table>
            <p>{ "Typefaces Inter and JetBrains Mono under the Open Font License; icons from Lucide under the ISC licence; editor CodeMirror under the MIT licence." }</p>
        </div>
    }
}
