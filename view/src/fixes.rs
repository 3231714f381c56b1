//! The smallest changes that allow a flow or stop it, for buttons and programs.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::fix::{self, Fixes, NotFixed, Proposal, SideEffect, TextEdit, unified};
use netpolis_core::connections::ConnectionSet;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::answer::protocol;
use super::ports::set_view;
use super::problems::EditView;
use super::{QuestionError, SourceLocations};

/// What is to be allowed, or stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FixQuestion {
    /// The sender, in the words of a flow or a path.
    pub from: String,
    /// The receiver; also a Service (`svc/shop/db`), an Ingress or a URL.
    pub to: String,
    /// `TCP`, `UDP`, `SCTP`, `ICMP`, `ICMPv6` or a protocol number; TCP where it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub protocol: String,
    /// Destination port; 80, or a Service's only one, where it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub port: Option<u16>,
    /// Whether it is to be stopped.
    #[serde(default)]
    #[tsify(optional)]
    pub deny: bool,
}

/// The answer to a [`FixQuestion`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FixesView {
    /// The sender as it was understood.
    pub from: String,
    /// The receiver as it was understood.
    pub to: String,
    /// The answer to the flow or path as the files are, in a sentence with code in backticks.
    pub summary: String,
    /// Whether nothing has to change.
    pub is_so_already: bool,
    /// The changes, the best first. Each was tried on a copy of the files.
    pub proposals: Vec<FixProposalView>,
    /// Where a path ends that no policy stops, and why other places cannot be edited.
    pub notes: Vec<String>,
}

/// A change that does what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FixProposalView {
    /// `typo`, `port`, `peer`, `narrow`, `rule`, `policy`, `remove` or `object`.
    pub kind: String,
    /// What it does, as a command.
    pub title: String,
    /// Why it is wider than what was asked for; only where nothing narrower works.
    pub wider: Option<String>,
    /// The changes of the texts; they do not overlap.
    pub edits: Vec<EditView>,
    /// What changes besides.
    pub side_effects: Vec<SideEffectView>,
    /// The same edits as a unified diff.
    pub diff: String,
}

/// A flow that changes besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct SideEffectView {
    /// Where connections start.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// What is allowed afterwards and was not, in words.
    pub opened: Option<String>,
    /// What was allowed and is not afterwards.
    pub closed: Option<String>,
}

/// Asks for changes.
///
/// # Errors
/// If the question cannot be understood, or names what is not in the files.
pub fn fixes_view(analysis: &Analysis, question: &FixQuestion) -> Result<FixesView, QuestionError> {
    let fixes = found_fixes(analysis, question)?;
    let spots = SourceLocations::new(analysis.sources());
    Ok(FixesView {
        proposals: fixes.proposals.iter().map(|p| proposal_of(analysis, p, &spots)).collect(),
        notes: notes_of(&fixes),
        from: fixes.from,
        to: fixes.to,
        summary: fixes.summary,
        is_so_already: fixes.is_so_already,
    })
}

/// What the core finds.
pub(super) fn found_fixes(analysis: &Analysis, question: &FixQuestion) -> Result<Fixes, QuestionError> {
    let FixQuestion { from, to, port, deny, .. } = question;
    if from.trim().is_empty() || to.trim().is_empty() {
        return Err(QuestionError::NoEnds);
    }
    let protocol = protocol(&question.protocol)?;
    let asked = fix::Question { from, to, port: port.filter(|_| protocol.has_ports()), protocol, deny: *deny };
    analysis.fix(&asked).map_err(|error| match error {
        NotFixed::Path(error) => QuestionError::Path(error),
        NotFixed::End(error) => QuestionError::Endpoint(error),
        // The two there are.
        _ => QuestionError::NoEnds,
    })
}

/// What there is to say besides.
pub(super) fn notes_of(fixes: &Fixes) -> Vec<String> {
    let not_editable = fixes.unpatchable.iter().map(|why| format!("what also plays a part here cannot be edited: {}", why.as_str()));
    fixes.notes.iter().cloned().chain(not_editable).collect()
}

/// The edits of a change.
pub(super) fn edits_of(proposal: &Proposal, spots: &SourceLocations<'_>) -> Vec<EditView> {
    edit_views(&proposal.edits, spots)
}

/// Edits for editors.
pub(super) fn edit_views(edits: &[TextEdit], spots: &SourceLocations<'_>) -> Vec<EditView> {
    edits.iter().filter_map(|e| Some(EditView { at: spots.range(e.source, e.start, e.end)?, insert: e.text.clone() })).collect()
}

fn proposal_of(analysis: &Analysis, proposal: &Proposal, spots: &SourceLocations<'_>) -> FixProposalView {
    FixProposalView {
        kind: proposal.kind.as_str().into(),
        title: proposal.title.clone(),
        wider: proposal.wider.map(Into::into),
        edits: edits_of(proposal, spots),
        side_effects: proposal.side_effects.iter().map(side_effect).collect(),
        diff: unified(analysis.sources(), &proposal.edits),
    }
}

fn side_effect(effect: &SideEffect) -> SideEffectView {
    let words = |set: &ConnectionSet| (!set.is_empty()).then(|| set_view(set, set).long);
    SideEffectView { from: effect.from.clone(), to: effect.to.clone(), opened: words(&effect.opened), closed: words(&effect.closed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edits::{Edit, apply_edits};

    #[test]
    fn edits_are_ranges_of_utf16_and_do_what_was_asked_for() {
        let text = "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}\n---\n# 🚀 é\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db}\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress:\n  - from: [{podSelector: {matchLabels: {app: web}}}]\n    ports: [{port: 80}]\n";
        let mut analysis = Analysis::default();
        analysis.set_files(&[("a.yaml", text)]);
        let question = FixQuestion { from: "web".into(), to: "db".into(), port: Some(5432), ..FixQuestion::default() };
        let fixes = fixes_view(&analysis, &question).unwrap();
        let best = &fixes.proposals[0];
        assert_eq!((best.kind.as_str(), best.side_effects.as_slice()), ("port", &[][..]));
        let edits: Vec<Edit> = best.edits.iter().map(|e| Edit { start: e.at.start, end: e.at.end, insert: e.insert.clone() }).collect();
        let changed = apply_edits(text, &edits.iter().collect::<Vec<_>>());
        assert_eq!(changed, text.replace("[{port: 80}]", "[{port: 80}, {protocol: TCP, port: 5432}]"));
        analysis.set_files(&[("a.yaml", &changed)]);
        assert!(fixes_view(&analysis, &question).unwrap().is_so_already);
        assert_eq!(fixes_view(&analysis, &FixQuestion::default()), Err(QuestionError::NoEnds));
    }
}
