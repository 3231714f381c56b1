//! A whole cluster: the command that prints it, and what is left out of what it prints.

use yew::prelude::*;

use crate::components::chooser::{take, use_chooser_for};
use crate::components::icons::{CLIPBOARD, COPY, OPEN, icon};
use crate::components::{Store, tell_copied, use_part, with_pasted};
use crate::effects::{files, outside};
use crate::state::{Action, LayoutAction};
use crate::words::t;
use netpolis_view::CLUSTER_COMMAND;

/// The command, and the button that copies it.
pub(in crate::components) fn cluster_command(store: &Store) -> Html {
    let copy = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            let store = store.clone();
            outside::copy(CLUSTER_COMMAND.into(), move |done| {
                store.dispatch(tell_copied(done));
            });
        })
    };
    html! {
        <>
            <p class="command"><code tabindex="0">{ CLUSTER_COMMAND }</code></p>
            <p class="begin">
                <button type="button" class="pick" onclick={copy}>{ icon(COPY) }{ t("Copy the command") }</button>
                <small>{ t("Secrets, ConfigMaps and managedFields are left out before anything is kept") }</small>
            </p>
        </>
    }
}

/// Files are a scene of their own.
fn take_new(store: &Store, read: files::Read) {
    if !read.files.is_empty() {
        store.dispatch(Action::StartScene);
    }
    store.dispatch(LayoutAction::ShowDialog(None).into());
    take(store, read);
}

/// How a cluster gets onto the page.
#[component]
pub fn FromCluster() -> Html {
    let Some(store) = use_part(|state| state.files.read_only) else { return Html::default() };
    let (choose, chooser) = use_chooser_for(&store, false, take_new);
    let paste = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            with_pasted(&store, |store, text| {
                store.dispatch(LayoutAction::ShowDialog(None).into());
                store.dispatch(Action::StartScene);
                store.dispatch(Action::FilesGiven(vec![("cluster.yaml".into(), text)]));
            });
        })
    };
    html! {
        <div class="from-cluster">
            <h3>{ t("1. Print the cluster") }</h3>
            <p>{ t("This command asks for every kind that matters to network policies, and for no Secret and no ConfigMap:") }</p>
            { cluster_command(&store) }
            if !store.files.read_only {
                <h3>{ t("2. Open what it printed") }</h3>
                <p class="begin">
                    <button type="button" class="primary" onclick={choose}>{ icon(OPEN) }{ t("Open cluster.yaml…") }</button>
                    <button type="button" class="pick" onclick={paste}>{ icon(CLIPBOARD) }{ t("Paste") }</button>
                </p>
                <p>{ t("It becomes a scene of its own. Nothing leaves your browser.") }</p>
                { chooser }
            }
            <h3>{ t("What is left out") }</h3>
            <ul>
                <li>{ t("Secrets and ConfigMaps, as a whole") }</li>
                <li>{ t("managedFields, and what was last applied with kubectl") }</li>
                <li>{ t("status, but of Pods, Nodes, Services, Ingresses and Gateways, where it holds addresses") }</li>
            </ul>
            <p>{ t("The page says how many of each it left out, and neither stores nor shares them.") }</p>
        </div>
    }
}
