//! All pairs, in the forms that people and programs read.

mod csv;
mod dot;
mod json;
mod json_sets;
mod markdown;
mod txt;

use std::collections::HashMap;
use std::io::{self, Write};

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::ingress_flows;
use netpolis_core::connectivity::Grid;
use netpolis_core::endpoints::{FlowTable, Flows, INGRESS_CONTROLLER, Line, TitledLine, lines};
use netpolis_core::policy::{Direction, Doubt};
use netpolis_core::text::Place;

pub(crate) use json::{flows as flows_json, not_evaluated as not_evaluated_json};
pub(crate) use markdown::cell;
pub use netpolis_core::endpoints::{ports, ports_in_words};

use crate::places::printable;

/// A form of an answer that has two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextOrJson {
    /// For reading.
    Text,
    /// JSON, with everything.
    Json,
}

impl TextOrJson {
    /// Both by name; the first is the default.
    pub const ALL: &[(&str, TextOrJson)] = &[("text", TextOrJson::Text), ("json", TextOrJson::Json)];
}

/// A form of the list of flows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A line a pair.
    Txt,
    /// Comma separated values.
    Csv,
    /// JSON.
    Json,
    /// JSON with sets of sources and destinations in the place of pairs.
    JsonSets,
    /// A Markdown table.
    Markdown,
    /// Graphviz.
    Dot,
}

impl Format {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, Format)] = &[
        ("txt", Format::Txt),
        ("csv", Format::Csv),
        ("json", Format::Json),
        ("json-sets", Format::JsonSets),
        ("md", Format::Markdown),
        ("dot", Format::Dot),
    ];
}

/// One end of a [`Row`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct RowEnd {
    /// `shop/db[StatefulSet]`, `192.0.2.0-192.0.2.255[External]` or `{ingress-controller}`.
    title: String,
    /// Its namespace, if it has one.
    namespace: Option<String>,
    /// Whether it is a range of IPv6 addresses.
    ipv6: bool,
}

/// One line of the list.
struct Row<'a> {
    from: &'a RowEnd,
    to: &'a RowEnd,
    flows: &'a Flows,
    /// Rows with equal numbers have equal flows.
    number: usize,
    /// Where the ends stand among all sources and among all destinations.
    places: (usize, usize),
}

/// What a form writes of flows, made once for all rows that are equal.
#[derive(Default)]
struct Memo(HashMap<usize, String>);

impl Memo {
    fn get(&mut self, row: &Row<'_>, make: impl FnOnce(&Flows) -> String) -> &str {
        self.0.entry(row.number).or_insert_with(|| make(row.flows))
    }
}

/// A writer of one form.
trait Writer {
    /// Takes all ends that rows may have, in order, before the first row comes.
    fn begin(&mut self, _sources: &mut dyn Iterator<Item = &RowEnd>, _destinations: &mut dyn Iterator<Item = &RowEnd>) {}

    /// Takes what flows among the pods of one workload, which is no row of a list of flows.
    fn within(&mut self, _row: &Row<'_>) {}

    fn row(&mut self, row: &Row<'_>, out: &mut dyn Write) -> io::Result<()>;

    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// What a reader of a list must know beside it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Doubts {
    /// Pairs with TCP, UDP or SCTP connections of which it cannot be told whether they are allowed.
    pub unknown: usize,
    /// Pairs of workloads with TCP, UDP or SCTP connections that are allowed for some of their pods and not for others.
    pub some_pods: usize,
}

impl Doubts {
    /// In sentences, one a line.
    pub fn sentences(self) -> Vec<String> {
        let pairs = |n: usize| if n == 1 { "1 pair".to_string() } else { format!("{n} pairs") };
        let mut sentences = Vec::new();
        if self.unknown > 0 {
            sentences.push(format!(
                "for {} some connections are “cannot tell”; --format json lists them, and netpolis why names the missing fact",
                pairs(self.unknown)
            ));
        }
        if self.some_pods > 0 {
            sentences.push(format!(
                "for {} of workloads, the listed connections are allowed for only some of their pods; netpolis why takes the name of a pod",
                pairs(self.some_pods)
            ));
        }
        sentences
    }
}

/// What is not evaluated, so that connections that it might decide about cannot be told; one sentence each, with places.
pub fn not_evaluated(analysis: &Analysis) -> Vec<String> {
    let places = |places: &[Place]| places.iter().map(|p| analysis.sources().describe(*p)).collect::<Vec<_>>().join(", ");
    let sentence = |doubt: &Doubt| printable(&format!("{} ({})", doubt.text, places(&doubt.places))).into_owned();
    analysis.not_evaluated().iter().map(sentence).collect()
}

/// Writes the list in a form, a row at a time.
///
/// # Errors
/// When `out` fails.
pub fn write(analysis: &Analysis, format: Format, out: &mut dyn Write) -> io::Result<Doubts> {
    let mut writer: Box<dyn Writer> = match format {
        Format::Txt => Box::new(txt::Txt::default()),
        Format::Csv => Box::new(csv::Csv::begin(out)?),
        Format::Json => Box::new(json::Json::new(analysis)),
        Format::JsonSets => Box::new(json_sets::JsonSets::new(analysis)),
        Format::Markdown => Box::new(markdown::Markdown::begin(out)?),
        Format::Dot => Box::new(dot::Dot::default()),
    };
    let mut doubts = Doubts::default();
    let mut seen: HashMap<usize, (bool, bool)> = HashMap::new();
    each_row(analysis, |step| match step {
        Step::Begin(sources, destinations) => {
            writer.begin(&mut sources.iter(), &mut destinations.iter());
            Ok(())
        }
        Step::Within(row) => {
            writer.within(&row);
            Ok(())
        }
        Step::Row(row) => {
            let (unknown, some_pods) = *seen.entry(row.number).or_insert_with(|| {
                let (always, sometimes) = (row.flows.always.with_ports_only(), row.flows.sometimes.with_ports_only());
                (!row.flows.unknown().with_ports_only().is_empty(), always != sometimes)
            });
            doubts.unknown += usize::from(unknown);
            doubts.some_pods += usize::from(some_pods);
            writer.row(&row, out)
        }
    })?;
    writer.end(out)?;
    Ok(doubts)
}

/// What is met on the way through all pairs.
enum Step<'a> {
    /// All sources and all destinations.
    Begin(&'a [RowEnd], &'a [RowEnd]),
    /// What flows among the pods of one workload.
    Within(Row<'a>),
    /// A line of the list.
    Row(Row<'a>),
}

/// The list in a form.
pub fn flows(analysis: &Analysis, format: Format) -> String {
    let mut text = Vec::new();
    // Memory does not fail.
    let _ = write(analysis, format, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// All pairs of workloads and outside ranges with any connection that is allowed or cannot be told, by source and destination.
fn each_row(analysis: &Analysis, mut visit: impl FnMut(Step<'_>) -> io::Result<()>) -> io::Result<()> {
    let (snapshot, connectivity) = (analysis.snapshot(), analysis.connectivity());
    let ends = |outside: Direction| {
        let lines = lines(snapshot, connectivity, outside).into_iter();
        let mut ends: Vec<(RowEnd, TitledLine)> = lines
            .map(|line| {
                let line = TitledLine::new(snapshot, line);
                (row_end(analysis, &line), line)
            })
            .collect();
        ends.sort_by(|a, b| a.0.cmp(&b.0));
        ends.into_iter().unzip::<_, _, Vec<RowEnd>, Vec<TitledLine>>()
    };
    let (mut from, sources) = ends(Direction::Ingress);
    let (to, destinations) = ends(Direction::Egress);
    let opened = ingress_flows::by_workload(snapshot, connectivity).into_iter();
    let mut opened: Vec<(RowEnd, Flows)> =
        opened.map(|(id, set)| (row_end(analysis, &TitledLine::new(snapshot, Line::Workload(id))), Flows::certain(set))).collect();
    opened.sort_by(|a, b| a.0.cmp(&b.0));
    let controller = from.len();
    from.extend((!opened.is_empty()).then(|| RowEnd { title: INGRESS_CONTROLLER.into(), namespace: None, ipv6: false }));
    visit(Step::Begin(&from, &to))?;

    let mut grid = Grid::new(connectivity, sources.iter().map(AsRef::as_ref), destinations.iter().map(AsRef::as_ref));
    let mut table = FlowTable::new(connectivity);
    let outside = |line: &TitledLine| matches!(line.line, Line::Outside(_) | Line::Several(..));
    for (place, (from, source)) in from.iter().zip(&sources).enumerate() {
        let mut result = Ok(());
        grid.each_from(place, |number, passing| {
            let Some((to, destination)) = to.get(number).zip(destinations.get(number)).filter(|_| result.is_ok()) else { return };
            if outside(source) && outside(destination) {
                return;
            }
            let id = table.of(passing);
            let flows = table.get(id);
            if flows.possible.is_empty() {
                return;
            }
            let row = Row { from, to, flows: &flows, number: id.index(), places: (place, number) };
            result = visit(if source.line == destination.line { Step::Within(row) } else { Step::Row(row) });
        });
        result?;
    }
    let Some(from) = from.get(controller) else { return Ok(()) };
    for (i, (end, flows)) in opened.iter().enumerate() {
        let place = to.binary_search(end).unwrap_or(to.len());
        visit(Step::Row(Row { from, to: end, flows, number: usize::MAX - i, places: (controller, place) }))?;
    }
    Ok(())
}

fn row_end(analysis: &Analysis, line: &TitledLine) -> RowEnd {
    let snapshot = analysis.snapshot();
    let namespace = match line.line {
        Line::Workload(id) => snapshot.workload(id).map(|w| snapshot.namespace_name(w.namespace).to_string()),
        Line::Outside(_) | Line::Several(..) | Line::Machine(_) | Line::Node(_) => None,
    };
    let ipv6 = matches!(line.line, Line::Outside(range) | Line::Several(range, _) if range.first.is_ipv6());
    // Names that an API server would refuse may hold anything, also what ends a line or commands a terminal.
    RowEnd { title: printable(&line.title).into_owned(), namespace, ipv6 }
}
