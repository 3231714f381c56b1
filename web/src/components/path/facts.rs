//! What stands beside the line: all branches with their shares, the shares of pods, nodes as the health probe finds them, notes.

use yew::prelude::*;

use crate::components::icons::{CHECK, CROSS, icon};
use crate::components::rich::{SourceLink, rich, sentence};
use crate::components::signs::{verdict_class, verdict_icon};
use crate::words::{and_more, t, t_with};
use netpolis_view::{PathView, PodShareView, ProbeView};

/// A share as a bar.
fn bar(size: u16) -> Html {
    html! { <span class="bar" aria-hidden="true" style={format!("--share:{}.{:02}%", size / 100, size % 100)} /> }
}

/// All branches, each a button that shows its line.
pub(in crate::components) fn branches(view: &PathView, shown: usize, show: &Callback<usize>) -> Html {
    html! {
        <ul class="path-branches" aria-label={t("Branches")}>
            { for view.branches.iter().enumerate().map(|(number, branch)| {
                let show = show.clone();
                let onclick = Callback::from(move |_: MouseEvent| show.emit(number));
                html! {
                    <li><button type="button" class={verdict_class(branch.verdict)} aria-pressed={(number == shown).to_string()} {onclick}>
                        { verdict_icon(branch.verdict) }<span class="visually-hidden">{ t(branch.verdict.word()) }</span>
                        <span class="path-branch-title">{ rich(&branch.title) }</span>
                        if branch.alike > 1 { <small>{ format!("× {}", branch.alike) }<span class="visually-hidden">{ t(" alike") }</span></small> }
                        { bar(branch.size) }<b>{ &branch.share }</b>
                    </button></li>
                }
            }) }
            if view.more_branches > 0 { <li class="path-rest">{ and_more(view.more_branches as usize) }</li> }
        </ul>
    }
}

/// Pods, probes and notes; with a name where there are two sides.
pub(super) fn facts(view: &PathView, label: Option<&str>) -> Html {
    let title = |words: &str| label.map_or_else(|| words.to_owned(), |label| format!("{words}: {label}"));
    html! {
        <>
            if let Some(shares) = view.pod_shares() { { pods(view, &shares, &title(t("Share of each pod"))) } }
            if view.has_failing_probes() { { probes(view, &title(t("Health probes"))) } }
            if !view.notes.is_empty() {
                <section class="path-notes"><h3>{ title(t("Notes")) }</h3>
                    <ul class="notes">{ for view.notes.iter().map(|note| html! { <li>{ sentence(note) }</li> }) }</ul></section>
            }
        </>
    }
}

fn pods(view: &PathView, shares: &[(&PodShareView, u16)], title: &str) -> Html {
    let row = |(pod, size): &(&PodShareView, u16)| {
        html! {
            <tr><th scope="row">{ &pod.title }if pod.count > 1 { <small>{ format!(" × {}", pod.count) }</small> }</th>
                <td>{ pod.node.as_deref().unwrap_or("–") }</td><td class="path-share">{ bar(*size) }<b>{ &pod.each }</b></td></tr>
        }
    };
    html! {
        <section class="path-pods">
            <table><caption>{ title }</caption>
                <thead><tr><th scope="col">{ t("Pod") }</th><th scope="col">{ t("Node") }</th><th scope="col">{ t("Each") }</th></tr></thead>
                <tbody>{ for shares.iter().map(row) }</tbody></table>
            if view.more_pods > 0 { <p class="path-rest">{ and_more(view.more_pods as usize) }</p> }
        </section>
    }
}

fn probes(view: &PathView, title: &str) -> Html {
    let row = |probe: &ProbeView| {
        let (class, sign, word) = if probe.healthy { ("allowed", CHECK, "up") } else { ("denied", CROSS, "down") };
        html! {
            <li {class}>{ icon(sign) }<b>{ &probe.node }</b><span>{ format!("{word}: ") }{ rich(&probe.text) }{ " " }
                if let Some(spot) = &probe.spot { <SourceLink spot={spot.clone()} /> }</span></li>
        }
    };
    html! {
        <section class="path-probes"><h3>{ title }</h3>
            <ul>{ for view.probes.iter().map(row) }if view.more_probes > 0 { <li class="path-rest">{ t_with("and {0} more that answer", &[&view.more_probes.to_string()]) }</li> }</ul></section>
    }
}
