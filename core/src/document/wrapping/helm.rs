//! What `helm status`, `helm get all` and `helm install` print: manifests between a head and notes. Upstream: helm/helm, `pkg/cmd/status.go`.

use alloc::vec::Vec;
use core::ops::Range;

use super::lines::{first_line, ranges_of_lines};

/// The manifests of such a text; nothing if it is none.
pub(super) fn manifests(text: &str) -> Option<Vec<Range<usize>>> {
    if !first_line(text)?.starts_with("NAME: ") {
        return None;
    }
    let mut parts = Vec::new();
    let mut begun: Option<usize> = None;
    for line in ranges_of_lines(text, 0..text.len()) {
        let section = text.get(line.clone()).unwrap_or_default().trim_end();
        let is_section = matches!(section, "HOOKS:" | "MANIFEST:" | "NOTES:" | "USER-SUPPLIED VALUES:" | "COMPUTED VALUES:");
        if is_section {
            if let Some(start) = begun.take() {
                parts.push(start..line.start);
            }
            begun = matches!(section, "HOOKS:" | "MANIFEST:").then_some(line.end);
        }
    }
    parts.extend(begun.map(|start| start..text.len()));
    (!parts.is_empty()).then_some(parts)
}
