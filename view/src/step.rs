//! What an evaluation is busy with, for whoever waits for it.

/// A step of an evaluation, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reads what is new of the text.
    Reading {
        /// Bytes read.
        done: u32,
        /// Bytes to be read.
        of: u32,
    },
    /// Compiles policies.
    Compiling,
    /// Looks for problems.
    Problems,
    /// Compares all pairs, for the picture.
    Pairs,
    /// Answers the question.
    Question,
    /// Counts what each policy decides.
    Policies,
    /// Follows the packet.
    Path,
    /// Tries changes of the text.
    Fix,
    /// Makes checks.
    Checks,
    /// Looks for what workloads are open to.
    OpenEnds,
    /// Looks for rules that change nothing.
    Pointless,
    /// Compares engines.
    Engines,
    /// Converts policies.
    Convert,
    /// Writes policies for wanted flows.
    LeastPrivilege,
    /// Judges the flows of logs.
    FlowLogs,
    /// Compares with the baseline.
    Comparison,
}

/// Those without numbers, by their number as it travels.
const PLAIN: [Step; 15] = [
    Step::Compiling,
    Step::Problems,
    Step::Pairs,
    Step::Question,
    Step::Policies,
    Step::Path,
    Step::Fix,
    Step::Checks,
    Step::OpenEnds,
    Step::Pointless,
    Step::Engines,
    Step::Convert,
    Step::LeastPrivilege,
    Step::FlowLogs,
    Step::Comparison,
];

impl Step {
    /// As it travels from the engine to the page.
    pub fn numbers(self) -> [u32; 3] {
        match self {
            Step::Reading { done, of } => [0, done, of],
            plain => [1 + PLAIN.iter().position(|step| *step == plain).unwrap_or_default() as u32, 0, 0],
        }
    }

    /// From what travelled; nothing where it is of another version of this program.
    pub fn of_numbers([kind, done, of]: [u32; 3]) -> Option<Self> {
        match kind.checked_sub(1) {
            None => Some(Step::Reading { done, of }),
            Some(plain) => PLAIN.get(plain as usize).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::{Board, Evaluator, Request};

    thread_local!(static TOLD: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) });

    fn told(evaluator: &mut Evaluator, request: Request) -> Vec<Step> {
        evaluator.reply(request);
        TOLD.take()
    }

    #[test]
    fn an_evaluation_tells_its_steps_as_they_begin() {
        let mut evaluator = Evaluator::default().telling(|step| TOLD.with_borrow_mut(|told| told.push(step)));
        let pod = |name| format!("---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}}}\n");
        let text = pod("a") + &pod("b");
        let (of, half) = (text.len() as u32, pod("a").len() as u32);
        let request = Request {
            revision: 1,
            files: Some(Request::new_files([("a.yaml".into(), text)])),
            settings: String::new(),
            question: Default::default(),
            board: None,
            path: None,
            further: Vec::new(),
            baseline: None,
        };
        let read = vec![Step::Reading { done: half, of }, Step::Compiling, Step::Compiling];
        let rest = [Step::Question, Step::Problems, Step::Pairs];
        assert_eq!(told(&mut evaluator, request.clone()), [read, rest.to_vec()].concat());
        // What is known is not done again.
        let board = Request { files: None, board: Some(Board::default()), ..request };
        assert_eq!(told(&mut evaluator, board), [Step::Question, Step::Policies]);
    }

    #[test]
    fn steps_travel_as_numbers() {
        for step in PLAIN.into_iter().chain([Step::Reading { done: 3, of: 8 }]) {
            assert_eq!(Step::of_numbers(step.numbers()), Some(step));
        }
        assert_eq!(Step::of_numbers([99, 0, 0]), None);
    }
}
