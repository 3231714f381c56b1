//! How often components are drawn, counted for tests: one that shows nothing new is not to be drawn again. A release build counts nothing.

#[cfg(debug_assertions)]
use std::cell::RefCell;
#[cfg(debug_assertions)]
use std::collections::BTreeMap;

#[cfg(debug_assertions)]
thread_local! {
    static COUNTS: RefCell<BTreeMap<&'static str, u32>> = RefCell::default();
}

/// A component of this name is being drawn.
#[cfg_attr(not(debug_assertions), allow(clippy::missing_const_for_fn, unused_variables, reason = "counts only in debug builds"))]
pub(super) fn count_render(name: &'static str) {
    #[cfg(debug_assertions)]
    COUNTS.with_borrow_mut(|counts| *counts.entry(name).or_default() += 1);
}

/// How often each component was drawn since this was asked last.
#[cfg(debug_assertions)]
pub fn take_renders() -> BTreeMap<&'static str, u32> {
    COUNTS.take()
}
