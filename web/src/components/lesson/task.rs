//! A task: what to do, which of its checks pass, hints, and the solution.

use yew::prelude::*;

use super::prose::{Links, line};
use crate::components::icons::{CHECK, CROSS, INFO, icon};
use crate::components::rich::rich;
use crate::components::{Store, press};
use crate::state::{Action, Lesson, LessonAction, PartId};
use netpolis_view::{CheckOutcome, CheckView, TaskView};

/// A task of the step that is shown.
pub(super) fn task(store: &Store, lesson: &Lesson, id: PartId, task: &TaskView, links: &Links) -> Html {
    let grade = lesson.grade(id);
    let passes = grade.is_some_and(|grade| grade.passes);
    let shown = lesson.hints(id);
    let wrong = grade.and_then(|grade| task.wrong.get(grade.wrong?)).map(|(_, because)| because);
    let act = |action: LessonAction| press(store, Action::Lesson(action));
    let more = task.hints.len() - shown;
    html! {
        <section class={classes!("lesson-task", passes.then_some("done"))} aria-label="Task">
            <h3>{ if passes { icon(CHECK) } else { Html::default() } }{ if passes { "Solved" } else { "Task" } }</h3>
            <p>{ line(&task.say, links) }</p>
            if !task.edit.is_empty() { <p class="lesson-note">{ format!("Edit {}.", task.edit.join(" and ")) }</p> }
            <ul class="lesson-checks" aria-live="polite" aria-busy={grade.is_none().to_string()}>
                { for grade.iter().flat_map(|grade| &grade.checks).map(|check| check_row(store, check)) }
                if grade.is_none() { <li class="lesson-note">{ "Checking…" }</li> }
            </ul>
            { for grade.iter().flat_map(|grade| &grade.strays).map(|stray| html! { <p class="lesson-wrong">{ icon(INFO) }<span>{ rich(&format!("Take it back, as only {} may be edited: {stray}.", task.edit.join(" and "))) }</span></p> }) }
            if let Some(because) = wrong { <p class="lesson-wrong">{ icon(INFO) }<span>{ line(because, links) }</span></p> }
            if shown > 0 {
                <ol class="lesson-hints">{ for task.hints.iter().take(shown).map(|hint| html! { <li>{ line(hint, links) }</li> }) }</ol>
            }
            <div class="lesson-buttons">
                if more > 0 && !passes {
                    <button type="button" class="pick" onclick={act(LessonAction::Hint(id))}>{ if shown == 0 { "Hint".to_owned() } else { format!("Next hint ({more})") } }</button>
                }
                if !passes { <button type="button" class="pick" onclick={act(LessonAction::Show(id))}>{ "Show me" }</button> }
                <button type="button" class="pick" onclick={act(LessonAction::Again)}>{ "Start again" }</button>
            </div>
        </section>
    }
}

/// A check with its outcome; one that fails opens what shows it.
fn check_row(store: &Store, check: &CheckView) -> Html {
    let (class, shape, word) = match check.outcome {
        CheckOutcome::Passed => ("passes", CHECK, "passes"),
        CheckOutcome::Failed => ("fails", CROSS, "fails"),
        CheckOutcome::CannotTell => ("fails", INFO, "cannot be told"),
        CheckOutcome::Broken => ("fails", INFO, "cannot be made"),
    };
    let show = check.link().filter(|_| check.outcome != CheckOutcome::Passed).map(|link| {
        html! { <button type="button" class="spot" onclick={press(store, Action::Follow(link))}>{ "show" }</button> }
    });
    html! {
        <li {class}>
            <span class="sign">{ icon(shape) }<span class="visually-hidden">{ word }</span></span>
            <span>{ rich(&check.name) }{ " " }{ show }
                if check.outcome != CheckOutcome::Passed && !check.reason.is_empty() { <small>{ rich(&check.reason) }</small> }
            </span>
        </li>
    }
}
