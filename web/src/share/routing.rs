//! What decides about the way of packets, as `name=value` lines: in links, in stored work, for the worker, and in comparisons. Names and values are those
//! of the table of settings.

pub use netpolis_core::settings::table::{get_way as get, set_way as set};
