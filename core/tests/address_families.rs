//! Packets between endpoints with addresses of different families.
//!
//! Upstream: "IPv4/IPv6 dual-stack" of the Kubernetes documentation (`status.podIPs` has every address of a pod); Amazon EKS, "Learn about IPv6 addresses":
//! pods with IPv6 addresses reach IPv4 addresses outside the cluster through an address of their node.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::connectivity::{Grid, Passing};
use netpolis_core::endpoints::find;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, PathVerdict};
use netpolis_core::settings::Settings;
use netpolis_core::verdict::{Flow, Verdict};

const TEXT: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: old, namespace: shop, labels: {app: old}}, status: {podIPs: [{ip: 10.244.0.10}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: six, namespace: shop, labels: {app: six}}, status: {podIPs: [{ip: 'fd00::10'}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: both, namespace: shop, labels: {app: both}}, status: {podIPs: [{ip: 'fd00::11'}, {ip: 10.244.0.11}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: any, namespace: shop, labels: {app: any}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec: {podSelector: {matchLabels: {app: old}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: '::/0'}}, {ipBlock: {cidr: 10.0.0.0/8}}]}]}
";

#[test]
fn no_packet_has_addresses_of_two_families() {
    use Verdict::{Allowed, CannotTell, Denied};
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("a.yaml", TEXT)]);
    let end = |name: &str| find(scene.snapshot(), name).unwrap().end;
    let traffic = Traffic::to_port(Protocol::TCP, 80);
    for (from, to, wanted) in [
        ("old", "2001:db8::1", Denied),
        ("2001:db8::1", "old", Denied),
        ("old", "10.9.9.9", Allowed),
        ("old", "six", Denied),
        ("six", "old", Denied),
        ("six", "8.8.8.8", CannotTell),
        ("8.8.8.8", "six", Denied),
        ("six", "2001:db8::1", Allowed),
        ("both", "8.8.8.8", Allowed),
        ("both", "2001:db8::1", Allowed),
        ("old", "both", Allowed),
        ("six", "both", Allowed),
        ("both", "old", Allowed),
        ("any", "8.8.8.8", Allowed),
        ("any", "2001:db8::1", Allowed),
        ("any", "six", Allowed),
    ] {
        let flow = Flow { from: end(from), to: end(to), traffic };
        assert_eq!(scene.decide(&flow).verdict, wanted, "{from} to {to}");
        let set = ConnectionSet::of_traffic(traffic);
        assert_eq!(scene.connectivity().between(flow.from, flow.to).verdict(&set), wanted, "all pairs, {from} to {to}");
        let mut grid = Grid::new(scene.connectivity(), [&[flow.from][..]], [&[flow.to][..]]);
        grid.each_from(0, |_, passing| {
            let Passing::Same(pair) = passing else { unreachable!("one pair") };
            assert_eq!(scene.connectivity().sets(pair).verdict(&set), wanted, "the grid, {from} to {to}");
        });
        let path = scene.path(&Asked { from, to, port: Some(80), protocol: Protocol::TCP, entry: None, node: None }).unwrap();
        let of_path = match path.verdict {
            PathVerdict::Allowed => Allowed,
            PathVerdict::Denied => Denied,
            PathVerdict::CannotTell(..) | PathVerdict::Sometimes(_) => CannotTell,
        };
        assert_eq!(of_path, wanted, "the path from {from} to {to}");
    }
}
