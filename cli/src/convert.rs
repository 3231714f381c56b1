//! `netpolis convert`: policies in another policy language, with the proof that the same flows pass.

use std::path::Path;

use netpolis_core::analysis::{Analysis, Conversion, Reading};
use netpolis_core::answers::convert::{PolicyConversion, Remark, Target};
use netpolis_core::answers::diff::Difference;
use netpolis_core::text::{SourceId, count};
use serde_json::{Value, json};

use crate::formats::{TextOrJson, flows_json};
use crate::places::{self, printable};

/// What is to be converted, and how it is handed out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question {
    /// What is converted into.
    pub target: Target,
    /// Whether text has the converted policies alone, without the rest of the input.
    pub policies_only: bool,
}

/// The targets by name.
pub const TARGETS: [(&str, Target); 3] =
    [(Target::ALL[0].as_str(), Target::ALL[0]), (Target::ALL[1].as_str(), Target::ALL[1]), (Target::ALL[2].as_str(), Target::ALL[2])];

/// Whether something was not converted, or flows differ.
pub fn has_findings(conversion: &Conversion) -> bool {
    !conversion.proof.is_same() || conversion.policies.iter().any(|policy| !policy.is_converted())
}

/// The answer in a form.
pub fn render(analysis: &Analysis, conversion: &Conversion, question: Question, format: TextOrJson) -> String {
    match format {
        TextOrJson::Text if question.policies_only => policies(&conversion.policies),
        TextOrJson::Text => documents(analysis, conversion),
        TextOrJson::Json => format!("{:#}\n", object(analysis, conversion)),
    }
}

fn policies(policies: &[PolicyConversion]) -> String {
    let texts: Vec<&str> = policies.iter().flat_map(|policy| &policy.objects).map(|object| object.text.as_str()).collect();
    texts.join("---\n")
}

/// All files as one stream of documents. Of scripts and Markdown only the converted policies, as nothing else of them is a document.
fn documents(analysis: &Analysis, conversion: &Conversion) -> String {
    let mut out = String::new();
    let mut add = |text: &str| {
        if text.trim().is_empty() {
            return;
        }
        if !out.is_empty() && !text.trim_start().starts_with("---") {
            out.push_str("---\n");
        }
        out.push_str(text);
        if !text.ends_with('\n') {
            out.push('\n');
        }
    };
    for (id, source) in analysis.sources().iter() {
        if is_documents(&source.name) {
            add(conversion.files.get(&id).map_or(&source.text, String::as_str));
            continue;
        }
        let own = |policy: &&PolicyConversion| analysis.sources().source_of(policy.place.document) == Some(id);
        for policy in conversion.policies.iter().filter(own) {
            policy.objects.iter().for_each(|object| add(&object.text));
        }
    }
    out
}

/// Whether a file is YAML or JSON as a whole.
fn is_documents(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    !["sh", "azcli", "md"].iter().any(|other| ending.eq_ignore_ascii_case(other))
}

/// What is said beside the text: what stays as it is and why, what is lost, and the proof.
pub fn notes(analysis: &Analysis, conversion: &Conversion) -> Vec<String> {
    let mut lines = Vec::new();
    for policy in &conversion.policies {
        for remark in &policy.remarks {
            let what = if remark.is_obstacle { "not converted: " } else { "" };
            let field = if remark.field.is_empty() { String::new() } else { format!("`{}`: ", remark.field) };
            let at = analysis.sources().describe(remark.place);
            lines.push(printable(&format!("{what}{} ({at}): {field}{}", title(policy), remark.text)).into_owned());
        }
    }
    lines.push(summary(conversion));
    lines
}

fn title(policy: &PolicyConversion) -> String {
    let namespace = policy.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{} `{namespace}{}`", policy.kind, policy.name)
}

fn summary(conversion: &Conversion) -> String {
    if conversion.policies.is_empty() {
        return format!("there is nothing to convert: the input has no {}", conversion.target.kinds());
    }
    let done = conversion.policies.iter().filter(|policy| policy.is_converted()).count();
    let all = count(conversion.policies.len(), "policy").replace("policys", "policies");
    let under = conversion.proof.reading.map(|reading| format!(" under {}", reading.as_str())).unwrap_or_default();
    let (inside, others) = (count(conversion.proof.workloads, "workload"), count(conversion.proof.stand_ins, "pod"));
    let proof = match (done, conversion.proof.differences.len()) {
        (0, _) => String::from("nothing was changed"),
        (_, 0) => {
            format!(
                "proof: all flows between {inside}, {others} that the input does not have, and every address outside are the same{under}"
            )
        }
        (_, many) => format!("flows differ{under} for {}", count(many, "pair")),
    };
    format!("{done} of {all} converted; {proof}")
}

fn object(analysis: &Analysis, conversion: &Conversion) -> Value {
    let remark = |remark: &Remark| {
        json!({
            "place": places::json(analysis, remark.place),
            "field": remark.field,
            "text": remark.text,
            "isObstacle": remark.is_obstacle,
        })
    };
    let policy = |policy: &PolicyConversion| {
        let objects = policy
            .objects
            .iter()
            .map(|object| json!({"kind": object.kind, "namespace": object.namespace, "name": object.name, "text": object.text}));
        json!({
            "kind": policy.kind,
            "namespace": policy.namespace,
            "name": policy.name,
            "place": places::json(analysis, policy.place),
            "isConverted": policy.is_converted(),
            "objects": objects.collect::<Vec<_>>(),
            "remarks": policy.remarks.iter().map(remark).collect::<Vec<_>>(),
        })
    };
    let file = |(source, text): (&SourceId, &String)| json!({"file": analysis.sources().get(*source).map_or("", |file| file.name.as_str()), "text": text});
    let difference = |difference: &Difference| {
        json!({
            "from": difference.from.title,
            "to": difference.to.title,
            "before": flows_json(&difference.before),
            "after": flows_json(&difference.after),
        })
    };
    let proof = &conversion.proof;
    json!({
        "target": conversion.target.as_str(),
        "policies": conversion.policies.iter().map(policy).collect::<Vec<_>>(),
        "files": conversion.files.iter().map(file).collect::<Vec<_>>(),
        "proof": {
            "engine": proof.reading.map(Reading::as_str),
            "workloads": proof.workloads,
            "standIns": proof.stand_ins,
            "same": proof.is_same(),
            "differences": proof.differences.iter().map(difference).collect::<Vec<_>>(),
        },
    })
}
