//! Keeps picture and answer in step with text and question: what the page wants to know goes to the engine, and what comes back into the
//! state.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::components::Store;
use crate::engine::{EngineLink, News, Queue};
use crate::examples::{EXAMPLES, Example, example_of};
use crate::state::{Action, EngineFault, State};
use netpolis_view::{Evaluation, Request, SceneView};

/// How long the picture waits for the rest of what is being typed, in ms, before it does without a document that cannot be read yet.
const PATIENCE: u32 = 500;

/// The engine, as the page uses it.
pub struct Engine {
    link: EngineLink,
    queue: RefCell<Queue>,
    /// The page as it was drawn last.
    latest: RefCell<Option<Store>>,
    /// A reply that waits for the rest of what is being typed, and until when.
    held: RefCell<Option<Evaluation>>,
    patience: RefCell<Option<Timeout>>,
}

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Engine {
    /// At the end of this link.
    pub fn new(link: EngineLink) -> Self {
        let (queue, latest, held, patience) = Default::default();
        Engine { link, queue, latest, held, patience }
    }

    /// Asks what the page wants to know and does not.
    fn ask(self: &Rc<Self>, store: &Store) {
        *self.patience.borrow_mut() = None;
        if store.is_answered() {
            return;
        }
        let next = self.queue.borrow_mut().ask(store.request_without_texts(), || store.files.texts());
        self.send(next);
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

    /// Takes the reply that the build made for an example; loads the engine if something else is asked of it.
    fn look_up(self: &Rc<Self>, example: &Example, store: &Store) {
        let (engine, store) = (self.clone(), store.clone());
        self.link.built_reply(example.id, move |kept| {
            let reply = kept.and_then(|kept| Evaluation::from_kept(&kept, &store.request()));
            match reply {
                Some(reply) if !engine.queue.borrow().is_ready() => store.dispatch(Action::evaluated(reply)),
                Some(_) => (),
                None => engine.link.start(),
            }
        });
    }

    fn send(&self, request: Option<Request>) {
        if let Some(request) = request {
            self.link.send(&request);
        }
    }

    /// Takes what is heard from the engine.
    fn hear(self: &Rc<Self>, news: News) {
        let Some(store) = self.latest.borrow().clone() else { return };
        match news {
            News::Ready => {
                store.dispatch(Action::Engine(None));
                let next = self.queue.borrow_mut().begin();
                self.send(next);
                if self.queue.borrow().is_unused() {
                    // The first picture is of the build: this says the same as of today, and the next edit is answered the faster.
                    let next = self.queue.borrow_mut().ask(store.request_without_texts(), || store.files.texts());
                    self.send(next);
                }
            }
            News::Replied(bytes) => {
                let next = self.queue.borrow_mut().replied();
                self.send(next);
                match Evaluation::from_bytes(&bytes) {
                    Some(reply) => self.take(&store, reply),
                    None => store.dispatch(Action::Engine(Some(EngineFault::Run))),
                }
            }
            News::Failed(fault) => {
                self.queue.borrow_mut().end();
                store.dispatch(Action::Engine(Some(fault)));
            }
        }
    }

    fn take(self: &Rc<Self>, store: &Store, mut reply: Evaluation) {
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

    /// Loads the engine again, and asks it.
    pub fn try_again(self: &Rc<Self>, store: &Store) {
        store.dispatch(Action::Engine(None));
        self.ask(store);
        self.link.start();
    }
}

/// Evaluates whenever text, settings or question change, or the policy board or the path panel want to know something.
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
    let dependencies = (store.revision, store.asking.flow.clone(), store.wants_board(), store.wants_path());
    let (store, engine) = (store.clone(), engine.clone());
    use_effect_with(dependencies, move |_| engine.ask(&store));
}

/// Whether what is being typed leaves more unread than before: most likely it is half written.
fn is_half_written(state: &State, reply: &Evaluation) -> bool {
    let unread = |scene: &SceneView| scene.coverage.count();
    state.files.typing && reply.scene.as_ref().is_some_and(|scene| unread(scene) > unread(&state.answers.scene))
}
