//! The page's address: a link stays in it until its scene changes, so that it can be bookmarked and copied again.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use yew::prelude::*;

use super::keep::Keeping;
use super::outside::whole_address;
use super::start::fragment;
use crate::components::Store;
use crate::examples::EXAMPLES;
use crate::scenes::{Origin, SceneId};
use crate::share;
use crate::state::{Action, FileId, State};
use crate::words::t;
use netpolis_view::{PathAsked, Question};

/// Longer links are not written into the address: browsers refuse them.
const LONGEST: usize = 1 << 20;
/// The link to a scene of more bytes is not written again when something else is asked of it.
const LARGE: usize = 256 << 10;

/// What stands in the address.
#[derive(Default)]
struct Bar {
    /// The fragment that was seen or written last.
    fragment: String,
    /// The scene that it belongs to; nothing for one that is about to be shown.
    scene: Option<SceneId>,
    /// What was shown when it was written.
    shown: Option<(SceneId, bool, Question, FileId, PathAsked, bool)>,
}

/// Opens links that arrive while the page is there, follows back and forward, and takes a link away once the scene is another.
#[hook]
pub fn use_address(store: &Store, keeper: &Keeping) {
    let bar = use_mut_ref(|| Bar { fragment: fragment(), scene: Some(store.place.id.clone()), shown: None });
    // While the page is drawn, not in an effect: effects may come late, when the address is that of another entry already.
    {
        let now = (
            store.place.id.clone(),
            store.place.kept,
            store.asking.flow.clone(),
            store.files.active,
            store.asking.path.clone(),
            store.layout.shows_path(),
        );
        let before = bar.borrow_mut().shown.replace(now.clone());
        let first = before.is_none();
        if super::window().is_some() && before != Some(now) && (!first || bar.borrow().fragment.is_empty()) {
            show(store, &bar);
        }
    }
    let latest = use_mut_ref(|| store.clone());
    *latest.borrow_mut() = store.clone();
    let keeper = keeper.clone();
    use_effect_with((), move |()| {
        let listen = |kind: &'static str| {
            let (latest, bar, keeper) = (latest.clone(), bar.clone(), keeper.clone());
            crate::effects::window()
                .map(|window| EventListener::new(&window, kind, move |_| arrive(&latest.borrow().clone(), &bar, &keeper)))
        };
        // Between two entries without a fragment there is no `hashchange`; some browsers have no `popstate` for links.
        let listeners = [listen("hashchange"), listen("popstate")];
        move || drop(listeners)
    });
}

/// Writes what belongs to the shown scene into the address: the link that it came by, or nothing, with its name behind it for the way back.
fn show(state: &State, bar: &Rc<RefCell<Bar>>) {
    let mut bar = bar.borrow_mut();
    let place = &state.place;
    // A lesson that came by its link is begun by it again, whatever was done in it.
    let by_link = place.origin == Origin::Link && !place.kept || state.lesson.as_ref().is_some_and(|lesson| lesson.id.is_empty());
    if !by_link {
        bar.fragment.clear();
        replace(&name(state).map_or(JsValue::NULL, Into::into), &whole_address());
    } else if bar.scene.is_some() {
        // Something else is asked of it, or it was come back to.
        let size: usize = state.files.size();
        let same = bar.scene.as_ref() == Some(&place.id) && !bar.fragment.is_empty();
        let link = (!same || size <= LARGE).then(|| format!("#{}", share::encode(&state.shared())));
        if let Some(link) = link.filter(|link| link.len() <= LONGEST) {
            replace(&JsValue::NULL, &format!("{}{link}", whole_address()));
            bar.fragment = link;
        }
    }
    bar.scene = Some(place.id.clone());
}

/// The shown scene's name in the browser's list of pages; what only a link holds has none.
fn name(state: &State) -> Option<String> {
    let example = || state.files.example.and_then(|index| EXAMPLES.get(index)).map(|example| format!("example {}", example.id));
    if state.place.kept { Some(format!("scene {}", state.place.id)) } else { example() }
}

fn replace(name: &JsValue, address: &str) {
    if let Some(Ok(history)) = crate::effects::window().map(|window| window.history()) {
        let _ = history.replace_state_with_url(name, "", Some(address));
    }
}

/// The address has changed: by a link that was put there, or by back and forward.
fn arrive(store: &Store, bar: &Rc<RefCell<Bar>>, keeper: &Keeping) {
    let now = fragment();
    if !now.is_empty() {
        if bar.borrow().fragment == now {
            return;
        }
        bar.borrow_mut().fragment.clone_from(&now);
        match share::decode(&now) {
            Ok(Some((shared, _))) => {
                bar.borrow_mut().scene = None;
                store.dispatch(Action::OpenShared(Box::new(shared)));
            }
            Ok(None) => (),
            Err(error) => store.dispatch(Action::Notify(error.message())),
        }
        return;
    }
    bar.borrow_mut().fragment.clear();
    let before = crate::effects::window().and_then(|window| window.history().ok()).and_then(|history| history.state().ok());
    let Some(before) = before.and_then(|state| state.as_string()) else { return };
    if name(store).as_deref() == Some(&before) {
        return;
    }
    match before.split_once(' ') {
        Some(("scene", id)) => {
            keeper.flush();
            match keeper.open(&SceneId::from(id)) {
                Ok(Some(opened)) => store.dispatch(Action::OpenKept(Box::new(opened))),
                Ok(None) => (),
                Err(_) => store.dispatch(Action::Notify(t("That scene cannot be read. It is unchanged: see Recent scenes").into())),
            }
        }
        Some(("example", id)) => {
            if let Some((index, example)) = EXAMPLES.iter().enumerate().find(|(_, example)| example.id == id) {
                store.dispatch(Action::OpenExample(index, example));
            }
        }
        _ => (),
    }
}
