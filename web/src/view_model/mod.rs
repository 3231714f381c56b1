//! What the page shows, as plain data: the only place that knows both the core and the screen.
//!
//! A worker sends these values as bytes and the JavaScript API hands them out as objects, so they hold no reference into
//! the core. Positions carry line and column for people and UTF-16 offsets for editors.

mod answer;
mod board;
mod cloud;
mod coverage;
mod first;
mod path;
mod plan;
mod ports;
mod problems;
mod said;
mod scene;
mod source_locations;
mod targets;
mod traffic;

pub use answer::{
    AnswerView, LitView, MatchView, NearestView, OutcomeView, PolicyTraceView, Question, RuleView, StationView, TierView, VerdictView,
    answer_view, path_ends,
};
pub use board::{ChangeView, Move, ProposalView, TallyView, proposal_view, tally_view};
pub use cloud::{
    BadgeView, CloudView, ClusterView, GroupRulesView, MachineView, NetworkView, PodView, RegionView, RuleRowView, SubnetUse, SubnetView,
    picture_key,
};
pub use coverage::{CoverageView, LeftOutEffect, LeftOutView};
pub use first::{first_question, names_service};
pub use path::{
    AddressView, BasisView, BranchView, ChoiceView, Difference, OptionView, PathAsked, PathQuestion, PathReply, PathView, PathWord,
    PodShareView, ProbeView, SeenView, StepKindView, StepView, VersusView, differences, path_answer, path_reply, path_view,
};
pub use plan::{PlanQuestion, PlanView, plan_view};
pub use ports::set_view;
pub use problems::{EditView, FixView, ProblemView, Severity};
pub use said::{SaidView, said};
pub use scene::{
    AccountView, EndKind, EndView, INGRESS_CONTROLLER, NamespaceView, PolicyView, PortView, SceneView, SetView, Status, TierColumn,
    resolve, scene_view,
};
pub use source_locations::{SourceLocation, SourceLocations};
pub use targets::{TargetKind, TargetView};
pub use traffic::{PortsView, TrafficView, WrittenPort, written_port};
