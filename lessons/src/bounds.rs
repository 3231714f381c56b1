//! Whether only what may be edited was edited.

use core::fmt;

use crate::course::Files;
use crate::lesson::Editable;

/// An edit of what may not be edited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stray {
    /// A file was added.
    Added(String),
    /// A file was removed.
    Removed(String),
    /// A file was edited outside the lines that may be.
    Edited {
        /// The file.
        file: String,
        /// The first line of it that is another now, from 1.
        line: u32,
    },
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stray::Added(file) => write!(f, "`{file}` was added"),
            Stray::Removed(file) => write!(f, "`{file}` was removed"),
            Stray::Edited { file, line } => write!(f, "line {line} of `{file}` was edited"),
        }
    }
}

/// What was edited between two versions of files besides what may be; nothing where everything may be edited.
pub fn strays(editable: &[Editable], before: &Files, after: &Files) -> Vec<Stray> {
    if editable.is_empty() {
        return Vec::new();
    }
    let text_of = |files: &Files, name: &str| files.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
    let mut found = Vec::new();
    for (name, old) in before {
        match text_of(after, name) {
            None => found.push(Stray::Removed(name.clone())),
            Some(new) if new == *old => {}
            Some(new) => found.extend(stray_line(editable, name, old, &new).map(|line| Stray::Edited { file: name.clone(), line })),
        }
    }
    let is_added = |name: &&String| text_of(before, name).is_none() && !editable.iter().any(|one| one.file == **name);
    found.extend(after.iter().map(|(name, _)| name).filter(is_added).cloned().map(Stray::Added));
    found
}

/// The first line of a file that differs and may not. What stands between the lines that may be edited must still be there, in order.
fn stray_line(editable: &[Editable], file: &str, old: &str, new: &str) -> Option<u32> {
    let mut ranges = Vec::new();
    for one in editable.iter().filter(|one| one.file == file) {
        ranges.push(one.lines?);
    }
    ranges.sort_unstable();
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if ranges.is_empty() {
        // Nothing of it may be edited, not even before its first line.
        return (old != new).then(|| first_difference(&old, &new, 0));
    }
    // The parts that must stay: before the first range, between two, after the last.
    let mut fixed: Vec<(usize, usize)> = Vec::new();
    let mut from = 0;
    for (first, last) in ranges {
        fixed.push((from, (first.saturating_sub(1) as usize).clamp(from, old.len())));
        from = (last as usize).clamp(from, old.len());
    }
    let (last_from, last_to) = (from, old.len());
    let mut at = 0;
    for (number, (from, to)) in fixed.into_iter().enumerate() {
        let part = old.get(from..to).unwrap_or_default();
        let rest = new.get(at..).unwrap_or_default();
        let place = if number == 0 { Some(0).filter(|_| rest.starts_with(part)) } else { position(rest, part) };
        match place {
            Some(place) => at += place + part.len(),
            None => return Some(first_difference(part, rest, from)),
        }
    }
    let (part, rest) = (old.get(last_from..last_to).unwrap_or_default(), new.get(at..).unwrap_or_default());
    if rest.ends_with(part) {
        return None;
    }
    let same = part.iter().rev().zip(rest.iter().rev()).take_while(|(a, b)| a == b).count();
    Some((last_to - same.min(last_to)) as u32)
}

/// Where lines stand among others.
fn position(lines: &[&str], part: &[&str]) -> Option<usize> {
    if part.is_empty() { Some(0) } else { lines.windows(part.len()).position(|window| window == part) }
}

/// The line, from 1, at which lines that begin after `from` lines are others.
fn first_difference(part: &[&str], rest: &[&str], from: usize) -> u32 {
    (from + part.iter().zip(rest).take_while(|(a, b)| a == b).count() + 1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Files {
        vec![("a.yaml".into(), text.into()), ("b.yaml".into(), "b\n".into())]
    }

    fn lines(ranges: &[(u32, u32)]) -> Vec<Editable> {
        ranges.iter().map(|range| Editable { file: "a.yaml".into(), lines: Some(*range) }).collect()
    }

    fn said(editable: &[Editable], after: &Files) -> Vec<String> {
        strays(editable, &one("1\n2\n3\n4\n5\n6\n"), after).iter().map(Stray::to_string).collect()
    }

    #[test]
    fn lines_that_may_be_edited_grow_shrink_and_go() {
        let may = lines(&[(2, 3)]);
        for text in ["1\n2\n3\n4\n5\n6\n", "1\nx\n4\n5\n6\n", "1\n4\n5\n6", "1\n2\nx\ny\nz\n3\n4\n5\n6\n"] {
            assert_eq!(said(&may, &one(text)), Vec::<String>::new(), "{text:?}");
        }
    }

    #[test]
    fn a_line_outside_is_named() {
        let may = lines(&[(2, 3)]);
        assert_eq!(said(&may, &one("x\n2\n3\n4\n5\n6\n")), ["line 1 of `a.yaml` was edited"]);
        assert_eq!(said(&may, &one("1\n2\n3\n4\nx\n6\n")), ["line 5 of `a.yaml` was edited"]);
        assert_eq!(said(&may, &one("1\n2\n3\n4\n5\n6\n7\n")), ["line 6 of `a.yaml` was edited"]);
    }

    #[test]
    fn between_two_ranges_everything_stays() {
        let may = lines(&[(5, 5), (2, 2)]);
        assert_eq!(said(&may, &one("1\nx\ny\n3\n4\nz\n6\n")), Vec::<String>::new());
        assert_eq!(said(&may, &one("1\nx\n3\nw\nz\n6\n")), ["line 3 of `a.yaml` was edited"]);
    }

    #[test]
    fn whole_files_and_other_files() {
        let may = vec![Editable { file: "a.yaml".into(), lines: None }];
        assert_eq!(said(&may, &one("other")), Vec::<String>::new());
        let mut more = one("other");
        more.push(("c.yaml".into(), String::new()));
        assert_eq!(said(&may, &more), ["`c.yaml` was added"]);
        let before_it: Files = vec![("a.yaml".into(), "other".into()), ("b.yaml".into(), "new\nb\n".into())];
        assert_eq!(said(&may, &before_it), ["line 1 of `b.yaml` was edited"]);
        assert_eq!(said(&may, &vec![("a.yaml".into(), "x".into())]), ["`b.yaml` was removed"]);
        assert_eq!(said(&[], &Vec::new()), Vec::<String>::new());
    }
}
