//! Selectors, networks and protocols in Calico's resources.

use alloc::format;
use core::net::IpAddr;

use crate::document::Value;
use crate::language::calico::WrittenSelector;
use crate::language::calico::selector::parse;
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::model::{Cidr, Protocol, Selector};
use crate::text::Span;

/// The longest selector of a field.
const LONGEST: usize = 1024;

/// Where `global()` may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::language) enum Global {
    /// Nowhere.
    Refused,
    /// As the whole selector.
    Alone,
}

impl<'a> Reader<'a> {
    /// A selector; nothing if it is left out, empty (which restricts nothing), or none.
    pub(in crate::language) fn selector_text(&mut self, slot: &Slot<'a, '_>, global: Global, limited: bool) -> Option<WrittenSelector> {
        let text = self.text(slot)?;
        if limited && text.chars().count() > LONGEST {
            self.refuse(slot.error(codes::SELECTOR_TOO_LONG, format!("Too long: may not be longer than {LONGEST}")));
            return None;
        }
        // Upstream looks at the text alone.
        if text.contains("global(") {
            let alone = parse(text) == Ok(Selector::Global);
            if global == Global::Refused {
                let message = format!("Invalid value: {}: global() can only be used in an EntityRule namespaceSelector", quoted(text));
                self.refuse(slot.error(codes::GLOBAL_SELECTOR, message).help("`all()` selects everything"));
                return None;
            }
            if !alone {
                // What it would mean is plain, so the policy is read all the same.
                let message = format!("Invalid value: {}: global() cannot be combined with other selectors", quoted(text));
                self.report(slot.error(codes::GLOBAL_SELECTOR, message).help("Calico refuses the policy; write a rule for each"));
            }
        }
        match parse(text) {
            Ok(_) if text.trim().is_empty() => None,
            Ok(selector) => Some(WrittenSelector { span: slot.span(), selector }),
            Err(error) => {
                let mut diagnostic = slot.invalid(codes::SELECTOR, quoted(text), error).help(error.kind.help());
                if let (Some(place), Some(span)) = (&mut diagnostic.place, self.within_scalar(slot.span(), text, error.start, error.end)) {
                    place.span = span;
                }
                self.refuse(diagnostic);
                None
            }
        }
    }

    /// The range of a part of a text, where the text stands as it is, plain or in quotes.
    fn within_scalar(&self, span: Span, text: &str, start: usize, end: usize) -> Option<Span> {
        let written = self.slice(span);
        let lead = match written.as_bytes().first() {
            Some(b'"' | b'\'') => 1,
            _ => 0,
        };
        (written.get(lead..lead + text.len()) == Some(text)).then(|| {
            let at = |offset: usize| span.start + (lead + offset) as u32;
            // At the end of the text the last character is what there is to point at.
            if start == end && start > 0 { Span::new(at(start - 1), at(end)) } else { Span::new(at(start), at(end)) }
        })
    }

    /// A network of a rule: with its length, and without bits beyond it.
    pub(in crate::language) fn strict_net(&mut self, slot: &Slot<'a, '_>) -> Option<Cidr> {
        let text = self.text(slot)?;
        let wrong = |detail: &str| slot.invalid(codes::CALICO_CIDR, quoted(text), detail);
        match Cidr::parse(text) {
            Ok(cidr) if Cidr::has_host_bits(text) => {
                let diagnostic = wrong("invalid CIDR: it has bits beyond its prefix length");
                let diagnostic = self.rewrite(diagnostic, slot.at, Some(&format!("{cidr}")));
                self.refuse(diagnostic);
                None
            }
            Ok(cidr) => Some(cidr),
            Err(_) => {
                let diagnostic = wrong("invalid CIDR");
                let diagnostic = match text.parse::<IpAddr>() {
                    Ok(address) => self.rewrite(diagnostic, slot.at, Some(&format!("{}", Cidr::of(address)))),
                    Err(_) => diagnostic.help("write an address and a prefix length, for instance 10.9.8.0/24"),
                };
                self.refuse(diagnostic);
                None
            }
        }
    }

    /// A network of a set, or a bare address.
    pub(in crate::language) fn lenient_net(&mut self, slot: &Slot<'a, '_>) -> Option<Cidr> {
        let text = self.text(slot)?;
        let read = Cidr::parse(text).ok().or_else(|| text.parse().ok().map(Cidr::of));
        if read.is_none() {
            self.refuse(slot.invalid(codes::CALICO_CIDR, quoted(text), "invalid CIDR or address"));
        }
        read
    }

    /// A protocol by name or number.
    pub(in crate::language) fn calico_protocol(&mut self, slot: &Slot<'a, '_>) -> Option<Protocol> {
        let number = match slot.value()?.value() {
            Value::Int(number) => *number,
            Value::String(text) => match &**text {
                "TCP" => 6,
                "UDP" => 17,
                "ICMP" => 1,
                "ICMPv6" => 58,
                "SCTP" => 132,
                "UDPLite" => 136,
                other if other.bytes().all(|b| b.is_ascii_digit()) => other.parse().unwrap_or(-1),
                _ => -1,
            },
            _ => -1,
        };
        match u8::try_from(number) {
            Ok(number @ 1..=255) => Some(Protocol(number)),
            _ => {
                let written = self.slice(slot.span());
                let detail = "must be TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255";
                self.refuse(slot.invalid(codes::CALICO_PROTOCOL, quoted(written), detail));
                None
            }
        }
    }
}
