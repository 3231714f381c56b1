//! Flows of Calico, in three forms with the same fields: flow log files and Elasticsearch (`source_name_aggr`), Goldmane (`Key`) and Whisker.
//!
//! Upstream: "Flow log data types" of docs.tigera.io; `projectcalico/calico`, `goldmane/proto/api.proto` (messages `Flow` and `FlowKey`) and
//! `whisker-backend/pkg/apis/v1/flows.go` (`FlowResponse`).

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;

use super::fields::{address, field, labels, number, parsed, protocol, text, texts, traffic};
use crate::answers::flow_logs::broken::Broken;
use crate::answers::flow_logs::entry::{EndKind, Entry, Logged, LoggedEnd, Name};
use crate::answers::flow_logs::time::Moment;
use crate::answers::flow_logs::{LogVerdict, SeenAt, SetAside};
use crate::document::{NodeRef, Value};
use crate::model::Protocol;

/// Reads a flow; nothing if the value is none of Calico's.
pub(super) fn entry(flow: NodeRef<'_>) -> Option<Entry> {
    let key = flow.get("Key").or_else(|| flow.get("key")).unwrap_or(flow);
    let has = |snake: &str, camel: &str| field(key, snake, camel).is_some();
    let names = has("source_name", "sourceName") || has("source_name_aggr", "sourceNameAggr") || has("source_type", "sourceType");
    (names && has("action", "action")).then(|| read(flow, key))
}

fn read(flow: NodeRef<'_>, key: NodeRef<'_>) -> Entry {
    let verdict = match word(field(key, "action", "action"), &["", "Allow", "Deny", "Pass"]).as_deref() {
        Some("allow") => LogVerdict::Allowed,
        Some("deny") => LogVerdict::Denied,
        _ => return Entry::Aside(SetAside::NoVerdict),
    };
    let written = field(key, "proto", "proto").or_else(|| field(key, "protocol", "protocol"));
    let named = written.and_then(|node| match node.value() {
        Value::String(name) => protocol(name),
        _ => number(node).and_then(|number| u8::try_from(number).ok()).map(Protocol),
    });
    let Some(protocol) = named else { return Entry::Broken(Broken::NoProtocol("proto")) };
    let port = field(key, "dest_port", "destPort").and_then(number);
    let moment = |snake: &str, camel: &str| {
        let node = field(flow, snake, camel)?;
        number(node).map_or_else(|| Moment::parse(node.as_str()?), Moment::of_number)
    };
    let start = moment("start_time", "startTime");
    Entry::Flow(Box::new(Logged {
        from: end(flow, key, &SOURCE),
        to: end(flow, key, &DESTINATION),
        traffic: traffic(protocol, port),
        verdict,
        seen: match word(field(key, "reporter", "reporter"), &["", "Src", "Dst"]).as_deref() {
            Some("src") => SeenAt::Source,
            Some("dst") => SeenAt::Destination,
            _ => SeenAt::Both,
        },
        times: start.map(|start| (start, moment("end_time", "endTime").unwrap_or(start).max(start))),
    }))
}

/// A word in lower case, or the one that a number of Protocol Buffers stands for.
fn word(node: Option<NodeRef<'_>>, words: &[&str]) -> Option<String> {
    let node = node?;
    let text = node.as_str().or_else(|| words.get(usize::try_from(number(node)?).ok()?).copied())?;
    Some(text.to_ascii_lowercase())
}

/// The names of an end's fields.
struct Names {
    name: [&'static str; 2],
    aggregated: [&'static str; 2],
    namespace: [&'static str; 2],
    kind: [&'static str; 2],
    labels: [&'static str; 2],
    address: [&'static str; 2],
    addresses: [&'static str; 2],
}

const SOURCE: Names = Names {
    name: ["source_name", "sourceName"],
    aggregated: ["source_name_aggr", "sourceNameAggr"],
    namespace: ["source_namespace", "sourceNamespace"],
    kind: ["source_type", "sourceType"],
    labels: ["source_labels", "sourceLabels"],
    address: ["source_ip", "sourceIp"],
    addresses: ["source_ips", "sourceIps"],
};

const DESTINATION: Names = Names {
    name: ["dest_name", "destName"],
    aggregated: ["dest_name_aggr", "destNameAggr"],
    namespace: ["dest_namespace", "destNamespace"],
    kind: ["dest_type", "destType"],
    labels: ["dest_labels", "destLabels"],
    address: ["dest_ip", "destIp"],
    addresses: ["dest_ips", "destIps"],
};

fn end(flow: NodeRef<'_>, key: NodeRef<'_>, names: &Names) -> LoggedEnd {
    let of = |[snake, camel]: [&str; 2]| text(key, snake, camel).or_else(|| text(flow, snake, camel));
    let name = of(names.name).or_else(|| of(names.aggregated)).unwrap_or_default();
    // What the user interface shows for a namespace that there is none of.
    let namespace = of(names.namespace).filter(|namespace| *namespace != "Global").unwrap_or_default();
    let [snake, camel] = names.kind;
    let said = word(field(key, snake, camel).or_else(|| field(flow, snake, camel)), &["", "wep", "hep", "ns", "net"]);
    let kind = match (said.as_deref(), name) {
        (_, "pub" | "PUBLIC NETWORK") => EndKind::Internet,
        (_, "pvt" | "PRIVATE NETWORK") => EndKind::Private,
        (Some("wep" | "workloadendpoint"), _) => EndKind::Pod,
        (Some("hep" | "hostendpoint"), _) => EndKind::Node,
        (Some("ns" | "networkset"), _) => EndKind::NetworkSet,
        (Some("net" | "network"), _) => EndKind::Outside,
        _ if !namespace.is_empty() => EndKind::Pod,
        _ => EndKind::Unknown,
    };
    let [snake, camel] = names.labels;
    let written = field(flow, snake, camel);
    let listed = written.filter(|node| node.as_sequence().is_some()).or_else(|| written.and_then(|node| node.get("labels")));
    let labels = match written.and_then(NodeRef::as_str) {
        Some(joined) => labels(joined.split(" | ")),
        None => labels(texts(listed)),
    };
    let [snake, camel] = names.address;
    let [several, of_several] = names.addresses;
    // Of several addresses none is that of all connections.
    let mut listed = texts(field(flow, several, of_several));
    let only = listed.next().filter(|_| listed.next().is_none()).and_then(parsed);
    let address = address(field(flow, snake, camel)).or(only);
    let name = match name.strip_suffix('*') {
        _ if name.is_empty() || matches!(kind, EndKind::Internet | EndKind::Private) => Name::None,
        Some(prefix) => Name::Prefix(prefix.to_owned()),
        None => Name::Own(name.to_owned()),
    };
    LoggedEnd { kind, namespace: namespace.to_owned(), name, labels, address, ..LoggedEnd::default() }
}
