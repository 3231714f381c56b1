//! The known word nearest to a misspelt one.

use alloc::vec::Vec;

/// Longer words are not compared: nobody misspells a field name of this length by a letter or two.
const LONGEST: usize = 48;

/// The candidate that a person most likely meant by `word`: the same but for capitals, or at most a third of its letters away.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
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

/// Edits between two words, capitals ignored. Two neighbours that are swapped (`prot` for `port`) count as one.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    if is_swapped(a, b) { 1 } else { edits(a, b, |x, y| x.eq_ignore_ascii_case(&y)) }
}

/// Whether one word becomes the other by swapping two neighbours, capitals ignored.
fn is_swapped(a: &str, b: &str) -> bool {
    let differ = |(x, y): &(char, char)| !x.eq_ignore_ascii_case(y);
    let mut differences = a.chars().zip(b.chars()).enumerate().filter(|(_, pair)| differ(pair));
    let (Some((i, (p, q))), Some((j, (r, s))), None) = (differences.next(), differences.next(), differences.next()) else { return false };
    a.len() == b.len() && j == i + 1 && !differ(&(p, s)) && !differ(&(q, r))
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
            ("ergess", Some("egress")),
            ("matchLabels", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(nearest(word, fields), meant, "{word}");
        }
    }
}
