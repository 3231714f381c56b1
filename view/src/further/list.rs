//! The forms that further answers have: a list in groups, with choices and texts that it offers, and changes of text.

use serde::{Deserialize, Serialize};

use super::FurtherQuestion;
use crate::{FixView, Question, SourceLocation};

/// An answer as a list in groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListView {
    /// What came of it all, in a sentence with code in backticks; of an empty list why it is empty.
    pub summary: String,
    /// How many rows are as wanted: checks that hold.
    pub good: u32,
    /// How many are not.
    pub bad: u32,
    /// What can be chosen, from left to right.
    pub choices: Vec<ListChoice>,
    /// Texts that it offers.
    pub offers: Vec<OfferedText>,
    /// The rows.
    pub groups: Vec<ListGroup>,
}

/// A choice between questions: one of them was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListChoice {
    /// What is chosen.
    pub title: String,
    /// What there is.
    pub options: Vec<ListOption>,
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListOption {
    /// Its name.
    pub label: String,
    /// Whether it is chosen.
    pub on: bool,
    /// What is asked when it is chosen.
    pub asks: FurtherQuestion,
}

/// A text that can be taken: applied to the files, copied, saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedText {
    /// What it is.
    pub title: String,
    /// What there is to say of it, in sentences; may be empty.
    pub about: String,
    /// What a file with it is called.
    pub name: String,
    /// The text.
    pub text: String,
    /// What applying it does to the files, as a unified diff; empty where the text itself is shown.
    pub diff: String,
    /// The changes that put it into the files; nothing where that is not offered.
    pub fix: Option<FixView>,
}

/// Rows that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListGroup {
    /// What they are.
    pub title: String,
    /// What there is to say of all of them, in a sentence; may be empty.
    pub about: String,
    /// Whether they are shown only when the person opens them.
    pub folded: bool,
    /// How many there are.
    pub count: u32,
    /// The first of them.
    pub rows: Vec<ListRow>,
}

/// How a row looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outlook {
    /// As wanted.
    Good,
    /// Not as wanted.
    Bad,
    /// Open.
    Unsure,
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is another than before.
    Changed,
    /// A row that only tells something.
    #[default]
    Plain,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// How it looks.
    pub outlook: Outlook,
    /// The same in a word or two; empty where a row only tells something.
    pub word: String,
    /// What it is about, with code in backticks.
    pub title: String,
    /// What there is to say, line by line, with code in backticks.
    pub lines: Vec<String>,
    /// Where it is written, then what else plays a part.
    pub spots: Vec<SourceLocation>,
    /// What a press on it shows.
    pub link: Option<RowLink>,
    /// What stands in the box with which the row is chosen; nothing for a row that cannot be.
    pub tick: Option<RowTick>,
    /// A text that is shown when the person opens it; empty where there is none.
    pub text: String,
}

/// A box with which a row is chosen, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowTick {
    /// What the question calls the row.
    pub key: String,
    /// Whether it is chosen as the question stands.
    pub on: bool,
}

/// What a press on a row shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowLink {
    /// The answer to a flow.
    Flow(Question),
    /// The whole path of a packet.
    Path(Question),
    /// An endpoint, by its key.
    End(String),
    /// Another answer, under this name.
    Answer(String, FurtherQuestion),
}

impl RowLink {
    /// What it shows, for the button.
    pub fn label(&self) -> &str {
        match self {
            RowLink::Flow(_) => "Show the flow",
            RowLink::Path(_) => "Show the path",
            RowLink::End(_) => "Show the workload",
            RowLink::Answer(name, _) => name,
        }
    }
}

/// Connections in a few words: protocols without ports go without saying, as policies do not speak of them.
#[cfg(feature = "answers")]
pub(super) fn ports(set: &crate::SetView) -> String {
    use crate::Status;
    let mut words: Vec<String> = Vec::new();
    let mut last = "";
    for ports in &set.ports {
        let range = if ports.first == ports.last { ports.first.to_string() } else { format!("{}-{}", ports.first, ports.last) };
        words.push(if ports.protocol == last { range } else { format!("{} {range}", ports.protocol) });
        last = &ports.protocol;
    }
    match set.status {
        Status::Allowed => "every port".into(),
        Status::Partly if set.is_open_in_part() => format!("{}; cannot tell for more", words.join(", ")),
        Status::Partly => words.join(", "),
        Status::CannotTell if words.is_empty() => "cannot tell".into(),
        Status::CannotTell => format!("cannot tell for {}", words.join(", ")),
        Status::Denied | Status::LeftOut => "protocols without ports".into(),
    }
}

/// Most rows of a group that are sent.
#[cfg(feature = "answers")]
const MOST_ROWS: usize = 200;

#[cfg(feature = "answers")]
impl ListGroup {
    /// A group of all these rows, of which the first are kept.
    pub(super) fn new(title: impl Into<String>, mut rows: Vec<ListRow>) -> Self {
        let count = rows.len() as u32;
        rows.truncate(MOST_ROWS);
        ListGroup { title: title.into(), about: String::new(), folded: false, count, rows }
    }

    /// The same, shown only when it is opened.
    pub(super) fn folded(self) -> Self {
        ListGroup { folded: true, ..self }
    }

    /// Those of some groups that have rows. One that stands alone is open.
    pub(super) fn with_rows(groups: impl IntoIterator<Item = ListGroup>) -> Vec<Self> {
        let mut groups: Vec<ListGroup> = groups.into_iter().filter(|group| group.count > 0).collect();
        if let [group] = groups.as_mut_slice() {
            group.folded = false;
        }
        groups
    }
}

/// Changes that do what is wanted, the best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixListView {
    /// Whether something is to be stopped.
    pub deny: bool,
    /// The changes. Each was tried on a copy of the files.
    pub proposals: Vec<ProposedFix>,
    /// What there is to say besides, in sentences; where there is no change, why.
    pub notes: Vec<String>,
}

/// A change that does what is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedFix {
    /// The change.
    pub fix: FixView,
    /// What it does to flows, in a sentence: that it does nothing else, or how much.
    pub effect: String,
    /// Whether it does nothing else.
    pub exact: bool,
    /// What it does besides, flow by flow.
    pub besides: Vec<String>,
}
