//! Cases whose expectation is held to be wrong.

use serde::Deserialize;

/// One of them, with the reasons.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Disputed {
    /// Its set.
    pub set: String,
    /// Its name.
    pub case: String,
    /// Why the expectation is wrong.
    pub reason: String,
    /// The upstream text that proves it, and where that stands.
    pub upstream: String,
}

/// The list, `tests/disputed.json`.
///
/// # Errors
/// When the list is not of its form, or an entry gives no reason or no upstream text.
pub fn disputed() -> Result<Vec<Disputed>, String> {
    let list: Vec<Disputed> = serde_json::from_str(include_str!("../../disputed.json")).map_err(|e| format!("tests/disputed.json: {e}"))?;
    match list.iter().find(|d| d.reason.is_empty() || d.upstream.is_empty()) {
        Some(d) => Err(format!("tests/disputed.json: `{}` must give a reason and the upstream text", d.case)),
        None => Ok(list),
    }
}
