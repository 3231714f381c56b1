//! Sentences of the core as they stand on the page.

/// A sentence that stands alone: with a capital, and without the verdict's word, which stands above it.
pub fn sentence(text: &str) -> String {
    capital(without_verdict(text))
}

/// What stands below a headline: a summary without the words that the headline has.
pub fn explanation(summary: &str) -> String {
    sentence(["Sometimes: ", "Cannot tell, because "].iter().find_map(|word| summary.strip_prefix(word)).unwrap_or(summary))
}

/// A sentence without the verdict's word at its beginning.
pub fn without_verdict(text: &str) -> &str {
    ["Allowed: ", "Denied: ", "Cannot tell: "].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text)
}

/// Names that are written small everywhere.
const SMALL: [&str; 5] = ["kubectl", "kubelet", "calicoctl", "az", "iptables"];

/// With a capital, unless it begins with a name that has none: a path of fields (`spec.ingress[0].from: …`), a command, `eBPF`.
pub fn capital(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    let plain = word.trim_end_matches([',', ';']);
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if plain.chars().all(|c| c.is_ascii_lowercase() || !c.is_ascii() || c == '\'') && !SMALL.contains(&plain) => {
            first.to_uppercase().to_string() + characters.as_str()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_a_capital_and_names_keep_theirs() {
        assert_eq!(capital("no policy selects `a`"), "No policy selects `a`");
        assert_eq!(capital("unknown field \"spec.x\""), "Unknown field \"spec.x\"");
        for small in [
            "spec.ingress[0].from: expected a list",
            "spec: Required value",
            "kube-proxy rewrites",
            "eBPF programs",
            "kubectl apply refuses",
            "`a` is",
        ] {
            assert_eq!(capital(small), small);
        }
        assert_eq!(without_verdict("Denied: `a` is selected"), "`a` is selected");
    }

    #[test]
    fn what_a_headline_says_is_not_said_again() {
        assert_eq!(explanation("Cannot tell, because the order is unknown"), "The order is unknown");
        assert_eq!(explanation("Sometimes: two of three pods"), "Two of three pods");
        assert_eq!(explanation("Denied: no rule allows it"), "No rule allows it");
        assert_eq!(explanation("`a` reaches `b`"), "`a` reaches `b`");
    }
}
