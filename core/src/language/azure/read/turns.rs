//! Lists of resources' properties, of which not all may be known, and what it hangs on whether something is there. Upstream: docs/azure.md 2.6.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::value::{Scalar, field};
use super::{AzureReader, prop};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::NodeRef;
use crate::language::azure::{Azure, RulePart, Unresolved};
use crate::language::{Kind, Resource, codes};
use crate::text::Span;

/// Whether a template has a nested deployment that waits for nothing. Upstream: Azure documentation, "Define the order for deploying resources in ARM
/// templates": what does not depend on each other is deployed in parallel.
pub(super) fn has_free_deployment(template: NodeRef<'_>) -> bool {
    let items = |list: NodeRef<'_>| -> Vec<bool> {
        let resources: Vec<NodeRef<'_>> = match list.as_sequence() {
            Some(items) => items.collect(),
            None => list.as_mapping().unwrap_or_default().iter().map(|entry| list.value_of(entry)).collect(),
        };
        let is_free = |resource: &NodeRef<'_>| {
            let kind = field(*resource, "type").and_then(NodeRef::as_str).unwrap_or_default();
            kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") && field(*resource, "dependsOn").is_none()
        };
        resources.iter().map(is_free).collect()
    };
    field(template, "resources").is_some_and(|list| items(list).contains(&true))
}

/// Of security groups that are defined twice either may be the one that is deployed last.
pub(super) fn either_of_groups(resources: &mut [Resource]) {
    let is_group = |resource: &Resource| matches!(&resource.kind, Kind::Azure(azure) if matches!(**azure, Azure::Group(_)));
    let known = |resource: &Resource| (resource.meta.name.to_lowercase(), resource.meta.scope.clone());
    let free: Vec<_> = resources.iter().filter(|r| is_group(r) && r.meta.condition.is_none()).map(known).collect();
    let mut number = 0;
    for resource in resources.iter_mut().filter(|r| is_group(r) && r.meta.condition.is_none()) {
        if free.iter().filter(|other| **other == known(resource)).count() > 1 {
            number += 1;
            resource.meta.condition = Some(format!("definition {number} is deployed last").into());
        }
    }
}

impl<'a> AzureReader<'a, '_> {
    fn endless(&mut self, text: &str, span: Span) {
        let message = format!("the number of iterations of this copy loop is not in the input: `{text}`");
        let warning = Diagnostic::new(codes::AZ_UNRESOLVED, Severity::Warning, span, message);
        self.report(
            warning
                .help("give the parameter a default value or a parameter file, or paste what was deployed (`az network nsg show -o json`)"),
        );
    }

    /// Reads with what it hangs on whether what is read is there.
    pub(super) fn in_doubt<T>(&mut self, doubts: &[Box<str>], read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.conditions.len();
        self.conditions.extend_from_slice(doubts);
        let result = read(self);
        self.conditions.truncate(before);
        result
    }

    /// Visits the items of a list. Returns what was made of them, and the expressions for items that are not to be told.
    pub(super) fn each<T>(
        &mut self,
        node: NodeRef<'a>,
        name: &str,
        mut visit: impl FnMut(&mut Self, NodeRef<'a>) -> T,
    ) -> (Vec<T>, Vec<Box<str>>) {
        let Some(list) = prop(node, name) else { return (Vec::new(), Vec::new()) };
        let items = self.template.list(list);
        let mut missing: Vec<Box<str>> = Vec::new();
        if let Some(text) = items.missing {
            missing.push(text.as_str().into());
            self.unresolved(&Scalar { text, unknown: true, span: list.span() });
        }
        if let Some((text, span)) = items.endless {
            self.endless(&text, span);
        }
        let mut results = Vec::with_capacity(items.found.len());
        for (item, doubts) in items.found {
            if let Some(text) = item.as_str().filter(|text| is_cut_off(text)) {
                missing.push(text.into());
                let message = format!("PowerShell cut off the output here: the value of `{text}` is not in the input");
                let error = Diagnostic::new(codes::AZ_CUT_OFF, Severity::Error, item.span(), message);
                self.report(error.help("print all of it: `ConvertTo-Json -Depth 10`"));
            }
            if item.as_mapping().is_some() {
                results.push(self.in_doubt(&doubts, |reader| visit(reader, item)));
            }
        }
        (results, missing)
    }

    /// Rules that a template in a template deploys to a resource group that it names, for a group that only the outer one has: whether that is the same
    /// resource group is not known. Upstream: Azure documentation, "Deploy resources to more than one resource group".
    pub(super) fn rules_elsewhere(&mut self) {
        let homes: Vec<(String, Option<Box<str>>)> = (self.resources.iter())
            .filter(|r| matches!(&r.kind, Kind::Azure(azure) if matches!(**azure, Azure::Group(_))))
            .map(|r| (r.meta.name.to_lowercase(), r.meta.scope.group.clone()))
            .collect();
        let mut found = Vec::new();
        for resource in self.resources.iter_mut() {
            let (Kind::Azure(azure), Some(place)) = (&mut resource.kind, &resource.meta.scope.group) else { continue };
            let Azure::Rule { group, rule } = &mut **azure else { continue };
            let mut same = homes.iter().filter(|(name, _)| group.name.eq_ignore_ascii_case(name)).map(|(_, home)| home).peekable();
            if resource.meta.scope.deployment && same.peek().is_some() && same.all(Option::is_none) {
                found.push((
                    resource.span,
                    format!("network security group `{}` of resource group `{place}` is not in the input", group.name),
                ));
                rule.unresolved.push(Unresolved { part: RulePart::Presence, expression: format!("the resource group `{place}`").into() });
            }
        }
        for (span, message) in found {
            let warning = Diagnostic::new(codes::AZ_MISSING, Severity::Warning, span, message);
            self.report(warning.help("if it is the one that the template makes, deploy both to the same resource group by name"));
        }
    }

    /// What it hangs on whether what is being read is there: conditions, and loops of which the number of turns is not to be told.
    pub(super) fn doubts(&self) -> Vec<Box<str>> {
        self.conditions.clone()
    }
}

/// Whether a text is what `ConvertTo-Json` writes for an object that is deeper than it goes.
pub(super) fn is_cut_off(text: &str) -> bool {
    text.starts_with("Microsoft.Azure.") || text.starts_with("System.") || text.starts_with("@{")
}
