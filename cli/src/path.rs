//! The whole way of a packet.

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::AskedTraffic;
use netpolis_core::explain::end_name;
use netpolis_core::model::Protocol;
use netpolis_core::path::{
    Asked, Branch, Entry, Hop, HopKind, Packet, PacketEndpoint, PathAnswer, PathVerdict, Place, Placed, Share, Stop, Tls, Translation,
};
use netpolis_core::snapshot::NodeId;
use netpolis_core::verdict::Verdict;
use serde_json::{Value, json};

use crate::formats::TextOrJson;
use crate::places::{excerpt, printable};
use crate::why::{self, NotAnswered};
use netpolis_core::policy::Direction;

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

/// Stands before an address that the input does not give.
const ASSUMED: char = '~';

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
pub fn render(analysis: &Analysis, answer: &PathAnswer, format: TextOrJson) -> String {
    match format {
        TextOrJson::Text => text(analysis, answer).lines().map(|line| format!("{}\n", printable(line).trim_end())).collect(),
        TextOrJson::Json => format!("{:#}\n", json(analysis, answer)),
    }
}

fn text(analysis: &Analysis, answer: &PathAnswer) -> String {
    let mut out = format!("{}\n", answer.summary);
    for branch in &answer.branches {
        let title = if branch.title.is_empty() { String::new() } else { format!("{}, ", branch.title) };
        out.push_str(&format!("\n{title}{} of the connections: {}\n", branch.share, branch.verdict.as_str()));
        for (number, hop) in branch.hops.iter().enumerate() {
            out.push_str(&hop_text(analysis, number + 1, hop));
        }
        if let Some(seen) = branch.seen {
            let forwarded = seen.forwarded.map_or_else(String::new, |f| format!("; X-Forwarded-For: {}", endpoint(analysis, &f)));
            out.push_str(&format!("   the application sees {}{forwarded}\n", endpoint(analysis, &seen.address)));
            if answer.tls {
                out.push_str(&format!("   TLS {}\n", tls(seen.tls)));
            }
        }
    }
    if !answer.pods.is_empty() {
        out.push_str("\nshares\n");
        for pod in &answer.pods {
            let node = pod.node.map_or_else(String::new, |node| format!(" on {}", node_name(analysis, &node)));
            let each = if pod.count == 1 { String::new() } else { format!(" each of {}", pod.count) };
            out.push_str(&format!("  {}{node}: {}{each}\n", pod.title, pod.each));
        }
    }
    for probed in &answer.probes {
        let name = node_name(analysis, &probed.node);
        if !probed.healthy {
            out.push_str(&format!("\nnode {name} gets no connections: it {}\n", probed.text));
        }
    }
    for note in &answer.notes {
        out.push_str(&format!("\nnote: {note}\n"));
    }
    let assumed = format!("Addresses marked {ASSUMED} are assumed; no verdict depends on them.");
    if out.contains(ASSUMED) && !answer.notes.contains(&assumed) {
        out.push_str(&format!("\nnote: {assumed}\n"));
    }
    out
}

fn hop_text(analysis: &Analysis, number: usize, hop: &Hop) -> String {
    let mark = match (hop.verdict, hop.reached, &hop.kind) {
        (_, false, _) => "not reached",
        (Verdict::Denied, ..) => "denied",
        (Verdict::CannotTell, ..) => "cannot tell",
        (Verdict::Allowed, _, HopKind::Check(_)) => "allowed",
        (Verdict::Allowed, ..) => "",
    };
    let mark = if mark.is_empty() { String::new() } else { format!(": {mark}") };
    let mut out = format!("{number:2}. {}{mark}\n", hop.title);
    let changes: Vec<String> = hop.translations.iter().map(|t| translation(analysis, t)).collect();
    let shown = match &hop.kind {
        // What a checkpoint sees may be the packet around the packet.
        HopKind::Check(trace) => {
            let trace = analysis.paths().resolve(trace);
            let address =
                |a: Option<std::net::IpAddr>, end| a.map_or_else(|| end_name(end, analysis.paths().snapshot()), |a| a.to_string());
            let port = hop.arrives.port.map_or_else(String::new, |p| format!(":{p}"));
            let (from, to) = match trace.direction {
                Direction::Egress => (trace.subject, trace.peer),
                Direction::Ingress => (trace.peer, trace.subject),
            };
            let to = match hop.arrives.to.is_anywhere() {
                true => analysis.paths().endpoint_title(&hop.arrives.to),
                false => address(trace.to_address, to),
            };
            format!("{} → {to}{port}", address(trace.from_address, from))
        }
        _ => packet(analysis, &hop.arrives),
    };
    match changes.as_slice() {
        [] => out.push_str(&format!("    {shown}\n")),
        changes => out.push_str(&format!("    {shown}  becomes  {}  ({})\n", packet(analysis, &hop.leaves), changes.join(", "))),
    }
    if !hop.text.is_empty() {
        out.push_str(&format!("    {}\n", hop.text));
    }
    if let HopKind::Check(trace) = &hop.kind
        && hop.reached
        && hop.verdict != Verdict::Allowed
    {
        let trace = analysis.paths().resolve(trace);
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
    format!("{} → {}{port}", endpoint(analysis, &packet.from), endpoint(analysis, &packet.to))
}

fn endpoint(analysis: &Analysis, endpoint: &PacketEndpoint) -> String {
    match endpoint.address {
        Some(address) if endpoint.assumed => format!("{ASSUMED}{address}"),
        _ => analysis.paths().endpoint_title(endpoint),
    }
}

fn node_name<'a>(analysis: &'a Analysis, node: &Placed<NodeId>) -> &'a str {
    let paths = analysis.paths();
    paths.snapshot().node_name(*paths.resolve(node))
}

fn translation(analysis: &Analysis, translation: &Translation) -> String {
    match translation {
        Translation::Destination => "DNAT".to_owned(),
        Translation::Source => "SNAT".to_owned(),
        Translation::NewConnection => "a new connection".to_owned(),
        Translation::Tunnel(from, to) => format!("inside VXLAN from {} to {}", node_name(analysis, from), node_name(analysis, to)),
    }
}

const fn tls(tls: Tls) -> &'static str {
    match tls {
        Tls::Untouched => "passes through to the pod",
        Tls::Ends => "is terminated by the proxy; plain HTTP from there",
        Tls::Anew => "is terminated by the proxy, which opens a TLS connection of its own",
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
            "node": p.node.as_ref().map(|n| node_name(analysis, n)),
            "count": p.count,
            "each": share(p.each),
        })).collect::<Vec<_>>(),
        "probes": answer.probes.iter().map(|p| json!({"node": node_name(analysis, &p.node), "healthy": p.healthy, "text": p.text})).collect::<Vec<_>>(),
        "notes": answer.notes,
    })
}

fn branch_json(analysis: &Analysis, answer: &PathAnswer, branch: &Branch) -> Value {
    json!({
        "title": branch.title,
        "share": share(branch.share),
        "alike": branch.alike,
        "verdict": branch.verdict.as_str(),
        "hops": branch.hops.iter().map(|s| hop_json(analysis, s)).collect::<Vec<_>>(),
        "seen": branch.seen.map(|seen| json!({
            "client": endpoint_json(analysis, &seen.address),
            "forwardedFor": seen.forwarded.map(|f| endpoint_json(analysis, &f)),
            "tls": answer.tls.then(|| tls_word(seen.tls)),
        })),
    })
}

fn hop_json(analysis: &Analysis, hop: &Hop) -> Value {
    let kind = match &hop.kind {
        HopKind::Place(Place::Client) => "client",
        HopKind::Place(Place::LoadBalancer) => "load-balancer",
        HopKind::Place(Place::Node(_)) => "node",
        HopKind::Place(Place::Pod(_)) => "pod",
        HopKind::Place(Place::Gateway(_)) => "gateway",
        HopKind::Place(Place::Egress) => "egress",
        HopKind::Place(Place::Outside) => "outside",
        HopKind::Check(_) => "checkpoint",
        HopKind::Stop(Stop::NoRoute) => "no-route",
        HopKind::Stop(Stop::Dropped) => "dropped",
        HopKind::Stop(Stop::Rejected) => "rejected",
        HopKind::Doubt => "doubt",
    };
    let checkpoint = match &hop.kind {
        HopKind::Check(trace) => {
            let paths = analysis.paths();
            Some(why::checkpoint_json(analysis, paths.compiled(), paths.snapshot(), paths.resolve(trace)))
        }
        _ => None,
    };
    json!({
        "kind": kind,
        "title": hop.title,
        "text": hop.text,
        "reached": hop.reached,
        "verdict": hop.verdict.as_str(),
        "arrives": packet_json(analysis, &hop.arrives),
        "leaves": packet_json(analysis, &hop.leaves),
        "translations": hop.translations.iter().map(|t| match t {
            Translation::Destination => "dnat",
            Translation::Source => "snat",
            Translation::NewConnection => "new-connection",
            Translation::Tunnel(..) => "vxlan",
        }).collect::<Vec<_>>(),
        "checkpoint": checkpoint,
        "source": hop.basis.map(|b| json!({"title": b.title(), "sentence": b.sentence()})),
    })
}

fn packet_json(analysis: &Analysis, packet: &Packet) -> Value {
    json!({"from": endpoint_json(analysis, &packet.from), "to": endpoint_json(analysis, &packet.to), "port": packet.port})
}

fn endpoint_json(analysis: &Analysis, endpoint: &PacketEndpoint) -> Value {
    json!({
        "address": endpoint.address.map(|a| a.to_string()),
        "name": if endpoint.address.is_none() { analysis.paths().endpoint_title(endpoint) } else { end_name(analysis.paths().endpoint(endpoint), analysis.paths().snapshot()) },
        "madeUp": endpoint.assumed,
    })
}
