//! Keeps picture and answer in step with text and question: what the page wants to know goes to the engine, and what comes back into the
//! state.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::logs;
use crate::components::Store;
use crate::engine::{EngineLink, News, Queue};
use crate::examples::{EXAMPLES, Example, example_of};
use crate::state::{Action, Doing, EngineFault, Progress, State};
use netpolis_view::{Ahead, Evaluation, FurtherAnswer, Request};

/// How long the picture waits for the rest of what is being typed, in ms, before it does without a document that cannot be read yet.
const PATIENCE: u32 = 500;

/// How long the page waits for the engine, in ms, before it says so.
const MOMENT: u32 = 1_000;

/// What is waited for at first: the engine, of which nothing has come.
const NOTHING_YET: Doing = Doing::Loading { further: false, bytes: 0, of: 0 };

/// The engine, as the page uses it.
pub struct Engine {
    link: EngineLink,
    queue: RefCell<Queue>,
    /// The page as it was drawn last.
    latest: RefCell<Option<Store>>,
    /// A reply that waits for the rest of what is being typed, and until when.
    held: RefCell<Option<Evaluation>>,
    patience: RefCell<Option<Timeout>>,
    /// What is waited for.
    doing: Cell<Doing>,
    /// Whether the larger engine is being loaded.
    grows: Cell<bool>,
    /// The number of the flow logs that it gets, or has.
    logs: Cell<Option<u32>>,
    /// Whether an evaluation can be cancelled.
    cancellable: Cell<bool>,
    /// The cells of the last scene that it sent; of the next it sends only those that changed.
    cells: RefCell<Rc<Vec<u16>>>,
    /// Runs while the page waits, until it says so.
    moment: RefCell<Option<Timeout>>,
}

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Engine {
    /// The engine at the other end of this link.
    pub fn new(link: EngineLink) -> Self {
        Engine {
            link,
            queue: RefCell::default(),
            latest: RefCell::default(),
            held: RefCell::default(),
            patience: RefCell::default(),
            doing: Cell::new(NOTHING_YET),
            grows: Cell::default(),
            logs: Cell::default(),
            cancellable: Cell::default(),
            cells: RefCell::default(),
            moment: RefCell::default(),
        }
    }

    /// Asks what the page wants to know and does not.
    fn ask(self: &Rc<Self>, store: &Store) {
        *self.patience.borrow_mut() = None;
        if self.logs.replace(store.further.logs) != store.further.logs {
            match store.further.logs {
                Some(number) => self.link.logs(number, logs::all()),
                None => logs::close(),
            }
        }
        if store.is_answered() {
            return;
        }
        if let Progress::Cancelled { .. } = store.progress {
            store.dispatch(Action::Progress(Progress::Quiet));
        }
        let next = self.queue.borrow_mut().ask(store.request_without_texts(), || store.files.shared_texts(), || store.baseline_texts());
        self.send(next);
        self.wait();
        // An engine that failed is loaded when the person says so.
        if self.queue.borrow().is_ready() || store.notices.engine.is_some() {
            return;
        }
        let files = store.files.iter().map(|file| (file.name.as_str(), &*file.text));
        match example_of(files).and_then(|index| EXAMPLES.get(index)) {
            // The reply that the build made comes sooner than the engine, and may be all that is needed.
            Some(example) if store.is_waiting() => self.look_up(example, store),
            _ => self.link.start(),
        }
    }

    /// Whether the page waits for the engine.
    fn is_busy(&self) -> bool {
        self.grows.get() || self.queue.borrow().is_busy()
    }

    /// Loads the larger engine: this one has not all the answers that are asked for.
    fn grow(self: &Rc<Self>) {
        if !self.grows.replace(true) {
            self.doing.set(Doing::Loading { further: true, bytes: 0, of: 0 });
            self.wait();
            self.link.enlarge();
        }
    }

    /// Takes the reply that the build made for an example; loads the engine if something else is asked of it.
    fn look_up(self: &Rc<Self>, example: &Example, store: &Store) {
        let (engine, store) = (self.clone(), store.clone());
        self.link.built_reply(example.id, move |kept| {
            let reply = kept.and_then(|kept| Evaluation::from_kept(&kept, &store.request()));
            match reply {
                Some(reply) if !engine.queue.borrow().is_ready() => {
                    store.dispatch(Action::evaluated(reply));
                    engine.rest(&store);
                }
                Some(_) => (),
                None => engine.link.start(),
            }
        });
    }

    fn send(&self, request: Option<Request>) {
        if let Some(request) = request {
            if let Doing::Evaluating { cancellable, .. } = self.doing.get() {
                self.doing.set(Doing::Evaluating { step: None, cancellable });
            }
            self.link.send(&request);
        }
    }

    /// Says that the page waits, once that takes longer than a moment; from the first of several requests in a row.
    fn wait(self: &Rc<Self>) {
        let mut moment = self.moment.borrow_mut();
        let since = js_sys::Date::now();
        if moment.is_none() {
            let engine = self.clone();
            *moment = Some(Timeout::new(MOMENT, move || engine.tell(|_| Some(since))));
        }
    }

    /// Tells the page what it waits for, and since when; nothing where it does not.
    fn tell(&self, since: impl FnOnce(&State) -> Option<f64>) {
        let store = self.latest.borrow().clone().filter(|store| self.is_busy() && !store.is_answered());
        if let Some((store, since)) = store.and_then(|store| Some((store.clone(), since(&store)?))) {
            store.dispatch(Action::Progress(Progress::Waits { since, doing: self.doing.get() }));
        }
    }

    /// Something else is waited for.
    fn turn_to(&self, doing: Doing) {
        self.doing.set(doing);
        self.tell(|state| state.progress.since());
    }

    /// Nothing is waited for any longer.
    fn rest(&self, store: &Store) {
        *self.moment.borrow_mut() = None;
        if let Progress::Waits { .. } = store.progress {
            store.dispatch(Action::Progress(Progress::Quiet));
        }
    }

    /// Ends loading or evaluating, and begins neither before something is asked or changed.
    pub fn cancel(&self, store: &Store) {
        *self.moment.borrow_mut() = None;
        let unloaded = matches!(self.doing.get(), Doing::Loading { further: false, .. });
        store.dispatch(Action::Progress(Progress::Cancelled { unloaded }));
        if self.grows.replace(false) {
            self.link.stay();
            self.doing.set(Doing::Evaluating { step: None, cancellable: self.cancellable.get() });
            // The other engine stays as it is, unless it is busy, too.
            if !self.cancellable.get() || !self.queue.borrow().is_busy() {
                return;
            }
        }
        self.queue.borrow_mut().end();
        if unloaded {
            self.doing.set(NOTHING_YET);
        }
        self.link.cancel();
    }

    /// Takes what is heard from the engine.
    fn hear(self: &Rc<Self>, news: News) {
        let Some(store) = self.latest.borrow().clone() else { return };
        match news {
            News::Ready { cancellable } => {
                store.dispatch(Action::Engine(None));
                self.cancellable.set(cancellable);
                if self.grows.replace(false) {
                    // It takes over from one that was there, and has seen nothing.
                    self.queue.borrow_mut().end();
                }
                self.turn_to(Doing::Evaluating { step: None, cancellable });
                let next = self.queue.borrow_mut().begin();
                self.send(next);
                if self.queue.borrow().is_unused() && !matches!(store.progress, Progress::Cancelled { .. }) {
                    // The first picture is of the build: this says the same as of today, and the next edit is answered the faster.
                    let next = self.queue.borrow_mut().ask(
                        store.request_without_texts(),
                        || store.files.shared_texts(),
                        || store.baseline_texts(),
                    );
                    self.send(next);
                }
            }
            News::Came { bytes, of } => self.turn_to(Doing::Loading { further: self.grows.get(), bytes, of }),
            News::Step(step) => {
                if let Doing::Evaluating { cancellable, .. } = self.doing.get() {
                    self.turn_to(Doing::Evaluating { step: Some(step), cancellable });
                }
            }
            News::Replied(bytes) => {
                let next = self.queue.borrow_mut().replied();
                self.send(next);
                let reply =
                    Evaluation::from_bytes(&bytes).and_then(|mut reply| reply.complete(&mut self.cells.borrow_mut()).then_some(reply));
                match reply {
                    Some(reply) => self.take(&store, reply),
                    None => store.dispatch(Action::Engine(Some(EngineFault::Run))),
                }
                if !self.is_busy() {
                    self.rest(&store);
                }
            }
            News::Ahead(bytes) => {
                // What is half written is held back whole.
                if let Some(ahead) = Ahead::from_bytes(&bytes).filter(|ahead| !reads_less(&store, ahead.unread as usize)) {
                    store.dispatch(Action::ahead(ahead));
                }
            }
            News::Failed(EngineFault::Further) => {
                self.grows.set(false);
                self.doing.set(Doing::Evaluating { step: None, cancellable: self.cancellable.get() });
                if !self.is_busy() {
                    self.rest(&store);
                }
                store.dispatch(Action::Engine(Some(EngineFault::Further)));
            }
            News::Failed(fault) => {
                self.queue.borrow_mut().end();
                self.rest(&store);
                self.doing.set(NOTHING_YET);
                store.dispatch(Action::Engine(Some(fault)));
            }
        }
    }

    fn take(self: &Rc<Self>, store: &Store, mut reply: Evaluation) {
        let asked = reply.further.len();
        reply.further.retain(|(_, answer)| *answer != FurtherAnswer::NeedsLarger);
        if reply.further.len() < asked {
            self.grow();
        }
        // What was held back for this text has not been shown yet.
        let held = self.held.take().filter(|held| held.revision == reply.revision);
        reply.scene = reply.scene.or_else(|| held?.scene);
        if !is_half_written(store, &reply) {
            return store.dispatch(Action::evaluated(reply));
        }
        // The next key may end it; another question in between takes the picture with it.
        *self.held.borrow_mut() = Some(reply);
        let engine = self.clone();
        *self.patience.borrow_mut() = Some(Timeout::new(PATIENCE, move || {
            if let (Some(reply), Some(store)) = (engine.held.take(), engine.latest.borrow().clone()) {
                store.dispatch(Action::evaluated(reply));
            }
        }));
    }

    /// Loads the engine again if there is none, and asks it.
    pub fn try_again(self: &Rc<Self>, store: &Store) {
        store.dispatch(Action::Engine(None));
        self.ask(store);
        self.link.start();
    }
}

/// Evaluates whenever text, settings or question change, or the policy board or the path panel want to know something; then, when the page
/// wants further answers.
#[hook]
pub fn use_evaluation(store: &Store, engine: &Rc<Engine>) {
    *engine.latest.borrow_mut() = Some(store.clone());
    {
        let engine = engine.clone();
        use_effect_with((), move |()| {
            let hearing = engine.clone();
            engine.link.on_news(move |news| hearing.hear(news));
        });
    }
    let dependencies = (store.revision, store.asking.flow.clone(), store.wants_board(), store.wants_path(), store.wants_further());
    let (store, engine) = (store.clone(), engine.clone());
    use_effect_with(dependencies, move |_| engine.ask(&store));
}

/// Whether what is being typed leaves more unread than before: most likely it is half written.
fn is_half_written(state: &State, reply: &Evaluation) -> bool {
    reply.scene.as_ref().is_some_and(|scene| reads_less(state, scene.coverage.count()))
}

fn reads_less(state: &State, unread: usize) -> bool {
    state.files.typing && unread > state.answers.scene.coverage.count()
}
