//! XML as JUnit's task for Ant writes it, which is what programs for test reports read. It has no words for "cannot tell": that is an `error`.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::checks::{CheckResult, Outcome};

use super::details;
use netpolis_core::facts::Date;

pub(super) fn render(analysis: &Analysis, results: &[CheckResult]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let mut suites: Vec<(&str, Vec<&CheckResult>)> = Vec::new();
    for result in results {
        match suites.iter_mut().find(|(name, _)| *name == result.suite) {
            Some((_, members)) => members.push(result),
            None => suites.push((&result.suite, vec![result])),
        }
    }
    for (id, (name, members)) in suites.iter().enumerate() {
        let count = |wanted: &[Outcome]| members.iter().filter(|result| wanted.contains(&result.outcome)).count();
        let (failures, errors) = (count(&[Outcome::Failed]), count(&[Outcome::CannotTell, Outcome::Broken]));
        text.push_str(&format!(
            "  <testsuite id=\"{id}\" name=\"{}\" package=\"netpolis\" hostname=\"localhost\" timestamp=\"{}\" tests=\"{}\" \
             failures=\"{failures}\" errors=\"{errors}\" time=\"0\">\n    <properties/>\n",
            escaped(name),
            timestamp(),
            members.len(),
        ));
        members.iter().for_each(|result| text.push_str(&case(analysis, name, result)));
        text.push_str("    <system-out/>\n    <system-err/>\n  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn case(analysis: &Analysis, suite: &str, result: &CheckResult) -> String {
    let head = format!("    <testcase name=\"{}\" classname=\"{}\" time=\"0\"", escaped(&result.name), escaped(suite));
    let element = match result.outcome {
        Outcome::Passed => return format!("{head}/>\n"),
        Outcome::Failed => "failure",
        Outcome::CannotTell | Outcome::Broken => "error",
    };
    let message = if result.reason.is_empty() { format!("found {}", result.found) } else { result.reason.clone() };
    let lines = details(analysis, result).join("\n");
    let kind = result.outcome.as_str();
    format!(
        "{head}>\n      <{element} type=\"{kind}\" message=\"{}\">{}</{element}>\n    </testcase>\n",
        escaped(&message),
        escaped(&lines)
    )
}

/// The time of the machine's clock, as XML Schema's `dateTime` without a zone.
fn timestamp() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let day = Date::from_days(u32::try_from(since / 86_400).unwrap_or(0));
    let second = since % 86_400;
    format!("{}T{:02}:{:02}:{:02}", day.written(), second / 3600, second / 60 % 60, second % 60)
}

/// A text as XML takes it: characters that it does not know are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
