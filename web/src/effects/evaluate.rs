//! Keeps picture and answer in step with text and question.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::start::Start;
use crate::engine::{Remote, program};
use crate::state::{Action, State};
use crate::view_model::{Board, Evaluation, Evaluator, PathAsked, Question, Request, SceneView, settings_text};

/// Text of more bytes is evaluated in a worker: below, an edit takes less than a frame.
const LARGE: usize = 160 << 10;
/// How long the picture waits for the rest of what is being typed, in ms, before it does without a document that cannot be read yet.
const PATIENCE: u32 = 500;

/// The evaluators of a page: one here, and one in a worker for what takes longer than a frame.
pub struct Engine {
    local: RefCell<Evaluator>,
    remote: RefCell<Option<Remote>>,
    /// The revision whose texts the worker has, or is about to get.
    sent: RefCell<Option<u32>>,
    /// A reply that waits for the rest of what is being typed.
    held: RefCell<Option<Evaluation>>,
}

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Engine {
    /// One that begins here.
    pub fn new(local: Evaluator) -> Self {
        Engine { local: RefCell::new(local), remote: RefCell::new(None), sent: RefCell::new(None), held: RefCell::new(None) }
    }
}

/// Evaluates whenever text, settings or question change, or the policy board or the path panel want to know something.
#[hook]
pub fn use_evaluation(state: &UseReducerHandle<State>, engine: &Rc<Engine>) {
    let dependencies = (state.revision, state.asking.flow.clone(), state.wants_board(), state.wants_path());
    let (state, engine) = (state.clone(), engine.clone());
    use_effect_with(dependencies, move |(revision, question, board, path)| {
        let mut waiting = None::<Timeout>;
        if let Some(reply) = reply(&state, &engine, *revision, question, board.as_ref(), path.as_ref()) {
            if is_half_written(&state, &reply) {
                // The next key may end it; another question in between takes the picture with it.
                *engine.held.borrow_mut() = Some(reply);
                waiting = Some(Timeout::new(PATIENCE, move || {
                    if let Some(reply) = engine.held.take() {
                        state.dispatch(Action::evaluated(reply));
                    }
                }));
            } else {
                state.dispatch(Action::evaluated(reply));
            }
        }
        move || drop(waiting)
    });
}

/// What the evaluator of this page says, if there is something to ask; a worker answers later.
fn reply(
    state: &State,
    engine: &Engine,
    revision: u32,
    question: &Question,
    board: Option<&Board>,
    path: Option<&PathAsked>,
) -> Option<Evaluation> {
    let board_known = board.is_none() || state.answers.board.as_ref().map(|known| &known.asked) == board;
    let path_known = path.is_none() || state.answers.path.as_ref().map(|known| &known.asked) == path;
    if state.answers.revision == revision && state.answers.flow.is_some() && board_known && path_known {
        return None;
    }
    let mut request = Request {
        revision,
        files: None,
        settings: settings_text(&state.settings),
        question: question.clone(),
        board: board.cloned(),
        path: path.cloned(),
    };
    let size: usize = state.files.size();
    let remote = engine.remote.borrow().clone();
    if let Some(remote) = remote.filter(|r| size > LARGE && r.is_ready()) {
        if engine.sent.replace(Some(revision)) != Some(revision) {
            request.files = Some(state.files.texts());
        }
        remote.ask(request);
        return None;
    }
    let mut local = engine.local.borrow_mut();
    if local.revision() != Some(revision) {
        request.files = Some(state.files.texts());
    }
    let mut reply = local.reply(request);
    // What was held back for this text has not been shown yet.
    let held = engine.held.take().filter(|held| held.revision == revision);
    reply.scene = reply.scene.or_else(|| held?.scene);
    Some(reply)
}

/// Whether what is being typed leaves more unread than before: most likely it is half written.
fn is_half_written(state: &State, reply: &Evaluation) -> bool {
    let unread = |scene: &SceneView| scene.coverage.count();
    state.files.typing && reply.scene.as_ref().is_some_and(|scene| unread(scene) > unread(&state.answers.scene))
}

/// Starts the worker once the texts are on their way to being large. Small scenes never need it, and so fetch nothing for it.
#[hook]
pub fn use_worker(state: &UseReducerHandle<State>, engine: &Rc<Engine>, start: &Rc<Start>) {
    let (dispatcher, engine, start) = (state.dispatcher(), engine.clone(), start.clone());
    let size: usize = state.files.size();
    use_effect_with(size > LARGE / 2, move |wanted| {
        if *wanted && engine.remote.borrow().is_none() {
            let on_reply = move |reply: Evaluation| dispatcher.dispatch(Action::evaluated(reply));
            *engine.remote.borrow_mut() = Remote::start(&start.worker, &program(&start.script, &start.module), on_reply);
        }
    });
}
