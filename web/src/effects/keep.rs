//! Keeps scenes in this browser: soon after each change, and when the page is left. Which version goes where is decided in [`crate::scenes`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;
use yew::prelude::*;

use super::storage::{self, Refused};
use crate::components::Store;
use crate::scenes::{
    Clock, Elsewhere, Kept, Meeting, Origin, Place, Record, SceneId, Unreadable, Write, copy_name, expired, files_in_words, leaving, meet,
    write,
};
use crate::share;
use crate::state::{Action, Content, FileId, Opened, State, Trouble};
use crate::view_model::{PathAsked, Question};

/// A change is stored after this, in milliseconds, however long somebody goes on typing.
const SOON_MS: u32 = 150;
/// The same for texts that take longer to pack.
const LATER_MS: u32 = 1_000;
/// Texts of more bytes are such.
const LARGE: usize = 1 << 20;
/// Attempts to make room: what a browser counts need not be what we count.
const ATTEMPTS: usize = 4;

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
struct Pending {
    store: Store,
    /// The page as it was: a store is always as it is now.
    state: Rc<State>,
    changed: bool,
}

/// A stored scene in a list.
pub struct StoredScene {
    /// Which one.
    pub id: SceneId,
    /// What is said of it.
    pub record: Result<Record, Unreadable>,
    /// Characters that it takes.
    pub size: usize,
}

impl StoredScene {
    /// Whether it was deleted, and can be brought back for a while.
    pub fn is_deleted(&self) -> bool {
        self.record.as_ref().is_ok_and(|record| record.deleted.is_some())
    }
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

fn now() -> f64 {
    js_sys::Date::now()
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
        let random = (js_sys::Math::random() * 36f64.powi(5)) as u64;
        Keeper {
            tab: base36(now() as u64) + &base36(random),
            known: RefCell::default(),
            pending: RefCell::default(),
            timer: RefCell::default(),
            latest: RefCell::default(),
            noted: RefCell::default(),
            untold: RefCell::default(),
            copies: Cell::new(0),
            said_off: Cell::new(false),
        }
    }
}

// --- reading --------------------------------------------------------------------------------------

impl Keeper {
    /// The tab's name.
    pub fn tab(&self) -> &str {
        &self.tab
    }

    /// A stored scene, from now on known to this tab; nothing if there is none.
    ///
    /// # Errors
    /// If there is one that cannot be read.
    pub fn open(&self, id: &SceneId) -> Result<Option<Opened>, Unreadable> {
        let Some(text) = storage::scene(id) else { return Ok(None) };
        let record = Record::from_text(&text)?;
        let (shared, closed, _) = record.open()?;
        self.known.borrow_mut().insert(id.clone(), record.clock.clone());
        let name = record.named.then(|| record.name.as_str().into());
        let place = Place { id: id.clone(), name, origin: record.origin, kept: true, closed: Rc::new(closed) };
        Ok(Some(Opened { place, shared }))
    }

    /// Whether a scene was deleted.
    pub fn is_deleted(id: &SceneId) -> bool {
        storage::scene(id).and_then(|text| Record::from_text(&text).ok()).is_some_and(|record| record.deleted.is_some())
    }

    /// All stored scenes, the newest first; those that cannot be read at the end.
    pub fn list() -> Vec<StoredScene> {
        let entry = |id: SceneId| {
            let text = storage::scene(&id)?;
            Some(StoredScene { record: Record::from_text(&text), size: text.len(), id })
        };
        let mut entries: Vec<StoredScene> = storage::scenes().into_iter().filter_map(entry).collect();
        let changed = |entry: &StoredScene| entry.record.as_ref().map_or(0.0, |record| record.changed);
        entries.sort_by(|a, b| changed(b).total_cmp(&changed(a)).then_with(|| a.id.cmp(&b.id)));
        entries
    }

    /// The scene that was worked on last, and whether any could not be read.
    pub fn newest(&self) -> (Option<Opened>, bool) {
        let mut unreadable = false;
        for entry in Self::list() {
            match &entry.record {
                Ok(record) if record.deleted.is_some() => (),
                Ok(_) => match self.open(&entry.id) {
                    Ok(Some(opened)) => return (Some(opened), unreadable),
                    Ok(None) => (),
                    Err(_) => unreadable = true,
                },
                Err(_) => unreadable = true,
            }
        }
        (None, unreadable)
    }

    /// Whether there is a scene to go back to.
    pub fn has_any() -> bool {
        Self::list().iter().any(|entry| entry.record.as_ref().is_ok_and(|record| record.deleted.is_none()))
    }

    /// Takes over the one scene of a version that kept no more, unless `is_example` says that nobody changed it. What cannot be read is kept as it is.
    pub fn take_over(&self, is_example: impl Fn(&share::Shared) -> bool) {
        let Some(work) = storage::work() else { return };
        let id = SceneId::from(format!("{}-0", self.tab).as_str());
        let text = match share::decode_kept(&work) {
            Ok((shared, _)) if is_example(&shared) => None,
            Ok((shared, _)) => {
                let about = files_in_words(shared.files.len());
                let clock = Clock::default().after(&self.tab);
                let record = Record { name: "Work of an earlier visit".into(), about, changed: now(), clock, ..Record::default() };
                Some(record.holding_packed(&work).to_text())
            }
            Err(_) => Some(work),
        };
        if text.is_none_or(|text| self.put(&id, &text).is_ok()) {
            storage::drop_work();
        }
    }

    /// Scenes that were deleted long ago go for good.
    pub fn tidy() {
        for id in expired(&sizes(&Self::list()), now()) {
            storage::remove_scene(&id);
        }
    }
}

fn sizes(entries: &[StoredScene]) -> Vec<Kept> {
    // What cannot be read is never thought of as old.
    let readable = entries.iter().filter_map(|entry| Some((entry, entry.record.as_ref().ok()?)));
    readable
        .map(|(entry, record)| Kept { id: entry.id.clone(), changed: record.changed, deleted: record.deleted, size: entry.size })
        .collect()
}

// --- changing what is stored ----------------------------------------------------------------------

impl Keeper {
    /// Gives a stored scene a name.
    pub fn rename(&self, id: &SceneId, name: &str) {
        self.alter(id, |record| {
            name.trim().clone_into(&mut record.name);
            record.named = true;
        });
    }

    /// Deletes a scene; it can be brought back for a while.
    pub fn delete(&self, id: &SceneId) {
        self.flush();
        if !self.alter(id, |record| record.deleted = Some(now())) {
            // There is not even room for saying so.
            storage::remove_scene(id);
        }
    }

    /// Tries again to store what could not be stored.
    pub fn retry(&self, store: &Store) {
        if store.notices.trouble.is_some() {
            self.drop_pending(&store.place.id);
            self.save(store, store, true);
        }
    }

    /// Brings a deleted scene back.
    pub fn restore(&self, id: &SceneId) {
        self.alter(id, |record| record.deleted = None);
    }

    /// Removes a scene for good.
    pub fn remove(id: &SceneId) {
        storage::remove_scene(id);
    }

    /// Forgets everything that is stored.
    pub fn forget(&self) {
        self.timer.borrow_mut().take();
        self.pending.take();
        self.known.borrow_mut().clear();
        storage::forget();
    }

    /// What is shown goes on as a copy.
    pub fn keep_copy(&self, store: &Store) {
        self.drop_pending(&store.place.id);
        self.copy(store, store, None);
    }

    /// What is shown is stored again, whatever became of it elsewhere.
    pub fn keep_again(&self, store: &Store) {
        self.known.borrow_mut().remove(&store.place.id);
        storage::remove_scene(&store.place.id);
        self.save(store, store, true);
        store.dispatch(Action::Elsewhere(None));
    }

    /// Whether that could be stored.
    fn alter(&self, id: &SceneId, change: impl FnOnce(&mut Record)) -> bool {
        let Some(Ok(mut record)) = storage::scene(id).map(|text| Record::from_text(&text)) else { return false };
        change(&mut record);
        self.put(id, &record.to_text()).is_ok()
    }

    /// Stores a scene, in the room of old ones if there is no other.
    fn put(&self, id: &SceneId, text: &str) -> Result<(), Trouble> {
        for attempt in 0..ATTEMPTS {
            match storage::put_scene(id, text) {
                Ok(()) => return Ok(()),
                Err(Refused::Off) => return Err(Trouble::Off),
                Err(Refused::Full) => (),
            }
            let entries = Self::list();
            let going = leaving(&sizes(&entries), id, text.len() << attempt, now());
            if going.deleted.is_empty() && going.old.is_empty() {
                break;
            }
            going.deleted.iter().chain(&going.old).for_each(storage::remove_scene);
            self.say_gone(&entries, &going.old);
        }
        Err(Trouble::Full)
    }

    /// Nothing goes without a word.
    fn say_gone(&self, entries: &[StoredScene], gone: &[SceneId]) {
        let name =
            |id: &SceneId| entries.iter().find(|entry| entry.id == *id)?.record.as_ref().ok().map(|record| format!("“{}”", record.name));
        let names: Vec<String> = gone.iter().filter_map(name).collect();
        if let (false, Some(store)) = (names.is_empty(), &*self.latest.borrow()) {
            let names = names.join(", ");
            store.dispatch(Action::Notify(format!("To make room, scenes not changed for three months were removed: {names}")));
        }
    }
}

// --- keeping step with the page -------------------------------------------------------------------

impl Keeper {
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
                keeper.flush();
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
        let pending = self.pending.take();
        for Pending { store, state, changed } in pending {
            self.save(&store, &state, changed);
        }
    }

    fn drop_pending(&self, id: &SceneId) {
        self.pending.borrow_mut().retain(|pending| pending.state.place.id != *id);
    }

    fn meeting(&self, id: &SceneId) -> (Meeting, Option<Record>) {
        let stored = storage::scene(id).map(|text| Record::from_text(&text).unwrap_or_default());
        let met = meet(&self.tab, self.known.borrow().get(id), stored.as_ref().map(|record| (&record.clock, record.deleted.is_some())));
        (met, stored)
    }

    fn save(&self, store: &Store, state: &State, changed: bool) {
        keep_tab(state);
        let id = &state.place.id;
        if !state.place.kept {
            return;
        }
        let (meeting, stored) = self.meeting(id);
        let known = self.known.borrow().get(id).cloned().unwrap_or_default();
        let record = state.record(if changed { known.after(&self.tab) } else { known }, now());
        if let Some(stored) = stored.filter(|stored| stored.deleted.is_none() && stored.holds_same(&record)) {
            // Nothing new; perhaps another tab wrote the same.
            self.known.borrow_mut().insert(id.clone(), stored.clock);
            return;
        }
        match write(meeting, changed) {
            Write::Here => {
                let outcome = self.put(id, &record.to_text());
                if outcome.is_ok() {
                    self.known.borrow_mut().insert(id.clone(), record.clock);
                    if state.notices.elsewhere == Some(Elsewhere::Deleted) {
                        store.dispatch(Action::Elsewhere(None));
                    }
                }
                self.say(store, outcome);
            }
            Write::Copy => self.copy(store, state, Some(Elsewhere::Copied(id.clone()))),
            Write::Skip => (),
        }
    }

    fn copy(&self, store: &Store, state: &State, elsewhere: Option<Elsewhere>) {
        self.copies.set(self.copies.get() + 1);
        let from = state.place.id.clone();
        let to = SceneId::from(format!("{}-c{}", self.tab, self.copies.get()).as_str());
        let name = copy_name(&state.title());
        let mut record = state.record(Clock::default().after(&self.tab), now());
        record.name.clone_from(&name);
        record.named = true;
        let outcome = self.put(&to, &record.to_text());
        if outcome.is_ok() {
            self.known.borrow_mut().insert(to.clone(), record.clock);
        }
        storage::keep_tab(&format!("scene {to}"));
        store.dispatch(Action::Fork { from, to, name, elsewhere });
        self.say(store, outcome);
    }

    fn say(&self, store: &Store, outcome: Result<(), Trouble>) {
        if outcome == Err(Trouble::Off) && !self.said_off.replace(true) {
            store.dispatch(Action::Notify(
                "This browser stores nothing for this page: closing the tab loses what you write, unless you save it as a file".into(),
            ));
        }
        store.dispatch(Action::Trouble(outcome.err()));
    }

    /// Looks what another tab did to the scene that is shown.
    fn look(&self) {
        // What was written here and not stored yet meets the other's version there.
        if self.pending.borrow().iter().any(|pending| pending.changed) {
            return self.flush();
        }
        let Some(store) = self.latest.borrow().clone() else { return };
        let id = &store.place.id;
        if !store.place.kept || !self.known.borrow().contains_key(id) {
            return;
        }
        match self.meeting(id) {
            (Meeting::Same, stored) => {
                if store.notices.elsewhere == Some(Elsewhere::Deleted) {
                    store.dispatch(Action::Elsewhere(None));
                }
                if let Some(stored) = stored.filter(|stored| stored.named && stored.name != store.title()) {
                    store.dispatch(Action::RenameScene(stored.name));
                }
            }
            (Meeting::Gone, _) => store.dispatch(Action::Elsewhere(Some(Elsewhere::Deleted))),
            (Meeting::Newer, _) => store.dispatch(Action::Elsewhere(Some(Elsewhere::Changed))),
            (Meeting::Replaced, _) => self.copy(&store, &store, Some(Elsewhere::Copied(id.clone()))),
            (Meeting::New, _) => (),
        }
    }
}

/// What the tab shows, for when it is loaded again: a kept scene by its name, an example by its name and what is asked of it.
fn keep_tab(state: &State) {
    let place = &state.place;
    if place.kept {
        storage::keep_tab(&format!("scene {}", place.id));
    } else if let Some(example) = state.files.example.and_then(|index| crate::examples::EXAMPLES.get(index)) {
        let asked = share::Shared { files: Vec::new(), ..state.shared() };
        storage::keep_tab(&format!("example {} {}", example.id, share::encode(&asked)));
    } else if place.origin == Origin::Own {
        storage::keep_tab("empty");
    }
}

/// Stores every change soon, and tells what other tabs do.
#[hook]
pub fn use_keeping(store: &Store, keeper: &Keeping) {
    keeper.0.note(store);
    let keeper = keeper.0.clone();
    use_effect_with((), move |()| {
        let window = web_sys::window();
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
