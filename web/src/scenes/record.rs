//! One scene as text: a few lines about it, and the scene as a link holds it.
//!
//! ```text
//! netpolis scene 1
//! name=shop
//! changed=1764364816000
//! …
//!
//! v1.<files, assumptions, question>
//! v1.<closed files>
//! ```

use std::rc::Rc;

use super::{Clock, Closed, Origin};
use crate::share::{self, Shared};

const FIRST: &str = "netpolis scene ";
const VERSION: &str = "1";

/// A scene with what is said about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// Whether that name was given to it, and does not follow what is in it.
    pub named: bool,
    /// What is in it, in a few words.
    pub about: String,
    /// Where it came from.
    pub origin: Origin,
    /// When it was changed last, in milliseconds since 1970.
    pub changed: f64,
    /// When it was deleted, if it was.
    pub deleted: Option<f64>,
    /// Which changes are in it.
    pub clock: Clock,
    /// The scene and the closed files, packed.
    pub body: Rc<str>,
}

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is damaged.
    Damaged,
    /// A newer version wrote it.
    Newer,
}

impl Record {
    /// The scene as a link holds it, and the closed files, packed into the record.
    #[must_use]
    pub fn holding(mut self, fragment: String, closed: &[Closed]) -> Self {
        let mut body = fragment;
        if !closed.is_empty() {
            let files = closed.iter().map(|file| (file.name.clone(), file.text.to_string())).collect();
            body.push('\n');
            body.push_str(&share::encode(&Shared { files, ..Shared::default() }));
        }
        self.body = body.into();
        self
    }

    /// The same with a scene that is packed already.
    #[must_use]
    pub fn holding_packed(mut self, fragment: &str) -> Self {
        self.body = fragment.into();
        self
    }

    /// Whether another record has the same name and the same scene in it.
    pub fn holds_same(&self, other: &Record) -> bool {
        self.name == other.name && self.body == other.body
    }

    /// The scene as a link holds it, for a file.
    pub fn fragment(&self) -> &str {
        self.body.lines().next().unwrap_or_default()
    }

    /// The scene, the closed files, and the first line that this version does not understand.
    ///
    /// # Errors
    /// If the scene cannot be read. Closed files that cannot be read are left out.
    pub fn open(&self) -> Result<(Shared, Vec<Closed>, Option<String>), Unreadable> {
        let mut parts = self.body.lines();
        let (shared, unknown) = share::decode_kept(parts.next().unwrap_or_default()).map_err(|error| match error {
            share::LinkError::Version => Unreadable::Newer,
            _ => Unreadable::Damaged,
        })?;
        let closed = parts.next().and_then(|part| share::decode_kept(part).ok()).map(|(shared, _)| shared.files).unwrap_or_default();
        let closed = closed.into_iter().map(|(name, text)| Closed { name, text: text.into() }).collect();
        Ok((shared, closed, unknown))
    }

    /// As it is stored.
    pub fn to_text(&self) -> String {
        let one_line = |text: &str| text.replace(['\n', '\r'], " ");
        let mut text = format!("{FIRST}{VERSION}\nname={}\n", one_line(&self.name));
        let mut line = |name: &str, value: &str| {
            text.push_str(name);
            text.push('=');
            text.push_str(value);
            text.push('\n');
        };
        if self.named {
            line("named", "1");
        }
        line("about", &one_line(&self.about));
        match self.origin {
            Origin::Own => (),
            Origin::Example => line("origin", "example"),
            Origin::Link => line("origin", "link"),
        }
        line("changed", &self.changed.to_string());
        if let Some(deleted) = self.deleted {
            line("deleted", &deleted.to_string());
        }
        line("clock", &self.clock.to_string());
        text.push('\n');
        text.push_str(&self.body);
        text
    }

    /// What [`Record::to_text`] wrote. The scene in it is not unpacked here.
    ///
    /// # Errors
    /// If it is something else.
    pub fn from_text(text: &str) -> Result<Self, Unreadable> {
        let (head, body) = text.split_once("\n\n").ok_or(Unreadable::Damaged)?;
        let mut lines = head.lines();
        let version = lines.next().and_then(|first| first.strip_prefix(FIRST)).ok_or(Unreadable::Damaged)?;
        if version != VERSION {
            return Err(if version.parse::<u32>().is_ok() { Unreadable::Newer } else { Unreadable::Damaged });
        }
        let mut record = Record { body: body.into(), ..Record::default() };
        for (name, value) in lines.filter_map(|line| line.split_once('=')) {
            match name {
                "name" => value.clone_into(&mut record.name),
                "named" => record.named = value == "1",
                "about" => value.clone_into(&mut record.about),
                "origin" if value == "example" => record.origin = Origin::Example,
                "origin" if value == "link" => record.origin = Origin::Link,
                "changed" => record.changed = value.parse().unwrap_or_default(),
                "deleted" => record.deleted = value.parse().ok(),
                "clock" => record.clock = Clock::from_text(value),
                _ => (),
            }
        }
        Ok(record)
    }
}
