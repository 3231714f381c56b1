//! Rules of security groups.

use alloc::vec::Vec;

use super::block::{Block, Candidate};
use super::object::Unpatchable;

pub(super) fn allow(_block: &Block<'_>, _out: &mut Vec<Result<Candidate, Unpatchable>>) {}

pub(super) fn stop(_block: &Block<'_>, _out: &mut Vec<Result<Candidate, Unpatchable>>) {}
