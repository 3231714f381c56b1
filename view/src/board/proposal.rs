//! What stands on the policy board: how much each policy decides, and what another order would change.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::diff::{DifferenceEnd, Version, diff};
use netpolis_core::answers::hit_counts::hit_counts;
use netpolis_core::answers::move_policy::{CannotMove, move_policy};
use netpolis_core::endpoints::Flows;
use netpolis_core::policy::PolicyId;

use crate::problems::fix_view;
use crate::{
    ChangeView, Edit, EditView, Move, ProposalView, SceneView, SetView, SourceLocations, TallyView, apply_edits, resolve, set_view,
};

/// Most changed flows that are listed.
const MOST_CHANGES: usize = 60;

/// How much each policy decides about the flows between the ends of a scene; nothing if there are too many to count.
pub fn tally_view(scene: &Analysis, view: &SceneView) -> Option<TallyView> {
    let ends: Vec<_> = view.ends.iter().filter_map(|end| resolve(scene, &end.key).ok().map(|(end, _)| end)).collect();
    let counts = hit_counts(scene.compiled(), scene.snapshot(), &ends)?;
    Some(TallyView { flows: counts.flows, policies: counts.policies, tier_ends: counts.tier_ends })
}

/// What would come of moving a policy: the change of text, and the flows that it changes.
///
/// # Errors
/// Why the policy cannot be there.
pub fn proposal_view(scene: &Analysis, wanted: &Move) -> Result<ProposalView, CannotMove> {
    let fix = move_policy(scene.compiled(), scene.loaded(), PolicyId(wanted.policy), &wanted.tier, wanted.position as usize)?;
    let fix = fix_view(&fix.title, &fix.edits, &SourceLocations::new(scene.sources()));
    let changed: Vec<(String, String)> =
        scene.sources().iter().map(|(_, source)| (source.name.clone(), edited(&source.name, &source.text, &fix.edits))).collect();
    let mut after = Analysis::new(scene.settings().clone());
    after.set_files(&changed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let side = |scene| -> Version<'_> { Version { snapshot: Analysis::snapshot(scene), connectivity: Analysis::connectivity(scene) } };
    let mut changes: Vec<ChangeView> = diff(side(scene), side(&after))
        .into_iter()
        .map(|d| ChangeView { from: end_title(&d.from), to: end_title(&d.to), before: flows_view(&d.before), after: flows_view(&d.after) })
        .filter(|change| change.before != change.after)
        .collect();
    // The Internet of IPv4 and that of IPv6, mostly.
    changes.dedup();
    let more = changes.len().saturating_sub(MOST_CHANGES) as u32;
    changes.truncate(MOST_CHANGES);
    Ok(ProposalView { fix, changes, more })
}

/// A file's text after the edits that are about it.
fn edited(name: &str, text: &str, edits: &[EditView]) -> String {
    let own: Vec<Edit> = edits
        .iter()
        .filter(|edit| edit.at.file == name)
        .map(|edit| Edit { start: edit.at.start, end: edit.at.end, insert: edit.insert.clone() })
        .collect();
    apply_edits(text, &own.iter().collect::<Vec<_>>())
}

/// `shop/web`, an address, a range of them, or all of them.
fn end_title(end: &DifferenceEnd) -> String {
    match end.outside {
        Some((first, last)) if first.is_unspecified() && last == all_ones(last) => "Internet".into(),
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first} – {last}"),
        None => end.title.split('[').next().unwrap_or_default().to_owned(),
    }
}

/// The last address there is.
fn all_ones(of: IpAddr) -> IpAddr {
    if of.is_ipv4() { Ipv4Addr::BROADCAST.into() } else { Ipv6Addr::from_bits(u128::MAX).into() }
}

fn flows_view(flows: &Flows) -> SetView {
    set_view(&flows.sometimes, &flows.possible)
}

#[cfg(test)]
mod tests {
    use netpolis_core::settings::Settings;

    use super::*;
    use crate::scene_view;

    const TEXT: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: a}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, labels: {app: b}}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: allow}
spec:
  order: 1
  selector: app == 'b'
  ingress: [{action: Allow, protocol: TCP, destination: {ports: [80]}}]
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: deny}
spec:
  selector: app == 'b'
  ingress: [{action: Deny, source: {selector: app == 'a'}}]
";

    fn scene() -> (Analysis, SceneView) {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("x.yaml", TEXT)]);
        let view = scene_view(&scene);
        (scene, view)
    }

    #[test]
    fn a_move_shows_its_edit_and_the_flows_that_it_changes() {
        let (scene, view) = scene();
        let deny = view.policies.iter().position(|p| p.title == "default/deny").unwrap() as u32;
        let wanted = Move { policy: deny, tier: "default".into(), position: 0 };
        let proposal = proposal_view(&scene, &wanted).unwrap();
        assert_eq!(proposal.fix.title, "move `default/deny` before `default/allow`");
        let [change] = proposal.changes.as_slice() else { panic!("{:?}", proposal.changes) };
        assert_eq!((change.from.as_str(), change.to.as_str()), ("default/a", "default/b"));
        assert_eq!((change.before.short.as_str(), change.after.short.as_str()), ("80", "✕"));
        // Applied, it is what was shown.
        let changed = edited("x.yaml", TEXT, &proposal.fix.edits);
        let mut after = Analysis::new(Settings::default());
        after.set_files(&[("x.yaml", &changed)]);
        let view = scene_view(&after);
        assert_eq!(
            view.tiers[0].policies.iter().map(|p| view.policies[*p as usize].title.as_str()).collect::<Vec<_>>(),
            ["default/deny", "default/allow"]
        );
    }

    #[test]
    fn every_flow_is_counted_for_what_decides_it() {
        let (scene, view) = scene();
        let tally = tally_view(&scene, &view).unwrap();
        // Two pods and the world outside: a and b to each other, and both from and to outside.
        assert_eq!((tally.flows, tally.policies[0], tally.policies[1]), (6, 2, 1));
        assert_eq!(tally.tier_ends[0], 1);
    }
}
