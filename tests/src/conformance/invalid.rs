//! Inputs that must be refused, or flagged where an API server accepts them.
//!
//! `expected.json` names the class of the reason. A case agrees when the input is flagged *for that reason*: by an error, or by a warning
//! where the API server accepts the input.

use std::path::Path;

use netpolis_core::diagnostics::{Code, Diagnostic, Severity};
use netpolis_core::document::codes as document;
use netpolis_core::language::codes;
use netpolis_core::settings::Settings;
use serde::Deserialize;

use super::{Set, input};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expected {
    valid: bool,
    #[serde(default)]
    class: String,
    #[serde(default)]
    api_server: String,
}

pub(super) fn run(set: &mut Set, name: &str, folder: &Path) -> Result<(), String> {
    let expected: Expected = input::json(&folder.join("expected.json"))?;
    let meta = input::Meta::default();
    let files = input::files(&folder.join("manifests"), &meta)?;
    let scene = input::scene(&files, Settings::np_guard());
    set.add(name, compare(&expected, scene.problems()));
    Ok(())
}

fn compare(expected: &Expected, problems: &[Diagnostic]) -> Result<(), String> {
    let errors: Vec<&Diagnostic> = problems.iter().filter(|d| d.severity == Severity::Error).collect();
    if expected.valid {
        return errors.first().map_or(Ok(()), |error| Err(format!("should be valid, got: {}", error.message)));
    }
    let enough = if expected.api_server.starts_with("reject") { Severity::Error } else { Severity::Warning };
    let flagged: Vec<&Diagnostic> = problems.iter().filter(|d| d.severity <= enough).collect();
    let fits = |d: &Diagnostic| causes(&expected.class).is_none_or(|codes| codes.contains(&d.code));
    match flagged.iter().any(|d| fits(d)) {
        true => Ok(()),
        false => {
            let got: Vec<String> = flagged.iter().map(|d| format!("{} {}", d.code.0, d.message)).collect();
            Err(format!(
                "should be flagged as `{}`, got: {}",
                expected.class,
                if got.is_empty() { "nothing".into() } else { got.join("; ") }
            ))
        }
    }
}

/// The findings that a class of reason stands for; nothing for a class that is not known here, which any finding then satisfies.
fn causes(class: &str) -> Option<&'static [Code]> {
    Some(match class {
        "banp-name-not-default" => &[codes::BASELINE_NAME],
        "duplicate-object" => &[document::DUPLICATE_OBJECT],
        "empty-from" => &[codes::EMPTY_FROM],
        "empty-to" => &[codes::EMPTY_TO],
        "endport-less-than-port" => &[codes::END_PORT_LESS_THAN_PORT],
        "endport-with-named-port" => &[codes::END_PORT_WITH_NAMED_PORT],
        "invalid-cidr" => &[codes::INVALID_CIDR],
        "ipblock-with-selector" => &[codes::IP_BLOCK_WITH_SELECTOR],
        "missing-from" => &[codes::MISSING_FROM],
        "missing-kind" => &[codes::MISSING_KIND],
        "missing-to" => &[codes::MISSING_TO],
        "peer-not-exactly-one-field" => &[codes::PEER_NOT_ONE_FIELD],
        "port-not-exactly-one-field" => &[codes::PORT_NOT_ONE_FIELD],
        "port-range-start-after-end" => &[codes::RANGE_START_NOT_BEFORE_END],
        "same-priority" => &[netpolis_core::answers::lint::EQUAL_PRIORITY],
        "subject-not-exactly-one-field" => &[codes::SUBJECT_NOT_ONE_FIELD],
        "unknown-action" => &[codes::UNKNOWN_ACTION],
        "wrong-type" => &[codes::WRONG_TYPE],
        "yaml-syntax" => &[document::SYNTAX, document::TEMPLATE],
        _ => return None,
    })
}
