//! Scenes that are kept in this browser: how one is written down, whose version is the newer one, and which leave first when room is short.
//! No DOM here: where they are stored is [`crate::effects::keep`]'s matter.

mod record;
mod room;
mod words;

pub use record::{Record, Unreadable};
pub use room::{Kept, Leaving, OLD_MS, expired, leaving};
pub use words::{about, auto_name, copy_name, file_name, files_in_words};

use std::fmt;
use std::rc::Rc;

use crate::share::Baseline;

/// The stable name of a scene, of letters, digits and dashes. Never shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SceneId(pub Rc<str>);

impl fmt::Display for SceneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for SceneId {
    fn from(id: &str) -> Self {
        SceneId(id.into())
    }
}

/// Where a scene came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Begun here.
    #[default]
    Own,
    /// An example of the gallery.
    Example,
    /// A link.
    Link,
}

/// Which scene the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its stable name.
    pub id: SceneId,
    /// The name that it has for good; nothing while it is called by what is in it.
    pub name: Option<Rc<str>>,
    /// Where it came from.
    pub origin: Origin,
    /// Whether it is kept: from its first change on. An example or a link that is only looked at is not.
    pub kept: bool,
    /// Files that were closed or replaced, newest first: names and texts.
    pub closed: Rc<Vec<Closed>>,
    /// What its files are compared with.
    pub comparing: Option<Comparing>,
    /// The lesson whose scene it is. It is not stored.
    pub lesson: Option<Rc<str>>,
}

/// A baseline, with a number that no other of the page has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparing {
    /// The number.
    pub number: u32,
    /// What is compared with.
    pub baseline: Rc<Baseline>,
}

/// A file that was closed or replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: Rc<str>,
}

/// Most closed files that are remembered.
const MOST_CLOSED: usize = 12;
/// Most bytes of closed files that are remembered; the newest one always is.
const MOST_CLOSED_BYTES: usize = 2 << 20;

/// Remembers a file that was closed or replaced.
pub fn remember_closed(closed: &mut Vec<Closed>, file: Closed) {
    if file.text.trim().is_empty() {
        return;
    }
    closed.retain(|other| *other != file);
    closed.insert(0, file);
    let mut bytes = 0;
    let fits = |file: &Closed| {
        bytes += file.text.len();
        bytes <= MOST_CLOSED_BYTES
    };
    let count = closed.iter().map(fits).take_while(|fits| *fits).count().clamp(1, MOST_CLOSED);
    closed.truncate(count);
}

/// Texts of fewer bytes are no loss.
const WORTH_KEEPING: usize = 80;
/// Bytes at both ends that are compared first: while somebody types, at least one end stays.
const ENDS: usize = 64;

/// Whether a change left next to nothing of a text: everything was marked and pasted over, or deleted.
pub fn is_replaced(before: &str, after: &str) -> bool {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    if before.len() < WORTH_KEEPING {
        return false;
    }
    let same_start = before.get(..ENDS) == after.get(..ENDS);
    let same_end = before.len().checked_sub(ENDS).and_then(|from| before.get(from..))
        == after.len().checked_sub(ENDS).and_then(|from| after.get(from..));
    if same_start || same_end && after.len() >= ENDS {
        return false;
    }
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    (start + end) * 5 < before.len()
}

/// What was written by whom: for every tab that wrote a scene, its last change that is in this version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clock(Vec<(String, u32)>);

/// Most tabs that a clock remembers; one that wrote so long ago is closed.
const MOST_WRITERS: usize = 12;

impl Clock {
    fn count(&self, tab: &str) -> u32 {
        self.0.iter().find(|(name, _)| name == tab).map_or(0, |(_, count)| *count)
    }

    /// The clock after another change by a tab.
    #[must_use]
    pub fn after(&self, tab: &str) -> Self {
        let mut writers: Vec<_> = self.0.iter().filter(|(name, _)| name != tab).cloned().collect();
        writers.insert(0, (tab.to_owned(), self.count(tab) + 1));
        writers.truncate(MOST_WRITERS);
        Clock(writers)
    }

    /// Whether the last change of a tab is in this version, given what the tab last wrote or read.
    fn holds(&self, tab: &str, known: &Clock) -> bool {
        self.count(tab) >= known.count(tab)
    }

    fn from_text(text: &str) -> Self {
        let writer = |part: &str| part.split_once(':').and_then(|(tab, count)| Some((tab.to_owned(), count.parse().ok()?)));
        Clock(text.split(' ').filter_map(writer).collect())
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (tab, count)) in self.0.iter().enumerate() {
            write!(f, "{}{tab}:{count}", if index > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

/// How what is stored under a scene's name stands to what a tab knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// As this tab left it, or found it.
    Same,
    /// Nothing is stored, and this tab never saw anything.
    New,
    /// It was there, and is gone or was deleted.
    Gone,
    /// Another tab went on from what this tab stored.
    Newer,
    /// Another tab stored its own version in place of this tab's.
    Replaced,
}

/// Compares what a tab knows with what is stored: its clock, and whether it was deleted.
pub fn meet(tab: &str, known: Option<&Clock>, stored: Option<(&Clock, bool)>) -> Meeting {
    match (known, stored) {
        (None, None) => Meeting::New,
        (Some(_), None) => Meeting::Gone,
        (Some(known), Some((stored, deleted))) if known == stored => {
            if deleted {
                Meeting::Gone
            } else {
                Meeting::Same
            }
        }
        (Some(known), Some((stored, _))) if stored.holds(tab, known) => Meeting::Newer,
        (_, Some(_)) => Meeting::Replaced,
    }
}

/// What a write to the store should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Under the scene's own name.
    Here,
    /// As a copy with a name of its own: another tab changed the scene meanwhile.
    Copy,
    /// Nothing: only what is looked at changed, and that overwrites nobody's text.
    Skip,
}

/// Where a tab's version goes. `changed`: whether files or assumptions are others, not only what is asked of them.
pub fn write(meeting: Meeting, changed: bool) -> Write {
    match meeting {
        Meeting::Same | Meeting::New => Write::Here,
        // What somebody goes on with is wanted.
        Meeting::Gone if changed => Write::Here,
        Meeting::Newer | Meeting::Replaced if changed => Write::Copy,
        Meeting::Gone | Meeting::Newer | Meeting::Replaced => Write::Skip,
    }
}

/// What became of the shown scene where this tab did not look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// Another tab changed it.
    Changed,
    /// Another tab deleted it.
    Deleted,
    /// Both changed it: what is shown is a copy now, and that is the other's.
    Copied(SceneId),
}

#[cfg(test)]
mod tests;
