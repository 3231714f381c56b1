//! Windows over the page: sharing, assumptions, about.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use netpolis_core::settings::table::{self, Group, Setting, Values};
use netpolis_core::settings::{Http, Settings};

use super::Store;
use super::icons::{COPY, CROSS, DOWNLOAD, icon};
use super::scenes::Scenes;
use super::toast::Toast;
use crate::effects::outside;
use crate::scenes::file_name;
use crate::share::{LONG_LINK, encode};
use crate::state::{Action, Dialog, LayoutAction};

/// The window that is open, if one is.
#[component]
pub fn Dialogs() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    match store.layout.dialog {
        Some(Dialog::Scenes) => html! { <Window title="Recent scenes"><Scenes /></Window> },
        Some(Dialog::Share) => html! { <Window title="Share"><Share /></Window> },
        Some(Dialog::Settings) => html! { <Window title="Assumptions">{ assumptions(&store) }</Window> },
        Some(Dialog::About) => html! { <Window title="About Netpolis">{ about() }</Window> },
        None => Html::default(),
    }
}

#[derive(Clone, PartialEq, Properties)]
struct WindowProps {
    title: AttrValue,
    children: Children,
}

#[component]
fn Window(props: &WindowProps) -> Html {
    let node = use_node_ref();
    let store = use_context::<Store>();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
        });
    }
    let close = {
        let store = store.clone();
        move || {
            if let Some(store) = &store {
                store.dispatch(LayoutAction::ShowDialog(None).into());
            }
        }
    };
    let onclose = {
        let close = close.clone();
        Callback::from(move |_: Event| close())
    };
    let onclick = {
        let (close, node) = (close.clone(), node.clone());
        // A press beside the window falls on the dialog itself.
        Callback::from(move |event: MouseEvent| {
            if event.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok()) == node.cast::<web_sys::Node>() {
                match node.cast::<HtmlDialogElement>() {
                    Some(dialog) => dialog.close(),
                    None => close(),
                }
            }
        })
    };
    let onbutton = {
        let node = node.clone();
        // The browser gives the keyboard back to where it was, and says that the window is closed.
        Callback::from(move |_: MouseEvent| match node.cast::<HtmlDialogElement>() {
            Some(dialog) => dialog.close(),
            None => close(),
        })
    };
    html! {
        <dialog ref={node} class="window" aria-label={props.title.clone()} {onclose} {onclick}>
            <div class="window-body">
                <header><h2>{ props.title.clone() }</h2><button type="button" class="quiet square" aria-label="close" onclick={onbutton}>{ icon(CROSS) }</button></header>
                { props.children.clone() }
            </div>
            <Toast />
        </dialog>
    }
}

// --- sharing --------------------------------------------------------------------------------------

#[component]
fn Share() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let view = use_state(|| "graph".to_owned());
    let editable = use_state(|| false);
    let fragment = use_memo(store.revision, |_| encode(&store.shared()));
    let link = format!("{}#{fragment}", outside::page_address(None));
    let edit = if *editable { "&edit=1" } else { "" };
    let embed = format!(
        "<iframe src=\"{}#{fragment}&view={}{edit}\" title=\"Netpolis\" sandbox=\"allow-scripts allow-same-origin allow-popups\" width=\"100%\" height=\"420\" style=\"border:0\" loading=\"lazy\"></iframe>",
        outside::page_address(Some("embed.html")),
        *view
    );
    let copy = |text: String, what: &'static str| {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            let store = store.clone();
            outside::copy(text.clone(), move |done| {
                store.dispatch(Action::Notify(if done {
                    format!("{what} copied")
                } else {
                    "The browser did not allow copying: select the text and copy it".into()
                }));
            });
        })
    };
    let save = {
        let (fragment, name) = (fragment.clone(), file_name(&store.title()));
        Callback::from(move |_: MouseEvent| outside::download(&name, "text/plain", &fragment))
    };
    let onview = {
        let view = view.clone();
        Callback::from(move |event: Event| view.set(event.target_unchecked_into::<web_sys::HtmlSelectElement>().value()))
    };
    let onedit = {
        let editable = editable.clone();
        Callback::from(move |event: Event| editable.set(event.target_unchecked_into::<HtmlInputElement>().checked()))
    };
    html! {
        <div class="share">
            <p>{ "The link holds all files, the assumptions, and the flow and the path in question. It goes after the # sign, which browsers never send to a server." }</p>
            <div class="copy-row"><input readonly=true aria-label="link" value={link.clone()} /><button type="button" class="primary" onclick={copy(link.clone(), "Link")}>{ icon(COPY) }{ "Copy link" }</button></div>
            <p class={classes!("size", (link.len() > LONG_LINK).then_some("long"))}>
                { format!("{} characters.", link.len()) }
                if link.len() > LONG_LINK { { " Some chat and mail programs cut links this long: send the file instead." } }
            </p>
            <button type="button" class="pick" onclick={save}>{ icon(DOWNLOAD) }{ "Save as a file" }</button>
            <h3>{ "Embed it in a page" }</h3>
            <p class="options">
                <label>{ "Show " }<span class="pick select"><select onchange={onview}>
                    { for ["graph", "trace", "matrix"].iter().map(|v| html! { <option value={*v} selected={*view == *v}>{ v }</option> }) }
                </select></span></label>
                <label><input type="checkbox" checked={*editable} onchange={onedit} />{ " readers may edit the text" }</label>
            </p>
            <div class="copy-row"><textarea readonly=true rows="3" aria-label="embed code" value={embed.clone()} /><button type="button" class="pick" onclick={copy(embed, "Embed code")}>{ icon(COPY) }{ "Copy" }</button></div>
        </div>
    }
}

// --- assumptions ----------------------------------------------------------------------------------

/// Takes a request such as `GET /cart`; what is none is put back.
fn request(store: &Store) -> Callback<Event> {
    let store = store.clone();
    Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        match Http::from_text(&input.value()) {
            Some(http @ Http::Request(..)) => store.dispatch(Action::ChooseSettings(Settings { http, ..store.settings.clone() })),
            _ => input.set_value(&store.settings.http.to_string()),
        }
    })
}

/// Settings that have their place elsewhere on the page, or none.
const ELSEWHERE: [&str; 5] = ["engine", "staged", "pod-network", "namespace", "today"];

fn assumptions(store: &Store) -> Html {
    let choose = |setting: &'static Setting, value: &'static str| {
        let store = store.clone();
        Callback::from(move |_: Event| {
            let mut settings = store.settings.clone();
            match setting.set(&mut settings, value) {
                Ok(()) => store.dispatch(Action::ChooseSettings(settings)),
                Err(error) => store.dispatch(Action::Notify(error.to_string())),
            }
        })
    };
    let radio = |setting: &'static Setting, on: bool, value: &'static str, text: &'static str| {
        html! { <label class="choice"><input type="radio" name={setting.name} checked={on} onchange={choose(setting, value)} /><span>{ text }</span></label> }
    };
    let field = |setting: &'static Setting| {
        let now = setting.get(&store.settings);
        let choices: Html = match &setting.values {
            Values::Words(words) => words.iter().map(|word| radio(setting, now == word.word, word.word, word.title)).collect(),
            Values::Form(_) => html! {
                <>
                    { radio(setting, now == "ignored", "ignored", "ignored: no application layer policy is installed") }
                    { radio(setting, now == "unknown", "unknown", "evaluated, for an unknown request") }
                    { radio(setting, matches!(store.settings.http, Http::Request(..)), "GET /", "evaluated, for this request") }
                    if matches!(store.settings.http, Http::Request(..)) {
                        <input class="request" value={now.clone()} aria-label="method and path of the request" spellcheck="false" onchange={request(store)} />
                    }
                </>
            },
        };
        html! { <fieldset><legend>{ setting.title }</legend>{ choices }</fieldset> }
    };
    let shown = table::SETTINGS.iter().filter(|s| s.group == Group::Assumption && !ELSEWHERE.contains(&s.name));
    html! {
        <div class="assumptions">
            <p>{ "The API documentation leaves these to the network plugin or the cluster. A link to the scene includes them." }</p>
            { for shown.map(field) }
        </div>
    }
}

// --- about ----------------------------------------------------------------------------------------

fn about() -> Html {
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
