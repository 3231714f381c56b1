//! Exact sets of packets, and what ordered rules leave of each other.
//!
//! A rule of a security group matches a product: source addresses × destination addresses × connections. What earlier rules leave of a later one is
//! a union of such products, so "is this rule ever reached" is answered exactly, not rule by rule.

use alloc::vec::Vec;

use crate::connections::ConnectionSet;
use crate::model::AddressSet;

/// A product of sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::lint) struct Packets {
    pub(in crate::lint) source: AddressSet,
    pub(in crate::lint) destination: AddressSet,
    pub(in crate::lint) connections: ConnectionSet,
}

/// So many pieces are followed; a rule that is cut into more is not judged.
const MOST_PIECES: usize = 2048;

impl Packets {
    pub(in crate::lint) fn is_empty(&self) -> bool {
        self.source.is_empty() || self.destination.is_empty() || self.connections.is_empty()
    }

    /// Whether no packet is in both.
    pub(in crate::lint) fn is_apart(&self, other: &Packets) -> bool {
        !self.source.overlaps(&other.source)
            || !self.destination.overlaps(&other.destination)
            || self.connections.intersection(&other.connections).is_empty()
    }

    /// Whether it holds every packet of another.
    pub(in crate::lint) fn covers(&self, other: &Packets) -> bool {
        self.source.covers(&other.source)
            && self.destination.covers(&other.destination)
            && other.connections.difference(&self.connections).is_empty()
    }

    /// What of it is not in another, as pieces that do not overlap.
    fn without(&self, other: &Packets) -> Vec<Packets> {
        let source = self.source.intersection(&other.source);
        let destination = self.destination.intersection(&other.destination);
        let pieces = [
            Packets { source: self.source.difference(&other.source), ..self.clone() },
            Packets {
                source: source.clone(),
                destination: self.destination.difference(&other.destination),
                connections: self.connections.clone(),
            },
            Packets { source, destination, connections: self.connections.difference(&other.connections) },
        ];
        pieces.into_iter().filter(|piece| !piece.is_empty()).collect()
    }

    /// What earlier rules leave of it; nothing if that takes too many pieces to say.
    pub(in crate::lint) fn left_by<'a>(&self, earlier: impl Iterator<Item = &'a Packets>) -> Option<Vec<Packets>> {
        let mut pieces = if self.is_empty() { Vec::new() } else { alloc::vec![self.clone()] };
        for rule in earlier {
            if pieces.is_empty() {
                break;
            }
            if pieces.iter().all(|piece| piece.is_apart(rule)) {
                continue;
            }
            pieces = pieces
                .iter()
                .flat_map(|piece| if piece.is_apart(rule) { alloc::vec![piece.clone()] } else { piece.without(rule) })
                .collect();
            if pieces.len() > MOST_PIECES {
                return None;
            }
        }
        Some(pieces)
    }
}
