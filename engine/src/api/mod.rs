//! The JavaScript API: the evaluator without the page. `npm/README.md` shows how it is used.

#[cfg(feature = "answers")]
mod about_policies;
mod answers;
mod errors;
mod objects;
mod settings;

use std::cell::OnceCell;

pub use answers::{Answer, Connectivity, Endpoint, Path};
pub use errors::{ApiError, ErrorCode};
pub use settings::{Setting, SettingGroup, SettingValue, TYPES as SETTINGS_TYPES};

use js_sys::Array;
use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;
use netpolis_view::{PathQuestion, Question, SceneView, answer_to, path_view, problem_views, scene_view};
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use errors::of_question;
use objects::{read, text};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct SourceFile {
    /// Its name, as findings give it back.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// An evaluator that holds one set of files.
///
/// What it holds is the module's memory, which JavaScript does not clean up at once: call `free()`, or declare it with `using`, when it is
/// no longer needed. Errors that methods throw are `NetpolisError`s.
#[wasm_bindgen]
pub struct Netpolis {
    analysis: Analysis,
    /// What `endpoints` and `connectivity` are told by, computed when first asked for.
    scene: OnceCell<SceneView>,
}

/// Files as an argument; `name` is what errors call it.
fn read_files(files: &JsValue, name: &str) -> Result<Vec<SourceFile>, ApiError> {
    if !Array::is_array(files) {
        return Err(ApiError::argument(name, format!("`{name}` is not an array")));
    }
    let mut read_files: Vec<SourceFile> = Vec::new();
    for value in Array::from(files).iter() {
        let file: SourceFile = read(&value, name)?;
        if read_files.iter().any(|other| other.name == file.name) {
            let message = format!("two files have the name `{}`", file.name);
            return Err(ApiError::new(ErrorCode::DuplicateFile, message).about(name).in_file(file.name));
        }
        read_files.push(file);
    }
    Ok(read_files)
}

#[wasm_bindgen]
impl Netpolis {
    /// An evaluator without files. Settings that are left out have their defaults.
    ///
    /// # Errors
    /// If there is no such setting, or no such value of it.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(unchecked_optional_param_type = "Settings")] settings: &JsValue) -> Result<Netpolis, ApiError> {
        let own = Settings { today: crate::today(), ..Settings::default() };
        let own = if settings.is_undefined() { own } else { settings::change(&own, settings)? };
        Ok(Netpolis { analysis: Analysis::new(own), scene: OnceCell::new() })
    }

    /// Takes files in place of those it had. Nothing in their texts is an error: `problems()` says what cannot be read.
    ///
    /// # Errors
    /// If it is no list of files, or two of them have one name.
    pub fn load(&mut self, #[wasm_bindgen(unchecked_param_type = "readonly SourceFile[]")] files: &JsValue) -> Result<(), ApiError> {
        let read_files = read_files(files, "files")?;
        let files: Vec<(&str, &str)> = read_files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect();
        self.analysis.set_files(&files);
        self.scene = OnceCell::new();
        Ok(())
    }

    /// Gives a file another text, or adds it after the others. Documents with the same text are not read again.
    ///
    /// # Errors
    /// If name or text are no strings.
    #[wasm_bindgen(js_name = setFile)]
    pub fn set_file(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string")] name: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "string", js_name = "text")] new_text: &JsValue,
    ) -> Result<(), ApiError> {
        let (name, new_text) = (text(name, "name")?, text(new_text, "text")?);
        self.change_files(|files| match files.iter_mut().find(|(known, _)| *known == name) {
            Some(file) => file.1 = new_text.as_str().into(),
            None => files.push((name, new_text.as_str().into())),
        });
        Ok(())
    }

    /// Takes a file away.
    ///
    /// # Errors
    /// If no file has that name.
    #[wasm_bindgen(js_name = removeFile)]
    pub fn remove_file(&mut self, #[wasm_bindgen(unchecked_param_type = "string")] name: &JsValue) -> Result<(), ApiError> {
        let name = text(name, "name")?;
        if !self.analysis.sources().iter().any(|(_, source)| source.name == name) {
            return Err(ApiError::new(ErrorCode::UnknownFile, format!("there is no file `{name}`")).in_file(name));
        }
        self.change_files(|files| files.retain(|(known, _)| *known != name));
        Ok(())
    }

    /// The names of the files, in their order.
    #[wasm_bindgen(js_name = fileNames)]
    pub fn file_names(&self) -> Vec<String> {
        self.analysis.sources().iter().map(|(_, source)| source.name.clone()).collect()
    }

    /// What there is to say about the text: what cannot be read, what an API server would refuse, and what probably does not do what it
    /// was written for. In the order of the text.
    #[wasm_bindgen(unchecked_return_type = "ProblemView[]")]
    pub fn problems(&self) -> Result<JsValue, ApiError> {
        hand_over(&problem_views(&self.analysis))
    }

    /// Who can send and receive: workloads, nodes, machines, and outside addresses that policies distinguish.
    #[wasm_bindgen(unchecked_return_type = "Endpoint[]")]
    pub fn endpoints(&self) -> Result<JsValue, ApiError> {
        hand_over(&Endpoint::all(self.scene()))
    }

    /// May this traffic go from here to there, and which line decides?
    ///
    /// # Errors
    /// If the question cannot be understood, or names what is not in the files.
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn decide(&self, #[wasm_bindgen(unchecked_param_type = "Question")] question: &JsValue) -> Result<JsValue, ApiError> {
        let question: Question = read(question, "question")?;
        let answer = answer_to(&self.analysis, &question).map_err(|error| of_question(&error, &self.analysis, &question.from))?;
        hand_over(&Answer::from(answer))
    }

    /// The whole path of a packet, through Services, load balancers and Ingresses: every branch with its share, every hop with its
    /// addresses, every checkpoint. `settings` change what decides about the path for this question only.
    ///
    /// # Errors
    /// If the question cannot be understood, or names what is not in the files, or there is no such setting.
    #[wasm_bindgen(unchecked_return_type = "Path")]
    pub fn path(
        &self,
        #[wasm_bindgen(unchecked_param_type = "PathQuestion")] question: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "PathSettings")] settings: &JsValue,
    ) -> Result<JsValue, ApiError> {
        let question: PathQuestion = read(question, "question")?;
        let own = &self.analysis.settings().routing;
        let routing = if settings.is_undefined() { own.clone() } else { settings::change_path(own, settings)? };
        let path = if routing == *own {
            path_view(&self.analysis, self.analysis.paths(), own, &question)
        } else {
            path_view(&self.analysis, &self.analysis.paths_with(&routing), &routing, &question)
        };
        hand_over(&Path::from(path.map_err(|error| of_question(&error, &self.analysis, &question.from))?))
    }

    /// All pairs of endpoints.
    #[wasm_bindgen(unchecked_return_type = "Connectivity")]
    pub fn connectivity(&self) -> Result<JsValue, ApiError> {
        hand_over(&Connectivity::of(self.scene()))
    }

    /// All settings with their values, and what each of them takes.
    #[wasm_bindgen(unchecked_return_type = "Setting[]")]
    pub fn settings(&self) -> Result<JsValue, ApiError> {
        hand_over(&settings::rows(self.analysis.settings()))
    }

    /// Changes settings; those that are left out stay as they are.
    ///
    /// # Errors
    /// If there is no such setting, or no such value of it. Then none is changed.
    #[wasm_bindgen(js_name = setSettings)]
    pub fn set_settings(&mut self, #[wasm_bindgen(unchecked_param_type = "Settings")] settings: &JsValue) -> Result<(), ApiError> {
        let changed = settings::change(self.analysis.settings(), settings)?;
        if changed != *self.analysis.settings() {
            self.analysis.set_settings(changed);
            self.scene = OnceCell::new();
        }
        Ok(())
    }
}

impl Netpolis {
    fn scene(&self) -> &SceneView {
        self.scene.get_or_init(|| scene_view(&self.analysis))
    }

    /// Loads the files anew with a change.
    fn change_files(&mut self, change: impl FnOnce(&mut Vec<(String, std::sync::Arc<str>)>)) {
        let sources = self.analysis.sources().iter();
        let mut files = sources.map(|(_, source)| (source.name.clone(), source.text.clone())).collect();
        change(&mut files);
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), &**text)).collect();
        self.analysis.set_files(&files);
        self.scene = OnceCell::new();
    }
}

/// A value as a plain object.
fn hand_over<T: Serialize>(value: &T) -> Result<JsValue, ApiError> {
    serde_wasm_bindgen::to_value(value).map_err(|error| ApiError::new(ErrorCode::InvalidArgument, error.to_string()))
}
