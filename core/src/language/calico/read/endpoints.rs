//! Host endpoints and workload endpoints.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::document::Value;
use crate::language::calico::{EndpointPort, HostEndpoint, WorkloadEndpoint};
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::model::{Protocol, names};

impl<'a> Reader<'a> {
    pub(in crate::language) fn host_endpoint(&mut self, spec: &Slot<'a, '_>) -> HostEndpoint {
        let mut host = HostEndpoint {
            node: Box::default(),
            interface: Box::default(),
            expected_ips: Vec::new(),
            profiles: Vec::new(),
            ports: Vec::new(),
            unread: false,
        };
        let refused = self.flaws.refusals.len();
        let known = ["node", "interfaceName", "expectedIPs", "profiles", "ports"];
        let Some([node, interface, addresses, profiles, ports]) = self.fields(spec, known, &[]) else {
            self.refuse(spec.required(codes::HOST_ENDPOINT, "a host endpoint needs a node"));
            return host;
        };
        host.node = self.text(&node).unwrap_or_default().into();
        if host.node.is_empty() {
            self.refuse(node.required(codes::HOST_ENDPOINT, "node must be specified"));
        } else {
            self.check_object_name(&node, &host.node);
        }
        host.interface = self.text(&interface).unwrap_or_default().into();
        if !host.interface.is_empty() && &*host.interface != "*" && !is_interface(&host.interface) {
            let detail = "must be `*`, or at most 15 letters, digits, '-', '_' or '.'";
            self.slip(interface.invalid(codes::HOST_ENDPOINT, quoted(&host.interface), detail));
        }
        for item in self.distinct_items(&addresses) {
            let Some(text) = self.text(&item) else { continue };
            match text.parse() {
                Ok(address) => host.expected_ips.push(address),
                Err(_) => self.refuse(item.invalid(codes::HOST_ENDPOINT, quoted(text), "must be an IP address, without a mask")),
            }
        }
        if host.interface.is_empty() && host.expected_ips.is_empty() {
            let message = "no interface name or expected IPs have been specified";
            self.refuse(spec.error(codes::HOST_ENDPOINT, message).help("write `interfaceName: \"*\"` for all interfaces"));
        }
        host.profiles = self.names(&profiles);
        host.unread = self.flaws.refusals.len() > refused || !self.flaws.unknown_fields.is_empty();
        host.ports = self.endpoint_ports(&ports, false);
        host
    }

    pub(in crate::language) fn workload_endpoint(&mut self, spec: &Slot<'a, '_>) -> WorkloadEndpoint {
        let mut endpoint =
            WorkloadEndpoint { pod: None, node: None, service_account: None, addresses: Vec::new(), profiles: None, ports: Vec::new() };
        const OTHERS: &[&str] = &[
            "allowSpoofedSourcePrefixes",
            "containerID",
            "endpoint",
            "interfaceName",
            "ipNATs",
            "ipv4Gateway",
            "ipv6Gateway",
            "mac",
            "orchestrator",
            "qosControls",
            "workload",
        ];
        let known = ["pod", "node", "serviceAccountName", "ipNetworks", "profiles", "ports"];
        let Some([pod, node, account, networks, profiles, ports]) = self.fields(spec, known, OTHERS) else { return endpoint };
        let mut name = |slot: &Slot<'a, '_>| {
            let text = self.text(slot).filter(|text| !text.is_empty())?;
            self.check_object_name(slot, text);
            Some(text.into())
        };
        endpoint.pod = name(&pod);
        endpoint.node = name(&node);
        endpoint.service_account = name(&account);
        for item in self.custom_items(&networks) {
            let Some(network) = self.lenient_net(&item) else { continue };
            if network.first() != network.last() {
                self.refuse(item.error(codes::CALICO_CIDR, "IP network contains multiple addresses"));
                continue;
            }
            endpoint.addresses.push(network.first());
        }
        endpoint.profiles = profiles.is_set().then(|| self.names(&profiles));
        endpoint.ports = self.endpoint_ports(&ports, true);
        endpoint
    }

    fn names(&mut self, slot: &Slot<'a, '_>) -> Vec<Box<str>> {
        let mut names = Vec::new();
        for item in self.distinct_items(slot) {
            let Some(name) = self.text(&item) else { continue };
            self.check_object_name(&item, name);
            names.push(name.into());
        }
        names
    }

    /// The ports of an endpoint that rules can name. One that is only `mapped` to a port of the host needs no name. Upstream: `validateEndpointPort`,
    /// `validateWorkloadEndpointPort`.
    fn endpoint_ports(&mut self, slot: &Slot<'a, '_>, mapped: bool) -> Vec<EndpointPort> {
        let mut found = Vec::new();
        for item in self.custom_items(slot) {
            let others: &'static [&'static str] = if mapped { &["hostIP", "hostPort"] } else { &[] };
            let Some([name, protocol, port]) = self.fields(&item, ["name", "protocol", "port"], others) else { continue };
            let host_port = item.node.and_then(|node| node.get("hostPort"));
            let maps = mapped && host_port.is_some_and(|number| matches!(number.value(), Value::Int(1..)));
            let text = self.text(&name).filter(|text| !text.is_empty());
            match text {
                None if maps => {}
                None => self.refuse(item.required(codes::HOST_ENDPOINT, "a port needs a name")),
                Some(text) => {
                    if let Err(why) = names::port_name(text) {
                        self.refuse(name.invalid(codes::CALICO_PORT_NAME, quoted(text), why));
                    }
                }
            }
            let protocol = self.endpoint_protocol(&protocol);
            if !port.is_set() {
                self.refuse(port.required(codes::HOST_ENDPOINT, "a port needs a number"));
            }
            if let (Some(name), Some(protocol), Some(number)) = (text, protocol, self.port_number(&port)) {
                found.push(EndpointPort { name: name.into(), protocol, number });
            }
        }
        found
    }

    fn endpoint_protocol(&mut self, slot: &Slot<'a, '_>) -> Option<Protocol> {
        if !slot.is_set() {
            self.refuse(slot.required(codes::CALICO_PROTOCOL, "must be TCP, UDP or SCTP").help("add `protocol: TCP`"));
            return None;
        }
        let protocol = self.calico_protocol(slot)?;
        if !protocol.has_ports() {
            let written = self.slice(slot.span());
            self.refuse(slot.invalid(codes::CALICO_PROTOCOL, quoted(written), "protocol does not support ports"));
        }
        Some(protocol).filter(|protocol| protocol.has_ports())
    }
}

/// Whether it is the name of an interface of Linux.
fn is_interface(text: &str) -> bool {
    text.len() <= 15 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}
