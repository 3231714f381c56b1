//! The packet that goes along the way by itself.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::components::Store;
use crate::state::{Action, PACES, PacketAction};

/// Takes the packet from hop to hop while it runs.
#[hook]
pub fn use_packet(store: &Store) {
    let dispatch = store.dispatcher();
    use_effect_with(store.packet, move |packet| {
        let stay = PACES.get(packet.pace).map_or(1000, |(_, stay)| *stay);
        let timer = packet.runs.then(|| Timeout::new(stay, move || dispatch.dispatch(Action::Packet(PacketAction::On))));
        move || drop(timer)
    });
}
