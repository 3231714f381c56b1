//! Files with values for the parameters of templates. Upstream: Azure documentation, "Create Resource Manager parameter file".

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::shell::{self, Command, Word};
use super::template::quoted;
use super::value::field;
use crate::document::{self, Limits, NodeRef, Tree};

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

    /// What the deployments of a script give the parameters of their templates: `az deployment group create --template-file main.json --parameters a=b`.
    /// Upstream: azure-cli reference, `az deployment group create`, `--parameters`.
    pub fn of_script(text: &str, limits: &Limits) -> Vec<Self> {
        if !text.contains("--parameters") && !text.contains(" -p ") {
            return Vec::new();
        }
        let (commands, _) = shell::commands(text, core::slice::from_ref(&(0..text.len())), &[]);
        let deploys = |command: &&Command| {
            let mut words = command.words.iter().map(|word| word.text.as_str());
            words.next() == Some("az")
                && matches!((words.next(), words.next()), (Some("deployment"), _) | (Some("group"), Some("deployment")))
        };
        commands.iter().filter(deploys).filter_map(|command| of_command(command, limits)).collect()
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

/// The words after an option, up to the next one.
fn after<'c>(command: &'c Command, names: &[&str]) -> Vec<&'c Word> {
    let is_option = |word: &Word| word.text.len() > 1 && word.text.starts_with('-');
    let mut found = Vec::new();
    let mut within = false;
    for word in &command.words {
        if is_option(word) {
            within = names.contains(&word.text.as_str());
            found.extend(word.value.as_deref().filter(|_| within));
        } else if within {
            found.push(word);
        }
    }
    found
}

fn of_command(command: &Command, limits: &Limits) -> Option<ParameterFile> {
    let template = after(command, &["--template-file", "-f"]).first().map(|word| word.text.as_str())?;
    let base = template.rsplit(['/', '\\']).next().unwrap_or(template);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let mut values: Vec<(String, String)> = Vec::new();
    for word in after(command, &["--parameters", "-p"]) {
        let Some((name, value)) = word.text.split_once('=').filter(|(name, _)| !name.is_empty() && !name.starts_with(['@', '{', '$']))
        else {
            continue;
        };
        // The later value of a parameter counts.
        values.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        // One that is not known is as unknown as a secret.
        let is_unknown = word.unknown && value.contains(['$', '<']);
        values.push((name.to_string(), if is_unknown { String::from("{}") } else { alloc::format!("{{\"value\": {}}}", json(value)) }));
    }
    let list: Vec<String> = values.iter().map(|(name, value)| alloc::format!("{}: {value}", quoted(name))).collect();
    let text = alloc::format!("{{\"contentVersion\": \"1.0.0.0\", \"parameters\": {{{}}}}}", list.join(", "));
    let name = alloc::format!("{stem}.parameters.json");
    (!list.is_empty()).then(|| ParameterFile { name, tree: document::parse(&text, limits).tree })
}

/// A value of a command line as JSON: as it is, if it is JSON, else a text.
fn json(value: &str) -> String {
    let trimmed = value.trim();
    let is_json = trimmed.starts_with(['[', '{']) || matches!(trimmed, "true" | "false" | "null") || trimmed.parse::<i64>().is_ok();
    if is_json { trimmed.to_string() } else { quoted(value) }
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
