//! What there is to explain about a picture.

use super::picture::{Mark, Picture};
use crate::words::{key, t, t_count, t_with};
use netpolis_view::{FlowChange, Status};

/// The signs that are in a picture, and which flows have no arrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legend {
    /// Arrows of what is allowed.
    pub allowed: bool,
    /// Arrows of what is denied.
    pub denied: bool,
    /// Arrows of what cannot be told.
    pub cannot_tell: bool,
    /// The shield.
    pub isolated: bool,
    /// The sign of what is open to all.
    pub open: bool,
    /// The sign of what is denied and has no arrow.
    pub undrawn: bool,
    /// Arrows of what differs from the baseline.
    pub changes: Vec<FlowChange>,
    /// Flows without an arrow, in a sentence.
    pub hidden: Option<String>,
}

impl Picture {
    /// What there is to explain about it.
    pub fn legend(&self) -> Legend {
        let arrows = |statuses: &[Status]| self.arrows.iter().any(|a| !a.quiet && statuses.contains(&a.status));
        let marks = |has: fn(&Mark) -> bool| self.marks.iter().any(has);
        let words = |n: usize, one: &'static str, many: &'static str| (n > 0).then(|| t_count(n, one, many));
        let hidden: Vec<String> = [
            words(self.denied_hidden, key("{0} denied flow"), key("{0} denied flows")),
            words(self.open_hidden, key("{0} flow open to all"), key("{0} flows open to all")),
            words(self.cut, key("{0} flow because there is no room"), key("{0} flows because there is no room")),
        ]
        .into_iter()
        .flatten()
        .collect();
        let has_between = self.arrows.iter().any(|arrow| !arrow.flow);
        let on_demand = self.overview.as_ref().filter(|overview| !overview.focus).map(|overview| match overview.flows {
            flows if has_between => t_count(
                flows as usize,
                "{0} flow between namespaces; select one to see all of its own",
                "{0} flows between namespaces; select one to see all of its own",
            ),
            0 => t("no flows between namespaces: select one to see its own").to_owned(),
            flows => t_count(
                flows as usize,
                "{0} flow between namespaces: select one to see its own",
                "{0} flows between namespaces: select one to see its own",
            ),
        });
        Legend {
            allowed: self.overview.is_some() || arrows(&[Status::Allowed, Status::Partly]),
            denied: arrows(&[Status::Denied]),
            cannot_tell: arrows(&[Status::CannotTell]),
            isolated: marks(|m| m.isolation.is_some()),
            open: marks(|m| m.undrawn.open),
            undrawn: marks(|m| m.undrawn.denied > 0),
            changes: {
                let is_seen = |change: &FlowChange| self.arrows.iter().any(|arrow| !arrow.quiet && arrow.change == Some(*change));
                FlowChange::ALL.into_iter().filter(is_seen).collect()
            },
            hidden: on_demand.or_else(|| {
                (!hidden.is_empty()).then(|| t_with("drawn without arrows: {0}; select a pod to see its own", &[&hidden.join(", ")]))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_without_an_arrow_are_counted() {
        let picture = Picture { denied_hidden: 1, cut: 3, ..Picture::default() };
        let hidden = "drawn without arrows: 1 denied flow, 3 flows because there is no room; select a pod to see its own";
        assert_eq!(picture.legend(), Legend { hidden: Some(hidden.into()), ..Legend::default() });
        assert_eq!(Picture::default().legend(), Legend::default());
    }
}
