//! What is answered about policies as a whole, and what would change them. The module that the page begins with is spared its weight.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::convert::Target;
use netpolis_core::answers::flow_logs::Log;
use netpolis_view::{
    ConvertQuestion, FixQuestion, LeastPrivilegeQuestion, check_views, conversion_view, diff_view, engine_views, exposure_view, fixes_view,
    flow_logs_view, least_privilege_view, part_views,
};
use wasm_bindgen::prelude::*;

use super::errors::of_question;
use super::objects::read;
use super::{ApiError, ErrorCode, Netpolis, hand_over, read_files};

#[wasm_bindgen]
impl Netpolis {
    /// The smallest changes of the files that allow a flow or path, or with `deny` stop it, each with what it changes besides. Nothing is
    /// changed: give the changed texts to `setFile`.
    ///
    /// # Errors
    /// If the question cannot be understood, or names what is not in the files.
    #[wasm_bindgen(unchecked_return_type = "FixesView")]
    pub fn fix(&self, #[wasm_bindgen(unchecked_param_type = "FixQuestion")] question: &JsValue) -> Result<JsValue, ApiError> {
        let question: FixQuestion = read(question, "question")?;
        hand_over(&fixes_view(&self.analysis, &question).map_err(|error| of_question(&error, &self.analysis, &question.from))?)
    }

    /// The smallest readable set of policies that allows exactly the wanted flows, and how what remains differs from them, as the evaluator has it.
    /// Nothing is changed: the policies are in `yaml`.
    ///
    /// # Errors
    /// If lines of the flows are no flows, or name what is not in the files.
    #[wasm_bindgen(js_name = leastPrivilege, unchecked_return_type = "LeastPrivilegeView")]
    pub fn least_privilege(
        &self,
        #[wasm_bindgen(unchecked_param_type = "LeastPrivilegeQuestion")] question: &JsValue,
    ) -> Result<JsValue, ApiError> {
        let question: LeastPrivilegeQuestion = read(question, "question")?;
        let view = least_privilege_view(&self.analysis, &question).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            ApiError::new(ErrorCode::InvalidQuestion, lines.join("\n")).about("flows")
        })?;
        hand_over(&view)
    }

    /// Makes the checks among the files (`kind: Check`, and test files of netassert), in the order of the text. docs/checks.md says how they are
    /// written.
    #[wasm_bindgen(unchecked_return_type = "CheckView[]")]
    pub fn checks(&self) -> Result<JsValue, ApiError> {
        hand_over(&check_views(&self.analysis))
    }

    /// What workloads are exposed to: the outside, the whole cluster, and pods that are not in the files, with the labels that they would need.
    #[wasm_bindgen(unchecked_return_type = "ExposureView")]
    pub fn exposure(&self) -> Result<JsValue, ApiError> {
        hand_over(&exposure_view(&self.analysis))
    }

    /// Which rules and policies could be removed without changing any answer, and what answers in their place; of the others, a packet that proves
    /// that they could not.
    #[wasm_bindgen(unchecked_return_type = "PartView[]")]
    pub fn pointless(&self) -> Result<JsValue, ApiError> {
        hand_over(&part_views(&self.analysis))
    }

    /// The policies in another policy language, with what cannot be said in it, and the proof that the same flows pass. Nothing is changed: give the new
    /// texts to `setFile`.
    ///
    /// # Errors
    /// If there is no such language.
    #[wasm_bindgen(unchecked_return_type = "ConversionView")]
    pub fn convert(&self, #[wasm_bindgen(unchecked_param_type = "ConvertQuestion")] question: &JsValue) -> Result<JsValue, ApiError> {
        let question: ConvertQuestion = read(question, "question")?;
        let no_target = || {
            let targets = Target::ALL.map(Target::as_str).join(", ");
            ApiError::new(ErrorCode::InvalidQuestion, format!("`{}` is nothing to convert to; there are {targets}", question.to))
                .about("to")
        };
        hand_over(&conversion_view(&self.analysis, &question).ok_or_else(no_target)?)
    }

    /// Which flows policy engines answer differently from the one in force, and what decides under each.
    #[wasm_bindgen(unchecked_return_type = "EngineView[]")]
    pub fn engines(&self) -> Result<JsValue, ApiError> {
        hand_over(&engine_views(&self.analysis))
    }

    /// Which flows differ from those of an older version of the files, under the same settings, with the edits that cause each difference and what decides
    /// before and now.
    ///
    /// # Errors
    /// If it is no list of files, or two of them have one name.
    #[wasm_bindgen(unchecked_return_type = "DiffView")]
    pub fn diff(&self, #[wasm_bindgen(unchecked_param_type = "readonly SourceFile[]")] older: &JsValue) -> Result<JsValue, ApiError> {
        let files = read_files(older, "older")?;
        let mut before = Analysis::new(self.analysis.settings().clone());
        before.set_files(&files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect::<Vec<_>>());
        hand_over(&diff_view(&before, &self.analysis))
    }

    /// Reads flow logs (of Hubble, Calico and Azure, or CSV) and judges their flows by the files: those that passed and would be denied come first.
    /// docs/flow-logs.md says what is read. What cannot be read, and ends that are not in the files, are a part of the answer.
    ///
    /// # Errors
    /// If it is no list of logs, or two of them have one name.
    #[wasm_bindgen(js_name = flowLogs, unchecked_return_type = "FlowLogsView")]
    pub fn flow_logs(&self, #[wasm_bindgen(unchecked_param_type = "readonly SourceFile[]")] logs: &JsValue) -> Result<JsValue, ApiError> {
        let files = read_files(logs, "logs")?;
        let logs: Vec<Log<'_>> = files.iter().map(|file| Log { name: &file.name, text: &file.text }).collect();
        hand_over(&flow_logs_view(&self.analysis, &logs))
    }
}
