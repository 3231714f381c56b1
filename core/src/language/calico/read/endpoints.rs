//! Host endpoints and workload endpoints.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::language::calico::{EndpointPort, HostEndpoint, WorkloadEndpoint};
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::model::{Cidr, Protocol};

impl<'a> Reader<'a> {
    pub(in crate::language) fn host_endpoint(&mut self, spec: &Slot<'a, '_>) -> HostEndpoint {
        let mut host = HostEndpoint {
            node: Box::default(),
            interface: Box::default(),
            expected_ips: Vec::new(),
            profiles: Vec::new(),
            ports: Vec::new(),
        };
        let known = ["node", "interfaceName", "expectedIPs", "profiles", "ports"];
        let Some([node, interface, addresses, profiles, ports]) = self.fields(spec, known, &[]) else {
            self.refuse(spec.required(codes::HOST_ENDPOINT, "a host endpoint needs a node"));
            return host;
        };
        host.node = self.text(&node).unwrap_or_default().into();
        if host.node.is_empty() {
            self.refuse(node.required(codes::HOST_ENDPOINT, "node must be specified"));
        }
        host.interface = self.text(&interface).unwrap_or_default().into();
        for item in self.custom_items(&addresses) {
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
        host.ports = self.endpoint_ports(&ports);
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
            "workload",
        ];
        let known = ["pod", "node", "serviceAccountName", "ipNetworks", "profiles", "ports"];
        let Some([pod, node, account, networks, profiles, ports]) = self.fields(spec, known, OTHERS) else { return endpoint };
        let mut name = |slot: &Slot<'a, '_>| self.text(slot).filter(|text| !text.is_empty()).map(Into::into);
        endpoint.pod = name(&pod);
        endpoint.node = name(&node);
        endpoint.service_account = name(&account);
        for item in self.custom_items(&networks) {
            endpoint.addresses.extend(self.lenient_net(&item).map(|cidr: Cidr| cidr.first()).into_iter().collect::<Vec<IpAddr>>());
        }
        endpoint.profiles = profiles.is_set().then(|| self.names(&profiles));
        endpoint.ports = self.endpoint_ports(&ports);
        endpoint
    }

    fn names(&mut self, slot: &Slot<'a, '_>) -> Vec<Box<str>> {
        let mut names = Vec::new();
        for item in self.custom_items(slot) {
            names.extend(self.text(&item).map(Into::into));
        }
        names
    }

    fn endpoint_ports(&mut self, slot: &Slot<'a, '_>) -> Vec<EndpointPort> {
        let mut found = Vec::new();
        for item in self.custom_items(slot) {
            let Some([name, protocol, port]) = self.fields(&item, ["name", "protocol", "port"], &["hostIP", "hostPort"]) else { continue };
            let text = self.text(&name).filter(|text| !text.is_empty());
            if text.is_none() {
                self.refuse(item.required(codes::HOST_ENDPOINT, "a port needs a name"));
            }
            let protocol = self.calico_protocol(&protocol).unwrap_or(Protocol::TCP);
            if let (Some(name), Some(number)) = (text, self.port_number(&port)) {
                found.push(EndpointPort { name: name.into(), protocol, number });
            }
        }
        found
    }
}
