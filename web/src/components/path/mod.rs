//! The path panel: the whole way of a packet as a line of stations, and a second line where it is compared with another.

mod ask;
mod choices;
mod facts;
pub(super) use facts::branches;
pub mod line;

use std::rc::Rc;

use yew::prelude::*;

use super::rich::{rich, sentence};
use super::signs::word_signs;
use super::{Shared, Store};
use crate::state::Action;
use crate::view_model::{BranchView, Difference, PathAsked, PathQuestion, PathReply, PathView, TargetView, differences, explanation};
use line::{Line, Side};

/// Most Services and Ingresses that are offered where nothing is asked yet.
const MOST_OFFERED: usize = 24;

/// The panel.
#[component]
pub fn PathPanel() -> Html {
    // The branch of the second line; that of the first one is known to the page, which lights its lines.
    let second = use_state(|| 0usize);
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let reply = store.path_reply().filter(|_| store.asking.path.is_asked());
    html! {
        <div class="path-pane">
            <ask::Ask />
            if let Some(reply) = reply { { answer(&store, reply, &second) } }
            if !store.asking.path.question.is_to_target() { { offers(&store) } }
        </div>
    }
}

fn answer(store: &Store, reply: &Rc<PathReply>, second: &UseStateHandle<usize>) -> Html {
    let first = match &reply.first {
        Ok(view) => view,
        Err(message) => return failed(message),
    };
    let change = reply.asked.versus.as_ref();
    let versus = change.and_then(|change| first.versus.iter().find(|v| v.change == *change));
    let other = reply.second.as_ref().and_then(|second| second.as_ref().ok());
    let shown = (branch(first, store.asking.branch), other.and_then(|other| branch(other, **second)));
    let [ours, theirs] = match shown {
        (Some((_, a)), Some((_, b))) => differences(a, b),
        _ => [Vec::new(), Vec::new()],
    };
    let line = |side: Side, branch: Option<(usize, &BranchView)>, differences: Vec<Difference>| {
        let Some((branch, _)) = branch else { return Html::default() };
        html! { <Line key={format!("{branch} {}", reply.asked.question.to)} reply={Shared(reply.clone())} {branch} {differences} {side} /> }
    };
    let show_first = {
        let store = store.clone();
        Callback::from(move |branch| store.dispatch(Action::ShowBranch(branch)))
    };
    let show_second = {
        let second = second.clone();
        Callback::from(move |branch| second.set(branch))
    };
    let now = versus.map_or("", |v| v.now.as_str());
    html! {
        <>
            { side(first, store.answers.said().map_or(first.headline.as_str(), |said| &said.headline), shown.0, now, &show_first, line(Side::First, shown.0, ours)) }
            if let Some(second) = &reply.second {
                { match second {
                    Ok(view) => {
                        side(view, &view.headline, shown.1, versus.map_or("", |v| v.title.as_str()), &show_second, line(Side::Second, shown.1, theirs))
                    }
                    Err(message) => failed(message),
                } }
            }
            <div class="path-facts">
                { facts::facts(first, other.map(|_| now)) }
                if let (Some(other), Some(versus)) = (other, versus) { { facts::facts(other, Some(&versus.title)) } }
            </div>
        </>
    }
}

/// A branch by its number, or the first: an edit may have left fewer of them.
fn branch(view: &PathView, number: usize) -> Option<(usize, &BranchView)> {
    view.branches.get(number).map(|branch| (number, branch)).or_else(|| Some((0, view.branches.first()?)))
}

fn failed(message: &str) -> Html {
    html! { <div class="verdict none path-failed" role="status"><p>{ sentence(message) }</p></div> }
}

/// One side: the verdict, in the words that the whole page has for it, the branches, and the line of the one that is shown.
fn side(view: &PathView, headline: &str, shown: Option<(usize, &BranchView)>, label: &str, show: &Callback<usize>, line: Html) -> Html {
    let (class, sign) = word_signs(view.verdict);
    html! {
        <section class="path-side" aria-label={if label.is_empty() { "The path".to_owned() } else { format!("The path with {label}") }}>
            <header>
                // The first side's is told where the question is answered.
                <div class={classes!("path-verdict", class)} role={(!label.is_empty()).then_some("status")}>{ super::icons::icon(sign) }<h2>{ headline }</h2></div>
                if !label.is_empty() { <b class="path-label">{ label }</b> }
                if view.branches.len() > 1 { { branches(view, shown.map_or(0, |(number, _)| number), show) } }
            </header>
            <p class="path-summary">{ rich(&explanation(&view.summary)) }</p>
            { line }
        </section>
    }
}

// --- what else can be asked ----------------------------------------------------------------------------

/// Services and Ingresses, while none of them is asked for.
fn offers(store: &Store) -> Html {
    let targets = &store.answers.scene.targets;
    let question = &store.asking.flow;
    let flow = (!question.from.is_empty() && !question.to.is_empty()).then(|| {
        let asked = PathAsked {
            question: PathQuestion {
                from: question.from.clone(),
                to: question.to.clone(),
                protocol: question.protocol.clone(),
                port: question.port,
                ..PathQuestion::default()
            },
            versus: None,
        };
        let click = store.clone();
        let onclick = Callback::from(move |_: MouseEvent| click.dispatch(Action::AskPath(asked.clone())));
        html! { <li><button type="button" class="path-target" {onclick}><b>{ format!("{} → {}", store.answers.scene.end_text(&question.from), store.answers.scene.end_text(&question.to)) }</b><small>{ "the flow in question" }</small></button></li> }
    });
    html! {
        <div class="path-offer">
            if targets.is_empty() && store.asking.path.is_asked() {
            } else if targets.is_empty() {
                <p>{ "There is no Service and no Ingress here. Choose a client and a target above: a workload, a node or an address." }</p>
                if let Some(flow) = flow { <ul>{ flow }</ul> }
            } else {
                <p>{ "Follow a packet along its whole path: load balancers, nodes, address translation and every checkpoint, with its addresses at each hop." }</p>
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
        <button type="button" class="path-target" {onclick} aria-label={format!("show the path to {}, {}", target.name(), target.subtitle)}>
            <b>{ target.name() }</b><small>{ &target.subtitle }</small>
        </button>
    }
}
