//! LINT034: the health probe of a load balancer does not reach nodes, and so no connection does.
//!
//! Probes come from 168.63.129.16 to the node's own address, and from there go on to a pod unless `externalTrafficPolicy` is `Local`; a security group,
//! a host endpoint or a policy that stops them takes the node out, whatever it lets clients do. Upstream: docs/azure.md 2.4 and docs/path.md.

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::path::{Asked, Entry};
use crate::verdict::traversal::Checkpoint;

const CODE: Code = Code("LINT034");
/// More Services than this are not asked about on every keystroke.
const MOST_ASKED: usize = 20;

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let snapshot = analysis.snapshot();
    if snapshot.cloud.clusters.is_empty() && snapshot.host_endpoints.is_empty() {
        return;
    }
    for service in snapshot.services.iter().filter(|s| s.service_type == "LoadBalancer").take(MOST_ASKED) {
        let to = format!("svc/{}/{}", snapshot.namespace_name(service.namespace), service.name);
        let Some(port) = service.ports.first() else { continue };
        // Clients of an internal one are in the network; the probe is the same for all.
        let asked = Asked {
            from: "internet",
            to: &to,
            port: Some(port.port),
            protocol: port.protocol,
            entry: Some(Entry::LoadBalancer),
            node: None,
        };
        let Ok(answer) = analysis.path(&asked) else { continue };
        let mut stopped = answer.probes.iter().filter(|p| !p.healthy).filter_map(|p| Some((p.node, p.stop.as_ref()?)));
        let Some((node, stop)) = stopped.next() else { continue };
        let count = 1 + stopped.count();
        let name = analysis.paths().snapshot().node(node).map_or("", |n| &n.name);
        let which = if count == 1 { format!("node `{name}`") } else { format!("node `{name}` and {} more", count - 1) };
        let message = format!("the load balancer's health probe does not reach {which}, which get no connections: {}", stop.sentence);
        let mut problem = Diagnostic::at(CODE, Severity::Warning, Some(service.place), message);
        if let Some(place) = stop.places.first() {
            problem = problem.related_place(*place, "this stops it");
        }
        let help = match stop.stage {
            Checkpoint::Endpoint(_) => {
                "the probe of a node port is a connection to a pod: let in 168.63.129.16 and, as nodes send it on with their own address, the nodes; or \
                 `externalTrafficPolicy: Local`, which probes `healthCheckNodePort`"
            }
            _ => {
                "let in 168.63.129.16 (the tag `AzureLoadBalancer`) to the node port; with `externalTrafficPolicy: Local` to `healthCheckNodePort`"
            }
        };
        found.push(problem.help(help));
    }
}
