//! Large texts are packed a part at a time before they are stored.

use std::rc::Rc;

use super::{Keeper, Pending};
use crate::effects::packing;

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
        let (keeper, state) = (self.clone(), last.state.clone());
        packing::pack(move || state.shared(), &self.packing, |_, _| (), move |fragment| keeper.store_packed(&last, fragment));
    }

    fn store_packed(self: &Rc<Self>, packed: &Pending, fragment: String) {
        self.pending.borrow_mut().retain(|pending| !Rc::ptr_eq(&pending.state, &packed.state));
        self.save(&packed.store, &packed.state, packed.changed, Some(fragment));
        if self.timer.borrow().is_none() && !self.pending.borrow().is_empty() {
            self.pack();
        }
    }
}
