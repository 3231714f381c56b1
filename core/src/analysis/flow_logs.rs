//! The flows of logs, asked of an analysis.

use core::cell::RefCell;

use hashbrown::HashMap;

use super::{Addressed, Analysis};
use crate::answers::flow_logs::{self, FlowLogs, Log, ReadLogs, Scene};
use crate::compile::Endpoint;
use crate::connectivity::Connectivity;
use crate::explain::{self, Answer};
use crate::snapshot::{NodeId, Snapshot};
use crate::verdict::Flow;

impl Analysis {
    /// Reads flow logs and judges their flows: what becomes of them, and which would be denied. Never fails: what cannot be read is a part of the answer.
    pub fn flow_logs(&self, logs: &[Log<'_>]) -> FlowLogs {
        self.judged(&ReadLogs::new(logs))
    }

    /// Judges the flows of logs that were read before; see [`flow_logs`](Self::flow_logs).
    pub fn judged(&self, logs: &ReadLogs) -> FlowLogs {
        let nodes = self.snapshot.nodes().any(|(_, node)| node.addresses.len() > 1);
        let pods = self.snapshot.pods().any(|(_, pod)| pod.address_given && pod.addresses.len() > 1);
        let asked = Asked { analysis: self, both_families: nodes || pods, by_family: RefCell::default() };
        flow_logs::flow_logs(&asked, logs)
    }
}

/// A node, if one is an end, and whether packets are of IPv4.
type Seen = (Option<NodeId>, bool);

/// So many are kept, as each holds a whole cluster.
const MOST_KEPT: usize = 8;

/// An analysis that is asked about many flows.
struct Asked<'a> {
    analysis: &'a Analysis,
    /// Whether there are endpoints with several addresses.
    both_families: bool,
    /// The analysis as packets see it to or from a node, or between others, of IPv4 or not. Addresses of a node count for questions about that node alone.
    by_family: RefCell<HashMap<Seen, Option<Addressed>>>,
}

impl Scene for Asked<'_> {
    fn snapshot(&self) -> &Snapshot {
        &self.analysis.snapshot
    }

    fn connectivity(&self) -> &Connectivity {
        self.analysis.connectivity()
    }

    fn answer(&self, flow: &Flow) -> Answer {
        let plain = || explain::answer(&self.analysis.compiled, &self.analysis.snapshot, flow, None);
        let Some(address) = [flow.from, flow.to].into_iter().find_map(Endpoint::address).filter(|_| self.both_families) else {
            return plain();
        };
        let node = [flow.from, flow.to].into_iter().find_map(|end| if let Endpoint::Node(id) = end { Some(id) } else { None });
        let mut known = self.by_family.borrow_mut();
        if known.len() >= MOST_KEPT {
            known.clear();
        }
        let addressed = known.entry((node, address.is_ipv4())).or_insert_with(|| {
            let other = Endpoint::Outside(address);
            self.analysis.addressed((node.map_or(other, Endpoint::Node), None), (other, None))
        });
        addressed.as_ref().map_or_else(plain, |addressed| addressed.decide(flow))
    }

    fn depends_on_family(&self, from: Endpoint, to: Endpoint) -> bool {
        self.both_families && (from.address().is_some() || to.address().is_some())
    }
}
