//! Files with values for the parameters of templates. Upstream: Azure documentation, "Create Resource Manager parameter file".

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::value::field;
use crate::document::{NodeRef, Tree};

/// A file with values for the parameters of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterFile {
    /// Its name.
    name: String,
    /// What it says.
    tree: Tree,
}

impl ParameterFile {
    /// The parameter file that a document is, if it is one.
    pub fn new(name: &str, tree: Tree) -> Option<Self> {
        tree.root().is_some_and(is_parameter_file).then(|| ParameterFile { name: String::from(name), tree })
    }

    fn parameters(&self) -> Option<NodeRef<'_>> {
        self.tree.root().and_then(|root| field(root, "parameters"))
    }

    /// Whether its name says that it is for a template: `main.parameters.json`, `main.prod.parameters.json` or `main.parameters.prod.json` for
    /// `main.json`.
    fn is_for(&self, template: &str) -> bool {
        let base = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        let template = base(template);
        let stem = template.rsplit_once('.').map_or(template.as_str(), |(stem, _)| stem);
        base(&self.name).strip_prefix(stem).is_some_and(|rest| rest.starts_with('.') && rest.contains("param"))
    }
}

/// Values for parameters by their names. Where several files give one, it is one of these.
pub(super) type Given<'a> = Vec<(Box<str>, Vec<NodeRef<'a>>)>;

/// The values that parameter files give for a template: those of the files that are named after it, else those of all that fit it.
pub(super) fn given<'a>(files: &'a [ParameterFile], file: &str, template: NodeRef<'a>) -> Given<'a> {
    let declared = field(template, "parameters");
    let fits = |file: &&ParameterFile| {
        let names = file.parameters().and_then(NodeRef::as_mapping).unwrap_or_default();
        declared.is_some_and(|all| names.iter().all(|entry| field(all, &entry.key).is_some()))
    };
    let named: Vec<&ParameterFile> = files.iter().filter(|parameters| parameters.is_for(file)).collect();
    let chosen = if named.is_empty() { files.iter().filter(fits).collect() } else { named };
    let mut given: Given<'a> = Vec::new();
    for parameters in chosen.into_iter().filter_map(ParameterFile::parameters) {
        for entry in parameters.as_mapping().unwrap_or_default() {
            let value = parameters.value_of(entry);
            match given.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(&entry.key)) {
                Some((_, values)) => values.push(value),
                None => given.push((entry.key.to_string().into(), alloc::vec![value])),
            }
        }
    }
    given
}

/// Whether a document is a parameter file.
pub(super) fn is_parameter_file(node: NodeRef<'_>) -> bool {
    let schema = field(node, "$schema").and_then(NodeRef::as_str).unwrap_or_default();
    schema.contains("deploymentParameters")
        || (field(node, "contentVersion").is_some() && field(node, "parameters").is_some() && field(node, "resources").is_none())
}
