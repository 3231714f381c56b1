//! Questions that are answered before the page shows the answer: one of several answers, or a verdict.

use yew::prelude::*;

use super::prose::{Links, line};
use crate::components::icons::{CHECK, CROSS, icon};
use crate::components::rich::rich;
use crate::components::{Store, press};
use crate::state::{Action, Lesson, LessonAction, PartId, VERDICTS};
use crate::words::{t, t_with};
use netpolis_view::{PredictView, QuizView, RowLink};

fn said(right: bool) -> &'static str {
    if right { t("Right.") } else { t("No.") }
}

/// A quiz.
pub(super) fn quiz(store: &Store, lesson: &Lesson, id: PartId, quiz: &QuizView, links: &Links) -> Html {
    let picked = lesson.pick(id);
    let choice = |(number, (text, right, because)): (usize, &(Vec<_>, bool, Vec<_>))| {
        let on = picked == Some(number);
        html! {
            <li>
                <button type="button" class={classes!("lesson-choice", on.then_some(if *right { "right" } else { "wrong" }))} aria-pressed={on.to_string()}
                    onclick={press(store, Action::Lesson(LessonAction::Pick(id, number)))}>
                    if on { { icon(if *right { CHECK } else { CROSS }) } }<span>{ line(text, links) }</span>
                </button>
                if on { <p role="status">{ said(*right) }{ " " }{ line(because, links) }</p> }
            </li>
        }
    };
    html! {
        <section class="lesson-quiz" aria-label={t("Question")}>
            <h3>{ line(&quiz.ask, links) }</h3>
            <ul>{ for quiz.choices.iter().enumerate().map(choice) }</ul>
        </section>
    }
}

/// A verdict to be predicted.
pub(super) fn predict(store: &Store, lesson: &Lesson, id: PartId, predict: &PredictView, links: &Links) -> Html {
    let picked = lesson.pick(id).and_then(|number| VERDICTS.get(number));
    let [from, to, what] = &predict.asked;
    let right = picked.is_some_and(|picked| *picked == predict.verdict);
    let button = |(number, word): (usize, &&'static str)| {
        let on = picked == Some(word);
        html! {
            <button type="button" class={classes!("lesson-choice", on.then_some(if right { "right" } else { "wrong" }))} aria-pressed={on.to_string()}
                onclick={press(store, Action::Lesson(LessonAction::Pick(id, number)))}>{ t(word) }</button>
        }
    };
    // Of a flow it is never `sometimes`.
    let words = VERDICTS.iter().enumerate().filter(|(_, word)| matches!(predict.link, RowLink::Path(_)) || **word != "sometimes");
    html! {
        <section class="lesson-quiz" aria-label={t("Prediction")}>
            <h3>{ rich(&t_with("What is the answer to `{0}` → `{1}`, {2}?", &[from, to, what])) }</h3>
            <div class="lesson-buttons">{ for words.map(button) }</div>
            if picked.is_none() && matches!(predict.link, RowLink::Flow(_)) {
                <p class="lesson-note">{ t("Graph and matrix leave this flow out until then.") }</p>
            }
            if picked.is_some() {
                <p role="status"><b>{ said(right) }</b>{ " " }<span lang="en">{ rich(&predict.summary) }</span>{ " " }{ line(&predict.because, links) }{ " " }
                    <button type="button" class="spot" onclick={press(store, Action::Follow(predict.link.clone()))}>{ t("show") }</button>
                </p>
            }
        </section>
    }
}
