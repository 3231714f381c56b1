//! One question about several endpoints: all pods of a workload, or all public addresses.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::Analysis;
use crate::compile::Endpoint;
use crate::connections::{ConnectionSet, Traffic};
use crate::connectivity::{Connectivity, PairIds};
use crate::endpoints::{each_pair, shown_pair};
use crate::explain::{Answer, end_name};
use crate::verdict::{Flow, Verdict};

/// An end of a question: what it means first, and all that it means.
type End<'a> = (Endpoint, &'a [Endpoint]);

impl Analysis {
    /// The answer for all that two ends mean: that of the first, if all get the same.
    ///
    /// Where policies tell them apart there is no one answer; what is shown is the evidence for a pair that is stopped, and which pairs are. `addresses`
    /// are those by which the ends were asked for, if they were.
    pub fn decide_all(&self, from: End<'_>, to: End<'_>, addresses: [Option<IpAddr>; 2], traffic: Traffic) -> Answer {
        let [by_source, by_destination] = addresses;
        match self.addressed((from.0, by_source), (to.0, by_destination)) {
            Some(addressed) => {
                let connectivity = || Cow::Owned(addressed.connectivity());
                over_all(self, &connectivity, &|flow| addressed.decide(flow), (from, to), traffic)
            }
            None => over_all(self, &|| Cow::Borrowed(self.connectivity()), &|flow| self.decide(flow), (from, to), traffic),
        }
    }
}

fn over_all<'a>(
    analysis: &Analysis,
    connectivity: &dyn Fn() -> Cow<'a, Connectivity>,
    decide: &dyn Fn(&Flow) -> Answer,
    (from, to): (End<'_>, End<'_>),
    traffic: Traffic,
) -> Answer {
    let decide = |(from, to): (Endpoint, Endpoint)| decide(&Flow { from, to, traffic });
    let pairs: Vec<(Endpoint, Endpoint)> = each_pair(from.1, to.1).collect();
    let first = shown_pair((from.0, to.0), pairs.iter().copied());
    if pairs.len() < 2 {
        return decide(first);
    }
    let (wanted, connectivity) = (ConnectionSet::of_traffic(traffic), connectivity());
    // Most pairs have the same sets, by the same numbers.
    let mut known: HashMap<PairIds, Verdict> = HashMap::new();
    let mut verdict = |ids| *known.entry(ids).or_insert_with(|| connectivity.sets(ids).verdict(&wanted));
    let verdicts: Vec<Verdict> = pairs.iter().map(|(from, to)| verdict(connectivity.between_ids(*from, *to))).collect();
    if verdicts.iter().all(|v| Some(v) == verdicts.first()) {
        return decide(first);
    }
    let with = |wanted: Verdict| pairs.iter().zip(&verdicts).filter(move |(_, v)| **v == wanted).map(|(pair, _)| *pair);
    let shown = with(Verdict::Denied).chain(with(Verdict::CannotTell)).next().unwrap_or(first);
    let mut answer = decide(shown);
    let parts: Vec<String> = [Verdict::Denied, Verdict::CannotTell, Verdict::Allowed]
        .into_iter()
        .filter_map(|verdict| Some(format!("{} {}", verdict.as_str(), some_pairs(analysis, from, to, &with(verdict).collect::<Vec<_>>())?)))
        .collect();
    answer.verdict = Verdict::CannotTell;
    let is_outside = [from, to].iter().any(|end| end.1.len() > 1 && matches!(end.0, Endpoint::Outside(_)));
    answer.summary = match is_outside {
        true => format!(
            "Cannot tell for the whole Internet, because its addresses are not treated alike: {}. Ask about an address.",
            parts.join("; ")
        ),
        false => format!(
            "Cannot tell for all pods at once, because policies treat them differently: {}. Ask about one pod by its \
             name.",
            parts.join("; ")
        ),
    };
    let name = |end| end_name(end, analysis.snapshot());
    answer.notes.push(format!("The flow shown is from `{}` to `{}`.", name(shown.0), name(shown.1)));
    answer.suggestion = None;
    answer
}

/// Pairs by the names of the ends that differ.
fn some_pairs(analysis: &Analysis, from: End<'_>, to: End<'_>, pairs: &[(Endpoint, Endpoint)]) -> Option<String> {
    const SHOWN: usize = 3;
    let parts = analysis.internet_parts();
    let several = |end: End<'_>| end.1.len() > 1;
    let name = |end: Endpoint| {
        let part = end.address().filter(|_| matches!(end, Endpoint::Outside(_)) && (several(from) || several(to)));
        let part = part.and_then(|address| parts.iter().find(|part| part.address == address));
        part.map_or_else(|| end_name(end, analysis.snapshot()), |part| part.title())
    };
    let one = |(source, destination): &(Endpoint, Endpoint)| match (from.1.len(), to.1.len()) {
        (1, _) => format!("to `{}`", name(*destination)),
        (_, 1) => format!("from `{}`", name(*source)),
        _ => format!("from `{}` to `{}`", name(*source), name(*destination)),
    };
    let shown: Vec<String> = pairs.iter().take(SHOWN).map(one).collect();
    let more = pairs.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use crate::analysis::Analysis;
    use crate::connections::Traffic;
    use crate::model::Protocol;
    use crate::path::{Asked, PathVerdict};
    use crate::verdict::Verdict;

    const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: w-1, namespace: b, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: w, uid: u, controller: true}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: w-2, namespace: b, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: w, uid: u, controller: true}]}}
---
";
    const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: w, namespace: b}
spec: {replicas: 2, selector: {matchLabels: {app: w}}, template: {metadata: {labels: {app: w}}, spec: {containers: [{name: c, image: i}]}}}
";
    const CLOSED: &str = "
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: b}, spec: {podSelector: {}, policyTypes: [Ingress]}}
";

    /// Upstream: Kubernetes, Network Policies: only "a Pod cannot block access to itself"; another pod of its workload is a peer like others.
    #[test]
    fn pods_of_one_workload_are_peers_of_each_other() {
        let mut analysis = Analysis::default();
        analysis.set_files(&[("x.yaml", &format!("{PODS}{CLOSED}"))]);
        let verdict = |from: &str, to: &str| {
            let [from, to] = [from, to].map(|name| analysis.end(name).unwrap());
            analysis.decide_all((from.end, &from.all), (to.end, &to.all), [None, None], Traffic::tcp(80)).verdict
        };
        assert_eq!(verdict("b/w", "b/w"), Verdict::Denied);
        assert_eq!(verdict("b/w", "b/w-1"), Verdict::Denied);
        assert_eq!(verdict("b/w-1", "b/w"), Verdict::Denied);
        assert_eq!(verdict("b/w-1", "b/w-2"), Verdict::Denied);
        assert_eq!(verdict("b/w-1", "b/w-1"), Verdict::Allowed, "itself");
        // The same on the whole way, also where the pods are of a template.
        let way = |analysis: &Analysis, from: &str, to: &str| {
            let asked = Asked { from, to, port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
            analysis.path(&asked).map(|answer| answer.verdict).unwrap()
        };
        assert_eq!(way(&analysis, "b/w", "b/w"), PathVerdict::Denied);
        assert_eq!(way(&analysis, "b/w-1", "b/w"), PathVerdict::Denied);
        assert_eq!(way(&analysis, "b/w-1", "b/w-1"), PathVerdict::Allowed);
        analysis.set_files(&[("x.yaml", &format!("{DEPLOYMENT}---{CLOSED}"))]);
        assert_eq!(way(&analysis, "b/w", "b/w"), PathVerdict::Denied);
    }
}
