//! The path panel: the whole way of a packet as a line of stations, and a second line where it is compared with another.

mod ask;
mod choices;
mod facts;
pub(super) use facts::branches;
pub mod line;

use std::rc::Rc;

use yew::prelude::*;

use super::icons::icon;
use super::renders::count_render;
use super::rich::{in_words, rich, sentence};
use super::signs::word_signs;
use super::{ByAddress, Store, use_part};
use crate::state::{Action, State};
use crate::words::{t, t_with};
use line::Line;
use netpolis_view::{PathAnswers, PathAsked, PathSide, SideView, TargetView, explanation};

/// Most Services and Ingresses that are offered where nothing is asked yet.
const MOST_OFFERED: usize = 24;

/// What the panel shows.
fn path_part(state: &State) -> impl PartialEq + use<> {
    (state.scene_part(), state.verdict_part(), state.path_part(), state.asking.path.clone(), state.asking.flow.clone(), state.asking.branch)
}

/// The panel.
#[component]
pub fn PathPanel() -> Html {
    count_render("PathPanel");
    // The branch of the second line; that of the first one is known to the page, which lights its lines.
    let second = use_state(|| 0usize);
    let Some(store) = use_part(path_part) else { return Html::default() };
    let reply = store.shown_path();
    html! {
        <div class="path-pane">
            <ask::Ask />
            if let Some(reply) = reply { { answer(&store, reply, &second) } }
            if !store.asking.path.question.is_to_target() { { offers(&store) } }
        </div>
    }
}

fn answer(store: &Store, reply: &Rc<PathAnswers>, second: &UseStateHandle<usize>) -> Html {
    // The page's verdict, not one about another question.
    let said = store.answers.verdict().filter(|_| reply.asked.question == store.asking.path.question);
    let panel = match reply.panel(said, [store.asking.branch, **second]) {
        Ok(panel) => panel,
        Err(message) => return failed(message),
    };
    let show_first = {
        let store = store.clone();
        Callback::from(move |branch| store.dispatch(Action::ShowBranch(branch)))
    };
    let show_second = {
        let second = second.clone();
        Callback::from(move |branch| second.set(branch))
    };
    html! {
        <>
            { side(&panel.first, reply, PathSide::First, &show_first) }
            { match &panel.second {
                Some(Ok(view)) => side(view, reply, PathSide::Second, &show_second),
                Some(Err(message)) => failed(message),
                None => Html::default(),
            } }
            <div class="path-facts">
                { facts::facts(panel.first.view, panel.first.facts_label) }
                if let Some(Ok(SideView { view, facts_label: Some(label), .. })) = &panel.second { { facts::facts(view, Some(label)) } }
            </div>
        </>
    }
}

fn failed(message: &str) -> Html {
    html! { <div class="verdict none path-failed" role="status"><p>{ sentence(message) }</p></div> }
}

/// One side: the verdict, in the words that the whole page has for it, the branches, and the line of the one that is shown.
fn side(side: &SideView<'_>, reply: &Rc<PathAnswers>, which: PathSide, show: &Callback<usize>) -> Html {
    let (class, sign) = word_signs(side.view.verdict);
    html! {
        <section class="path-side" aria-label={side.label.map_or_else(|| t("The path").to_owned(), |label| t_with("The path with {0}", &[label]))}>
            <header>
                // The first side's is told where the question is answered.
                <div class={classes!("path-verdict", class)} role={side.label.map(|_| "status")}>{ icon(sign) }<h2>{ in_words(side.headline) }</h2></div>
                if let Some(label) = side.label { <b class="path-label">{ label }</b> }
                if side.view.branches.len() > 1 { { branches(side.view, side.branch.unwrap_or_default(), show) } }
            </header>
            <p class="path-summary">{ rich(&explanation(&side.view.summary)) }</p>
            if let Some(branch) = side.branch {
                <Line key={format!("{branch} {}", reply.asked.question.to)} reply={ByAddress(reply.clone())} {branch} differences={side.differences.clone()} side={which} />
            }
        </section>
    }
}

// --- what else can be asked ----------------------------------------------------------------------------

/// Services and Ingresses, while none of them is asked for.
fn offers(store: &Store) -> Html {
    let targets = &store.answers.scene.targets;
    let question = &store.asking.flow;
    let flow = (!question.from.is_empty() && !question.to.is_empty()).then(|| {
        let asked = PathAsked { question: question.into(), versus: None };
        let click = store.clone();
        let onclick = Callback::from(move |_: MouseEvent| click.dispatch(Action::AskPath(asked.clone())));
        html! { <li><button type="button" class="path-target" {onclick}><b>{ format!("{} → {}", store.answers.scene.end_text(&question.from), store.answers.scene.end_text(&question.to)) }</b><small>{ t("the flow in question") }</small></button></li> }
    });
    html! {
        <div class="path-offer">
            if targets.is_empty() && store.asking.path.is_asked() {
            } else if targets.is_empty() {
                <p>{ t("There are no Services or Ingresses here. Choose a client and a target above: a workload, a node or an address.") }</p>
                if let Some(flow) = flow { <ul>{ flow }</ul> }
            } else {
                <p>{ t("Follow a packet along its whole path: load balancers, nodes, address translation and every checkpoint, with its addresses at each hop.") }</p>
                <ul>{ for targets.iter().take(MOST_OFFERED).map(|target| html! { <li>{ offer(store, target, None) }</li> }) }</ul>
            }
        </div>
    }
}

/// A button that asks for the way to a Service or an Ingress.
pub fn offer(store: &Store, target: &TargetView, from: Option<&str>) -> Html {
    let (store, target_key, from) = (store.clone(), target.key.clone(), from.map(str::to_owned));
    let onclick = Callback::from(move |_: MouseEvent| store.dispatch(Action::FollowTo { target: target_key.clone(), from: from.clone() }));
    html! {
        <button type="button" class="path-target" {onclick} aria-label={t_with("show the path to {0}, {1}", &[&target.name(), &target.subtitle])}>
            <b>{ target.name() }</b><small>{ in_words(&target.subtitle) }</small>
        </button>
    }
}
