//! IPPool. Upstream: the rules of `IPPoolSpec` in `api/pkg/apis/projectcalico/v3/ippool.go`.

use alloc::format;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::selector::Global;
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::model::Cidr;
use crate::snapshot::{Encapsulation, IpPool};

/// Fields that play no part here.
const OTHERS: &[&str] = &["disableBGPExport", "ipip", "nat-outgoing"];
const MODES: &[&str] = &["Never", "Always", "CrossSubnet"];
const USES: &[&str] = &["Workload", "Tunnel", "LoadBalancer"];
/// Addresses that no pool may have, each with the length of their range.
const LINK_LOCAL: [(IpAddr, u8); 2] =
    [(IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16), (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10)];

impl<'a> Reader<'a> {
    /// An IPPool; nothing if its network cannot be read.
    pub(super) fn ip_pool(&mut self, spec: &Slot<'a, '_>) -> Option<IpPool> {
        let known = [
            "cidr",
            "disabled",
            "natOutgoing",
            "blockSize",
            "ipipMode",
            "vxlanMode",
            "allowedUses",
            "nodeSelector",
            "namespaceSelector",
            "assignmentMode",
        ];
        let Some([cidr, disabled, nat, block, ipip, vxlan, uses, nodes, namespaces, assignment]) = self.fields(spec, known, OTHERS) else {
            self.refuse(spec.required(codes::IP_POOL, "IPPool CIDR must be specified"));
            return None;
        };
        let (disabled, nat_outgoing) = (self.flag(&disabled).unwrap_or(false), self.flag(&nat).unwrap_or(false));
        if !cidr.is_set() {
            self.refuse(cidr.required(codes::IP_POOL, "IPPool CIDR must be specified"));
        }
        let network = self.strict_net(&cidr);
        self.one_of(&assignment, &["Automatic", "Manual"]);
        let modes = [&ipip, &vxlan].map(|mode| self.one_of(mode, MODES));
        let encapsulates = modes.map(|mode| mode.is_some_and(|mode| mode != "Never"));
        let encapsulation = modes.into_iter().map(Encapsulation::of).find(|mode| *mode != Encapsulation::Never).unwrap_or_default();
        self.check_encapsulation(&ipip, &vxlan, encapsulates, network);
        self.check_uses(&uses, encapsulates.contains(&true), &nodes, &namespaces);
        if let Some(network) = network {
            self.check_pool_network(&cidr, &block, network, disabled);
        }
        let vxlan = encapsulates.last() == Some(&true);
        Some(IpPool { cidr: network?, disabled, nat_outgoing, encapsulation, vxlan, unread: !self.flaws.unknown_fields.is_empty() })
    }

    fn check_encapsulation(&mut self, ipip: &Slot<'a, '_>, vxlan: &Slot<'a, '_>, on: [bool; 2], network: Option<Cidr>) {
        if on == [true, true] {
            self.refuse(vxlan.forbidden(codes::IP_POOL, "ipipMode and vxlanMode cannot both be enabled"));
        }
        if on.first() == Some(&true) && network.is_some_and(|cidr| !cidr.is_ipv4()) {
            self.refuse(ipip.forbidden(codes::IP_POOL, "IPIP is not supported on IPv6 pools"));
        }
    }

    /// `allowedUses`, and what they exclude.
    fn check_uses(&mut self, uses: &Slot<'a, '_>, encapsulated: bool, nodes: &Slot<'a, '_>, namespaces: &Slot<'a, '_>) {
        let mut found: Vec<&str> = Vec::new();
        for item in self.distinct_items(uses) {
            found.extend(self.one_of(&item, USES));
        }
        let node_selector = self.selector_text(nodes, Global::Refused, true);
        let namespace_selector = self.selector_text(namespaces, Global::Refused, true);
        let balances = found.contains(&"LoadBalancer");
        if balances && encapsulated {
            self.refuse(uses.forbidden(codes::IP_POOL, "LoadBalancer IP pool cannot have IPIP or VXLAN enabled"));
        }
        if balances && found.iter().any(|word| *word != "LoadBalancer") {
            self.refuse(uses.forbidden(codes::IP_POOL, "LoadBalancer cannot be combined with Workload or Tunnel allowed uses"));
        }
        if balances && node_selector.is_some_and(|written| self.slice(written.span).trim_matches(['"', '\'']) != "all()") {
            let message = "IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()";
            self.refuse(nodes.error(codes::IP_POOL, message));
        }
        if found.contains(&"Tunnel") && namespace_selector.is_some() {
            self.refuse(namespaces.forbidden(codes::IP_POOL, "IP Pool with AllowedUse Tunnel cannot have namespaceSelector"));
        }
    }

    /// What of a pool's network and of its blocks is refused. What it means is plain all the same.
    fn check_pool_network(&mut self, cidr: &Slot<'a, '_>, block: &Slot<'a, '_>, network: Cidr, disabled: bool) {
        for (first, length) in LINK_LOCAL {
            let range = Cidr::supernet(first, length);
            if range.covers(&network) || network.covers(&range) {
                let (family, range) = if network.is_ipv4() { ("IPv4", "169.254.0.0/16") } else { ("IPv6", "fe80::/10") };
                self.refuse(cidr.error(codes::IP_POOL, format!("IPPool CIDR overlaps with {family} link local range {range}")));
            }
        }
        let (low, high, default) = if network.is_ipv4() { (20, 32, 26) } else { (116, 128, 122) };
        // 0 stands for the default.
        let size = self.integer(block).filter(|size| *size != 0).unwrap_or(default);
        if !(low..=high).contains(&size) {
            let detail = "blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools";
            self.refuse(block.invalid(codes::IP_POOL, size, detail));
        } else if !disabled && i64::from(network.length()) > size {
            let detail = "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.";
            self.refuse(cidr.invalid(codes::IP_POOL, quoted(self.slice(cidr.span())), detail).help(format!("the block size is {size}")));
        }
    }

    /// One of a few words; nothing if it is left out, empty, or another one.
    pub(super) fn one_of(&mut self, slot: &Slot<'a, '_>, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(slot)?;
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            self.unsupported(slot, codes::CALICO_VALUE, text, words);
        }
        found
    }
}
