//! Lists of wanted flows as people and programs write them.
//!
//! Three forms, told apart by how a text begins: lines (`shop/frontend -> shop/cart TCP 7070`, and what `netpolis flows` prints), JSON (a list of
//! objects, or an object with one), and CSV. What the ends mean is not asked here.

use alloc::borrow::{Cow, ToOwned};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::answers::flow_logs::read::csv::cells;
use crate::connections::{ConnectionSet, RangeSet};
use crate::document::{self, Limits, NodeRef, Value};
use crate::model::Protocol;

/// A wanted flow, as it is written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FlowLine {
    /// The line of its text, counted from 1; 0 for one that is of no text.
    pub line: u32,
    /// Where connections start: a pod, a workload, a Service, `namespace/*`, an address, a CIDR, `internet`, `dns` or `any`.
    pub from: String,
    /// Where they go, in the same words.
    pub to: String,
    /// What they carry; nothing for all connections.
    pub traffic: Vec<AskedPorts>,
}

impl FlowLine {
    /// A flow of these connections. Source ports are left out, as lists do not name them.
    pub fn of(from: &str, to: &str, connections: &ConnectionSet) -> Self {
        let (from, to) = (from.to_owned(), to.to_owned());
        // Packets in packets are dropped where that is done, whatever anybody wants.
        if connections.union(&ConnectionSet::encapsulated()) == ConnectionSet::all() {
            return FlowLine { line: 0, from, to, traffic: Vec::new() };
        }
        let mut traffic = Vec::new();
        for protocol in [Protocol::TCP, Protocol::UDP, Protocol::SCTP] {
            let ports = connections.plane(protocol).map(|plane| plane.bands().fold(RangeSet::default(), |all, (_, _, to)| all.union(to)));
            let ports: Vec<(u16, u16)> = ports.iter().flat_map(RangeSet::iter).collect();
            match ports.as_slice() {
                [] => {}
                [(0 | 1, u16::MAX)] => traffic.push(AskedPorts { protocol, ports: Vec::new() }),
                _ => traffic.push(AskedPorts { protocol, ports }),
            }
        }
        FlowLine { line: 0, from, to, traffic }
    }
}

/// As it is read: `shop/frontend -> shop/cart TCP 7070,8080 UDP 53`.
impl fmt::Display for FlowLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)?;
        for AskedPorts { protocol, ports } in &self.traffic {
            write!(f, " {protocol}")?;
            for (number, (first, last)) in ports.iter().enumerate() {
                f.write_str(if number == 0 { " " } else { "," })?;
                if first == last { write!(f, "{first}")? } else { write!(f, "{first}-{last}")? }
            }
        }
        Ok(())
    }
}

/// Connections of a protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedPorts {
    /// The protocol.
    pub protocol: Protocol,
    /// Destination ports, first to last; all of them where there is none.
    pub ports: Vec<(u16, u16)>,
}

/// Why a line of a list is no flow, or names nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlowError {
    /// The line, counted from 1; 0 for a flow that is of no text.
    pub line: u32,
    /// What is wrong, and what to write.
    pub message: String,
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl core::error::Error for FlowError {}

/// Between the ends of a flow.
const ARROWS: [&str; 3] = ["->", "=>", "→"];
/// Headings of columns and names of fields.
const FROM: [&str; 4] = ["from", "source", "src", "client"];
const TO: [&str; 5] = ["to", "destination", "dst", "target", "server"];
const PROTOCOL: [&str; 2] = ["protocol", "proto"];
const PORTS: [&str; 5] = ["port", "ports", "destinationport", "dstport", "dport"];
/// Before the number of a protocol that has no name.
const NUMBERED: &str = "protocol-";
/// What a line looks like.
const EXAMPLE: &str = "shop/frontend -> shop/cart TCP 7070";

/// Reads a list of wanted flows.
///
/// # Errors
/// Every line that is no flow, with its number and what to write instead.
pub fn read_flows(text: &str) -> Result<Vec<FlowLine>, Vec<FlowError>> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    let read = match first.chars().next() {
        Some('[' | '{') => of_json(text),
        _ if ARROWS.iter().any(|arrow| first.contains(arrow)) => of_lines(text),
        Some(_) if first.contains(',') => of_csv(text),
        Some(_) => of_lines(text),
        None => Vec::new(),
    };
    let (mut flows, mut errors) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(flow) => flows.push(flow),
            Err(error) => errors.push(error),
        }
    }
    if flows.is_empty() && errors.is_empty() {
        errors.push(FlowError { line: 1, message: format!("there is no flow; write one a line, for instance `{EXAMPLE}`") });
    }
    if errors.is_empty() { Ok(flows) } else { Err(errors) }
}

type Read = Vec<Result<FlowLine, FlowError>>;

fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.lines().map(without_comment)).filter(|(_, line)| !line.is_empty())
}

/// A line without what follows a `#` at its beginning or after a blank.
fn without_comment(line: &str) -> &str {
    let comment =
        line.match_indices('#').find(|(at, _)| line.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with([' ', '\t'])));
    comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line).trim()
}

fn of_lines(text: &str) -> Read {
    numbered(text)
        .map(|(number, line)| {
            of_line(line).map(|flow| FlowLine { line: number, ..flow }).map_err(|message| FlowError { line: number, message })
        })
        .collect()
}

fn of_line(line: &str) -> Result<FlowLine, String> {
    let split = ARROWS.iter().filter_map(|arrow| Some((line.find(arrow)?, arrow))).min();
    let Some((at, arrow)) = split else {
        return Err(format!("`{line}` is no flow: write its ends with an arrow between, for instance `{EXAMPLE}`"));
    };
    let from = line.get(..at).unwrap_or_default().trim();
    let rest = line.get(at + arrow.len()..).unwrap_or_default().trim();
    let (to, traffic) = match rest.split_once(" : ") {
        Some((to, traffic)) => (to.trim(), traffic),
        None => rest.split_once([' ', '\t']).unwrap_or((rest, "")),
    };
    if from.is_empty() || to.is_empty() {
        let side = if from.is_empty() { "before" } else { "behind" };
        return Err(format!("the end {side} `{arrow}` is missing, for instance `{EXAMPLE}`"));
    }
    Ok(FlowLine { line: 0, from: from.to_owned(), to: to.to_owned(), traffic: read_traffic(traffic)? })
}

/// Protocols with ports: `TCP 80,443 UDP 53`, `8080`, `80/TCP`; nothing for all connections.
fn read_traffic(text: &str) -> Result<Vec<AskedPorts>, String> {
    let mut found: Vec<AskedPorts> = Vec::new();
    let text = text.trim();
    if ["", "all", "any", "all connections", "everything"].iter().any(|all| text.eq_ignore_ascii_case(all)) {
        return Ok(found);
    }
    let mut add = |protocol: Protocol, ports: Option<(u16, u16)>| match found.last_mut().filter(|last| last.protocol == protocol) {
        Some(last) if !last.ports.is_empty() || ports.is_some() => last.ports.extend(ports),
        _ => found.push(AskedPorts { protocol, ports: ports.into_iter().collect() }),
    };
    let mut current = None;
    let numbered = text.to_lowercase().replace("protocol ", NUMBERED);
    let text = if numbered.contains(NUMBERED) { &*numbered } else { text };
    for word in text.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty()) {
        let (own, word) = match word.split_once('/') {
            Some((a, b)) if a.starts_with(|c: char| c.is_ascii_digit()) => (Some(b), a),
            Some((a, b)) => (Some(a), b),
            None => (None, word),
        };
        let named = own.map(protocol).transpose()?;
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            let protocol = named.or(current).unwrap_or(Protocol::TCP);
            if !protocol.has_ports() {
                return Err(format!("{protocol} has no ports: leave out `{word}`"));
            }
            add(protocol, Some(ports(word)?));
        } else {
            let protocol = protocol(word)?;
            current = Some(protocol);
            add(protocol, None);
        }
    }
    Ok(found)
}

fn protocol(name: &str) -> Result<Protocol, String> {
    let number = name.strip_prefix(NUMBERED).unwrap_or(name);
    Protocol::from_name(number)
        .ok_or_else(|| format!("`{name}` is no protocol; write TCP, UDP, SCTP, ICMP or ICMPv6, with ports behind it (`TCP 80,443`)"))
}

fn ports(word: &str) -> Result<(u16, u16), String> {
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port != 0);
    let range = match word.split_once('-') {
        Some((first, last)) => number(first).zip(number(last)).filter(|(first, last)| first <= last),
        None => number(word).map(|port| (port, port)),
    };
    range.ok_or_else(|| format!("`{word}` is no port: write a number from 1 to 65535, or a range such as 8000-8080"))
}

/// What a program wrote, by its fields.
#[derive(Default)]
struct Fields {
    from: String,
    to: String,
    protocol: String,
    ports: Vec<String>,
}

impl Fields {
    fn flow(&self, line: u32) -> Result<FlowLine, FlowError> {
        let failed = |message: String| FlowError { line, message };
        let missing = |name: &str| failed(format!("the flow has no `{name}`"));
        if self.from.is_empty() {
            return Err(missing("from"));
        }
        if self.to.is_empty() {
            return Err(missing("to"));
        }
        let ports = self.ports.join(",");
        let is_number = self.protocol.starts_with(|c: char| c.is_ascii_digit());
        let prefix = if is_number { NUMBERED } else { "" };
        let traffic = read_traffic(&format!("{prefix}{} {ports}", self.protocol)).map_err(failed)?;
        Ok(FlowLine { line, from: self.from.clone(), to: self.to.clone(), traffic })
    }
}

/// Which of the fields a name means.
fn set_field(fields: &mut Fields, name: &str, value: &str) -> bool {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_lowercase();
    let value = value.trim().to_owned();
    let is = |names: &[&str]| names.contains(&&*name);
    match () {
        () if is(&FROM) => fields.from = value,
        () if is(&TO) => fields.to = value,
        () if is(&PROTOCOL) => fields.protocol = value,
        () if is(&PORTS) => fields.ports.push(value),
        () => return false,
    }
    true
}

fn of_csv(text: &str) -> Read {
    let mut rows = numbered(text).map(|(number, line)| (number, cells(line, ','))).peekable();
    let is_heading = |cells: &[Cow<'_, str>]| cells.iter().any(|cell| set_field(&mut Fields::default(), cell, ""));
    let heading = match rows.next_if(|(_, cells)| is_heading(cells)) {
        Some((_, heading)) => heading,
        None => ["from", "to", "protocol", "port"].map(Cow::Borrowed).to_vec(),
    };
    rows.map(|(number, row)| {
        let mut fields = Fields::default();
        heading.iter().zip(&row).filter(|(_, cell)| !cell.trim().is_empty()).for_each(|(name, cell)| {
            set_field(&mut fields, name, cell);
        });
        fields.flow(number)
    })
    .collect()
}

fn of_json(text: &str) -> Read {
    let parsed = document::parse(text, &Limits::default());
    let line_at = |offset: u32| 1 + text.get(..offset as usize).unwrap_or_default().matches('\n').count() as u32;
    if let Some(error) = parsed.diagnostics.first() {
        let line = error.place.map_or(1, |place| line_at(place.span.start));
        return alloc::vec![Err(FlowError { line, message: format!("the list cannot be read: {}", error.message) })];
    }
    let Some(root) = parsed.tree.root() else { return Vec::new() };
    let list = if root.as_sequence().is_some() { Some(root) } else { root.get("flows") };
    let Some(items) = list.and_then(NodeRef::as_sequence) else {
        let message =
            "write a list of flows, or an object with a list `flows`: [{\"from\": …, \"to\": …, \"protocol\": \"TCP\", \"port\": 80}]";
        return alloc::vec![Err(FlowError { line: line_at(root.span().start), message: message.to_owned() })];
    };
    items
        .map(|item| {
            let line = line_at(item.span().start);
            let mut fields = Fields::default();
            for entry in item.as_mapping().unwrap_or_default() {
                let value = item.value_of(entry);
                let values = value
                    .as_sequence()
                    .map_or_else(|| scalar(value).into_iter().collect(), |list| list.filter_map(scalar).collect::<Vec<_>>());
                if values.iter().filter(|value| !set_field(&mut fields, &entry.key, value)).count() > 0 {
                    let message = format!("`{}` is no field of a flow; it has from, to, protocol and port or ports", entry.key);
                    return Err(FlowError { line, message });
                }
            }
            fields.flow(line)
        })
        .collect()
}

fn scalar(node: NodeRef<'_>) -> Option<String> {
    match node.value() {
        Value::Int(number) => Some(number.to_string()),
        Value::String(text) => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn tcp(ports: &[(u16, u16)]) -> AskedPorts {
        AskedPorts { protocol: Protocol::TCP, ports: ports.to_vec() }
    }

    #[test]
    fn the_same_flow_is_read_in_every_form() {
        let ports = vec![tcp(&[(80, 80), (8000, 8080)])];
        let flow = |line| FlowLine { line, from: "shop/web".into(), to: "shop/db".into(), traffic: ports.clone() };
        for (text, line) in [
            ("shop/web -> shop/db TCP 80,8000-8080", 1),
            ("# the shop\n\nshop/web → shop/db 80 8000-8080 # both", 3),
            ("shop/web => shop/db : TCP 80,8000-8080", 1),
            ("from,to,protocol,ports\nshop/web,shop/db,TCP,\"80,8000-8080\"", 2),
            ("shop/web,shop/db,tcp,80 8000-8080", 1),
            ("[{\"from\": \"shop/web\", \"to\": \"shop/db\", \"protocol\": \"TCP\", \"ports\": [80, \"8000-8080\"]}]", 1),
            ("{\"flows\": [\n{\"source\": \"shop/web\", \"destination\": \"shop/db\", \"port\": \"80,8000-8080\"}]}", 2),
        ] {
            assert_eq!(read_flows(text), Ok(vec![flow(line)]), "{text}");
        }
    }

    #[test]
    fn protocols_have_ports_of_their_own() {
        let udp = AskedPorts { protocol: Protocol::UDP, ports: vec![(53, 53)] };
        assert_eq!(read_traffic("TCP 80,443 UDP 53"), Ok(vec![tcp(&[(80, 80), (443, 443)]), udp.clone()]));
        assert_eq!(read_traffic("80/TCP 53/UDP"), Ok(vec![tcp(&[(80, 80)]), udp.clone()]));
        assert_eq!(read_traffic("TCP 80,443,UDP 53"), Ok(vec![tcp(&[(80, 80), (443, 443)]), udp]));
        assert_eq!(read_traffic("All Connections"), Ok(vec![]));
        assert_eq!(read_traffic("ICMP"), Ok(vec![AskedPorts { protocol: Protocol::ICMP, ports: vec![] }]));
        let gre = Ok(vec![tcp(&[(80, 80)]), AskedPorts { protocol: Protocol(47), ports: vec![] }]);
        assert_eq!(read_traffic("TCP 80; protocol 47"), gre);
        assert_eq!(read_traffic("TCP 80 protocol-47"), gre);
        assert_eq!(read_traffic("TCP"), Ok(vec![tcp(&[])]));
    }

    #[test]
    fn every_line_that_is_no_flow_is_told() {
        let text = "shop/web shop/db\nshop/web -> shop/db TPC 80\nshop/web -> shop/db TCP 0\n -> shop/db\na -> b ICMP 8\na -> b TCP 90-80";
        let errors: Vec<String> = read_flows(&format!("a -> b\n{text}")).unwrap_err().iter().map(|error| error.to_string()).collect();
        assert_eq!(
            errors,
            [
                "line 2: `shop/web shop/db` is no flow: write its ends with an arrow between, for instance `shop/frontend -> shop/cart TCP 7070`",
                "line 3: `TPC` is no protocol; write TCP, UDP, SCTP, ICMP or ICMPv6, with ports behind it (`TCP 80,443`)",
                "line 4: `0` is no port: write a number from 1 to 65535, or a range such as 8000-8080",
                "line 5: the end before `->` is missing, for instance `shop/frontend -> shop/cart TCP 7070`",
                "line 6: ICMP has no ports: leave out `8`",
                "line 7: `90-80` is no port: write a number from 1 to 65535, or a range such as 8000-8080",
            ]
        );
        assert_eq!(read_flows("\n").unwrap_err().len(), 1);
        assert_eq!(read_flows("[{\"from\": \"a\"}]").unwrap_err()[0].to_string(), "line 1: the flow has no `to`");
    }

    #[test]
    fn flows_are_written_as_they_are_read() {
        let line = |text: &str| read_flows(text).unwrap().into_iter().map(|flow| FlowLine { line: 0, ..flow }).next().unwrap();
        for text in
            ["shop/web[Deployment] -> 10.0.0.0-10.0.0.9 TCP 80,8000-8080 UDP 53", "a -> b", "internet -> svc/shop/ads TCP", "a -> dns ICMP"]
        {
            assert_eq!(line(text).to_string(), text);
        }
        let of = |set: &ConnectionSet| FlowLine::of("a", "b", set).to_string();
        assert_eq!(of(&ConnectionSet::all()), "a -> b");
        assert_eq!(of(&ConnectionSet::protocol(Protocol::TCP)), "a -> b TCP");
        assert_eq!(of(&ConnectionSet::of_traffic(crate::connections::Traffic::to_port(Protocol::UDP, 53))), "a -> b UDP 53");
    }
}
