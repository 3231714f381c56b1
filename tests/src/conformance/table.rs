//! `docs/conformance.md`: what agreed when it was last written.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Sets;

const HEADER: &str = "# Conformance

How far Netpolis agrees with the expected answers of other projects' tests, and of upstream's own. Written by
`./dev conformance` (`cargo run -p netpolis-tests --bin conformance -- DIR --table docs/conformance.md`); a test holds every later run
against these numbers, which may only go up. Cases whose expectation is held to be wrong are in `tests/disputed.json`, with the reason and
the upstream text.

| set | agreed | cases | remark |
| --- | ---: | ---: | --- |
";

/// The table of a run.
pub fn table(sets: &Sets) -> String {
    let mut text = HEADER.to_owned();
    for (name, set) in sets {
        let _ = writeln!(text, "| {name} | {} | {} | {} |", set.agreed(), set.cases.len(), set.not_supported.unwrap_or_default());
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
        let case = |difference: Option<&str>| Case { name: "x".into(), difference: difference.map(str::to_owned) };
        let set = Set { cases: vec![case(None), case(Some("differs"))], ..Set::default() };
        let text = table(&Sets::from([("nca".to_owned(), set)]));
        assert!(text.ends_with("| nca | 1 | 2 |  |\n"), "{text}");
        assert_eq!(recorded(&text), BTreeMap::from([("nca".to_owned(), 1)]));
    }
}
