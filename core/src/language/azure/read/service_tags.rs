//! Service tags as people write them, and what a misspelt one was meant to be.
//!
//! Upstream: Azure documentation, "Virtual network service tags": a tag may be followed by a region, written without blanks (`Storage.WestEurope`).

use alloc::format;
use alloc::string::{String, ToString};

use crate::diagnostics::{Diagnostic, Severity, distance, nearest};
use crate::language::codes;
use crate::snapshot::cloud::{regions, tags};
use crate::text::Span;

/// Whether a text has the form of a service tag.
pub(super) fn is_tag(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// The tag that a text was meant to be, where it is none itself.
pub(crate) fn meant_tag(text: &str) -> Option<String> {
    let (base, region) = text.split_once('.').map_or((text, None), |(base, region)| (base, Some(region)));
    let squeeze = |text: &str| text.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect::<String>();
    let plain = squeeze(base);
    if plain.len() < 4 {
        return None;
    }
    let known = tags::names().find(|tag| tag.eq_ignore_ascii_case(&plain));
    let found = known.or_else(|| nearest(&plain, tags::names()).filter(|tag| distance(tag, &plain) <= 2))?;
    let meant = match region {
        // A region has no blanks in a tag: `WestEurope`.
        Some(region) => {
            let region = squeeze(region);
            let near =
                nearest(&region, regions::names()).filter(|name| distance(name, &region) <= 2 && !name.eq_ignore_ascii_case(&region));
            format!("{found}.{}", near.unwrap_or(&region))
        }
        None => found.to_string(),
    };
    (!meant.eq_ignore_ascii_case(text)).then_some(meant)
}

/// The error about a text that is no address, prefix or service tag. `label` names the rule, where that is not plain from the place.
pub(super) fn no_address(text: &str, span: Span, label: &str) -> Diagnostic {
    Diagnostic::new(codes::AZ_PREFIX, Severity::Error, span, format!("{label}`{text}` is not an address, prefix or service tag"))
}
