//! Variables of a script within the manifests of its here-documents: the shell puts their values in before anybody else reads them.
//!
//! Upstream: POSIX.1-2017 "Shell Command Language" 2.7.4. Places stay those of the text as it is written.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use super::{Tree, Value, scalar};

/// Longer values are not put in.
const LONGEST: usize = 500;

/// Values of variables by name.
pub type Variables = BTreeMap<String, String>;

/// Adds the variables that the lines of a script set to a plain value.
pub fn assignments(script: &str, variables: &mut Variables) {
    for line in script.lines().map(str::trim) {
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let line = line.strip_prefix('$').map_or(line, str::trim_start);
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim_end(), value.trim());
        let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let plain = value.trim_matches(['"', '\'']);
        if good && value.len() < LONGEST && !plain.contains(['$', '`', '"', '\'', ' ', ';', '(', '\n']) {
            variables.insert(name.to_string(), plain.to_string());
        }
    }
}

/// `"$NAME"` in place of a `${NAME}` that is a whole value, which is as long: braces mean something else in YAML.
pub fn in_quotes(text: &str) -> Cow<'_, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, after)) = rest.split_once("${") {
        let length = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let (name, tail) = after.split_at(length);
        out.push_str(head);
        let follows = tail.get(1..).unwrap_or_default();
        let is_whole = tail.starts_with('}')
            && head.ends_with([' ', '[', '{', ',', '\t'])
            && (follows.is_empty() || follows.starts_with([' ', '\n', '\r', ',', '}', ']']));
        if is_whole && length > 0 {
            out.push_str("\"$");
            out.push_str(name);
            out.push('"');
            rest = follows;
        } else {
            out.push_str("${");
            rest = after;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Puts values in place of variables in all texts of a tree.
pub fn substitute(tree: &mut Tree, variables: &Variables) {
    for node in &mut tree.nodes {
        let Value::String(text) = &node.value else { continue };
        if let Some(done) = substituted(text, variables) {
            node.value = scalar::plain(Cow::Owned(done));
        }
    }
}

fn substituted(text: &str, variables: &Variables) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut changed = false;
    while let Some((head, after)) = rest.split_once('$') {
        out.push_str(head);
        let (inner, closed) = after.strip_prefix('{').map_or((after, false), |inner| (inner, true));
        let length = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let (name, tail) = inner.split_at(length);
        let tail = if closed { tail.strip_prefix('}') } else { Some(tail) };
        match variables.get(name).zip(tail).filter(|_| out.len() < LONGEST * 4) {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
                changed = true;
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    changed.then_some(out)
}
