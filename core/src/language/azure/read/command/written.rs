//! Values of options that are objects or lists: as JSON, or in the short form of commands, `[{name:web,address-prefix:10.0.0.0/24}]`.
//!
//! Upstream: azure-cli, `doc/shorthand_syntax.md`.

use alloc::string::String;
use alloc::vec::Vec;
use core::iter::Peekable;
use core::str::Chars;

/// Values in values, at most.
const MOST_DEPTH: usize = 16;

/// A value of an option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Written {
    Text(String),
    List(Vec<Written>),
    /// Names are in lower case, without dashes.
    Object(Vec<(String, Written)>),
}

impl Written {
    /// The value of a whole text; nothing if it cannot be read.
    pub(super) fn read(text: &str) -> Option<Written> {
        let mut characters = text.chars().peekable();
        let value = value(&mut characters, 0)?;
        skip_blanks(&mut characters);
        characters.next().is_none().then_some(value)
    }

    /// A field of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Written> {
        match self {
            Written::Object(fields) => fields.iter().find(|(own, _)| own == name).map(|(_, value)| value),
            Written::Text(_) | Written::List(_) => None,
        }
    }

    /// Its items; one that is none of a list is one.
    pub(super) fn items(&self) -> &[Written] {
        match self {
            Written::List(items) => items,
            one => core::slice::from_ref(one),
        }
    }

    /// Its text, or that of its identifier.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Written::Text(text) => Some(text),
            Written::Object(_) => self.get("id").and_then(Written::text),
            Written::List(_) => None,
        }
    }
}

fn skip_blanks(characters: &mut Peekable<Chars<'_>>) {
    while characters.next_if(|c| c.is_whitespace()).is_some() {}
}

fn value(characters: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Written> {
    skip_blanks(characters);
    let end = match characters.peek()? {
        '[' => ']',
        '{' => '}',
        _ => return text(characters, false).map(Written::Text),
    };
    characters.next();
    let (mut items, mut fields) = (Vec::new(), Vec::new());
    loop {
        skip_blanks(characters);
        if characters.next_if_eq(&end).is_some() {
            break;
        }
        if depth >= MOST_DEPTH {
            return None;
        }
        if end == '}' {
            let name = text(characters, true)?;
            skip_blanks(characters);
            characters.next_if_eq(&':')?;
            fields.push((name.to_lowercase().replace(['-', '_'], ""), value(characters, depth + 1)?));
        } else {
            items.push(value(characters, depth + 1)?);
        }
        skip_blanks(characters);
        if characters.next_if_eq(&',').is_none() && characters.peek() != Some(&end) {
            return None;
        }
    }
    Some(if end == ']' { Written::List(items) } else { Written::Object(fields) })
}

/// A word, or what stands between quotation marks; the name of a field ends with a colon.
fn text(characters: &mut Peekable<Chars<'_>>, is_name: bool) -> Option<String> {
    let mut found = String::new();
    if let Some(quote) = characters.next_if(|c| matches!(c, '"' | '\'')) {
        loop {
            match characters.next()? {
                c if c == quote => return Some(found),
                '\\' if quote == '"' => found.push(characters.next()?),
                c => found.push(c),
            }
        }
    }
    while let Some(c) = characters.next_if(|c| !(matches!(c, ',' | ']' | '}' | '[' | '{' | '"') || is_name && *c == ':')) {
        found.push(c);
    }
    let found = String::from(found.trim());
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let short =
            Written::read("[{name:web,address-prefix:10.0.0.0/24},{name: db, address-prefixes:['10.0.1.0/24', fd00:db8::/64]}]").unwrap();
        let json = Written::read(
            r#"[{"name": "web", "address-prefix": "10.0.0.0/24"}, {"name": "db", "addressPrefixes": ["10.0.1.0/24", "fd00:db8::/64"]}]"#,
        );
        assert_eq!(Some(&short), json.as_ref());
        let texts: Vec<_> = short.items().iter().filter_map(|item| item.get("name").and_then(Written::text)).collect();
        assert_eq!(texts, ["web", "db"]);
        let group = Written::read("{network-security-group:{id:/subscriptions/s/x}}").unwrap();
        assert_eq!(group.get("networksecuritygroup").and_then(Written::text), Some("/subscriptions/s/x"));
        for broken in ["", "[", "{name}", "[{name:web]", "{a:b}c", &"[".repeat(100)] {
            assert_eq!(Written::read(broken), None, "{broken}");
        }
    }
}
