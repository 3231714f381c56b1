//! The gallery, built in: nothing is fetched when one is opened.

use netpolis_view::{PathAsked, PathQuestion, Question};

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
    /// The way that its path panel opens with: from, to, protocol, port, what it is compared with.
    pub path: Option<[&'static str; 5]>,
    /// The tab that it opens with; empty for the one that is open.
    pub tab: &'static str,
}

impl Example {
    /// The question that it opens with.
    pub fn question(&self) -> Question {
        let [from, to, protocol, port] = self.flow;
        Question { from: from.into(), to: to.into(), protocol: protocol.into(), port: port.parse().ok(), ..Question::default() }
    }

    /// Whether it opens with the panel that shows the way of a packet.
    pub fn opens_path(&self) -> bool {
        self.tab == "path"
    }

    /// The way that its path panel opens with.
    pub fn path_asked(&self) -> Option<PathAsked> {
        let [from, to, protocol, port, versus] = self.path?;
        let question = PathQuestion {
            from: from.into(),
            to: to.into(),
            protocol: protocol.into(),
            port: port.parse().ok(),
            ..PathQuestion::default()
        };
        Some(PathAsked { question, versus: Some(versus).filter(|v| !v.is_empty()).map(Into::into) })
    }
}

/// The example that these files are, if nobody changed them.
pub fn example_of<'a>(files: impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone) -> Option<usize> {
    EXAMPLES.iter().position(|example| example.files.len() == files.len() && example.files.iter().copied().eq(files.clone()))
}

// Written by `build.rs` from `www/examples/index.json`.
include!(concat!(env!("OUT_DIR"), "/examples.rs"));
