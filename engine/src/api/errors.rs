//! What methods throw: objects with a code and a sentence.

use js_sys::Reflect;
use netpolis_core::analysis::Analysis;
use netpolis_core::connections::TrafficError;
use netpolis_core::path::NotAsked;
use netpolis_core::settings::table::Refused;
use netpolis_view::{QuestionError, resolve};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

/// What is the matter, for programs.
///
/// `invalid-argument`: an argument is of another type, or has a field that there is not.
/// `invalid-question`: a part of a question cannot be understood.
/// `unknown-endpoint`: `from` or `to` is not in the files: nothing has the name, several things have it, or a Service has no such port.
/// `unknown-setting`, `invalid-setting`: there is no setting of that name, or no such value of it.
/// `unknown-file`, `duplicate-file`: no file has that name, or two have it.
/// `not-ready`: `init()` has not ended, or could not load the module.
/// `released`: the evaluator was released with `free()`.
/// `terminated`, `worker-failed`: the worker was ended, or could not start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// An argument is of another type, or has a field that there is not.
    InvalidArgument,
    /// A part of a question cannot be understood.
    InvalidQuestion,
    /// `from` or `to` is not in the files.
    UnknownEndpoint,
    /// There is no such setting.
    UnknownSetting,
    /// A setting has no such value.
    InvalidSetting,
    /// No file has that name.
    UnknownFile,
    /// Two files have one name.
    DuplicateFile,
    /// The module is not loaded; thrown by the package's scripts.
    NotReady,
    /// The evaluator was released; thrown by the package's scripts.
    Released,
    /// The worker was ended; thrown by the package's scripts.
    Terminated,
    /// The worker could not start; thrown by the package's scripts.
    WorkerFailed,
}

#[wasm_bindgen(typescript_custom_section)]
const ERROR: &str = r#"
/** What methods throw: an `Error` with a code to compare and a message to show. */
export interface NetpolisError extends Error {
    /** Tells these errors from others. */
    readonly name: "NetpolisError";
    /** What is the matter. */
    readonly code: ErrorCode;
    /** The argument, the part of the question or the setting that it is about. */
    readonly field?: string;
    /** The name of the file that it is about. */
    readonly file?: string;
}
"#;

/// An error on its way to JavaScript.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiError {
    /// What is the matter.
    pub code: ErrorCode,
    /// What is the matter in a sentence, without a full stop.
    pub message: String,
    /// The argument, the part of the question or the setting that it is about.
    pub field: Option<String>,
    /// The file that it is about.
    pub file: Option<String>,
}

impl ApiError {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ApiError { code, message: message.into(), field: None, file: None }
    }

    /// This error, about an argument, a part of a question or a setting.
    pub(super) fn about(self, field: impl Into<String>) -> Self {
        ApiError { field: Some(field.into()), ..self }
    }

    /// This error, about a file.
    pub(super) fn in_file(self, name: impl Into<String>) -> Self {
        ApiError { file: Some(name.into()), ..self }
    }

    /// An argument of another type.
    pub(super) fn argument(field: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, message).about(field)
    }

    /// What the table of settings refuses.
    pub(super) fn setting(name: &str, known: bool, error: &Refused) -> Self {
        let code = if known { ErrorCode::InvalidSetting } else { ErrorCode::UnknownSetting };
        Self::new(code, error.to_string()).about(name)
    }
}

/// What is said of a question that has no answer, and which part of it that is about.
pub(super) fn of_question(error: &QuestionError, analysis: &Analysis, from: &str) -> ApiError {
    use ErrorCode::{InvalidQuestion, UnknownEndpoint};
    // The source is looked up first.
    let end = || if from.trim().is_empty() || resolve(analysis, from).is_err() { "from" } else { "to" };
    let (code, field) = match error {
        QuestionError::NoEnds | QuestionError::NoPathEnds => (InvalidQuestion, Some(end())),
        QuestionError::Protocol(_) => (InvalidQuestion, Some("protocol")),
        QuestionError::Entry(_) => (InvalidQuestion, Some("entry")),
        QuestionError::Traffic(error) | QuestionError::Path(NotAsked::Traffic(error)) => (InvalidQuestion, Some(field_of(*error))),
        QuestionError::Comparison(_) | QuestionError::Setting(_) => (InvalidQuestion, None),
        QuestionError::Path(NotAsked::UrlPort(_)) => (InvalidQuestion, Some("to")),
        QuestionError::Path(NotAsked::ServicePort { .. }) => (UnknownEndpoint, Some("port")),
        QuestionError::Path(NotAsked::Missing { kind: "node", .. }) => (UnknownEndpoint, Some("node")),
        QuestionError::Path(NotAsked::Host { .. } | NotAsked::Missing { .. } | NotAsked::Ambiguous { .. }) => (UnknownEndpoint, Some("to")),
        _ => (UnknownEndpoint, Some(end())),
    };
    ApiError { field: field.map(str::to_owned), ..ApiError::new(code, error.to_string()) }
}

/// The part of a question that is about what a protocol does not have.
fn field_of(error: TrafficError) -> &'static str {
    match error {
        TrafficError::NoPorts(_) | TrafficError::PortZero => "port",
        TrafficError::NoIcmpType(_) => "icmpType",
        TrafficError::CodeWithoutType => "icmpCode",
    }
}

impl From<ApiError> for JsValue {
    fn from(error: ApiError) -> Self {
        let object = js_sys::Error::new(&error.message);
        object.set_name("NetpolisError");
        let code = serde_wasm_bindgen::to_value(&error.code).unwrap_or_default();
        let fields = [("code", Some(code)), ("field", error.field.map(JsValue::from)), ("file", error.file.map(JsValue::from))];
        for (name, value) in fields {
            if let Some(value) = value {
                // A new object takes any property.
                let _ = Reflect::set(&object, &JsValue::from_str(name), &value);
            }
        }
        object.into()
    }
}
