//! The gallery, built in: nothing is fetched when one is opened.

use crate::view_model::Question;

/// A scene to begin with.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// Stable name, for links.
    pub id: &'static str,
    /// Title in the menu.
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub summary: &'static str,
    /// Names and texts.
    pub files: &'static [(&'static str, &'static str)],
    /// The question that it opens with: from, to, protocol, port.
    pub flow: [&'static str; 4],
}

impl Example {
    /// The question that it opens with.
    pub fn question(&self) -> Question {
        let [from, to, protocol, port] = self.flow;
        Question { from: from.into(), to: to.into(), protocol: protocol.into(), port: port.parse().ok() }
    }
}

// Written by `build.rs` from `www/examples/index.json`.
include!(concat!(env!("OUT_DIR"), "/examples.rs"));
