//! **How is the same said in another policy language?** Each policy in the words of another kind, or why it cannot be said there.
//!
//! Nothing is approximated: a policy is converted whole, or stays as it is with the fields that the target does not have. Whether the converted
//! text means the same is not decided here: [`Analysis::convert`](crate::Analysis::convert) reads it again and compares all flows.
//!
//! ```text
//! objects ── to_calico, to_kubernetes, to_cluster_network_policy ──> drafts ── text ──> the files with the policies replaced
//! ```

mod labels;
mod names;
mod source;
pub(crate) mod stand_ins;
pub(crate) mod text;
mod to_calico;
mod to_cluster_network_policy;
mod to_kubernetes;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use self::names::Names;
use self::source::Source;
use self::text::Object;
use crate::language::{Kind, Resource};
use crate::load::Loaded;
use crate::text::{DocumentId, Place, Span};

/// What is converted into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// Kubernetes's NetworkPolicies become Calico's (`projectcalico.org/v3`).
    Calico,
    /// Calico's policies become Kubernetes's NetworkPolicies (`networking.k8s.io/v1`).
    Kubernetes,
    /// AdminNetworkPolicies and BaselineAdminNetworkPolicies become ClusterNetworkPolicies (`policy.networking.k8s.io/v1alpha2`).
    ClusterNetworkPolicy,
}

impl Target {
    /// All of them.
    pub const ALL: [Target; 3] = [Target::Calico, Target::Kubernetes, Target::ClusterNetworkPolicy];

    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Target::Calico => "calico",
            Target::Kubernetes => "kubernetes",
            Target::ClusterNetworkPolicy => "cluster-network-policy",
        }
    }

    /// The kinds that are converted into it.
    pub const fn kinds(self) -> &'static str {
        match self {
            Target::Calico => "NetworkPolicy of networking.k8s.io",
            Target::Kubernetes => "NetworkPolicy or GlobalNetworkPolicy of projectcalico.org",
            Target::ClusterNetworkPolicy => "AdminNetworkPolicy or BaselineAdminNetworkPolicy",
        }
    }

    /// Whether a policy is of these kinds.
    fn takes(self, kind: &Kind) -> bool {
        use crate::language::ClusterPolicyKind;
        use crate::language::calico::Calico;
        match (self, kind) {
            (Target::Calico, Kind::NetworkPolicy(_)) => true,
            (Target::Kubernetes, Kind::Calico(calico)) => matches!(&**calico, Calico::Policy(_) | Calico::StagedKubernetes(_)),
            (Target::ClusterNetworkPolicy, Kind::ClusterPolicy(policy)) => policy.kind != ClusterPolicyKind::Cluster,
            _ => false,
        }
    }
}

/// Something that is said of the conversion of a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Remark {
    /// Where it is written.
    pub place: Place,
    /// The field, from the object's root (`spec.ingress[0].source.serviceAccounts`); empty for the whole object.
    pub field: String,
    /// A sentence without its full stop, with code in backticks.
    pub text: String,
    /// Whether the policy stays as it is because of it. Others change no flow.
    pub is_obstacle: bool,
}

/// An object that a policy became.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ConvertedObject {
    /// Its kind.
    pub kind: &'static str,
    /// Its namespace as it is written; nothing where it is left out, and for kinds without one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its text as a YAML document of its own, with a line feed at the end.
    pub text: String,
}

/// A policy of the input, and what it became.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PolicyConversion {
    /// Its kind as it is written.
    pub kind: String,
    /// Its namespace as it is written.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What it became; empty where it stays as it is.
    pub objects: Vec<ConvertedObject>,
    /// What cannot be said in the target, and what else is worth knowing.
    pub remarks: Vec<Remark>,
}

impl PolicyConversion {
    /// Whether it was converted.
    pub fn is_converted(&self) -> bool {
        !self.objects.is_empty()
    }
}

/// A policy on its way.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Which document it stands in.
    pub(crate) document: DocumentId,
    /// The object as it was read.
    pub(crate) span: Span,
    kind: String,
    namespace: Option<String>,
    name: String,
    /// What it becomes; empty where it stays.
    pub(crate) objects: Vec<Object>,
    remarks: Vec<Remark>,
}

impl Draft {
    /// Where it stands.
    pub(crate) fn place(&self) -> Place {
        self.span.within(self.document)
    }

    /// Leaves it as it is, with the reason.
    pub(crate) fn keep(&mut self, text: String) {
        self.objects.clear();
        let remark = Remark { place: self.place(), field: String::new(), text, is_obstacle: true };
        self.remarks.retain(|known| known.is_obstacle);
        self.remarks.push(remark);
    }

    /// For people.
    pub(crate) fn finish(self) -> PolicyConversion {
        let place = self.place();
        let finish = |object: &Object| ConvertedObject {
            kind: object.kind,
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            text: object.document(),
        };
        PolicyConversion {
            objects: self.objects.iter().map(finish).collect(),
            kind: self.kind,
            namespace: self.namespace,
            name: self.name,
            place,
            remarks: self.remarks,
        }
    }
}

/// What comes of one policy: objects, or obstacles among the remarks.
#[derive(Default)]
struct Outcome {
    objects: Vec<Object>,
    remarks: Vec<Said>,
}

/// A remark, within its document.
struct Said {
    span: Span,
    field: String,
    text: String,
    is_obstacle: bool,
}

impl Outcome {
    fn obstacle(&mut self, span: Span, field: impl Into<String>, text: impl Into<String>) {
        self.remarks.push(Said { span, field: field.into(), text: text.into(), is_obstacle: true });
    }

    fn note(&mut self, span: Span, field: impl Into<String>, text: impl Into<String>) {
        self.remarks.push(Said { span, field: field.into(), text: text.into(), is_obstacle: false });
    }
}

/// Every policy of the input that the target is made of, in the order of the text. `default_namespace` is that of objects that name none.
pub(crate) fn drafts(loaded: &Loaded, target: Target, default_namespace: &str) -> Vec<Draft> {
    let mut names = Names::new(loaded, target, default_namespace);
    let all = loaded.documents.iter().flat_map(|document| document.parsed.resources.iter().map(|resource| (document.id, &**resource)));
    let policies: Vec<(DocumentId, &Resource)> = all.filter(|(_, resource)| target.takes(&resource.kind)).collect();
    let is_same = |a: &Resource, b: &Resource| {
        let namespace = |r: &Resource| r.meta.namespace.clone().unwrap_or_else(|| Box::from(default_namespace));
        a.kind_name == b.kind_name && a.meta.name == b.meta.name && namespace(a) == namespace(b)
    };
    let convert = |&(document, resource): &(DocumentId, &Resource)| {
        let is_repeated = policies.iter().filter(|(_, other)| is_same(other, resource)).count() > 1;
        let outcome = one(loaded, document, resource, target, is_repeated, &mut names);
        let is_kept = outcome.remarks.iter().any(|said| said.is_obstacle);
        let remark =
            |said: Said| Remark { place: said.span.within(document), field: said.field, text: said.text, is_obstacle: said.is_obstacle };
        // What would be lost is of no interest where nothing is.
        let remarks = outcome.remarks.into_iter().filter(|said| said.is_obstacle || !is_kept).map(remark).collect();
        Draft {
            document,
            span: resource.span,
            kind: resource.kind_name.to_string(),
            namespace: resource.meta.namespace.as_deref().map(ToString::to_string),
            name: resource.meta.name.to_string(),
            objects: if is_kept { Vec::new() } else { outcome.objects },
            remarks,
        }
    };
    policies.iter().map(convert).collect()
}

fn one(loaded: &Loaded, document: DocumentId, resource: &Resource, target: Target, is_repeated: bool, names: &mut Names) -> Outcome {
    let mut outcome = Outcome::default();
    if resource.refused || !resource.flaws.refusals.is_empty() {
        let at = resource.flaws.refusals.first().copied().unwrap_or(resource.span);
        outcome.obstacle(at, "", "an API server refuses this policy, so it is in doubt what it means: mend it first");
    }
    for (span, field) in &resource.flaws.unknown_fields {
        let text = alloc::format!("`{field}` is no field of this kind, so it is in doubt what was meant: correct or delete it first");
        outcome.obstacle(*span, "", text);
    }
    if is_repeated {
        outcome.obstacle(resource.span, "", "the input defines this policy more than once: leave one of them");
    }
    if !outcome.remarks.is_empty() {
        return outcome;
    }
    let source = match Source::at(&loaded.sources, resource.span.within(document), resource) {
        Ok(source) => source,
        Err(why) => {
            outcome.obstacle(resource.span, "", why);
            return outcome;
        }
    };
    match target {
        Target::Calico => to_calico::convert(&source, names, &mut outcome),
        Target::Kubernetes => to_kubernetes::convert(&source, names, &mut outcome),
        Target::ClusterNetworkPolicy => to_cluster_network_policy::convert(&source, names, &mut outcome),
    }
    outcome
}
