//! Keeps scenes in this browser: soon after each change, and when the page is left. Which version goes where is decided in [`crate::scenes`].

mod pack;
mod save;
mod stored;

pub use stored::StoredScene;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;
use yew::prelude::*;

use self::save::keep_tab;
use super::packing::NextStep;
use super::{now, random, storage};
use crate::components::Store;
use crate::scenes::{Clock, SceneId};
use crate::state::{Content, FileId, State};
use netpolis_view::{PathAsked, Question};

/// A change is stored after this, in milliseconds, however long somebody goes on typing.
const SOON_MS: u32 = 150;
/// The same for texts that take longer to pack.
const LATER_MS: u32 = 1_000;
/// Texts of more bytes are such.
const LARGE: usize = 1 << 20;

/// What may leave a scene, or has it stored: what is written by then belongs to it.
const SETTLING: [&str; 8] = ["hashchange", "popstate", "pagehide", "visibilitychange", "storage", "click", "change", "drop"];

/// What this tab knows of the stored scenes.
pub struct Keeper {
    /// The tab's name; a page that is loaded again has another.
    tab: String,
    /// The last version of each scene that this tab stored or read.
    known: RefCell<HashMap<SceneId, Clock>>,
    /// One for each scene that was shown since the last time, in that order.
    pending: RefCell<Vec<Pending>>,
    timer: RefCell<Option<Timeout>>,
    /// The next step of packing texts that take longer.
    packing: NextStep,
    /// The page as it is now.
    latest: RefCell<Option<Store>>,
    /// What the page showed when it was looked at last.
    noted: RefCell<Option<Noted>>,
    /// Has the editor tell the page what it has not told it yet.
    untold: RefCell<Option<Box<dyn Fn()>>>,
    copies: Cell<u32>,
    said_off: Cell<bool>,
}

/// What is stored of a page, as far as it can change.
#[derive(Clone, PartialEq)]
struct Noted {
    content: Content,
    kept: bool,
    question: Question,
    active: FileId,
    path: PathAsked,
    shows_path: bool,
    /// Once a scene is evaluated, it is known what is in it, and what it is called by that.
    evaluated: u32,
}

/// What is to be stored.
#[derive(Clone)]
struct Pending {
    store: Store,
    /// The page as it was: a store is always as it is now.
    state: Rc<State>,
    changed: bool,
}

/// The keeper, as components get it.
#[derive(Clone)]
pub struct Keeping(pub Rc<Keeper>);

impl PartialEq for Keeping {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl std::ops::Deref for Keeping {
    type Target = Keeper;

    fn deref(&self) -> &Keeper {
        &self.0
    }
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.is_empty() {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
    }
    digits.iter().rev().collect()
}

impl Default for Keeper {
    fn default() -> Self {
        let random = random(36f64.powi(5));
        Keeper {
            tab: base36(now() as u64) + &base36(random),
            known: RefCell::default(),
            pending: RefCell::default(),
            timer: RefCell::default(),
            packing: NextStep::default(),
            latest: RefCell::default(),
            noted: RefCell::default(),
            untold: RefCell::default(),
            copies: Cell::new(0),
            said_off: Cell::new(false),
        }
    }
}

impl Keeper {
    /// The tab's name.
    pub fn tab(&self) -> &str {
        &self.tab
    }

    /// The page is as the store says. Called while it is drawn, not in an effect: effects may come late, when another scene is shown already.
    fn note(self: &Rc<Self>, store: &Store) {
        *self.latest.borrow_mut() = Some(store.clone());
        let now = Noted {
            content: store.content(),
            kept: store.place.kept,
            question: store.asking.flow.clone(),
            active: store.files.active,
            path: store.asking.path.clone(),
            shows_path: store.layout.shows_path(),
            evaluated: store.answers.revision,
        };
        if self.noted.borrow().as_ref() == Some(&now) {
            return;
        }
        let before = self.noted.replace(Some(now.clone()));
        let known = self.known.borrow().contains_key(&store.place.id);
        if before.is_none() && known {
            keep_tab(store);
            return;
        }
        let before = before.filter(|before| before.content.scene == now.content.scene);
        let changed = before.map_or(!known, |before| before.content != now.content);
        let mut pending = self.pending.borrow_mut();
        let same = pending.pop_if(|last| last.state.place.id == store.place.id);
        let state = Rc::new(State::clone(store));
        pending.push(Pending { store: store.clone(), state, changed: changed || same.is_some_and(|same| same.changed) });
        drop(pending);
        let size: usize = store.files.size();
        let keeper = self.clone();
        // The first change begins to wait, and later ones do not put it off.
        self.timer.borrow_mut().get_or_insert_with(|| {
            Timeout::new(if size > LARGE { LATER_MS } else { SOON_MS }, move || {
                keeper.timer.borrow_mut().take().map(Timeout::forget);
                if size > LARGE { keeper.pack() } else { keeper.flush() }
            })
        });
    }

    /// What the editor does to tell the page at once what it would tell it at the next frame.
    pub fn hear_first(&self, editor: impl Fn() + 'static) {
        *self.untold.borrow_mut() = Some(Box::new(editor));
    }

    /// Notes the page with the last letters in it, before something happens that may leave the scene or store it. The next frame, and the next
    /// drawing of the page, may be too late.
    fn settle(self: &Rc<Self>) {
        if let Some(editor) = &*self.untold.borrow() {
            editor();
        }
        let latest = self.latest.borrow().clone();
        if let Some(store) = latest {
            self.note(&store);
        }
    }

    /// Stores what is to be stored now.
    pub fn flush(&self) {
        self.timer.borrow_mut().take();
        self.packing.borrow_mut().take();
        let pending = self.pending.take();
        for Pending { store, state, changed } in pending {
            self.save(&store, &state, changed, None);
        }
    }

    fn drop_pending(&self, id: &SceneId) {
        self.packing.borrow_mut().take();
        self.pending.borrow_mut().retain(|pending| pending.state.place.id != *id);
    }
}

/// Stores every change soon, and tells what other tabs do.
#[hook]
pub fn use_keeping(store: &Store, keeper: &Keeping) {
    if crate::effects::window().is_some() {
        keeper.0.note(store);
    }
    let keeper = keeper.0.clone();
    use_effect_with((), move |()| {
        let window = crate::effects::window();
        let document = window.as_ref().and_then(|window| window.document());
        let mut listeners = Vec::new();
        if let Some(window) = &window {
            // In the capturing phase of the window: before whoever acts on them.
            for kind in SETTLING {
                let settling = keeper.clone();
                let first = EventListenerOptions::run_in_capture_phase();
                listeners.push(EventListener::new_with_options(window, kind, first, move |_| settling.settle()));
            }
            let leaving = keeper.clone();
            listeners.push(EventListener::new(window, "pagehide", move |_| leaving.flush()));
            // A page that was put aside missed what other tabs did.
            let back = keeper.clone();
            listeners.push(EventListener::new(window, "pageshow", move |_| back.look()));
            let stored = keeper.clone();
            listeners.push(EventListener::new(window, "storage", move |event| {
                let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
                let shown = stored.latest.borrow().as_ref().map(|store| storage::scene_key(&store.place.id));
                if key.is_none() || key == shown {
                    stored.look();
                }
            }));
        }
        if let Some(document) = document {
            let asked = document.clone();
            listeners.push(EventListener::new(
                &document,
                "visibilitychange",
                move |_| {
                    if asked.hidden() { keeper.flush() } else { keeper.look() }
                },
            ));
        }
        move || drop(listeners)
    });
}
