//! What of the scene graph and matrix show: all of it, or what a filter leaves; without what a learner is to predict.

use std::rc::Rc;

use yew::prelude::*;

use super::{ByAddress, Store};
use netpolis_view::{FurtherAnswer, SceneView};

/// What a filter leaves of the scene; all of it where there is no filter, or its answer is on its way. Without what a learner is to predict.
#[hook]
pub(super) fn use_shown(store: &Store) -> ByAddress<SceneView> {
    let answer = store.filter_answer().cloned().map(ByAddress);
    let shown = use_memo((store.scene_part(), answer, store.to_predict()), |(scene, answer, unsaid)| {
        let shown = match answer.as_ref().map(|answer| &**answer) {
            Some(FurtherAnswer::Filter(Ok(filter))) => ByAddress(Rc::new(scene.filtered(filter))),
            _ => scene.clone(),
        };
        if unsaid.is_empty() { shown } else { ByAddress(Rc::new(shown.without(unsaid))) }
    });
    (*shown).clone()
}

/// An end of the scene among what is shown of it.
pub(super) fn end_in(store: &Store, shown: &SceneView, end: usize) -> Option<usize> {
    shown.find(&store.answers.scene.key(end))
}

/// Both ends of the flow in question, where both are shown.
pub(super) fn flow_in(store: &Store, shown: &SceneView) -> Option<(usize, usize)> {
    let (from, to) = store.flow_ends()?;
    end_in(store, shown, from).zip(end_in(store, shown, to))
}
