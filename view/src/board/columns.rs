//! The board in words: tiers as columns, policies as cards, and where a card can go.

use netpolis_core::text::count;

use super::{Move, ProposalView, TallyView};
use crate::{EndKind, PolicyView, SceneView};

/// A place between the cards of a column: which column, and before which of its cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The column, as an index into [`SceneView::tiers`].
    pub column: usize,
    /// The card behind it; the number of cards for the last gap.
    pub card: usize,
}

/// The board.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoardView {
    /// Tiers in the order in which a packet meets them.
    pub columns: Vec<ColumnView>,
    /// Policies that nothing enforces, with the reason.
    pub idle: Vec<(PolicyView, String)>,
}

/// A tier.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// Whether order matters in it, in a sentence.
    pub order: &'static str,
    /// What becomes of traffic that none of its policies matches.
    pub end: String,
    /// Whether that is denied.
    pub denies_at_end: bool,
    /// Its policies.
    pub cards: Vec<CardView>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq)]
pub struct CardView {
    /// Its index into [`SceneView::policies`].
    pub number: u32,
    /// The policy.
    pub policy: PolicyView,
    /// What it selects and how many rules it has.
    pub about: String,
    /// How many flows it decides, in words and in percent of all; nothing where they were not counted.
    pub decides: Option<(String, f64)>,
    /// Whether it can be moved here and now.
    pub movable: bool,
    /// Where it can be sent without dragging: a name for the place, and the move.
    pub moves: Vec<(String, Move)>,
}

/// The board of a scene; `read_only` boards cannot be changed.
pub fn board_view(scene: &SceneView, tally: Option<&TallyView>, read_only: bool) -> BoardView {
    let idle = scene.policies.iter().filter_map(|policy| Some((policy.clone(), policy.not_enforced.clone()?)));
    let column = |(index, tier): (usize, &super::super::TierColumn)| ColumnView {
        name: tier.name.clone(),
        order: if tier.ordered { "in order: the first match decides" } else { "combined: any of them may allow" },
        end: match (tier.denies_at_end, tally.and_then(|tally| Some((tally, tally.tier_ends.get(index)?)))) {
            (true, Some((tally, n))) => {
                format!("Endpoints selected in this tier that no rule matches are denied: {}.", of_flows(tally, *n))
            }
            (true, None) => "Endpoints selected in this tier that no rule matches are denied.".into(),
            (false, _) => "Traffic that no rule matches continues to the next tier.".into(),
        },
        denies_at_end: tier.denies_at_end,
        cards: (0..)
            .zip(&tier.policies)
            .filter_map(|(card, number)| card_view(scene, tally, read_only, *number, Gap { column: index, card }))
            .collect(),
    };
    BoardView { columns: scene.tiers.iter().enumerate().map(column).collect(), idle: idle.collect() }
}

fn of_flows(tally: &TallyView, count: u32) -> String {
    format!("{count} of {} flows", tally.flows)
}

fn card_view(scene: &SceneView, tally: Option<&TallyView>, read_only: bool, number: u32, at: Gap) -> Option<CardView> {
    let policy = scene.policies.get(number as usize)?;
    let selects = |kind: EndKind| scene.ends.iter().filter(|end| end.kind == kind && end.policies.contains(&number)).count();
    let selected = match (selects(EndKind::Workload), selects(EndKind::Node)) {
        (0, 0) => "selects nothing".to_owned(),
        (0, nodes) => count(nodes, "node"),
        (workloads, 0) => count(workloads, "workload"),
        (workloads, nodes) => format!("{}, {}", count(workloads, "workload"), count(nodes, "node")),
    };
    let decides = tally.and_then(|tally| {
        let count = *tally.policies.get(number as usize)?;
        let words = if count == 0 { "decides no flow".to_owned() } else { format!("decides {}", of_flows(tally, count)) };
        Some((words, f64::from(count) / f64::from(tally.flows.max(1)) * 100.0))
    });
    let movable = policy.movable && !read_only;
    Some(CardView {
        number,
        policy: policy.clone(),
        about: format!("{selected}, {}", count(policy.rules as usize, "rule")),
        decides,
        movable,
        moves: if movable { scene.moves(number, at) } else { Vec::new() },
    })
}

impl SceneView {
    /// The move that puts a policy into a gap; nothing if it cannot go there, or stands there already.
    pub fn move_to(&self, policy: u32, gap: Gap) -> Option<Move> {
        let tier = self.tiers.get(gap.column).filter(|tier| tier.open)?;
        let own = tier.policies.iter().position(|p| *p == policy);
        let position = gap.card - usize::from(own.is_some_and(|own| own < gap.card));
        (own != Some(position)).then(|| Move { policy, tier: tier.name.clone(), position: position as u32 })
    }

    /// Places that a policy can be sent to: one earlier, one later, to the end of another tier.
    fn moves(&self, policy: u32, at: Gap) -> Vec<(String, Move)> {
        let last = self.tiers.get(at.column).map_or(0, |tier| tier.policies.len());
        let earlier = at.card.checked_sub(1).map(|card| ("Earlier".to_owned(), Gap { card, ..at }));
        let later = (at.card + 1 < last).then(|| ("Later".to_owned(), Gap { card: at.card + 2, ..at }));
        let others = self.tiers.iter().enumerate().filter(|(column, tier)| *column != at.column && tier.open);
        let into = others.map(|(column, tier)| (format!("Into tier {}", tier.name), Gap { column, card: tier.policies.len() }));
        earlier.into_iter().chain(later).chain(into).filter_map(|(words, gap)| Some((words, self.move_to(policy, gap)?))).collect()
    }
}

impl ProposalView {
    /// How many flows the move changes.
    pub fn count(&self) -> usize {
        self.changes.len() + self.more as usize
    }

    /// How many flows the move changes, in words.
    pub fn effect(&self) -> String {
        match self.count() {
            0 => "no flow changes".to_owned(),
            1 => "1 flow changes".to_owned(),
            n => format!("{n} flows change"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EndView, TierColumn};

    fn scene() -> SceneView {
        let policy = |title: &str, movable, not_enforced: Option<&str>| PolicyView {
            kind: "NetworkPolicy".into(),
            title: title.into(),
            directions: "ingress".into(),
            not_enforced: not_enforced.map(str::to_owned),
            rules: 2,
            movable,
            spot: None,
        };
        let tier = |name: &str, policies: Vec<u32>, open, denies_at_end| TierColumn {
            name: name.into(),
            denies_at_end,
            ordered: true,
            open,
            policies,
        };
        SceneView {
            policies: vec![policy("a", true, None), policy("b", true, None), policy("c", false, None), policy("d", true, Some("staged"))],
            tiers: vec![
                tier("security", vec![0, 1], true, true),
                tier("default", vec![2], true, false),
                tier("profiles", vec![], false, false),
            ],
            ends: vec![EndView { kind: EndKind::Workload, policies: vec![0], ..EndView::default() }],
            ..SceneView::default()
        }
    }

    #[test]
    fn cards_say_what_they_select_and_decide() {
        let scene = scene();
        let tally = TallyView { flows: 8, policies: vec![2, 0, 0, 0], tier_ends: vec![3, 0, 0] };
        let board = board_view(&scene, Some(&tally), false);
        let [first, second] = board.columns[0].cards.as_slice() else { panic!() };
        assert_eq!((first.about.as_str(), second.about.as_str()), ("1 workload, 2 rules", "selects nothing, 2 rules"));
        assert_eq!(first.decides, Some(("decides 2 of 8 flows".into(), 25.0)));
        assert_eq!(second.decides.as_ref().map(|d| d.0.as_str()), Some("decides no flow"));
        assert_eq!(board.columns[0].end, "Endpoints selected in this tier that no rule matches are denied: 3 of 8 flows.");
        assert_eq!(board.columns[1].end, "Traffic that no rule matches continues to the next tier.");
        assert_eq!(board.idle.iter().map(|(p, why)| (p.title.as_str(), why.as_str())).collect::<Vec<_>>(), [("d", "staged")]);
    }

    #[test]
    fn cards_go_where_they_are_not() {
        let scene = scene();
        let gap = |column, card| Gap { column, card };
        let to = |position| Some(Move { policy: 0, tier: "security".into(), position });
        // Before itself and behind itself is where it stands.
        assert_eq!([0, 1, 2].map(|card| scene.move_to(0, gap(0, card))), [None, None, to(1)]);
        assert_eq!(scene.move_to(0, gap(2, 0)), None, "no tier of the person's");
        let board = board_view(&scene, None, false);
        let words = |column: usize, card: usize| {
            let card: &CardView = &board.columns[column].cards[card];
            card.moves.iter().map(|(words, _)| words.clone()).collect::<Vec<_>>()
        };
        assert_eq!(words(0, 0), ["Later", "Into tier default"]);
        assert_eq!(words(0, 1), ["Earlier", "Into tier default"]);
        assert!(words(1, 0).is_empty(), "it cannot be moved");
        assert!(board_view(&scene, None, true).columns[0].cards.iter().all(|card| !card.movable && card.moves.is_empty()));
    }
}
