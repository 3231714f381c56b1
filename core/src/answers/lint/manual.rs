//! The manual of all codes: docs/lints.md, and what `netpolis lint --explain` prints.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{LINTS, Lint};
use crate::diagnostics::{CodeInfo, Severity};
use crate::document;
use crate::language;

const BEGINNING: &str = "\
# What Netpolis warns of

<!-- Made by `./dev docs` from core/src/answers/lint/rules/ and the tables of codes; a test compares it. -->

Errors (`DOC…`, `K8S…`, `CAL…`, `AZ…`) are what cannot be read, or what an API server, Calico's or Azure would refuse, in their words where they
are known. The lints below are about policies that are valid and probably do not do what they were written for. `netpolis lint --explain CODE`
prints what is said here of one code.

";

/// All codes that are not lints.
fn tables() -> impl Iterator<Item = &'static CodeInfo> {
    document::codes::ALL.iter().chain(language::codes::ALL)
}

/// Whether a lint is one by its code; three others have Azure's codes.
fn has_code_of_lints(lint: &Lint) -> bool {
    lint.code.0.starts_with("LINT")
}

/// docs/lints.md.
pub fn manual() -> String {
    let mut out = String::from(BEGINNING);
    let mut lints: Vec<&Lint> = LINTS.iter().filter(|lint| has_code_of_lints(lint)).collect();
    lints.sort_by_key(|lint| lint.code.0);
    out.push_str("| code | severity | it says | what to do |\n|---|---|---|---|\n");
    for Lint { code, severities, title, advice, .. } in &lints {
        out.push_str(&format!("| [{code}](#{}) | {} | {title} | {advice} |\n", code.0.to_lowercase(), words(severities)));
    }
    out.push_str(
        "\nLints have files of their own in `core/src/answers/lint/rules/`. Whether a rule of a security group is ever reached is answered exactly, for the\n\
         networks of the input.\n\n\
         ## Azure: what is missing, assumed, or about to end\n\n\
         Beside what Azure would refuse, these say what an answer does not know:\n\n",
    );
    let mut rows: Vec<(&str, &[Severity], String)> =
        tables().filter(|info| !info.severities.is_empty()).map(|info| (info.code.0, info.severities, info.sentence())).collect();
    let azure = || LINTS.iter().filter(|lint| !has_code_of_lints(lint));
    rows.extend(azure().map(|lint| (lint.code.0, lint.severities, String::from(lint.title))));
    rows.sort_unstable();
    out.push_str("| code | severity | it says |\n|---|---|---|\n");
    for (code, severities, says) in rows {
        out.push_str(&format!("| {code} | {} | {says} |\n", words(severities)));
    }
    out.push_str("\n## What cannot be read, or would be refused\n\n| code | it says |\n|---|---|\n");
    for info in tables().filter(|info| info.severities.is_empty()) {
        out.push_str(&format!("| {} | {} |\n", info.code, info.sentence()));
    }
    out.push_str("\n## Each lint\n");
    lints.extend(azure());
    for lint in lints {
        out.push_str(&format!("\n### {}\n\n", lint.code));
        out.push_str(&section(lint));
    }
    out
}

/// What there is to say about a code, in Markdown; nothing if there is no such code.
pub fn explanation(code: &str) -> Option<String> {
    let code = code.to_uppercase();
    let heading = |severities: &[Severity], title: &str| match severities {
        [] => format!("{code}: {title}\n"),
        some => format!("{code} ({}): {title}\n", words(some)),
    };
    let of_lint = LINTS.iter().find(|lint| lint.code.0 == code);
    let of_lint = of_lint.map(|lint| format!("{}\n{}\nWhat to do: {}\n", heading(lint.severities, lint.title), section(lint), lint.advice));
    of_lint.or_else(|| tables().find(|info| info.code.0 == code).map(|info| heading(info.severities, &info.sentence())))
}

/// Why a lint is one, with an example of what it finds, and of the same as it should be.
fn section(lint: &Lint) -> String {
    let Lint { explanation, bad, good, .. } = lint;
    format!("{explanation}\n\nFound at the line that ends with `# here`:\n\n```yaml\n{bad}```\n\nAs it should be:\n\n```yaml\n{good}```\n")
}

fn words(severities: &[Severity]) -> String {
    severities.iter().map(|severity| severity.as_str()).collect::<Vec<_>>().join(", ")
}
