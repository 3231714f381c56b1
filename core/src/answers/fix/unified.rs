//! Edits as a unified diff.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::draft::TextEdit;
use crate::text::Sources;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// Lines that a change takes out and puts in: from which line of the old text, how many, and what stands there instead.
struct Hunk<'a> {
    first: usize,
    old: Vec<&'a str>,
    new: Vec<String>,
}

/// Edits as `diff -u` and `git diff` write them. They are of the files as they were read.
pub fn unified(sources: &Sources, edits: &[TextEdit]) -> String {
    let mut out = String::new();
    for (id, source) in sources.iter() {
        let own: Vec<&TextEdit> = edits.iter().filter(|edit| edit.source == id).collect();
        if own.is_empty() {
            continue;
        }
        let lines: Vec<&str> = source.text.split_inclusive('\n').collect();
        out.push_str(&format!("--- a/{}\n+++ b/{}\n", source.name.trim_start_matches('/'), source.name.trim_start_matches('/')));
        write(&mut out, &lines, &hunks(&source.text, &own));
    }
    out
}

/// How many lines edits take out and put in, and how many characters.
pub(super) fn size(sources: &Sources, edits: &[TextEdit]) -> (usize, usize) {
    let mut lines = 0;
    for (id, source) in sources.iter() {
        let own: Vec<&TextEdit> = edits.iter().filter(|edit| edit.source == id).collect();
        lines += hunks(&source.text, &own).iter().map(|hunk| hunk.old.len() + hunk.new.len()).sum::<usize>();
    }
    (lines, edits.iter().map(|edit| edit.text.len() + (edit.end - edit.start) as usize).sum())
}

fn hunks<'a>(text: &'a str, edits: &[&TextEdit]) -> Vec<Hunk<'a>> {
    let starts: Vec<usize> =
        core::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).filter(|at| *at < text.len()).collect();
    let line_of = |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1);
    let start_of = |line: usize| starts.get(line).copied().unwrap_or(text.len());
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    for edit in edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        let at_end = start >= text.len() && (text.is_empty() || text.ends_with('\n'));
        let first = if at_end { starts.len() } else { line_of(start) };
        let is_whole = |at: usize| at >= text.len() || start_of(line_of(at)) == at;
        let after =
            if end > start && is_whole(end) { line_of(end.saturating_sub(1)) + 1 } else { line_of(end.min(text.len().max(1) - 1)) + 1 };
        let after = if at_end || (start == end && is_whole(start) && start < text.len()) { first } else { after };
        let head = text.get(start_of(first)..start).unwrap_or_default();
        let tail = text.get(end..start_of(after).max(end)).unwrap_or_default();
        match found.last_mut() {
            // Two edits of one line.
            Some((known, known_after, new)) if *known_after > first || (*known_after == first && *known == first && after == first) => {
                let own_tail = start_of(*known_after).saturating_sub(start);
                new.truncate(new.len().saturating_sub(own_tail));
                new.push_str(&edit.text);
                new.push_str(tail);
                *known_after = after.max(*known_after);
                let _ = known;
            }
            _ => found.push((first, after, format!("{head}{}{tail}", edit.text))),
        }
    }
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    for (first, after, new) in found {
        let mut old: Vec<&str> = (first..after).filter_map(|line| text.get(start_of(line)..start_of(line + 1))).collect();
        let mut new: Vec<String> = new.split_inclusive('\n').map(String::from).collect();
        let mut first = first;
        while old.first().is_some_and(|line| new.first().is_some_and(|n| n == line)) {
            old.remove(0);
            new.remove(0);
            first += 1;
        }
        while old.last().is_some_and(|line| new.last().is_some_and(|n| n == line)) {
            old.pop();
            new.pop();
        }
        hunks.push(Hunk { first, old, new });
    }
    hunks
}

fn write(out: &mut String, lines: &[&str], hunks: &[Hunk<'_>]) {
    let mut shift = 0isize;
    let mut rest = hunks;
    while let Some(first) = rest.first() {
        // Changes whose context would touch are written together.
        let mut count = 1;
        while let (Some(one), Some(next)) = (rest.get(count - 1), rest.get(count))
            && next.first <= one.first + one.old.len() + 2 * CONTEXT
        {
            count += 1;
        }
        let (group, later) = rest.split_at(count);
        rest = later;
        let start = first.first.saturating_sub(CONTEXT);
        let last = group.last().map_or(start, |hunk| hunk.first + hunk.old.len());
        let end = (last + CONTEXT).min(lines.len());
        let (removed, added) = group.iter().fold((0, 0), |(r, a), hunk| (r + hunk.old.len(), a + hunk.new.len()));
        let (old_count, new_count) = (end - start, end - start + added - removed);
        let number = |count: usize, start: isize| if count == 0 { start } else { start + 1 };
        out.push_str(&format!(
            "@@ -{},{old_count} +{},{new_count} @@\n",
            number(old_count, start as isize),
            number(new_count, start as isize + shift)
        ));
        shift += added as isize - removed as isize;
        let mut at = start;
        for hunk in group {
            lines.get(at..hunk.first).unwrap_or_default().iter().for_each(|line| put(out, ' ', line));
            hunk.old.iter().for_each(|line| put(out, '-', line));
            hunk.new.iter().for_each(|line| put(out, '+', line));
            at = hunk.first + hunk.old.len();
        }
        lines.get(at..end).unwrap_or_default().iter().for_each(|line| put(out, ' ', line));
    }
}

fn put(out: &mut String, sign: char, line: &str) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceId;

    fn diff(text: &str, edits: &[(u32, u32, &str)]) -> String {
        let mut sources = Sources::default();
        let id: SourceId = sources.add("a.yaml", text.into());
        let edits: Vec<TextEdit> = edits.iter().map(|(start, end, new)| TextEdit::new(id, *start, *end, *new)).collect();
        unified(&sources, &edits)
    }

    #[test]
    fn changed_lines_stand_among_three_others() {
        assert_eq!(
            diff("a\nb\nc\nd\ne\nf\ng\nh\n", &[(8, 9, "E")]),
            "--- a/a.yaml\n+++ b/a.yaml\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n"
        );
        assert_eq!(diff("a\nb\n", &[(1, 1, "\nx")]), "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,3 @@\n a\n+x\n b\n");
        assert_eq!(diff("a\nb\n", &[(4, 4, "c\n")]), "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,3 @@\n a\n b\n+c\n");
        assert_eq!(diff("a\nb\n", &[(0, 2, "")]), "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,1 @@\n-a\n b\n");
        assert_eq!(diff("a b c\n", &[(0, 1, "x"), (4, 5, "z")]), "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,1 +1,1 @@\n-a b c\n+x b z\n");
        assert_eq!(
            diff("a", &[(1, 1, "\nb\n")]),
            "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"
        );
    }
}
