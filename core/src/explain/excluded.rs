//! What a rule of Calico's leaves out by a field that excludes it (`notNets`, `notPorts`, …), in words: what is left over stands nowhere in the text.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use crate::connections::Traffic;
use crate::model::{AddressSet, Cidr};
use crate::policy::{IcmpMatch, PacketMatch, PortTerm, WrittenEntity};

/// Why an address is none of a side's, by what is written there.
pub(super) fn address_unmet(written: &WrittenEntity, address: IpAddr) -> String {
    let has = |nets: &[Cidr]| nets.iter().find(|net| net.contains(address)).copied();
    if let Some(net) = has(&written.not_nets) {
        return format!("{address} is in `{net}`, which the rule excludes (`notNets`)");
    }
    if !written.nets.is_empty() && has(&written.nets).is_none() {
        return format!("{address} is not in {}", AddressSet::of_cidrs(&written.nets));
    }
    format!("the rule is not for {} addresses", if address.is_ipv4() { "IPv4" } else { "IPv6" })
}

/// Which field of a rule excludes a packet, or that its protocol is another than the rule's. Nothing where what is left over is what is written.
pub(super) fn excluded_traffic(packet: &PacketMatch, asked: Traffic) -> Option<String> {
    let by_number = |ports: &[PortTerm], port: Option<u16>| {
        let port = port?;
        ports.iter().find_map(|term| match *term {
            PortTerm::Range(first, last) if (first..=last).contains(&port) => Some((first, last)),
            _ => None,
        })
    };
    let excludes = |what: &str, (first, last): (u16, u16)| match first == last {
        true => format!("the rule excludes {what} {first} (`notPorts`)"),
        false => format!("the rule excludes {what}s {first}-{last} (`notPorts`)"),
    };
    let is_left_over = !packet.not_destination_ports.is_empty() && packet.destination_ports.is_empty();
    if packet.not_protocol == Some(asked.protocol) {
        return Some(format!("the rule excludes {} (`notProtocol`)", asked.protocol));
    }
    if let Some(protocol) = packet.protocol.filter(|protocol| *protocol != asked.protocol) {
        return (is_left_over || packet.not_icmp.is_some()).then(|| format!("{} is not {protocol}", asked.protocol));
    }
    if !asked.protocol.has_ports() {
        let not_icmp = packet.not_icmp.filter(|not| icmp_is(not, asked))?;
        let kind = not_icmp.kind.map_or_else(String::new, |kind| format!(" type {kind}"));
        let code = not_icmp.code.map_or_else(String::new, |code| format!(" code {code}"));
        return Some(format!("the rule excludes {}{kind}{code} (`notICMP`)", asked.protocol));
    }
    by_number(&packet.not_destination_ports, asked.destination)
        .map(|range| excludes("port", range))
        .or_else(|| by_number(&packet.not_source_ports, asked.source).map(|range| excludes("source port", range)))
}

/// Whether all messages that are asked about are of this type and code.
fn icmp_is(not: &IcmpMatch, asked: Traffic) -> bool {
    let is = |wanted: Option<u8>, given: Option<u16>| wanted.is_none_or(|wanted| given == Some(wanted.into()));
    is(not.kind, asked.source) && is(not.code, asked.destination)
}
