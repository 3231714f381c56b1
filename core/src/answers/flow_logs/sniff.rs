//! What a file is by its beginning: a flow log, or none. Only [`read`](super::read) says what its entries mean.

use super::LogFormat;

/// Which words the beginning of a log has, all of one line; the first that fit.
const SIGNS: [(&[&str], LogFormat); 9] = [
    (&["\"flowTuples\"", "\"targetResourceID\""], LogFormat::AzureVirtualNetwork),
    (&["\"flowTuples\"", "\"records\""], LogFormat::AzureSecurityGroup),
    (&["\"FlowLogFlowEvent\""], LogFormat::AzureVirtualNetwork),
    (&["\"NetworkSecurityGroupFlowEvent\""], LogFormat::AzureSecurityGroup),
    (&["\"source_namespace\"", "\"dest_namespace\"", "\"action\""], LogFormat::Calico),
    (&["\"sourceNamespace\"", "\"destNamespace\""], LogFormat::Calico),
    (&["\"verdict\"", "\"node_name\"", "\"time\""], LogFormat::Hubble),
    (&["\"verdict\"", "\"nodeName\"", "\"time\""], LogFormat::Hubble),
    (&["\"verdict\"", "\"IP\"", "\"ipVersion\""], LogFormat::Hubble),
];
/// How columns are named that say where flows start and go.
const FROM: [&str; 3] = ["from", "source", "src"];
const TO: [&str; 4] = ["to", "destination", "dest", "dst"];
/// What stands behind these for a part of an end.
const PARTS: [&str; 8] = ["", "namespace", "pod", "name", "workload", "ip", "address", "addr"];

/// The format of a log, told by its first thousands of characters; nothing for a text of another kind.
pub fn format_of(head: &str) -> Option<LogFormat> {
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let first = head.lines().next().unwrap_or_default();
    if first.starts_with(['{', '[']) || ["data:", "event:"].iter().any(|field| first.starts_with(field)) {
        let found = SIGNS.iter().find(|(words, _)| words.iter().all(|word| head.contains(word)));
        // Manifests as JSON may hold anything.
        return found.map(|(_, format)| *format).filter(|_| !head.contains("\"apiVersion\""));
    }
    let is_one = |cell: &str, names: &[&str]| {
        let cell = cell.trim().trim_matches('"');
        names.iter().any(|name| {
            let rest = cell.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).and_then(|_| cell.get(name.len()..));
            rest.is_some_and(|rest| PARTS.iter().any(|part| rest.trim_matches(['_', ' ', '.', '-']).eq_ignore_ascii_case(part)))
        })
    };
    let has = |names: &[&str]| first.split([',', ';', '\t']).any(|cell| is_one(cell, names));
    (has(&FROM) && has(&TO)).then_some(LogFormat::Csv)
}
