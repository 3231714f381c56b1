//! Findings about text that is not yet an object.

use crate::diagnostics::Code;

/// The text is not valid YAML or JSON.
pub const SYNTAX: Code = Code("DOC001");
/// A key is written twice in one mapping.
pub const DUPLICATE_KEY: Code = Code("DOC002");
/// Aliases expand to more than is read.
pub const ALIAS_BOMB: Code = Code("DOC003");
/// Lists and mappings nest too deep.
pub const TOO_DEEP: Code = Code("DOC004");
/// There is too much text or there are too many documents.
pub const TOO_LARGE: Code = Code("DOC005");
/// The text has bytes that no text has.
pub const NOT_TEXT: Code = Code("DOC006");
/// A template that has not been rendered.
pub const TEMPLATE: Code = Code("DOC007");
/// The same object is given twice.
pub const DUPLICATE_OBJECT: Code = Code("DOC008");
/// A merge key with something else than mappings.
pub const BAD_MERGE: Code = Code("DOC009");
/// A key that is no text.
pub const BAD_KEY: Code = Code("DOC010");
