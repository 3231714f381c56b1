//! What led to the verdict of a station: the nearest rule, then all tiers, policies and rules.

use yew::prelude::*;

use super::icons::{CHECK, CROSS, DOWN, MINUS, QUESTION, icon};
use super::policy::PolicyLink;
use super::rich::{SourceLink, in_words, rich};
use crate::words::{and_more, key, t};
use netpolis_view::{MatchView, OutcomeView, RuleView, StationView, TierView};

/// What the sign of an assumed address means.
pub(super) const ASSUMED: &str = key("~ assumed: the files give no address, and no verdict depends on it");

/// An address; one that is assumed has a sign of its own.
pub(super) fn address_mark(address: &str, assumed: bool) -> Html {
    if !assumed {
        return html! { { address.to_owned() } };
    }
    html! { <span class="assumed" title={t(ASSUMED)}><span aria-hidden="true">{ "~" }</span>{ address.to_owned() }<span class="visually-hidden">{ t(" (assumed)") }</span></span> }
}

/// More places than these stand in a list of their own, each with its policy.
const FEW_PLACES: usize = 2;
/// Most places in that list.
const MOST_PLACES: usize = 12;

/// The places that decide at a station, where they are few.
pub(super) fn places(station: &StationView) -> Html {
    let few = if station.spots.len() > FEW_PLACES { &[][..] } else { &station.spots };
    html! { { for few.iter().map(|spot| html! { <SourceLink spot={spot.clone()} /> }) } }
}

/// Where they are not: policies that isolate the same pod, for example.
fn named_places(station: &StationView) -> Html {
    let all = station.deciding();
    html! {
        <ul class="deciding">
            { for all.iter().take(MOST_PLACES).map(|(policy, spot)| html! {
                <li>if let Some(policy) = policy { <code>{ *policy }</code>{ " " } }<SourceLink spot={(*spot).clone()} /></li>
            }) }
            if all.len() > MOST_PLACES { <li>{ and_more(all.len() - MOST_PLACES) }</li> }
        </ul>
    }
}

/// What led to the verdict of a station: many places, the nearest rule, then all tiers, policies and rules.
pub(super) fn evidence(station: &StationView) -> Html {
    html! {
        <>
            if station.spots.len() > FEW_PLACES { { named_places(station) } }
            if let Some(nearest) = &station.nearest {
                <p class="nearest">{ t("Nearest: ") }{ rich(&nearest.text) }{ " " }if let Some(spot) = &nearest.spot { <SourceLink spot={spot.clone()} short=true /> }</p>
            }
            if !station.tiers.is_empty() {
                <ol class="ladder" aria-label={t("Tiers, in the order in which the packet meets them")}>{ for station.tiers.iter().map(tier) }</ol>
            }
        </>
    }
}

/// A tier as a rung of the ladder that the packet goes down; opened, its policies and rules.
fn tier(tier: &TierView) -> Html {
    let (class, sign, word) = match tier.outcome {
        OutcomeView::Allowed => ("allowed", CHECK, key("allowed here")),
        OutcomeView::Denied => ("denied", CROSS, key("denied here")),
        OutcomeView::Passed => ("passed", DOWN, key("passed on")),
        OutcomeView::CannotTell => ("unknown", QUESTION, key("cannot tell")),
        OutcomeView::NotReached => ("unreached", MINUS, key("not reached")),
    };
    html! {
        <li class={classes!("rung", class)}>
            <details>
                <summary>
                    <span class="rung-mark" aria-hidden="true">{ icon(sign) }</span>
                    <b>{ rich(&tier.name) }</b><span class="outcome">{ t(word) }</span>
                    <small>{ in_words(&tier.contents()) }</small>
                </summary>
                { for tier.policies.iter().map(|policy| html! {
                    <div class="policy">
                        <h4><PolicyLink title={policy.title.clone()} />if let Some(spot) = &policy.spot { <SourceLink spot={spot.clone()} /> }</h4>
                        if policy.rules.is_empty() {
                            <p class="rule none">{ t("no rules for this direction") }</p>
                        } else {
                            <ul>{ for policy.rules.iter().map(rule) }</ul>
                        }
                    </div>
                }) }
            </details>
        </li>
    }
}

fn rule(rule: &RuleView) -> Html {
    let (class, sign, word) = match rule.matched {
        MatchView::Matched => ("matched", "✓", key("matched")),
        MatchView::NotMatched => ("unmatched", "–", key("did not match")),
        MatchView::Unknown => ("unknown", "?", key("cannot tell")),
        MatchView::NotReached => ("unreached", "·", key("not reached")),
    };
    html! {
        <li class={classes!("rule", class, rule.decided.then_some("decided"))}>
            <span class="sign" aria-hidden="true">{ sign }</span>
            <span class="words"><b>{ rich(&rule.title) }</b><span class="visually-hidden">{ " " }{ t(word) }</span>
                if rule.decided { <em>{ t(" decided") }</em> }
                if let Some(failure) = &rule.failure { <span class="failure">{ " " }{ rich(failure) }</span> }
            </span>
            if let Some(spot) = &rule.spot { <SourceLink spot={spot.clone()} short=true /> }
        </li>
    }
}
