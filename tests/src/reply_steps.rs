//! What the reply to an edit costs, step by step: one port of a small scene beside a generated cluster, as somebody types it.

use std::cell::RefCell;
use std::time::Instant;

use netpolis_view::{Evaluation, Evaluator, PathAsked, PathQuestion, Question, Request, Step};

use crate::generate::{File, Plan, generate};

/// A scene of its own beside the cluster, whose port is what changes.
const OWN: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: till, namespace: corner, labels: {app: till}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: store, namespace: corner, labels: {app: store}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: store-only-from-till, namespace: corner}
spec:
  podSelector: {matchLabels: {app: store}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: till}}}]
    ports: [{port: 5432}]
";

thread_local!(static BEGUN: RefCell<Vec<(String, Instant)>> = const { RefCell::new(Vec::new()) });

fn hear(step: Step) {
    let name = match step {
        Step::Reading { .. } => "Reading".into(),
        plain => format!("{plain:?}"),
    };
    BEGUN.with_borrow_mut(|begun| {
        if begun.last().is_none_or(|(last, _)| *last != name) {
            begun.push((name, Instant::now()));
        }
    });
}

/// Milliseconds of every step, in their order, for the first reading and for an edit after it.
pub fn reply_steps(pods: usize, policies: usize, seed: u64) -> [Vec<(String, f64)>; 2] {
    let mut files = generate(&Plan { pods, policies, seed, cluster_wide: false, calico: false });
    files.push(File { name: "own.yaml".into(), text: OWN.into() });
    let mut evaluator = Evaluator::new(|| None).telling(hear);
    let mut reply = |revision: u32, files: &[File]| {
        let request = Request {
            revision,
            files: Some(
                files
                    .iter()
                    .map(|file| (file.name.clone(), (revision == 1 || file.name == "own.yaml").then(|| file.text.clone())))
                    .collect(),
            ),
            settings: String::new(),
            question: Question { from: "corner/till".into(), to: "corner/store".into(), port: Some(5432), ..Default::default() },
            board: None,
            path: Some(PathAsked {
                question: PathQuestion { from: "corner/till".into(), to: "corner/store".into(), port: Some(5432), ..Default::default() },
                versus: None,
            }),
            further: Vec::new(),
            baseline: None,
        };
        let mark = |name: &str| BEGUN.with_borrow_mut(|begun| begun.push((name.into(), Instant::now())));
        mark("request as bytes");
        let sent = request.to_bytes();
        mark("request from bytes");
        let Some(request) = Request::from_bytes(&sent) else { return Vec::new() };
        mark("before the first step");
        let reply = evaluator.reply(request);
        mark("reply as bytes");
        let bytes = reply.to_bytes();
        mark("reply from bytes");
        let read = Evaluation::from_bytes(&bytes);
        mark("end");
        assert!(read.is_some_and(|read| read.revision == revision));
        let begun = BEGUN.take();
        begun.windows(2).map(|pair| (pair[0].0.clone(), (pair[1].1 - pair[0].1).as_secs_f64() * 1e3)).collect()
    };
    let first = reply(1, &files);
    let mut edited = files.clone();
    let mut rounds = Vec::new();
    for round in 0..5_u32 {
        if let Some(own) = edited.last_mut() {
            own.text = OWN.replace("5432}]", if round % 2 == 0 { "54321}]" } else { "5432}]" });
        }
        rounds.push(reply(2 + round, &edited));
    }
    // The last one, when all is warm.
    [first, rounds.pop().unwrap_or_default()]
}
