//! The courses and their lessons, to choose from.

use std::rc::Rc;

use yew::prelude::*;

use crate::components::{press, use_part};
use crate::effects::lesson::{Course, courses};
use crate::state::{Action, LessonAction};

/// The list of courses. It is fetched when it is first shown.
#[component]
pub fn Lessons() -> Html {
    let Some(store) = use_part(|state| state.lesson.as_ref().map(|lesson| lesson.id.clone())) else { return Html::default() };
    let known = use_state(|| None::<Rc<Result<Vec<Course>, String>>>);
    {
        let known = known.clone();
        use_effect_with((), move |()| courses(move |found| known.set(Some(Rc::new(found)))));
    }
    let course = |course: &Course| {
        let lesson = |lesson: &crate::effects::lesson::Listed| {
            let id = format!("{}/{}", course.id, lesson.id);
            let minutes = format!("{} steps, {} tasks, {} minutes", lesson.steps, lesson.tasks, lesson.minutes);
            html! {
                <button type="button" class={classes!("example", store.lesson.as_ref().is_some_and(|open| open.id == id).then_some("chosen"))}
                    onclick={press(&store, Action::Lesson(LessonAction::Open(id, String::new())))}>
                    <b>{ &lesson.title }</b><span>{ &lesson.summary }</span><small>{ minutes }</small>
                </button>
            }
        };
        html! {
            <section class="lesson-course">
                <h3>{ &course.title }</h3>
                <p>{ &course.summary }</p>
                { for course.lessons.iter().map(lesson) }
            </section>
        }
    };
    match known.as_deref() {
        None => html! { <p role="status">{ "Loading…" }</p> },
        Some(Err(error)) => html! { <p role="alert">{ error }</p> },
        Some(Ok(all)) => html! { <div class="lesson-list">{ for all.iter().map(course) }</div> },
    }
}
