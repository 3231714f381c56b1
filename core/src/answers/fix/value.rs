//! Values to be written into a text, as YAML in blocks, in brackets, or as JSON.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::document::read_plain;

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::answers) enum V {
    Text(String),
    Number(u32),
    Flag(bool),
    List(Vec<V>),
    Map(Vec<(String, V)>),
}

/// How text around a new value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::answers) enum Style {
    /// YAML, whose words need no quotes.
    Yaml,
    /// JSON.
    Json,
}

pub(in crate::answers) fn text(text: impl ToString) -> V {
    V::Text(text.to_string())
}

/// A mapping; entries without a value are left out.
pub(in crate::answers) fn map<const N: usize>(entries: [(&str, Option<V>); N]) -> V {
    V::Map(entries.into_iter().filter_map(|(key, value)| Some((key.into(), value?))).collect())
}

pub(in crate::answers) fn list(items: impl IntoIterator<Item = V>) -> V {
    V::List(items.into_iter().collect())
}

impl V {
    /// On one line.
    pub(in crate::answers) fn flow(&self, style: Style) -> String {
        match self {
            V::Text(text) => scalar(text, style),
            V::Number(number) => number.to_string(),
            V::Flag(flag) => flag.to_string(),
            V::List(items) => format!("[{}]", items.iter().map(|item| item.flow(style)).collect::<Vec<_>>().join(", ")),
            V::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{}: {}", scalar(key, style), value.flow(style))).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// On several lines in brackets, as JSON is printed: one entry a line, `pad` before the closing bracket.
    pub(in crate::answers) fn printed(&self, style: Style, pad: &str, step: &str) -> String {
        let deeper = format!("{pad}{step}");
        let lines =
            |open: char, close: char, parts: Vec<String>| format!("{open}\n{deeper}{}\n{pad}{close}", parts.join(&format!(",\n{deeper}")));
        match self {
            V::List(items) if !items.is_empty() => lines('[', ']', items.iter().map(|item| item.printed(style, &deeper, step)).collect()),
            V::Map(entries) if !entries.is_empty() => {
                let entry = |(key, value): &(String, V)| format!("{}: {}", scalar(key, style), value.printed(style, &deeper, step));
                lines('{', '}', entries.iter().map(entry).collect())
            }
            _ => self.flow(style),
        }
    }

    /// As a block: what follows `key:` or `- `. Lines after the first are indented by `pad`; `deeper` says how far dashes stand behind the
    /// key of their list.
    pub(in crate::answers) fn block(&self, pad: &str, dashes: usize) -> String {
        match self {
            V::Map(entries) if !entries.is_empty() => {
                let lines: Vec<String> = entries.iter().map(|(key, value)| entry(key, value, pad, dashes)).collect();
                lines.join(&format!("\n{pad}"))
            }
            V::List(items) if !items.is_empty() => {
                let deeper = format!("{pad}  ");
                let lines: Vec<String> = items.iter().map(|item| format!("- {}", item.block(&deeper, dashes))).collect();
                lines.join(&format!("\n{pad}"))
            }
            _ => self.flow(Style::Yaml),
        }
    }

    fn is_scalar(&self) -> bool {
        match self {
            V::Text(_) | V::Number(_) | V::Flag(_) => true,
            V::List(items) => items.is_empty(),
            V::Map(entries) => entries.is_empty(),
        }
    }
}

/// `key: value` as a block at an indentation of `pad`.
pub(in crate::answers) fn entry(key: &str, value: &V, pad: &str, dashes: usize) -> String {
    let key = scalar(key, Style::Yaml);
    if value.is_scalar() {
        return format!("{key}: {}", value.flow(Style::Yaml));
    }
    // A list of words is short.
    if matches!(value, V::List(items) if items.iter().all(V::is_scalar)) {
        return format!("{key}: {}", value.flow(Style::Yaml));
    }
    let deeper = format!("{pad}{}", " ".repeat(if matches!(value, V::List(_)) { dashes } else { 2 }));
    format!("{key}:\n{deeper}{}", value.block(&deeper, dashes))
}

/// A text as a scalar, quoted where it must be.
pub(in crate::answers) fn scalar(text: &str, style: Style) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    if style == Style::Yaml && text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(is_plain) && read_plain(text) {
        return text.into();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_would_read_as_something_else_is_quoted() {
        for (word, expected) in [("web", "web"), ("yes", "\"yes\""), ("80", "\"80\""), ("10.0.0.1/32", "10.0.0.1/32"), ("1.5", "\"1.5\"")] {
            assert_eq!(scalar(word, Style::Yaml), expected);
        }
        assert_eq!(scalar("a == 'b'", Style::Yaml), "\"a == 'b'\"");
        assert_eq!(scalar("web", Style::Json), "\"web\"");
    }

    #[test]
    fn values_are_written_in_blocks_and_in_brackets() {
        let value =
            map([("from", Some(list([map([("podSelector", Some(map([("a", Some(text("b")))])))])]))), ("port", Some(V::Number(80)))]);
        assert_eq!(value.block("  ", 0), "from:\n  - podSelector:\n      a: b\n  port: 80");
        assert_eq!(value.flow(Style::Json), r#"{"from": [{"podSelector": {"a": "b"}}], "port": 80}"#);
        assert_eq!(value.flow(Style::Yaml), "{from: [{podSelector: {a: b}}], port: 80}");
    }
}
