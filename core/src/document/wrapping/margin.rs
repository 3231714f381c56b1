//! What stands before every line of a text that was copied from somewhere: the `> ` of a quotation or of a console that waits for more, numbers of lines, the
//! name of a file that `grep` puts there.
//!
//! All of it is blanked, so that every character of the text stays where it is. Upstream: RFC 3676, 4.5 (quoting); CommonMark, "Block quotes"; POSIX,
//! `PS2`, `cat -n`, `grep`.

use alloc::string::String;
use alloc::vec::Vec;

use super::lines::looks_like_manifest;

/// The text with blanks in place of such margins; nothing where it has none.
pub(super) fn blanked(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let widths = numbers(&lines).or_else(|| file_name(&lines)).or_else(|| quotations(&lines))?;
    let mut out = String::with_capacity(text.len());
    for (line, width) in lines.iter().zip(widths) {
        let (margin, rest) = line.split_at_checked(width).unwrap_or(("", line));
        out.extend(core::iter::repeat_n(' ', margin.len()));
        out.push_str(rest);
    }
    (out.len() == text.len()).then_some(out)
}

/// What of a line comes before its end.
fn content(line: &str) -> &str {
    line.trim_end_matches(['\n', '\r'])
}

/// Whether a text without its margin has an object.
fn has_object<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    lines.map(str::trim_start).any(|line| line.starts_with("apiVersion:") || line.starts_with("kind:") || line.starts_with("{\""))
}

/// Widths of the numbers of lines, which count on from line to line and are set to the right, so that all are of one width.
fn numbers(lines: &[&str]) -> Option<Vec<usize>> {
    let first = lines.iter().find(|line| !line.trim().is_empty())?.trim_start();
    let is_margin = lines.first().is_some_and(|line| line.starts_with([' ', '\t'])) || first.starts_with('1');
    if !is_margin || !first.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number = |line: &str| {
        let bare = line.trim_start_matches([' ', '\t']);
        let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
        let rest = bare.get(digits..)?;
        let apart = rest.trim_start_matches(' ');
        let after = match apart.strip_prefix(['|', '│']) {
            Some(after) => after,
            None => rest.strip_prefix([':', '.', ')']).unwrap_or(rest),
        };
        let value: u32 = bare.get(..digits)?.parse().ok()?;
        (after.is_empty() || after.starts_with([' ', '\t'])).then_some((value, line.len() - after.len()))
    };
    let mut widths = Vec::with_capacity(lines.len());
    let mut before: Option<u32> = None;
    for line in lines {
        let line = content(line);
        if line.trim().is_empty() && !widths.is_empty() {
            widths.push(0);
            continue;
        }
        let (value, width) = number(line)?;
        if before.is_some_and(|before| value != before.wrapping_add(1)) {
            return None;
        }
        before = Some(value);
        widths.push(width);
    }
    let width = widths.iter().copied().max()?;
    // A tab after the number leads to where the text begins.
    let tabbed =
        lines.iter().filter(|line| !content(line).trim().is_empty()).all(|line| line.get(width..).is_some_and(|r| r.starts_with('\t')));
    let same = widths.iter().all(|own| *own == width || *own == 0);
    let rest = |line: &&&str| line.get(width..).is_some();
    let good = same && widths.len() > 1 && has_object(lines.iter().filter(rest).filter_map(|line| line.get(width..)));
    good.then(|| widths.into_iter().map(|own| if own > 0 && tabbed { own + 1 } else { own }).collect())
}

/// Widths of the name of a file with its colon, the same on every line.
fn file_name(lines: &[&str]) -> Option<Vec<usize>> {
    let first = lines.first()?;
    let width = first.find(':')? + 1;
    let name = first.get(..width)?;
    let of_file = name.ends_with(".yaml:") || name.ends_with(".yml:") || name.ends_with(".json:");
    let every = lines.iter().filter(|line| !line.trim().is_empty());
    let good = of_file
        && !name.contains(char::is_whitespace)
        && lines.len() > 2
        && every.clone().all(|line| line.starts_with(name))
        && has_object(every.filter_map(|line| line.get(width..)));
    good.then(|| lines.iter().map(|line| if line.starts_with(name) { width } else { 0 }).collect())
}

/// Widths of the marks of quotations: of lines that begin with `>` one after the other, if there is an object in them.
fn quotations(lines: &[&str]) -> Option<Vec<usize>> {
    let mark = |line: &str| {
        let marks = line.bytes().take_while(|b| *b == b'>').count();
        let blank = usize::from(marks > 0 && line.get(marks..).is_some_and(|rest| rest.starts_with(' ')));
        marks + blank
    };
    let mut widths = alloc::vec![0; lines.len()];
    let mut any = false;
    let mut at = 0;
    while at < lines.len() {
        let length = lines.get(at..)?.iter().take_while(|line| line.starts_with('>')).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let run = lines.get(at..at + length)?;
        let bare = |line: &&'_ str| line.get(mark(line)..).is_some_and(|rest| looks_like_manifest(content(rest)));
        if length > 1 && (run.iter().any(bare) || has_object(run.iter().filter_map(|line| line.get(mark(line)..)))) {
            any = true;
            // `>` alone stands for an empty line.
            let own = run.iter().map(|line| mark(line)).max().unwrap_or_default();
            for (width, line) in widths.iter_mut().skip(at).zip(run) {
                *width = own.min(content(line).len()).min(mark(line));
            }
        }
        at += length;
    }
    any.then_some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_are_blanked_and_nothing_moves() {
        for (text, plain) in [
            ("> apiVersion: v1\n> kind: Pod\n>\n", Some("  apiVersion: v1\n  kind: Pod\n \n")),
            ("You wrote:\n>> kind: Pod\n>> spec:\n", Some("You wrote:\n   kind: Pod\n   spec:\n")),
            ("1  kind: Pod\n2  spec:\n3    a: 1\n", Some("   kind: Pod\n   spec:\n     a: 1\n")),
            ("1 │ kind: Pod\n2 │ spec:\n3 │   a: 1\n", Some("      kind: Pod\n      spec:\n        a: 1\n")),
            (" 9: kind: Pod\n10: spec:\n", Some("    kind: Pod\n    spec:\n")),
            ("     1\tkind: Pod\n     2\tspec:\n     3\t  a: 1\n", Some("       kind: Pod\n       spec:\n         a: 1\n")),
            ("p.yaml:kind: Pod\np.yaml:spec:\np.yaml:  a: 1\n", Some("       kind: Pod\n       spec:\n         a: 1\n")),
            // Numbers that are not set to the right move what they stand before.
            ("9: kind: Pod\n10: spec:\n", None),
            ("1. First\n2. Second\n", None),
            ("> a word\n> another\n", None),
            ("kind: Pod\nspec: >\n  a\n", None),
            ("8080: web\n8081: kind: x\n", None),
            ("", None),
        ] {
            assert_eq!(blanked(text).as_deref(), plain, "{text:?}");
        }
    }
}
