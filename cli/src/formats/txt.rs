//! A line a pair: `<from> => <to> : <connections>`.

use std::io::{self, Write};

use super::{Memo, Row, Writer, ports};

/// The list as np-guard's netpol-analyzer writes it: pairs with a certainly allowed TCP, UDP or SCTP connection, IPv4 ranges only, sorted by
/// source and destination.
#[derive(Default)]
pub(super) struct Txt(Memo);

impl Writer for Txt {
    fn row(&mut self, row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
        if row.from.ipv6 || row.to.ipv6 {
            return Ok(());
        }
        let connections = self.0.get(row, |flows| ports(&flows.sometimes).unwrap_or_default());
        if connections.is_empty() {
            return Ok(());
        }
        writeln!(out, "{} => {} : {connections}", row.from.title, row.to.title)
    }
}
