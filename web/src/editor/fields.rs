//! The fields of the objects that matter here: what may be written where, and what it means (`fields.txt`).

use super::binding::Context;

const TABLE: &str = include_str!("fields.txt");

/// What may stand as the value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A mapping.
    Mapping,
    /// A list.
    List,
    /// One value.
    Scalar,
}

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it holds.
    sort: &'static str,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
}

impl Field {
    fn read(line: &'static str) -> Option<Self> {
        let (name, rest) = line.trim().split_once(' ')?;
        let (sort, meaning) = rest.split_once(' ')?;
        Some(Field { name, sort, meaning })
    }

    /// What may stand as its value.
    pub fn sort(&self) -> Sort {
        match self.sort {
            "{}" => Sort::Mapping,
            sort if sort.starts_with("[]") => Sort::List,
            _ => Sort::Scalar,
        }
    }

    /// The values themselves, where there are only a few.
    pub fn values(&self) -> impl Iterator<Item = &'static str> {
        let sort = if self.sort == "boolean" { "=true|false" } else { self.sort.trim_start_matches("[]") };
        let own = sort.starts_with(|c: char| c == '=' || c.is_ascii_uppercase() || c.is_ascii_digit());
        sort.trim_start_matches('=').split('|').filter(move |_| own)
    }

    /// What it holds, in a word or two.
    pub fn word(&self) -> String {
        match self.sort() {
            Sort::Mapping => String::new(),
            Sort::List => "list".into(),
            Sort::Scalar if self.values().next().is_some() => self.values().collect::<Vec<_>>().join(", "),
            Sort::Scalar => self.sort.replace('|', " or "),
        }
    }
}

/// Whether a place of the table, `GROUP KINDS PATHS`, is where the context is. An object without `apiVersion` may be of any group.
fn fits(place: &str, context: &Context, path: &str) -> bool {
    let mut parts = place.split(' ').map(|part| part.split('|'));
    let (Some(mut groups), Some(mut kinds), Some(mut paths)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let group = context.version.split_once('/').map_or("-", |(group, _)| group);
    let is_end = |end: &str| path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    groups.any(|g| g == "*" || context.version.is_empty() || g == group)
        && kinds.any(|k| k == "*" || k == context.kind)
        && paths.any(|p| p.strip_prefix('^').map_or_else(|| is_end(p), |whole| whole == path))
}

/// The blocks of the table that fit, best first.
fn blocks<'a>(context: &'a Context, path: &'a str) -> impl Iterator<Item = impl Iterator<Item = Field>> + use<'a> {
    let blocks = TABLE.split("\n\n").filter(|block| !block.starts_with('#'));
    blocks.filter_map(move |block| {
        let (place, fields) = block.split_once('\n')?;
        fits(place, context, path).then(|| fields.lines().filter_map(Field::read))
    })
}

/// The fields that may be written at a place.
pub fn at(context: &Context) -> Vec<Field> {
    blocks(context, &context.path).next().into_iter().flatten().collect()
}

/// The field of this name at a path of the object.
pub fn find(context: &Context, path: &str, name: &str) -> Option<Field> {
    blocks(context, path).flatten().find(|field| field.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_place_or_a_field() {
        for block in TABLE.split("\n\n").filter(|b| !b.starts_with('#')) {
            let mut lines = block.lines();
            let place = lines.next().unwrap();
            assert_eq!(place.split(' ').count(), 3, "{place}");
            for line in lines {
                assert!(line.starts_with("  ") && Field::read(line).is_some_and(|f| f.meaning.ends_with('.')), "{line}");
            }
        }
    }

    #[test]
    fn values_are_known_where_there_are_few() {
        let values = |line| Field::read(line).unwrap().values().collect::<Vec<_>>();
        assert_eq!(values("  action Allow|Deny x."), ["Allow", "Deny"]);
        assert_eq!(values("  types []Ingress|Egress x."), ["Ingress", "Egress"]);
        assert_eq!(values("  bpfEnabled boolean x."), ["true", "false"]);
        assert_eq!(values("  expect =allowed|denied x."), ["allowed", "denied"]);
        assert!(values("  port number|name x.").is_empty());
        assert!(values("  ports [] x.").is_empty());
    }
}
