//! Languages in which people write Azure's networks and which are not read here: what to paste instead, and that they may change what is read.

use super::AzureReader;
use super::value::Scalar;
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{Azure, Reach};
use crate::language::read::fields::Reader;
use crate::language::{Resource, codes};
use crate::text::Span;

/// Words with which a line of Terraform begins, each followed by a name in quotation marks or a brace.
const TERRAFORM: [&str; 8] = ["resource", "data", "module", "provider", "variable", "output", "terraform", "locals"];

/// For a text in Terraform's or Bicep's language, the error that says what to paste.
pub(in crate::language) fn foreign(text: &str) -> Option<Diagnostic> {
    let mut at = 0;
    let mut in_comment = false;
    let first = text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if in_comment || trimmed.starts_with("/*") {
            in_comment = !trimmed.ends_with("*/");
            return None;
        }
        let is_silent = trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("//");
        (!is_silent).then(|| (start + line.len() - line.trim_start().len(), trimmed))
    })?;
    let (start, line) = first;
    let (language, help) = if is_terraform(line) {
        (
            "Terraform",
            "paste the result of `terraform show -json` for a plan or a state, or of `az network nsg show -o json` for what was deployed",
        )
    } else if is_bicep(line) {
        (
            "Bicep",
            "paste the template that `az bicep build --stdout --file FILE` makes of it, or the result of `az network nsg show -o json`",
        )
    } else {
        return None;
    };
    let message = alloc::format!("this is {language}, which is not read here");
    let span = Span::new(start as u32, (start + line.len()) as u32);
    Some(Diagnostic::new(codes::AZ_LANGUAGE, Severity::Error, span, message).help(help))
}

/// Words by which texts speak of security groups, their rules, and what they are attached to: of Terraform, Bicep, Ansible, operators in a cluster, tables,
/// PowerShell and broken JSON.
const TELLING: [&str; 9] = [
    "azurerm_network_security",
    "azurerm_subnet_network_security",
    "azurerm_network_interface_security",
    "azure_rm_securitygroup",
    "networkSecurityGroup",
    "NetworkSecurityGroup",
    "ecurityRules",
    "DestinationPortRange",
    "destinationPortRange",
];

/// What a text that is not read may change: security groups, if it speaks of them.
pub(in crate::language) fn lost(text: &str, at: Span) -> Option<Resource> {
    TELLING.iter().find(|word| text.contains(**word))?;
    let mut reader = Reader::new(text);
    let mut found = alloc::vec::Vec::new();
    let azure = &mut AzureReader::new(&mut reader, &mut found);
    let name = Scalar { text: alloc::format!("text at {}", at.start), unknown: true, span: at };
    let why = "a text that cannot be read may change security groups".into();
    azure.emit("Unread", &name, at, Azure::MayChange { why, reach: Reach::Anywhere });
    found.pop()
}

fn is_terraform(line: &str) -> bool {
    let Some(rest) = TERRAFORM.iter().find_map(|word| line.strip_prefix(word)) else { return false };
    let rest = rest.trim_start();
    (rest.starts_with('"') || rest.starts_with('{')) && line.trim_end().ends_with(['{', '}'])
}

fn is_bicep(line: &str) -> bool {
    let word = |word: &str| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
    line.starts_with("using '")
        || line.starts_with("@description(")
        || line.starts_with("targetScope =")
        || (word("resource") || word("module")) && line.contains('\'') && line.contains('=')
        || word("param") && !line.contains(':') && line.split_whitespace().count() >= 3
        || word("var") && line.contains('=') && !line.contains(':')
}
