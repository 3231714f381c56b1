//! Which part of a scene graph and matrix show.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::finder::looked_at;
use crate::components::rich::rich;
use crate::components::{Store, press};
use crate::state::PictureAction;
use crate::words::{key, t, t_with};
use netpolis_view::{Facing, FilterQuestion, FurtherAnswer, VERDICTS};

/// A change of the filter, by the value of a field.
fn change<T: 'static>(store: &Store, value: fn(&Event) -> String, set: fn(&mut FilterQuestion, String) -> T) -> Callback<Event> {
    let store = store.clone();
    Callback::from(move |event: Event| {
        let mut filter = (*store.picture.filter).clone();
        set(&mut filter, value(&event));
        store.dispatch(PictureAction::Filter(filter).into());
    })
}

/// What a filter leaves, in words.
fn words(filter: &FilterQuestion) -> String {
    let text = |sentence: &'static str, text: &str| (!text.is_empty()).then(|| t_with(sentence, &[text]));
    let port = filter.port.map(|port| port.to_string()).unwrap_or_default();
    let facing = filter.facing.map(|facing| match facing {
        Facing::Ingress => key("ingress of {0}"),
        Facing::Egress => key("egress of {0}"),
        Facing::Both => key("ingress and egress of {0}"),
    });
    let verdict = VERDICTS.iter().find(|(status, _)| Some(*status) == filter.shown);
    let words = [
        facing.map(|sentence| t_with(sentence, &[t(filter.of_words())])),
        text(key("namespace {0}"), &filter.namespace),
        text(key("labels {0}"), &filter.selector),
        text(key("port {0}"), &port),
        verdict.map(|(_, words)| t(words).to_owned()),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A direction and whose it is, as the value of a field.
fn value_of(facing: Facing, of: &str) -> String {
    format!("{} {of}", facing.words())
}

/// Sets what such a value says.
fn set_facing(filter: &mut FilterQuestion, value: String) {
    let meant = Facing::ALL.into_iter().find_map(|facing| Some((facing, value.strip_prefix(facing.words())?.trim_start())));
    filter.facing = meant.map(|(facing, _)| facing);
    filter.of = meant.map(|(_, of)| of.to_owned()).unwrap_or_default();
}

/// Whose directions can be chosen: those of what is chosen, of what is looked at, and of what the other fields find.
fn subjects(store: &Store) -> Vec<String> {
    let filter = &store.picture.filter;
    let scene = &store.answers.scene;
    let looked = looked_at(store).or_else(|| store.picture.focus.last().cloned());
    let mut subjects: Vec<String> = filter.facing.map(|_| filter.of.clone()).into_iter().collect();
    subjects.extend(looked.filter(|key| scene.find(key).is_some() || key.starts_with("namespace/")));
    subjects.extend((!filter.namespace.is_empty() || !filter.selector.is_empty()).then(String::new));
    let mut once: Vec<String> = Vec::new();
    for subject in subjects {
        if !once.contains(&subject) {
            once.push(subject);
        }
    }
    once
}

/// Why the filter leaves everything, if it cannot be used.
fn trouble(store: &Store) -> Option<String> {
    match store.filter_answer().map(|answer| &**answer) {
        Some(FurtherAnswer::Filter(Err(message))) => Some(message.clone()),
        _ => None,
    }
}

/// The direction of flows that are shown.
fn direction(store: &Store) -> Html {
    let filter = &store.picture.filter;
    let chosen = |event: &Event| event.target_unchecked_into::<HtmlSelectElement>().value();
    let subjects = subjects(store);
    let none = subjects.is_empty();
    let choices = subjects.iter().flat_map(|of| Facing::ALL.map(|facing| (facing, of)));
    html! {
        <label>{ t("Direction") }<span class="pick select"><select onchange={change(store, chosen, set_facing)}>
            <option value="" selected={filter.facing.is_none()}>{ t("all") }</option>
            if none { <option disabled=true>{ t("select a workload or a namespace first") }</option> }
            { for choices.map(|(facing, of)| {
                let words = words(&FilterQuestion { facing: Some(facing), of: of.clone(), ..FilterQuestion::default() });
                html! { <option value={value_of(facing, of)} selected={filter.facing == Some(facing) && filter.of == *of}>{ words }</option> }
            }) }
        </select></span></label>
    }
}

/// What is chosen, as a button that shows all again; nothing where all is shown.
pub(in crate::components) fn filtered(store: &Store) -> Html {
    let filter = &store.picture.filter;
    if filter.is_empty() {
        return Html::default();
    }
    let words = words(filter);
    let trouble = trouble(store).map(|trouble| format!(": {trouble}"));
    html! {
        <button type="button" class="pick filtered" aria-label={t_with("show all again, not only {0}", &[&words])} title={t_with("left out: all but {0}", &[&words])} onclick={press(store, PictureAction::Filter(FilterQuestion::default()))}>
            { words }{ trouble.map(|trouble| rich(&trouble)).unwrap_or_default() }<span aria-hidden="true">{ " ✕" }</span>
        </button>
    }
}

/// What is chosen, and the fields that choose it.
pub(super) fn filter(store: &Store) -> Html {
    let filter = &store.picture.filter;
    let error = trouble(store);
    let written = |event: &Event| event.target_unchecked_into::<HtmlInputElement>().value().trim().to_owned();
    let chosen = |event: &Event| event.target_unchecked_into::<HtmlSelectElement>().value();
    let names = store.answers.scene.namespaces.iter().map(|namespace| &namespace.name);
    html! {
        <>
            <details class="filter">
                <summary class="pick">{ t("Filter") }</summary>
                <div class="filter-fields">
                    <label>{ t("Namespace") }<span class="pick select"><select onchange={change(store, chosen, |filter, value| filter.namespace = value)}>
                        <option value="" selected={filter.namespace.is_empty()}>{ t("all") }</option>
                        { for names.map(|name| html! { <option value={name.clone()} selected={*name == filter.namespace}>{ name }</option> }) }
                    </select></span></label>
                    <label>{ t("Labels") }<input type="text" placeholder="app == 'db' && has(tier)" autocomplete="off" autocapitalize="off" spellcheck="false"
                        aria-invalid={error.is_some().then_some("true")} value={filter.selector.clone()} onchange={change(store, written, |filter, value| filter.selector = value)} /></label>
                    if let Some(error) = error { <p class="wrong" role="alert">{ rich(&error) }</p> }
                    <label>{ t("Port") }<input type="text" inputmode="numeric" value={filter.port.map(|port| port.to_string()).unwrap_or_default()}
                        onchange={change(store, written, |filter, value| filter.port = value.parse().ok())} /></label>
                    { direction(store) }
                    <label>{ t("Verdict") }<span class="pick select"><select onchange={change(store, chosen, |filter, value| filter.shown = VERDICTS.iter().find(|(_, words)| *words == value).map(|(shown, _)| *shown))}>
                        <option value="" selected={filter.shown.is_none()}>{ t("all") }</option>
                        { for VERDICTS.iter().map(|(shown, words)| html! { <option value={*words} selected={Some(*shown) == filter.shown}>{ t(words) }</option> }) }
                    </select></span></label>
                </div>
            </details>
            { filtered(store) }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netpolis_view::Status;

    #[test]
    fn what_a_filter_leaves_is_said_in_words() {
        let asked =
            FilterQuestion { port: Some(80), shown: Some(Status::Allowed), selector: "has(app)".into(), ..FilterQuestion::default() };
        assert_eq!(words(&asked), "labels has(app), port 80, only allowed");
        let asked = FilterQuestion { facing: Some(Facing::Ingress), of: "shop/db[Pod]".into(), ..FilterQuestion::default() };
        assert_eq!(words(&asked), "ingress of shop/db");
    }

    #[test]
    fn a_direction_is_read_as_it_was_written() {
        for facing in Facing::ALL {
            for of in ["", "shop/db[Pod]", "namespace/shop"] {
                let mut filter = FilterQuestion::default();
                set_facing(&mut filter, value_of(facing, of));
                assert_eq!((filter.facing, filter.of.as_str()), (Some(facing), of));
                set_facing(&mut filter, String::new());
                assert_eq!(filter, FilterQuestion::default());
            }
        }
    }
}
