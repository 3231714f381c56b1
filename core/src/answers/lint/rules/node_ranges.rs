//! LINT038: nodes' ranges of pod addresses overlap.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Cidr;
use crate::text::Place;

const CODE: Code = Code("LINT038");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "nodes' ranges of pod addresses overlap",
    advice: "give each a range of its own",
    explanation: r#"A packet to an address in two ranges goes to one of the nodes only, and replies get lost. Upstream: `Node.spec.podCIDRs`."#,
    bad: r#"{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {podCIDR: 10.9.0.0/23}}
---
{apiVersion: v1, kind: Node, metadata: {name: b}, spec: {podCIDR: 10.9.1.0/24}} # here
"#,
    good: r#"{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {podCIDR: 10.9.0.0/24}}
---
{apiVersion: v1, kind: Node, metadata: {name: b}, spec: {podCIDR: 10.9.1.0/24}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let mut ranges: Vec<(Cidr, &str, Place)> = Vec::new();
    for (document, resource) in input.loaded.resources() {
        if let Some(node) = resource.kind.node() {
            ranges.extend(node.pod_cidrs.iter().map(|range| (*range, &*resource.meta.name, resource.span.within(document))));
        }
    }
    // By first address, wider ones first: a range then overlaps one before it that reaches as far.
    ranges.sort_by_key(|(range, ..)| (range.first(), core::cmp::Reverse(range.last())));
    let mut widest: Option<(Cidr, &str, Place)> = None;
    for (range, name, place) in ranges {
        if let Some((other, owner, at)) = widest.filter(|(other, owner, _)| other.last() >= range.first() && *owner != name) {
            let message = format!("the pod range {range} of node `{name}` overlaps {other} of node `{owner}`");
            found.push(
                Diagnostic::at(CODE, Severity::Warning, Some(place), message)
                    .related_place(at, "the other node")
                    .help("packets to an address in both reach only one of them: give each node its own range"),
            );
        }
        if widest.is_none_or(|(other, ..)| range.last() > other.last()) {
            widest = Some((range, name, place));
        }
    }
}
