//! Scenes as they are stored: listed, read, renamed, deleted, and written where there is room.

use std::rc::Rc;

use super::{Keeper, now};
use crate::effects::storage::{self, Refused};
use crate::scenes::{Clock, Kept, Place, Record, SceneId, Unreadable, expired, files_in_words, leaving};
use crate::share;
use crate::state::{Action, Opened, Trouble};
use crate::words::{t, t_with};

/// Attempts to make room: what a browser counts need not be what we count.
const ATTEMPTS: usize = 4;

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

// --- reading --------------------------------------------------------------------------------------

impl Keeper {
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
        let place =
            Place { id: id.clone(), name, origin: record.origin, kept: true, closed: Rc::new(closed), comparing: None, lesson: None };
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
                let record = Record { name: t("Work of an earlier visit").into(), about, changed: now(), clock, ..Record::default() };
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
        self.packing.borrow_mut().take();
        self.pending.take();
        self.known.borrow_mut().clear();
        storage::forget();
    }

    /// Whether that could be stored.
    fn alter(&self, id: &SceneId, change: impl FnOnce(&mut Record)) -> bool {
        let Some(Ok(mut record)) = storage::scene(id).map(|text| Record::from_text(&text)) else { return false };
        change(&mut record);
        self.put(id, &record.to_text()).is_ok()
    }

    /// Stores a scene, in the room of old ones if there is no other.
    pub(super) fn put(&self, id: &SceneId, text: &str) -> Result<(), Trouble> {
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
            store.dispatch(Action::Notify(t_with("To make room, scenes not changed for three months were removed: {0}", &[&names])));
        }
    }
}
