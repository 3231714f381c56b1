//! The known word nearest to a misspelt one.

use alloc::vec::Vec;

/// Longer words are not compared: nobody misspells a field name of this length by a letter or two.
const LONGEST: usize = 48;

/// The candidate that a person most likely meant by `word`: the same but for capitals, or at most a third of its letters away.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &'c str)> = None;
    for candidate in candidates {
        if candidate.eq_ignore_ascii_case(word) {
            return Some(candidate);
        }
        let allowed = (candidate.len() / 3).clamp(1, 3);
        if candidate.len().abs_diff(word.len()) > allowed {
            continue;
        }
        let distance = distance(word, candidate);
        if distance <= allowed && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edits between two words, capitals ignored.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    edits(a, b, |x, y| x.eq_ignore_ascii_case(&y))
}

/// Edits (insert, delete, replace; a swap of neighbours counts as two) between two words, with letters compared by `same` (Levenshtein).
pub(crate) fn edits(a: &str, b: &str, same: fn(char, char) -> bool) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(!same(x, *y));
            diagonal = *cell;
            left = replaced.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let fields = ["podSelector", "policyTypes", "ingress", "egress"];
        for (word, meant) in [
            ("podselector", Some("podSelector")),
            ("podSelectors", Some("podSelector")),
            ("policyType", Some("policyTypes")),
            ("ingres", Some("ingress")),
            ("inggress", Some("ingress")),
            ("egres", Some("egress")),
            ("gress", Some("egress")),
            ("matchLabels", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(nearest(word, fields), meant, "{word}");
        }
    }
}
