//! The flows that checks expect to be allowed, as a list of wanted flows.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Answers, Judge};
use crate::answers::least_privilege::{AskedPorts, FlowLine};
use crate::compile::Endpoint;
use crate::explain::end_name;
use crate::language::Kind;
use crate::language::netpolis::{Connections, End, Expect, Item, OnlyTest, Term, Test, TrafficTerm};
use crate::model::Protocol;
use crate::policy::Direction;

/// The flows that checks expect to be allowed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct WantedByChecks {
    /// The flows, each once, in the order of the text.
    pub flows: Vec<FlowLine>,
    /// How many checks want flows that a list cannot name: to a URL, or to a port by its name.
    pub left_out: usize,
    /// How many name no port: every port is taken as wanted.
    pub without_port: usize,
}

/// What all checks expect to be allowed: of flows, and of ends that alone may reach one.
pub(crate) fn wanted(scene: &dyn Answers) -> WantedByChecks {
    let judge = Judge::new(scene);
    let mut wanted = WantedByChecks::default();
    for resource in scene.loaded().documents.iter().flat_map(|document| &document.parsed.resources) {
        let Kind::Check(check) = &resource.kind else { continue };
        for item in &check.items {
            let Some((flows, names_ports)) = judge.flows_of(item) else { continue };
            wanted.left_out += usize::from(flows.is_none());
            wanted.without_port += usize::from(flows.is_some() && !names_ports);
            for flow in flows.into_iter().flatten() {
                if !wanted.flows.contains(&flow) {
                    wanted.flows.push(flow);
                }
            }
        }
    }
    wanted
}

impl Judge<'_> {
    /// The flows that a check wants, and whether it names ports; nothing if it wants none, no list if they cannot be named.
    fn flows_of(&self, item: &Item) -> Option<(Option<Vec<FlowLine>>, bool)> {
        match &item.test {
            Test::Flow(test) if test.expect == Some(Expect::Allowed) && !test.nothing => {
                Some((self.wanted_between(&test.from, &test.to, &test.traffic), test.traffic.each))
            }
            Test::Only(test) if !test.allowed.is_empty() => Some((self.of_only(test), test.traffic.each)),
            _ => None,
        }
    }

    fn of_only(&self, test: &OnlyTest) -> Option<Vec<FlowLine>> {
        let mut flows = Vec::new();
        for end in &test.allowed {
            let traffic = end.traffic.as_ref().unwrap_or(&test.traffic);
            flows.extend(match test.direction {
                Direction::Ingress => self.wanted_between(end, &test.subject, traffic)?,
                Direction::Egress => self.wanted_between(&test.subject, end, traffic)?,
            });
        }
        Some(flows)
    }

    fn wanted_between(&self, from: &End, to: &End, traffic: &Connections) -> Option<Vec<FlowLine>> {
        let (sources, destinations, traffic) = (self.wanted_names(from)?, self.wanted_names(to)?, asked(traffic)?);
        let pairs = sources.iter().flat_map(|from| destinations.iter().map(move |to| (from, to))).filter(|(from, to)| from != to);
        Some(pairs.map(|(from, to)| FlowLine { line: 0, from: from.clone(), to: to.clone(), traffic: traffic.clone() }).collect())
    }

    /// What an end means, as lists of flows name it; nothing where they have no word for it.
    fn wanted_names(&self, end: &End) -> Option<Vec<String>> {
        if let ([one], []) = (end.terms.as_slice(), end.except.as_slice()) {
            match one {
                Term::Internet => return Some(alloc::vec!["internet".into()]),
                Term::Everything => return Some(alloc::vec!["any".into()]),
                Term::Named(name) if name.starts_with("service/") || name.starts_with("svc/") => {
                    return Some(alloc::vec![format!("svc/{}", name.split_once('/')?.1)]);
                }
                _ => {}
            }
        }
        let meant = self.meant(end).ok()?;
        if !meant.targets.is_empty() || meant.domain.is_some() {
            return None;
        }
        let snapshot = self.snapshot();
        let name = |end: Endpoint| match end {
            Endpoint::Node(id) => Some(format!("node/{}", snapshot.node_name(id))),
            end if self.outside_address(end).is_some() => None,
            end => Some(end_name(end, snapshot)),
        };
        let members = meant.members.iter().filter(|member| member.sure).filter_map(|member| name(member.end));
        let range = |(first, last): (core::net::IpAddr, core::net::IpAddr)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        Some(members.chain(meant.addresses.ranges().map(range)).collect())
    }
}

/// Connections as lists of flows have them; nothing where these have no word for them.
fn asked(traffic: &Connections) -> Option<Vec<AskedPorts>> {
    let mut found = Vec::new();
    for term in &traffic.terms {
        match term {
            TrafficTerm::Any => return Some(Vec::new()),
            TrafficTerm::WithPorts => {
                found.extend([Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(|protocol| AskedPorts { protocol, ports: Vec::new() }));
            }
            TrafficTerm::Of(protocol, _, to) => {
                let ports = to.filter(|_| protocol.has_ports()).into_iter().collect();
                found.push(AskedPorts { protocol: *protocol, ports });
            }
            TrafficTerm::Named(..) => return None,
        }
    }
    Some(found)
}
