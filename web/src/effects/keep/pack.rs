//! Large texts are packed a part at a time before they are stored, as the page may not stand still for so long.

use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::{Keeper, Pending};
use crate::share::LinkMaker;

/// What is packed in one go, in bytes.
const PART: usize = 256 << 10;

impl Keeper {
    /// Packs what is to be stored last, then stores it, however much is written meanwhile; that is stored after it. Who leaves the page stores the
    /// newest at once.
    pub(super) fn pack(self: &Rc<Self>) {
        if self.packing.borrow().is_some() {
            return;
        }
        let Some(last) = self.pending.borrow_mut().pop() else { return };
        // Scenes that were left since.
        self.flush();
        self.pending.borrow_mut().push(last.clone());
        let keeper = self.clone();
        self.then(move || keeper.go_on(LinkMaker::new(&last.state.shared()), last));
    }

    fn then(&self, step: impl FnOnce() + 'static) {
        *self.packing.borrow_mut() = Some(Timeout::new(0, step));
    }

    fn go_on(self: &Rc<Self>, mut link: LinkMaker, packs: Pending) {
        self.packing.borrow_mut().take().map(Timeout::forget);
        if !link.go_on(PART) {
            let keeper = self.clone();
            return self.then(move || keeper.go_on(link, packs));
        }
        self.pending.borrow_mut().retain(|pending| !Rc::ptr_eq(&pending.state, &packs.state));
        self.save(&packs.store, &packs.state, packs.changed, Some(link.fragment()));
        if self.timer.borrow().is_none() && !self.pending.borrow().is_empty() {
            self.pack();
        }
    }
}
