//! Further answers as lists: checks, open ends, pointless rules, engines, converted policies.

use yew::prelude::*;

use super::compare::CompareTools;
use super::icons::{CHECK, CROSS, INFO, MINUS, PENCIL, PLUS, QUESTION, icon};
use super::offer::{code, offer};
use super::renders::count_render;
use super::rich::{SourceLink, rich, sentence};
use super::{ByAddress, Store, press, use_part};
use crate::state::{Action, AnswerList, LayoutAction, State, as_list};
use netpolis_view::{ListChoice, ListGroup, ListOption, ListRow, ListView, Outlook};

fn answers_part(state: &State) -> impl PartialEq + use<> {
    (state.layout.list, state.shown_list().cloned().map(ByAddress), state.list_words(), state.list_revision(), state.revision)
}

/// The lists, and which of them is shown.
#[component]
pub fn Answers() -> Html {
    count_render("Answers");
    let Some(store) = use_part(answers_part) else { return Html::default() };
    let shown = store.layout.list;
    let button = |own: AnswerList| {
        html! { <button type="button" aria-pressed={(own == shown).to_string()} onclick={press(&store, LayoutAction::ShowList(own))}>{ own.title() }</button> }
    };
    let list = store.shown_list().and_then(|answer| as_list(answer));
    html! {
        <div class="answers">
            <header>
                <div class="segments" role="group" aria-label="Which answers">{ for AnswerList::ALL.into_iter().map(button) }</div>
                if shown == AnswerList::Compare { <CompareTools /> }
                <p role="status">{ list.map_or_else(|| store.list_words().into(), |list| sentence(&list.summary)) }</p>
            </header>
            if let Some(list) = list {
                if !list.choices.is_empty() { <div class="choices">{ for list.choices.iter().map(|one| choice(&store, one)) }</div> }
                <div class="offers">{ for list.offers.iter().map(|one| offer(&store, one)) }</div>
                { groups(&store, list, shown) }
            }
        </div>
    }
}

/// What is asked otherwise. What was chosen shows once it is answered.
fn choice(store: &Store, choice: &ListChoice) -> Html {
    let button = |option: &ListOption| {
        let onclick = press(store, Action::AskList(option.asks.clone()));
        html! { <button type="button" aria-pressed={option.on.to_string()} {onclick}>{ &option.label }</button> }
    };
    html! {
        <div class="choice">
            <span aria-hidden="true">{ &choice.title }</span>
            <div class="segments" role="group" aria-label={choice.title.clone()}>{ for choice.options.iter().map(button) }</div>
        </div>
    }
}

fn groups(store: &Store, list: &ListView, shown: AnswerList) -> Html {
    let group = |(number, group): (usize, &ListGroup)| {
        let title = html! { <><span>{ rich(&group.title) }</span>if group.count > 0 { <span class="count">{ group.count }</span> }</> };
        let key = format!("{} {number}", shown.title());
        if group.folded {
            html! { <section {key}><details><summary>{ title }</summary>{ rows(store, group) }</details></section> }
        } else {
            html! { <section {key}><h2>{ title }</h2>{ rows(store, group) }</section> }
        }
    };
    html! { <div class="answer-groups" tabindex="0" role="region" aria-label={shown.title()}>{ for list.groups.iter().enumerate().map(group) }</div> }
}

fn rows(store: &Store, group: &ListGroup) -> Html {
    let left = group.count as usize - group.rows.len();
    html! {
        <>
            if !group.about.is_empty() { <p class="about">{ sentence(&group.about) }</p> }
            if !group.rows.is_empty() {
                <ul class="problems">
                    { for group.rows.iter().map(|one| row(store, one)) }
                    if left > 0 { <li class="more">{ format!("and {left} more") }</li> }
                </ul>
            }
        </>
    }
}

fn row(store: &Store, row: &ListRow) -> Html {
    let (class, shape) = match row.outlook {
        Outlook::Good => ("good", CHECK),
        Outlook::Bad => ("bad", CROSS),
        Outlook::Unsure => ("unsure", QUESTION),
        Outlook::Added => ("added", PLUS),
        Outlook::Removed => ("removed", MINUS),
        Outlook::Changed => ("changed", PENCIL),
        Outlook::Plain => ("plain", INFO),
    };
    html! {
        <li {class}>
            <span class="sign">{ icon(shape) }</span>
            <div>
                <p>{ sentence(&row.title) }if !row.word.is_empty() { <small class="word">{ &row.word }</small> }</p>
                { for row.lines.iter().map(|line| html! { <p class="help">{ sentence(line) }</p> }) }
                if !row.text.is_empty() {
                    <details class="row-text"><summary>{ "Show the text" }</summary>{ code(&row.text) }</details>
                }
            </div>
            <div class="row-links">
                { for row.spots.iter().map(|spot| html! { <SourceLink spot={spot.clone()} /> }) }
                if let Some(link) = &row.link {
                    <button type="button" class="spot row-go" onclick={press(store, Action::Follow(link.clone()))} aria-label={format!("{}: {}", link.label(), row.title.replace('`', ""))}>{ link.label() }</button>
                }
            </div>
        </li>
    }
}
