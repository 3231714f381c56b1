//! What can be kept of a file that was loaded before.
//!
//! ```text
//! old  │ doc │ doc │ doc │  edited  │ doc │ doc │      the same text before and after the edit:
//!      │     head        │ (dropped)│   tail    │      documents there are kept without a look at them
//! new  │ doc │ doc │ doc │  middle  │ doc │ doc │      split and read anew; what was dropped is found by its text
//! ```

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hasher};
use core::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::ParsedDocument;
use crate::document::{Wrapped, unwrap};
use crate::text::{LineIndex, Source};

/// A document and its place in its file.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) range: Range<usize>,
    pub(super) parsed: Arc<ParsedDocument>,
    /// Whether its text alone says it: nothing that a script does around it.
    pub(super) is_alone: bool,
}

/// A file as it was loaded.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) source: Source,
    /// Its documents; none if they were not all read.
    pub(super) documents: Vec<Known>,
    /// Whether its documents stand within something else, so that one may lie in another.
    pub(super) is_wrapped: bool,
}

/// What is kept of a file, and what must be read.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) source: Source,
    pub(super) head: Vec<Known>,
    /// The part of the new text to split and read.
    pub(super) middle: Range<usize>,
    pub(super) tail: Vec<Known>,
    /// What the file is made of besides manifests, if it is more than that and changed.
    pub(super) wrapped: Option<Wrapped>,
    pub(super) is_wrapped: bool,
}

/// The longest line that can mark the start of a document, or is meant to, with a byte order mark before it and the line end after it.
const MARKER: usize = 100;

/// Plans how to load `files`, given those of the last time. Documents that are not kept in place go into `loose`.
pub(super) fn plan(files: &[(&str, &str)], mut old: Vec<File>, loose: &mut Loose) -> Vec<Plan> {
    let plans = files
        .iter()
        .map(|(name, text)| match old.iter().position(|file| file.source.name == *name) {
            Some(place) => keep(old.swap_remove(place), text, loose),
            None => {
                let text: Arc<str> = Arc::from(*text);
                let middle = 0..text.len();
                let wrapped = unwrap(&text);
                let is_wrapped = wrapped.is_some();
                Plan { source: index(String::from(*name), text), head: Vec::new(), middle, tail: Vec::new(), wrapped, is_wrapped }
            }
        })
        .collect();
    for file in old {
        for known in file.documents {
            loose.add(&file.source.text, known);
        }
    }
    plans
}

fn index(name: String, text: Arc<str>) -> Source {
    Source { name, lines: Arc::new(LineIndex::new(&text)), text }
}

fn keep(file: File, new: &str, loose: &mut Loose) -> Plan {
    let File { source: Source { name, text: old, lines }, documents: mut head, is_wrapped } = file;
    let prefix = common_prefix(old.as_bytes(), new.as_bytes());
    if prefix == old.len() && prefix == new.len() {
        // Where nothing was kept, it is read as at first.
        let (middle, wrapped) = if head.is_empty() { (0..new.len(), unwrap(new)) } else { (new.len()..new.len(), None) };
        return Plan { source: Source { name, text: old, lines }, head, middle, tail: Vec::new(), wrapped, is_wrapped };
    }
    let wrapped = unwrap(new);
    if wrapped.is_some() || is_wrapped {
        for known in head {
            loose.add(&old, known);
        }
        let is_wrapped = wrapped.is_some();
        let source = index(name, Arc::from(new));
        return Plan { source, head: Vec::new(), middle: 0..new.len(), tail: Vec::new(), wrapped, is_wrapped };
    }
    let longest = old.len().min(new.len()) - prefix;
    let suffix = common_suffix(old.as_bytes(), new.as_bytes(), longest);

    // Where a document begins with its `---`, it does so whatever stands before it, if only the end of the line before is the same.
    let begins = |known: &Known| old.get(known.range.start..).is_some_and(|rest| rest.starts_with("---"));
    let kept_after = |known: &Known| begins(known) && known.range.start > old.len() - suffix;
    // Before such a document, comments would join it; so the first of the tail is one that follows another.
    let tail_from = head.windows(2).position(|pair| pair.iter().all(kept_after)).map_or(head.len(), |first| first + 1);
    let mut tail = head.split_off(tail_from);
    // A document at the front is kept if the marker after it is the same too.
    let kept_before = |known: &Known| {
        let end = known.range.end;
        end + MARKER <= prefix && old.get(end..).is_some_and(|rest| rest.starts_with("---"))
    };
    let head_to = head.iter().rposition(kept_before).map_or(0, |last| last + 1);
    let dropped = head.split_off(head_to);

    let shift = |at: usize| at + new.len() - old.len();
    let middle = head.last().map_or(0, |known| known.range.end)..tail.first().map_or(new.len(), |known| shift(known.range.start));
    for known in &mut tail {
        known.range = shift(known.range.start)..shift(known.range.end);
    }
    for known in dropped {
        loose.add(&old, known);
    }
    Plan { source: index(name, Arc::from(new)), head, middle, tail, wrapped: None, is_wrapped: false }
}

/// How many bytes are the same at the start.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    // Whole blocks are compared at the speed of memory.
    const BLOCK: usize = 1024;
    let blocks = a.chunks(BLOCK).zip(b.chunks(BLOCK)).take_while(|(a, b)| a == b && a.len() == BLOCK).count() * BLOCK;
    let (a, b) = (a.get(blocks..).unwrap_or_default(), b.get(blocks..).unwrap_or_default());
    blocks + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// How many bytes are the same at the end, `longest` at most.
fn common_suffix(a: &[u8], b: &[u8], longest: usize) -> usize {
    const BLOCK: usize = 1024;
    let a = a.get(a.len().saturating_sub(longest)..).unwrap_or_default();
    let b = b.get(b.len().saturating_sub(longest)..).unwrap_or_default();
    let blocks = a.rchunks(BLOCK).zip(b.rchunks(BLOCK)).take_while(|(a, b)| a == b && a.len() == BLOCK).count() * BLOCK;
    let (a, b) = (a.get(..a.len() - blocks).unwrap_or_default(), b.get(..b.len() - blocks).unwrap_or_default());
    blocks + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Documents that are no longer where they were, by their text: they may have moved.
#[derive(Debug, Default)]
pub(super) struct Loose {
    table: HashTable<Moved>,
    hasher: DefaultHashBuilder,
}

#[derive(Debug)]
struct Moved {
    hash: u64,
    file: Arc<str>,
    known: Known,
}

impl Moved {
    fn text(&self) -> &str {
        self.file.get(self.known.range.clone()).unwrap_or_default()
    }
}

impl Loose {
    fn hash(&self, text: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    /// Adds a document of a file.
    fn add(&mut self, file: &Arc<str>, known: Known) {
        if !known.is_alone {
            return;
        }
        let hash = self.hash(file.get(known.range.clone()).unwrap_or_default());
        self.table.insert_unique(hash, Moved { hash, file: file.clone(), known }, |moved| moved.hash);
    }

    /// What was read of a document with this very text.
    pub(super) fn find(&self, text: &str) -> Option<Arc<ParsedDocument>> {
        if self.table.is_empty() {
            return None;
        }
        let hash = self.hash(text);
        self.table.find(hash, |moved| moved.hash == hash && moved.text() == text).map(|moved| moved.known.parsed.clone())
    }
}
