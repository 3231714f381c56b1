//! The page's scene is stored where no other tab's version stands, and as a copy where one does. What other tabs did to it is told.

use super::{Keeper, now};
use crate::components::Store;
use crate::effects::storage;
use crate::scenes::{Clock, Elsewhere, Meeting, Origin, Record, SceneId, Write, copy_name, meet, write};
use crate::share;
use crate::state::{Action, State, Trouble};
use crate::words::t;

impl Keeper {
    /// Tries again to store what could not be stored.
    pub fn retry(&self, store: &Store) {
        if store.notices.trouble.is_some() {
            self.drop_pending(&store.place.id);
            self.save(store, store, true, None);
        }
    }

    /// What is shown goes on as a copy.
    pub fn keep_copy(&self, store: &Store) {
        self.drop_pending(&store.place.id);
        self.copy(store, store, None, None);
    }

    /// What is shown is stored again, whatever became of it elsewhere.
    pub fn keep_again(&self, store: &Store) {
        self.known.borrow_mut().remove(&store.place.id);
        storage::remove_scene(&store.place.id);
        self.save(store, store, true, None);
        store.dispatch(Action::Elsewhere(None));
    }

    fn meeting(&self, id: &SceneId) -> (Meeting, Option<Record>) {
        let stored = storage::scene(id).map(|text| Record::from_text(&text).unwrap_or_default());
        let met = meet(&self.tab, self.known.borrow().get(id), stored.as_ref().map(|record| (&record.clock, record.deleted.is_some())));
        (met, stored)
    }

    /// Stores a page as it was, if it is to be stored; `packed` as [`State::record`] takes it.
    pub(super) fn save(&self, store: &Store, state: &State, changed: bool, packed: Option<String>) {
        keep_tab(state);
        let id = &state.place.id;
        if !state.place.kept {
            return;
        }
        let (meeting, stored) = self.meeting(id);
        let known = self.known.borrow().get(id).cloned().unwrap_or_default();
        let record = state.record(if changed { known.after(&self.tab) } else { known }, now(), packed);
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
            Write::Copy => self.copy(store, state, Some(Elsewhere::Copied(id.clone())), Some(record.fragment().to_owned())),
            Write::Skip => (),
        }
    }

    fn copy(&self, store: &Store, state: &State, elsewhere: Option<Elsewhere>, packed: Option<String>) {
        self.copies.set(self.copies.get() + 1);
        let from = state.place.id.clone();
        let to = SceneId::from(format!("{}-c{}", self.tab, self.copies.get()).as_str());
        let name = copy_name(&state.title());
        let mut record = state.record(Clock::default().after(&self.tab), now(), packed);
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
                t("This browser stores nothing for this page: closing the tab loses what you write, unless you save it as a file").into(),
            ));
        }
        store.dispatch(Action::Trouble(outcome.err()));
    }

    /// Looks what another tab did to the scene that is shown.
    pub(super) fn look(&self) {
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
            (Meeting::Replaced, _) => self.copy(&store, &store, Some(Elsewhere::Copied(id.clone())), None),
            (Meeting::New, _) => (),
        }
    }
}

/// What the tab shows, for when it is loaded again: a kept scene by its name, an example by its name and what is asked of it.
pub(super) fn keep_tab(state: &State) {
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
