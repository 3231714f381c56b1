//! HTTP requests as Calico's application layer matches them.
//!
//! Upstream: docs/semantics.md, Calico (`app-policy/checker/match.go`). Without that layer the data plane looks at no request, and rules match by their other
//! fields alone.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::Span;

/// `http`: carried through and shown; enforced only where an application layer is installed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HttpMatch {
    /// Where it is written.
    pub span: Span,
    /// `methods`; any where empty.
    pub methods: Vec<Box<str>>,
    /// `paths`; any where empty.
    pub paths: Vec<HttpPath>,
}

/// One entry of `http.paths`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HttpPath {
    /// `exact`.
    Exact(Box<str>),
    /// `prefix`, by whole segments.
    Prefix(Box<str>),
}

impl HttpMatch {
    /// Whether a request matches. `path` is nothing for a request that has none, which every path matches.
    pub fn matches(&self, method: &str, path: Option<&str>) -> bool {
        let method_fits = self.methods.is_empty() || self.methods.iter().any(|m| **m == *"*" || **m == *method);
        let path_fits = match path {
            _ if self.paths.is_empty() => true,
            None => true,
            Some(path) => normalise(path).is_some_and(|path| self.paths.iter().any(|rule| rule.matches(&path))),
        };
        method_fits && path_fits
    }
}

impl HttpPath {
    /// Whether a normalised path matches.
    fn matches(&self, path: &str) -> bool {
        match self {
            HttpPath::Exact(exact) => normalise(exact).is_some_and(|exact| exact == path),
            HttpPath::Prefix(prefix) => normalise(prefix).is_some_and(|prefix| {
                let rest = path.strip_prefix(prefix.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/'))
            }),
        }
    }
}

/// A path without what different servers read differently: escapes, `.` and `..`, doubled slashes, parameters, query. Nothing for a path that still
/// hides something after that, which no rule matches.
pub fn normalise(path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let decoded = decode(path)?.replace('\\', "/");
    let lower = decoded.to_ascii_lowercase();
    if decoded.contains('\0') || ["%2e", "%2f", "%5c"].iter().any(|escape| lower.contains(escape)) {
        return None;
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment.split(';').next().unwrap_or(segment) {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    Some(alloc::format!("/{}", segments.join("/")))
}

/// A text with its percent escapes decoded once; nothing if one of them is none.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |b: u8| char::from(b).to_digit(16);
        let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).ok()
}
