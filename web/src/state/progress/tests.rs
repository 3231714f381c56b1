use std::rc::Rc;

use super::*;
use crate::state::Action;
use netpolis_view::{Question, SceneView};

const MB: u32 = 1_000_000;

fn waits(doing: Doing) -> ProgressLine {
    ProgressLine::Waits { since: 0.0, doing }
}

fn loading(bytes: u32, of: u32) -> ProgressLine {
    waits(Doing::Loading { further: false, bytes, of })
}

fn evaluating(step: Option<Step>) -> ProgressLine {
    waits(Doing::Evaluating { step, cancellable: true })
}

/// A scene of one empty file, with an answer to its question.
fn answered() -> Rc<State> {
    let state = Rc::new(State::default()).reduce(Action::AddFile);
    let reply = reply(&state);
    let state = state.reduce(reply);
    assert!(state.is_answered());
    state
}

fn reply(state: &State) -> Action {
    Action::Evaluated {
        revision: state.revision,
        scene: Some(Rc::new(SceneView { objects: 7, ..SceneView::default() })),
        question: state.asking.flow.clone(),
        answer: Rc::new(Err("nobody".into())),
        board: None,
        path: None,
        further: Vec::new(),
        checks: 0,
    }
}

fn edited(state: Rc<State>) -> Rc<State> {
    let file = state.files.active;
    state.reduce(Action::TextEdited(file, "kind: Pod\n".into()))
}

fn told(state: Rc<State>, progress: Progress) -> Rc<State> {
    state.reduce(Action::Progress(progress))
}

const WAITS: Progress = Progress::Waits { since: 5.0, doing: Doing::Evaluating { step: None, cancellable: true } };
const CANCELLED: Progress = Progress::Cancelled { unloaded: false };

#[test]
fn loading_says_how_much_has_come() {
    assert_eq!((loading(0, 0).title(), loading(0, 0).detail()), ("Loading the evaluator", String::new()));
    assert_eq!(loading(1_240_000, 3_260_000).detail(), "1.2 of 3.3 MB");
    assert_eq!(loading(MB, 0).detail(), "1.0 MB", "without a known size");
    assert_eq!(loading(0, 3 * MB).share(), Some(0.0));
    assert_eq!(loading(MB, 4 * MB).share(), Some(0.25));
    assert_eq!(loading(4 * MB, 4 * MB).title(), "Starting the evaluator");
    assert_eq!(loading(4 * MB, 4 * MB).detail(), "");
    assert_eq!(loading(MB, 0).share(), None);
    assert!(loading(0, 0).is_cancellable());
}

#[test]
fn evaluating_says_its_step_and_no_share_that_nobody_knows() {
    assert_eq!(evaluating(None).detail(), "");
    assert_eq!(evaluating(Some(Step::Reading { done: 120_000, of: 730_000 })).detail(), "reading 120 of 730 kB");
    assert_eq!(evaluating(Some(Step::Reading { done: 120_000, of: 7_300_000 })).detail(), "reading 0.1 of 7.3 MB");
    assert_eq!(evaluating(Some(Step::Pairs)).detail(), "comparing all pairs");
    assert_eq!(evaluating(Some(Step::Pairs)).share(), None);
    assert!(!waits(Doing::Evaluating { step: None, cancellable: false }).is_cancellable());
}

#[test]
fn the_line_goes_with_the_answer() {
    let state = told(edited(answered()), WAITS);
    assert_eq!(state.progress_line().and_then(|line| line.since()), Some(5.0));
    let reply = reply(&state);
    let state = state.reduce(reply);
    assert_eq!((state.progress_line(), state.progress), (None, Progress::Quiet));
}

#[test]
fn where_everything_is_answered_nobody_waits() {
    assert_eq!(told(answered(), WAITS).progress_line(), None);
}

#[test]
fn cancelled_keeps_text_and_answers_and_says_that_these_are_older() {
    let state = told(edited(answered()), WAITS);
    assert_eq!(state.behind_words(), "Reading the latest edit…");
    let state = told(state, CANCELLED);
    assert_eq!(state.behind_words(), "From before your last change");
    let line = state.progress_line().unwrap();
    assert_eq!(line.title(), "Cancelled. Graph and answers are from before your last change.");
    assert_eq!((line.button(), line.is_waiting(), line.is_cancellable()), ("Evaluate", false, false));
    assert_eq!(&*state.files.shown().unwrap().text, "kind: Pod\n");
    assert_eq!(state.answers.scene.objects, 7);
    assert!(state.answers.last_outcome().is_some());
}

#[test]
fn cancelled_about_another_question_says_so() {
    let state = answered().reduce(Action::Ask(Question { port: Some(81), ..Question::default() }));
    let state = told(told(state, WAITS), CANCELLED);
    assert_eq!(state.progress_line().unwrap().title(), "Cancelled. Your last question has no answer.");
    assert_eq!(state.answers.scene.objects, 7, "the picture is of this text");
}

#[test]
fn cancelled_before_anything_was_said_shows_no_other_scene() {
    let state = answered().reduce(Action::StartScene);
    let state = edited(state);
    assert_eq!(state.answers.scene.objects, 7, "the last picture stands until the next comes");
    let state = told(told(state, WAITS), CANCELLED);
    assert_eq!(state.answers.scene.objects, 0);
    assert_eq!(state.progress_line().unwrap().title(), "Cancelled. This text is not evaluated.");
    assert_eq!(state.behind_words(), "Not evaluated");
    let reply = reply(&state);
    assert_eq!(state.reduce(reply).answers.scene.objects, 7);
}

#[test]
fn without_the_engine_it_is_loaded_first() {
    let line = ProgressLine::Cancelled { unloaded: true, standing: Standing::Before };
    assert_eq!(line.title(), "The evaluator is not loaded. Graph and answers are from before your last change.");
    assert_eq!(line.button(), "Load and evaluate");
}

#[test]
fn the_same_progress_changes_nothing() {
    let state = told(edited(answered()), WAITS);
    assert!(Rc::ptr_eq(&state, &told(state.clone(), WAITS)));
}

#[test]
fn a_file_that_takes_long_is_told_after_what_is_waited_for() {
    let state = answered().reduce(Action::Saving(true));
    let line = state.progress_line().unwrap();
    assert_eq!((line.title(), line.button(), line.is_cancellable()), ("Drawing the PNG file", "Cancel", true));
    let state = told(edited(state), WAITS);
    assert_eq!(state.progress_line().unwrap().title(), "Evaluating");
    let reply = reply(&state);
    assert_eq!(state.reduce(reply).reduce(Action::Saving(false)).progress_line(), None);
}
