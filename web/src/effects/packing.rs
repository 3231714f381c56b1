//! Packs a scene a part at a time, for a link or to be stored: of megabytes it takes longer than the page may stand still.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;

use crate::share::{LinkMaker, Shared};

/// What is packed in one go, in bytes.
const PART: usize = 64_000;

/// The next step of a packing, while there is one: who takes it out ends the packing.
pub type NextStep = Rc<RefCell<Option<Timeout>>>;

/// Begins to pack. `told` hears after each part how many bytes are packed, of how many; `done` gets the fragment.
pub fn pack(
    shared: impl FnOnce() -> Shared + 'static,
    next: &NextStep,
    told: impl Fn(usize, usize) + 'static,
    done: impl FnOnce(String) + 'static,
) {
    let own = next.clone();
    *next.borrow_mut() = Some(Timeout::new(0, move || go_on(LinkMaker::new(&shared()), own, told, done)));
}

fn go_on(mut link: LinkMaker, next: NextStep, told: impl Fn(usize, usize) + 'static, done: impl FnOnce(String) + 'static) {
    next.borrow_mut().take().map(Timeout::forget);
    if link.go_on(PART) {
        return done(link.fragment());
    }
    let (packed, of) = link.progress();
    told(packed, of);
    let own = next.clone();
    *next.borrow_mut() = Some(Timeout::new(0, move || go_on(link, own, told, done)));
}
