//! What the engine is asked, in which order: one request at a time, and of those that come meanwhile only the newest.

use std::collections::HashMap;
use std::rc::Rc;

use netpolis_view::{BaselineTexts, FurtherQuestion, Request};

/// Requests on their way to the engine.
#[derive(Debug, Default)]
pub struct Queue {
    /// Whether the engine is there.
    ready: bool,
    /// Whether a request is under way.
    busy: bool,
    waiting: Option<Request>,
    /// The revision whose texts the engine has, or gets with the request that waits.
    known: Option<u32>,
    /// The texts that it has, by their names.
    sent: Vec<(String, Rc<str>)>,
    /// Those that it gets with the request that waits.
    texts: Option<Vec<(String, Rc<str>)>>,
    /// The number of the baseline that it has, or gets.
    baseline: Option<u32>,
}

impl Queue {
    /// Puts a request in the queue, in place of one that waits. Gets the texts if the engine does not have those of this revision; of these only
    /// those are sent that it does not have of an earlier one.
    /// What comes back is to be sent now.
    #[must_use]
    pub fn ask(
        &mut self,
        mut request: Request,
        texts: impl FnOnce() -> Vec<(String, Rc<str>)>,
        baseline: impl FnOnce() -> Option<BaselineTexts>,
    ) -> Option<Request> {
        let mut waiting = self.waiting.take();
        // The same for what they are compared with.
        request.baseline = waiting.as_mut().and_then(|waiting| waiting.baseline.take());
        let compares = request.further.iter().find_map(|asked| match asked {
            FurtherQuestion::Marks(number) | FurtherQuestion::Comparison(number) => Some(*number),
            _ => None,
        });
        if compares.is_some() && compares != self.baseline {
            self.baseline = compares;
            request.baseline = baseline();
        }
        if self.known != Some(request.revision) {
            // In place of those of a request that waited; where that was of this revision they go with this one.
            self.texts = Some(texts());
        }
        self.known = Some(request.revision);
        self.waiting = Some(request);
        self.next()
    }

    /// The engine is there. What comes back is to be sent now.
    #[must_use]
    pub fn begin(&mut self) -> Option<Request> {
        self.ready = true;
        self.next()
    }

    /// A reply came. What comes back is to be sent now.
    #[must_use]
    pub fn replied(&mut self) -> Option<Request> {
        self.busy = false;
        self.next()
    }

    /// The engine is gone, with all that it knew and was asked.
    pub fn end(&mut self) {
        *self = Queue::default();
    }

    /// Whether the engine is there.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Whether a request is under way, or waits for the engine.
    pub fn is_busy(&self) -> bool {
        self.busy || self.waiting.is_some()
    }

    /// Whether the engine is asked nothing, and knows nothing.
    pub fn is_unused(&self) -> bool {
        self.known.is_none()
    }

    fn next(&mut self) -> Option<Request> {
        if !self.ready || self.busy {
            return None;
        }
        let mut next = self.waiting.take();
        self.busy = next.is_some();
        if let Some(request) = &mut next {
            request.files = self.texts.take().map(|texts| self.changed(texts));
        }
        next
    }

    /// What the engine is sent of these texts, after those that it has.
    fn changed(&mut self, texts: Vec<(String, Rc<str>)>) -> Vec<(String, Option<String>)> {
        let known: HashMap<&str, &Rc<str>> = self.sent.iter().map(|(name, text)| (name.as_str(), text)).collect();
        let is_known = |name: &str, text: &Rc<str>| known.get(name).is_some_and(|known| Rc::ptr_eq(known, text) || *known == text);
        let files = texts.iter().map(|(name, text)| (name.clone(), (!is_known(name, text)).then(|| text.to_string()))).collect();
        self.sent = texts;
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(revision: u32, from: &str) -> Request {
        let question = netpolis_view::Question { from: from.into(), ..Default::default() };
        Request { revision, files: None, settings: String::new(), question, board: None, path: None, further: Vec::new(), baseline: None }
    }

    /// What is sent: its revision, who asks, and the text that goes along.
    fn sent(request: Option<Request>) -> Option<(u32, String, Option<String>)> {
        request.map(|r| (r.revision, r.question.from, r.files.and_then(|files| files[0].1.clone())))
    }

    fn ask(queue: &mut Queue, revision: u32, from: &str) -> Option<(u32, String, Option<String>)> {
        sent(queue.ask(request(revision, from), || vec![("a.yaml".into(), format!("text {revision}").into())], || None))
    }

    #[test]
    fn before_the_engine_is_there_only_the_newest_request_waits() {
        let mut queue = Queue::default();
        assert!(queue.is_unused() && !queue.is_ready());
        assert_eq!(ask(&mut queue, 1, "a"), None);
        assert_eq!(ask(&mut queue, 2, "a"), None);
        assert_eq!(ask(&mut queue, 2, "b"), None);
        assert_eq!(sent(queue.begin()), Some((2, "b".into(), Some("text 2".into()))));
        assert_eq!(sent(queue.replied()), None);
    }

    #[test]
    fn one_request_is_under_way_and_texts_go_once() {
        let mut queue = Queue::default();
        assert_eq!(sent(queue.begin()), None);
        assert_eq!(ask(&mut queue, 1, "a"), Some((1, "a".into(), Some("text 1".into()))));
        // Typing never queues up work.
        assert_eq!(ask(&mut queue, 2, "a"), None);
        assert_eq!(ask(&mut queue, 3, "a"), None);
        assert_eq!(ask(&mut queue, 3, "b"), None);
        assert_eq!(sent(queue.replied()), Some((3, "b".into(), Some("text 3".into()))));
        assert_eq!(sent(queue.replied()), None);
        assert_eq!(ask(&mut queue, 3, "c"), Some((3, "c".into(), None)));
    }

    #[test]
    fn of_several_files_only_those_go_that_are_others_than_before() {
        let mut queue = Queue::default();
        let _ = queue.begin();
        let texts = |second: &str| vec![("a.yaml".to_owned(), Rc::from("a")), ("b.yaml".to_owned(), Rc::from(second))];
        let files = |queue: &mut Queue, revision, second| {
            let sent = queue.ask(request(revision, "a"), || texts(second), || None)?.files?;
            let _ = queue.replied();
            Some(sent.into_iter().map(|(_, text)| text).collect::<Vec<_>>())
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(files(&mut queue, 1, "b"), Some(vec![some("a"), some("b")]));
        assert_eq!(files(&mut queue, 2, "c"), Some(vec![None, some("c")]));
        assert_eq!(files(&mut queue, 3, "c"), Some(vec![None, None]), "a file that is left out would be gone");
        queue.end();
        let _ = queue.begin();
        assert_eq!(files(&mut queue, 4, "c"), Some(vec![some("a"), some("c")]), "another engine has nothing");
    }

    #[test]
    fn it_is_busy_until_the_last_reply() {
        let mut queue = Queue::default();
        assert!(!queue.is_busy());
        assert_eq!(ask(&mut queue, 1, "a"), None);
        assert!(queue.is_busy(), "it waits for the engine");
        assert!(queue.begin().is_some());
        assert_eq!(ask(&mut queue, 2, "a"), None);
        assert!(queue.replied().is_some());
        assert!(queue.is_busy(), "the next one is under way");
        assert!(queue.replied().is_none());
        assert!(!queue.is_busy());
        assert!(ask(&mut queue, 3, "a").is_some());
        queue.end();
        assert!(!queue.is_busy(), "what was cancelled is not waited for");
    }

    #[test]
    fn the_baseline_goes_once_and_is_not_lost_with_what_waits() {
        let compare = |number| Request { further: vec![FurtherQuestion::Marks(number)], ..request(1, "a") };
        let texts = |number| BaselineTexts { number, files: Vec::new(), settings: String::new() };
        let mut queue = Queue::default();
        let _ = queue.begin();
        let number = |sent: Option<Request>| sent.map(|request| request.baseline.map(|baseline| baseline.number));
        assert_eq!(number(queue.ask(request(1, "a"), Vec::new, || Some(texts(5)))), Some(None), "nothing is compared");
        assert_eq!(number(queue.ask(compare(5), Vec::new, || Some(texts(5)))), None);
        assert_eq!(number(queue.ask(request(2, "b"), Vec::new, || Some(texts(5)))), None);
        assert_eq!(number(queue.replied()), Some(Some(5)), "what waited had it");
        assert_eq!(number(queue.replied()), None);
        assert_eq!(number(queue.ask(compare(5), Vec::new, || Some(texts(5)))), Some(None), "the engine has it");
        let _ = queue.replied();
        assert_eq!(number(queue.ask(compare(6), Vec::new, || Some(texts(6)))), Some(Some(6)));
        queue.end();
        assert_eq!(number(queue.ask(compare(6), Vec::new, || Some(texts(6)))), None);
        assert_eq!(number(queue.begin()), Some(Some(6)), "a new engine gets it again");
    }

    #[test]
    fn a_new_engine_gets_the_texts_again() {
        let mut queue = Queue::default();
        let _ = queue.begin();
        assert!(ask(&mut queue, 1, "a").is_some());
        queue.end();
        assert_eq!(ask(&mut queue, 1, "a"), None);
        assert_eq!(sent(queue.begin()), Some((1, "a".into(), Some("text 1".into()))));
    }
}
