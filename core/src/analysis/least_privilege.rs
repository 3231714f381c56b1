//! Least privilege: everything of the input that is no policy, under policies that were written for it.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Analysis;
use crate::answers::fix::TextEdit;
use crate::answers::least_privilege::{
    Evaluated, FlowError, Form, LeastPrivilege, Question, Replaced, Scene, Wanted, least_privilege, names_dns, removal,
};
use crate::compile::{Compiled, compile};
use crate::connectivity::Connectivity;
use crate::diagnostics::Severity;
use crate::document::Limits;
use crate::language::calico::Calico;
use crate::language::unread::{Cause, Enforcer};
use crate::language::{Kind, Resource};
use crate::load::{Loaded, Loader};
use crate::policy::Direction;
use crate::settings::{Assumed, Engine, Settings};
use crate::snapshot::{PodId, Role, Snapshot};
use crate::text::{DocumentId, Place, Span};

/// What every cluster has, where the input does not: its DNS. Upstream: `kubernetes/kubernetes`, `cluster/addons/dns/coredns`.
const DNS: (&str, &str) = (
    "assumed-dns.yaml",
    "apiVersion: apps/v1
kind: Deployment
metadata: {name: coredns, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: kube-dns}}
  template:
    metadata: {labels: {k8s-app: kube-dns}}
    spec:
      containers: [{name: coredns, image: coredns/coredns, ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}]}]
",
);

impl Analysis {
    /// The smallest readable set of policies that allows exactly the wanted flows, with the proof. The policies of the input about the same pods are taken as removed.
    ///
    /// # Errors
    /// Every wanted flow with an end that means nothing, or several things.
    pub fn least_privilege(&self, question: &Question<'_>) -> Result<LeastPrivilege, Vec<FlowError>> {
        let asks_for_dns = question.dns || matches!(question.wanted, Wanted::Flows(lines) if lines.iter().any(names_dns));
        let has_dns = self.snapshot.pods().any(|(_, pod)| pod.role == Role::Pod && self.snapshot.serves_dns(pod));
        let assumes_dns = asks_for_dns && !has_dns;
        let settings = self.settings_for(question.form);
        if !assumes_dns && settings.is_none() {
            return least_privilege(self, self, question);
        }
        let mut other = self.copy();
        if assumes_dns {
            let (name, text) = DNS;
            other.add_file(name, text);
        }
        let enforced = settings.map(|settings| other.with_settings(settings));
        let mut answer = least_privilege(enforced.as_ref().unwrap_or(&other), &other, question)?;
        if assumes_dns {
            answer.notes.push(
                "the cluster's DNS is not in the input: assumed in `kube-system` with the label `k8s-app: kube-dns`, as clusters have it"
                    .into(),
            );
        }
        Ok(answer)
    }

    /// The changes of the files that take out the policies that an answer replaces; nothing where one of them stands in a text that only a person should edit.
    pub fn without_replaced(&self, replaced: &[Replaced]) -> Option<Vec<TextEdit>> {
        let places: Vec<Place> = replaced.iter().map(|policy| policy.place).collect();
        let edits = removal(&self.loaded.sources, &places)?;
        let mut texts: Vec<(&str, String)> = Vec::new();
        for (id, source) in self.loaded.sources.iter() {
            let mut text = source.text.to_string();
            for edit in edits.iter().filter(|edit| edit.source == id).rev() {
                text.replace_range(edit.start as usize..edit.end as usize, "");
            }
            texts.push((&source.name, text));
        }
        // What is left is read as before, and nothing else is gone.
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let left = Loader::new(Limits::default()).with_languages(self.languages).load(&texts);
        let errors = |loaded: &Loaded| loaded.diagnostics.iter().filter(|problem| problem.severity == Severity::Error).count();
        let is_right = left.resources().count() + replaced.len() == self.loaded.resources().count();
        (is_right && errors(&left) <= errors(&self.loaded)).then_some(edits)
    }

    /// Other settings under which policies of a form are enforced: those of Calico bring it along, unless the input shows another engine.
    fn settings_for(&self, form: Form) -> Option<Settings> {
        let engine = match form {
            Form::Kubernetes => return None,
            Form::Calico => self.settings.resolve(true, self.engine.engine).engine,
        };
        (engine == Engine::Calico && self.assumed.engine != Engine::Calico).then(|| Settings { engine, ..self.settings.clone() })
    }
}

/// Whether it is a policy about pods, read or not: new ones take its place. What proxies of a mesh enforce stays, as do security groups.
fn is_policy_of_pods(resource: &Resource) -> bool {
    match &resource.kind {
        Kind::NetworkPolicy(_) | Kind::ClusterPolicy(_) => true,
        Kind::Calico(calico) => matches!(**calico, Calico::Policy(_) | Calico::StagedKubernetes(_)),
        Kind::Other(object) => object.is_policy(),
        Kind::Unread(unread) => {
            let is_object = matches!(unread.cause, Cause::Kind | Cause::NoSuchKind | Cause::Refused);
            is_object && unread.enforcer != Enforcer::Beside && resource.kind_name.contains("Policy")
        }
        _ => false,
    }
}

impl Scene for Analysis {
    fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    fn compiled(&self) -> &Arc<Compiled> {
        &self.compiled
    }

    fn connectivity(&self) -> &Connectivity {
        self.connectivity()
    }

    fn assumed(&self) -> &Assumed {
        &self.assumed
    }

    fn policies_on(&self, pods: &BTreeSet<PodId>) -> Vec<Replaced> {
        let applied = pods.iter().flat_map(|pod| Direction::BOTH.map(|direction| self.compiled.policies_on(*pod, direction))).flatten();
        let applied: BTreeSet<Place> = applied.filter_map(|id| self.compiled.policy(id)).map(|policy| policy.place).collect();
        let applies = |id: DocumentId, span: Span| {
            let first = Span::new(span.start, span.start).within(id);
            let from_there = applied.range(first..).take_while(|place| place.document == id && place.span.start <= span.end);
            from_there.into_iter().any(|place| place.span.end <= span.end)
        };
        let title =
            |resource: &Resource| alloc::format!("{} `{}`", resource.kind_name, resource.full_name(&self.settings.default_namespace));
        let replaced = self.loaded.resources().filter(|(id, resource)| is_policy_of_pods(resource) && applies(*id, resource.span));
        replaced.map(|(id, resource)| Replaced { title: title(resource), place: resource.span.within(id) }).collect()
    }

    fn with_policies(&self, text: &str, without: &[Replaced]) -> Evaluated {
        let mut loader = Loader::new(Limits::default()).with_languages(self.languages);
        let added = loader.load(&[("policies.yaml", text)]);
        let without: BTreeSet<Place> = without.iter().map(|policy| policy.place).collect();
        let kept =
            self.loaded.resources().filter(|(id, resource)| !is_policy_of_pods(resource) || !without.contains(&resource.span.within(*id)));
        let kept = kept.map(|(id, resource)| (id, &**resource));
        // Behind the documents of the input.
        let first = self.loaded.documents.iter().map(|document| document.id.0 + 1).max().unwrap_or_default();
        let new = added.resources().map(|(id, resource)| (DocumentId(first.saturating_add(id.0)), &**resource));
        let ruleset = self.languages.lower(kept.chain(new), &self.snapshot.cloud, &self.assumed);
        let compiled = Arc::new(compile(&self.snapshot, ruleset, &self.assumed));
        let connectivity = Connectivity::new(&compiled, &self.snapshot);
        let errors = added.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.message.clone()).collect();
        Evaluated { compiled, connectivity, errors }
    }
}
