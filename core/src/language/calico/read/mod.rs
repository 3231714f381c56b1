//! Reads Calico's resources. Validation: `libcalico-go/lib/validator/v3` and the schemas of the custom resources.
//!
//! An object that does not validate is refused: the API server does not take it, and Felix treats one that is stored all the same as missing.

mod endpoints;
mod policy;
mod rule;
mod selector;

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use self::selector::Global;
use crate::diagnostics::{Diagnostic, Severity, nearest};
use crate::document::{NodeRef, Value};
use crate::language::calico::{
    Calico, CalicoPolicyKind, DefaultAction, FailsafePort, FelixConfiguration, HostEndpointTemplate, KubeControllersConfiguration,
    NetworkSet, Order, StagedAction, StagedKubernetesPolicy, Tier,
};
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::read::kinds::{KnownKind, ReadKind, Role, group};
use crate::language::read::meta::NameRule;
use crate::language::read::path::Path;
use crate::language::read::unread::Family;
use crate::language::unread::Enforcer;
use crate::language::{Kind, Meta};
use crate::policy::EndpointToHost;
use crate::snapshot::IpPool;

/// The group of Calico's API.
pub(in crate::language) const GROUP: &str = "projectcalico.org";
/// The group of the custom resources that Calico stores its objects in.
pub(in crate::language) const STORAGE_GROUP: &str = "crd.projectcalico.org";
/// The versions under which Calico's kinds are served.
pub(in crate::language) const VERSIONS: &[&str] = &["projectcalico.org/v3", "crd.projectcalico.org/v1"];

/// Which of Calico's kinds an object is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::language) enum CalicoKind {
    Policy(CalicoPolicyKind),
    StagedKubernetes,
    Tier,
    NetworkSet,
    GlobalNetworkSet,
    Profile,
    HostEndpoint,
    WorkloadEndpoint,
    IpPool,
    Felix,
    KubeControllers,
}

/// How a kind of Calico's is read.
macro_rules! read_calico {
    ($kind:expr) => {
        ReadKind::Spec(|reader, body| {
            let stored = group(body.api_version) == STORAGE_GROUP;
            Kind::Calico(Box::new(reader.calico(&body.spec, $kind, Context { meta: &body.meta, stored })))
        })
    };
}

const fn namespaced(name: &'static str, role: Role, read: ReadKind) -> KnownKind {
    KnownKind::namespaced(name, role, VERSIONS, read)
}

const fn cluster(name: &'static str, role: Role, read: ReadKind) -> KnownKind {
    KnownKind::cluster(name, role, VERSIONS, read)
}

const fn named(names: NameRule, kind: KnownKind) -> KnownKind {
    KnownKind { names, ..kind }
}

const POLICY: Role = Role::Policy(Family::NamespacedPolicy, Enforcer::Calico);
const GLOBAL_POLICY: Role = Role::Policy(Family::ClusterPolicy, Enforcer::Calico);

/// All of Calico's kinds.
pub(in crate::language) const KINDS: &[KnownKind] = &[
    named(NameRule::CalicoPolicy, namespaced("NetworkPolicy", POLICY, read_calico!(CalicoKind::Policy(CalicoPolicyKind::Network)))),
    named(
        NameRule::CalicoPolicy,
        cluster("GlobalNetworkPolicy", GLOBAL_POLICY, read_calico!(CalicoKind::Policy(CalicoPolicyKind::Global))),
    ),
    named(
        NameRule::CalicoPolicy,
        namespaced("StagedNetworkPolicy", POLICY, read_calico!(CalicoKind::Policy(CalicoPolicyKind::StagedNetwork))),
    ),
    named(
        NameRule::CalicoPolicy,
        cluster("StagedGlobalNetworkPolicy", GLOBAL_POLICY, read_calico!(CalicoKind::Policy(CalicoPolicyKind::StagedGlobal))),
    ),
    namespaced("StagedKubernetesNetworkPolicy", POLICY, read_calico!(CalicoKind::StagedKubernetes)),
    named(NameRule::Label, cluster("Tier", GLOBAL_POLICY, read_calico!(CalicoKind::Tier))),
    namespaced("NetworkSet", Role::Other, read_calico!(CalicoKind::NetworkSet)),
    cluster("GlobalNetworkSet", Role::Other, read_calico!(CalicoKind::GlobalNetworkSet)),
    cluster("Profile", GLOBAL_POLICY, read_calico!(CalicoKind::Profile)),
    cluster("HostEndpoint", Role::Other, read_calico!(CalicoKind::HostEndpoint)),
    namespaced("WorkloadEndpoint", Role::Other, read_calico!(CalicoKind::WorkloadEndpoint)),
    cluster("IPPool", Role::Other, read_calico!(CalicoKind::IpPool)),
    cluster("FelixConfiguration", Role::Other, read_calico!(CalicoKind::Felix)),
    cluster("KubeControllersConfiguration", Role::Other, read_calico!(CalicoKind::KubeControllers)),
];

/// Fields of FelixConfigurations that are nearly called like one that matters.
const FELIX_LIKE: [&str; 2] = ["bpfEnforceRPF", "ipvsEnabled"];

/// Tiers whose order and default action are fixed.
const FIXED_TIERS: [(&str, f64, DefaultAction); 3] = [
    ("kube-admin", 1_000.0, DefaultAction::Pass),
    ("default", 1_000_000.0, DefaultAction::Deny),
    ("kube-baseline", 10_000_000.0, DefaultAction::Pass),
];

/// What a spec of Calico's is read with.
#[derive(Clone, Copy)]
pub(in crate::language) struct Context<'m> {
    pub(in crate::language) meta: &'m Meta,
    /// Whether the object is in the form that Calico stores, which has gone through no defaults.
    pub(in crate::language) stored: bool,
}

impl<'a> Reader<'a> {
    /// The `spec` of one of Calico's resources.
    pub(in crate::language) fn calico(&mut self, spec: &Slot<'a, '_>, kind: CalicoKind, context: Context<'_>) -> Calico {
        match kind {
            CalicoKind::Policy(kind) => Calico::Policy(self.calico_policy(spec, kind, context)),
            CalicoKind::StagedKubernetes => Calico::StagedKubernetes(self.staged_kubernetes(spec)),
            CalicoKind::Tier => Calico::Tier(self.calico_tier(spec, context.meta)),
            CalicoKind::NetworkSet => Calico::NetworkSet(self.network_set(spec, context.meta, false)),
            CalicoKind::GlobalNetworkSet => Calico::NetworkSet(self.network_set(spec, context.meta, true)),
            CalicoKind::Profile => Calico::Profile(self.profile(spec)),
            CalicoKind::HostEndpoint => Calico::HostEndpoint(self.host_endpoint(spec)),
            CalicoKind::WorkloadEndpoint => Calico::WorkloadEndpoint(self.workload_endpoint(spec)),
            CalicoKind::IpPool => self.ip_pool(spec).map_or(Calico::KubeControllers(Default::default()), Calico::IpPool),
            CalicoKind::Felix => Calico::Felix(self.felix(spec)),
            CalicoKind::KubeControllers => Calico::KubeControllers(self.kube_controllers(spec)),
        }
    }

    /// `order`: any finite number.
    fn order(&mut self, slot: &Slot<'a, '_>) -> Order {
        Order(match slot.value().map(|node| node.value()) {
            None => None,
            Some(Value::Int(number)) => Some(*number as f64),
            Some(Value::Float(number)) if number.is_finite() => Some(*number),
            Some(_) => {
                self.expected(slot, "a number");
                None
            }
        })
    }

    fn calico_tier(&mut self, spec: &Slot<'a, '_>, meta: &Meta) -> Tier {
        let mut tier = Tier { order: Order::default(), default_action: DefaultAction::default() };
        let Some([order, action]) = self.fields(spec, ["order", "defaultAction"], &[]) else { return tier };
        tier.order = self.order(&order);
        match self.text(&action) {
            Some("Pass") => tier.default_action = DefaultAction::Pass,
            Some("Deny") | None => {}
            Some(word) => self.unsupported(&action, codes::TIER, word, &["Deny", "Pass"]),
        }
        if let Some((name, fixed, default_action)) = FIXED_TIERS.iter().find(|(name, ..)| **name == *meta.name) {
            if tier.order.0 != Some(*fixed) {
                self.refuse(order.error(codes::TIER, format!("Invalid value: the order of the tier `{name}` must be {fixed}")));
            }
            if tier.default_action != *default_action {
                self.refuse(action.error(codes::TIER, format!("Invalid value: the default action of the tier `{name}` is fixed")));
            }
        }
        tier
    }

    fn network_set(&mut self, spec: &Slot<'a, '_>, meta: &Meta, global: bool) -> NetworkSet {
        let mut set = NetworkSet { global, nets: Vec::new(), unread: false };
        if meta.labels.get("projectcalico.org/namespace").is_some() {
            let message = "metadata.labels: Invalid value: projectcalico.org/namespace: not a valid label name";
            self.refuse(Diagnostic::new(codes::RESERVED_LABEL, Severity::Error, meta.labels_span, message));
        }
        let Some([nets]) = self.fields(spec, ["nets"], &["allowedEgressDomains"]) else { return set };
        for item in self.custom_items(&nets) {
            let net = self.lenient_net(&item);
            set.unread |= net.is_none();
            set.nets.extend(net);
        }
        set.unread |= nets.value().is_some_and(|node| node.as_sequence().is_none());
        set
    }

    fn staged_kubernetes(&mut self, spec: &Slot<'a, '_>) -> StagedKubernetesPolicy {
        let action = spec.node.and_then(|node| node.entry("stagedAction").map(|entry| (node.value_of(entry), entry.key_span)));
        let action = action.map(|(node, key)| Slot { path: spec.path.field("stagedAction"), node: Some(node), at: node.span(), key });
        let staged_action = action.map_or(StagedAction::Set, |slot| self.staged_action(&slot));
        StagedKubernetesPolicy { policy: self.staged_network_policy(spec), staged_action }
    }

    pub(in crate::language) fn staged_action(&mut self, slot: &Slot<'a, '_>) -> StagedAction {
        match self.text(slot) {
            None | Some("Set") => StagedAction::Set,
            Some("Delete") => StagedAction::Delete,
            Some("Learn") => StagedAction::Learn,
            Some("Ignore") => StagedAction::Ignore,
            Some(word) => {
                self.unsupported(slot, codes::STAGED_ACTION, word, &["Set", "Delete", "Learn", "Ignore"]);
                StagedAction::Set
            }
        }
    }

    fn ip_pool(&mut self, spec: &Slot<'a, '_>) -> Option<IpPool> {
        const OTHERS: &[&str] = &[
            "allowedUses",
            "assignmentMode",
            "blockSize",
            "disableBGPExport",
            "ipip",
            "ipipMode",
            "namespaceSelector",
            "nat-outgoing",
            "nodeSelector",
            "vxlanMode",
        ];
        let [cidr, disabled, nat] = self.fields(spec, ["cidr", "disabled", "natOutgoing"], OTHERS)?;
        let (disabled, nat_outgoing) = (self.flag(&disabled).unwrap_or(false), self.flag(&nat).unwrap_or(false));
        let cidr = self.strict_net(&cidr)?;
        Some(IpPool { cidr, disabled, nat_outgoing })
    }

    fn felix(&mut self, spec: &Slot<'a, '_>) -> FelixConfiguration {
        let mut felix = FelixConfiguration::default();
        // A FelixConfiguration has far more fields than matter here, and more with every release.
        let find = |name: &'static str| {
            let node = spec.node?;
            let entry = node.entry(name)?;
            let value = node.value_of(entry);
            Some(Slot { path: spec.path.field(name), node: Some(value), at: value.span(), key: entry.key_span })
        };
        let known = [
            "defaultEndpointToHostAction",
            "failsafeInboundHostPorts",
            "failsafeOutboundHostPorts",
            "bpfExternalServiceMode",
            "bpfEnabled",
        ];
        for entry in spec.entries() {
            // Only a name that is nearly one of those that matter is told from the many others.
            let nearly = nearest(&entry.key, known).filter(|name| **name != *entry.key && entry.key.len().abs_diff(name.len()) <= 2);
            if let Some(name) = nearly.filter(|name| !spec.entries().iter().any(|e| *e.key == **name) && !FELIX_LIKE.contains(&&*entry.key))
            {
                let message = format!("unknown field {}: FelixConfiguration has `{name}`", quoted(&format!("spec.{}", entry.key)));
                let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, Severity::Error, entry.key_span, message);
                let diagnostic = self.rewrite(diagnostic, entry.key_span, Some(name));
                self.report(diagnostic);
            }
        }
        if let Some(slot) = find("defaultEndpointToHostAction") {
            felix.endpoint_to_host = match self.text(&slot) {
                Some(word) if word.eq_ignore_ascii_case("drop") => Some(EndpointToHost::Drop),
                Some(word) if word.eq_ignore_ascii_case("accept") => Some(EndpointToHost::Accept),
                Some(word) if word.eq_ignore_ascii_case("return") => Some(EndpointToHost::Return),
                Some(word) => {
                    self.unsupported(&slot, codes::CALICO_VALUE, word, &["Drop", "Accept", "Return"]);
                    None
                }
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
            felix.nat_excludes_hosts = match self.text(&slot) {
                Some(word) if word.eq_ignore_ascii_case("IPPoolsAndHostIPs") => true,
                Some(word) if !word.eq_ignore_ascii_case("IPPoolsOnly") => {
                    self.unsupported(&slot, codes::CALICO_VALUE, word, &["IPPoolsOnly", "IPPoolsAndHostIPs"]);
                    false
                }
                _ => false,
            };
        }
        if let Some(slot) = find("bpfExternalServiceMode") {
            felix.direct_return = self.text(&slot).is_some_and(|mode| mode.eq_ignore_ascii_case("DSR"));
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
        felix
    }

    fn failsafe_ports(&mut self, slot: &Slot<'a, '_>) -> Vec<FailsafePort> {
        let mut ports = Vec::new();
        for item in self.custom_items(slot) {
            let Some([protocol, port, net]) = self.fields(&item, ["protocol", "port", "net"], &[]) else { continue };
            let name = self.text(&protocol).unwrap_or("tcp");
            let Some(known) = crate::model::Protocol::from_name(name) else {
                self.refuse(protocol.invalid(codes::CALICO_PROTOCOL, quoted(name), "must be TCP, UDP or SCTP"));
                continue;
            };
            let net = if net.is_set() { self.strict_net(&net) } else { None };
            ports.extend(self.port_number(&port).map(|port| FailsafePort { protocol: known, port, net }));
        }
        ports
    }

    fn kube_controllers(&mut self, spec: &Slot<'a, '_>) -> KubeControllersConfiguration {
        let node = spec.node;
        let host = node.and_then(|n| n.get("controllers")).and_then(|n| n.get("node")).and_then(|n| n.get("hostEndpoint"));
        let word = |field: &str| host.and_then(|n| n.get(field)).and_then(|n| n.as_str());
        KubeControllersConfiguration {
            auto_host_endpoints: word("autoCreate") == Some("Enabled"),
            create_default: word("createDefaultHostEndpoint") != Some("Disabled"),
            templates: host.and_then(|n| n.get("templates")).map_or_else(Vec::new, |list| self.host_endpoint_templates(list)),
        }
    }

    /// Templates of automatic host endpoints.
    fn host_endpoint_templates(&mut self, list: NodeRef<'a>) -> Vec<HostEndpointTemplate> {
        let slot = Slot { path: Path::ROOT, node: Some(list), at: list.span(), key: list.span() };
        let mut templates = Vec::new();
        for item in self.custom_items(&slot) {
            let known = ["generateName", "nodeSelector", "interfaceCIDRs", "interfacePattern", "labels"];
            let Some([name, nodes, cidrs, interface, labels]) = self.fields(&item, known, &[]) else { continue };
            let mut template = HostEndpointTemplate {
                name: self.text(&name).unwrap_or_default().into(),
                nodes: self.selector_text(&nodes, Global::Refused, true).map(|written| written.selector),
                cidrs: Vec::new(),
                interface: self.text(&interface).filter(|text| !text.is_empty()).map(Into::into),
                labels: self.labels(&labels),
            };
            for cidr in self.custom_items(&cidrs) {
                template.cidrs.extend(self.lenient_net(&cidr));
            }
            templates.push(template);
        }
        templates
    }
}

/// The name that Calico knows a policy by: for the form that it stores, without the prefix of the tier `default`.
pub(in crate::language) fn true_name(name: &str, tier: &str, stored: bool) -> Box<str> {
    let stripped = name.strip_prefix("default.").filter(|_| stored && tier == "default");
    stripped.unwrap_or(name).into()
}
