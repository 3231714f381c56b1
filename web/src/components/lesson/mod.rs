//! The player of lessons: prose beside the playground, with tasks, quizzes and the way from step to step.

mod language;
mod list;
mod prose;
mod quiz;
mod task;
mod term;

use yew::prelude::*;

use self::language::languages;
pub use self::list::Lessons;
use self::prose::{Links, blocks};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::task::editable_words;
use super::icons::{CHECK, CROSS, icon};
use super::renders::count_render;
use super::{Store, press, use_part};
use crate::effects::lesson::use_heading_focus;
use crate::state::{Action, Lesson, LessonAction, Phase};
use crate::words::{t, t_with};
use netpolis_view::{LessonView, PartOfStep};

/// The pane of a lesson; nothing while none is open.
#[component]
pub fn LessonPane() -> Html {
    let Some(store) = use_part(|state| (state.lesson.clone(), state.layout.language)) else { return Html::default() };
    count_render("LessonPane");
    use_heading_focus(store.lesson.as_ref().filter(|lesson| lesson.shown().is_some()).map(|lesson| (lesson.id.clone(), lesson.step)));
    let Some(lesson) = &store.lesson else { return Html::default() };
    let body = match &lesson.phase {
        Phase::Open(view) => open(&store, lesson, view),
        Phase::Failed(problems) => html! {
            <div class="lesson-body"><p>{ t("This lesson cannot be played:") }</p><ul lang="en">{ for problems.iter().map(|problem| html! { <li>{ problem }</li> }) }</ul></div>
        },
        Phase::Fetched | Phase::Texts(..) | Phase::Wants(..) => {
            html! { <div class="lesson-body"><p class="lesson-note" role="status">{ t("Loading the lesson…") }</p></div> }
        }
    };
    html! { <section class="pane lesson-pane" aria-label={t("Lesson")}>{ body }</section> }
}

fn open(store: &Store, lesson: &Lesson, view: &LessonView) -> Html {
    let Some(step) = lesson.shown() else { return Html::default() };
    let links = Links {
        dispatch: store.dispatcher(),
        lesson: lesson.id.clone(),
        steps: view.steps.iter().map(|step| step.id.clone()).collect(),
        terms: lesson.terms(),
    };
    let act = |action: LessonAction| press(store, Action::Lesson(action));
    let lang = AttrValue::from(view.language.clone());
    let last = view.steps.len().saturating_sub(1);
    let part = |(number, part): (usize, &PartOfStep)| {
        let id = (lesson.step as u32, number as u32);
        match part {
            PartOfStep::Prose(prose) => blocks(prose, &links),
            PartOfStep::Task(task) => task::task(store, lesson, id, task, &links),
            PartOfStep::Quiz(quiz) => quiz::quiz(store, lesson, id, quiz, &links),
            PartOfStep::Predict(predict) => quiz::predict(store, lesson, id, predict, &links),
        }
    };
    html! {
        <>
            <header class="lesson-head">
                <div>
                    <small>{ t_with("{0} · step {1} of {2}", &[&view.title, &(lesson.step + 1).to_string(), &view.steps.len().to_string()]) }</small>
                    <h2 tabindex="-1" lang={lang.clone()}>{ &step.title }</h2>
                </div>
                { languages(store, &view.languages) }
                <button type="button" class="quiet square" aria-label={t("close the lesson")} title={t("close the lesson")} onclick={act(LessonAction::Close)}>{ icon(CROSS) }</button>
            </header>
            <nav class="lesson-steps" aria-label={t("Steps")}>
                { for view.steps.iter().enumerate().map(|(number, step)| step_button(store, lesson, number, &step.title)) }
            </nav>
            <div class="lesson-body" key={step.id.clone()} tabindex="0" aria-label={step.title.clone()} {lang}>
                if lesson.step == 0 { { blocks(&view.intro, &links) } }
                { for step.parts.iter().enumerate().map(part) }
                <div class="lesson-buttons lesson-turn">
                    if lesson.step > 0 { <button type="button" class="pick" onclick={act(LessonAction::GoTo(lesson.step - 1))}>{ t("Back") }</button> }
                    <span class="grow" />
                    if lesson.step < last { <button type="button" class="primary" onclick={act(LessonAction::GoTo(lesson.step + 1))}>{ t("Next step") }</button> }
                    else { <p class="lesson-note">{ t("This was the last step.") }</p> }
                </div>
            </div>
        </>
    }
}

fn step_button(store: &Store, lesson: &Lesson, number: usize, title: &str) -> Html {
    let here = number == lesson.step;
    let done = lesson.is_step_done(number) == Some(true);
    let count = (number + 1).to_string();
    let names = [count.as_str(), title];
    let label = if done { t_with("step {0}: {1}, solved", &names) } else { t_with("step {0}: {1}", &names) };
    html! {
        <button type="button" class={classes!("lesson-step", here.then_some("on"), done.then_some("done"))} aria-current={here.then_some("step")}
            aria-label={label.clone()} title={label} onclick={press(store, Action::Lesson(LessonAction::GoTo(number)))}>
            if done { { icon(CHECK) } } else { { number + 1 } }
        </button>
    }
}
