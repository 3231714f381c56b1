//! What may be written in a Calico selector that is being typed, such as `app == 'db' && has(`.
//!
//! The core's parser reads selectors that are whole; here the text ends at the cursor, and only where it ends is asked.

use super::binding::Completion;
use super::completion::word;
use super::vocabulary::{Label, keys};

/// What comes next in a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A label, a function, `!` or `(`.
    Operand,
    /// The label of `has(`.
    Key,
    /// What is asked of this label.
    Operator(String),
    /// A value of this label, inside quotes or not yet.
    Value(String, bool),
    /// `&&` or `||`.
    Connective,
    /// Nothing that could be offered.
    Nothing,
}

/// Words with which a question about a label begins, and what it asks.
const OPERATORS: &[(&str, &str)] = &[
    ("==", "The label has this value."),
    ("!=", "The label has another value, or does not exist."),
    ("in", "The label has one of these values: in {'a', 'b'}."),
    ("not in", "The label has none of these values, or does not exist."),
    ("contains", "The value contains this."),
    ("starts with", "The value begins with this."),
    ("ends with", "The value ends with this."),
];

/// Functions, and what they ask.
const FUNCTIONS: &[(&str, &str)] = &[
    ("has(", "The label exists, with any value."),
    ("all()", "Everything."),
    ("global()", "Objects without a namespace: global network sets and host endpoints. Only in a namespaceSelector."),
];

/// The part of a selector, up to the cursor, that is a word not yet ended.
pub fn token(text: &str) -> &str {
    let start = text.rfind(|c: char| !is_word(c)).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    &text[start..]
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-')
}

/// What comes next after this much of a selector.
pub fn next(text: &str) -> Next {
    enum At {
        Operand,
        Function(bool),
        Key,
        Close,
        Operator(String),
        With(String),
        Not(String),
        Brace(String),
        Value(String),
        Listed(String),
        Connective,
    }
    let mut at = At::Operand;
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => {
                let Some(end) = rest[1..].find(first) else {
                    return if let At::Value(key) | At::Listed(key) = at { Next::Value(key, true) } else { Next::Nothing };
                };
                end + 2
            }
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ if ["==", "!=", "&&", "||"].iter().any(|t| rest.starts_with(t)) => 2,
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after.trim_start();
        at = match (at, token) {
            (At::Operand, "!" | "(") | (At::Connective, "&&" | "||") => At::Operand,
            (At::Operand, "has") => At::Function(true),
            (At::Operand, "all" | "global") => At::Function(false),
            (At::Function(has), "(") => {
                if has {
                    At::Key
                } else {
                    At::Close
                }
            }
            (At::Key, _) => At::Close,
            (At::Close | At::Connective, ")") => At::Connective,
            (At::Operator(key), "==" | "!=" | "contains") | (At::With(key), "with") => At::Value(key),
            (At::Operator(key), "starts" | "ends") => At::With(key),
            (At::Operator(key), "in") | (At::Not(key), "in") => At::Brace(key),
            (At::Operator(key), "not") => At::Not(key),
            (At::Brace(key), "{") | (At::Listed(key), ",") => At::Listed(key),
            (At::Listed(_), "}") => At::Connective,
            (At::Value(_), _) if matches!(first, '\'' | '"') => At::Connective,
            (At::Listed(key), _) if matches!(first, '\'' | '"') => At::Listed(key),
            (At::Operand, key) if is_word(first) => At::Operator(key.into()),
            _ => return Next::Nothing,
        };
    }
    match at {
        At::Operand => Next::Operand,
        At::Key => Next::Key,
        At::Operator(key) => Next::Operator(key),
        At::Value(key) | At::Listed(key) => Next::Value(key, false),
        At::Connective => Next::Connective,
        _ => Next::Nothing,
    }
}

/// What may be written after this much of a selector over these labels.
pub fn complete(text: &str, labels: &[Label]) -> Vec<Completion> {
    let with_info = |(name, info): &(&str, &str)| Completion { info: Some((*info).into()), ..word(name, None) };
    let keys = || keys(labels).map(|key| word(key, Some("label")));
    match next(&text[..text.len() - token(text).len()]) {
        Next::Operand => keys().chain(FUNCTIONS.iter().map(with_info)).collect(),
        Next::Key => keys().collect(),
        Next::Operator(_) => OPERATORS.iter().map(with_info).collect(),
        Next::Value(key, quoted) => labels
            .iter()
            .filter(|label| label.key == key)
            .map(|label| {
                let apply = (!quoted).then(|| format!("'{}'", label.value));
                Completion { apply, ..word(&label.value, Some(&label.on.join(", "))) }
            })
            .collect(),
        Next::Connective => ["&&", "||"].map(|c| word(c, None)).into(),
        Next::Nothing => Vec::new(),
    }
}

/// What to say about the word at the end of this much of a selector: a label's key, with a value, or a word of the language.
pub enum Word {
    /// A label's key.
    Key(String),
    /// A value of a label.
    Value(String, String),
    /// What a word of the language means.
    Meaning(&'static str),
}

/// The word at the end of this much of a selector.
pub fn word_at_end(text: &str) -> Option<Word> {
    let token = token(text);
    let meaning = |table: &'static [(&str, &'static str)]| {
        let found = table.iter().find(|(word, _)| word.split([' ', '(']).any(|w| w == token));
        found.map(|(_, meaning)| Word::Meaning(meaning))
    };
    match next(&text[..text.len() - token.len()]) {
        Next::Operand => meaning(FUNCTIONS).or_else(|| Some(Word::Key(token.into()))),
        Next::Key => Some(Word::Key(token.into())),
        Next::Value(key, true) => Some(Word::Value(key, token.into())),
        Next::Operator(_) => meaning(OPERATORS),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_follows_the_language() {
        let operator = |key: &str| Next::Operator(key.into());
        let value = |key: &str, quoted| Next::Value(key.into(), quoted);
        for (text, expected) in [
            ("", Next::Operand),
            ("app ", operator("app")),
            ("app == ", value("app", false)),
            ("app == '", value("app", true)),
            ("app == 'db' ", Next::Connective),
            ("app == 'db' && ", Next::Operand),
            ("!has(", Next::Key),
            ("(has(app) || ", Next::Operand),
            ("all() ", Next::Connective),
            ("a.b/c not in {'x', ", value("a.b/c", false)),
            ("app in {\"x", value("app", true)),
            ("app in {'x'} ", Next::Connective),
            ("app starts with '", value("app", true)),
            ("app ends ", Next::Nothing),
            ("== ", Next::Nothing),
            ("é", Next::Nothing),
        ] {
            assert_eq!(next(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_last_word_is_found_in_any_text() {
        assert_eq!(token("app == 'd"), "d");
        assert_eq!(token("é"), "");
        assert_eq!(token("éab"), "ab");
        assert_eq!(token(""), "");
    }
}
