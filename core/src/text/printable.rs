//! Texts as they are shown.

use alloc::borrow::Cow;

/// A person's text with nothing in it that commands a terminal or ends a line.
pub fn printable(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control();
    if text.contains(commands) { Cow::Owned(text.replace(commands, "\u{fffd}")) } else { Cow::Borrowed(text) }
}
