//! Flows of Hubble, as `hubble observe -o json` and its exporter write them.
//!
//! Upstream: `cilium/cilium`, `api/v1/flow/flow.proto` (message `Flow`), and Documentation/observability/hubble/configuration/export.rst.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;

use super::fields::{address, field, icmp, labels, number, text, texts, traffic};
use crate::answers::flow_logs::broken::Broken;
use crate::answers::flow_logs::entry::{EndKind, Entry, Logged, LoggedEnd, Name};
use crate::answers::flow_logs::time::Moment;
use crate::answers::flow_logs::{LogVerdict, SeenAt, SetAside};
use crate::connections::Traffic;
use crate::document::{NodeRef, Value};
use crate::model::Protocol;

/// Reads a flow; nothing if the value is none of Hubble's.
pub(super) fn entry(flow: NodeRef<'_>) -> Option<Entry> {
    let verdict = text(flow, "verdict", "verdict")?;
    if !["IP", "l4", "source", "destination"].iter().any(|name| flow.get(name).is_some()) {
        return None;
    }
    Some(read(flow, verdict))
}

fn read(flow: NodeRef<'_>, verdict: &str) -> Entry {
    let kind = text(flow, "Type", "type").unwrap_or_default();
    if kind == "L7" || field(flow, "l7", "l7").is_some() {
        return Entry::Aside(SetAside::Request);
    }
    let verdict = match verdict {
        "FORWARDED" | "REDIRECTED" => LogVerdict::Allowed,
        "AUDIT" => LogVerdict::Audited,
        "DROPPED" if is_by_policy(flow) => LogVerdict::Denied,
        "DROPPED" => return Entry::Aside(SetAside::OtherDrop),
        _ => return Entry::Aside(SetAside::NoVerdict),
    };
    if is_true(field(flow, "is_reply", "isReply")) || is_true(field(flow, "reply", "reply")) {
        return Entry::Aside(SetAside::Reply);
    }
    let Some(Carried { traffic, may_answer }) = carried(flow) else {
        return Entry::Broken(Broken::NoProtocol("l4"));
    };
    // `is_reply` is absent where Hubble does not know it, and where a field mask of its exporter leaves it out.
    if may_answer && field(flow, "is_reply", "isReply").is_none() {
        return Entry::Aside(SetAside::Midway);
    }
    let ip = flow.get("IP").or_else(|| flow.get("ip"));
    let node = text(flow, "node_name", "nodeName").unwrap_or_default();
    let end = |name: &str| end(flow.get(name), address(ip.and_then(|ip| ip.get(name))), node);
    let time = text(flow, "time", "time").and_then(Moment::parse);
    Entry::Flow(Box::new(Logged {
        from: end("source"),
        to: end("destination"),
        traffic,
        verdict,
        seen: match text(flow, "traffic_direction", "trafficDirection") {
            Some("EGRESS") => SeenAt::Source,
            Some("INGRESS") => SeenAt::Destination,
            _ => SeenAt::Both,
        },
        times: time.map(|time| (time, time)),
    }))
}

/// Whether a packet was dropped by policy, or for a reason that is not given. Upstream: `enum DropReason`, 133 and 181.
fn is_by_policy(flow: NodeRef<'_>) -> bool {
    let reason = text(flow, "drop_reason_desc", "dropReasonDesc");
    let code = field(flow, "drop_reason", "dropReason").and_then(number);
    match (reason, code) {
        (Some(reason), _) => ["POLICY_DENIED", "POLICY_DENY"].iter().any(|known| known.eq_ignore_ascii_case(&reason.replace(' ', "_"))),
        (None, Some(code)) => matches!(code, 0 | 133 | 181),
        (None, None) => true,
    }
}

fn is_true(node: Option<NodeRef<'_>>) -> bool {
    node.is_some_and(|node| matches!(node.value(), Value::Bool(true)))
}

/// What a flow carries.
struct Carried {
    traffic: Traffic,
    /// Whether it may be an answer, by what the packet shows.
    may_answer: bool,
}

/// Where Linux begins to choose source ports. Upstream: `net.ipv4.ip_local_port_range` in Documentation/networking/ip-sysctl.rst.
const CHOSEN_FROM: i64 = 32_768;
/// Messages that answer others: echo replies and errors. Upstream: IANA, "ICMP Type Numbers" and "ICMPv6 Parameters".
const ICMP_ANSWERS: [i64; 4] = [0, 3, 11, 12];
/// The same of ICMPv6.
const ICMPV6_ANSWERS: [i64; 5] = [1, 2, 3, 4, 129];

fn carried(flow: NodeRef<'_>) -> Option<Carried> {
    let l4 = flow.get("l4")?;
    let numbers = |of: NodeRef<'_>, snake: &str, camel: &str| field(of, snake, camel).and_then(number);
    for (name, protocol) in [("TCP", Protocol::TCP), ("UDP", Protocol::UDP), ("SCTP", Protocol::SCTP)] {
        if let Some(of) = l4.get(name) {
            let (source, destination) = (numbers(of, "source_port", "sourcePort"), numbers(of, "destination_port", "destinationPort"));
            let flag = |name: &str| is_true(of.get("flags").and_then(|flags| flags.get(name)));
            let goes_back = source.is_some_and(|port| port < CHOSEN_FROM) && destination.is_some_and(|port| port >= CHOSEN_FROM);
            let begins = flag("SYN") && !flag("ACK");
            let may_answer = flag("ACK") || flag("RST") || (goes_back && !begins);
            return Some(Carried { traffic: traffic(protocol, destination), may_answer });
        }
    }
    for (name, protocol, answers) in [("ICMPv4", Protocol::ICMP, &ICMP_ANSWERS[..]), ("ICMPv6", Protocol::ICMPV6, &ICMPV6_ANSWERS)] {
        if let Some(of) = l4.get(name) {
            // Zero is left out in the JSON of Protocol Buffers.
            let (kind, code) = (numbers(of, "type", "type").unwrap_or(0), numbers(of, "code", "code").unwrap_or(0));
            return Some(Carried { traffic: icmp(protocol, Some(kind), Some(code)), may_answer: answers.contains(&kind) });
        }
    }
    None
}

fn end(end: Option<NodeRef<'_>>, address: Option<core::net::IpAddr>, node: &str) -> LoggedEnd {
    let mut found = LoggedEnd { address, ..LoggedEnd::default() };
    let Some(end) = end else { return found };
    let own = |snake, camel| text(end, snake, camel).map(ToOwned::to_owned);
    found.namespace = own("namespace", "namespace").unwrap_or_default();
    let identity = field(end, "identity", "identity").and_then(number);
    let all = || texts(end.get("labels"));
    found.kind = kind(identity, all());
    if let Some(pod) = own("pod_name", "podName") {
        found.kind = EndKind::Pod;
        found.name = Name::Own(pod);
    } else if found.kind == EndKind::Node && (identity == Some(HOST) || all().any(|label| label == "reserved:host")) {
        // "kind-kind/kind-worker": the cluster's name comes first.
        let node = node.rsplit('/').next().unwrap_or_default();
        found.name = if node.is_empty() { Name::None } else { Name::Own(node.to_owned()) };
    }
    // What Cilium adds by itself is no label of the pod.
    let of_pod = all().filter_map(|label| label.strip_prefix("k8s:")).filter(|label| !label.starts_with("io."));
    found.labels = labels(of_pod);
    let workloads = end.get("workloads").and_then(NodeRef::as_sequence).into_iter().flatten();
    let named = workloads.filter_map(|workload| {
        let name: String = text(workload, "name", "name")?.into();
        Some((text(workload, "kind", "kind").unwrap_or_default().to_owned(), name))
    });
    found.workloads = named.collect();
    found
}

/// The identity of the node that saw the flow.
const HOST: i64 = 1;
/// That of other nodes.
const REMOTE_NODE: i64 = 6;

/// What a reserved identity stands for. Upstream: `pkg/identity/numericidentity.go`, Documentation/gettingstarted/terminology.rst ("Special
/// Identities").
fn kind<'a>(identity: Option<i64>, labels: impl Iterator<Item = &'a str>) -> EndKind {
    let by_number = match identity {
        Some(HOST | REMOTE_NODE) => EndKind::Node,
        Some(2 | 9 | 10) => EndKind::Outside,
        Some(3..=5 | 8) => EndKind::Engine,
        _ => EndKind::Unknown,
    };
    let by_label = |label: &str| match label.strip_prefix("reserved:") {
        // An API server is on a node, or outside of the cluster: its other label says it.
        Some("host" | "remote-node") => Some(EndKind::Node),
        Some("world" | "world-ipv4" | "world-ipv6") => Some(EndKind::Outside),
        Some("unmanaged" | "health" | "init" | "ingress") => Some(EndKind::Engine),
        _ if label.starts_with("cidr:") => Some(EndKind::Outside),
        _ => None,
    };
    let mut labels = labels;
    if by_number == EndKind::Unknown { labels.find_map(by_label).unwrap_or(EndKind::Unknown) } else { by_number }
}
