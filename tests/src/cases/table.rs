//! `docs/cases.md`: what agreed when it was last written.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Totals;

const HEADER: &str = "# Cases

Small inputs that once went wrong, each with the right value and the upstream text that settles it, by the kind of fault that they stand
for. Written by `./dev cases DIR --table docs/cases.md`; `./dev test` holds every later run against these numbers, which may only go up.

| area | kind of fault | agreed | cases |
| --- | --- | ---: | ---: |
";

/// The table of a run.
pub fn table(totals: &Totals) -> String {
    let mut text = HEADER.to_owned();
    let mut sum = (0, 0);
    for ((area, kind), (agreed, all)) in totals {
        let _ = writeln!(text, "| {area} | {} | {agreed} | {all} |", kind.replace('|', "\\|"));
        sum = (sum.0 + agreed, sum.1 + all);
    }
    let _ = writeln!(text, "| all | | {} | {} |", sum.0, sum.1);
    text
}

/// How many cases of each area and kind agreed, from the text of a table.
pub fn recorded(table: &str) -> BTreeMap<(String, String), usize> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
        let [area, kind, agreed, _] = cells[..] else { return None };
        Some(((area.to_owned(), kind.replace("\\|", "|")), agreed.parse().ok()?))
    };
    table.lines().filter_map(row).filter(|((_, kind), _)| !kind.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_can_be_read_back() {
        let key = |kind: &str| ("text".to_owned(), kind.to_owned());
        let totals = Totals::from([(key("a kind"), (1, 2)), (key("one, or | another"), (3, 3))]);
        let text = table(&totals);
        assert!(text.ends_with("| text | one, or \\| another | 3 | 3 |\n| all | | 4 | 5 |\n"), "{text}");
        assert_eq!(recorded(&text), BTreeMap::from([(key("a kind"), 1), (key("one, or | another"), 3)]));
    }
}
