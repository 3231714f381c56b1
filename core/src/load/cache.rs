//! What was read of each document, by its text.

use alloc::sync::Arc;
use core::hash::BuildHasher;
use core::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::ParsedDocument;

#[derive(Debug)]
struct Known {
    hash: u64,
    /// The file it stands in, and where.
    text: Arc<str>,
    range: Range<usize>,
    /// Whether it occurred since the last [`Cache::end_round`].
    is_used: bool,
    parsed: Arc<ParsedDocument>,
}

impl Known {
    fn text(&self) -> &str {
        self.text.get(self.range.clone()).unwrap_or_default()
    }
}

/// Documents of the last round, and those of the round that is going on.
#[derive(Debug, Default)]
pub(super) struct Cache {
    table: HashTable<Known>,
    hasher: DefaultHashBuilder,
}

impl Cache {
    /// What the document at `range` of `text` says; asks `read` if no document with this very text is known.
    pub(super) fn get_or_read(
        &mut self,
        text: &Arc<str>,
        range: Range<usize>,
        read: impl FnOnce(&str) -> ParsedDocument,
    ) -> Arc<ParsedDocument> {
        let own = text.get(range.clone()).unwrap_or_default();
        let hash = self.hasher.hash_one(own);
        if let Some(known) = self.table.find_mut(hash, |known| known.hash == hash && known.text() == own) {
            // Refers to the new file from now on, so that the old one can be forgotten.
            known.text = text.clone();
            known.range = range;
            known.is_used = true;
            return known.parsed.clone();
        }
        let parsed = Arc::new(read(own));
        self.table
            .insert_unique(hash, Known { hash, text: text.clone(), range, is_used: true, parsed: parsed.clone() }, |known| known.hash);
        parsed
    }

    /// Forgets the documents that did not occur again.
    pub(super) fn end_round(&mut self) {
        self.table.retain(|known| core::mem::take(&mut known.is_used));
    }
}
