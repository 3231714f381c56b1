//! Ends of checks: names, selectors, addresses, and lists of these.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::fields::{Fields, of};
use super::named;
use crate::document::Entry;
use crate::language::calico::selector::parse;
use crate::language::codes;
use crate::language::netpolis::{End, PodTerm, Selecting, Term};
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::model::{AddressSet, Cidr, LabelSelector, Operator, Requirement};

/// The fields of an end.
const FIELDS: [&str; 22] = [
    "pod",
    "workload",
    "node",
    "machine",
    "address",
    "namespace",
    "namespaceSelector",
    "podSelector",
    "serviceAccount",
    "onNode",
    "nodeSelector",
    "subnet",
    "behindService",
    "domain",
    "any",
    "except",
    "mayBeEmpty",
    "port",
    "protocol",
    "sourcePort",
    "icmpType",
    "icmpCode",
];

/// Those by which pods are selected together.
const OF_PODS: [&str; 5] = ["namespace", "namespaceSelector", "podSelector", "serviceAccount", "onNode"];

/// Lists in lists are followed so deep.
const DEEPEST: usize = 4;

impl<'a> Reader<'a> {
    /// An end; nothing if it is left out, or none.
    pub(super) fn end(&mut self, slot: &Slot<'a, '_>) -> Option<End> {
        self.end_within(slot, 0)
    }

    fn end_within(&mut self, slot: &Slot<'a, '_>, depth: usize) -> Option<End> {
        let node = slot.value()?;
        if depth > DEEPEST {
            self.expected(slot, "a name");
            return None;
        }
        if let Some(text) = node.as_str() {
            return Some(End { terms: alloc::vec![term(text)], ..named(slot.span(), text) });
        }
        if node.as_sequence().is_some() {
            let slots: Vec<Slot<'a, '_>> = self.items(slot).collect();
            let mut end = End { span: slot.span(), ..End::default() };
            for item in &slots {
                let part = self.end_within(item, depth + 1)?;
                end.terms.extend(part.terms);
                end.except.extend(part.except);
                end.may_be_empty |= part.may_be_empty;
            }
            return Some(end);
        }
        if node.as_mapping().is_none() {
            self.expected(slot, "a name, an address, a mapping or a list of them");
            return None;
        }
        let before = self.findings.len();
        let slots = self.fields(slot, FIELDS, &[])?;
        let fields = Fields::new(&FIELDS, slot, slots.to_vec());
        let mut end = End { span: slot.span(), ..End::default() };
        self.terms(&fields, &mut end, depth);
        if let Some(except) = self.end_within(fields.get("except"), depth + 1) {
            // Nested exceptions would have to be read twice.
            if !except.except.is_empty() {
                self.refuse(fields.get("except").forbidden(codes::FORBIDDEN, "an exception has no exceptions"));
            }
            end.except = except.terms;
        }
        end.may_be_empty = self.flag(fields.get("mayBeEmpty")).unwrap_or(false);
        let carries = ["port", "protocol", "sourcePort", "icmpType", "icmpCode"].iter().any(|name| fields.get(name).is_set());
        if carries {
            end.traffic = Some(self.traffic(&fields));
        }
        if end.terms.is_empty() && self.findings.len() == before {
            let what = "what is meant: `pod`, `namespace`, `podSelector`, `address` or another field";
            self.refuse(slot.required(codes::REQUIRED, what));
        }
        (!end.terms.is_empty()).then_some(end)
    }

    /// What the fields of an end mean.
    fn terms(&mut self, fields: &Fields<'a, '_>, end: &mut End, depth: usize) {
        for (field, prefix) in [("pod", ""), ("workload", ""), ("node", "node/"), ("machine", "vm/")] {
            if let Some(text) = self.text(fields.get(field)) {
                end.terms.push(Term::Named(format!("{prefix}{}", text.strip_prefix(prefix).unwrap_or(text)).into()));
            }
        }
        if fields.get("address").is_set() {
            end.terms.extend(self.addresses(fields.get("address")));
        }
        if OF_PODS.iter().any(|name| fields.get(name).is_set()) {
            let pods = PodTerm {
                namespaces: self.check_texts(fields.get("namespace")),
                namespace_selector: self.selecting(fields.get("namespaceSelector")),
                pod_selector: self.selecting(fields.get("podSelector")),
                account: self.text(fields.get("serviceAccount")).map(Box::from),
                node: self.text(fields.get("onNode")).map(Box::from),
            };
            end.terms.push(Term::Pods(Box::new(pods)));
        }
        end.terms.extend(self.selecting(fields.get("nodeSelector")).map(Term::Nodes));
        end.terms.extend(self.text(fields.get("subnet")).map(|text| Term::Subnet(text.into())));
        end.terms.extend(self.text(fields.get("behindService")).map(|text| Term::Behind(text.into())));
        end.terms.extend(self.text(fields.get("domain")).map(|text| Term::Domain(text.into())));
        if let Some(any) = self.end_within(fields.get("any"), depth + 1) {
            end.terms.extend(any.terms);
        }
    }

    /// A text, or a list of them.
    pub(super) fn check_texts(&mut self, slot: &Slot<'a, '_>) -> Vec<Box<str>> {
        if slot.node.is_some_and(|node| node.as_sequence().is_some()) {
            let items: Vec<Slot<'a, '_>> = self.items(slot).collect();
            return items.iter().filter_map(|item| self.text(item)).map(Box::from).collect();
        }
        self.text(slot).map(Box::from).into_iter().collect()
    }

    /// Addresses and prefixes.
    fn addresses(&mut self, slot: &Slot<'a, '_>) -> Option<Term> {
        let mut set = AddressSet::default();
        for text in self.check_texts(slot) {
            match address_set(&text) {
                Some(part) => set = set.union(&part),
                None => {
                    let message = format!("Invalid value: {}: not an address or a range of addresses", quoted(&text));
                    let help = "write 10.9.8.7, 10.9.8.0/24 or 10.9.8.1-10.9.8.9";
                    self.refuse(slot.error(codes::INVALID_ADDRESS, message).help(help));
                }
            }
        }
        Some(Term::Addresses(set)).filter(|_| slot.is_set())
    }

    /// A selector as Kubernetes writes it, plain labels, or a text as Calico writes it.
    fn selecting(&mut self, slot: &Slot<'a, '_>) -> Option<Selecting> {
        let node = slot.value()?;
        if let Some(text) = node.as_str() {
            return match parse(text) {
                Ok(selector) => Some(Selecting::Expression(selector)),
                Err(error) => {
                    self.refuse(slot.invalid(codes::SELECTOR, quoted(text), error));
                    None
                }
            };
        }
        let is_plain = !slot.entries().is_empty() && !slot.entries().iter().any(|e| matches!(&*e.key, "matchLabels" | "matchExpressions"));
        if !is_plain {
            return self.selector(slot).map(Selecting::Labels);
        }
        let entries = self.label_entries(slot);
        let requirement = |(entry, value): (&Entry, &str)| Requirement {
            span: entry.key_span,
            key: entry.key.clone(),
            operator: Operator::In(alloc::vec![value.into()]),
        };
        Some(Selecting::Labels(LabelSelector { span: slot.span(), requirements: entries.into_iter().map(requirement).collect() }))
    }
}

/// What a text means as an end.
fn term(text: &str) -> Term {
    let is_range = text.contains(['/', '-']) && text.parse::<IpAddr>().is_err();
    match text {
        "all pods" => Term::Pods(Box::default()),
        "all nodes" => Term::Nodes(Selecting::Labels(LabelSelector::default())),
        text if is_range => address_set(text).map_or_else(|| of(text), Term::Addresses),
        text => of(text),
    }
}

/// An address, a prefix, or the first and the last address of a range.
fn address_set(text: &str) -> Option<AddressSet> {
    let text = text.trim();
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(AddressSet::range(address, address));
    }
    if let Ok(cidr) = Cidr::parse(text) {
        return Some(AddressSet::of_cidrs([&cidr]));
    }
    let (first, last) = text.split_once('-')?;
    let set = AddressSet::range(first.trim().parse().ok()?, last.trim().parse().ok()?);
    (!set.is_empty()).then_some(set)
}
