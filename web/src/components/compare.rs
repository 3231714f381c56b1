//! What is done about the comparison: above the list of what differs.

use std::rc::Rc;

use netpolis_core::settings::Engine;
use yew::prelude::*;

use super::chooser::use_chooser_for;
use super::icons::{CLIPBOARD, COPY, CROSS, OPEN, PLUS, SWAP, UNDO, icon};
use super::{ByAddress, Store, press, tell_copied, use_part};
use crate::effects::keep::{Keeper, StoredScene};
use crate::effects::{files, outside};
use crate::examples::{EXAMPLES, Example};
use crate::share::Baseline;
use crate::state::{Action, CompareAction, Dialog, LayoutAction, State, baseline_of, baseline_of_files, baseline_of_text};
use crate::words::{t, t_with};
use netpolis_view::{engine_words, with_engine};

/// So many scenes are offered.
const MOST_KEPT: usize = 6;

fn tools_part(state: &State) -> impl PartialEq + use<> {
    (state.baseline().cloned(), state.layout.compares_in_text, state.shown_list().cloned().map(ByAddress))
}

/// What the files are compared with, and what can be done about it.
#[component]
pub fn CompareTools() -> Html {
    let Some(store) = use_part(tools_part) else { return Html::default() };
    let choose = press(&store, LayoutAction::ShowDialog(Some(Dialog::Compare)));
    let Some(baseline) = store.baseline() else {
        return html! {
            <div class="compare-tools">
                <button type="button" class="primary" onclick={press(&store, CompareAction::Keep)}>{ t("Keep these files as the baseline") }</button>
                <button type="button" class="pick" onclick={choose}>{ t("Compare with…") }</button>
            </div>
        };
    };
    let tool = |shape, words: &'static str, onclick: Callback<MouseEvent>| {
        html! { <button type="button" class="pick square" aria-label={words} title={words} {onclick}>{ icon(shape) }</button> }
    };
    let in_text = store.layout.compares_in_text;
    let markdown = store.comparison().is_some_and(|view| !view.markdown.is_empty());
    html! {
        <div class="compare-tools comparing">
            <button type="button" class="pick" onclick={choose} title={t("choose another baseline")}><span class="pick-label">{ t("Baseline") }</span><b>{ &baseline.name }</b></button>
            <button type="button" class="pick" aria-pressed={in_text.to_string()} title={t("show what differs among the lines of the text")} onclick={press(&store, LayoutAction::CompareInText(!in_text))}>{ t("Line by line") }</button>
            { tool(PLUS, t("take these files as the new baseline"), press(&store, CompareAction::Keep)) }
            { tool(SWAP, t("swap baseline and files"), press(&store, CompareAction::Swap)) }
            { tool(UNDO, t("back to the baseline"), press(&store, CompareAction::Back)) }
            if markdown { { tool(COPY, t("copy as Markdown"), copy(&store)) } }
            { tool(CROSS, t("stop comparing"), press(&store, CompareAction::Stop)) }
        </div>
    }
}

/// Takes files that were chosen as the baseline.
fn compare_files(store: &Store, read: files::Read) {
    let settings = store.settings.clone();
    store.dispatch(match baseline_of_files(read.files, settings) {
        Some(baseline) => CompareAction::With(baseline).into(),
        None => Action::Notify(t("Nothing to compare with: there is no YAML, JSON or script in it").into()),
    });
}

/// What else there is to compare with.
#[component]
pub fn CompareWith() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let (files, file_chooser) = use_chooser_for(&store, false, compare_files);
    let (folder, folder_chooser) = use_chooser_for(&store, true, compare_files);
    let with = |baseline: Rc<Baseline>| press(&store, CompareAction::With(baseline));
    let paste = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            let store = store.clone();
            outside::pasted(move |text| {
                let baseline = baseline_of_text(&text.unwrap_or_default(), store.settings.clone());
                store.dispatch(baseline.map_or_else(Action::Notify, |baseline| CompareAction::With(baseline).into()));
            });
        })
    };
    let engine = |engine: Engine| {
        let name = t(engine_words(engine).0);
        let action = CompareAction::Under(t_with("these files, engine: {0}", &[name]), with_engine(&store.settings, engine));
        html! { <button type="button" onclick={press(&store, action)}>{ name }</button> }
    };
    let kept = |stored: StoredScene| {
        let name = stored.record.as_ref().ok().filter(|_| !stored.is_deleted() && stored.id != store.place.id)?.name.clone();
        let (shared, ..) = stored.record.ok()?.open().ok()?;
        Some(html! { <button type="button" onclick={with(baseline_of(name.clone(), shared))}>{ name }</button> })
    };
    let kept: Vec<Html> = Keeper::list().into_iter().filter_map(kept).take(MOST_KEPT).collect();
    let example = |example: &Example| {
        let files = example.files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let baseline = Baseline { name: example.title.into(), files, settings: store.settings.clone() };
        html! { <button type="button" lang="en" onclick={with(Rc::new(baseline))}>{ example.title }</button> }
    };
    html! {
        <div class="compare-with">
            <button type="button" onclick={files}>{ icon(OPEN) }{ t("Files…") }</button>
            <button type="button" onclick={folder}>{ icon(OPEN) }{ t("A folder…") }</button>
            <button type="button" onclick={paste}>{ icon(CLIPBOARD) }{ t("A link or text on the clipboard") }</button>
            <h3>{ t("These files with another engine") }</h3>
            { for Engine::ALL.into_iter().filter(|other| *other != store.settings.engine).map(engine) }
            if !kept.is_empty() { <h3>{ t("Recent scenes") }</h3>{ for kept } }
            <h3>{ t("Examples") }</h3>
            { for EXAMPLES.iter().map(example) }
            { file_chooser }{ folder_chooser }
        </div>
    }
}

fn copy(store: &Store) -> Callback<MouseEvent> {
    let store = store.clone();
    Callback::from(move |_: MouseEvent| {
        let Some(view) = store.comparison() else { return };
        let dispatch = store.dispatcher();
        outside::copy(view.markdown.clone(), move |done| {
            dispatch.dispatch(tell_copied(done));
        });
    })
}
