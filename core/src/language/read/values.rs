//! Values that several kinds share: protocols, ports, CIDRs, addresses.

use alloc::format;
use core::net::IpAddr;

use super::fields::{Reader, Slot, quoted};
use crate::diagnostics::Code;
use crate::document::Value;
use crate::language::codes;
use crate::model::names::{self, Legacy};
use crate::model::{Cidr, Protocol};

/// A port by number or by name, as in the fields of type `IntOrString`.
pub(in crate::language) enum NumberOrName<'a> {
    /// A number from 1 to 65535.
    Number(u16),
    /// A valid port name.
    Name(&'a str),
}

/// What is wrong with a number that is no port.
pub(in crate::language) const PORT_RANGE: &str = "must be between 1 and 65535, inclusive";

impl<'a> Reader<'a> {
    /// `protocol`; TCP when left out.
    pub(in crate::language) fn protocol(&mut self, slot: &Slot<'a, '_>) -> Protocol {
        let Some(name) = self.text(slot) else { return Protocol::TCP };
        Protocol::from_kubernetes(name).unwrap_or_else(|| {
            self.unsupported(slot, codes::INVALID_PROTOCOL, name, &["SCTP", "TCP", "UDP"]);
            Protocol::from_kubernetes(&name.to_uppercase()).unwrap_or(Protocol::TCP)
        })
    }

    /// A port by number; nothing if it is left out or cannot be one.
    pub(in crate::language) fn port_number(&mut self, slot: &Slot<'a, '_>) -> Option<u16> {
        let number = self.integer(slot)?;
        self.fitting_port(slot, number)
    }

    /// A number as a port; nothing if it cannot be one.
    pub(in crate::language) fn fitting_port(&mut self, slot: &Slot<'a, '_>, number: i64) -> Option<u16> {
        let port = names::port_number(number);
        if port.is_none() {
            self.refuse(slot.invalid(codes::OUT_OF_RANGE, number, PORT_RANGE));
        }
        port
    }

    /// A port by name; nothing if it is left out or cannot be one.
    pub(in crate::language) fn port_name(&mut self, slot: &Slot<'a, '_>) -> Option<&'a str> {
        let name = self.text(slot)?;
        (self.check_port_name(slot, name) || self.lenient).then_some(name)
    }

    fn check_port_name(&mut self, slot: &Slot<'a, '_>, name: &'a str) -> bool {
        let Err(why) = names::port_name(name) else { return true };
        let diagnostic = slot.invalid(codes::INVALID_PORT_NAME, quoted(name), why);
        let number = name.parse::<i64>().ok().and_then(names::port_number);
        self.refuse(match number {
            Some(_) => diagnostic.help("in quotation marks it is the name of a port; write the number without them").fix(
                format!("write `{name}` without quotation marks"),
                slot.at,
                name,
            ),
            None => diagnostic,
        });
        false
    }

    /// A port by number or by name; nothing if it is left out or cannot be one.
    pub(in crate::language) fn number_or_name(&mut self, slot: &Slot<'a, '_>) -> Option<NumberOrName<'a>> {
        match slot.value()?.value() {
            Value::String(name) if self.check_port_name(slot, name) => Some(NumberOrName::Name(name)),
            Value::String(name) => {
                let number = name.parse::<i64>().ok().and_then(names::port_number).map(NumberOrName::Number);
                Some(number.unwrap_or(NumberOrName::Name(name))).filter(|_| self.lenient)
            }
            Value::Int(_) => self.port_number(slot).map(NumberOrName::Number),
            _ => {
                self.expected(slot, "a port number or name");
                None
            }
        }
    }

    /// A CIDR that is written as text; nothing if it cannot be read, not even as a single address. `wrong` is what upstream says then.
    pub(in crate::language) fn cidr(&mut self, slot: &Slot<'a, '_>, text: &str, wrong: &str) -> Option<Cidr> {
        let Some(read) = names::cidr(text) else {
            let diagnostic = slot.invalid(codes::INVALID_CIDR, quoted(text), wrong);
            let Ok(address) = text.parse::<IpAddr>() else {
                self.refuse(diagnostic.help("write an address and a prefix length, for instance 10.9.8.0/24 or 2001:db8::/64"));
                return None;
            };
            // No API server takes this, but it is plain which address is meant.
            let length = if address.is_ipv4() { 32 } else { 128 };
            let diagnostic = diagnostic.help("the prefix length is missing; it is read as that one address");
            let diagnostic = self.rewrite(diagnostic, slot.at, Some(&format!("{text}/{length}")));
            self.report(diagnostic);
            return Some(Cidr::of(address));
        };
        if let Some((legacy, better)) = read.legacy {
            let text = quoted(text);
            let (code, message) = match legacy {
                Legacy::HostBits => (codes::CIDR_HOST_BITS, format!("{text} has bits set beyond its prefix length; it means `{better}`")),
                Legacy::LeadingZeros => (codes::CIDR_LEGACY_FORM, format!("{text} has leading zeros; it is read as `{better}`")),
                Legacy::MappedIpv4 => {
                    (codes::CIDR_LEGACY_FORM, format!("{text} is an IPv4 range written inside IPv6; it is read as `{better}`"))
                }
            };
            let diagnostic = slot.warning(code, message).help("newer API servers warn about it, and refuse it where validation is strict");
            let diagnostic = self.rewrite(diagnostic, slot.at, Some(&better));
            self.report(diagnostic);
        }
        Some(read.cidr)
    }

    /// An address that an API server fills in (of a status, of a Service): one that cannot be read is left out, with a warning.
    pub(in crate::language) fn address(&mut self, slot: &Slot<'a, '_>) -> Option<IpAddr> {
        let text = self.text(slot).filter(|text| !text.is_empty())?;
        let address = text.parse().ok();
        if address.is_none() {
            self.report(slot.warning(codes::INVALID_ADDRESS, format!("{} is not an IP address, so it is ignored", quoted(text))));
        }
        address
    }

    /// A number with bounds; nothing if it is left out or out of them.
    pub(in crate::language) fn bounded(&mut self, slot: &Slot<'a, '_>, code: Code, low: i64, high: i64) -> Option<i64> {
        let number = self.integer(slot)?;
        let fits = (low..=high).contains(&number);
        if !fits {
            let detail = match high {
                i64::MAX => format!("must be greater than or equal to {low}"),
                _ => format!("must be between {low} and {high}, inclusive"),
            };
            self.refuse(slot.invalid(code, number, detail));
        }
        fits.then_some(number)
    }
}

/// What upstream says of an address that no endpoint may have, as packets to it go nowhere else: `ValidateNonSpecialIP`.
pub(in crate::language) fn special_address(address: IpAddr) -> Option<&'static str> {
    let (link_local, multicast) = match address {
        IpAddr::V4(address) => (address.is_link_local(), address.octets().starts_with(&[224, 0, 0])),
        IpAddr::V6(address) => (address.segments()[0] & 0xffc0 == 0xfe80, address.segments()[0] & 0xff0f == 0xff02),
    };
    if address.is_unspecified() {
        Some("may not be unspecified")
    } else if address.is_loopback() {
        Some("may not be in the loopback range (127.0.0.0/8, ::1/128)")
    } else if link_local {
        Some("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    } else if multicast {
        Some("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
    } else {
        None
    }
}
