//! The courses and their lessons, to choose from.

use std::rc::Rc;

use yew::prelude::*;

use super::language::languages;
use crate::components::{press, use_part};
use crate::effects::lesson::{Course, Translations, courses};
use crate::state::{Action, LessonAction};
use crate::words::{Language, t, t_with};

/// Title and summary in a language if they are there, else in English; with the language's tag.
fn in_language<'a>(language: Language, translations: &'a Translations, english: [&'a str; 2]) -> (&'static str, [&'a str; 2]) {
    match translations.of(language) {
        Some(own) => (language.tag(), [&own.title, &own.summary]),
        None => (Language::English.tag(), english),
    }
}

/// The list of courses. It is fetched when it is first shown.
#[component]
pub fn Lessons() -> Html {
    let Some(store) = use_part(|state| (state.lesson.as_ref().map(|lesson| lesson.id.clone()), state.layout.language)) else {
        return Html::default();
    };
    let language = store.layout.language;
    let known = use_state(|| None::<Rc<Result<Vec<Course>, String>>>);
    {
        let known = known.clone();
        use_effect_with((), move |()| courses(move |found| known.set(Some(Rc::new(found)))));
    }
    let course = |course: &Course| {
        let lesson = |lesson: &crate::effects::lesson::Listed| {
            let id = format!("{}/{}", course.id, lesson.id);
            let numbers = [lesson.steps, lesson.tasks, lesson.minutes].map(|number| number.to_string());
            let minutes = t_with("{0} steps, {1} tasks, {2} minutes", &numbers.each_ref().map(String::as_str));
            let (lang, [title, summary]) = in_language(language, &lesson.translations, [&lesson.title, &lesson.summary]);
            html! {
                <button type="button" class={classes!("example", store.lesson.as_ref().is_some_and(|open| open.id == id).then_some("chosen"))}
                    onclick={press(&store, Action::Lesson(LessonAction::Open(id, String::new())))}>
                    <b {lang}>{ title }</b><span {lang}>{ summary }</span><small>{ minutes }</small>
                </button>
            }
        };
        let (lang, [title, summary]) = in_language(language, &course.translations, [&course.title, &course.summary]);
        html! {
            <section class="lesson-course">
                <h3 {lang}>{ title }</h3>
                <p {lang}>{ summary }</p>
                { for course.lessons.iter().map(lesson) }
            </section>
        }
    };
    match known.as_deref() {
        None => html! { <p role="status">{ t("Loading…") }</p> },
        Some(Err(error)) => html! { <p role="alert">{ error }</p> },
        Some(Ok(all)) => {
            html! { <div class="lesson-list">{ languages(&store, &Language::ALL.map(|own| own.tag().to_owned())) }{ for all.iter().map(course) }</div> }
        }
    }
}
