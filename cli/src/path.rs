//! The whole way of a packet.

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::AskedTraffic;
use netpolis_core::explain::end_name;
use netpolis_core::model::Protocol;
use netpolis_core::path::{
    Asked, Branch, Entry, Packet, Party, PathAnswer, PathVerdict, Place, Share, Step, StepKind, Stop, Tls, Translation,
};
use netpolis_core::verdict::Verdict;
use serde_json::{Value, json};

use crate::places::{excerpt, printable};
use crate::why::{self, NotAnswered};

/// A question as it was asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Where the connection starts.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// Its protocol.
    pub protocol: Protocol,
    /// The port that the client connects to.
    pub port: Option<u16>,
    /// The client's own port; any when left out.
    pub source_port: Option<u16>,
    /// The type of an ICMP message; any when left out.
    pub icmp_type: Option<u8>,
    /// Its code; any when left out.
    pub icmp_code: Option<u8>,
    /// How a Service is reached.
    pub entry: Option<Entry>,
    /// The node that a client of a node port picks.
    pub node: Option<String>,
}

/// Stands before an address that the text does not give.
const ASSUMED: char = '~';

/// A form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathFormat {
    /// Lines for people.
    Text,
    /// JSON.
    Json,
}

impl PathFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, PathFormat)] = &[("text", PathFormat::Text), ("json", PathFormat::Json)];
}

/// Asks.
///
/// # Errors
/// When an end is not in the analysis, or could be several.
pub fn ask(analysis: &Analysis, question: &Question) -> Result<PathAnswer, NotAnswered> {
    let asked = Asked {
        from: &question.from,
        to: &question.to,
        port: question.port,
        protocol: question.protocol,
        entry: question.entry,
        node: question.node.as_deref(),
    };
    let Question { source_port, icmp_type, icmp_code, .. } = *question;
    let carried =
        AskedTraffic { port: question.port, source_port, icmp_type, icmp_code }.of(question.protocol).map_err(NotAnswered::Traffic)?;
    let unread = || [&question.from, &question.to].into_iter().find_map(|name| why::unread_maker(analysis, name));
    analysis.path_carrying(&asked, carried).map_err(|error| unread().map_or(NotAnswered::Path(error), NotAnswered::Unread))
}

/// An answer in a form.
pub fn render(analysis: &Analysis, answer: &PathAnswer, format: PathFormat) -> String {
    match format {
        PathFormat::Text => text(analysis, answer).lines().map(|line| format!("{}\n", printable(line).trim_end())).collect(),
        PathFormat::Json => format!("{:#}\n", json(analysis, answer)),
    }
}

fn text(analysis: &Analysis, answer: &PathAnswer) -> String {
    let mut out = format!("{}\n", answer.summary);
    for branch in &answer.branches {
        let title = if branch.title.is_empty() { String::new() } else { format!("{}, ", branch.title) };
        out.push_str(&format!("\n{title}{} of the connections: {}\n", branch.share, branch.verdict.as_str()));
        for (number, step) in branch.steps.iter().enumerate() {
            out.push_str(&step_text(analysis, number + 1, step));
        }
        if let Some(seen) = branch.seen {
            let forwarded = seen.forwarded.map_or_else(String::new, |f| format!("; X-Forwarded-For: {}", party(analysis, &f)));
            out.push_str(&format!("   the application sees {}{forwarded}\n", party(analysis, &seen.address)));
            if answer.tls {
                out.push_str(&format!("   TLS {}\n", tls(seen.tls)));
            }
        }
    }
    if !answer.pods.is_empty() {
        out.push_str("\nshares\n");
        for pod in &answer.pods {
            let node = pod.node.and_then(|n| analysis.paths().snapshot().node(n)).map_or_else(String::new, |n| format!(" on {}", n.name));
            let each = if pod.count == 1 { String::new() } else { format!(" each of {}", pod.count) };
            out.push_str(&format!("  {}{node}: {}{each}\n", pod.title, pod.each));
        }
    }
    for probed in &answer.probes {
        let name = analysis.paths().snapshot().node(probed.node).map_or("", |n| &n.name);
        if !probed.healthy {
            out.push_str(&format!("\nnode {name} gets no connections: it {}\n", probed.text));
        }
    }
    for note in &answer.notes {
        out.push_str(&format!("\nnote: {note}\n"));
    }
    if out.contains(ASSUMED) {
        out.push_str(&format!("\nAddresses marked {ASSUMED} are assumed: the text gives none, and no verdict depends on them.\n"));
    }
    out
}

fn step_text(analysis: &Analysis, number: usize, step: &Step) -> String {
    let mark = match (step.verdict, step.reached, &step.kind) {
        (_, false, _) => "not reached",
        (Verdict::Denied, ..) => "denied",
        (Verdict::CannotTell, ..) => "cannot tell",
        (Verdict::Allowed, _, StepKind::Check(_)) => "allowed",
        (Verdict::Allowed, ..) => "",
    };
    let mark = if mark.is_empty() { String::new() } else { format!(": {mark}") };
    let mut out = format!("{number:2}. {}{mark}\n", step.title);
    let changes: Vec<String> = step.translations.iter().map(|t| translation(analysis, t)).collect();
    let shown = match &step.kind {
        // What a checkpoint sees may be the packet around the packet.
        StepKind::Check(trace) => {
            let address =
                |a: Option<std::net::IpAddr>, end| a.map_or_else(|| end_name(end, analysis.paths().snapshot()), |a| a.to_string());
            let port = step.arrives.port.map_or_else(String::new, |p| format!(":{p}"));
            let (from, to) = match trace.direction {
                netpolis_core::policy::Direction::Egress => (trace.subject, trace.peer),
                netpolis_core::policy::Direction::Ingress => (trace.peer, trace.subject),
            };
            let to = match step.arrives.to.is_anywhere() {
                true => analysis.paths().party_title(&step.arrives.to),
                false => address(trace.to_address, to),
            };
            format!("{} → {to}{port}", address(trace.from_address, from))
        }
        _ => packet(analysis, &step.arrives),
    };
    match changes.as_slice() {
        [] => out.push_str(&format!("    {shown}\n")),
        changes => out.push_str(&format!("    {shown}  becomes  {}  ({})\n", packet(analysis, &step.leaves), changes.join(", "))),
    }
    if !step.text.is_empty() {
        out.push_str(&format!("    {}\n", step.text));
    }
    if let StepKind::Check(trace) = &step.kind
        && step.reached
        && step.verdict != Verdict::Allowed
    {
        for place in &trace.places {
            out.push_str(&excerpt(analysis, *place).lines().map(|line| format!("    {line}\n")).collect::<String>());
        }
        if let Some(nearest) = &trace.nearest {
            out.push_str(&format!("    nearest: {}\n", nearest.sentence()));
            out.push_str(&excerpt(analysis, nearest.place).lines().map(|line| format!("    {line}\n")).collect::<String>());
        }
    }
    out
}

fn packet(analysis: &Analysis, packet: &Packet) -> String {
    let port = packet.port.map_or_else(String::new, |p| format!(":{p}"));
    format!("{} → {}{port}", party(analysis, &packet.from), party(analysis, &packet.to))
}

fn party(analysis: &Analysis, party: &Party) -> String {
    match party.address {
        Some(address) if party.made_up => format!("{ASSUMED}{address}"),
        _ => analysis.paths().party_title(party),
    }
}

fn node_name(analysis: &Analysis, node: netpolis_core::snapshot::NodeId) -> &str {
    analysis.paths().snapshot().node(node).map_or("", |n| n.name.as_str())
}

fn translation(analysis: &Analysis, translation: &Translation) -> String {
    match translation {
        Translation::Destination => "DNAT".to_owned(),
        Translation::Source => "SNAT".to_owned(),
        Translation::NewConnection => "a connection of its own".to_owned(),
        Translation::Tunnel(from, to) => format!("inside VXLAN from {} to {}", node_name(analysis, *from), node_name(analysis, *to)),
    }
}

const fn tls(tls: Tls) -> &'static str {
    match tls {
        Tls::Untouched => "goes all the way untouched",
        Tls::Ends => "ends on the way; the pod is spoken to in the clear",
        Tls::Anew => "ends on the way, and is made anew for the pod",
    }
}

const fn tls_word(tls: Tls) -> &'static str {
    match tls {
        Tls::Untouched => "untouched",
        Tls::Ends => "ends",
        Tls::Anew => "anew",
    }
}

fn share(share: Share) -> Value {
    let (part, whole) = share.fraction();
    json!({"part": part as u64, "whole": whole as u64, "percent": share.to_string()})
}

fn json(analysis: &Analysis, answer: &PathAnswer) -> Value {
    let (least, most) = match answer.verdict {
        PathVerdict::Allowed => (Share::ALL, Share::ALL),
        PathVerdict::Denied => (Share::NONE, Share::NONE),
        PathVerdict::Sometimes(of) => (of, of),
        PathVerdict::CannotTell(least, most) => (least, most),
    };
    json!({
        "from": answer.from,
        "to": answer.to,
        "protocol": answer.protocol.to_string(),
        "port": answer.port,
        "entry": answer.entry.map(Entry::as_str),
        "verdict": answer.verdict.as_str(),
        "allowed": {"least": share(least), "most": share(most)},
        "summary": answer.summary,
        "branches": answer.branches.iter().map(|b| branch_json(analysis, answer, b)).collect::<Vec<_>>(),
        "pods": answer.pods.iter().map(|p| json!({
            "pod": p.title,
            "node": p.node.map(|n| node_name(analysis, n)),
            "count": p.count,
            "each": share(p.each),
        })).collect::<Vec<_>>(),
        "probes": answer.probes.iter().map(|p| json!({"node": node_name(analysis, p.node), "healthy": p.healthy, "text": p.text})).collect::<Vec<_>>(),
        "notes": answer.notes,
    })
}

fn branch_json(analysis: &Analysis, answer: &PathAnswer, branch: &Branch) -> Value {
    json!({
        "title": branch.title,
        "share": share(branch.share),
        "alike": branch.alike,
        "verdict": branch.verdict.as_str(),
        "hops": branch.steps.iter().map(|s| step_json(analysis, s)).collect::<Vec<_>>(),
        "seen": branch.seen.map(|seen| json!({
            "client": party_json(analysis, &seen.address),
            "forwardedFor": seen.forwarded.map(|f| party_json(analysis, &f)),
            "tls": answer.tls.then(|| tls_word(seen.tls)),
        })),
    })
}

fn step_json(analysis: &Analysis, step: &Step) -> Value {
    let kind = match &step.kind {
        StepKind::Place(Place::Client) => "client",
        StepKind::Place(Place::LoadBalancer) => "load-balancer",
        StepKind::Place(Place::Node(_)) => "node",
        StepKind::Place(Place::Pod(_)) => "pod",
        StepKind::Place(Place::Gateway(_)) => "gateway",
        StepKind::Place(Place::Egress) => "egress",
        StepKind::Place(Place::Outside) => "outside",
        StepKind::Check(_) => "checkpoint",
        StepKind::Stop(Stop::NoRoute) => "no-route",
        StepKind::Stop(Stop::Dropped) => "dropped",
        StepKind::Stop(Stop::Rejected) => "rejected",
        StepKind::Doubt => "doubt",
    };
    let checkpoint = match &step.kind {
        StepKind::Check(trace) => Some(why::checkpoint_json(analysis, analysis.paths().compiled(), analysis.paths().snapshot(), trace)),
        _ => None,
    };
    json!({
        "kind": kind,
        "title": step.title,
        "text": step.text,
        "reached": step.reached,
        "verdict": step.verdict.as_str(),
        "arrives": packet_json(analysis, &step.arrives),
        "leaves": packet_json(analysis, &step.leaves),
        "translations": step.translations.iter().map(|t| match t {
            Translation::Destination => "dnat",
            Translation::Source => "snat",
            Translation::NewConnection => "new-connection",
            Translation::Tunnel(..) => "vxlan",
        }).collect::<Vec<_>>(),
        "checkpoint": checkpoint,
        "source": step.basis.map(|b| json!({"title": b.title(), "sentence": b.sentence()})),
    })
}

fn packet_json(analysis: &Analysis, packet: &Packet) -> Value {
    json!({"from": party_json(analysis, &packet.from), "to": party_json(analysis, &packet.to), "port": packet.port})
}

fn party_json(analysis: &Analysis, party: &Party) -> Value {
    json!({
        "address": party.address.map(|a| a.to_string()),
        "name": if party.address.is_none() { analysis.paths().party_title(party) } else { end_name(party.end, analysis.paths().snapshot()) },
        "madeUp": party.made_up,
    })
}
