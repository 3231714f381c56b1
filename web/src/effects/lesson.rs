//! Fetches lessons, which are files beside the page, and keeps what was solved of them in this browser.

use std::rc::Rc;

use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use super::focus::focus_first;
use super::storage;
use crate::components::Store;
use crate::state::{Action, LessonAction, PartId, Phase};
use crate::words::{Language, t_with};
use netpolis_view::Texts;

/// Where lessons are, below the page's folder.
const FOLDER: &str = "lessons/";

/// What terms mean, for all lessons.
const GLOSSARY: &str = "glossary.yaml";

/// A course of the index.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Course {
    /// Its folder.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Its lessons in order.
    pub lessons: Vec<Listed>,
    /// The same in other languages.
    #[serde(default)]
    pub translations: Translations,
}

/// A lesson of the index.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Listed {
    /// Its folder in the course's.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// How many minutes it takes.
    pub minutes: u32,
    /// How many steps it has.
    pub steps: u32,
    /// In how many of them there is something to do.
    pub tasks: u32,
    /// Title and summary in other languages.
    #[serde(default)]
    pub translations: Translations,
}

/// What stands in the index in other languages.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Translations {
    #[serde(default)]
    de: Option<Titles>,
}

/// Title and summary in another language.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Titles {
    /// The title.
    pub title: String,
    /// The summary.
    pub summary: String,
}

impl Translations {
    /// Those in a language.
    pub const fn of(&self, language: Language) -> Option<&Titles> {
        match language {
            Language::English => None,
            Language::German => self.de.as_ref(),
        }
    }
}

/// Fetches the index of courses.
pub fn courses(found: impl FnOnce(Result<Vec<Course>, String>) + 'static) {
    spawn_local(async move {
        let index = text_of(&format!("{FOLDER}index.json")).await.and_then(|text| {
            let value = js_sys::JSON::parse(&text).map_err(|_| unreachable_words("index.json"))?;
            serde_wasm_bindgen::from_value(value).map_err(|_| unreachable_words("index.json"))
        });
        found(index);
    });
}

/// Fetches what an open lesson needs: its text, then the files beside it; and `keeps` what is solved, and in the address what is played.
#[hook]
pub fn use_lesson(store: &Store, keeps: bool) {
    let wanted = store.lesson.as_ref().and_then(|lesson| match &lesson.phase {
        Phase::Fetched => Some((lesson.id.clone(), None)),
        Phase::Wants(text, files, names) => Some((lesson.id.clone(), Some(((text.clone(), files.clone()), names.clone())))),
        Phase::Texts(..) | Phase::Open(_) | Phase::Failed(_) => None,
    });
    {
        let store = store.clone();
        use_effect_with(wanted, move |wanted| {
            let Some((id, given)) = wanted.clone() else { return };
            if given.is_none() && keeps {
                store.dispatch(Action::Lesson(LessonAction::Remember(solved(&id))));
            }
            spawn_local(async move {
                let action = match fetched(&id, given).await {
                    Ok((text, files)) => LessonAction::Came(id, text, files),
                    Err(error) => LessonAction::Failed(id, error),
                };
                store.dispatch(Action::Lesson(action));
            });
        });
    }
    let done = store.lesson.as_ref().map(|lesson| (lesson.id.clone(), lesson.done.clone()));
    use_effect_with(done, move |done| {
        if let Some((id, done)) = done.as_ref().filter(|(id, done)| keeps && !id.is_empty() && !done.is_empty()) {
            let parts: Vec<String> = done.iter().map(|(step, part)| format!("{step}.{part}")).collect();
            storage::put_solved(id, &parts.join(" "));
        }
    });
}

/// The keyboard follows the learner: a step that somebody turns to begins at its heading, however long the lesson takes to come. The page that opens with a
/// lesson begins at its top, and one inside another takes the keyboard from nobody. `shown`: the lesson, and the number of its step.
#[hook]
pub fn use_heading_focus(shown: Option<(String, usize)>) {
    let last = use_mut_ref(|| None::<(String, usize)>);
    use_effect_with(shown, move |shown| {
        let Some(now) = shown else { return };
        let before = last.replace(Some(now.clone()));
        let Some(document) = super::window().and_then(|window| window.document()) else { return };
        let is_used = before.is_some() || document.active_element().is_some_and(|active| active.tag_name() != "BODY");
        if before.as_ref() != Some(now) && is_used && document.has_focus().unwrap_or_default() {
            focus_first(".lesson-head h2");
        }
    });
}

/// What was solved in earlier visits.
fn solved(id: &str) -> Vec<PartId> {
    let part = |text: &str| text.split_once('.').and_then(|(step, part)| Some((step.parse().ok()?, part.parse().ok()?)));
    storage::solved(id).unwrap_or_default().split(' ').filter_map(part).collect()
}

/// The text of a `lesson.md`, and files beside it.
type Fetched = (Rc<str>, Texts);

/// Fetches the text of a lesson; of one whose text is there, files beside it by their names.
async fn fetched(id: &str, given: Option<(Fetched, Vec<String>)>) -> Result<Fetched, String> {
    let folder = format!("{FOLDER}{id}/");
    let Some(((text, mut files), names)) = given else {
        let text = text_of(&format!("{folder}lesson.md")).await?.into();
        // Without explanations it can be played all the same.
        let terms = text_of(&format!("{FOLDER}{GLOSSARY}")).await.ok();
        return Ok((text, terms.map(|terms| (GLOSSARY.to_owned(), terms)).into_iter().collect()));
    };
    for name in names {
        let text = text_of(&format!("{folder}{name}")).await?;
        files.push((name, text));
    }
    Ok((text, files))
}

fn unreachable_words(address: &str) -> String {
    t_with("{0} could not be loaded. Are you offline? Try again later.", &[address])
}

/// The text of a file beside the page.
pub(super) async fn text_of(address: &str) -> Result<String, String> {
    let failed = |_: JsValue| unreachable_words(address);
    let window = super::window().ok_or_else(|| unreachable_words(address))?;
    let response = JsFuture::from(window.fetch_with_str(address)).await.map_err(failed)?;
    let response: web_sys::Response = response.dyn_into().map_err(failed)?;
    if !response.ok() {
        return Err(unreachable_words(address));
    }
    let text = JsFuture::from(response.text().map_err(failed)?).await.map_err(failed)?;
    text.as_string().ok_or_else(|| unreachable_words(address))
}
