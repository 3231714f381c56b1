//! The packet that goes along the way that is shown: at the same hop in the graph and in the path panel.

use super::State;
use netpolis_view::BranchView;

/// How fast it goes: what it is called, and for how many milliseconds it stays at a hop.
pub const PACES: [(&str, u32); 3] = [("1×", 1800), ("2×", 900), ("½×", 3600)];

/// Where the packet is, and whether it goes on by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// The hop at which it is; nothing while none is shown.
    pub at: Option<usize>,
    /// Whether it goes on by itself.
    pub runs: bool,
    /// How fast, as an index into [`PACES`].
    pub pace: usize,
}

/// Something happens to the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketAction {
    /// It sets out, goes on, sets out again from the end, or waits.
    Play,
    /// It goes so many hops on, or back, and waits there.
    Step(isize),
    /// It goes one hop on by itself.
    On,
    /// It goes at another pace.
    Pace,
    /// It is shown no more.
    Leave,
}

impl Packet {
    /// What becomes of it on a way of so many hops that it comes to.
    #[must_use]
    pub fn after(self, action: PacketAction, hops: usize) -> Self {
        let Some(last) = hops.checked_sub(1) else { return Packet { at: None, runs: false, ..self } };
        let to = |at: usize, runs: bool| Packet { at: Some(at), runs: runs && at < last, ..self };
        let now = self.at.unwrap_or(0).min(last);
        match action {
            PacketAction::Play if self.at.is_none() || (now == last && !self.runs) => to(0, true),
            PacketAction::Play => to(now, !self.runs),
            PacketAction::Step(by) => to(now.saturating_add_signed(by).min(last), false),
            PacketAction::On => to((now + 1).min(last), self.runs),
            PacketAction::Pace => Packet { pace: (self.pace + 1) % PACES.len(), ..self },
            PacketAction::Leave => Packet { at: None, runs: false, ..self },
        }
    }
}

impl State {
    /// The branch of the way along which the packet goes.
    pub fn packet_branch(&self) -> Option<&BranchView> {
        self.path_view()?.branches.get(self.shown_branch())
    }

    fn hops(&self) -> usize {
        self.packet_branch().map_or(0, BranchView::reached)
    }

    /// The packet after something.
    pub(super) fn packet_after(&self, action: PacketAction) -> Packet {
        self.packet.after(action, self.hops())
    }

    /// On another way no packet is shown; one that is shorter now ends earlier.
    pub(super) fn keep_packet(&mut self) {
        let hops = self.hops();
        self.packet.at = self.packet.at.filter(|_| hops > 0).map(|at| at.min(hops - 1));
        self.packet.runs &= self.packet.at.is_some_and(|at| at + 1 < hops);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_goes_to_the_last_hop_that_it_comes_to_and_no_farther() {
        let play = Packet::default().after(PacketAction::Play, 3);
        assert_eq!((play.at, play.runs), (Some(0), true));
        let on = play.after(PacketAction::On, 3);
        assert_eq!((on.at, on.runs), (Some(1), true));
        let end = on.after(PacketAction::On, 3);
        assert_eq!((end.at, end.runs), (Some(2), false));
        assert_eq!(end.after(PacketAction::Step(1), 3).at, Some(2));
        assert_eq!(end.after(PacketAction::Play, 3), play, "again from the beginning");
        let waits = on.after(PacketAction::Play, 3);
        assert_eq!((waits.at, waits.runs), (Some(1), false));
        assert_eq!(waits.after(PacketAction::Step(-5), 3).at, Some(0));
        assert_eq!(waits.after(PacketAction::Play, 3), on, "it goes on from where it waited");
        assert_eq!(waits.after(PacketAction::Leave, 3).at, None);
        assert_eq!(Packet::default().after(PacketAction::Play, 0).at, None, "there is no way");
        assert_eq!(play.after(PacketAction::Pace, 3).after(PacketAction::Pace, 3).after(PacketAction::Pace, 3), play);
    }
}
