//! The address plan of a cluster, and what would be if it had more nodes, more pods on each, or another subnet.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::rich::{in_words, rich};
use crate::words::{own_words, t};
use netpolis_view::{LENGTHS, PlanBar, PlanChange, PlanNumber, PlanView, Taker, WhatIf, plugins};

/// Properties of a [`Plan`].
#[derive(Clone, PartialEq, Properties)]
pub struct PlanProps {
    /// The plan as it is in the files.
    pub given: PlanView,
}

/// A plan with its sliders.
#[component]
pub fn Plan(props: &PlanProps) -> Html {
    let given = &props.given;
    let now = use_state(|| WhatIf::of(given));
    let change = {
        let (now, given) = (now.clone(), given.clone());
        Callback::from(move |change: PlanChange| now.set(now.after(&given, change)))
    };
    let reset = {
        let (now, given) = (now.clone(), given.clone());
        Callback::from(move |_: MouseEvent| now.set(WhatIf::of(&given)))
    };
    let choose = {
        let change = change.clone();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target().and_then(|t| t.dyn_into::<HtmlSelectElement>().ok()) {
                change.emit(PlanChange::Plugin(select.value()));
            }
        })
    };
    let (question, plan) = (&now.question, &now.plan);
    html! {
        <section class="plan-box" aria-label={t(&given.title).to_owned()}>
            <header><h2>{ in_words(&given.title) }</h2><span class="grow" />
                if now.changed { <button type="button" class="quiet" onclick={reset}>{ t("Reset to the files") }</button> }</header>
            <div class="sliders">
                <label class="slider"><span>{ t("Plugin") }</span>
                    <select onchange={choose}>{ for plugins().iter().map(|(word, name)| html! { <option value={*word} selected={question.plugin == *word}>{ *name }</option> }) }</select></label>
                { slider(t("Subnet"), Some(t("prefix length of the subnet")), format!("/{}", question.length()), (question.length(), LENGTHS.0, LENGTHS.1), &change, PlanChange::Length) }
                { for PlanNumber::ALL.into_iter().map(|number| {
                    let range = number.range(question);
                    slider(t(number.title()), None, range.0.to_string(), range, &change, move |value| PlanChange::Number(number, value))
                }) }
            </div>
            if let Some(error) = &now.error { <p class="denied">{ rich(error) }</p> }
            { bar(&plan.bar()) }
            <p class={classes!("plan-verdict", if plan.fits { "allowed" } else { "denied" })} aria-live="polite">{ rich(&plan.verdict) }</p>
            <dl class="plan-numbers">{ for plan.numbers().into_iter().map(|(taker, term, value)| html! {
                <div><dt>if let Some(taker) = taker { <span class={classes!("sign", taker_class(taker))} /> }{ in_words(term) }</dt><dd>{ in_words(&value) }</dd></div>
            }) }</dl>
        </section>
    }
}

/// A slider from the least to the most of a number.
fn slider(
    label: &'static str,
    name: Option<&'static str>,
    shown: String,
    (value, least, most): (u32, u32, u32),
    change: &Callback<PlanChange>,
    of: impl Fn(u32) -> PlanChange + 'static,
) -> Html {
    let change = change.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            change.emit(of(input.value().parse().unwrap_or(least)));
        }
    });
    html! {
        <label class="slider"><span>{ label }<output>{ shown }</output></span>
            <input type="range" min={least.to_string()} max={most.to_string()} value={value.to_string()} {oninput} aria-label={name} /></label>
    }
}

const fn taker_class(taker: Taker) -> &'static str {
    match taker {
        Taker::Nodes => "by-nodes",
        Taker::Surge => "by-surge",
        Taker::Others => "by-others",
    }
}

fn bar(bar: &PlanBar) -> Html {
    html! {
        <div class={classes!("plan-bar", bar.border.map(|_| "over"))} role="img" aria-label={own_words(&bar.label).unwrap_or_else(|| bar.label.clone())}>
            { for bar.parts.iter().map(|(taker, width, title)| html! { <span class={taker_class(*taker)} style={format!("width:{width:.2}%")} title={own_words(title).unwrap_or_else(|| title.clone())} /> }) }
            if let Some(border) = bar.border { <i style={format!("left:{border:.2}%")} title={t("the subnet ends here")} /> }
        </div>
    }
}
