//! A task: what to do, which of its checks pass, hints, and the solution.

use yew::prelude::*;

use super::prose::{Links, line};
use crate::components::icons::{CHECK, CROSS, INFO, icon};
use crate::components::rich::rich;
use crate::components::{Store, press};
use crate::state::{Action, LayoutAction, Lesson, LessonAction, PartId};
use crate::words::{t, t_with};
use netpolis_view::{CheckOutcome, CheckView, EditableView, StrayView, TaskView};

/// What may be edited, in words.
pub(crate) fn editable_words((file, lines): &EditableView) -> String {
    match lines {
        Some((first, last)) if first == last => t_with("{0}, line {1}", &[file, &first.to_string()]),
        Some((first, last)) => t_with("{0}, lines {1} to {2}", &[file, &first.to_string(), &last.to_string()]),
        None => file.clone(),
    }
}

fn stray_words(stray: &StrayView) -> String {
    match stray {
        StrayView::Added(file) => t_with("`{0}` was added", &[file]),
        StrayView::Removed(file) => t_with("`{0}` was removed", &[file]),
        StrayView::Edited(file, line) => t_with("line {1} of `{0}` was edited", &[file, &line.to_string()]),
    }
}

/// A task of the step that is shown.
pub(super) fn task(store: &Store, lesson: &Lesson, id: PartId, task: &TaskView, links: &Links) -> Html {
    let grade = lesson.grade(id);
    let passes = grade.is_some_and(|grade| grade.passes);
    let shown = lesson.hints(id);
    let wrong = grade.and_then(|grade| task.wrong.get(grade.wrong?)).map(|(_, because)| because);
    let act = |action: LessonAction| press(store, Action::Lesson(action));
    let more = task.hints.len() - shown;
    let may_edit = task.edit.iter().map(editable_words).collect::<Vec<_>>().join(t(" and "));
    html! {
        // It has the keyboard after a button that is gone: the next one starts the step again.
        <section class={classes!("lesson-task", passes.then_some("done"))} aria-label={t("Task")} tabindex="-1">
            <h3>{ if passes { icon(CHECK) } else { Html::default() } }{ if passes { t("Solved") } else { t("Task") } }</h3>
            <p>{ line(&task.say, links) }</p>
            if let Some((file, _)) = task.edit.first() { <p class="lesson-note">{ t_with("Edit {0}.", &[&may_edit]) }{ " " }{ open_file(store, file) }</p> }
            <ul class="lesson-checks" aria-live="polite" aria-busy={grade.is_none().to_string()}>
                { for grade.iter().flat_map(|grade| &grade.checks).map(|check| check_row(store, check)) }
                if grade.is_none() { <li class="lesson-note">{ t("Checking…") }</li> }
            </ul>
            { for grade.iter().flat_map(|grade| &grade.strays).map(|stray| html! { <p class="lesson-wrong">{ icon(INFO) }<span>{ rich(&t_with("Take it back, as only {0} may be edited: {1}.", &[&may_edit, &stray_words(stray)])) }</span></p> }) }
            if let Some(because) = wrong { <p class="lesson-wrong">{ icon(INFO) }<span>{ line(because, links) }</span></p> }
            if shown > 0 {
                <ol class="lesson-hints">{ for task.hints.iter().take(shown).map(|hint| html! { <li>{ line(hint, links) }</li> }) }</ol>
            }
            <div class="lesson-buttons" key={format!("{passes} {}", more > 0)}>
                if more > 0 && !passes {
                    <button type="button" class="pick" onclick={act(LessonAction::Hint(id))}>{ if shown == 0 { t("Hint").to_owned() } else { t_with("Next hint ({0})", &[&more.to_string()]) } }</button>
                }
                if !passes { <button type="button" class="pick" onclick={act(LessonAction::Show(id))}>{ t("Show me") }</button> }
                <button type="button" class="pick" onclick={act(LessonAction::Again)}>{ t("Start again") }</button>
            </div>
        </section>
    }
}

/// Brings the text of a file into sight, which a narrow window shows on a screen of its own.
fn open_file(store: &Store, file: &str) -> Html {
    let Some(id) = store.files.iter().find(|own| own.name == file).map(|own| own.id) else { return Html::default() };
    let store = store.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        store.dispatch(Action::ShowFile(id));
        store.dispatch(LayoutAction::ShowEditor.into());
    });
    html! { <button type="button" class="spot" {onclick}>{ t("Open") }</button> }
}

/// A check with its outcome; one that fails opens what shows it.
fn check_row(store: &Store, check: &CheckView) -> Html {
    let (class, shape, word) = match check.outcome {
        CheckOutcome::Passed => ("passes", CHECK, t("passes")),
        CheckOutcome::Failed => ("fails", CROSS, t("fails")),
        CheckOutcome::CannotTell => ("fails", INFO, t("cannot be told")),
        CheckOutcome::Broken => ("fails", INFO, t("cannot be made")),
    };
    let show = check.link().filter(|_| check.outcome != CheckOutcome::Passed).map(|link| {
        html! { <button type="button" class="spot" onclick={press(store, Action::Follow(link))}>{ t("show") }</button> }
    });
    html! {
        <li {class}>
            <span class="sign">{ icon(shape) }<span class="visually-hidden">{ word }</span></span>
            <span><span lang="en">{ rich(&check.name) }</span>{ " " }{ show }
                if check.outcome != CheckOutcome::Passed && !check.reason.is_empty() { <small lang="en">{ rich(&check.reason) }</small> }
            </span>
        </li>
    }
}
