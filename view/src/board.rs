//! The policy board: what each policy decides, and what another place for it would change.

mod columns;
mod proposal;

pub use columns::{BoardView, CardView, ColumnView, Gap, board_view};
pub use proposal::{proposal_view, tally_view};

use serde::{Deserialize, Serialize};

use super::{FixView, SetView};

/// How much each policy decides, for the policy board.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyView {
    /// How many flows there are.
    pub flows: u32,
    /// How many of them each policy decides about, as [`SceneView::policies`].
    pub policies: Vec<u32>,
    /// How many of them the end of each tier denies, as [`SceneView::tiers`].
    pub tier_ends: Vec<u32>,
}

/// Another place for a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The policy, as an index into [`SceneView::policies`].
    pub policy: u32,
    /// The tier that it goes to, by name.
    pub tier: String,
    /// Behind how many of that tier's other policies.
    pub position: u32,
}

/// What comes of a [`Move`], before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    /// The change of text.
    pub fix: FixView,
    /// Flows that are other than before.
    pub changes: Vec<ChangeView>,
    /// How many more there are.
    pub more: u32,
}

/// A flow that is other than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// What passed before.
    pub before: SetView,
    /// What would pass.
    pub after: SetView,
}
