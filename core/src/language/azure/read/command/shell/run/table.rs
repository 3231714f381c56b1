//! PowerShell's tables and lists, item by item: `$rule.Name`, `$rule["Name"]`, `$ports[1]`. A table is kept as one text.
//!
//! Upstream: Microsoft Learn, "about_Hash_Tables", "about_Arrays".

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::Dialect;
use super::super::lex::{Part, Raw};
use super::{Run, Value, known};

/// Begins a table.
const TABLE: char = '\u{1}';
/// Stands between a key and its value.
const IS: char = '\u{2}';
/// Stands before a value that is not known.
const OPEN: char = '\u{3}';

impl Run<'_> {
    /// A table as a text.
    pub(super) fn table(&mut self, entries: &[(String, Raw)]) -> String {
        let mut text = String::from(TABLE);
        for (key, value) in entries {
            let value = self.expand_whole(value).filter(|word| !word.unknown);
            let value = value.map_or_else(|| String::from(OPEN), |word| word.text.replace(TABLE, ""));
            text.push_str(&format!("{key}{IS}{value}{TABLE}"));
        }
        text
    }

    /// `$rule.Name`: the values of a key in all tables of a list; nothing where that is not what the variable holds.
    pub(super) fn property(&self, name: &str) -> Option<Value> {
        let (base, key) = name.rsplit_once('.').filter(|_| self.dialect == Dialect::PowerShell)?;
        // `az network nsg create` prints `{"NewNSG": {…}}`.
        let base = base.split_once('.').filter(|(_, outer)| OUTER.contains(&&*outer.to_ascii_lowercase())).map_or(base, |(base, _)| base);
        let value = self.variables.get(&self.key(base)).filter(|value| !value.unknown)?;
        if matches!(&*key.to_ascii_lowercase(), "count" | "length") && value.items.len() != 1 {
            return Some(known(value.items.len().to_string()));
        }
        let found: Vec<&str> = value.items.iter().filter_map(|item| entry(item, key).or_else(|| of_resource(item, key))).collect();
        let unknown = found.len() != value.items.len() || found.iter().any(|value| value.starts_with(OPEN));
        let items = if unknown { alloc::vec![format!("${name}")] } else { found.into_iter().map(String::from).collect() };
        Some(Value { items, unknown })
    }

    /// `$ports[1]`, `$rule["Name"]`; nothing for any other word.
    pub(super) fn member(&self, raw: &Raw) -> Option<Value> {
        if self.dialect != Dialect::PowerShell || raw.quoted {
            return None;
        }
        let (name, key) = match raw.parts.as_slice() {
            [Part::Variable(name, false), Part::Text(index)] => (name, index.strip_prefix('[')?.strip_suffix(']')?),
            [Part::Variable(name, false), Part::Text(open), Part::Quoted(key), Part::Text(close)] if open == "[" && close == "]" => {
                return Some(self.property(&format!("{name}.{key}")).unwrap_or_else(|| unset(raw)));
            }
            _ => return None,
        };
        let place: i64 = key.parse().ok()?;
        let value = self.variables.get(&self.key(name)).filter(|value| !value.unknown);
        let count = value.map_or(0, |value| value.items.len());
        let place = if place < 0 { count.checked_sub(place.unsigned_abs() as usize) } else { usize::try_from(place).ok() };
        // `$text[0]` is a character.
        let item = value.filter(|value| value.items.len() > 1).zip(place).and_then(|(value, place)| value.items.get(place));
        Some(item.map_or_else(|| unset(raw), |item| known(item.clone())))
    }
}

/// Whether a text holds a table.
pub(super) fn is_table(text: &str) -> bool {
    text.contains(TABLE)
}

fn unset(raw: &Raw) -> Value {
    let name = raw.parts.iter().find_map(|part| if let Part::Variable(name, _) = part { Some(name.as_str()) } else { None });
    Value { items: alloc::vec![format!("${}", name.unwrap_or_default())], unknown: true }
}

/// What stands around a resource that a command prints which makes it.
const OUTER: [&str; 5] = ["newnic", "newnsg", "newvnet", "publicip", "routetable"];

/// A field of a resource that a command printed, of which the identifier is kept: `$nsg = az network nsg show … | ConvertFrom-Json`.
fn of_resource<'v>(id: &'v str, key: &str) -> Option<&'v str> {
    let mut segments = id.strip_prefix('/')?.split('/');
    match &*key.to_ascii_lowercase() {
        "id" => Some(id),
        "name" => segments.next_back(),
        "resourcegroup" => segments.skip_while(|segment| !segment.eq_ignore_ascii_case("resourceGroups")).nth(1),
        _ => None,
    }
}

/// The value of a key in a table.
fn entry<'v>(table: &'v str, key: &str) -> Option<&'v str> {
    let mut entries = table.strip_prefix(TABLE)?.split(TABLE);
    entries.find_map(|entry| entry.split_once(IS).filter(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}
