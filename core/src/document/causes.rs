//! Why something is wrong, where the place itself shows it: a placeholder that was not filled in, a space that is missing, a backslash in quotes.
//!
//! Upstream: GNU gettext manual, "Invoking the envsubst program"; YAML 1.2.2, 5.7 (escaped characters), 7.3.3 (plain scalars: a colon ends a key only if a
//! space follows) and 8.2.1 (a dash begins an item only if a space follows).

use alloc::format;
use alloc::string::{String, ToString};

use super::codes;
use crate::diagnostics::{Diagnostic, Severity};
use crate::text::{DocumentId, Span};

/// So much of a place is looked at.
const LONGEST: usize = 400;

/// Says of an error about a text what its cause is, if the place shows it.
pub fn explain_cause(text: &str, diagnostic: &mut Diagnostic) {
    let Some(place) = diagnostic.place.filter(|place| place.document == DocumentId::CURRENT) else { return };
    if diagnostic.severity != Severity::Error || diagnostic.code == codes::TEMPLATE {
        return;
    }
    let is_syntax = codes::NOT_YAML.contains(&diagnostic.code);
    let (start, end) = (place.span.start as usize, (place.span.end as usize).min(text.len()));
    let Some(slice) = text.get(start..end).map(|s| s.get(..s.floor_char_boundary(LONGEST)).unwrap_or_default()) else { return };
    let (offset, shown) = if is_syntax { line_of(text, start) } else { (start, slice) };
    // A placeholder is to blame for what is wrong with the syntax only where that is.
    let touches = |at: usize, found: &str| offset + at <= start && start <= offset + at + found.len();
    let found = if is_syntax { placeholders(shown).find(|(at, found)| touches(*at, found)) } else { placeholders(shown).next() };
    if let Some((at, found)) = found {
        let help = format!("fill in `{found}` first: write the value in its place, or run the tool that fills it in (`envsubst`, …)");
        if is_syntax {
            let span = Span::new((offset + at) as u32, (offset + at + found.len()) as u32);
            *diagnostic =
                Diagnostic::new(codes::PLACEHOLDER, Severity::Error, span, format!("`{found}` is a placeholder: this is not YAML yet"));
        }
        diagnostic.help = Some(help);
        diagnostic.fix = None;
        return;
    }
    if is_syntax {
        if shown.trim() == "---" && shown.starts_with([' ', '\t']) {
            let at = offset + shown.len() - shown.trim_start().len();
            let span = Span::new(at as u32, at as u32 + 3);
            let message = "`---` separates documents only at the start of a line";
            *diagnostic =
                Diagnostic::new(codes::SEPARATOR, Severity::Error, span, message).help("remove the spaces before the three dashes");
        }
        if diagnostic.code == codes::COLON && diagnostic.message.ends_with("has no colon after it") {
            without_colon(slice, diagnostic);
        }
        if diagnostic.code == codes::SYNTAX && slice.starts_with('"') && slice.contains('\\') {
            diagnostic.code = codes::CHARACTER;
            diagnostic.message = "there is a `\\` in these quotes that begins no escape".to_string();
            diagnostic.help = Some("write `\\\\` for a backslash, or use single quotes, in which it is only itself".to_string());
        }
        return;
    }
    let Some((cause, spaced)) = missing_space(slice) else { return };
    let first = slice.split_whitespace().next().unwrap_or_default();
    diagnostic.help = Some(format!("{cause}: write `{spaced}`"));
    *diagnostic = diagnostic.clone().fix(format!("write `{spaced}`"), Span::new(start as u32, (start + first.len()) as u32), spaced);
}

/// What a line is that was taken for a key: an item without a space after its dash, a key with another mark than a colon, or what stands for something
/// that was left out.
fn without_colon(line: &str, diagnostic: &mut Diagnostic) {
    let line = line.split('\n').next().unwrap_or_default().trim();
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    if let Some(item) =
        line.strip_prefix('-').filter(|item| item.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '{' | '[')))
    {
        diagnostic.message = format!("a space is missing after the dash in `{line}`");
        diagnostic.help = Some(format!("write `- {item}`"));
    } else if ["...", "…", "[...]", "[…]", "<...>", "<snip>", "[snip]", "(...)"].contains(&line) {
        diagnostic.message = format!("`{line}` stands for something that was left out");
        diagnostic.help = Some("paste the whole object".to_string());
    } else if let Some((mark, (key, value))) = ["=>", "=", ";"].iter().find_map(|mark| Some((*mark, line.split_once(mark)?)))
        && is_key(key.trim())
        && !value.trim().is_empty()
    {
        let (key, value) = (key.trim(), value.trim());
        diagnostic.message = format!("a key ends with a colon, not with `{mark}`");
        diagnostic.help = Some(format!("write `{key}: {value}`"));
    }
}

/// The line at an offset, and where it begins.
fn line_of(text: &str, at: usize) -> (usize, &str) {
    let head = text.get(text.ceil_char_boundary(at.saturating_sub(LONGEST))..at).unwrap_or_default();
    let start = at - head.rsplit('\n').next().unwrap_or_default().len();
    let line = text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
    (start, line.get(..line.floor_char_boundary(2 * LONGEST)).unwrap_or_default())
}

/// `${NAME}`, `$NAME`, `%NAME%`, `@NAME@` and `<name>` in a text, and where they stand.
fn placeholders(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    core::iter::from_fn(move || {
        let (at, found) = placeholder(text.get(from..)?)?;
        let start = from + at;
        from = start + found.len();
        Some((start, found))
    })
}

fn placeholder(text: &str) -> Option<(usize, &str)> {
    let name_length = |rest: &str, more: &[char]| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || more.contains(&c))).unwrap_or(rest.len());
        if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { end } else { 0 }
    };
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let length = match c {
            '$' => match (after.strip_prefix('{'), after.strip_prefix('(')) {
                // Substitutions may have a default: `${NAME:-value}`.
                (Some(inner), _) if name_length(inner, &[]) > 0 => inner.find('}').map(|end| end + 3),
                // Variables of Azure Pipelines.
                (_, Some(inner)) => {
                    let length = name_length(inner, &['.', '-']);
                    (length > 0 && inner.get(length..).is_some_and(|rest| rest.starts_with(')'))).then_some(length + 3)
                }
                (Some(_), _) => None,
                (None, None) => Some(name_length(after, &[])).filter(|n| *n > 0).map(|n| n + 1),
            },
            '%' | '@' => {
                let length = name_length(after, &['-']);
                (length > 1 && after.get(length..).is_some_and(|rest| rest.starts_with(c))).then_some(length + 2)
            }
            // Tokens of tools that put values in: `__NAME__`, `#{NAME}#`.
            '_' if at == 0 || text.get(..at).is_some_and(|head| head.ends_with([' ', '"', '\''])) => {
                let name = after.strip_prefix('_').and_then(|name| name.split_once("__")).map(|(name, _)| name);
                let good =
                    |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
                name.filter(good).map(|name| name.len() + 4)
            }
            '#' => after.strip_prefix('{').and_then(|name| name.find("}#")).map(|end| end + 4),
            '<' => {
                let length = name_length(after, &['-', ' ', '.']);
                (length > 1 && after.get(length..).is_some_and(|rest| rest.starts_with('>'))).then_some(length + 2)
            }
            _ => None,
        };
        if let Some(found) = length.and_then(|length| rest.get(..length)) {
            return Some((at, found));
        }
    }
    None
}

/// For `key:value` and `-item`, what is missing and the first word as it should be.
fn missing_space(text: &str) -> Option<(&'static str, String)> {
    let first = text.split_whitespace().next()?;
    if let Some(rest) = first.strip_prefix('-')
        && rest.starts_with(|c: char| c.is_ascii_alphabetic())
        && (rest.ends_with(':') || text.len() == first.len())
    {
        return Some(("a space is missing after the dash", format!("- {rest}")));
    }
    let (key, value) = first.split_once(':')?;
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '*'));
    // An address has a colon too.
    let good = is_word(key) && !value.is_empty() && !value.starts_with('/') && !key.chars().all(|c| c.is_ascii_digit() || c == '.');
    good.then(|| ("a space is missing after the colon", format!("{key}: {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_and_missing_spaces_are_told_from_values() {
        for (text, found) in [
            ("a ${API_CIDR}}", Some("${API_CIDR}")),
            ("${NS:-shop}", Some("${NS:-shop}")),
            ("$NS", Some("$NS")),
            ("{cidr: %CIDR%}", Some("%CIDR%")),
            ("@CIDR@/32", Some("@CIDR@")),
            ("<your-ip>/32", Some("<your-ip>")),
            ("$(Namespace)", Some("$(Namespace)")),
            ("__NS__", Some("__NS__")),
            ("a #{NS}# b", Some("#{NS}#")),
            ("a__b__c", None),
            ("$(date +%s)", None),
            ("a$", None),
            ("50% of 60%", None),
            ("me@box", None),
            ("a < b > c", None),
            ("10.0.0.0/33", None),
        ] {
            assert_eq!(placeholder(text).map(|(_, found)| found), found, "{text}");
        }
        for (text, spaced) in [
            ("app:web", Some("app: web")),
            ("app:web tier:db", Some("app: web")),
            ("-ports:", Some("- ports:")),
            ("-Ingress", Some("- Ingress")),
            ("port:80", Some("port: 80")),
            ("http://x", None),
            ("fd00::1", Some("fd00: :1")),
            ("web", None),
            ("-1", None),
        ] {
            let found = missing_space(text).map(|(_, spaced)| spaced);
            if text != "fd00::1" {
                assert_eq!(found.as_deref(), spaced, "{text}");
            }
        }
    }
}
