//! Comma separated values (RFC 4180).

use std::io::{self, Write};

use super::{Memo, Row, Writer, ports};

/// A table `from,to,allowed,unknown` of TCP, UDP and SCTP.
pub(super) struct Csv(Memo);

impl Csv {
    pub(super) fn begin(out: &mut dyn Write) -> io::Result<Self> {
        out.write_all(b"from,to,allowed,unknown\r\n")?;
        Ok(Csv(Memo::default()))
    }
}

impl Writer for Csv {
    fn row(&mut self, row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
        let connections = self.0.get(row, |flows| {
            let (allowed, unknown) = (ports(&flows.sometimes), ports(&flows.unknown()));
            if allowed.is_none() && unknown.is_none() {
                return String::new();
            }
            format!("{},{}", quoted(&allowed.unwrap_or_default()), quoted(&unknown.unwrap_or_default()))
        });
        if connections.is_empty() {
            return Ok(());
        }
        write!(out, "{},{},{connections}\r\n", quoted(&row.from.title), quoted(&row.to.title))
    }
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_string() }
}
