//! Flows as comma separated values: a line with the names of the columns, then one flow a line. docs/flow-logs.md lists the names.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::fields::{parsed, protocol, traffic};
use crate::answers::flow_logs::broken::Broken;
use crate::answers::flow_logs::entry::{EndKind, Entry, Logged, LoggedEnd, Name};
use crate::answers::flow_logs::time::Moment;
use crate::answers::flow_logs::values::Piece;
use crate::answers::flow_logs::{LogFormat, LogVerdict, SeenAt, SetAside};
use crate::model::Protocol;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Column {
    /// An end as a question names it: `shop/web`, `node/worker-1`, an address.
    End(Side),
    Namespace(Side),
    Name(Side),
    Address(Side),
    Port,
    Protocol,
    Verdict,
    Start,
    Last,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    From,
    To,
}

/// A table of which the columns are known.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    separator: char,
}

impl Table {
    /// The table with these names of columns; nothing if they do not say where flows start and go.
    pub(super) fn of(line: &str) -> Option<Table> {
        let separators = [',', ';', '\t'];
        let separator = separators.into_iter().max_by_key(|separator| line.matches(*separator).count())?;
        let columns: Vec<Column> = cells(line, separator).iter().map(|name| column(name)).collect();
        let has = |side| [Column::End(side), Column::Name(side), Column::Address(side)].iter().any(|column| columns.contains(column));
        (has(Side::From) && has(Side::To)).then_some(Table { columns, separator })
    }

    /// Reads one line.
    pub(super) fn row(&self, piece: Piece<'_>, take: &mut dyn FnMut(Option<LogFormat>, u32, Entry)) {
        take(Some(LogFormat::Csv), piece.line, self.entry(piece.text));
    }

    fn entry(&self, line: &str) -> Entry {
        let cells = cells(line, self.separator);
        if cells.len() > self.columns.len() {
            return Entry::Broken(Broken::Cells { values: cells.len(), columns: self.columns.len() });
        }
        let value = |column: Column| {
            let mut found = self.columns.iter().zip(&cells).filter(|(of, _)| **of == column).map(|(_, cell)| cell.trim());
            found.find(|cell| !cell.is_empty() && *cell != "-")
        };
        let (from, to) = match (end(Side::From, &value), end(Side::To, &value)) {
            (Some(from), Some(to)) => (from, to),
            (None, _) => return Entry::Broken(Broken::NoSource),
            (_, None) => return Entry::Broken(Broken::NoDestination),
        };
        let protocol = match value(Column::Protocol).map(|name| protocol(name).ok_or(name)) {
            None => Protocol::TCP,
            Some(Ok(protocol)) => protocol,
            Some(Err(name)) => return Entry::Broken(Broken::Protocol(name.to_owned())),
        };
        let port = match value(Column::Port).map(|port| port.parse::<u16>().map_err(|_| port)) {
            None => None,
            Some(Ok(port)) => Some(i64::from(port)),
            Some(Err(port)) => return Entry::Broken(Broken::Port(port.to_owned())),
        };
        let Some(verdict) = verdict(value(Column::Verdict)) else { return Entry::Aside(SetAside::NoVerdict) };
        let start = value(Column::Start).and_then(Moment::parse);
        let last = value(Column::Last).and_then(Moment::parse);
        let times = start.or(last).map(|start| (start, last.unwrap_or(start).max(start)));
        Entry::Flow(Box::new(Logged { from, to, traffic: traffic(protocol, port), verdict, seen: SeenAt::Both, times }))
    }
}

/// What became of a flow; one that is listed without a word was there, so it was allowed.
fn verdict(word: Option<&str>) -> Option<LogVerdict> {
    match word.map(str::to_ascii_lowercase).as_deref() {
        None | Some("allow" | "allowed" | "accept" | "accepted" | "forwarded" | "permit" | "permitted" | "a") => Some(LogVerdict::Allowed),
        Some("deny" | "denied" | "drop" | "dropped" | "reject" | "rejected" | "block" | "blocked" | "d") => Some(LogVerdict::Denied),
        Some("audit" | "audited") => Some(LogVerdict::Audited),
        Some(_) => None,
    }
}

fn end<'c>(side: Side, value: &dyn Fn(Column) -> Option<&'c str>) -> Option<LoggedEnd> {
    let mut found = LoggedEnd { address: value(Column::Address(side)).and_then(parsed), ..LoggedEnd::default() };
    let namespace = value(Column::Namespace(side));
    match (value(Column::Name(side)).or_else(|| value(Column::End(side))), namespace) {
        (Some(name), _) if parsed(name).is_some() => found.address = parsed(name),
        (Some(name), Some(namespace)) if !name.contains('/') => {
            found.kind = EndKind::Pod;
            found.namespace = namespace.to_owned();
            found.name = match name.strip_suffix('*') {
                Some(prefix) => Name::Prefix(prefix.to_owned()),
                None => Name::Own(name.to_owned()),
            };
        }
        (Some(name), _) => found.name = Name::Written(name.to_owned()),
        (None, _) => {}
    }
    (found.address.is_some() || found.name != Name::None).then_some(found)
}

/// What a column with this name holds.
fn column(name: &str) -> Column {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let rest = |prefixes: &[&str]| prefixes.iter().find_map(|prefix| name.strip_prefix(prefix).map(ToOwned::to_owned));
    let side = |side: Side, rest: &str| match rest {
        "" => Some(Column::End(side)),
        "namespace" | "ns" => Some(Column::Namespace(side)),
        "name" | "nameaggr" | "pod" | "podname" | "workload" => Some(Column::Name(side)),
        "ip" | "address" | "addr" | "ipaddress" => Some(Column::Address(side)),
        _ => None,
    };
    let of_from = rest(&["source", "src", "from", "client"]).and_then(|rest| side(Side::From, &rest));
    let of_to = || rest(&["destination", "dest", "dst", "to", "server"]).and_then(|rest| side(Side::To, &rest));
    if let Some(column) = of_from.or_else(of_to) {
        return column;
    }
    match name.as_str() {
        "port" | "destinationport" | "destport" | "dstport" | "toport" | "serverport" => Column::Port,
        "protocol" | "proto" | "ipprotocol" => Column::Protocol,
        "verdict" | "action" | "decision" | "result" => Column::Verdict,
        "time" | "timestamp" | "starttime" | "first" | "firstseen" => Column::Start,
        "endtime" | "last" | "lastseen" => Column::Last,
        _ => Column::Other,
    }
}

/// The values of a line. Upstream: RFC 4180, but that no value goes over a line's end.
pub(in crate::answers) fn cells(line: &str, separator: char) -> Vec<Cow<'_, str>> {
    let mut cells = Vec::new();
    let mut rest = Some(line);
    while let Some(text) = rest {
        let (cell, next) = match text.trim_start().strip_prefix('"') {
            Some(quoted) => in_quotes(quoted, separator),
            None => match text.split_once(separator) {
                Some((cell, next)) => (Cow::Borrowed(cell), Some(next)),
                None => (Cow::Borrowed(text), None),
            },
        };
        cells.push(cell);
        rest = next;
    }
    cells
}

fn in_quotes(text: &str, separator: char) -> (Cow<'_, str>, Option<&str>) {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let Some((part, next)) = rest.split_once('"') else {
            value.push_str(rest);
            return (Cow::Owned(value), None);
        };
        value.push_str(part);
        match next.strip_prefix('"') {
            Some(next) => {
                value.push('"');
                rest = next;
            }
            None => return (Cow::Owned(value), next.split_once(separator).map(|(_, next)| next)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_stand_in_quotes() {
        assert_eq!(cells("a,\"b,c\",\"d\"\"e\",", ','), ["a", "b,c", "d\"e", ""]);
        assert_eq!(cells("a;b c", ';'), ["a", "b c"]);
    }

    #[test]
    fn columns_are_known_by_the_names_that_logs_use() {
        let columns = |line: &str| Table::of(line).map(|table| table.columns);
        use Column::{Address, End, Name, Namespace, Other, Port, Protocol, Verdict};
        assert_eq!(columns("from,to,port,protocol,verdict"), Some(alloc::vec![End(Side::From), End(Side::To), Port, Protocol, Verdict]));
        let due = [Namespace(Side::From), Name(Side::From), Address(Side::To), Port, Other];
        assert_eq!(columns("source_namespace;Source Pod;dst_ip;dest_port;bytes").as_deref(), Some(&due[..]));
        assert_eq!(columns("from,port"), None);
    }
}
