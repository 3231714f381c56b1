//! How many flows each policy decides.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::hit_counts::hit_counts;
use netpolis_core::compile::Endpoint;
use netpolis_core::settings::Settings;

#[test]
fn every_flow_counts_for_what_decides_it() {
    let mut analysis = Analysis::new(Settings::default());
    let pod = |name: &str| format!("---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, labels: {{app: {name}}}}}}}\n");
    let policies = "---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: deny}
spec: {order: 1, selector: app == 'a', types: [Ingress], ingress: [{action: Deny, source: {selector: app == 'b'}}]}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: allow}
spec: {order: 2, selector: app == 'a', types: [Ingress], ingress: [{action: Allow, protocol: TCP, source: {selector: \"app in {'b', 'c'}\"}, destination: {ports: [80]}}]}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: never}
spec: {order: 3, selector: app == 'nobody', ingress: [{action: Deny}]}
";
    analysis.set_files(&[("x.yaml", &[&pod("a"), &pod("b"), &pod("c"), &pod("d"), policies].map(|s: &str| s).concat())]);
    let mut ends: Vec<Endpoint> = analysis.snapshot().pods().map(|(id, _)| Endpoint::Pod(id)).collect();
    let counts = hit_counts(analysis.compiled(), analysis.snapshot(), &ends).unwrap();
    assert_eq!(counts.flows, 12);
    let of = |name: &str| {
        let policy = analysis.compiled().ruleset().policies.iter().find(|p| p.name == name).unwrap();
        counts.policies[policy.id.0 as usize]
    };
    // b to a is denied before it can be allowed; of c to a port 80 is; what else comes to a the end of the tier denies.
    assert_eq!((of("deny"), of("allow"), of("never")), (1, 1, 0));
    assert_eq!(counts.tier_ends.first(), Some(&2));
    let one = ends[0];
    ends.resize(200, one);
    assert_eq!(hit_counts(analysis.compiled(), analysis.snapshot(), &ends), None);
}
