//! One policy as a drawing: the endpoints that it selects in the middle, what may send to them on the left, what they may send to on the right.

#[cfg(feature = "answers")]
mod build;
#[cfg(feature = "answers")]
mod edit;
#[cfg(feature = "answers")]
mod offers;
#[cfg(feature = "answers")]
mod words;

use serde::{Deserialize, Serialize};

use super::{EndKind, PolicyView, ProblemView, SceneView, SourceLocation};
#[cfg(feature = "answers")]
pub(super) use build::policy_drawing;
#[cfg(feature = "answers")]
pub(super) use edit::policy_edit;

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDrawing {
    /// `NetworkPolicy`, `GlobalNetworkPolicy`, …
    pub kind: String,
    /// `namespace/name`, or the name alone.
    pub title: String,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
    /// What has to be known of all of it, in sentences with code in backticks: that it is not enforced, or why it is not known whether it is.
    pub notes: Vec<String>,
    /// Findings in its text.
    pub problems: Vec<ProblemView>,
    /// Whom it selects, in words with code in backticks.
    pub subject: String,
    /// Where that is written.
    pub subject_spot: Option<SourceLocation>,
    /// They.
    pub selected: DrawnPods,
    /// What comes in, then what goes out.
    pub sides: [DrawnSide; 2],
    /// Whom new rules can be about; none where the policy can only be edited as text.
    pub offers: Vec<OfferedPeer>,
}

/// Whom a new rule can be about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedPeer {
    /// What [`WantedEdit::Add`] calls it.
    pub key: String,
    /// Its name, in words with code in backticks.
    pub title: String,
    /// The ports that a rule for it gets at first: for ingress, then for egress.
    pub ports: [String; 2],
    /// Whether the policy can select it.
    pub selectable: bool,
}

/// A change of one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyEdit {
    /// The policy, by its key.
    pub policy: String,
    /// Whether it is about egress, not ingress.
    pub egress: bool,
    /// What is to be changed.
    pub wanted: WantedEdit,
}

/// What is to be changed in one direction of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WantedEdit {
    /// A rule that allows.
    Add {
        /// [`OfferedPeer::key`], or `block ` with a range of addresses.
        peer: String,
        /// Protocols and ports, as [`DrawnRule::ports`].
        ports: String,
    },
    /// Other ports for a rule.
    Ports(u32, String),
    /// A rule goes.
    Remove(u32),
    /// A peer of a rule goes.
    RemovePeer(u32, u32),
    /// The policy acts on the direction, or no longer.
    Act(bool),
    /// The policy selects others: an offered peer that is [selectable](OfferedPeer::selectable), by its key.
    Select(String),
    /// There is no such policy yet: it begins, for ingress.
    Begin {
        /// Whom it selects: the key of a workload, or `namespace/NAME`.
        subject: String,
        /// Whether it is a NetworkPolicy of Calico, not of Kubernetes.
        calico: bool,
    },
}

/// Endpoints that something selects at present.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnPods {
    /// How many, in words: `3 pods`; empty where that says nothing.
    pub count: String,
    /// The first of them, by workload.
    pub ends: Vec<DrawnEnd>,
    /// How many further ones there are.
    pub more: u32,
}

/// Pods of a workload, a node, or a network set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnEnd {
    /// Its key in [`SceneView::ends`]; empty for a network set.
    pub key: String,
    /// `namespace/name`, or the name alone.
    pub title: String,
    /// How many of its pods, where that is not all or one: `2 of 3`.
    pub part: String,
    /// Whether it is selected whatever the missing facts are.
    pub certain: bool,
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnSide {
    /// Whether the policy acts in it.
    pub acts: bool,
    /// Whether what no rule allows is denied.
    pub isolates: bool,
    /// What that comes to, in a sentence.
    pub summary: String,
    /// Rules by where their peers are; all groups are there, also empty ones.
    pub groups: Vec<DrawnGroup>,
}

/// Rules whose peers are in the same place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnGroup {
    /// Which place, in words with code in backticks.
    pub title: String,
    /// What is said where there are no rules: `nothing`, `everything`.
    pub empty: String,
    /// The rules, as far as they have peers there.
    pub cards: Vec<DrawnRule>,
}

/// A rule, as far as its peers are in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnRule {
    /// Its number among the rules of its direction, from 0.
    pub rule: u32,
    /// `Allow`, `Deny`, `Pass` or `Log`.
    pub action: String,
    /// Its peers there, in words with code in backticks.
    pub peers: Vec<DrawnPeer>,
    /// How many peers it has in all places; none where it is about everybody.
    pub peers_in_all: u32,
    /// Protocols and ports in words; empty for all.
    pub ports: String,
    /// Whether all that it says of traffic is in [`DrawnRule::ports`], so that other ports can take their place.
    pub ports_editable: bool,
    /// What else it says, and what comes of it, in sentences.
    pub notes: Vec<String>,
    /// Who its peers are at present.
    pub matches: DrawnPods,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

/// A peer of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnPeer {
    /// Its number among the peers of its rule, from 0.
    pub number: u32,
    /// In words with code in backticks.
    pub words: String,
}

impl PolicyView {
    /// Whether it can be drawn: it is a policy with rules that somebody wrote, not a profile or a security group.
    pub fn is_drawable(&self) -> bool {
        self.kind.ends_with("NetworkPolicy")
    }
}

/// A name that is not taken: without a number, or with the first one from `-2` on.
fn first_free(name: impl Fn(&str) -> String, is_taken: impl Fn(&str) -> bool) -> String {
    let mut found = name("");
    let mut number = 2;
    while is_taken(&found) {
        found = name(&format!("-{number}"));
        number += 1;
    }
    found
}

impl SceneView {
    /// What a policy is called in questions, whatever is written above it: kind and title, and which one of several that are called the same.
    pub fn policy_key(&self, number: usize) -> Option<String> {
        let own = self.policies.get(number).filter(|policy| policy.is_drawable())?;
        let same = |other: &&PolicyView| other.kind == own.kind && other.title == own.title;
        let before = self.policies.iter().take(number).filter(same).count();
        let which = if before == 0 { String::new() } else { format!(" {}", before + 1) };
        Some(format!("{} {}{which}", own.kind, own.title))
    }

    /// The policy with this key.
    pub fn find_policy(&self, key: &str) -> Option<usize> {
        // A key takes a look at all policies, so only those are asked for theirs that may have this one.
        let may_have = |policy: &PolicyView| {
            key.strip_prefix(policy.kind.as_str())
                .and_then(|rest| rest.strip_prefix(' '))
                .is_some_and(|rest| rest.starts_with(&policy.title))
        };
        let number = |(number, policy)| (may_have(policy) && self.policy_key(number).as_deref() == Some(key)).then_some(number);
        self.policies.iter().enumerate().find_map(number)
    }

    /// What a new policy for a workload or for a namespace (`namespace/NAME`) is called in questions; nothing for what no policy in a namespace selects.
    pub fn new_policy_key(&self, subject: &str) -> Option<String> {
        let (namespace, name) = match subject.strip_prefix("namespace/") {
            Some(namespace) => (namespace, "all-pods"),
            None => {
                let end = self.ends.get(self.find(subject)?).filter(|end| end.kind == EndKind::Workload)?;
                (self.namespaces.get(end.namespace? as usize)?.name.as_str(), end.title.as_str())
            }
        };
        let is_taken = |title: &str| self.policies.iter().any(|policy| policy.title == title);
        Some(format!("NetworkPolicy {}", first_free(|number| format!("{namespace}/{name}{number}"), is_taken)))
    }

    /// The policy that is written at a place of a file.
    pub fn policy_at(&self, file: &str, offset: u32) -> Option<usize> {
        // The empty line below it is still its own.
        let holds = |spot: &SourceLocation| spot.file == file && (spot.start..=spot.end + 1).contains(&offset);
        self.policies.iter().position(|policy| policy.is_drawable() && policy.spot.as_ref().is_some_and(holds))
    }
}

#[cfg(test)]
#[cfg(feature = "answers")]
mod tests;
