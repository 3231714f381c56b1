//! Objects of the files by their names, as the editor's module finds them in texts.

use js_sys::Array;
use netpolis_view::SourceLocation;
use wasm_bindgen_futures::spawn_local;

use crate::components::Dispatch;
use crate::editor::binding::{Definition, EditorModule};
use crate::state::{Action, Files, LayoutAction, PictureAction, Screen, State};
use crate::words::{t, t_with};
use netpolis_view::FilterQuestion;

/// An object of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: String,
    /// Its namespace; empty where none is written.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Where it begins.
    pub spot: SourceLocation,
}

/// The objects of all files, those of the file that is shown first.
pub fn objects(files: &Files, found: impl FnOnce(Vec<Found>) + 'static) {
    let active = files.active;
    let mut texts: Vec<_> = files.iter().map(|file| (file.id != active, file.name.clone(), file.text.clone())).collect();
    texts.sort_by_key(|(other, ..)| *other);
    spawn_local(async move {
        let Ok(module) = EditorModule::load().await else { return };
        found(
            texts
                .iter()
                .flat_map(|(_, name, text)| module.objects(text).iter().map(|one| of(&one.into(), name)).collect::<Vec<_>>())
                .collect(),
        );
    });
}

fn of(parts: &Array, file: &str) -> Found {
    let text = |index| parts.get(index).as_string().unwrap_or_default();
    let number = |index| parts.get(index).as_f64().unwrap_or_default() as u32;
    let spot = SourceLocation { file: file.into(), line: number(3), column: 1, end_line: number(3), start: number(4), end: number(5) };
    Found { kind: text(0), namespace: text(1), name: text(2), spot }
}

/// Goes where a place in the text leads: to the pods that a selector selects, which the engine finds, or to the document of a name.
pub fn follow(target: Definition, state: &State, dispatch: Dispatch) {
    if !target.trouble.is_empty() {
        return dispatch.dispatch(Action::Notify(target.trouble));
    }
    if target.selector.is_empty() {
        let from = state.files.shown().map(|file| file.name.clone()).unwrap_or_default();
        return objects(&state.files, move |all| dispatch.dispatch(document_of(&target, &all, &from)));
    }
    let (namespace, selector) = (target.namespace, target.selector);
    let shown = if namespace.is_empty() { t("all namespaces").to_owned() } else { t_with("namespace {0}", &[&namespace]) };
    dispatch.dispatch(PictureAction::Filter(FilterQuestion { namespace, selector, ..FilterQuestion::default() }).into());
    if state.layout.panes.has_screens() {
        dispatch.dispatch(LayoutAction::ShowScreen(Screen::Graph).into());
    }
    dispatch
        .dispatch(Action::Notify(t_with("Graph and matrix show what this selects, in {0}. ✕ above the graph shows all again", &[&shown])));
}

/// What going to a name comes to.
fn document_of(target: &Definition, all: &[Found], from: &str) -> Action {
    let is_meant = |found: &&Found| {
        let namespace = if found.namespace.is_empty() { "default" } else { &found.namespace };
        found.name == target.name
            && (target.kinds.is_empty() || target.kinds.split('|').any(|kind| kind == found.kind))
            && (target.namespace.is_empty() || namespace == target.namespace)
    };
    let mut meant: Vec<&Found> = all.iter().filter(is_meant).collect();
    // Of several, one in another file says nothing while there is one in this.
    if meant.iter().any(|found| found.spot.file == from) {
        meant.retain(|found| found.spot.file == from);
    }
    match (meant.as_slice(), target.kinds.as_str()) {
        ([one], _) | ([one, ..], "Namespace" | "Service" | "ServiceAccount" | "Tier" | "Node") => Action::Reveal(one.spot.clone()),
        ([], kind) => {
            Action::Notify(t_with("The files have no {0} named {1}", &[if kind.is_empty() { t("object") } else { kind }, &target.name]))
        }
        (several, _) => {
            Action::Notify(t_with("{0} objects are named {1}: see the list of objects", &[&several.len().to_string(), &target.name]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: &str, namespace: &str, name: &str, file: &str) -> Found {
        let spot = SourceLocation { file: file.into(), line: 1, column: 1, end_line: 1, start: 0, end: 4 };
        Found { kind: kind.into(), namespace: namespace.into(), name: name.into(), spot }
    }

    #[test]
    fn a_name_leads_to_its_document() {
        let all = [
            found("Service", "", "db", "a.yaml"),
            found("Service", "shop", "db", "b.yaml"),
            found("Pod", "shop", "db", "b.yaml"),
            found("Namespace", "", "shop", "a.yaml"),
        ];
        let lead = |kinds: &str, namespace: &str, name: &str| {
            let target = Definition { kinds: kinds.into(), namespace: namespace.into(), name: name.into(), ..Definition::default() };
            match document_of(&target, &all, "a.yaml") {
                Action::Reveal(spot) => spot.file,
                Action::Notify(text) => text,
                _ => String::new(),
            }
        };
        assert_eq!(lead("Service", "shop", "db"), "b.yaml");
        assert_eq!(lead("Service", "default", "db"), "a.yaml");
        assert_eq!(lead("Namespace", "", "shop"), "a.yaml");
        assert_eq!(lead("", "", "db"), "a.yaml", "the one in this file");
        assert_eq!(lead("Service", "shop", "web"), "The files have no Service named web");
        assert_eq!(lead("", "shop", "db"), "2 objects are named db: see the list of objects");
    }
}
