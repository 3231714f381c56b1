//! What the page shows, as plain data: the only place that knows both the core and the screen.
//!
//! The engine sends these values as bytes and the JavaScript API hands them out as objects, so they hold no reference into
//! the core. Positions carry line and column for people and UTF-16 offsets for editors. [`Evaluator`] answers requests.

mod ahead;
mod answer;
mod assumptions;
mod board;
mod changes;
mod checks;
mod cloud;
mod cluster_command;
mod conversion;
mod coverage;
mod differences;
mod edits;
mod effective_rules;
mod end_panel;
mod engines;
mod entries;
mod evaluate;
mod exposure;
mod filter;
mod first;
mod fixes;
mod flow_logs;
mod further;
mod kept_replies;
mod least_privilege;
mod lesson;
mod log_format;
mod matrix;
mod network_flow;
mod page_verdict;
mod path;
mod plan;
mod pointless;
mod policy_drawing;
mod ports;
mod problems;
mod question_error;
mod question_form;
mod scene;
mod sentences;
mod settings_text;
mod source_locations;
mod step;
mod targets;
mod traffic;

pub use ahead::Ahead;
pub use answer::{
    AnswerView, LitView, MatchView, NearestView, OutcomeView, PolicyTraceView, Question, RuleView, StationView, TierView, VerdictView,
    answer_to, answer_view, path_ends,
};
pub use assumptions::{AssumptionChoice, AssumptionView, assumptions, engine_words, with_assumption, with_engine, with_staged_turned};
pub use board::{BoardView, CardView, ChangeView, ColumnView, Gap, Move, ProposalView, TallyView, board_view, proposal_view, tally_view};
pub use changes::LinesView;
pub use checks::{CheckOutcome, CheckView, check_views};
pub use cloud::{
    BadgeView, CloudView, ClusterView, GroupRulesView, MachineView, NetworkView, PodView, RegionView, RuleRowView, SubnetUse, SubnetView,
};
pub use cluster_command::CLUSTER_COMMAND;
pub use conversion::{
    ConversionDifferenceView, ConversionProofView, ConversionRemarkView, ConversionView, ConvertQuestion, ConvertedFileView,
    PolicyConversionView, conversion_view,
};
pub use coverage::{CoverageView, LeftOutEffect, LeftOutView};
pub use differences::{DiffView, DifferenceView, EditedObjectView, diff_view};
pub use edits::{Edit, apply_edits};
pub use effective_rules::{EffectiveRuleView, RuleTablesView, rule_tables};
pub use end_panel::{EndPanelView, ReachView, ReachedView, RoutesView};
pub use engines::{EngineDifferenceView, EngineView, engine_views};
pub use entries::{EntryView, matching_entries};
pub use evaluate::{Board, BoardReply, Evaluation, Evaluator, Request};
pub use exposure::{
    ExposedSideView, ExposedToOutsideView, ExposedToPodsView, ExposedToView, ExposedWorkloadView, ExposureView, PodSelectorView,
    ProtectionView, exposure_view,
};
pub use filter::{Facing, FilterQuestion, FilterView, VERDICTS};
pub use first::{first_question, names_service};
pub use fixes::{FixProposalView, FixQuestion, FixesView, SideEffectView, fixes_view};
pub use flow_logs::{FlowLogsView, LogLineView, LogReadView, LogTotals, LoggedFlowView, NotJudgedView, SetAsideView, flow_logs_view};
pub use further::{
    BaselineTexts, ComparisonMarks, ComparisonView, FixListView, FlowChange, FurtherAnswer, FurtherQuestion, ListChoice, ListGroup,
    ListOption, ListRow, ListView, OfferedText, Outlook, PoliciesAsked, ProposedFix, RowLink, RowTick, WantedFlows,
};
pub use kept_replies::kept_reply;
pub use least_privilege::{LeastPrivilegeQuestion, LeastPrivilegeView, RemainingFlowView, ReplacedPolicyView, least_privilege_view};
pub use lesson::{
    EditableView, GradeAsked, GradeView, LessonReply, LessonStep, LessonView, PartOfStep, PredictView, ProseBlock, ProseInline, QuizView,
    StrayView, TaskView, TermView, Texts,
};
pub use log_format::log_title;
pub use matrix::{MatrixCell, MatrixLine, MatrixView, matrix_view};
pub use network_flow::{FlowRole, NetworkFlow, OUTSIDE};
pub use page_verdict::{PageVerdict, page_verdict};
pub use path::{
    AddressView, BasisView, BranchView, ChoiceView, Difference, HopPlace, Moment, OptionView, PanelView, PathAnswers, PathAsked,
    PathQuestion, PathSide, PathView, PathWord, PodShareView, ProbeView, Rail, SeenView, SideView, StepKindView, StepView, StopSign,
    StopView, VersusView, differences, path_answer, path_reply, path_view,
};
pub use plan::{LENGTHS, PlanBar, PlanChange, PlanError, PlanNumber, PlanQuestion, PlanView, Taker, WhatIf, plan_view, plans, plugins};
pub use pointless::{CauseView, PartView, WitnessView, part_views};
pub use policy_drawing::{
    DrawnEnd, DrawnGroup, DrawnPeer, DrawnPods, DrawnRule, DrawnSide, OfferedPeer, PolicyDrawing, PolicyEdit, WantedEdit,
};
pub use ports::set_view;
pub use problems::{EditView, FixView, ProblemView, Severity, problem_views};
pub use question_error::{QuestionError, Sentence};
pub use question_form::{Fit, PROTOCOLS, QuestionForm, WrittenByte, has_ports, question_form, written_byte};
pub use scene::{
    AccountView, CellChanges, EndKind, EndView, INGRESS_CONTROLLER, NamespaceView, PolicyView, PortView, SceneTable, SceneView, SetView,
    Status, TierColumn, resolve, scene_view, scene_view_after,
};
pub use sentences::{capital, explanation, sentence, without_verdict};
pub use settings_text::{settings_from_text, settings_text};
pub use source_locations::{SourceLocation, SourceLocations};
pub use step::Step;
pub use targets::{TargetKind, TargetView};
pub use traffic::{PortNote, PortsView, TrafficView, WrittenPort, written_port};
