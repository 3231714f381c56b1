//! `docs/conformance.md`: what agreed when it was last written.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::conversion::PREFIX;
use super::{Disputed, Set, Sets};

const HEADER: &str = "# Conformance

How far Netpolis agrees with the expected answers of other projects' tests, and of upstream's own. Written by
`./dev conformance` (`cargo run -p netpolis-tests --bin conformance -- DIR --table docs/conformance.md`); a test holds every later run
against these numbers, which may only go up. Cases whose expectation is held to be wrong are in `tests/disputed.json`, with the reason and
the upstream text.

| set | agreed | cases | remark |
| --- | ---: | ---: | --- |
";

const CONVERSION: &str = "
## Conversion

The inputs of the same cases, converted (`netpolis convert`): NetworkPolicies to Calico's and back to Kubernetes's, AdminNetworkPolicies and
BaselineAdminNetworkPolicies to ClusterNetworkPolicies. A case agrees if every policy that an API server takes, and that the input defines once, is converted, and the comparison of all flows
finds no difference to those of the input, on the way there and after the way back.

| set | agreed | cases | remark |
| --- | ---: | ---: | --- |
";

/// The tables of a run.
pub fn table(sets: &Sets, disputed: &[Disputed]) -> String {
    let is_conversion = |name: &str| name.starts_with(PREFIX);
    let mut text = HEADER.to_owned();
    rows(&mut text, sets.iter().filter(|(name, _)| !is_conversion(name)), disputed);
    if sets.keys().any(|name| is_conversion(name)) {
        text.push_str(CONVERSION);
        rows(&mut text, sets.iter().filter(|(name, _)| is_conversion(name)), disputed);
    }
    text
}

fn rows<'a>(text: &mut String, sets: impl Iterator<Item = (&'a String, &'a Set)>, disputed: &[Disputed]) {
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
}

/// How many cases of each set agreed, from the text of a table.
pub fn recorded(table: &str) -> BTreeMap<String, usize> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        Some(((*cells.get(1)?).to_owned(), cells.get(2)?.parse().ok()?))
    };
    table.lines().filter_map(row).collect()
}

/// What agreed in fewer cases than is recorded, a line for each set. A set that is not there agrees in none.
pub fn fallen(recorded: &BTreeMap<String, usize>, sets: &Sets) -> Vec<String> {
    let fallen = |(name, before): (&String, &usize)| match sets.get(name) {
        None if *before > 0 => Some(format!("{name}: not in this data, and {before} cases agreed")),
        Some(set) if set.agreed() < *before => {
            Some(format!("{name}: {} of {} cases agree, and {before} did", set.agreed(), set.cases.len()))
        }
        _ => None,
    };
    recorded.iter().filter_map(fallen).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Case;
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
    #[test]
    fn a_set_that_agrees_less_or_is_missing_has_fallen() {
        let case = |difference: Option<&str>| Case { name: "x".into(), difference: difference.map(str::to_owned) };
        let set = |cases: &[Case]| Set { cases: cases.to_vec(), ..Set::default() };
        let sets = Sets::from([
            ("as-before".to_owned(), set(&[case(None), case(Some("differs"))])),
            ("worse".to_owned(), set(&[case(None), case(Some("differs"))])),
            ("new".to_owned(), set(&[case(Some("differs"))])),
        ]);
        let recorded =
            [("as-before", 1), ("gone", 3), ("unsupported", 0), ("worse", 2)].map(|(name, agreed)| (name.to_owned(), agreed)).into();
        assert_eq!(fallen(&recorded, &sets), ["gone: not in this data, and 3 cases agreed", "worse: 1 of 2 cases agree, and 2 did"]);
    }
}
