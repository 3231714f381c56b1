//! Flow logs of Azure: of security groups (versions 1 and 2) and of virtual networks (version 4).
//!
//! Upstream: Microsoft Learn, "Flow logging for network security groups" (`flowTuples`, "Log format") and "Virtual network flow logs".

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::fields::{parsed, protocol, text, traffic};
use crate::answers::flow_logs::broken::Broken;
use crate::answers::flow_logs::entry::{Entry, Logged, LoggedEnd, Take};
use crate::answers::flow_logs::time::Moment;
use crate::answers::flow_logs::{LogFormat, LogVerdict, SeenAt, SetAside};
use crate::document::NodeRef;
use crate::model::Protocol;

/// Whether a value is a record of a flow log.
pub(super) fn is_record(node: NodeRef<'_>) -> bool {
    node.get("flowRecords").is_some() || node.get("properties").is_some_and(|properties| properties.get("flows").is_some())
}

/// Reads a record: each tuple is an entry.
pub(super) fn record(node: NodeRef<'_>, take: &mut dyn Take) {
    if let Some(records) = node.get("flowRecords") {
        let network = text(node, "targetResourceID", "targetResourceId").map(network_of).unwrap_or_default();
        for group in flows(records).into_iter().flat_map(|of_list| list(of_list.get("flowGroups"))) {
            tuples(group, &mut |at, tuple| take.take(LogFormat::AzureVirtualNetwork, at, of_network(tuple, &network)));
        }
    } else if let Some(properties) = node.get("properties") {
        for flow in flows(properties).into_iter().flat_map(flows) {
            tuples(flow, &mut |at, tuple| take.take(LogFormat::AzureSecurityGroup, at, of_group(tuple)));
        }
    }
}

fn flows(of: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    list(of.get("flows"))
}

fn list(node: Option<NodeRef<'_>>) -> Vec<NodeRef<'_>> {
    node.and_then(NodeRef::as_sequence).into_iter().flatten().collect()
}

fn tuples(node: NodeRef<'_>, take: &mut dyn FnMut(u32, &str)) {
    for tuple in list(node.get("flowTuples")) {
        take(tuple.span().start, tuple.as_str().unwrap_or_default());
    }
}

/// The virtual network in the identifier of a resource; of a subnet it is the network's, of an interface there is none.
fn network_of(resource: &str) -> String {
    let mut parts = resource.split('/');
    let found = parts.find(|part| part.eq_ignore_ascii_case("virtualNetworks")).and_then(|_| parts.next());
    found.unwrap_or_default().to_owned()
}

/// What both kinds of tuples have at the same places.
struct Common {
    logged: Logged,
    /// What follows the direction.
    rest: Vec<String>,
}

fn common(tuple: &str, network: &str) -> Result<Common, Broken> {
    let parts: Vec<&str> = tuple.split(',').map(str::trim).collect();
    let [time, source, destination, _, port, written, direction, rest @ ..] = parts.as_slice() else {
        return Err(Broken::Fields { tuple: tuple.to_owned(), fields: parts.len() });
    };
    let end = |text: &str| {
        let address = parsed(text).ok_or_else(|| Broken::TupleAddress(text.to_owned()))?;
        Ok(LoggedEnd { address: Some(address), network: network.to_owned(), ..LoggedEnd::default() })
    };
    let known = match *written {
        "T" => Some(Protocol::TCP),
        "U" => Some(Protocol::UDP),
        other => protocol(other),
    };
    let protocol = known.ok_or_else(|| Broken::TupleProtocol((*written).to_owned()))?;
    let time = Moment::parse(time);
    let logged = Logged {
        from: end(source)?,
        to: end(destination)?,
        traffic: traffic(protocol, port.parse().ok()),
        verdict: LogVerdict::Allowed,
        seen: match *direction {
            "I" => SeenAt::Destination,
            "O" => SeenAt::Source,
            other => return Err(Broken::TupleDirection(other.to_owned())),
        },
        times: time.map(|time| (time, time)),
    };
    Ok(Common { logged, rest: rest.iter().map(|part| (*part).to_owned()).collect() })
}

/// A tuple of a security group's log: what follows is the decision, in version 2 also the state and counters.
fn of_group(tuple: &str) -> Entry {
    let Common { logged, rest } = match common(tuple, "") {
        Ok(common) => common,
        Err(why) => return Entry::Broken(why),
    };
    match rest.first().map(String::as_str) {
        Some("A") => Entry::Flow(Box::new(logged)),
        Some("D") => Entry::Flow(Box::new(Logged { verdict: LogVerdict::Denied, ..logged })),
        _ => Entry::Broken(Broken::Decision(tuple.to_owned())),
    }
}

/// A tuple of a virtual network's log: what follows are the state, the encryption and counters.
fn of_network(tuple: &str, network: &str) -> Entry {
    let Common { logged, rest } = match common(tuple, network) {
        Ok(common) => common,
        Err(why) => return Entry::Broken(why),
    };
    // Of these states upstream says that the packet is dropped for want of encryption, and no rule is given.
    let unencrypted = matches!(rest.get(1).map(String::as_str), Some("NX_SW_NOT_READY" | "NX_NOT_ACCEPTED" | "NX_NOT_SUPPORTED"));
    match rest.first().map(String::as_str) {
        Some("B" | "C" | "E") => Entry::Flow(Box::new(logged)),
        Some("D") if unencrypted => Entry::Aside(SetAside::OtherDrop),
        Some("D") => Entry::Flow(Box::new(Logged { verdict: LogVerdict::Denied, ..logged })),
        _ => Entry::Broken(Broken::State(tuple.to_owned())),
    }
}
