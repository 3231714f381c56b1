//! Ends of a log that are nothing of the input.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::endpoints::NotFound;

/// So many names are offered where several fit.
const OFFERED: usize = 3;

/// Why an end of a log is nothing of the input, or cannot be told from something else. Its `Display` is a sentence without the end.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Unmatched {
    /// A name alone, which no node and no host endpoint has.
    Host(String),
    /// A part of the policy engine.
    Engine,
    /// Something without the address that would tell what it is.
    NoAddress(String),
    /// Neither a pod nor an address.
    Nothing,
    /// A name that finds no end, or several.
    Name(NotFound),
    /// A pod or workload that the input does not have.
    Pod(String),
    /// A pod of one of several workloads, by their names.
    SeveralWorkloads(String, Vec<String>),
    /// A node that the input does not have.
    Node(String),
    /// An address that is outside the cluster for the log, and a pod's in the input.
    OutsideOrPod(IpAddr, String),
    /// An address of the pod network that no pod has.
    NoPodHas(IpAddr),
    /// An address of several networks, by their names.
    SeveralNetworks(IpAddr, Vec<String>),
}

/// The first of some names, in backticks.
fn offered(names: &[String], between: &str) -> String {
    let names: Vec<String> = names.iter().take(OFFERED).map(|name| alloc::format!("`{name}`")).collect();
    names.join(between)
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unmatched::Host(name) => {
                write!(f, "`{name}` is no node and no host endpoint of the input, and the log gives neither a namespace nor an address")
            }
            Unmatched::Engine => f.write_str("the log calls it a part of the engine: health checks, or an endpoint without an identity"),
            Unmatched::NoAddress(what) => write!(f, "the log gives no address for {what}"),
            Unmatched::Nothing => f.write_str("the log names neither a pod nor an address"),
            Unmatched::Name(why) => why.fmt(f),
            Unmatched::Pod(what) => write!(f, "no pod or workload of the input is {what}"),
            Unmatched::SeveralWorkloads(what, titles) => write!(f, "{what} could be {}", offered(titles, " or ")),
            Unmatched::Node(what) => write!(f, "no node of the input is {what}"),
            Unmatched::OutsideOrPod(address, pod) => {
                write!(f, "`{address}` is outside the cluster for the log, and pod `{pod}` in the input")
            }
            Unmatched::NoPodHas(address) => write!(f, "`{address}` is an address of the pod network, and the input gives it to no pod"),
            Unmatched::SeveralNetworks(address, networks) => {
                let names = offered(networks, " and ");
                write!(f, "`{address}` is an address of the networks {names}, and the log does not say of which")
            }
        }
    }
}
