//! A label value that nothing has, and the one that was probably meant.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::LintInput;
use crate::compile::expressions::{ACCOUNT_LABEL, NAMESPACE_LABEL, NAMESPACE_PREFIX, ORCHESTRATOR_LABEL};
use crate::diagnostics::{Diagnostic, Fix, edits};
use crate::explain::entity::namespace_label;
use crate::language::{Resource, Workload};
use crate::model::{LabelSelector, Labels, Operator, Requirement, Selector};
use crate::text::{DocumentId, Place, Span};

/// Longer values are not compared letter by letter: nobody mistypes those.
const LONGEST: usize = 64;

/// Says which requirement of a selector none of these labels meets, and offers the nearest value that is there.
pub(super) fn explain<'a>(
    problem: Diagnostic,
    input: &LintInput<'_>,
    document: DocumentId,
    selector: &LabelSelector,
    candidates: impl Iterator<Item = &'a Labels> + Clone,
) -> Diagnostic {
    let unmet = selector.requirements.iter().find(|r| !candidates.clone().any(|labels| r.matches(labels)));
    let Some(requirement) = unmet else {
        return problem.help("each of its conditions matches something, but nothing matches all of them");
    };
    let Operator::In(wanted) = &requirement.operator else { return problem.help(format!("nothing matches `{requirement}`")) };
    let mut values: Vec<&str> = candidates.clone().filter_map(|labels| labels.get(&requirement.key)).collect();
    values.sort_unstable();
    values.dedup();
    if values.is_empty() {
        return match owner_with(input, requirement) {
            Some(owner) => not_of_its_pods(problem, owner),
            None => problem.help(elsewhere(input, requirement, candidates)),
        };
    }
    let nearest = wanted
        .iter()
        .flat_map(|w| values.iter().map(move |v| (distance(w, v), &**w, *v)))
        .filter(|(distance, written, _)| *distance <= 1 + written.len() / 4)
        .min();
    let Some((_, written, meant)) = nearest else {
        let few: Vec<String> = values.iter().take(5).map(|v| format!("`{v}`")).collect();
        return problem.help(format!("the values of `{}` there are {}", requirement.key, few.join(", ")));
    };
    let mut problem = problem.help(format!("did you mean `{}: {meant}`?", requirement.key));
    problem.fix = value_place(input, document, requirement, written)
        .map(|place| Fix { title: format!("write `{meant}`"), edits: alloc::vec![(place, meant.into())] });
    problem
}

/// The same of a selector of namespaces: it may ask for what pods have.
pub(super) fn explain_namespaces(problem: Diagnostic, input: &LintInput<'_>, document: DocumentId, selector: &LabelSelector) -> Diagnostic {
    let labels = || input.snapshot.namespaces.iter().map(|namespace| &namespace.labels);
    let is_of_pods = |requirement: &Requirement| {
        matches!(requirement.operator, Operator::In(_))
            && labels().all(|labels| labels.get(&requirement.key).is_none())
            && input.snapshot.pods().any(|(_, pod)| requirement.matches(&pod.labels))
    };
    match selector.requirements.iter().any(is_of_pods) {
        true => problem.help("pods have this label, and namespaces do not: it belongs into a `podSelector`"),
        false => explain(problem, input, document, selector, labels()),
    }
}

/// Where a label is that none of some labels has: under a key in other letters, or at what the other selector of a peer is for.
fn elsewhere<'a>(input: &LintInput<'_>, requirement: &Requirement, mut candidates: impl Iterator<Item = &'a Labels>) -> String {
    let is_alike = |(key, _): &(&str, &str)| key.eq_ignore_ascii_case(&requirement.key);
    if let Some(key) = candidates.find_map(|labels| labels.iter().find(is_alike).map(|(key, _)| String::from(key))) {
        return format!("did you mean `{key}`? labels in other letters are others");
    }
    if input.snapshot.namespaces.iter().any(|namespace| requirement.matches(&namespace.labels)) {
        return String::from("namespaces have this label, and pods do not: it belongs into a `namespaceSelector`");
    }
    format!("nothing there has the label `{}`", requirement.key)
}

/// Says of a selector of Calico's that matches nothing which workload it matches, and not its pods; where there is none, what `otherwise` says.
pub(super) fn explain_calico(
    problem: Diagnostic,
    input: &LintInput<'_>,
    selector: &Selector,
    otherwise: impl FnOnce(Diagnostic) -> Diagnostic,
) -> Diagnostic {
    let owner = owner(input, |resource, workload, labels| {
        let namespace = resource.meta.namespace.as_deref().unwrap_or(&input.assumed.default_namespace);
        let of_namespace = |key: &str| {
            let found = input.snapshot.namespaces.iter().find(|n| n.name == namespace)?;
            namespace_label(key, &found.name, &found.labels)
        };
        selector.matches(&|key| match key {
            NAMESPACE_LABEL => Some(namespace),
            ORCHESTRATOR_LABEL => Some("k8s"),
            ACCOUNT_LABEL => Some(&workload.template.service_account),
            key => key.strip_prefix(NAMESPACE_PREFIX).map_or_else(|| labels.get(key), of_namespace),
        })
    });
    match owner {
        Some(owner) => not_of_its_pods(problem, owner),
        None => otherwise(problem),
    }
}

fn not_of_its_pods(problem: Diagnostic, (owner, place): (String, Place)) -> Diagnostic {
    let of_job = if owner.starts_with("CronJob") { ".jobTemplate.spec" } else { "" };
    problem
        .help(format!(
            "{owner} has this label, but its pods do not: they get the labels of the pod template (`spec{of_job}.template.metadata.labels`)"
        ))
        .related_place(place, "this object has the label itself")
}

/// A workload that meets a requirement by labels of its own, which are not those of its pods.
fn owner_with(input: &LintInput<'_>, requirement: &Requirement) -> Option<(String, Place)> {
    owner(input, |_, _, labels| labels.get(&requirement.key).is_some() && requirement.matches(labels))
}

/// A workload of which labels of its own are such ones, and those of its pods are not.
fn owner(input: &LintInput<'_>, is_such: impl Fn(&Resource, &Workload, &Labels) -> bool) -> Option<(String, Place)> {
    input.loaded.resources().find_map(|(document, resource)| {
        let workload = resource.kind.workload()?;
        let has = |labels: &Labels| !labels.is_empty() && is_such(resource, workload, labels);
        let owner = (has(&resource.meta.labels) || has(&workload.outer_labels)) && !is_such(resource, workload, &workload.template.labels);
        owner.then(|| (format!("{} `{}`", resource.kind_name, resource.meta.name), resource.span.within(document)))
    })
}

/// Where a value of a requirement is written.
fn value_place(input: &LintInput<'_>, document: DocumentId, requirement: &Requirement, value: &str) -> Option<Place> {
    let text = input.loaded.sources.slice(requirement.span.within(document));
    let at = text.rfind(value)? as u32;
    let start = requirement.span.start + at;
    Some(Span::new(start, start + value.len() as u32).within(document))
}

/// How many letters to add, remove or change; values differ by capitals too.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > LONGEST || b.len() > LONGEST { usize::MAX } else { edits(a, b, |x, y| x == y) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn distance_counts_letters() {
        for (a, b, expected) in
            [("", "", 0), ("databse", "database", 1), ("web", "web", 0), ("cart", "card", 1), ("abc", "", 3), ("flaw", "lawn", 2)]
        {
            assert_eq!(super::distance(a, b), expected, "{a} {b}");
        }
    }
}
