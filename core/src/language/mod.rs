//! What a person's documents say: one type a kind, fields as upstream, every deciding part with its span.
//!
//! Defaults are applied while reading, so that "missing", `null`, `[]` and `{}` have become named cases here and need not be told apart
//! later. An object that an API server would refuse is still returned: a policy with [`Resource::refused`] set if it is in doubt what it means, other
//! kinds with what of them is open (see [`Flaws`]).

pub mod azure;
pub mod calico;
pub mod codes;
pub(crate) mod engines;
#[cfg(test)]
pub(crate) mod fence;
pub(in crate::language) mod inventory;
pub mod kubernetes;
pub mod lower;
mod mentions;
pub mod netpolis;
mod object;
pub(crate) mod plugins;
mod read;
mod registry;
pub(crate) mod script;
pub mod unread;

pub use azure::read::ParameterFile;
pub use kubernetes::cluster_policy::{
    ClusterAction, ClusterPeer, ClusterPeerKind, ClusterPolicy, ClusterPolicyKind, ClusterPort, ClusterPortKind, ClusterRule, ClusterTier,
    Subject,
};
pub use kubernetes::network_policy::{NetworkPolicy, Peer, PeerKind, Peers, PolicyTypes, Port, PortKind, Ports, Rule};
pub use kubernetes::workloads::{
    ApiCall, Backend, BackendPort, BalancedPort, ContainerPort, Distribution, EndpointSlice, Hint, Ingress, IngressClass, LoadBalancer,
    Node, Owner, Pod, PodInterfaces, PodTemplate, Program, Readiness, Replicas, Requests, Service, ServicePort, ServiceRouting,
    SliceEndpoint, TargetPort, TrafficPolicy, Variable, Workload, WorkloadKind,
};
pub(crate) use mentions::asks_for_label;
pub use object::Object;
pub use read::{Read, read};
pub use registry::Languages;

/// What might stand in texts that cannot be read.
pub(crate) use read::{add_errors, anything, broken, no_object};

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::model::{Labels, MARK, UnknownLabels, ValueShape};
use crate::snapshot::KubeProxy;
use crate::text::Span;

/// One object of a person's text.
#[derive(Clone, PartialEq, Debug)]
pub struct Resource {
    /// `apiVersion` as written.
    pub api_version: Box<str>,
    /// `kind` as written.
    pub kind_name: Box<str>,
    /// Where `kind` is written; the whole object where it is not.
    pub kind_span: Span,
    /// Name, namespace and labels.
    pub meta: Meta,
    /// The whole object.
    pub span: Span,
    /// Set where an API server would refuse a policy and its meaning is in doubt (an error was reported about it): whatever it might decide cannot be
    /// told. Errors that leave the meaning plain (an unknown field, a malformed name) do not set it, nor do errors of other kinds, of which
    /// [`Flaws::labels`] and [`Flaws::effects`] say what is open.
    pub refused: bool,
    /// The errors for which it is refused, and fields within `spec` that its kind does not have: what lies around them is in doubt.
    pub flaws: Flaws,
    /// What it is.
    pub kind: Kind,
}

impl Resource {
    /// By what the pods of an object are known of which not everything can be read (see [`crate::model::MARK`]).
    pub fn mark(&self) -> Box<str> {
        alloc::format!("{} {}", self.kind_name, self.meta.name).into()
    }

    /// `namespace/name`, or the name alone for kinds without a namespace; objects that name none are in the default one.
    pub fn full_name(&self, default_namespace: &str) -> String {
        if self.kind.is_namespaced() {
            alloc::format!("{}/{}", self.meta.namespace.as_deref().unwrap_or(default_namespace), self.meta.name)
        } else {
            self.meta.name.to_string()
        }
    }

    /// A field that its kind does not have, if it is not refused for anything else, in a sentence.
    pub(crate) fn unread_field(&self, default_namespace: &str) -> Option<Box<str>> {
        let (_, field) = self.flaws.unknown_fields.first().filter(|_| self.flaws.refusals.is_empty())?;
        let name = self.full_name(default_namespace);
        Some(alloc::format!("`{field}` of {} `{name}` is not evaluated: its kind has no such field", self.kind_name).into())
    }

    /// Labels of the pods of an object that cannot be read, and the mark of the object where something else of it cannot.
    pub fn open_labels(&self) -> UnknownLabels {
        let mut labels = self.flaws.labels.clone();
        if !self.flaws.effects.is_empty() {
            labels.keys.push((MARK.into(), ValueShape::Is(self.mark())));
        }
        labels
    }

    /// Whether an API server would refuse the object, whether or not its meaning is plain.
    pub fn is_refused(&self) -> bool {
        !self.flaws.in_doubt && self.refused || !self.flaws.refusals.is_empty() || !self.flaws.slips.is_empty()
    }

    /// Whether it stands for a text of which not even the object is known.
    pub fn is_unreadable(&self) -> bool {
        use unread::Cause;
        matches!(&self.kind, Kind::Unread(unread) if matches!(unread.cause, Cause::Broken | Cause::Template | Cause::Kustomization | Cause::Elsewhere | Cause::Command | Cause::Deleted | Cause::RestOfList))
    }
}

/// Places of an object that put its meaning in doubt.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Flaws {
    /// Whether it is not known if a policy is there: the command that creates it may not run. Then it is [refused](Resource::refused) too.
    pub in_doubt: bool,
    /// Of a policy: the annotation by which it is there for a while only. Then it is in doubt, too.
    pub hook: Option<Span>,
    /// Errors for which an API server refuses the object.
    pub refusals: Vec<Span>,
    /// Of an object that is no policy: errors of form for which it is refused, and that leave its meaning plain (`version: 1` means "1").
    pub slips: Vec<Span>,
    /// Fields within `spec`, and of a policy beside it, that the kind does not have: `kubectl apply` refuses the object, other clients drop them.
    pub unknown_fields: Vec<(Span, Box<str>)>,
    /// Of a policy: that its directions are written twice, so that it may act in either.
    pub both_directions: bool,
    /// Of a policy: that more than one of the fields that say whom it is for is written twice, so that it may be for anybody.
    pub anybody: bool,
    /// Of a policy: where its namespace stands, if what stands there can be the name of none.
    pub namespace: Option<Span>,
    /// Of an object that is no policy: labels (those of the pods that it makes) that cannot be read.
    pub labels: UnknownLabels,
    /// Of a Service, of its endpoints or of an Ingress: that it is not plain where they lead.
    pub unclear: bool,
    /// Of a pod or what makes pods: a field that there is not, and that may be meant for a port on the node, with the number there.
    pub host_port: Option<(Box<str>, Option<u16>)>,
    /// Of an object that is no policy: what else of it might concern connections, and cannot be read.
    pub effects: Vec<unread::Effect>,
}

/// The parts of `metadata` that matter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Meta {
    /// `name`, or a name made from `generateName`.
    pub name: Box<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// Whether the name was made from `generateName`: an API server would append random letters, here it is the object's place in its
    /// document.
    pub generated: bool,
    /// `namespace` as written; nothing where it is left out (then `default`, or no namespace for cluster-scoped kinds).
    pub namespace: Option<Box<str>>,
    /// `labels`.
    pub labels: Labels,
    /// Where the labels stand.
    pub labels_span: Span,
    /// What it hangs on whether the object is there at all: an expression that the input does not decide.
    pub condition: Option<Box<str>>,
    /// Where a resource of Azure's is.
    pub scope: azure::Scope,
}

/// The kinds that Netpolis understands.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// `v1` Namespace.
    Namespace,
    /// `v1` ServiceAccount.
    ServiceAccount,
    /// `v1` Pod.
    Pod(Pod),
    /// Anything that makes pods from a template.
    Workload(Workload),
    /// `v1` Service.
    Service(Service),
    /// `v1` Node.
    Node(Node),
    /// `networking.k8s.io/v1` Ingress.
    Ingress(Ingress),
    /// `networking.k8s.io/v1` IngressClass.
    IngressClass(IngressClass),
    /// `networking.k8s.io/v1` NetworkPolicy.
    NetworkPolicy(NetworkPolicy),
    /// AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy.
    ClusterPolicy(ClusterPolicy),
    /// `discovery.k8s.io/v1` EndpointSlice.
    EndpointSlice(EndpointSlice),
    /// Admission webhooks, aggregated APIs and conversions: calls of the API server to Services.
    ApiCalls(Vec<ApiCall>),
    /// kube-proxy's configuration.
    KubeProxy(KubeProxy),
    /// `v1` Endpoints, subset by subset in the form of slices. The control plane mirrors them for Services without selector.
    Endpoints(Vec<EndpointSlice>),
    /// One of Calico's.
    Calico(Box<calico::Calico>),
    /// One of Azure's network.
    Azure(Box<azure::Azure>),
    /// Netpolis's own Check: what is expected. No verdict depends on it.
    Check(Box<netpolis::Check>),
    /// What is not evaluated, and what it might do.
    Unread(Box<unread::Unread>),
    /// An object of a language that is not built in.
    Other(Box<dyn Object>),
}
