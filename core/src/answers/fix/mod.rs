//! **What is the smallest change of text that allows a flow, or that stops it?** Proven by reading the changed text.
//!
//! ```text
//! question ── decide ──> checkpoints that deny ── candidates ──> edits ── applied to a copy, read, decided again ──> proposals
//! ```
//!
//! Nothing is proposed that was not tried: each proposal was applied to a copy of the files, these were read again, and the verdict was the
//! other one. What else it opens and closes is the difference of all flows before and after.

pub(in crate::answers) mod block;
mod calico;
mod deny;
pub(in crate::answers) mod draft;
mod effects;
mod goal;
mod groups;
mod kubernetes;
pub(in crate::answers) mod labels;
pub(in crate::answers) mod object;
mod search;
mod service;
mod typo;
mod unified;
pub(in crate::answers) mod value;

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

pub use block::Kind;
pub use draft::TextEdit;
pub use effects::SideEffect;
pub(in crate::answers) use kubernetes::{new_document, object};
pub use object::Unpatchable;
pub use unified::unified;

use crate::compile::Compiled;
use crate::connectivity::Connectivity;
use crate::endpoints::NotFound;
use crate::load::Loaded;
use crate::model::Protocol;
use crate::path::{Asked, NotAsked, PathAnswer, Paths};
use crate::snapshot::Snapshot;
use crate::text::{SourceId, Sources};

/// What is to be allowed, or stopped.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Where connections start, by a name that `why` or `path` understands.
    pub from: &'a str,
    /// Where they go.
    pub to: &'a str,
    /// The destination port; 80, or the only one of a Service, where it is left out.
    pub port: Option<u16>,
    /// The protocol.
    pub protocol: Protocol,
    /// Whether they are to be stopped, not allowed.
    pub deny: bool,
}

/// The answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fixes {
    /// The source as it was understood.
    pub from: String,
    /// The destination as it was understood.
    pub to: String,
    /// The verdict as the text is.
    pub verdict: String,
    /// Why, in a sentence.
    pub summary: String,
    /// Whether the text does already what was asked for: then there is nothing to propose.
    pub is_so_already: bool,
    /// The best one first: typing errors, then by side effects, then by size.
    pub proposals: Vec<Proposal>,
    /// Where a path ends that no policy stops: nothing there can be edited.
    pub notes: Vec<String>,
    /// Why other places cannot be edited, each once.
    pub unpatchable: Vec<Unpatchable>,
}

/// A change that was tried, and does what was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Proposal {
    /// What it does to the text; of several steps the first.
    pub kind: Kind,
    /// The same as a command.
    pub title: String,
    /// The change, in the order of the text. Ranges do not overlap.
    pub edits: Vec<TextEdit>,
    /// What it changes besides, as flows.
    pub side_effects: Vec<SideEffect>,
    /// How many lines it takes out and puts in.
    pub lines: usize,
    /// How many characters it takes out and puts in.
    pub characters: usize,
    /// Why it is wider than what was asked for: only where nothing narrower works.
    pub wider: Option<&'static str>,
    /// For each file that it changes, the [`revision`] of the text that it was made for.
    pub revisions: Vec<(SourceId, u64)>,
}

impl Proposal {
    /// The changed text of a file; nothing for one that it does not change, or if `text` is not the one that it was made for.
    pub fn apply(&self, source: SourceId, text: &str) -> Option<String> {
        let (_, made_for) = self.revisions.iter().find(|(id, _)| *id == source)?;
        if *made_for != revision(text) {
            return None;
        }
        Some(edited(text, source, &self.edits))
    }
}

/// The text of a file after edits, which are in the order of the text.
pub(in crate::answers) fn edited(text: &str, source: SourceId, edits: &[TextEdit]) -> String {
    let mut changed = String::from(text);
    for edit in edits.iter().rev().filter(|edit| edit.source == source) {
        changed.replace_range(edit.start as usize..edit.end as usize, &edit.text);
    }
    changed
}

/// A copy of a scene with other texts in some of its files, read again.
pub(in crate::answers) fn with_texts<S: Scene>(scene: &S, text: impl Fn(SourceId) -> Option<String>) -> S {
    let text_of = |id, text_before: &str| text(id).unwrap_or_else(|| text_before.to_string());
    let texts: Vec<(String, String)> =
        scene.sources().iter().map(|(id, source)| (source.name.clone(), text_of(id, &source.text))).collect();
    let mut copy = scene.copy();
    copy.set_files(&texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    copy
}

/// A number that tells a text from others (FNV-1a, 64 bits).
pub fn revision(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NotFixed {
    /// An end means nothing, or several things.
    End(NotFound),
    /// The question about a path means nothing.
    Path(NotAsked),
}

impl fmt::Display for NotFixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotFixed::End(error) => write!(f, "{error}"),
            NotFixed::Path(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for NotFixed {}

/// A set of files with everything that follows from it, of which a copy can be changed.
pub trait Scene: Sized {
    /// The files as they were read.
    fn loaded(&self) -> &Loaded;
    /// What there is.
    fn snapshot(&self) -> &Snapshot;
    /// The policies.
    fn compiled(&self) -> &Arc<Compiled>;
    /// All pairs.
    fn connectivity(&self) -> &Connectivity;
    /// What paths are computed from.
    fn paths(&self) -> &Paths;
    /// The path of a packet.
    ///
    /// # Errors
    /// When an end means nothing, or several things.
    fn path(&self, asked: &Asked<'_>) -> Result<PathAnswer, NotAsked>;
    /// A copy, which remembers what was read.
    fn copy(&self) -> Self;
    /// Reads other files.
    fn set_files(&mut self, files: &[(&str, &str)]);

    /// The texts.
    fn sources(&self) -> &Sources {
        &self.loaded().sources
    }
}

/// Looks for changes. The best few are returned.
///
/// # Errors
/// When an end means nothing, or several things.
pub fn fix<S: Scene>(scene: &S, question: &Question<'_>) -> Result<Fixes, NotFixed> {
    search::search(scene, question)
}
