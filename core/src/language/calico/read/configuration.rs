//! FelixConfiguration and KubeControllersConfiguration, as far as they change a verdict.

use alloc::format;
use alloc::vec::Vec;

use super::Context;
use super::selector::Global;
use crate::diagnostics::{Diagnostic, Severity, nearest};
use crate::language::calico::{FailsafePort, FelixConfiguration, HostEndpointTemplate, KubeControllersConfiguration};
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::unread::Effect;
use crate::model::{LabelSelector, Protocol};
use crate::policy::EndpointToHost;

/// Fields of a FelixConfiguration that matter and whose names people mistype.
const KNOWN: [&str; 5] =
    ["defaultEndpointToHostAction", "failsafeInboundHostPorts", "failsafeOutboundHostPorts", "bpfExternalServiceMode", "bpfEnabled"];
/// Fields that are nearly called like one of these.
const NEARLY_KNOWN: [&str; 2] = ["bpfEnforceRPF", "ipvsEnabled"];
/// Fields that are evaluated for all nodes, or one by its name.
const FOR_ALL_NODES: [&str; 7] = [
    "allowIPIPPacketsFromWorkloads",
    "allowVXLANPacketsFromWorkloads",
    "bpfEnabled",
    "bpfExternalServiceMode",
    "natOutgoingAddress",
    "natOutgoingExclusions",
    "vxlanPort",
];
/// The configuration that holds for the whole cluster.
const DEFAULT: &str = "default";
/// Words of fields that are switched on and off.
const SWITCH: &[&str] = &["Enabled", "Disabled"];

impl<'a> Reader<'a> {
    pub(super) fn felix(&mut self, spec: &Slot<'a, '_>, context: Context<'_>) -> FelixConfiguration {
        let felix = self.felix_fields(spec);
        let of_nodes = self.selects_nodes(spec);
        if &*context.meta.name == DEFAULT || context.meta.name.starts_with("node.") {
            if let Some(slot) = of_nodes {
                let message = "nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration";
                self.refuse(slot.forbidden(codes::CALICO_VALUE, message));
            }
            return felix;
        }
        let Some(slot) = of_nodes else {
            self.not_used(context, "Felix reads `default`, `node.NAME` and those with a `nodeSelector`");
            self.flaws.unknown_fields.clear();
            return FelixConfiguration::default();
        };
        // What holds for some nodes and decides beside their host endpoints.
        for field in FOR_ALL_NODES {
            let Some(entry) = spec.node.and_then(|node| node.entry(field)) else { continue };
            let message = format!("`{field}` for selected nodes is not evaluated: flows with nodes are \"cannot tell\"");
            let warning = Diagnostic::new(codes::CONFIGURATION_NOT_USED, Severity::Warning, entry.key_span, message);
            self.report(warning.help("use one `node.NAME` for each node"));
            let (field, nodes) = (field.into(), Some(LabelSelector::default()));
            self.flaws.effects.push(Effect { field, span: entry.key_span, nodes, ..Effect::default() });
        }
        let nodes = self.selector_text(&slot, Global::Refused, true).map(|written| written.selector);
        nodes.map_or_else(FelixConfiguration::default, |nodes| FelixConfiguration { nodes: Some(nodes), ..felix })
    }

    /// Warns of a configuration that its name keeps from being used.
    fn not_used(&mut self, context: Context<'_>, help: &str) {
        let message = format!("metadata.name: the configuration {} has no effect", quoted(&context.meta.name));
        self.report(Diagnostic::new(codes::CONFIGURATION_NOT_USED, Severity::Warning, context.meta.name_span, message).help(help));
    }

    fn selects_nodes<'p>(&mut self, spec: &'p Slot<'a, '_>) -> Option<Slot<'a, 'p>> {
        let node = spec.node?;
        let entry = node.entry("nodeSelector")?;
        let value = node.value_of(entry);
        let slot = Slot { path: spec.path.field("nodeSelector"), node: Some(value), at: value.span(), key: entry.key_span };
        slot.is_set().then_some(slot)
    }

    fn felix_fields(&mut self, spec: &Slot<'a, '_>) -> FelixConfiguration {
        let mut felix = FelixConfiguration::default();
        self.check_felix_fields(spec);
        // A FelixConfiguration has far more fields than matter here, and more with every release.
        let find = |name: &'static str| {
            let node = spec.node?;
            let entry = node.entry(name)?;
            let value = node.value_of(entry);
            Some(Slot { path: spec.path.field(name), node: Some(value), at: value.span(), key: entry.key_span })
        };
        if let Some(slot) = find("defaultEndpointToHostAction") {
            felix.endpoint_to_host = match self.word_of_any_case(&slot, &["Drop", "Accept", "Return"]) {
                Some("Drop") => Some(EndpointToHost::Drop),
                Some("Accept") => Some(EndpointToHost::Accept),
                Some(_) => Some(EndpointToHost::Return),
                None => None,
            };
        }
        if let Some(slot) = find("failsafeInboundHostPorts") {
            felix.failsafe_inbound = slot.is_set().then(|| self.failsafe_ports(&slot));
        }
        if let Some(slot) = find("failsafeOutboundHostPorts") {
            felix.failsafe_outbound = slot.is_set().then(|| self.failsafe_ports(&slot));
        }
        if let Some(slot) = find("natOutgoingExclusions") {
            felix.nat_excludes_hosts = self.one_of(&slot, &["IPPoolsOnly", "IPPoolsAndHostIPs"]).map(|word| word == "IPPoolsAndHostIPs");
        }
        if let Some(slot) = find("natOutgoingAddress") {
            felix.nat_address = self.text(&slot).and_then(|text| text.parse().ok());
        }
        // What policies allow then goes on to the node's own packet filter, of which the input says nothing.
        for field in ["iptablesFilterAllowAction", "nftablesFilterAllowAction"] {
            if let Some(slot) = find(field)
                && self.word_of_any_case(&slot, &["Accept", "Return"]) == Some("Return")
            {
                self.flaws.effects.push(Effect { field: field.into(), span: slot.span(), allows: false, ..Effect::default() });
            }
        }
        if let Some(slot) = find("bpfExternalServiceMode") {
            felix.direct_return = self.word_of_any_case(&slot, &["Tunnel", "DSR"]).map(|word| word == "DSR");
        }
        if let Some(slot) = find("allowVXLANPacketsFromWorkloads") {
            felix.allow_vxlan = self.flag(&slot);
        }
        if let Some(slot) = find("allowIPIPPacketsFromWorkloads") {
            felix.allow_ipip = self.flag(&slot);
        }
        if let Some(slot) = find("vxlanPort") {
            felix.vxlan_port = slot.is_set().then(|| self.port_number(&slot)).flatten();
        }
        if let Some(slot) = find("bpfEnabled") {
            felix.bpf = self.flag(&slot);
        }
        felix.wireguard = ["wireguardEnabled", "wireguardEnabledV6"].map(|name| find(name).and_then(|slot| self.flag(&slot)));
        felix.wireguard_port = ["wireguardListeningPort", "wireguardListeningPortV6"]
            .map(|name| find(name).filter(Slot::is_set).and_then(|slot| self.port_number(&slot)));
        felix
    }

    /// Of all unknown fields only those are reported whose name is nearly that of one that matters.
    fn check_felix_fields(&mut self, spec: &Slot<'a, '_>) {
        let is_written = |name: &str| spec.entries().iter().any(|entry| *entry.key == *name);
        for entry in spec.entries().iter().filter(|entry| !NEARLY_KNOWN.contains(&&*entry.key)) {
            let nearly = nearest(&entry.key, KNOWN).filter(|name| **name != *entry.key && entry.key.len().abs_diff(name.len()) <= 2);
            if let Some(name) = nearly.filter(|name| !is_written(name)) {
                let message = format!("unknown field {}: FelixConfiguration has `{name}`", quoted(&format!("spec.{}", entry.key)));
                let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, Severity::Error, entry.key_span, message);
                let diagnostic = self.rewrite(diagnostic, entry.key_span, Some(name));
                self.report(diagnostic);
                self.flaws.unknown_fields.push((entry.key_span, entry.key.clone()));
            }
        }
    }

    /// One of a few words in upper or lower case; nothing if it is left out, empty, or another one.
    fn word_of_any_case(&mut self, slot: &Slot<'a, '_>, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(slot).filter(|text| !text.is_empty())?;
        let found = words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied();
        if found.is_none() {
            self.unsupported(slot, codes::CALICO_VALUE, text, words);
        }
        found
    }

    /// Failsafe ports. Upstream: `validateProtoPort`, and `PortListParam.Parse` of Felix, which does not start with a port that it cannot read.
    fn failsafe_ports(&mut self, slot: &Slot<'a, '_>) -> Vec<FailsafePort> {
        let mut ports = Vec::new();
        if slot.value().is_some_and(|value| value.as_sequence().is_none()) {
            // `none` is a word of the environment's: here it says nothing of the ports.
            ports.push(FailsafePort { span: slot.span(), protocol: Protocol::TCP, port: 0, net: None, unread: true });
        }
        for item in self.custom_items(slot) {
            let Some([protocol, port, net]) = self.fields(&item, ["protocol", "port", "net"], &[]) else { continue };
            let known = match self.text(&protocol).filter(|name| !name.is_empty()) {
                Some(name) => {
                    let known = Protocol::from_name(name).filter(|protocol| protocol.has_ports());
                    if known.is_none() {
                        self.refuse(protocol.invalid(codes::CALICO_PROTOCOL, quoted(name), "must be TCP, UDP or SCTP"));
                    }
                    known
                }
                None => {
                    self.refuse(protocol.required(codes::CALICO_PROTOCOL, "must be TCP, UDP or SCTP").help("add `protocol: TCP`"));
                    None
                }
            };
            if !port.is_set() {
                self.refuse(port.required(codes::CALICO_PORT_RANGE, "a failsafe port needs a number"));
            }
            // Other than elsewhere, 0 is a port here.
            let number = self.bounded(&port, codes::OUT_OF_RANGE, 0, u16::MAX.into()).and_then(|number| u16::try_from(number).ok());
            let net = if net.is_set() { self.lenient_net(&net) } else { None };
            let unread = known.is_none() || number.is_none();
            ports.push(FailsafePort {
                span: item.span(),
                protocol: known.unwrap_or(Protocol::TCP),
                port: number.unwrap_or(0),
                net,
                unread,
            });
        }
        ports
    }

    pub(super) fn kube_controllers(&mut self, spec: &Slot<'a, '_>, context: Context<'_>) -> KubeControllersConfiguration {
        let read = self.kube_controllers_fields(spec);
        if &*context.meta.name == DEFAULT {
            return read;
        }
        self.not_used(context, "Calico's controllers read `default`");
        self.flaws.unknown_fields.clear();
        KubeControllersConfiguration::default()
    }

    fn kube_controllers_fields(&mut self, spec: &Slot<'a, '_>) -> KubeControllersConfiguration {
        const OF_SPEC: &[&str] =
            &["debugProfilePort", "etcdV3CompactionPeriod", "healthChecks", "logSeverityScreen", "prometheusMetricsPort"];
        const OF_CONTROLLERS: &[&str] = &["loadBalancer", "migration", "namespace", "policy", "serviceAccount", "workloadEndpoint"];
        const OF_NODE: &[&str] = &["leakGracePeriod", "reconcilerPeriod", "syncLabels"];
        let mut read = KubeControllersConfiguration { create_default: true, ..KubeControllersConfiguration::default() };
        let Some([controllers]) = self.fields(spec, ["controllers"], OF_SPEC) else { return read };
        let Some([node]) = self.fields(&controllers, ["node"], OF_CONTROLLERS) else { return read };
        let Some([host]) = self.fields(&node, ["hostEndpoint"], OF_NODE) else { return read };
        let known = ["autoCreate", "createDefaultHostEndpoint", "templates"];
        let Some([create, default, templates]) = self.fields(&host, known, &[]) else { return read };
        read.auto_host_endpoints = self.one_of(&create, SWITCH) == Some("Enabled");
        read.create_default = self.one_of(&default, SWITCH) != Some("Disabled");
        for item in self.custom_items(&templates) {
            let earlier = read.templates.iter().map(|template| &*template.name).collect::<Vec<&str>>();
            let template = self.host_endpoint_template(&item, &earlier);
            read.templates.extend(template);
        }
        read
    }

    /// A template of automatic host endpoints, after templates with the names in `earlier`. Upstream: `validateAndFillDefaults` in
    /// `libcalico-go/lib/clientv3/kubecontrollersconfig.go`.
    fn host_endpoint_template(&mut self, slot: &Slot<'a, '_>, earlier: &[&str]) -> Option<HostEndpointTemplate> {
        let known = ["generateName", "nodeSelector", "interfaceCIDRs", "interfacePattern", "labels"];
        let [name, nodes, cidrs, interface, labels] = self.fields(slot, known, &["annotations"])?;
        let mut template = HostEndpointTemplate {
            name: self.text(&name).unwrap_or_default().into(),
            nodes: self.selector_text(&nodes, Global::Refused, false).map(|written| written.selector),
            cidrs: Vec::new(),
            interface: self.text(&interface).filter(|text| !text.is_empty()).map(Into::into),
            labels: self.labels(&labels),
        };
        if template.name.is_empty() {
            self.refuse(name.required(codes::HOST_ENDPOINT, "Template name must be specified"));
        } else {
            self.check_object_name(&name, &template.name);
        }
        if earlier.contains(&&*template.name) {
            self.refuse(name.error(codes::HOST_ENDPOINT, "Template name must be unique"));
        }
        for cidr in self.distinct_items(&cidrs) {
            template.cidrs.extend(self.lenient_net(&cidr));
        }
        if cidrs.len() == 0 && template.interface.is_none() {
            self.refuse(slot.error(codes::HOST_ENDPOINT, "InterfaceCIDRs or InterfacePattern must be specified"));
        }
        Some(template)
    }
}
