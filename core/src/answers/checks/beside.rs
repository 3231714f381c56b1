//! Checks of what is no connection: findings, address plans, what is there, what policies select and isolate, what is left of a cluster.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::ends::{Member, Nothing};
use super::witness::line_words;
use super::{Finding, Judge, Outcome, words};
use crate::answers::address_plan::{ClusterPlan, Limit, address_plans};
use crate::compile::Endpoint;
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::netpolis::{End, Line, PlanTest, ZoneTest};
use crate::policy::{Direction, Policy, PolicyId};
use crate::snapshot::{NodeId, PodEndpoint, PodId, Role};
use crate::text::{DocumentId, Place};

impl Judge<'_> {
    /// Whether there are exactly these errors and warnings.
    pub(super) fn problems(&self, codes: &[Box<str>]) -> Finding {
        let problems: Vec<&Diagnostic> = self.scene.problems().iter().filter(|problem| problem.severity < Severity::Note).collect();
        let expected = if codes.is_empty() { "none".to_string() } else { codes.join(", ") };
        let mut found: Vec<&str> = problems.iter().map(|problem| problem.code.0).collect();
        found.sort_unstable();
        found.dedup();
        let other = problems.iter().find(|problem| !codes.iter().any(|code| **code == *problem.code.0));
        let missing = codes.iter().find(|code| !found.contains(&&***code));
        let words = if found.is_empty() { "none".to_string() } else { found.join(", ") };
        match (other, missing) {
            (Some(problem), _) => {
                Finding::of(Outcome::Failed, expected, words, format!("{}: {}", problem.code, problem.message)).at(place(problem))
            }
            (None, Some(code)) => Finding::of(Outcome::Failed, expected, words, format!("{code} is not reported")),
            (None, None) => Finding::passed(expected),
        }
    }

    /// Whether a finding is reported, in a line if one is said.
    pub(super) fn problem(&self, code: &str, line: Option<&Line>, reported: bool, document: DocumentId) -> Finding {
        let is_there = |problem: &&Diagnostic| {
            problem.code.0 == code && line.is_none_or(|line| problem.place.is_some_and(|place| self.is_in(place, line, document)))
        };
        let found = self.scene.problems().iter().find(is_there);
        let word = |reported: bool| if reported { "reported" } else { "not reported" };
        let place_words = line.map_or_else(String::new, |line| format!(" in {}", line_words(line)));
        let outcome = if found.is_some() == reported { Outcome::Passed } else { Outcome::Failed };
        let reason = found.map_or_else(|| format!("{code} is not reported{place_words}"), |problem| format!("{code}: {}", problem.message));
        let reason = if outcome == Outcome::Passed { String::new() } else { reason };
        Finding::of(outcome, word(reported), word(found.is_some()), reason).at(found.map_or_else(Vec::new, place))
    }

    pub(super) fn plan(&self, test: &PlanTest) -> Result<Finding, Nothing> {
        let plans = address_plans(&self.snapshot().cloud);
        let fits =
            |plan: &&ClusterPlan| *plan.cluster == *test.cluster && test.subnet.as_deref().is_none_or(|subnet| *plan.subnet == *subnet);
        let Some(found) = plans.iter().find(fits) else {
            let names: Vec<&str> = plans.iter().map(|plan| plan.cluster.as_str()).collect();
            let known = if names.is_empty() { "there are none".to_string() } else { format!("there are {}", names.join(", ")) };
            return Err(format!("no cluster `{}` has an address plan; {known}", test.cluster));
        };
        let plan = &found.plan;
        let mut wrong: Vec<(String, String)> = Vec::new();
        let mut compare = |name: &str, wanted: String, is: String| {
            if wanted != is {
                wrong.push((format!("{name}: {wanted}"), format!("{name}: {is}")));
            }
        };
        for (name, wanted, is) in [("fits", test.fits, plan.fits()), ("runs", test.runs, plan.runs())] {
            compare(name, wanted.unwrap_or(is).to_string(), is.to_string());
        }
        for (name, wanted) in &test.numbers {
            let is = match *name {
                "largest" => plan.largest.map_or(0, |number| number as i64),
                "perNode" => plan.per_node as i64,
                "usable" => plan.usable as i64,
                "free" => plan.free(),
                _ => plan.wanted as i64,
            };
            compare(name, wanted.to_string(), is.to_string());
        }
        let limit = match plan.limit {
            Limit::Subnet => "subnet",
            Limit::Routes => "routes",
            Limit::PodRange => "pod range",
            Limit::PodSubnet => "pod subnet",
            Limit::Platform => "platform",
        };
        compare("limitedBy", test.limit.as_deref().unwrap_or(limit).to_string(), limit.to_string());
        let at = alloc::vec![found.place];
        if wrong.is_empty() {
            return Ok(Finding::passed("as planned").at(at));
        }
        let (wanted, is): (Vec<String>, Vec<String>) = wrong.into_iter().unzip();
        let reason = plan.verdict();
        Ok(Finding::of(Outcome::Failed, wanted.join(", "), is.join(", "), reason.trim_end_matches('.')).at(at))
    }

    /// Whether something is there; of pods, how many.
    pub(super) fn exists(&self, end: &End, count: Option<u32>) -> Result<Finding, Nothing> {
        let expected = count.map_or_else(|| "some".to_string(), |count| count.to_string());
        // That a name means nothing is an answer here.
        let meant = self.meant(&End { may_be_empty: true, ..end.clone() }).unwrap_or_default();
        let mut targets = 0;
        for target in &meant.targets {
            let found = match ["service/", "svc/"].iter().find_map(|prefix| target.strip_prefix(prefix)) {
                Some(name) => self.has_service(name),
                None => match ["ingress/", "ing/"].iter().find_map(|prefix| target.strip_prefix(prefix)) {
                    Some(name) => self.has_ingress(name),
                    None => return Err(format!("whether `{target}` is there is asked by a check from a client to it")),
                },
            };
            targets += u32::from(found);
        }
        // Addresses that nothing has are not there.
        let is_there = |member: &&Member| self.outside_address(member.end).is_none();
        let inside: Vec<&Member> = meant.members.iter().filter(is_there).collect();
        let of = |sure: bool| targets + inside.iter().filter(|member| member.sure || !sure).map(|member| self.size(**member)).sum::<u32>();
        let (least, most) = (of(true), of(false));
        let (holds, fails) = match count {
            None => (least > 0, most == 0),
            Some(count) => (least == count && most == count, most < count || least > count),
        };
        let found = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let outcome = match (holds, fails) {
            (true, _) => return Ok(Finding::passed(expected)),
            (_, true) => Outcome::Failed,
            _ => Outcome::CannotTell,
        };
        Ok(Finding::of(outcome, expected, found.clone(), format!("the count of {} is {found}", words::end(end))))
    }

    /// How many pods, nodes or machines an endpoint stands for.
    fn size(&self, member: Member) -> u32 {
        match member.end {
            Endpoint::Pod(id) => self.snapshot().pod(id).map_or(0, |pod| pod.replicas),
            _ => 1,
        }
    }

    fn has_service(&self, name: &str) -> bool {
        let snapshot = self.snapshot();
        snapshot.services.iter().any(|s| is_called(name, snapshot.namespace_name(s.namespace), &s.name))
    }

    fn has_ingress(&self, name: &str) -> bool {
        let snapshot = self.snapshot();
        snapshot.ingress_objects.iter().any(|i| is_called(name, snapshot.namespace_name(i.namespace), &i.name))
    }

    /// Whether policies isolate each of these pods, or none of them.
    pub(super) fn isolated(&self, end: &End, directions: &[Direction], wanted: bool) -> Result<Finding, Nothing> {
        let word = |isolated: bool| if isolated { "isolated" } else { "not isolated" };
        let compiled = self.scene.compiled();
        let mut unsure = None;
        for (id, sure) in self.pods_of(end)? {
            for direction in directions {
                let (is, may_be) = (compiled.isolated(id, *direction), compiled.may_be_isolated(id, *direction));
                if is == wanted && may_be == wanted {
                    continue;
                }
                let applied = compiled.policies_on(id, *direction);
                let places: Vec<Place> = applied.iter().filter_map(|id| compiled.policy(*id)).map(|policy| policy.subject_place).collect();
                let (title, way) = (words::endpoint(self.snapshot(), Endpoint::Pod(id)), direction.as_str());
                if is == may_be && sure {
                    let reason = match (is, applied.is_empty()) {
                        (true, _) => format!("{title} is isolated for {way}"),
                        (false, true) => format!("no policy selects {title} for {way}"),
                        (false, false) => format!("no policy that selects {title} isolates it for {way}"),
                    };
                    return Ok(Finding::of(Outcome::Failed, word(wanted), word(is), reason).at(places));
                }
                let reason = format!("a policy may or may not select {title} for {way}");
                unsure = Some(Finding::of(Outcome::CannotTell, word(wanted), "cannot tell", reason).at(places));
            }
        }
        Ok(unsure.unwrap_or_else(|| Finding::passed(word(wanted))))
    }

    /// Whether a policy selects these pods, and perhaps no others.
    pub(super) fn selects(&self, policy: &str, end: &End, only: bool) -> Result<Finding, Nothing> {
        let compiled = self.scene.compiled();
        let policies = &compiled.ruleset().policies;
        let fits = |p: &Policy| {
            let name = policy.strip_prefix(&*p.kind).map_or(policy, str::trim_start);
            p.title() == name || p.name == name
        };
        let Some(number) = policies.iter().position(|p| fits(p)) else { return Err(format!("there is no policy `{policy}`")) };
        let (id, at) = (PolicyId::at(number), policies.get(number).map(|p| p.subject_place).into_iter().collect::<Vec<Place>>());
        let pods = self.pods_of(end)?;
        let snapshot = self.snapshot();
        let expected = format!("selects {}{}", if only { "only " } else { "" }, words::end(end));
        let missed = pods.iter().find(|(pod, sure)| *sure && !compiled.selects(id, *pod));
        let open = pods.iter().find(|(pod, sure)| !*sure || !compiled.surely_selects(id, *pod));
        let is_pod = |pod: &PodEndpoint| pod.role == Role::Pod;
        let is_other = |pod: PodId| compiled.selects(id, pod) && !pods.iter().any(|(known, _)| *known == pod);
        let other = snapshot.pods().find(|(pod, found)| only && is_pod(found) && is_other(*pod)).map(|(pod, _)| pod);
        let words_of = |pod: PodId| words::endpoint(snapshot, Endpoint::Pod(pod));
        let found = match (missed, other, open) {
            (Some((pod, _)), ..) => format!("does not select {}", words_of(*pod)),
            (None, Some(pod), _) if compiled.surely_selects(id, pod) => format!("selects {} too", words_of(pod)),
            (None, None, None) => return Ok(Finding::passed(expected).at(at)),
            (None, other, open) => {
                let pod = other.or(open.map(|(pod, _)| *pod)).map_or_else(String::new, words_of);
                let reason = format!("it is not known whether `{policy}` selects {pod}");
                return Ok(Finding::of(Outcome::CannotTell, expected, "cannot tell", reason).at(at));
            }
        };
        Ok(Finding::of(Outcome::Failed, expected, found.clone(), format!("`{policy}` {found}")).at(at))
    }

    fn pods_of(&self, end: &End) -> Result<Vec<(PodId, bool)>, Nothing> {
        let meant = self.meant(end)?;
        let pods = meant.members.iter().map(|member| match member.end {
            Endpoint::Pod(id) => Ok((id, member.sure)),
            _ => Err(format!("{} is no pod", words::endpoint(self.snapshot(), member.end))),
        });
        let pods: Vec<(PodId, bool)> = pods.collect::<Result<_, Nothing>>()?;
        if pods.is_empty() && !end.may_be_empty {
            return Err(format!("no pod is meant by {}", words::end(end)));
        }
        Ok(pods)
    }

    /// What is left where a zone fails: nodes that are in other zones, or in none that is said, and their pods.
    pub(super) fn zone(&self, test: &ZoneTest) -> Result<Finding, Nothing> {
        let snapshot = self.scene.paths().snapshot();
        let is_zone = |zone: &str| zone == &*test.zone || zone.rsplit_once('-').is_some_and(|(_, number)| number == &*test.zone);
        let failed: Vec<NodeId> = snapshot.nodes().filter(|(_, node)| node.zone().is_some_and(is_zone)).map(|(id, _)| id).collect();
        if failed.is_empty() {
            return Err(format!("no node is in zone `{}`", test.zone));
        }
        let mut wrong: Vec<(String, String)> = Vec::new();
        let left = snapshot.nodes.len() - failed.len();
        if let Some(wanted) = test.nodes.filter(|wanted| *wanted as usize != left) {
            wrong.push((crate::text::count(wanted as usize, "node"), crate::text::count(left, "node")));
        }
        for (end, wanted) in &test.pods {
            // Every pod is on a node where paths are followed; there it is known by its workload and where that is written.
            let meant = self.pods_of(end)?;
            let own = |(id, _): &(PodId, bool)| self.snapshot().pod(*id).map(|pod| (pod.name.as_str(), pod.place));
            let meant: Vec<(&str, Place)> = meant.iter().filter_map(own).collect();
            let is_left = |pod: &PodEndpoint| pod.node.is_none_or(|node| !failed.contains(&node));
            let left = snapshot.endpoints.iter().filter(|pod| meant.contains(&(pod.name.as_str(), pod.place)) && is_left(pod));
            let left: u32 = left.map(|pod| pod.replicas).sum();
            if left != *wanted {
                wrong.push((format!("{wanted} of {}", words::end(end)), format!("{left} of {}", words::end(end))));
            }
        }
        if wrong.is_empty() {
            return Ok(Finding::passed("left"));
        }
        let (wanted, is): (Vec<String>, Vec<String>) = wrong.into_iter().unzip();
        let names: Vec<&str> = failed.iter().map(|id| snapshot.node_name(*id)).collect();
        let reason = format!("zone `{}` has {}", test.zone, names.join(", "));
        let at = failed.iter().filter_map(|id| snapshot.node(*id)?.place).collect();
        Ok(Finding::of(Outcome::Failed, wanted.join(", "), is.join(", "), reason).at(at))
    }
}

/// Whether an object has a name, `namespace/name` or without its namespace.
fn is_called(wanted: &str, namespace: &str, name: &str) -> bool {
    match wanted.split_once('/') {
        Some((own, wanted)) => own == namespace && wanted == name,
        None => wanted == name,
    }
}

fn place(problem: &Diagnostic) -> Vec<Place> {
    problem.place.into_iter().collect()
}
