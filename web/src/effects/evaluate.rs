//! Keeps picture and answer in step with text and question.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::start::Start;
use crate::engine::worker::{Remote, program};
use crate::engine::{Evaluator, LARGE, Reply, Request};
use crate::share::settings_text;
use crate::state::{Action, State};

/// The evaluators of a page: one here, and one in a worker for what takes longer than a frame.
pub struct Engine {
    local: RefCell<Evaluator>,
    remote: RefCell<Option<Remote>>,
    /// The revision whose texts the worker has, or is about to get.
    sent: RefCell<Option<u32>>,
}

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Engine {
    /// One that begins here.
    pub fn new(local: Evaluator) -> Self {
        Engine { local: RefCell::new(local), remote: RefCell::new(None), sent: RefCell::new(None) }
    }
}

/// Evaluates whenever text, settings or question change, or the policy board or the path panel want to know something.
#[hook]
pub fn use_evaluation(state: &UseReducerHandle<State>, engine: &Rc<Engine>) {
    let dependencies = (state.revision, state.question.clone(), state.wants_board(), state.wants_path());
    let (state, engine) = (state.clone(), engine.clone());
    use_effect_with(dependencies, move |(revision, question, board, path)| {
        let board_known = state.board.as_ref().map(|known| &known.asked) == board.as_ref() || board.is_none();
        let path_known = state.path_reply.as_ref().map(|known| &known.asked) == path.as_ref() || path.is_none();
        let up_to_date = state.evaluated == *revision && state.answer.is_some() && board_known && path_known;
        if up_to_date {
            return;
        }
        let files = || state.files.iter().map(|f| (f.name.clone(), f.text.to_string())).collect();
        let mut request = Request {
            revision: *revision,
            files: None,
            settings: settings_text(&state.settings),
            question: question.clone(),
            board: board.clone(),
            path: path.clone(),
        };
        let size: usize = state.files.iter().map(|f| f.text.len()).sum();
        let remote = engine.remote.borrow().clone();
        if let Some(remote) = remote.filter(|r| size > LARGE && r.is_ready()) {
            if engine.sent.replace(Some(*revision)) != Some(*revision) {
                request.files = Some(files());
            }
            remote.ask(request);
            return;
        }
        let mut local = engine.local.borrow_mut();
        if local.revision() != Some(*revision) {
            request.files = Some(files());
        }
        let reply = local.reply(request);
        state.dispatch(Action::evaluated(reply));
    });
}

/// Starts the worker once the texts are on their way to being large. Small scenes never need it, and so fetch nothing for it.
#[hook]
pub fn use_worker(state: &UseReducerHandle<State>, engine: &Rc<Engine>, start: &Rc<Start>) {
    let (dispatcher, engine, start) = (state.dispatcher(), engine.clone(), start.clone());
    let size: usize = state.files.iter().map(|f| f.text.len()).sum();
    use_effect_with(size > LARGE / 2, move |wanted| {
        if *wanted && engine.remote.borrow().is_none() {
            let on_reply = move |reply: Reply| dispatcher.dispatch(Action::evaluated(reply));
            *engine.remote.borrow_mut() = Remote::start(&start.worker, &program(&start.script, &start.module), on_reply);
        }
    });
}
