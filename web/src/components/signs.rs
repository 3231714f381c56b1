//! The classes and the signs of what the view models tell apart.

use yew::prelude::*;

use super::icons::{CHECK, CROSS, Icon, QUESTION, icon};
use netpolis_view::{FlowChange, PathWord, Status, VerdictView};

/// The class of what has a verdict.
pub(super) fn verdict_class(verdict: VerdictView) -> &'static str {
    match verdict {
        VerdictView::Allowed => "allowed",
        VerdictView::Denied => "denied",
        VerdictView::CannotTell => "unknown",
    }
}

/// The outline of a verdict.
pub(super) const fn verdict_shape(verdict: VerdictView) -> Icon {
    match verdict {
        VerdictView::Allowed => CHECK,
        VerdictView::Denied => CROSS,
        VerdictView::CannotTell => QUESTION,
    }
}

/// The sign of a verdict.
pub(super) fn verdict_icon(verdict: VerdictView) -> Html {
    icon(verdict_shape(verdict))
}

/// The class and the outline of an answer; what fails on some branches looks as what fails.
pub(super) fn word_signs(word: PathWord) -> (&'static str, Icon) {
    let verdict = word.into();
    (verdict_class(verdict), verdict_shape(verdict))
}

/// The class of what happened to a flow since the baseline.
pub(super) const fn change_class(change: FlowChange) -> &'static str {
    match change {
        FlowChange::Opened => "opened",
        FlowChange::Closed => "closed",
        FlowChange::Changed => "changed",
        FlowChange::CannotTell => "unsure",
    }
}

/// The class of what passes between two ends.
pub(super) const fn status_class(status: Status) -> &'static str {
    match status {
        Status::Allowed => "allowed",
        Status::Partly => "allowed partly",
        Status::Denied => "denied",
        Status::CannotTell | Status::LeftOut => "unknown",
    }
}

/// The same where what passes in part looks as what passes.
pub(super) const fn passing_class(status: Status) -> &'static str {
    match status {
        Status::Allowed | Status::Partly => "allowed",
        Status::Denied => "denied",
        Status::CannotTell | Status::LeftOut => "unknown",
    }
}
