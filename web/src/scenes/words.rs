//! What a scene is called, and what is in it, in a few words.

use crate::words::{key, t, t_count, t_with};
use netpolis_view::{EndKind, EndView, SceneView};

/// Names of files that begin so say nothing.
const PLAIN: [&str; 2] = ["policies", "untitled"];
/// Most letters of a name that is made.
const LONGEST: usize = 48;

/// A name by what is in a scene: its namespaces, or its first file.
pub fn auto_name(scene: &SceneView, files: &[&str]) -> String {
    let mut seen = vec![false; scene.namespaces.len()];
    let first_of = |end: &EndView| {
        let index = end.namespace.filter(|_| end.kind == EndKind::Workload)? as usize;
        let again = std::mem::replace(seen.get_mut(index)?, true);
        scene.namespaces.get(index).filter(|_| !again).map(|namespace| namespace.name.as_str())
    };
    let namespaces: Vec<&str> = scene.ends.iter().filter_map(first_of).collect();
    let file = files.iter().find(|file| !PLAIN.iter().any(|plain| file.starts_with(plain)));
    let name = match (namespaces.as_slice(), file) {
        (["default"], Some(file)) | ([], Some(file)) => (*file).to_owned(),
        ([], None) if scene.cloud.is_some() => t("Azure network").into(),
        ([], None) => t("Untitled").into(),
        ([one], _) => (*one).to_owned(),
        ([one, two], _) => format!("{one}, {two}"),
        ([one, two, rest @ ..], _) => t_with("{0}, {1} and {2} more", &[one, two, &rest.len().to_string()]),
    };
    if name.chars().count() <= LONGEST { name } else { name.chars().take(LONGEST - 1).chain(['…']).collect() }
}

/// What is in a scene.
pub fn about(scene: &SceneView, files: usize) -> String {
    let count = |number: usize, one: &'static str, many: &'static str| (number > 0).then(|| t_count(number, one, many));
    let of = |kind: EndKind| scene.ends.iter().filter(|end| end.kind == kind).count();
    let parts = [
        count(of(EndKind::Workload), key("{0} workload"), key("{0} workloads")),
        count(of(EndKind::Machine), key("{0} machine"), key("{0} machines")),
        count(scene.policies.len(), key("{0} policy"), key("{0} policies")),
        (files > 1).then(|| files_in_words(files)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { t("no objects yet").into() } else { parts.join(", ") }
}

/// The name of a copy.
pub fn copy_name(name: &str) -> String {
    let numbered =
        |rest: &str| rest.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (copy ")).map(|(stem, n)| (stem.to_owned(), n.to_owned()));
    if let Some(stem) = name.strip_suffix(" (copy)") {
        return format!("{stem} (copy 2)");
    }
    match numbered(name) {
        Some((stem, number)) if number.parse::<u32>().is_ok() => {
            format!("{stem} (copy {})", number.parse::<u32>().unwrap_or(2).saturating_add(1))
        }
        _ => format!("{name} (copy)"),
    }
}

/// How many files there are.
pub fn files_in_words(files: usize) -> String {
    t_count(files, "1 file", "{0} files")
}

/// A name that every file system takes.
pub fn file_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.') { c } else { '-' }).collect();
    format!("{}.netpolis", plain.trim_matches(['.', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_taken_by_every_file_system() {
        assert_eq!(file_name("shop: a/b (copy 2)"), "shop- a-b -copy 2-.netpolis");
        assert_eq!(file_name(" .größe. "), "größe.netpolis");
    }
}
