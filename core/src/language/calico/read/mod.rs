//! Reads Calico's resources. Validation: `libcalico-go/lib/validator/v3` and the schemas of the custom resources.
//!
//! An object that does not validate is refused: the API server does not take it, and Felix treats one that is stored all the same as missing.

mod configuration;
mod endpoints;
mod policy;
mod pool;
mod release;
mod rule;
mod selector;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity};
use crate::document::{Entry, Limits, NodeRef, Value, parse};
use crate::language::calico::{Calico, CalicoPolicyKind, DefaultAction, NetworkSet, Order, StagedAction, StagedKubernetesPolicy, Tier};
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::read::kinds::{KnownKind, ReadKind, Role, group};
use crate::language::read::meta::NameRule;
use crate::language::read::unread::Family;
use crate::language::unread::Enforcer;
use crate::language::{Kind, Meta, codes};
use crate::model::{names, well_known};
use crate::text::Span;

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
    ClusterInformation,
}

/// How a kind of Calico's is read.
macro_rules! read_calico {
    ($kind:expr) => {
        ReadKind::Spec(|reader, body| {
            let stored = group(body.api_version) == STORAGE_GROUP;
            let name = if stored { reader.stored_metadata(&body.metadata) } else { None };
            Kind::Calico(Box::new(reader.calico(&body.spec, $kind, Context { meta: &body.meta, stored, name: name.as_deref() })))
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

/// The operator's Installation.
const INSTALLATION: ReadKind =
    ReadKind::Spec(|reader, body| Kind::Calico(Box::new(Calico::Release(reader.installation(&body.spec, &body.status)))));

/// All of Calico's kinds.
pub(in crate::language) const KINDS: &[KnownKind] = &[
    named(
        NameRule::CalicoNamespacedPolicy,
        namespaced("NetworkPolicy", POLICY, read_calico!(CalicoKind::Policy(CalicoPolicyKind::Network))),
    ),
    named(
        NameRule::CalicoPolicy,
        cluster("GlobalNetworkPolicy", GLOBAL_POLICY, read_calico!(CalicoKind::Policy(CalicoPolicyKind::Global))),
    ),
    named(
        NameRule::CalicoNamespacedPolicy,
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
    cluster("ClusterInformation", Role::Other, read_calico!(CalicoKind::ClusterInformation)),
    KnownKind::cluster("Installation", Role::Other, release::OPERATOR, INSTALLATION),
];

/// So many entries of one list that repeat others are reported.
const DUPLICATES_SHOWN: usize = 20;

/// Where a field belongs that network sets of the open source do not have.
const SET_HINTS: &[(&str, &str)] = &[("allowedEgressDomains", "domain names are for Calico Enterprise and Calico Cloud")];

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
    /// The name that it had before it was stored, if that is told.
    pub(in crate::language) name: Option<&'m str>,
}

/// The annotation in which Calico keeps names and labels of what it stores, and nowhere else. Upstream: `ConvertK8sResourceToCalicoResource`.
const STORED_METADATA: &str = "projectcalico.org/metadata";

impl<'a> Reader<'a> {
    /// What the annotation of a stored object says: its labels become the object's, and its name comes back.
    pub(in crate::language) fn stored_metadata(&mut self, metadata: &Slot<'a, '_>) -> Option<Box<str>> {
        let annotation = metadata.node?.get("annotations")?.get(STORED_METADATA)?;
        let text = annotation.as_str()?;
        let parsed = parse(text, &Limits::default());
        let Some(root) = parsed.tree.root().filter(|root| root.as_mapping().is_some() && parsed.diagnostics.is_empty()) else {
            let message = format!("`{STORED_METADATA}` is no JSON: the labels that Calico keeps there cannot be read");
            self.report(Diagnostic::new(codes::WRONG_TYPE, Severity::Error, annotation.span(), message));
            self.flaws.labels.others = true;
            return None;
        };
        if let Some(labels) = root.get("labels") {
            for entry in labels.as_mapping().unwrap_or_default() {
                if let Some(value) = labels.value_of(entry).as_str() {
                    self.stored_labels.set(&entry.key, value);
                }
            }
        }
        root.get("name").and_then(NodeRef::as_str).filter(|name| !name.is_empty()).map(Into::into)
    }

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
            CalicoKind::IpPool => Calico::IpPool(self.ip_pool(spec)),
            CalicoKind::Felix => Calico::Felix(self.felix(spec, context)),
            CalicoKind::ClusterInformation => Calico::Release(self.cluster_information(spec)),
            CalicoKind::KubeControllers => Calico::KubeControllers(self.kube_controllers(spec, context)),
        }
    }

    /// `order`: any finite number.
    fn order(&mut self, slot: &Slot<'a, '_>) -> Order {
        Order(match slot.value().map(|node| node.value()) {
            None => None,
            Some(Value::Int(number)) => Some(*number as f64),
            Some(Value::Float(number)) if number.is_finite() => Some(*number),
            Some(value) => {
                self.expected(slot, "a number");
                // A number in quotation marks is that number; else it may come before all others.
                let number = if let Value::String(text) = value { text.trim().parse().ok() } else { None };
                Some(number.filter(|number: &f64| number.is_finite()).unwrap_or(f64::NEG_INFINITY))
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
        if meta.labels.get(well_known::CALICO_NAMESPACE).is_some() {
            let message = "metadata.labels: Invalid value: projectcalico.org/namespace: not a valid label name";
            self.refuse(Diagnostic::new(codes::RESERVED_LABEL, Severity::Error, meta.labels_span, message));
        }
        let Some([nets]) = self.fields_with_hints(spec, ["nets"], &[], SET_HINTS) else { return set };
        let items = self.distinct_items(&nets);
        // An empty item may stand for any network, and so may what another field was meant to say.
        let is_read = nets.value().is_none_or(|node| node.as_sequence().is_some_and(|written| written.count() == items.len()));
        set.unread = !is_read || !self.flaws.unknown_fields.is_empty();
        for item in items {
            let net = self.lenient_net(&item);
            set.unread |= net.is_none();
            set.nets.extend(net);
        }
        set
    }

    fn staged_kubernetes(&mut self, spec: &Slot<'a, '_>) -> StagedKubernetesPolicy {
        let action = spec.node.and_then(|node| node.entry("stagedAction").map(|entry| (node.value_of(entry), entry.key_span)));
        let action = action.map(|(node, key)| Slot { path: spec.path.field("stagedAction"), node: Some(node), at: node.span(), key });
        let staged_action = action.as_ref().map_or(StagedAction::Set, |slot| self.staged_action(slot));
        if let (Some(action), StagedAction::Delete) = (&action, staged_action) {
            let message = "spec fields should all be zero-value if stagedAction is Delete";
            self.check_deletes(spec, action, &["stagedAction"], message);
        }
        StagedKubernetesPolicy { policy: self.staged_network_policy(spec), staged_action }
    }

    /// `stagedAction: Delete` beside a field that says something, other than those in `free`.
    fn check_deletes(&mut self, spec: &Slot<'a, '_>, action: &Slot<'a, '_>, free: &[&str], message: &str) {
        let says = |entry: &&'a Entry| spec.node.is_some_and(|node| !is_zero(node.value_of(entry)));
        if let Some(other) = spec.entries().iter().filter(|entry| !free.contains(&&*entry.key)).find(says) {
            let message = format!("{message}, and `{}` is not", other.key);
            self.refuse(action.error(codes::STAGED_ACTION, message).related(other.key_span, "this field"));
        }
    }

    /// The items of a list that upstream declares a set: one that repeats an earlier one is reported, and changes nothing.
    fn distinct_items<'p>(&mut self, slot: &'p Slot<'a, '_>) -> Vec<Slot<'a, 'p>> {
        let items = self.custom_items(slot);
        let mut earlier: BTreeMap<&str, Span> = BTreeMap::new();
        let mut repeated = 0;
        for item in &items {
            let Some(text) = item.value().and_then(NodeRef::as_str) else { continue };
            match earlier.get(text) {
                Some(first) if repeated < DUPLICATES_SHOWN => {
                    repeated += 1;
                    self.report(item.duplicate(quoted(text)).related(*first, "the first"));
                }
                Some(_) => {}
                None => {
                    earlier.insert(text, item.at);
                }
            }
        }
        items
    }

    /// Reports a word that is no name of an object. What it stands for is plain all the same.
    fn check_object_name(&mut self, slot: &Slot<'a, '_>, name: &str) {
        if let Err(why) = names::dns_subdomain(name) {
            self.slip(slot.invalid(codes::INVALID_NAME, quoted(name), why));
        }
    }

    /// `stagedAction`.
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
}

/// The name that Calico knows a policy by: for the form that it stores, without the prefix of the tier `default`.
pub(in crate::language) fn true_name(name: &str, tier: &str, stored: bool) -> Box<str> {
    let stripped = name.strip_prefix("default.").filter(|_| stored && tier == "default");
    stripped.unwrap_or(name).into()
}

/// Whether a value is what Go has in a field that is left out. Of an empty list this is not so.
fn is_zero(node: NodeRef<'_>) -> bool {
    match node.value() {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        _ => false,
    }
}
