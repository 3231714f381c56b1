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
    let makers = &snapshot.pod_makers;
    let named = || makers.iter().take(NAMED);
    let titles = named().map(PodMaker::title).collect::<Vec<_>>().join(", ");
    let more = makers.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let text = format!("the pods of {titles}{more} are not read, and answers leave them out: paste them (`kubectl get pods -A -o yaml`)");
    (!makers.is_empty()).then(|| Doubt { text, places: named().map(|maker| maker.place).collect() })
}
