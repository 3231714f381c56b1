//! The player of lessons: prose beside the playground, with tasks, quizzes and the way from step to step.

mod list;
mod prose;
mod quiz;
mod task;

use yew::prelude::*;

pub use self::list::Lessons;
use self::prose::{Links, blocks};
use super::icons::{CHECK, CROSS, icon};
use super::renders::count_render;
use super::{Store, press, use_part};
use crate::state::{Action, Lesson, LessonAction, Phase};
use netpolis_view::{LessonView, PartOfStep};

/// The pane of a lesson; nothing while none is open.
#[component]
pub fn LessonPane() -> Html {
    let Some(store) = use_part(|state| state.lesson.clone()) else { return Html::default() };
    count_render("LessonPane");
    let Some(lesson) = &store.lesson else { return Html::default() };
    let body = match &lesson.phase {
        Phase::Open(view) => open(&store, lesson, view),
        Phase::Failed(problems) => html! {
            <div class="lesson-body"><p>{ "This lesson cannot be played:" }</p><ul>{ for problems.iter().map(|problem| html! { <li>{ problem }</li> }) }</ul></div>
        },
        Phase::Fetched | Phase::Texts(..) | Phase::Wants(..) => {
            html! { <div class="lesson-body"><p class="lesson-note" role="status">{ "Loading the lesson…" }</p></div> }
        }
    };
    html! { <section class="pane lesson-pane" aria-label="Lesson">{ body }</section> }
}

fn open(store: &Store, lesson: &Lesson, view: &LessonView) -> Html {
    let Some(step) = lesson.shown() else { return Html::default() };
    let links =
        Links { dispatch: store.dispatcher(), lesson: lesson.id.clone(), steps: view.steps.iter().map(|step| step.id.clone()).collect() };
    let act = |action: LessonAction| press(store, Action::Lesson(action));
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
                <div><small>{ format!("{} · step {} of {}", view.title, lesson.step + 1, view.steps.len()) }</small><h2 tabindex="-1">{ &step.title }</h2></div>
                <button type="button" class="quiet square" aria-label="close the lesson" title="close the lesson" onclick={act(LessonAction::Close)}>{ icon(CROSS) }</button>
            </header>
            <nav class="lesson-steps" aria-label="Steps">
                { for view.steps.iter().enumerate().map(|(number, step)| step_button(store, lesson, number, &step.title)) }
            </nav>
            <div class="lesson-body" key={step.id.clone()} tabindex="0" aria-label={step.title.clone()}>
                if lesson.step == 0 { { blocks(&view.intro, &links) } }
                { for step.parts.iter().enumerate().map(part) }
                <div class="lesson-buttons lesson-turn">
                    if lesson.step > 0 { <button type="button" class="pick" onclick={act(LessonAction::GoTo(lesson.step - 1))}>{ "Back" }</button> }
                    <span class="grow" />
                    if lesson.step < last { <button type="button" class="primary" onclick={act(LessonAction::GoTo(lesson.step + 1))}>{ "Next step" }</button> }
                    else { <p class="lesson-note">{ "This was the last step." }</p> }
                </div>
            </div>
        </>
    }
}

fn step_button(store: &Store, lesson: &Lesson, number: usize, title: &str) -> Html {
    let here = number == lesson.step;
    let done = lesson.is_step_done(number) == Some(true);
    let label = format!("step {}: {title}{}", number + 1, if done { ", solved" } else { "" });
    html! {
        <button type="button" class={classes!("lesson-step", here.then_some("on"), done.then_some("done"))} aria-current={here.then_some("step")}
            aria-label={label.clone()} title={label} onclick={press(store, Action::Lesson(LessonAction::GoTo(number)))}>
            if done { { icon(CHECK) } } else { { number + 1 } }
        </button>
    }
}
