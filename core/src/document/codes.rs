//! The kinds of finding about text as YAML or JSON, each with its stable code.
//!
//! A code names one cause. Codes are never reused; a kind of finding that is given up leaves a gap.

use crate::diagnostics::Code;

// ---- text that cannot be read --------------------------------------------------------------------------------------------------------

/// The text is not YAML, for a reason that has no code of its own.
pub const SYNTAX: Code = Code("DOC001");
/// A tab indents a line.
pub const TAB: Code = Code("DOC002");
/// A quotation mark without its counterpart.
pub const OPEN_QUOTE: Code = Code("DOC003");
/// A bracket without its counterpart.
pub const OPEN_BRACKET: Code = Code("DOC004");
/// A colon that is missing, or stands where none is possible.
pub const COLON: Code = Code("DOC005");
/// A line that is indented unlike everything it could belong to.
pub const INDENTATION: Code = Code("DOC006");
/// A character that cannot be in YAML, or not there.
pub const CHARACTER: Code = Code("DOC007");
/// Not text at all, or text in another encoding than UTF-8.
pub const BINARY: Code = Code("DOC008");
/// A Helm (or other) template, which only becomes YAML once it is rendered.
pub const TEMPLATE: Code = Code("DOC009");

/// A table or a description that a command printed for people.
pub const PRINTED: Code = Code("DOC140");

/// A placeholder that was not filled in.
pub const PLACEHOLDER: Code = Code("DOC142");

/// All reasons for which a text is not YAML; the document is left out, but for the complete objects of a list.
pub const NOT_YAML: [Code; 11] =
    [SYNTAX, TAB, OPEN_QUOTE, OPEN_BRACKET, COLON, INDENTATION, CHARACTER, BINARY, TEMPLATE, PRINTED, PLACEHOLDER];

// ---- YAML that Kubernetes refuses ----------------------------------------------------------------------------------------------------

/// A key that a mapping has already.
pub const DUPLICATE_KEY: Code = Code("DOC020");
/// A key that is not text, such as a list.
pub const KEY_NOT_TEXT: Code = Code("DOC021");
/// An alias whose anchor does not exist, or which stands within its own anchor.
pub const ALIAS: Code = Code("DOC022");
/// `<<` with something else than mappings.
pub const MERGE: Code = Code("DOC023");
/// `<<` written after a key which it replaces.
pub const MERGE_REPLACES: Code = Code("DOC024");
/// A tag which the value does not fit (`!!int x`).
pub const TAG: Code = Code("DOC025");

// ---- limits --------------------------------------------------------------------------------------------------------------------------

/// Too much text.
pub const TOO_LARGE: Code = Code("DOC030");
/// Too many documents.
pub const TOO_MANY_DOCUMENTS: Code = Code("DOC031");
/// Values within values, deeper than anybody writes.
pub const TOO_DEEP: Code = Code("DOC032");
/// Too many values in one document.
pub const TOO_MANY_VALUES: Code = Code("DOC033");
/// Aliases that would multiply the document.
pub const ALIAS_EXPANSION: Code = Code("DOC034");

// ---- documents together --------------------------------------------------------------------------------------------------------------

/// An object that a later document defines again.
pub const DUPLICATE_OBJECT: Code = Code("DOC040");
/// A line that is meant to separate documents, and does not.
pub const SEPARATOR: Code = Code("DOC141");

// ---- JSON that is none ---------------------------------------------------------------------------------------------------------------

/// A comment in JSON.
pub const JSON_COMMENT: Code = Code("DOC120");
/// A word of Python's in what is nearly JSON.
pub const PYTHON: Code = Code("DOC121");
