//! The inputs of other projects' cases, converted: NetworkPolicies to Calico's and back, admin policies to ClusterNetworkPolicies. A case agrees if every
//! policy that an API server takes is converted, and no flow differs from those of the input.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::convert::Target;
use netpolis_core::language::calico::Calico;
use netpolis_core::language::{ClusterPolicyKind, Kind, Resource};
use netpolis_core::settings::{Engine, Settings};

use super::{Sets, input};

/// What the names of these sets begin with.
pub(super) const PREFIX: &str = "conversion: ";

/// Which policies an input has that an API server takes, and that it defines once.
struct Policies {
    kubernetes: usize,
    calico: usize,
    admin: usize,
}

impl Policies {
    fn of(scene: &Analysis) -> Policies {
        let all = || scene.loaded().documents.iter().flat_map(|document| &document.parsed.resources);
        let is_once = |one: &Resource| {
            let is_same = |other: &&std::sync::Arc<Resource>| {
                (&other.kind_name, &other.meta.namespace, &other.meta.name) == (&one.kind_name, &one.meta.namespace, &one.meta.name)
            };
            all().filter(is_same).count() == 1
        };
        let count = |is_one: &dyn Fn(&Kind) -> bool| {
            all().filter(|resource| !resource.is_refused() && is_one(&resource.kind) && is_once(resource)).count()
        };
        Policies {
            kubernetes: count(&|kind| matches!(kind, Kind::NetworkPolicy(_))),
            calico: count(&|kind| matches!(kind, Kind::Calico(calico) if matches!(**calico, Calico::Policy(_)))),
            admin: count(&|kind| matches!(kind, Kind::ClusterPolicy(policy) if policy.kind != ClusterPolicyKind::Cluster)),
        }
    }
}

/// Adds what comes of an input, as far as there is something to convert.
pub(super) fn add(sets: &mut Sets, set: &str, case: &str, files: &[(String, String)], settings: &Settings) {
    let policies = Policies::of(&input::scene(files, settings.clone()));
    let mut add = |kind: &str, result| sets.entry(format!("{PREFIX}{set}{kind}")).or_default().add(case, result);
    if policies.kubernetes > 0 && policies.calico == 0 {
        add("", there_and_back(files, settings, policies.kubernetes));
    }
    if policies.admin > 0 {
        add(", admin policies", to_cluster_wide(files, settings, policies.admin));
    }
}

/// The files with converted policies.
fn converted(files: &[(String, String)], settings: &Settings, target: Target, due: usize) -> Result<Vec<(String, String)>, String> {
    let scene = input::scene(files, settings.clone());
    let conversion = scene.convert(target);
    let done = conversion.policies.iter().filter(|policy| policy.is_converted()).count();
    if done != due || !conversion.proof.is_same() {
        let kept = conversion.policies.iter().filter(|policy| !policy.is_converted());
        let why: Vec<String> = kept
            .flat_map(|policy| {
                policy.remarks.iter().map(move |remark| format!("{} {}: {}: {}", policy.kind, policy.name, remark.field, remark.text))
            })
            .collect();
        return Err(format!("to {}: {done} of {due} converted: {}", target.as_str(), why.join("; ")));
    }
    let text = |(id, source): (_, &netpolis_core::text::Source)| {
        (source.name.clone(), conversion.files.get(&id).cloned().unwrap_or_else(|| source.text.to_string()))
    };
    Ok(scene.sources().iter().map(text).collect())
}

/// That no flow differs under an engine that enforces both; asked of the comparison itself, whatever the conversion says of it.
fn same(old: &[(String, String)], new: &[(String, String)], settings: &Settings) -> Result<(), String> {
    let (old, new) = (input::scene(old, settings.clone()), input::scene(new, settings.clone()));
    let between = netpolis::diff::between(&old, &new);
    let first = between.differences.first();
    first.map_or(Ok(()), |d| Err(format!("{} to {} differs: {} and {}", d.from.title, d.to.title, d.before.always, d.after.always)))
}

fn there_and_back(files: &[(String, String)], settings: &Settings, due: usize) -> Result<(), String> {
    let settings = Settings { engine: Engine::Calico, ..settings.clone() };
    let calico = converted(files, &settings, Target::Calico, due)?;
    let there = Policies::of(&input::scene(&calico, settings.clone()));
    if (there.kubernetes, there.calico) != (0, due) {
        return Err(format!("{due} policies became {}, and {} were left", there.calico, there.kubernetes));
    }
    same(files, &calico, &settings)?;
    let back = converted(&calico, &settings, Target::Kubernetes, due)?;
    let here = Policies::of(&input::scene(&back, settings.clone()));
    if (here.kubernetes, here.calico) != (due, 0) {
        return Err(format!("{due} policies came back as {}, and {} were left", here.kubernetes, here.calico));
    }
    same(files, &back, &settings)
}

fn to_cluster_wide(files: &[(String, String)], settings: &Settings, due: usize) -> Result<(), String> {
    let settings = Settings { engine: Engine::Generic, ..settings.clone() };
    let new = converted(files, &settings, Target::ClusterNetworkPolicy, due)?;
    same(files, &new, &settings)
}
