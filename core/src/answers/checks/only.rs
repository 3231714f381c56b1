//! Checks of who alone may reach something.

use alloc::format;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::ends::{Meant, Member, Nothing};
use super::flows::{Tally, Wanted};
use super::{Finding, Judge, Outcome};
use crate::compile::Endpoint;
use crate::language::netpolis::{Connections, End, OnlyTest, Term, TrafficTerm};
use crate::model::AddressSet;
use crate::policy::Direction;

/// One of the ends that may, with the connections that it may have.
type Allowed<'t> = (Meant, &'t Connections);

/// Endpoints, and the numbers of the ends by which all of them are meant.
type Group = (Vec<usize>, Vec<Member>);

impl Judge<'_> {
    /// Each of these may, and nothing else: two statements, of which the second is the harder one to keep.
    pub(super) fn only(&self, test: &OnlyTest) -> Result<Finding, Nothing> {
        let subject = self.with_members(&test.subject)?;
        let mut allowed: Vec<Allowed<'_>> = Vec::new();
        for end in &test.allowed {
            allowed.push((self.with_members(end)?, end.traffic.as_ref().unwrap_or(&test.traffic)));
        }
        // What does not hold for certain of either statement is what comes of both.
        let open = match self.each_may(&allowed, &subject, test)? {
            Some(finding) if finding.outcome == Outcome::Failed => return Ok(finding),
            open => open,
        };
        let groups = self.others(&allowed)?;
        let mut unsure = None;
        for (memberships, members) in &groups {
            let without: Vec<TrafficTerm> =
                memberships.iter().filter_map(|n| allowed.get(*n)).flat_map(|(_, t)| t.terms.iter().cloned()).collect();
            let tally = self.between(
                members,
                &subject.members,
                Wanted { terms: &test.traffic.terms, without: &without, any: false },
                test.direction,
                true,
            )?;
            let Tally { allowed, unknown, .. } = tally;
            if let Some(example) = allowed.filter(|example| example.sure) {
                return Ok(self.shown(Finding::of(Outcome::Failed, "denied", "allowed", ""), example));
            }
            unsure = unsure.or(allowed).or(unknown);
        }
        Ok(match (open, unsure) {
            (Some(finding), _) => finding,
            (None, Some(example)) => self.shown(Finding::of(Outcome::CannotTell, "denied", "cannot tell", ""), example),
            (None, None) => Finding::passed("nothing else"),
        })
    }

    /// What is against each of the ends that are named being allowed; nothing if nothing is.
    fn each_may(&self, allowed: &[Allowed<'_>], subject: &Meant, test: &OnlyTest) -> Result<Option<Finding>, Nothing> {
        let mut open_finding = None;
        for (meant, traffic) in allowed {
            let tally = self.between(
                &meant.members,
                &subject.members,
                Wanted { terms: &traffic.terms, without: &[], any: !traffic.each },
                test.direction,
                false,
            )?;
            // Of what is selected, not named, it is enough that some of it is reached.
            if !meant.named && tally.allowed.is_some_and(|example| example.sure) {
                continue;
            }
            let denied = (tally.denied, Outcome::Failed, "denied");
            let unknown = (tally.unknown, Outcome::CannotTell, "cannot tell");
            let open = match meant.named {
                true => [denied, unknown, (None, Outcome::Failed, "")],
                false => [unknown, (tally.allowed, Outcome::CannotTell, "cannot tell"), denied],
            };
            if let Some((example, outcome, found)) = open.into_iter().find_map(|(example, outcome, found)| Some((example?, outcome, found)))
            {
                // Where all that is possibly meant is denied, what is meant is.
                let outcome = if example.sure || !meant.named { outcome } else { Outcome::CannotTell };
                let finding = self.shown(Finding::of(outcome, "allowed", found, ""), example);
                if outcome == Outcome::Failed {
                    return Ok(Some(finding));
                }
                open_finding = open_finding.or(Some(finding));
            }
        }
        Ok(open_finding)
    }

    /// Everything that there is, by the ends that it is meant by.
    fn others(&self, allowed: &[Allowed<'_>]) -> Result<Vec<Group>, Nothing> {
        // Others, by what of the traffic they may have: nothing, or what the ends that they are of say.
        let everything = self.meant(&End { terms: alloc::vec![Term::Everything], may_be_empty: true, ..End::default() })?;
        let mut groups: HashMap<Vec<usize>, Vec<Member>> = HashMap::new();
        let all = || allowed.iter().map(|(meant, _)| meant).chain([&everything]);
        let is_inside = |member: &&Member| self.outside_address(member.end).is_none();
        let mut universe: Vec<Member> = all().flat_map(|meant| &meant.members).filter(is_inside).copied().collect();
        // The same member may be there for certain and possibly.
        universe.sort_unstable_by_key(|member| (member.end, !member.sure));
        universe.dedup_by_key(|member| member.end);
        for member in universe {
            let of = |end: Endpoint| {
                allowed.iter().enumerate().filter_map(move |(number, (meant, _))| {
                    // They are sorted.
                    let at = meant.members.binary_search_by_key(&end, |member| member.end).ok()?;
                    Some((number, meant.members.get(at)?.sure))
                })
            };
            let memberships: Vec<usize> = of(member.end).filter(|(_, sure)| *sure).map(|(number, _)| number).collect();
            // Whoever is possibly one of them is possibly one of the others.
            let sure = of(member.end).all(|(_, sure)| sure);
            groups.entry(memberships).or_default().push(Member { sure, ..member });
        }
        // Addresses that no rule tells apart are still not the same where one of the ends has a part of them.
        let cuts: Vec<&AddressSet> = allowed.iter().map(|(meant, _)| &meant.addresses).collect();
        let addresses = all().fold(AddressSet::default(), |set, meant| set.union(&meant.addresses));
        let outside = self.outside(self.scene.compiled(), &addresses, &cuts);
        let named =
            all().flat_map(|meant| &meant.members).map(|member| member.end).filter(|end| !outside.iter().any(|(known, _)| known == end));
        let named: Vec<(Endpoint, Vec<usize>)> = named
            .filter_map(|end| {
                let address = self.outside_address(end)?;
                Some((end, (0..cuts.len()).filter(|at| cuts.get(*at).is_some_and(|cut| cut.contains(address))).collect()))
            })
            .collect();
        for (end, within) in outside.into_iter().chain(named) {
            groups.entry(within).or_default().push(Member { end, sure: true });
        }
        let mut groups: Vec<Group> = groups.into_iter().collect();
        groups.sort_unstable();
        Ok(groups)
    }

    /// What an end means, if that is something with a place of its own.
    fn with_members(&self, end: &End) -> Result<Meant, Nothing> {
        let meant = self.meant(end)?;
        match (meant.targets.first(), &meant.domain) {
            (Some(target), _) => {
                let name = target.strip_prefix("service/").unwrap_or(target);
                Err(format!("policies know no Services: write `{{behindService: {name}}}` for the pods behind `{target}`"))
            }
            (None, Some(domain)) => Err(format!("only DNS knows which addresses `{domain}` has: write them")),
            (None, None) => Ok(meant),
        }
    }

    /// What passes between ends and the subject, whichever of them starts the connections.
    fn between(
        &self,
        ends: &[Member],
        subject: &[Member],
        wanted: Wanted<'_>,
        direction: Direction,
        others: bool,
    ) -> Result<Tally, Nothing> {
        let (from, to) = if direction == Direction::Ingress { (ends, subject) } else { (subject, ends) };
        match self.tally(from, to, wanted, others) {
            // Of others it is no mistake that there are none, or that they declare no such port.
            Err(_) if others => Ok(Tally::default()),
            tally => tally,
        }
    }
}
