//! How the picture is drawn, as a person chooses it.

use std::rc::Rc;

/// What can be chosen about the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureChoices {
    /// Grows when the picture starts afresh: with another scene, not an edit of this one.
    pub number: u32,
    /// Namespaces that were opened or closed against the rule for large scenes.
    pub toggled: Rc<Vec<String>>,
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
    /// Denied flows are drawn always, never, or as there is room.
    ShowDenied(Option<bool>),
    /// The cloud's network or the cluster is shown.
    ShowAzure(bool),
}

impl PictureChoices {
    /// The choices after another.
    #[must_use]
    pub fn after(&self, action: &PictureAction) -> Self {
        let mut choices = self.clone();
        match action {
            PictureAction::ToggleNamespace(name) => {
                let toggled = Rc::make_mut(&mut choices.toggled);
                match toggled.iter().position(|n| n == name) {
                    Some(index) => drop(toggled.remove(index)),
                    None => toggled.push(name.clone()),
                }
            }
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
