//! What can be chosen as an end of a question, and how a field shows it.

use super::{EndKind, SceneView};

/// Most entries that are listed at once.
const MOST: usize = 60;

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// What choosing it gives.
    pub value: String,
    /// What it says.
    pub title: String,
    /// Smaller, beside it.
    pub detail: String,
}

/// The entries that hold a text in any of their words; all of them for none.
pub fn matching_entries<'a>(entries: &'a [EntryView], text: &str) -> Vec<&'a EntryView> {
    let wanted = text.to_lowercase();
    let matches =
        |e: &&EntryView| wanted.is_empty() || e.title.to_lowercase().contains(&wanted) || e.detail.to_lowercase().contains(&wanted);
    entries.iter().filter(matches).take(MOST).collect()
}

impl SceneView {
    /// Everything that a packet can come from or go to.
    pub fn end_entries(&self) -> Vec<EntryView> {
        let entry = |(index, end): (usize, &super::EndView)| {
            let outside = end.kind == EndKind::Outside;
            EntryView {
                value: end.key.clone(),
                title: if outside { end.title.clone() } else { self.title(index) },
                detail: if outside { format!("for example {}", end.key) } else { end.subtitle.clone() },
            }
        };
        self.ends.iter().enumerate().map(entry).collect()
    }

    /// Services and Ingresses.
    pub fn target_entries(&self) -> Vec<EntryView> {
        self.targets.iter().map(|t| EntryView { value: t.key.clone(), title: t.name(), detail: t.subtitle.clone() }).collect()
    }

    /// How a field shows an end: as the picture calls it, or as it was written.
    pub fn end_text(&self, key: &str) -> String {
        match self.find(key).and_then(|index| Some((index, self.ends.get(index)?))) {
            Some((_, end)) if end.internet => "Internet".into(),
            Some((_, end)) if end.kind == EndKind::Outside => end.key.clone(),
            Some((index, _)) => self.title(index),
            None => key.split('[').next().unwrap_or(key).to_owned(),
        }
    }

    /// How a field shows where a packet goes.
    pub fn target_text(&self, key: &str) -> String {
        self.target(key).map_or_else(|| self.end_text(key), |target| target.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EndView, NamespaceView};

    fn scene() -> SceneView {
        let end = |key: &str, kind, title: &str, namespace| EndView {
            key: key.into(),
            kind,
            title: title.into(),
            namespace,
            ..EndView::default()
        };
        SceneView {
            ends: vec![
                end("shop/web[Deployment]", EndKind::Workload, "web", Some(0)),
                EndView { internet: true, ..end("203.0.113.10", EndKind::Outside, "Internet", None) },
                end("10.1.0.1", EndKind::Outside, "10.1.0.0/16", None),
            ],
            namespaces: vec![NamespaceView { name: "shop".into(), labels: Vec::new(), spot: None }],
            ..SceneView::default()
        }
    }

    #[test]
    fn fields_show_ends_as_the_picture_calls_them() {
        let scene = scene();
        let texts = ["shop/web[Deployment]", "203.0.113.10", "10.1.0.1", "shop/gone[Pod]"].map(|key| scene.end_text(key));
        assert_eq!(texts, ["shop/web", "Internet", "10.1.0.1", "shop/gone"]);
    }

    #[test]
    fn entries_are_found_by_any_of_their_words() {
        let scene = scene();
        let entries = scene.end_entries();
        let titles = |text: &str| matching_entries(&entries, text).iter().map(|e| e.title.as_str()).collect::<Vec<_>>();
        assert_eq!(titles("WEB"), ["shop/web"]);
        assert_eq!(titles("203.0"), ["Internet"]);
        assert_eq!(titles("").len(), 3);
        assert_eq!(titles("nothing").len(), 0);
    }
}
