//! Replies that the build makes, for scenes that the page shows before the engine is there. A reply is kept with what tells its
//! request from others, so that it is only used where the page would ask exactly that.

use super::{Evaluation, Evaluator, Request};

const KEY: usize = 8;

impl Request {
    /// What tells a request with texts from others whose replies differ: all of it but for its revision, the policy board and further answers, which
    /// can be asked about later. FNV-1a.
    fn key(&self) -> [u8; KEY] {
        let bytes = Request { revision: 0, board: None, further: Vec::new(), baseline: None, ..self.clone() }.to_bytes();
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)).to_le_bytes()
    }
}

/// The reply to a request, to be kept; nothing where the request's bytes are of another version of this program. It is of no day: what ends on
/// a day is told as of the facts' own.
pub fn kept_reply(request: &[u8]) -> Option<Vec<u8>> {
    let request = Request::from_bytes(request)?;
    let mut bytes = request.key().to_vec();
    let reply = Evaluator::default().reply(Request { board: None, further: Vec::new(), ..request });
    bytes.extend(reply.to_bytes());
    Some(bytes)
}

impl Evaluation {
    /// The reply that was kept, if it is the one to this request, as that of its revision.
    pub fn from_kept(kept: &[u8], request: &Request) -> Option<Evaluation> {
        let (key, reply) = kept.split_at_checked(KEY)?;
        let reply = Evaluation::from_bytes(reply).filter(|_| key == request.key())?;
        Some(Evaluation { revision: request.revision, ..reply })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Board, Question};

    fn request() -> Request {
        let pod =
            |name: &str| format!("kind: Pod\napiVersion: v1\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: c, image: c}}]}}\n");
        let question = Question { from: "a".into(), to: "b".into(), protocol: "TCP".into(), port: Some(80), ..Question::default() };
        let files = Some(Request::new_files([("a.yaml".into(), pod("a")), ("b.yaml".into(), pod("b"))]));
        Request { revision: 1, files, settings: String::new(), question, board: None, path: None, further: Vec::new(), baseline: None }
    }

    #[test]
    fn a_kept_reply_is_used_for_its_request_only() {
        let kept = kept_reply(&request().to_bytes()).unwrap();
        // Another revision of the page, and one that shows the policy board, which is told later.
        let asked = Request { revision: 7, board: Some(Board::default()), ..request() };
        let reply = Evaluation::from_kept(&kept, &asked).unwrap();
        assert_eq!((reply.revision, reply.board.is_none(), reply.question == asked.question), (7, true, true));
        assert!(reply.answer.is_ok() && reply.scene.is_some_and(|scene| scene.ends.len() >= 2));
        let other_text = Request { files: Some(Request::new_files([("a.yaml".into(), "x: y".into())])), ..request() };
        let other_question = Request { question: Question { port: Some(81), ..request().question }, ..request() };
        let other_settings = Request { settings: "engine=none".into(), ..request() };
        for other in [other_text, other_question, other_settings] {
            assert!(Evaluation::from_kept(&kept, &other).is_none(), "{other:?}");
        }
        assert!(Evaluation::from_kept(&kept[..20], &request()).is_none() && Evaluation::from_kept(&[], &request()).is_none());
    }
}
