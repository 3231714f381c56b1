//! What answers leave out.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::policy::Doubt;
use crate::snapshot::{PodMaker, Snapshot};

/// So many objects are named whose pods are not read.
const NAMED: usize = 3;

/// The objects whose pods are not read, so that answers leave these out; nothing if there are none.
pub(crate) fn missing_pods(snapshot: &Snapshot) -> Option<Doubt> {
    let places = || named(snapshot).map(|maker| maker.place).collect();
    (!snapshot.pod_makers.is_empty()).then(|| Doubt { text: format!("the {}", which(snapshot)), places: places() })
}

/// What [`missing_pods`] says, as a sentence for the notes of an answer.
pub(crate) fn missing_pods_note(snapshot: &Snapshot) -> Option<String> {
    (!snapshot.pod_makers.is_empty()).then(|| format!("The {}.", which(snapshot)))
}

fn named(snapshot: &Snapshot) -> impl Iterator<Item = &PodMaker> {
    snapshot.pod_makers.iter().take(NAMED)
}

fn which(snapshot: &Snapshot) -> String {
    let titles = named(snapshot).map(PodMaker::title).collect::<Vec<_>>().join(", ");
    let more = match snapshot.pod_makers.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("pods of {titles}{more} are not read, and answers leave them out: paste them (`kubectl get pods -A -o yaml`)")
}
