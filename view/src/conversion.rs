//! Policies in another policy language, and the proof that the same flows pass.

use netpolis_core::analysis::{Analysis, Conversion, Reading};
use netpolis_core::answers::convert::{PolicyConversion, Remark, Target};
use netpolis_core::answers::diff::Difference;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::differences::flows_in_words;
use super::{SourceLocation, SourceLocations};

/// What is to be converted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ConvertQuestion {
    /// What is converted into: `calico`, `kubernetes` or `cluster-network-policy`.
    #[tsify(type = "\"calico\" | \"kubernetes\" | \"cluster-network-policy\"")]
    pub to: String,
}

/// The policies in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ConversionView {
    /// Every policy of the kinds that are converted, in the order of the text.
    pub policies: Vec<PolicyConversionView>,
    /// The files in which policies were replaced, with their new text.
    pub files: Vec<ConvertedFileView>,
    /// That the flows are the same.
    pub proof: ConversionProofView,
}

/// A policy, and what it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PolicyConversionView {
    /// Its kind as it is written.
    pub kind: String,
    /// Its namespace as it is written.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub location: Option<SourceLocation>,
    /// Whether it was converted; if not, it stays as it is, and `remarks` say why.
    pub converted: bool,
    /// What it became, each as a YAML document.
    pub documents: Vec<String>,
    /// What cannot be said in the target, and what else is worth knowing.
    pub remarks: Vec<ConversionRemarkView>,
}

/// Something that is said of the conversion of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ConversionRemarkView {
    /// Where it is written.
    pub location: Option<SourceLocation>,
    /// The field, as `spec.ingress[0].source.serviceAccounts`; empty for the whole object.
    pub field: String,
    /// A sentence without its full stop, with code in backticks.
    pub text: String,
    /// Whether the policy stays as it is because of it. Others change no flow.
    pub obstacle: bool,
}

/// A file with its new text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ConvertedFileView {
    /// Its name.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// The flows before and after, compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ConversionProofView {
    /// The engine under which both were evaluated.
    pub engine: Option<String>,
    /// How many workloads and machines were compared, each with each other and with all addresses outside.
    pub workloads: u32,
    /// How many pods that are not in the files were compared with them, with labels that policies tell apart.
    pub stand_ins: u32,
    /// Whether all flows are the same.
    pub same: bool,
    /// The flows that differ.
    pub differences: Vec<ConversionDifferenceView>,
}

/// Flows between two ends that differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ConversionDifferenceView {
    /// Where the flows start.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// What is allowed in the input.
    pub before: String,
    /// What is allowed by the converted text.
    pub after: String,
}

/// Converts; nothing if there is no such target.
pub fn conversion_view(analysis: &Analysis, question: &ConvertQuestion) -> Option<ConversionView> {
    let target = Target::ALL.into_iter().find(|target| target.as_str() == question.to)?;
    let conversion = analysis.convert(target);
    let locations = SourceLocations::new(analysis.sources());
    let name = |source| analysis.sources().get(source).map_or_else(String::new, |file| file.name.clone());
    Some(ConversionView {
        policies: conversion.policies.iter().map(|policy| policy_view(policy, &locations)).collect(),
        files: conversion.files.iter().map(|(source, text)| ConvertedFileView { name: name(*source), text: text.clone() }).collect(),
        proof: proof_view(&conversion),
    })
}

fn policy_view(policy: &PolicyConversion, locations: &SourceLocations<'_>) -> PolicyConversionView {
    let remark = |remark: &Remark| ConversionRemarkView {
        location: locations.at(remark.place),
        field: remark.field.clone(),
        text: remark.text.clone(),
        obstacle: remark.is_obstacle,
    };
    PolicyConversionView {
        kind: policy.kind.clone(),
        namespace: policy.namespace.clone(),
        name: policy.name.clone(),
        location: locations.at(policy.place),
        converted: policy.is_converted(),
        documents: policy.objects.iter().map(|object| object.text.clone()).collect(),
        remarks: policy.remarks.iter().map(remark).collect(),
    }
}

fn proof_view(conversion: &Conversion) -> ConversionProofView {
    let difference = |difference: &Difference| ConversionDifferenceView {
        from: difference.from.title.clone(),
        to: difference.to.title.clone(),
        before: flows_in_words(&difference.before),
        after: flows_in_words(&difference.after),
    };
    let proof = &conversion.proof;
    ConversionProofView {
        engine: proof.reading.map(Reading::as_str).map(str::to_owned),
        workloads: u32::try_from(proof.workloads).unwrap_or(u32::MAX),
        stand_ins: u32::try_from(proof.stand_ins).unwrap_or(u32::MAX),
        same: proof.is_same(),
        differences: proof.differences.iter().map(difference).collect(),
    }
}
