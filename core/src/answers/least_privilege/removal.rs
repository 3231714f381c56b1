//! Objects taken out of the text of their files.

use alloc::vec::Vec;

use crate::answers::fix::TextEdit;
use crate::text::{Place, Sources};

/// The changes that take out objects, each with its whole document or as an item of a list; nothing where one of them stands in another way.
pub(crate) fn removal(sources: &Sources, places: &[Place]) -> Option<Vec<TextEdit>> {
    let mut edits: Vec<TextEdit> = Vec::new();
    for place in places {
        let position = sources.position(*place)?;
        let text = &sources.get(position.source)?.text;
        let (start, end) = range(text, position.start as usize, position.end as usize)?;
        edits.push(TextEdit::new(position.source, start as u32, end as u32, ""));
    }
    edits.sort();
    let mut whole: Vec<TextEdit> = Vec::new();
    for edit in edits {
        match whole.last_mut().filter(|last| last.source == edit.source && last.end >= edit.start) {
            Some(last) => last.end = last.end.max(edit.end),
            None => whole.push(edit),
        }
    }
    Some(whole)
}

/// The bytes that go with an object.
fn range(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let line_start = |at: usize| text.get(..at).map(|before| before.rfind('\n').map_or(0, |newline| newline + 1));
    let lead = text.get(line_start(start)?..start)?;
    if lead.trim() == "-" {
        // Up to the next line: what stands behind it on the last one is of the list.
        let rest = text.get(end..)?;
        let line = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        let last_ended = text.get(..end)?.ends_with('\n');
        let ends_clean = last_ended || is_quiet(rest.get(..line)?);
        return ends_clean.then_some((line_start(start)?, if last_ended { end } else { end + line }));
    }
    lead.trim().is_empty().then_some(())?;
    // Back over comments to the document's first line.
    let mut first = line_start(start)?;
    let mut separator = None;
    while first > 0 {
        let above = line_start(first - 1)?;
        let line = text.get(above..first)?;
        if is_separator(line) {
            separator = Some(above);
            break;
        }
        is_quiet(line).then_some(())?;
        first = above;
    }
    let mut at = end;
    for (number, line) in text.get(end..)?.split_inclusive('\n').enumerate() {
        let is_next = is_separator(line) && (number > 0 || text.get(..end)?.ends_with('\n'));
        at += line.len();
        if is_next {
            return Some((first, at));
        }
        is_quiet(line).then_some(())?;
    }
    Some((separator.unwrap_or(first), text.len()))
}

fn is_separator(line: &str) -> bool {
    line.trim_end() == "---"
}

/// Whether a line says nothing.
fn is_quiet(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::range;

    fn without(text: &str, object: &str) -> Option<alloc::string::String> {
        let start = text.find(object).unwrap();
        let (from, to) = range(text, start, start + object.len())?;
        Some(alloc::format!("{}{}", &text[..from], &text[to..]))
    }

    #[test]
    fn documents_go_with_their_comments_and_one_separator() {
        let text = "# top\na: 1\n---\n# of b\nb: 2\n\n---\nc: 3\n";
        assert_eq!(without(text, "a: 1\n").as_deref(), Some("# of b\nb: 2\n\n---\nc: 3\n"));
        assert_eq!(without(text, "b: 2").as_deref(), Some("# top\na: 1\n---\nc: 3\n"));
        assert_eq!(without(text, "c: 3\n").as_deref(), Some("# top\na: 1\n---\n# of b\nb: 2\n\n"));
        assert_eq!(without("a: 1\n", "a: 1\n").as_deref(), Some(""));
    }

    #[test]
    fn items_of_lists_go_alone_and_other_texts_stay() {
        let text = "items:\n- a: 1\n  b: 2\n- c: 3\n";
        assert_eq!(without(text, "a: 1\n  b: 2").as_deref(), Some("items:\n- c: 3\n"));
        assert_eq!(without(text, "c: 3\n").as_deref(), Some("items:\n- a: 1\n  b: 2\n"));
        assert_eq!(without("{\"items\": [{\"a\": 1}]}", "{\"a\": 1}"), None);
        assert_eq!(without("kubectl apply -f - <<EOF\na: 1\nEOF\n", "a: 1\n"), None);
    }
}
