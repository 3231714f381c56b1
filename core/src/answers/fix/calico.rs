//! Edits of Calico's policies.

use alloc::string::String;
use alloc::vec::Vec;

use super::block::{Block, Candidate, Kind};
use super::object::{Edited, Object, Unpatchable};
use crate::explain::RuleTrace;
use crate::policy::{Policy, RuleRef};

type Out = Vec<Result<Candidate, Unpatchable>>;

pub(super) fn allow(_block: &Block<'_>, _policy: &Policy, _rules: &[RuleTrace], _out: &mut Out) {}
pub(super) fn deny_before(_block: &Block<'_>, _policy: &Policy, _rule: &RuleTrace, _out: &mut Out) {}
pub(super) fn new_deny(_block: &Block<'_>, _out: &mut Out) {}
pub(super) fn narrowed(_block: &Block<'_>, _policy: &Policy, _object: &Object, _rule: RuleRef) -> Vec<(Kind, String, Edited)> {
    Vec::new()
}
