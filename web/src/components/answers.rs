//! Further answers as lists: checks, open ends, pointless rules, engines, converted policies.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::compare::CompareTools;
use super::icons::{CHECK, CROSS, INFO, MINUS, PENCIL, PLUS, QUESTION, icon};
use super::offer::{code, offer};
use super::renders::count_render;
use super::rich::{SourceLink, in_words, rich, sentence};
use super::{ByAddress, Store, press, use_part};
use crate::state::{Action, AnswerList, LayoutAction, State, as_list};
use crate::words::{and_more, t};
use netpolis_view::{ListChoice, ListGroup, ListOption, ListRow, ListView, Outlook};

/// Longer lists can be searched.
const FEW: usize = 12;
/// Most rows of a group that are drawn.
const MOST_ROWS: usize = 200;

fn answers_part(state: &State) -> impl PartialEq + use<> {
    (
        state.layout.list,
        state.shown_list().cloned().map(ByAddress),
        state.list_words(),
        state.list_question(),
        state.list_revision(),
        state.revision,
    )
}

/// The lists, and which of them is shown.
#[component]
pub fn Answers() -> Html {
    count_render("Answers");
    let searched = use_state(|| (AnswerList::default(), String::new()));
    let Some(store) = use_part(answers_part) else { return Html::default() };
    let shown = store.layout.list;
    // What is looked for is looked for in one list.
    let find = if searched.0 == shown { searched.1.clone() } else { String::new() };
    let oninput = Callback::from(move |event: InputEvent| searched.set((shown, event.target_unchecked_into::<HtmlInputElement>().value())));
    let button = |own: AnswerList| {
        html! { <button type="button" aria-pressed={(own == shown).to_string()} onclick={press(&store, LayoutAction::ShowList(own))}>{ t(own.title()) }</button> }
    };
    let list = store.shown_list().and_then(|answer| as_list(answer));
    html! {
        <div class="answers">
            <header>
                <div class="segments" role="group" aria-label={t("Which answers")}>{ for AnswerList::ALL.into_iter().map(button) }</div>
                if shown == AnswerList::Compare { <CompareTools /> }
                <p role="status">{ list.map_or_else(|| t(store.list_words()).into(), |list| sentence(&list.summary)) }</p>
            </header>
            if let Some(list) = list {
                if !list.choices.is_empty() { <div class="choices">{ for list.choices.iter().map(|one| choice(&store, one)) }</div> }
                <div class="offers">{ for list.offers.iter().map(|one| offer(&store, one)) }</div>
                if list.groups.iter().map(|group| group.rows.len()).sum::<usize>() > FEW {
                    <input type="text" class="find" placeholder={t("Search these rows")} aria-label={t("search these rows")} value={find.clone()} {oninput} />
                }
                { groups(&store, list, shown, &find.to_lowercase()) }
            }
        </div>
    }
}

/// What is asked otherwise. What was chosen shows once it is answered.
fn choice(store: &Store, choice: &ListChoice) -> Html {
    let button = |option: &ListOption| {
        let onclick = press(store, Action::AskList(option.asks.clone()));
        html! { <button type="button" aria-pressed={option.on.to_string()} {onclick}>{ in_words(&option.label) }</button> }
    };
    html! {
        <div class="choice">
            <span aria-hidden="true">{ in_words(&choice.title) }</span>
            <div class="segments" role="group" aria-label={t(&choice.title).to_owned()}>{ for choice.options.iter().map(button) }</div>
        </div>
    }
}

fn groups(store: &Store, list: &ListView, shown: AnswerList, find: &str) -> Html {
    let group = |group: &ListGroup| {
        let title = html! { <><span>{ in_words(&group.title) }</span>if group.count > 0 { <span class="count">{ group.count }</span> }</> };
        let key = format!("{} {}", shown.title(), group.title);
        if group.folded {
            html! { <section {key}><details><summary>{ title }</summary>{ rows(store, group, find) }</details></section> }
        } else {
            html! { <section {key}><h2>{ title }</h2>{ rows(store, group, find) }</section> }
        }
    };
    html! { <div class="answer-groups" tabindex="0" role="region" aria-label={t(shown.title())}>{ for list.groups.iter().map(group) }</div> }
}

fn rows(store: &Store, group: &ListGroup, find: &str) -> Html {
    let found: Vec<(usize, &ListRow)> = group.rows.iter().enumerate().filter(|(_, row)| row.title.to_lowercase().contains(find)).collect();
    // Of what is searched, the rest is known; of the rest, how many.
    let all = if find.is_empty() { group.count as usize } else { found.len() };
    let left = all - found.len().min(MOST_ROWS);
    html! {
        <>
            if !group.about.is_empty() { <p class="about">{ sentence(&group.about) }</p> }
            if !group.rows.is_empty() {
                <ul class="problems">
                    { for found.iter().take(MOST_ROWS).map(|(number, one)| row(store, *number, one)) }
                    if left > 0 { <li key="more" class="more">{ and_more(left) }</li> }
                </ul>
            }
        </>
    }
}

fn row(store: &Store, number: usize, row: &ListRow) -> Html {
    let key = row.tick.as_ref().map_or_else(|| number.to_string(), |tick| tick.key.clone());
    if let Some(tick) = &row.tick {
        let (store, checked, own) = (store.clone(), store.is_ticked(tick), tick.key.clone());
        let onchange = Callback::from(move |_: Event| store.dispatch(Action::Tick(own.clone())));
        return html! { <li {key} class="tick"><label><input type="checkbox" {checked} {onchange} /><span>{ rich(&row.title) }</span></label></li> };
    }
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
        <li {key} {class}>
            <span class="sign">{ icon(shape) }</span>
            <div>
                <p>{ sentence(&row.title) }if !row.word.is_empty() { <small class="word">{ in_words(&row.word) }</small> }</p>
                { for row.lines.iter().map(|line| html! { <p class="help">{ sentence(line) }</p> }) }
                if !row.text.is_empty() {
                    <details class="row-text"><summary>{ t("Show the text") }</summary>{ code(&row.text) }</details>
                }
            </div>
            <div class="row-links">
                { for row.spots.iter().map(|spot| html! { <SourceLink spot={spot.clone()} /> }) }
                if let Some(link) = &row.link {
                    <button type="button" class="spot row-go" onclick={press(store, Action::Follow(link.clone()))} aria-label={format!("{}: {}", t(link.label()), row.title.replace('`', ""))}>{ t(link.label()) }</button>
                }
            </div>
        </li>
    }
}
