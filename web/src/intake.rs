//! What is left out of a cluster's text before anything keeps it: Secrets and ConfigMaps, `managedFields`, what was last applied, and `status` that is not read.
//!
//! The text is cut, not written anew: comments, order and line breaks of what stays are as they were. YAML in blocks is cut by lines, which is how `kubectl`
//! writes it; JSON, and objects in braces, by their brackets. It is done with the text alone, as the page reads no YAML itself and nothing may wait for the
//! engine: what is not in the page's state cannot be stored or shared.

use crate::vec_map::VecMap;
use crate::words::t_with;
mod braces;
mod lines;

/// Kinds that are left out whole: they hold secrets and settings of programs, and have no part in who may talk to whom.
const WHOLE: [&str; 2] = ["Secret", "ConfigMap"];
/// Kinds of which `status` says where something is.
const STATUS_READ: [&str; 5] = ["Pod", "Node", "Service", "Ingress", "Gateway"];
/// Annotations that hold an object a second time.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many objects of each kind.
    objects: VecMap<&'static str, usize>,
    /// How many parts of others, by their names.
    parts: VecMap<&'static str, usize>,
}

impl LeftOut {
    fn object(&mut self, kind: &'static str) {
        *self.objects.or_insert_with(kind, Default::default) += 1;
    }

    fn part(&mut self, name: &'static str) {
        *self.parts.or_insert_with(name, Default::default) += 1;
    }

    /// The same with what was left out of another text.
    pub fn and(mut self, other: LeftOut) -> Self {
        other.objects.into_iter().for_each(|(kind, count)| *self.objects.or_insert_with(kind, Default::default) += count);
        other.parts.into_iter().for_each(|(name, count)| *self.parts.or_insert_with(name, Default::default) += count);
        self
    }

    /// In words: `3 Secrets, 2 ConfigMaps, managedFields of 40`; nothing where nothing was left out.
    pub fn words(&self) -> Option<String> {
        let plural = |count: &usize| if *count == 1 { "" } else { "s" };
        let objects = self.objects.iter().rev().map(|(kind, count)| format!("{count} {kind}{}", plural(count)));
        let parts = self.parts.iter().map(|(name, count)| t_with("{0} of {1}", &[name, &count.to_string()]));
        let all: Vec<String> = objects.chain(parts).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// What was done, with what was left out of it, if anything was.
    pub fn after(&self, done: &str) -> String {
        self.words().map_or_else(|| done.to_owned(), |words| t_with("{0}. Left out: {1}", &[done, &words]))
    }
}

/// How much is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// All that is not read: of a text that comes from outside.
    Cluster,
    /// Secrets alone: of a text that a person wrote, where it is stored or shared.
    Secrets,
}

/// The text without what is left out of it; nothing if it stays as it is.
pub fn without(text: &str, measure: Measure) -> Option<(String, LeftOut)> {
    // Most texts have nothing of it.
    let cluster = ["ConfigMap", "managedFields", "status", APPLIED];
    let has_others = measure == Measure::Cluster && cluster.iter().any(|word| text.contains(word));
    if !(has_others || text.contains("Secret")) {
        return None;
    }
    let mut left_out = LeftOut::default();
    let mut result = String::with_capacity(text.len());
    let mut document: Vec<&str> = Vec::new();
    let mut finish = |document: &mut Vec<&str>, result: &mut String| {
        let text = document.iter().copied().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
        if text.trim_start().starts_with(['{', '[']) {
            braces::cut(&document.concat(), measure, &mut left_out, result);
        } else {
            lines::cut(document, measure, &mut left_out, result);
        }
        document.clear();
    };
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") {
            finish(&mut document, &mut result);
            // Beside the mark may stand a document.
            let (mark, rest) = line.split_at(3);
            if rest.trim_start().starts_with(['{', '[']) {
                result.push_str(mark);
                document.push(rest);
            } else {
                result.push_str(line);
            }
        } else {
            document.push(line);
        }
    }
    finish(&mut document, &mut result);
    (left_out != LeftOut::default()).then_some((result, left_out))
}

fn is_whole(kind: &str, measure: Measure) -> Option<&'static str> {
    let kinds = if measure == Measure::Cluster { &WHOLE[..] } else { &WHOLE[..1] };
    // Items of a `SecretList` name no kind.
    kinds.iter().copied().find(|whole| *whole == kind || kind.strip_suffix("List") == Some(*whole))
}

#[cfg(test)]
mod tests;
