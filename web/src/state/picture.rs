//! How the picture is drawn, as a person chooses it.

use std::rc::Rc;

use netpolis_view::FilterQuestion;

/// What can be chosen about the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureChoices {
    /// Grows when the picture starts afresh: with another scene, not an edit of this one.
    pub number: u32,
    /// Namespaces that were opened or closed against the rule.
    pub toggled: Rc<Vec<String>>,
    /// Namespaces that are open in a scene of more than can be read; and which of them zooming opened.
    pub opened: Rc<Vec<String>>,
    zoomed: Vec<String>,
    /// What is shown alone with its neighbours in a large scene, by its key, and before it what was.
    pub focus: Rc<Vec<String>>,
    /// The card of a large scene whose arrows are shown, by its key.
    pub pinned: Option<String>,
    /// What part of the scene graph and matrix show.
    pub filter: Rc<FilterQuestion>,
    /// Whether denied flows are drawn: as there is room, or always or never.
    pub show_denied: Option<bool>,
    /// Which of two pictures was chosen: the cloud's network, or the cluster.
    pub(super) azure: Option<bool>,
    /// Whether the next picture starts afresh.
    afresh: bool,
}

/// A choice about the picture.
#[derive(Clone, Debug)]
pub enum PictureAction {
    /// A namespace is opened or closed in the graph.
    ToggleNamespace(String),
    /// The same in a scene of more than can be read.
    ToggleCard(String),
    /// Zooming in opens a namespace there.
    ZoomIn(String),
    /// Zooming out closes what zooming in has opened.
    ZoomOut,
    /// An end or a namespace is shown alone with its neighbours.
    Focus(String),
    /// Only so many of what was shown alone is left: none for all of the scene.
    FocusBack(usize),
    /// The arrows of a card are shown, or those of none.
    Pin(Option<String>),
    /// Graph and matrix show a part of the scene, or all of it again.
    Filter(FilterQuestion),
    /// Denied flows are drawn always, never, or as there is room.
    ShowDenied(Option<bool>),
    /// The cloud's network or the cluster is shown.
    ShowAzure(bool),
}

fn toggle(names: &mut Vec<String>, name: &String) {
    match names.iter().position(|known| known == name) {
        Some(index) => drop(names.remove(index)),
        None => names.push(name.clone()),
    }
}

impl PictureChoices {
    /// Nothing is opened, focused or filtered any more.
    pub(super) fn reset(&mut self) {
        let PictureChoices { number, show_denied, azure, afresh, .. } = *self;
        *self = PictureChoices { number, show_denied, azure, afresh, ..PictureChoices::default() };
    }

    /// The choices after another.
    #[must_use]
    pub fn after(&self, action: &PictureAction) -> Self {
        let mut choices = self.clone();
        match action {
            PictureAction::ToggleNamespace(name) => toggle(Rc::make_mut(&mut choices.toggled), name),
            PictureAction::ToggleCard(name) => {
                toggle(Rc::make_mut(&mut choices.opened), name);
                choices.zoomed.retain(|zoomed| zoomed != name);
            }
            PictureAction::ZoomIn(name) => {
                if !choices.opened.contains(name) {
                    Rc::make_mut(&mut choices.opened).push(name.clone());
                    choices.zoomed.push(name.clone());
                }
            }
            PictureAction::ZoomOut => {
                let zoomed = std::mem::take(&mut choices.zoomed);
                if !zoomed.is_empty() {
                    Rc::make_mut(&mut choices.opened).retain(|name| !zoomed.contains(name));
                }
            }
            PictureAction::Focus(key) => {
                choices.pinned = None;
                if choices.focus.last() != Some(key) {
                    Rc::make_mut(&mut choices.focus).push(key.clone());
                }
            }
            PictureAction::FocusBack(left) => Rc::make_mut(&mut choices.focus).truncate(*left),
            PictureAction::Filter(filter) => choices.filter = Rc::new(filter.clone()),
            PictureAction::Pin(key) => choices.pinned.clone_from(key),
            PictureAction::ShowDenied(show) => choices.show_denied = *show,
            PictureAction::ShowAzure(azure) => choices.azure = Some(*azure),
        }
        choices
    }

    /// The next picture is another one.
    pub(super) fn begin_afresh(&mut self) {
        self.afresh = true;
    }

    /// Whether the picture that has come is another one. Asked once for each.
    pub(super) fn begins(&mut self) -> bool {
        std::mem::take(&mut self.afresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_out_closes_what_zooming_in_opened_and_keeps_what_was_opened_by_hand() {
        let after = |actions: &[PictureAction]| actions.iter().fold(PictureChoices::default(), |choices, action| choices.after(action));
        let hand = PictureAction::ToggleCard("a".into());
        let zoom = |name: &str| PictureAction::ZoomIn(name.into());
        assert_eq!(*after(&[hand.clone(), zoom("b")]).opened, ["a", "b"]);
        assert_eq!(*after(&[hand.clone(), zoom("b"), zoom("a"), PictureAction::ZoomOut]).opened, ["a"]);
        // What is closed by hand stays closed, and opened by hand once more it is kept.
        let closed = [zoom("a"), hand.clone(), PictureAction::ZoomOut];
        assert!(after(&closed).opened.is_empty());
        assert_eq!(*after(&[zoom("a"), hand.clone(), hand.clone(), PictureAction::ZoomOut]).opened, ["a"]);
        assert_eq!(after(&[PictureAction::ZoomOut]), PictureChoices::default());
    }
}
