//! The fragment of a link to the page's scene. Of megabytes it is made in parts, so that the page goes on meanwhile.

use std::rc::Rc;

use yew::prelude::*;

use super::packing::{NextStep, pack};
use crate::components::Store;
use crate::share::{Shared, encode};

/// Scenes with no more text than this are packed in one go, in bytes.
const SMALL: usize = 100_000;

/// A fragment, or how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Making {
    /// It is there.
    Done(Rc<str>),
    /// So many bytes are packed, of how many.
    Packs(u32, u32),
}

/// The fragment for the scene, without its `#`; with what it is compared with, if that is wanted.
#[hook]
pub fn use_fragment(store: &Store, with_baseline: bool) -> Making {
    let shared = move |store: &Store| {
        let shared = store.shared();
        Shared { baseline: shared.baseline.filter(|_| with_baseline), ..shared }
    };
    let small = use_memo((store.revision, with_baseline), |_| (store.files.size() <= SMALL).then(|| Rc::from(encode(&shared(store)))));
    let made = use_state(|| Making::Packs(0, 0));
    {
        let (made, store, is_small) = (made.clone(), store.clone(), small.is_some());
        use_effect_with((store.revision, with_baseline), move |_| {
            let next = NextStep::default();
            if !is_small {
                made.set(Making::Packs(0, store.files.size() as u32));
                let told = made.clone();
                pack(
                    move || shared(&store),
                    &next,
                    move |packed, of| told.set(Making::Packs(packed as u32, of as u32)),
                    move |fragment| made.set(Making::Done(fragment.into())),
                );
            }
            // Who goes does not wait for it.
            move || drop(next.borrow_mut().take())
        });
    }
    (*small).clone().map_or_else(|| (*made).clone(), Making::Done)
}
