//! What a file is that is no manifest.

use netpolis_core::answers::flow_logs::{LogFormat, format_of};

/// What a flow log is, told by its beginning; nothing for a file of another kind.
pub fn log_title(head: &str) -> Option<&'static str> {
    format_of(head).map(LogFormat::title)
}
