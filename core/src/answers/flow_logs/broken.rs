//! Entries of logs that cannot be read.

use alloc::string::String;
use core::fmt;

/// Why an entry cannot be read. Its `Display` is the sentence that people get.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Broken {
    /// The line is no JSON, and the log does not begin with the names of columns.
    Line,
    /// A JSON value of no known format.
    Value,
    /// JSON that ends too early, or is none; with the parser's words, if it has any.
    Json(String),
    /// A flow without a protocol, by the field that would hold it.
    NoProtocol(&'static str),
    /// A line with more values than there are columns.
    Cells {
        /// How many values.
        values: usize,
        /// How many columns.
        columns: usize,
    },
    /// A line without an end to start from.
    NoSource,
    /// A line without an end to go to.
    NoDestination,
    /// No protocol has such a name or number.
    Protocol(String),
    /// What is no port.
    Port(String),
    /// A tuple of Azure with too few fields.
    Fields {
        /// The tuple.
        tuple: String,
        /// How many fields it has.
        fields: usize,
    },
    /// In a tuple, what is no address.
    TupleAddress(String),
    /// In a tuple, what is no protocol.
    TupleProtocol(String),
    /// In a tuple, what is no direction.
    TupleDirection(String),
    /// A tuple without a decision.
    Decision(String),
    /// A tuple without a state.
    State(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Line => f.write_str("the line is no JSON, and the log does not begin with the names of CSV columns"),
            Broken::Value => f.write_str("the value has none of the fields by which the formats of flow logs are told apart"),
            Broken::Json(why) if why.is_empty() => f.write_str("the JSON is cut off or broken"),
            Broken::Json(why) => write!(f, "the JSON is cut off or broken: {why}"),
            Broken::NoProtocol(field) => write!(f, "the flow has no protocol (`{field}`)"),
            Broken::Cells { values, columns } => write!(f, "the line has {values} values for {columns} columns"),
            Broken::NoSource => f.write_str("the line does not say where the flow starts"),
            Broken::NoDestination => f.write_str("the line does not say where the flow goes"),
            Broken::Protocol(name) => write!(f, "`{name}` is no protocol"),
            Broken::Port(port) => write!(f, "`{port}` is no port"),
            Broken::Fields { tuple, fields } => write!(f, "the tuple `{tuple}` has {fields} fields, fewer than 8"),
            Broken::TupleAddress(text) => write!(f, "`{text}` in the tuple is no address"),
            Broken::TupleProtocol(text) => write!(f, "`{text}` in the tuple is no protocol"),
            Broken::TupleDirection(text) => write!(f, "`{text}` in the tuple is no direction: it is I or O"),
            Broken::Decision(tuple) => write!(f, "the tuple `{tuple}` has no decision (A or D)"),
            Broken::State(tuple) => write!(f, "the tuple `{tuple}` has no state (B, C, E or D)"),
        }
    }
}
