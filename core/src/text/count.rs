//! Counts in words.

use alloc::format;
use alloc::string::String;

/// `1 workload`, `2 workloads`, `1 policy`, `3 policies`, `1 address`, `2 addresses`.
pub fn count(n: usize, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        (_, None) if noun.ends_with('s') || noun.ends_with("ch") => format!("{n} {noun}es"),
        (_, None) => format!("{n} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn one_is_singular() {
        assert_eq!((count(0, "workload"), count(1, "workload")), ("0 workloads".into(), "1 workload".into()));
        assert_eq!((count(1, "policy"), count(2, "policy")), ("1 policy".into(), "2 policies".into()));
        assert_eq!((count(2, "address"), count(2, "branch")), ("2 addresses".into(), "2 branches".into()));
        assert_eq!(count(1, "more node"), "1 more node");
    }
}
