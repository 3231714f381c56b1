//! Ways to begin a policy: for whom, and in which language.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::components::combobox::Combobox;
use crate::components::icons::{PLUS, icon};
use crate::components::{ByAddress, Store, press, use_part};
use crate::state::Action;
use crate::words::{key, t, t_with};
use netpolis_view::{EndKind, EntryView, SceneView};

/// Whom a policy can be begun for: workloads, then all pods of a namespace.
fn subjects(scene: &SceneView) -> Vec<EntryView> {
    let is_workload = |entry: &EntryView| scene.find(&entry.value).is_some_and(|index| scene.is_a(index, EndKind::Workload));
    let whole = |name: &String| EntryView {
        value: format!("namespace/{name}"),
        title: name.clone(),
        detail: key("all pods of the namespace").into(),
    };
    let names = scene.namespaces.iter().map(|namespace| &namespace.name).filter(|name| !name.is_empty());
    scene.end_entries().into_iter().filter(is_workload).chain(names.map(whole)).collect()
}

/// A field that begins a policy for what is chosen in it. Nothing where there is nobody to select.
#[component]
pub fn NewPolicy() -> Html {
    let calico = use_state(|| None::<bool>);
    let Some(store) = use_part(|state| (state.scene_part(), state.files.read_only)) else { return Html::default() };
    let entries = ByAddress(use_memo(store.scene_part(), |scene| subjects(scene)));
    if entries.0.is_empty() || store.files.read_only {
        return Html::default();
    }
    let is_calico = calico.unwrap_or_else(|| store.writes_calico());
    let onchoose = {
        let store = store.clone();
        Callback::from(move |subject: String| store.dispatch(Action::BeginPolicy { subject, calico: is_calico }))
    };
    let onchange =
        Callback::from(move |event: Event| calico.set(Some(event.target_unchecked_into::<HtmlSelectElement>().value() == "calico")));
    html! {
        <div class="new-policy">
            <span class="new-policy-name" aria-hidden="true">{ icon(PLUS) }{ t("New policy") }</span>
            <Combobox label={t("new policy for")} value="" text="" {entries} {onchoose} />
            <span class="pick select"><select aria-label={t("language of the new policy")} {onchange}>
                <option value="kubernetes" selected={!is_calico}>{ "Kubernetes" }</option>
                <option value="calico" selected={is_calico}>{ "Calico" }</option>
            </select></span>
        </div>
    }
}

/// A button that begins a policy for a workload.
pub(in crate::components) fn begin_button(store: &Store, end: usize) -> Html {
    let scene = &store.answers.scene;
    if store.files.read_only || !scene.is_a(end, EndKind::Workload) {
        return Html::default();
    }
    let label = t_with("begin a policy for {0}", &[&scene.title(end)]);
    let action = Action::BeginPolicy { subject: scene.key(end), calico: store.writes_calico() };
    html! { <button type="button" class="pick small" aria-label={label.clone()} title={label} onclick={press(store, action)}>{ icon(PLUS) }{ t("New policy") }</button> }
}
