//! The flow in question in the picture of the cloud's network: where it starts, which security groups it meets, where it ends.

use super::{BadgeView, EndKind, PageVerdict, SceneView, VerdictView};

/// What an end of the picture is to the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowRole {
    /// The flow starts there.
    From,
    /// It goes there.
    To,
}

/// What everything outside is called in the picture.
pub const OUTSIDE: &str = "outside";

/// The flow in question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkFlow {
    /// Where it starts: a machine's, node's or pod's key, or [`OUTSIDE`].
    pub from: Option<String>,
    /// Where it goes.
    pub to: Option<String>,
    /// The security groups that it meets, by the ids of their badges, with what each says.
    pub stops: Vec<(String, VerdictView)>,
    /// What is said to it as a whole; nothing before it is answered.
    pub verdict: Option<VerdictView>,
}

impl NetworkFlow {
    /// The flow of an answer; `ends` are sender and receiver, as indices into [`SceneView::ends`].
    pub fn new(scene: &SceneView, ends: Option<(usize, usize)>, said: Option<&PageVerdict>) -> Self {
        let key = |end: usize| {
            let end = scene.ends.get(end)?;
            Some(if end.kind == EndKind::Outside { OUTSIDE.to_owned() } else { end.key.clone() })
        };
        let stations = said.into_iter().flat_map(|said| &said.stations);
        NetworkFlow {
            from: ends.and_then(|(from, _)| key(from)),
            to: ends.and_then(|(_, to)| key(to)),
            stops: stations.filter_map(|station| Some((station.at.clone()?, station.verdict))).collect(),
            verdict: said.map(|said| said.word.into()),
        }
    }

    /// What is said at a badge.
    pub fn at(&self, id: &str) -> Option<VerdictView> {
        self.stops.iter().find(|(stop, _)| stop == id).map(|(_, verdict)| *verdict)
    }

    /// What an end is to the flow.
    pub fn role(&self, key: &str) -> Option<FlowRole> {
        if self.from.as_deref() == Some(key) { Some(FlowRole::From) } else { (self.to.as_deref() == Some(key)).then_some(FlowRole::To) }
    }
}

impl BadgeView {
    /// The ids of its two ways through, with their words: in, then out.
    pub fn ways(&self) -> [(String, &'static str); 2] {
        ["in", "out"].map(|word| (format!("{}-{word}", self.id), word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::badge_id;
    use crate::{EndView, PathWord, Question, StationView};
    use netpolis_core::policy::Direction;
    use netpolis_core::snapshot::cloud::SubnetId;
    use netpolis_core::verdict::traversal::GroupPlace;

    #[test]
    fn a_flow_knows_its_ends_and_its_stops() {
        let end = |key: &str, kind| EndView { key: key.into(), kind, ..EndView::default() };
        let scene =
            SceneView { ends: vec![end("203.0.113.10", EndKind::Outside), end("vm/web", EndKind::Machine)], ..SceneView::default() };
        let station = |at: Option<&str>, verdict| StationView {
            title: String::new(),
            at: at.map(str::to_owned),
            verdict,
            sentence: String::new(),
            from_address: None,
            to_address: None,
            from_assumed: false,
            to_assumed: false,
            spots: Vec::new(),
            nearest: None,
            tiers: Vec::new(),
        };
        let said = PageVerdict {
            question: Question::default(),
            word: PathWord::Sometimes,
            headline: String::new(),
            summary: String::new(),
            stations: vec![
                station(Some("subnet-0-in"), VerdictView::Allowed),
                station(None, VerdictView::Allowed),
                station(Some("interface-1-in"), VerdictView::Denied),
            ],
            notes: Vec::new(),
            suggestion: None,
            lit: Vec::new(),
            by_path: false,
        };
        let flow = NetworkFlow::new(&scene, Some((0, 1)), Some(&said));
        assert_eq!((flow.role(OUTSIDE), flow.role("vm/web"), flow.role("vm/db")), (Some(FlowRole::From), Some(FlowRole::To), None));
        assert_eq!((flow.stops.len(), flow.at("interface-1-in"), flow.at("interface-1-out")), (2, Some(VerdictView::Denied), None));
        assert_eq!(flow.verdict, Some(VerdictView::Denied), "what fails for some is drawn as what fails");
        assert_eq!(NetworkFlow::new(&scene, None, None), NetworkFlow::default());
    }

    #[test]
    fn badges_are_called_as_stations_call_them() {
        let badge = BadgeView { id: "subnet-3".into(), ..BadgeView::default() };
        let [(inwards, _), (outwards, _)] = badge.ways();
        assert_eq!(inwards, badge_id(GroupPlace::Subnet(SubnetId(3)), Direction::Ingress));
        assert_eq!(outwards, badge_id(GroupPlace::Subnet(SubnetId(3)), Direction::Egress));
    }
}
