//! The Azure view: geography, region, network, subnet, machine, pod, each inside the other, with the security groups that packets meet at the borders
//! and the flow in question drawn through them.

mod boxes;
mod line;

use yew::prelude::*;

use self::boxes::{region_box, role_class};
use self::line::{drawn, use_line};
use super::ask_from::AskFrom;
use super::coverage::Coverage;
use super::view_switch::view_switch;
use super::{Store, use_part};
use crate::components::renders::count_render;
use crate::components::rich::in_words;
use crate::state::Action;
use crate::words::t;
use netpolis_view::{CloudView, NetworkFlow, OUTSIDE, Question};

/// What the boxes need besides what they show.
struct BoxContext<'a> {
    store: &'a Store,
    flow: &'a NetworkFlow,
    /// The key of the end that is looked at.
    chosen: Option<String>,
}

/// The view.
#[component]
pub fn AzureView() -> Html {
    count_render("AzureView");
    let world = use_node_ref();
    let store = use_part(|state| {
        let ends = (state.flow_ends(), state.selected_end());
        (state.scene_part(), state.verdict_part(), ends, state.shows_azure(), state.asking.flow.clone())
    });
    let flow =
        store.as_ref().map(|store| NetworkFlow::new(&store.answers.scene, store.flow_ends(), store.answers.verdict())).unwrap_or_default();
    let line = use_line(&world, &flow);
    let Some(store) = store else { return Html::default() };
    let Some(cloud) = &store.answers.scene.cloud else { return Html::default() };
    let chosen = store.selected_end().map(|end| store.answers.scene.key(end));
    let scene = BoxContext { store: &store, flow: &flow, chosen };
    let ask_internet = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            store.dispatch(Action::Ask(Question { from: "internet".into(), ..store.asking.flow.clone() }));
        })
    };
    html! {
        <section class="pane graph-pane azure-pane" aria-label={t("Azure network")}>
            <div class="toolbar"><div class="tools">{ view_switch(&store) }</div></div>
            <div class="azure-scroll" tabindex="0" aria-label={t("Diagram of the cloud's network")}>
                <div class="azure-world" ref={world}>
                    <button type="button" class={classes!("az-outside", role_class(flow.role(OUTSIDE)))} data-key={OUTSIDE} onclick={ask_internet}
                        title={t("ask about a packet from the Internet")}>{ t("Internet") }<small>{ t("and everything else outside") }</small></button>
                    { for cloud.regions.iter().map(|region| region_box(&scene, region)) }
                    if cloud.regions.is_empty() { { no_network(cloud) } }
                    { drawn(&line) }
                </div>
            </div>
            <Coverage full=true />
            <AskFrom />
        </section>
    }
}

fn no_network(cloud: &CloudView) -> Html {
    html! { <p class="az-nothing">{ in_words(cloud.without_network()) }{ t(" Paste it (") }<code>{ "az network vnet show -o json" }</code>{ t("), or write one in the short form.") }</p> }
}
