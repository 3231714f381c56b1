//! What workloads are exposed to, as plain data.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::exposure::{ExposedMachine, ExposedPods, Exposure, OutsideExposure, Passes, Protection, addresses_in_words};
use netpolis_core::endpoints::workload_title;
use netpolis_core::policy::Direction;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{SetView, SourceLocation, SourceLocations, set_view};

/// What workloads are exposed to: the outside, the whole cluster, pods that are not in the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ExposureView {
    /// Pods that rules name, each selector once.
    pub selectors: Vec<PodSelectorView>,
    /// The workloads; one whose pods differ comes several times.
    pub workloads: Vec<ExposedWorkloadView>,
    /// Machines of virtual networks.
    pub machines: Vec<ExposedMachineView>,
}

/// A machine of a virtual network, with what passes from and to addresses outside these networks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ExposedMachineView {
    /// Its name.
    pub machine: String,
    /// What may reach it.
    pub ingress: Vec<ExposedToOutsideView>,
    /// What it may reach.
    pub egress: Vec<ExposedToOutsideView>,
}

/// Pods that a rule names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PodSelectorView {
    /// Which pods, in the language of the rule: `pods with app=web in namespace shop`.
    pub words: String,
    /// Where it is written first.
    pub location: Option<SourceLocation>,
}

/// Pods of a workload that are exposed to the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ExposedWorkloadView {
    /// The workload: `shop/db[StatefulSet]`.
    pub workload: String,
    /// Its pods, or the template's name.
    pub pods: Vec<String>,
    /// What may reach it.
    pub ingress: ExposedSideView,
    /// What it may reach.
    pub egress: ExposedSideView,
}

/// Whether policies select a workload for a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum ProtectionView {
    /// None does, so that everything passes.
    None,
    /// Some do, but it cannot be told whether any of them is in force.
    Unknown,
    /// Some do.
    Protected,
}

/// One direction. What is said of pods is what the workload's own policies let through; those of the other pod may forbid more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ExposedSideView {
    /// Whether policies select it.
    pub protection: ProtectionView,
    /// From or to any pod of any namespace, unless a row of `pods` says otherwise.
    pub cluster: ExposedToView,
    /// From or to pods that match selectors, where that is something else.
    pub pods: Vec<ExposedToPodsView>,
    /// From or to addresses outside.
    pub outside: Vec<ExposedToOutsideView>,
    /// What only the other pod could say, in sentences.
    pub left_open: Vec<String>,
}

/// What passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ExposedToView {
    /// The connections.
    pub connections: SetView,
    /// Besides, ports that the other pod gives a name: `TCP port named web`.
    pub port_names: Vec<String>,
}

/// What passes from or to pods that match all selectors of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ExposedToPodsView {
    /// The selectors, by their places in the list of all.
    pub selectors: Vec<u32>,
    /// The same in words.
    pub words: String,
    /// What passes.
    pub to: ExposedToView,
    /// Rows, by their places, that do not count for pods of this one.
    pub narrows: Vec<u32>,
    /// How many pods of the input match.
    pub pods_in_input: u32,
    /// Their workloads; of many, the first.
    pub workloads_in_input: Vec<String>,
}

/// What passes from or to addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ExposedToOutsideView {
    /// The addresses in words: `any address except 10.0.0.0/8`.
    pub words: String,
    /// The addresses as ranges: `10.0.0.0-10.255.255.255`.
    pub ranges: Vec<String>,
    /// Whether some of them are routed on the Internet.
    pub internet: bool,
    /// The connections.
    pub connections: SetView,
}

/// What the workloads of an analysis are exposed to.
pub fn exposure_view(analysis: &Analysis) -> ExposureView {
    let exposure = analysis.exposure();
    let locations = SourceLocations::new(analysis.sources());
    let selectors = exposure.peers.iter().map(|peer| PodSelectorView { words: peer.words(), location: locations.at(peer.place) }).collect();
    let workload = |pods: &ExposedPods| ExposedWorkloadView {
        workload: workload_title(analysis.snapshot(), pods.workload),
        pods: pods.pods.iter().map(|pod| analysis.snapshot().pod_title(*pod)).collect(),
        ingress: side(analysis, &exposure, pods, Direction::Ingress),
        egress: side(analysis, &exposure, pods, Direction::Egress),
    };
    let workloads = exposure.pods.iter().map(workload).collect();
    let machine = |machine: &ExposedMachine| ExposedMachineView {
        machine: analysis.snapshot().cloud.interface_title(machine.machine).to_owned(),
        ingress: outside_views(&exposure, exposure.outside_of_machine(machine, Direction::Ingress)),
        egress: outside_views(&exposure, exposure.outside_of_machine(machine, Direction::Egress)),
    };
    let machines = exposure.machines.iter().map(machine).collect();
    ExposureView { selectors, workloads, machines }
}

fn outside_views(exposure: &Exposure, outside: &[OutsideExposure]) -> Vec<ExposedToOutsideView> {
    let view = |outside: &OutsideExposure| ExposedToOutsideView {
        words: addresses_in_words(&outside.addresses),
        ranges: outside.addresses.ranges().map(|(first, last)| format!("{first}-{last}")).collect(),
        internet: outside.is_public,
        connections: set_view(exposure.set(outside.allowed), exposure.set(outside.possible)),
    };
    outside.iter().map(view).collect()
}

fn side(analysis: &Analysis, exposure: &Exposure, pods: &ExposedPods, direction: Direction) -> ExposedSideView {
    let to = |passes: &Passes| ExposedToView {
        connections: set_view(exposure.set(passes.allowed), exposure.set(passes.possible)),
        port_names: passes.names.iter().map(|port| port.words()).collect(),
    };
    let numbers = |places: &[usize]| places.iter().map(|place| *place as u32).collect();
    let outside = outside_views(exposure, exposure.outside(pods, direction));
    let Some(side) = exposure.side(pods, direction) else {
        let cluster = to(&Passes::EVERYTHING);
        return ExposedSideView { protection: ProtectionView::None, cluster, pods: Vec::new(), outside, left_open: Vec::new() };
    };
    let rows = side.peers.iter().map(|row| ExposedToPodsView {
        selectors: row.peers.iter().map(|id| id.0).collect(),
        words: exposure.row_words(row),
        to: to(&row.passes),
        narrows: numbers(&row.narrows),
        pods_in_input: row.pods as u32,
        workloads_in_input: row.matched.iter().map(|id| workload_title(analysis.snapshot(), *id)).collect(),
    });
    ExposedSideView {
        protection: match side.protection {
            Protection::Unprotected => ProtectionView::None,
            Protection::Unknown => ProtectionView::Unknown,
            Protection::Protected => ProtectionView::Protected,
        },
        cluster: to(&side.cluster),
        pods: rows.collect(),
        outside,
        left_open: side.unsaid.iter().map(|unsaid| unsaid.words()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_who_could_come_and_who_does_already() {
        let mut analysis = Analysis::default();
        let text = "\
{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}, {namespaceSelector: {matchLabels: {team: ops}}}]
    ports: [{port: 5432}]
";
        analysis.set_files(&[("shop.yaml", text)]);
        let view = exposure_view(&analysis);
        let db = view.workloads.iter().find(|workload| workload.workload == "default/db[Pod]").map(|workload| &workload.ingress);
        let rows = |side: &ExposedSideView| -> Vec<(String, String, Vec<String>)> {
            side.pods.iter().map(|row| (row.words.clone(), row.to.connections.short.clone(), row.workloads_in_input.clone())).collect()
        };
        assert_eq!(
            db.map(rows),
            Some(vec![
                ("pods with app=web in namespace default".into(), "5432".into(), vec!["default/web[Pod]".into()]),
                ("all pods in namespaces with team=ops".into(), "5432".into(), vec![]),
            ])
        );
        assert_eq!(db.map(|side| side.protection), Some(ProtectionView::Protected));
        assert_eq!(view.selectors.first().and_then(|selector| selector.location.as_ref()).map(|location| location.line), Some(11));
    }
}
