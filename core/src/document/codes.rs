//! The kinds of finding about text as YAML or JSON, each with its stable code.
//!
//! A code names one cause. Codes are never reused; a kind of finding that is given up leaves a gap.

use crate::diagnostics::{Code, CodeInfo, Severity, codes};

codes! {
    // ---- text that cannot be read --------------------------------------------------------------------------------------------------------

    /// The text is not YAML, for a reason that has no code of its own.
    SYNTAX = "DOC001";
    /// A tab indents a line.
    TAB = "DOC002";
    /// A quotation mark without its counterpart.
    OPEN_QUOTE = "DOC003";
    /// A bracket without its counterpart.
    OPEN_BRACKET = "DOC004";
    /// A colon that is missing, or stands where none is possible.
    COLON = "DOC005";
    /// A line that is indented unlike everything it could belong to.
    INDENTATION = "DOC006";
    /// A character that cannot be in YAML, or not there.
    CHARACTER = "DOC007";
    /// Not text at all, or text in another encoding than UTF-8.
    BINARY = "DOC008";
    /// A Helm (or other) template, which only becomes YAML once it is rendered.
    TEMPLATE = "DOC009";

    /// The output of a command that is not a manifest, such as the table of `kubectl get`.
    PRINTED = "DOC140" [Error, Warning];

    /// A placeholder that was not filled in keeps the text from being YAML.
    PLACEHOLDER = "DOC142" [Error];

    // ---- YAML that Kubernetes refuses ----------------------------------------------------------------------------------------------------

    /// A key that a mapping has already.
    DUPLICATE_KEY = "DOC020";
    /// A key that is not text, such as a list.
    KEY_NOT_TEXT = "DOC021";
    /// An alias whose anchor does not exist, or which stands within its own anchor.
    ALIAS = "DOC022";
    /// `<<` with something else than mappings.
    MERGE = "DOC023";
    /// `<<` written after a key which it replaces.
    MERGE_REPLACES = "DOC024";
    /// A tag which the value does not fit (`!!int x`).
    TAG = "DOC025";

    // ---- limits --------------------------------------------------------------------------------------------------------------------------

    /// Too much text.
    TOO_LARGE = "DOC030";
    /// Too many documents.
    TOO_MANY_DOCUMENTS = "DOC031";
    /// Values within values, deeper than anybody writes.
    TOO_DEEP = "DOC032";
    /// Too many values in one document.
    TOO_MANY_VALUES = "DOC033";
    /// Aliases that would multiply the document.
    ALIAS_EXPANSION = "DOC034";

    // ---- documents together --------------------------------------------------------------------------------------------------------------

    /// An object that a later document defines again.
    DUPLICATE_OBJECT = "DOC040";
    /// A line is meant to separate documents, and does not: `----` for `---`.
    SEPARATOR = "DOC141" [Error];

    // ---- JSON that is none ---------------------------------------------------------------------------------------------------------------

    /// A comment in JSON.
    JSON_COMMENT = "DOC120";
    /// A word of Python's in what is nearly JSON.
    PYTHON = "DOC121";
}

/// All reasons for which a text is not YAML; the document is left out, but for the complete objects of a list.
pub const NOT_YAML: [Code; 11] =
    [SYNTAX, TAB, OPEN_QUOTE, OPEN_BRACKET, COLON, INDENTATION, CHARACTER, BINARY, TEMPLATE, PRINTED, PLACEHOLDER];
