//! The flows of logs, asked of an analysis.

use core::cell::OnceCell;

use super::{Addressed, Analysis};
use crate::answers::flow_logs::{self, FlowLogs, Log, Scene};
use crate::compile::Endpoint;
use crate::connectivity::Connectivity;
use crate::explain::{self, Answer};
use crate::snapshot::Snapshot;
use crate::verdict::Flow;

impl Analysis {
    /// Reads flow logs and judges their flows: what becomes of them, and which would be denied. Never fails: what cannot be read is a part of the answer.
    pub fn flow_logs(&self, logs: &[Log<'_>]) -> FlowLogs {
        let nodes = self.snapshot.nodes().any(|(_, node)| node.addresses.len() > 1);
        let pods = self.snapshot.pods().any(|(_, pod)| pod.address_given && pod.addresses.len() > 1);
        let asked = Asked { analysis: self, both_families: nodes || pods, by_family: [OnceCell::new(), OnceCell::new()] };
        flow_logs::flow_logs(&asked, logs)
    }
}

/// An analysis that is asked about many flows.
struct Asked<'a> {
    analysis: &'a Analysis,
    /// Whether there are endpoints with several addresses.
    both_families: bool,
    /// The analysis as packets of IPv4 see it, and as those of IPv6 do.
    by_family: [OnceCell<Option<Addressed>>; 2],
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
        let addressed = |from, to| self.analysis.addressed((from, None), (to, None));
        // Addresses of a node count for questions about that node alone.
        if [flow.from, flow.to].iter().any(|end| matches!(end, Endpoint::Node(_))) {
            return addressed(flow.from, flow.to).map_or_else(plain, |addressed| addressed.decide(flow));
        }
        let [v4, v6] = &self.by_family;
        let family = if address.is_ipv4() { v4 } else { v6 };
        let end = Endpoint::Outside(address);
        family.get_or_init(|| addressed(end, end)).as_ref().map_or_else(plain, |addressed| addressed.decide(flow))
    }

    fn depends_on_family(&self, from: Endpoint, to: Endpoint) -> bool {
        self.both_families && (from.address().is_some() || to.address().is_some())
    }
}
