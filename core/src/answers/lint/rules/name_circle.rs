//! LINT037: Services that are names for each other.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::snapshot::Service;

const CODE: Code = Code("LINT037");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "`ExternalName` Services that are names for each other",
    advice: "end the circle",
    explanation: r#"`ExternalName` is an alias in DNS (CNAME). Aliases that lead back to where they began lead to no address."#,
    bad: r#"apiVersion: v1 # here
kind: Service
metadata: {name: a, namespace: shop}
spec: {type: ExternalName, externalName: b.shop.svc.cluster.local}
---
{apiVersion: v1, kind: Service, metadata: {name: b, namespace: shop}, spec: {type: ExternalName, externalName: a.shop.svc.cluster.local}}
"#,
    good: r#"{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {type: ExternalName, externalName: b.shop.svc.cluster.local}}
---
{apiVersion: v1, kind: Service, metadata: {name: b, namespace: shop}, spec: {type: ExternalName, externalName: db.example.com}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    let title = |s: &Service| format!("{}.{}", s.name, snapshot.namespace_name(s.namespace));
    let aliases: HashMap<String, (String, &Service)> = snapshot
        .services
        .iter()
        .filter_map(|s| {
            let name = s.external_name.as_deref()?.trim_end_matches('.');
            let name = name.strip_suffix(".cluster.local").unwrap_or(name);
            Some((title(s), (String::from(name.strip_suffix(".svc").unwrap_or(name)), s)))
        })
        .collect();
    let mut known: HashSet<&str> = HashSet::new();
    for start in snapshot.services.iter().filter(|s| s.external_name.is_some()) {
        let Some((first, _)) = aliases.get_key_value(&title(start)) else { continue };
        let mut way: Vec<&str> = Vec::new();
        let mut at = first.as_str();
        while let Some((next, _)) = aliases.get(at).filter(|_| !way.contains(&at) && !known.contains(at)) {
            way.push(at);
            at = next;
        }
        if way.contains(&at) {
            let names = way.iter().chain([&at]).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" → ");
            let message = format!("these names form a loop and resolve to no address: {names}");
            found.push(
                Diagnostic::at(CODE, Severity::Warning, Some(start.place), message)
                    .help("make one of them a Service with pods, or a name outside the cluster"),
            );
        }
        known.extend(way);
    }
}
