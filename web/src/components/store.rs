//! The page's state as components get it, and how each hears only of what it shows.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use yew::prelude::*;

use super::ByAddress;
use crate::state::{Action, State};
use crate::words::Language;
use netpolis_view::{PageVerdict, PathAnswers, SceneView, Sentence};

/// The page's state.
pub type Store = UseReducerHandle<State>;
/// What makes things happen on the page. Always the same one: a component that has no more of the state is not drawn again when that changes.
pub type Dispatch = UseReducerDispatcher<State>;

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Self::Action) -> Rc<Self> {
        State::reduce(self, action)
    }
}

/// Is told of every change, with the state after it.
type Watcher = dyn Fn(&Store);

/// The newest state, and who watches it.
#[derive(Default)]
struct Watch {
    newest: RefCell<Option<Store>>,
    watchers: RefCell<Vec<Weak<Watcher>>>,
}

impl Watch {
    fn tell(&self, store: &Store) {
        // Whoever is told may be drawn, and begin or cease to watch.
        let watchers = self.watchers.borrow().clone();
        watchers.iter().filter_map(Weak::upgrade).for_each(|watcher| watcher(store));
        self.watchers.borrow_mut().retain(|watcher| watcher.strong_count() > 0);
    }
}

/// The watch of a page: the same for as long as it lives, so that nobody is drawn again because of it.
#[derive(Clone)]
struct PageWatch(Rc<Watch>);

impl PartialEq for PageWatch {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Properties of a [`StoreProvider`].
#[derive(Clone, PartialEq, Properties)]
pub struct StoreProviderProps {
    /// The state as it is now.
    pub store: Store,
    /// What shows it.
    pub children: Children,
}

/// Gives the state to everything inside: all of it as a context, for what is drawn with every change, and parts of it by [`use_part`].
#[component]
pub fn StoreProvider(props: &StoreProviderProps) -> Html {
    let watch = use_memo((), |()| Watch::default());
    *watch.newest.borrow_mut() = Some(props.store.clone());
    {
        let watch = watch.clone();
        use_effect_with(props.store.clone(), move |store| watch.tell(store));
    }
    html! {
        <ContextProvider<PageWatch> context={PageWatch(watch)}>
            <ContextProvider<Store> context={props.store.clone()}>{ props.children.clone() }</ContextProvider<Store>>
        </ContextProvider<PageWatch>>
    }
}

/// The page's state for a component that shows the part of it that `of` picks out: it is drawn again only when that part is another. Whatever else
/// the state holds may be older, so `of` has to pick everything that is read, in handlers too. Nothing outside a page.
#[hook]
pub fn use_part<T: PartialEq + 'static>(of: fn(&State) -> T) -> Option<Store> {
    let page = use_context::<PageWatch>();
    // In another language everything is said anew.
    let of = move |state: &State| (of(state), state.layout.words);
    let drawn = use_mut_ref(|| None::<(T, Language)>);
    let update = use_force_update();
    let store = page.as_ref().and_then(|page| page.0.newest.borrow().clone());
    *drawn.borrow_mut() = store.as_deref().map(of);
    use_effect_with(page, move |page| {
        let watcher: Rc<Watcher> = Rc::new(move |store| {
            if drawn.borrow().as_ref() != Some(&of(store)) {
                update.force_update();
            }
        });
        if let Some(PageWatch(watch)) = page {
            watch.watchers.borrow_mut().push(Rc::downgrade(&watcher));
            // What happened between drawing and watching.
            if let Some(store) = &*watch.newest.borrow() {
                watcher(store);
            }
        }
        move || drop(watcher)
    });
    store
}

/// What makes things happen, for a component that shows nothing of the state. Nothing outside a page.
#[hook]
pub fn use_dispatch() -> Option<Dispatch> {
    use_part(|_| ()).map(|store| store.dispatcher())
}

/// Large parts, compared by address.
impl State {
    pub(super) fn scene_part(&self) -> ByAddress<SceneView> {
        ByAddress(self.answers.scene.clone())
    }

    pub(super) fn verdict_part(&self) -> Option<ByAddress<Result<PageVerdict, Sentence>>> {
        self.answers.outcome().cloned().map(ByAddress)
    }

    pub(super) fn last_verdict_part(&self) -> Option<ByAddress<Result<PageVerdict, Sentence>>> {
        self.answers.last_outcome().cloned().map(ByAddress)
    }

    pub(super) fn path_part(&self) -> Option<ByAddress<PathAnswers>> {
        self.shown_path().cloned().map(ByAddress)
    }
}
