//! A Markdown table.

use std::io::{self, Write};

use super::{Memo, Row, Writer, ports_in_words};

/// A table of TCP, UDP and SCTP.
pub(super) struct Markdown(Memo);

impl Markdown {
    pub(super) fn begin(out: &mut dyn Write) -> io::Result<Self> {
        out.write_all(b"| from | to | allowed | cannot tell |\n|---|---|---|---|\n")?;
        Ok(Markdown(Memo::default()))
    }
}

impl Writer for Markdown {
    fn row(&mut self, row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
        let connections = self.0.get(row, |flows| {
            let (allowed, unknown) = (ports_in_words(&flows.sometimes), ports_in_words(&flows.unknown()));
            if allowed.is_none() && unknown.is_none() {
                return String::new();
            }
            format!("{} | {}", allowed.unwrap_or_default(), unknown.unwrap_or_default())
        });
        if connections.is_empty() {
            return Ok(());
        }
        writeln!(out, "| {} | {} | {connections} |", cell(&row.from.title), cell(&row.to.title))
    }
}

/// A text as it must be written in a cell of a table.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
