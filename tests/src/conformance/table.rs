//! `docs/conformance.md`: what agreed when it was last written.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Disputed, Sets};

const HEADER: &str = "# Conformance

How far Netpolis agrees with the expected answers of other projects' tests, and of upstream's own. Written by
`./dev conformance` (`cargo run -p netpolis-tests --bin conformance -- DIR --table docs/conformance.md`); a test holds every later run
against these numbers, which may only go up. Cases whose expectation is held to be wrong are in `tests/disputed.json`, with the reason and
the upstream text.

| set | agreed | cases | remark |
| --- | ---: | ---: | --- |
";

/// The table of a run.
pub fn table(sets: &Sets, disputed: &[Disputed]) -> String {
    let mut text = HEADER.to_owned();
    for (name, set) in sets {
        let is_disputed = |case: &str| disputed.iter().any(|d| d.set == *name && d.case == case);
        let disputed = set.cases.iter().filter(|c| c.difference.is_some() && is_disputed(&c.name)).count();
        let remark = match (set.not_supported, disputed) {
            (Some(why), _) => why.to_owned(),
            (None, 0) => String::new(),
            (None, disputed) => format!("{disputed} disputed"),
        };
        let _ = writeln!(text, "| {name} | {} | {} | {remark} |", set.agreed(), set.cases.len());
    }
    text
}

/// How many cases of each set agreed, from the text of a table.
pub fn recorded(table: &str) -> BTreeMap<String, usize> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        Some(((*cells.get(1)?).to_owned(), cells.get(2)?.parse().ok()?))
    };
    table.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Case, Set};
    use super::*;

    #[test]
    fn a_table_can_be_read_back() {
        let case = |name: &str, difference: Option<&str>| Case { name: name.into(), difference: difference.map(str::to_owned) };
        let set = Set { cases: vec![case("x", None), case("y", Some("differs"))], ..Set::default() };
        let sets = Sets::from([("nca".to_owned(), set)]);
        let text = table(&sets, &[]);
        assert!(text.ends_with("| nca | 1 | 2 |  |\n"), "{text}");
        let disputed = |case: &str| Disputed { set: "nca".into(), case: case.into(), reason: "r".into(), upstream: "u".into() };
        assert!(table(&sets, &[disputed("x"), disputed("y")]).ends_with("| nca | 1 | 2 | 1 disputed |\n"));
        assert_eq!(recorded(&text), BTreeMap::from([("nca".to_owned(), 1)]));
    }
}
