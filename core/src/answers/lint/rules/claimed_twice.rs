//! LINT036: Services claim the same node port, address, or front end and port.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::text::Place;

const CODE: Code = Code("LINT036");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "Services claim the same node port, cluster address, or front end and port",
    advice: "give each its own",
    explanation: r#"An API server gives a node port and a cluster address to one Service and refuses the other; a load balancer serves one of the two. Upstream: "Service"
of the Kubernetes documentation."#,
    bad: r#"apiVersion: v1
kind: Service
metadata: {name: one, namespace: shop}
spec:
  {type: NodePort, ports: [{port: 80, nodePort: 31000}]}
---
apiVersion: v1
kind: Service
metadata: {name: two, namespace: shop}
spec:
  type: NodePort
  ports:
  - {port: 81, nodePort: 31000} # here
"#,
    good: r#"apiVersion: v1
kind: Service
metadata: {name: one, namespace: shop}
spec:
  {type: NodePort, ports: [{port: 80, nodePort: 31000}]}
---
apiVersion: v1
kind: Service
metadata: {name: two, namespace: shop}
spec:
  type: NodePort
  ports:
  - {port: 81, nodePort: 31001}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    // What is claimed, in words, by the first that does.
    let mut claims: HashMap<String, (String, Place)> = HashMap::new();
    for service in &snapshot.services {
        let name = format!("{}/{}", snapshot.namespace_name(service.namespace), service.name);
        let addresses = service.addresses.iter().map(|a| (format!("cluster address {a}"), service.place));
        let node_ports = service
            .ports
            .iter()
            .filter_map(|p| Some((format!("node port {} {}", p.protocol, p.node_port?), p.span.within(service.place.document))));
        let front_ends = service.routing.load_balancer.addresses.iter().flat_map(|address| {
            service.ports.iter().map(move |p| (format!("{} {} of {address}", p.protocol, p.port), p.span.within(service.place.document)))
        });
        for (what, place) in addresses.chain(node_ports).chain(front_ends) {
            match claims.get(&what) {
                Some((first, of_first)) if *first != name => {
                    let message = format!("{what} is claimed by Service `{first}` already");
                    found.push(
                        Diagnostic::at(CODE, Severity::Warning, Some(place), message)
                            .related_place(*of_first, "the other Service")
                            .help("give each its own, or omit it: the API server picks a free one"),
                    );
                }
                Some(_) => {}
                None => {
                    claims.insert(what, (name.clone(), place));
                }
            }
        }
    }
}
