//! Checks in words.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::compile::Endpoint;
use crate::connections::ConnectionSet;
use crate::explain::end_name;
use crate::language::netpolis::{End, Expect, FlowTest, OnlyTest, PodTerm, Selecting, Term, Test, TrafficTerm};
use crate::model::Protocol;
use crate::policy::Direction;
use crate::snapshot::Snapshot;

/// What a check says, for one without a name.
pub(super) fn name(test: &Test) -> String {
    match test {
        Test::Flow(test) => flow(test),
        Test::Only(test) => only(test),
        Test::Problems(codes) if codes.is_empty() => "there are no errors and no warnings".into(),
        Test::Problems(codes) => format!("the only errors and warnings are {}", codes.join(", ")),
        Test::Problem { code, reported, .. } => format!("{code} is {}reported", if *reported { "" } else { "not " }),
        Test::Plan(test) => format!("the address plan of `{}`", test.cluster),
        Test::Exists { end: what, count: None } => format!("there is {}", end(what)),
        Test::Exists { end: what, count: Some(0) } => format!("there is no {}", end(what)),
        Test::Exists { end: what, count: Some(count) } => format!("the count of {} is {count}", end(what)),
        Test::Isolated { end: what, directions, isolated } => {
            let directions: Vec<&str> = directions.iter().map(|direction| direction.as_str()).collect();
            format!("{} is {}isolated for {}", end(what), if *isolated { "" } else { "not " }, directions.join(" and "))
        }
        Test::Selects { policy, end: what, only } => format!("`{policy}` selects {}{}", if *only { "only " } else { "" }, end(what)),
        Test::Zone(test) => format!("what is left when zone `{}` fails", test.zone),
        Test::Broken => "a check that cannot be read".into(),
        Test::Untold(_) => "a check that cannot be made".into(),
    }
}

fn flow(test: &FlowTest) -> String {
    let (from, to, on) = (end(&test.from), end(&test.to), traffic(&test.traffic.terms));
    let via = test.path.as_ref().and_then(|path| path.via.as_deref()).map_or_else(String::new, |via| format!(" via {via}"));
    match test.expect {
        _ if test.nothing => format!("nothing from {from} to {to}{on}"),
        Some(Expect::Allowed) => format!("{from} may reach {to}{on}{via}"),
        Some(Expect::Denied) => format!("{from} may not reach {to}{on}{via}"),
        Some(Expect::Sometimes) => format!("connections from {from} to {to}{on}{via} are sometimes allowed"),
        Some(Expect::CannotTell) => format!("it cannot be told whether {from} may reach {to}{on}{via}"),
        None => format!("from {from} to {to}{on}{via}"),
    }
}

/// Who alone may reach what.
pub(super) fn only(test: &OnlyTest) -> String {
    let one = |what: &End| match &what.traffic {
        Some(own) => format!("{}{}", end(what), traffic(&own.terms)),
        None => end(what),
    };
    let allowed = match test.allowed.as_slice() {
        [] => "nothing".into(),
        some => some.iter().map(one).collect::<Vec<_>>().join(" and "),
    };
    let (subject, on) = (end(&test.subject), traffic(&test.traffic.terms));
    match test.direction {
        Direction::Ingress => format!("only {allowed} may reach {subject}{on}"),
        Direction::Egress => format!("{subject} may reach only {allowed}{on}"),
    }
}

/// An end.
pub(super) fn end(end: &End) -> String {
    let terms = |terms: &[Term]| terms.iter().map(term).collect::<Vec<_>>().join(" or ");
    let except = if end.except.is_empty() { String::new() } else { format!(" except {}", terms(&end.except)) };
    format!("{}{except}", terms(&end.terms))
}

fn term(term: &Term) -> String {
    match term {
        Term::Named(name) => format!("`{name}`"),
        Term::Pods(pods) => pod_term(pods),
        Term::Nodes(Selecting::Labels(selector)) if selector.is_everything() => "all nodes".into(),
        Term::Nodes(selecting) => format!("nodes with {}", selecting_words(selecting)),
        Term::Addresses(set) => format!("`{set}`"),
        Term::Internet => "the Internet".into(),
        Term::Outside => "any address outside".into(),
        Term::Subnet(name) => format!("machines of subnet `{name}`"),
        Term::Behind(name) => format!("pods behind Service `{name}`"),
        Term::Domain(name) => format!("`{name}`"),
        Term::Everything => "anything".into(),
    }
}

fn pod_term(pods: &PodTerm) -> String {
    let mut words = "pods".to_string();
    if let Some(selecting) = &pods.pod_selector {
        words.push_str(&format!(" with {}", selecting_words(selecting)));
    }
    if !pods.namespaces.is_empty() {
        words.push_str(&format!(" of namespace `{}`", pods.namespaces.join("` or `")));
    }
    if let Some(selecting) = &pods.namespace_selector {
        words.push_str(&format!(" in namespaces with {}", selecting_words(selecting)));
    }
    for (what, name) in [("service account", &pods.account), ("node", &pods.node)] {
        if let Some(name) = name {
            words.push_str(&format!(" of {what} `{name}`"));
        }
    }
    if *pods == PodTerm::default() { "all pods".into() } else { words }
}

fn selecting_words(selecting: &Selecting) -> String {
    match selecting {
        Selecting::Labels(selector) if selector.is_everything() => "any labels".into(),
        Selecting::Labels(selector) => format!("`{selector}`"),
        Selecting::Expression(selector) => format!("`{selector}`"),
    }
}

/// ` on TCP 80`; nothing for all ports.
pub(super) fn traffic(terms: &[TrafficTerm]) -> String {
    let one = |term: &TrafficTerm| match term {
        TrafficTerm::WithPorts => None,
        TrafficTerm::Any => Some("any protocol".to_string()),
        TrafficTerm::Of(protocol, source, destination) => Some(of(*protocol, *source, *destination)),
        TrafficTerm::Named(protocol, name) => Some(match protocol {
            Some(protocol) => format!("{protocol} port `{name}`"),
            None => format!("port `{name}`"),
        }),
    };
    let words: Vec<String> = terms.iter().filter_map(one).collect();
    if words.is_empty() { String::new() } else { format!(" on {}", words.join(", ")) }
}

fn of(protocol: Protocol, source: Option<(u16, u16)>, destination: Option<(u16, u16)>) -> String {
    ConnectionSet::of(protocol, source, destination).to_string()
}

/// An endpoint in backticks.
pub(super) fn endpoint(snapshot: &Snapshot, end: Endpoint) -> String {
    format!("`{}`", end_name(end, snapshot))
}
