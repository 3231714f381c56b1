//! The Netpolis page and its JavaScript API, one program: the script that loads it says what it is to be.

pub mod editor;

use wasm_bindgen::prelude::*;
use yew::prelude::*;

/// Shows the page.
#[wasm_bindgen(js_name = startPage)]
pub fn start_page() {
    yew::Renderer::<Page>::new().render();
}

#[component]
fn Page() -> Html {
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        let node = node.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let Some(parent) = node.cast::<web_sys::Element>() else { return };
            let Ok(module) = editor::binding::EditorModule::load().await else { return };
            let options = editor::binding::Options { label: "cluster.yaml", read_only: false, wrap: false, theme: editor::binding::Theme::Auto };
            if let Ok(editor) = module.create(&parent, &options, |_, _, _| (), |_, _, _| ()) {
                let _ = editor.open("cluster.yaml", "kind: Pod\n", editor::binding::Language::Yaml);
                std::mem::forget(editor);
            }
        });
    });
    html! { <main><h1>{ "Netpolis" }</h1><div ref={node} style="height: 20em"></div></main> }
}
