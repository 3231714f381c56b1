//! One policy as a drawing, in place of the board with all of them.

use std::rc::Rc;

use super::{AnswerList, LayoutAction, Pane, Screen, State, Tab};
use crate::words::{t, t_with};
use netpolis_view::{FurtherAnswer, FurtherQuestion, PolicyDrawing, PolicyEdit, WantedEdit};

impl State {
    /// What is asked of the policy that is drawn; nothing while it is not seen.
    pub(super) fn policy_question(&self) -> Option<FurtherQuestion> {
        self.further.policy.clone().filter(|_| self.layout.shows_board()).map(FurtherQuestion::Policy)
    }

    /// The answer about the policy that is asked for.
    pub fn drawing_answer(&self) -> Option<&Rc<FurtherAnswer>> {
        self.further.of(&FurtherQuestion::Policy(self.further.policy.clone()?))
    }

    /// The drawing of the policy that is asked for: nothing before it is known, nothing in it where there is no such policy.
    pub fn drawing(&self) -> Option<Option<&PolicyDrawing>> {
        match &**self.drawing_answer()? {
            FurtherAnswer::Policy(drawing) => Some(drawing.as_deref()),
            _ => None,
        }
    }

    /// A policy is drawn; nothing: the board with all of them is shown.
    pub(super) fn show_policy(&mut self, key: Option<String>) {
        self.further.policy = key;
        let show = match self.layout.panes.has_screens() {
            true => LayoutAction::ShowScreen(Screen::Policies),
            false => LayoutAction::ShowTab(Tab::Policies),
        };
        self.layout = self.layout.after(&show);
    }

    /// The policy that is written at an offset of the file that is shown is drawn. Where there is none, the person is told.
    pub(super) fn draw_at(&mut self, offset: u32) {
        let scene = &self.answers.scene;
        let file = self.files.shown().map_or("", |file| file.name.as_str());
        match scene.policy_at(file, offset).and_then(|number| scene.policy_key(number)) {
            Some(key) => self.show_policy(Some(key)),
            None => self.tell(t("No policy is written at the cursor").into(), false),
        }
    }

    /// Whether new policies are written in Calico's language: where there are some that only Calico has.
    pub fn writes_calico(&self) -> bool {
        let is_calico = |kind: &str, movable: bool| kind == "GlobalNetworkPolicy" || kind == "NetworkPolicy" && movable;
        self.answers.scene.policies.iter().any(|policy| is_calico(&policy.kind, policy.movable))
    }

    /// A policy for a workload or a namespace is asked for. Where none can be, the person is told.
    pub(super) fn begin_policy(&mut self, subject: String, calico: bool) {
        match self.answers.scene.new_policy_key(&subject) {
            Some(policy) => {
                let wanted = WantedEdit::Begin { subject, calico };
                self.further.editing = Some(PolicyEdit { policy, egress: false, wanted });
            }
            None => self.tell(t("A policy is begun for a workload or a namespace of these files").into(), false),
        }
    }

    /// The policy that is drawn, by its place among those of the scene.
    pub fn drawn_policy(&self) -> Option<usize> {
        self.answers.scene.find_policy(self.further.policy.as_deref().filter(|_| self.layout.shows_board())?)
    }

    /// Makes the change that the engine found for what was wanted of a policy, or says why there is none.
    pub(super) fn take_policy_edit(&mut self, answers: &[(FurtherQuestion, Rc<FurtherAnswer>)]) {
        for (asked, answer) in answers {
            let (FurtherQuestion::EditPolicy(edit), FurtherAnswer::EditPolicy(found)) = (asked, &**answer) else { continue };
            if self.further.editing.as_ref() != Some(edit) {
                continue;
            }
            self.further.editing = None;
            match found {
                // Somebody may have begun to read only since.
                Ok(_) if self.files.read_only => {}
                Ok(fix) => {
                    self.apply_to_files(&fix.title, &fix.by_file());
                    if matches!(edit.wanted, WantedEdit::Begin { .. }) {
                        self.show_policy(Some(edit.policy.clone()));
                    }
                }
                Err(message) => self.tell(t_with("Not changed: {0}", &[&message.replace('`', "")]), false),
            }
        }
    }

    /// The pane at the bottom: what it shows has a height of its own.
    pub fn bottom_pane(&self) -> Pane {
        // A comparison is looked at beside the graph; other lists are read.
        let is_high = match self.layout.tab {
            Tab::Path => true,
            Tab::Policies => self.further.policy.is_some(),
            Tab::Answers => self.layout.list != AnswerList::Compare,
            _ => false,
        };
        if is_high { Pane::Path } else { Pane::Bottom }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use netpolis_view::Evaluator;

    use super::*;
    use crate::state::Action;

    const SHOP: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
";

    /// As the engine answers: one request, and those that come of its reply.
    fn answered(mut state: Rc<State>) -> Rc<State> {
        let mut evaluator = Evaluator::default();
        for _ in 0..4 {
            if !state.is_answered() {
                state = state.clone().reduce(Action::evaluated(evaluator.reply(state.request())));
            }
        }
        state
    }

    #[test]
    fn a_policy_is_drawn_where_the_board_was_and_asked_for_while_it_is_seen() {
        let state = answered(Rc::new(State::default()).reduce(Action::FilesGiven(vec![("shop.yaml".into(), SHOP.into())])));
        let offset = SHOP.find("podSelector").unwrap() as u32;
        let none = state.clone().reduce(Action::DrawAt(3));
        assert_eq!((none.further.policy.as_ref(), none.notices.notice.is_some()), (None, true));
        let state = state.reduce(Action::DrawAt(offset));
        assert_eq!(state.further.policy.as_deref(), Some("NetworkPolicy default/db"));
        assert_eq!((state.shown_tab(), state.bottom_pane(), state.wants_board()), (Tab::Policies, Pane::Path, None));
        assert!(state.drawing().is_none() && state.lacks_further().iter().any(|asked| matches!(asked, FurtherQuestion::Policy(_))));
        let state = answered(state);
        assert_eq!(state.drawing().flatten().map(|drawing| drawing.selected.count.as_str()), Some("1 pod"));
        // The drawing follows the text, and says so where the policy is gone.
        let renamed =
            answered(state.clone().reduce(Action::TextEdited(state.files.active, SHOP.replace("name: db}\n", "name: data}\n").into())));
        assert_eq!(renamed.drawing(), Some(None));
        let away = state.clone().reduce(LayoutAction::ShowTab(Tab::Matrix).into());
        assert!(away.wants_further().is_empty());
        // What is changed in it goes into the text, and can be taken back.
        let edit = |wanted| PolicyEdit { policy: "NetworkPolicy default/db".into(), egress: true, wanted };
        let changed = answered(state.clone().reduce(Action::EditPolicy(edit(WantedEdit::Act(true)))));
        assert_eq!(changed.files.text_of("shop.yaml"), format!("{SHOP}  policyTypes: [Ingress, Egress]\n"));
        assert!(changed.drawing().flatten().unwrap().sides[1].isolates && changed.further.editing.is_none());
        assert_eq!(changed.reduce(Action::Undo).files.text_of("shop.yaml"), SHOP);
        let refused =
            answered(state.clone().reduce(Action::EditPolicy(edit(WantedEdit::Add { peer: "block 10.0".into(), ports: String::new() }))));
        assert!(
            refused.notices.notice.as_ref().is_some_and(|notice| notice.text.starts_with("Not changed: 10.0 is no range of addresses"))
        );
        assert!(refused.further.editing.is_none() && refused.files.text_of("shop.yaml") == SHOP);
        let all = state.reduce(Action::ShowPolicy(None));
        assert_eq!((all.bottom_pane(), all.wants_board().is_some()), (Pane::Bottom, true));
    }

    #[test]
    fn a_policy_is_begun_and_drawn() {
        let state = answered(Rc::new(State::default()).reduce(Action::FilesGiven(vec![("shop.yaml".into(), SHOP.into())])));
        let begin = |subject: &str| Action::BeginPolicy { subject: subject.into(), calico: false };
        let begun = answered(state.clone().reduce(begin("default/db[Pod]")));
        // Another one has the name.
        assert_eq!(begun.further.policy.as_deref(), Some("NetworkPolicy default/db-2"));
        assert!(begun.files.text_of("shop.yaml").starts_with(SHOP) && begun.files.text_of("shop.yaml").contains("name: db-2\n"));
        let begun = answered(begun);
        assert_eq!(begun.drawing().flatten().map(|drawing| drawing.selected.count.as_str()), Some("1 pod"));
        assert_eq!(begun.drawn_policy().map(|number| begun.answers.scene.policies[number].title.as_str()), Some("default/db-2"));
        assert_eq!(begun.reduce(Action::Undo).files.text_of("shop.yaml"), SHOP);
        let all = answered(state.clone().reduce(begin("namespace/default")));
        assert!(all.files.text_of("shop.yaml").contains("name: all-pods\n  namespace: default\nspec:\n  podSelector: {}\n"));
        let none = state.reduce(begin("internet"));
        assert!(none.notices.notice.is_some() && none.further.editing.is_none());
    }
}
