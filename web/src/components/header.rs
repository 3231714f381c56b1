//! The top of the page.

use yew::prelude::*;

use netpolis_core::settings::{Engine, Staged};

use super::chooser::use_chooser;
use super::icons::{
    CLIPBOARD, COMPARE, HISTORY, INFO, KEYBOARD, LESSON, MATRIX, MOON, MORE, OPEN, PANEL_BOTTOM, PANEL_LEFT, PANEL_RIGHT, PLUS, SEARCH,
    SLIDERS, SUN, SYSTEM, TEXT, UNDO, icon, logo,
};
use super::keys::keys_of;
use super::late::{Late, Part};
use super::menu::Menu;
use super::renders::count_render;
use super::{Store, press, use_part};
use crate::scenes::Origin;
use crate::state::{Action, CompareAction, Dialog, Layout, LayoutAction, Pane, State, Theme};
use crate::words::{Language, t, t_with};
use netpolis_view::{engine_words, with_engine, with_staged_turned};

/// The command that takes back what happened to files.
const UNDO_FILES: &str = "Undo the last change to files";

/// What it shows.
fn header_part(state: &State) -> impl PartialEq + use<> {
    let Layout { theme, panes, .. } = state.layout;
    let hidden = [Pane::Editor, Pane::Inspector, Pane::Bottom].map(|pane| panes.is_hidden(pane));
    (
        state.title(),
        state.place.origin,
        state.settings.clone(),
        state.can_undo(),
        theme,
        hidden,
        state.baseline().is_some(),
        state.compared_flows().map(|(flows, words)| (flows, words.to_owned())),
    )
}

/// The top of the page.
#[component]
pub fn Header() -> Html {
    count_render("Header");
    let Some(store) = use_part(header_part) else { return Html::default() };
    let (open_files, chooser) = use_chooser(&store);
    let (theme_icon, theme_word) = match store.layout.theme {
        Theme::System => (SYSTEM, t("Theme: system")),
        Theme::Light => (SUN, t("Theme: light")),
        Theme::Dark => (MOON, t("Theme: dark")),
    };
    let pane = |pane: Pane, shape, word: &'static str| {
        let hidden = store.layout.panes.is_hidden(pane);
        html! {
            <button type="button" class="pane-item" onclick={press(&store, LayoutAction::TogglePane(pane))} aria-pressed={(!hidden).to_string()}>
                { icon(shape) }{ if hidden { t_with("Show {0}", &[word]) } else { t_with("Hide {0}", &[word]) } }
            </button>
        }
    };
    let comparing = store.baseline().is_some();
    let compare = press(&store, if comparing { CompareAction::Show } else { CompareAction::Keep });
    let (flows, words) = match store.compared_flows() {
        Some((flows, words)) => (flows, words.to_owned()),
        None if comparing => (0, t("nothing differs from the baseline").into()),
        None => (0, t("keep the files as they are, edit them, and see which flows open and close").into()),
    };
    html! {
        <header class="header">
            <h1 class="logo">{ logo() }{ "Netpolis" }</h1>
            { scene_menu(&store) }
            <span class="grow" />
            <p class="private">{ t("Nothing leaves your browser") }</p>
            { engine_menu(&store) }
            <button type="button" class="quiet square" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::Palette)))} aria-label={t("find a command or a name")} title={t("find a command or a name")}>{ icon(SEARCH) }</button>
            <button type="button" class="quiet square theme" onclick={press(&store, LayoutAction::ChooseTheme(store.layout.theme.next()))} aria-label={theme_word} title={theme_word}>{ icon(theme_icon) }</button>
            <button type="button" class="pick compare" aria-pressed={comparing.to_string()} title={words.clone()} onclick={compare.clone()}>{ t("Compare") }
                if flows > 0 { <span class="badge compared" aria-label={words}>{ flows }</span> }
            </button>
            <button type="button" class="primary" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::Share)))}>{ t("Share") }</button>
            <Menu right=true arrow=false class="quiet square" label={t("More")} button={icon(MORE)}>
                <button type="button" onclick={press(&store, Action::StartScene)}>{ icon(PLUS) }{ t("New scene") }</button>
                <button type="button" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::Scenes)))}>{ icon(HISTORY) }{ t("Recent scenes…") }</button>
                <button type="button" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::Lessons)))}>{ icon(LESSON) }{ t("Lessons…") }</button>
                <hr />
                <button type="button" onclick={press(&store, Action::AddFile)}>{ icon(PLUS) }{ t("New file") }</button>
                <button type="button" onclick={open_files}>{ icon(OPEN) }{ t("Open files…") }</button>
                <button type="button" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::Cluster)))}>{ icon(CLIPBOARD) }{ t("From a cluster…") }</button>
                <button type="button" disabled={!store.can_undo()} onclick={press(&store, Action::Undo)}>{ icon(UNDO) }{ t("Undo the last change to files") }{ keys_of(UNDO_FILES) }</button>
                <button type="button" class="compare-item" onclick={compare}>{ icon(COMPARE) }{ if comparing { t("Show what differs") } else { t("Compare from here on") } }</button>
                <hr />
                { pane(Pane::Editor, PANEL_LEFT, t("editor")) }
                { pane(Pane::Inspector, PANEL_RIGHT, t("question and trace")) }
                { pane(Pane::Bottom, PANEL_BOTTOM, t("bottom panel")) }
                <hr />
                <button type="button" class="theme-item" onclick={press(&store, LayoutAction::ChooseTheme(store.layout.theme.next()))}>{ icon(theme_icon) }{ theme_word }</button>
                <button type="button" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::Settings)))}>{ icon(SLIDERS) }{ t("Assumptions…") }</button>
                { for Language::ALL.into_iter().filter(|own| *own != store.layout.words).map(|own| html! {
                    <button type="button" lang={own.tag()} onclick={press(&store, LayoutAction::Speak(own))}>{ icon(TEXT) }{ own.name() }</button>
                }) }
                <button type="button" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::Palette)))}>{ icon(SEARCH) }{ t("Commands…") }{ keys_of("Commands…") }</button>
                <button type="button" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::Keys)))}>{ icon(KEYBOARD) }{ t("Keyboard shortcuts") }{ keys_of("Keyboard shortcuts") }</button>
                <button type="button" onclick={press(&store, LayoutAction::ShowDialog(Some(Dialog::About)))}>{ icon(INFO) }{ t("About Netpolis") }</button>
            </Menu>
            { chooser }
        </header>
    }
}

/// Which scene is shown, and the way to others.
fn scene_menu(store: &Store) -> Html {
    html! {
        <Menu class="pick" button={html! { <><span class="pick-label">{ if store.place.origin == Origin::Example { t("Example") } else { t("Scene") } }</span><b>{ store.title() }</b></> }}>
            <button type="button" onclick={press(store, LayoutAction::ShowDialog(Some(Dialog::Scenes)))}>{ icon(HISTORY) }{ t("Recent scenes…") }</button>
            <button type="button" onclick={press(store, Action::StartScene)}>{ icon(PLUS) }{ t("New scene") }</button>
            <button type="button" onclick={press(store, LayoutAction::ShowDialog(Some(Dialog::Lessons)))}>{ icon(LESSON) }{ t("Lessons…") }</button>
            <a href="gallery.html">{ icon(MATRIX) }{ t("Gallery, with pictures") }</a>
            <hr />
            <Late part={Part::Examples} />
        </Menu>
    }
}

/// The engine, and the way to what else is assumed.
fn engine_menu(store: &Store) -> Html {
    let none = store.settings.engine == Engine::None;
    html! {
        <Menu right=true class={classes!("pick", "engine-pick", none.then_some("alert"))}
            label={t_with("Engine: {0}", &[t(engine_words(store.settings.engine).0)])} button={html! { <><span class="narrow-only">{ icon(SLIDERS) }</span><span class="pick-label">{ t("Engine") }</span><b>{ t(engine_words(store.settings.engine).0) }</b></> }}>
            { for Engine::ALL.into_iter().map(|choice| html! {
                <button type="button" class={classes!("example", (store.settings.engine == choice).then_some("chosen"))}
                    onclick={press(store, Action::ChooseSettings(with_engine(&store.settings, choice)))}>
                    <b>{ t(engine_words(choice).0) }</b><span>{ t(engine_words(choice).1) }</span>
                </button>
            }) }
            <button type="button" aria-pressed={(store.settings.staged == Staged::AsIfEnforced).to_string()} onclick={press(store, Action::ChooseSettings(with_staged_turned(&store.settings)))}>
                { if store.settings.staged == Staged::AsIfEnforced { t("Staged policies: as if enforced") } else { t("Staged policies: not enforced") } }
            </button>
            <hr />
            <button type="button" onclick={press(store, LayoutAction::ShowDialog(Some(Dialog::Settings)))}>{ icon(SLIDERS) }{ t("Assumptions…") }</button>
        </Menu>
    }
}
