//! Changes that allow a flow or stop it, as the page offers them.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::fix::{Proposal, SideEffect};
use netpolis_core::connections::ConnectionSet;
use netpolis_core::text::count;

use super::list::{FixListView, ProposedFix, ports};
use crate::fixes::{edits_of, found_fixes, notes_of};
use crate::{FixQuestion, FixView, QuestionError, SourceLocations, set_view};

/// Most changes besides that are listed.
const LISTED: usize = 12;

/// The changes for a question.
pub(super) fn fix_list(analysis: &Analysis, question: &FixQuestion) -> Result<FixListView, QuestionError> {
    let fixes = found_fixes(analysis, question)?;
    let deny = question.deny;
    let mut notes = notes_of(&fixes);
    if fixes.is_so_already {
        notes.insert(0, format!("nothing has to change: it is {} already", if deny { "denied" } else { "allowed" }));
    } else if fixes.proposals.is_empty() {
        notes.insert(0, format!("no edit of these files that was tried {} it", if deny { "stops" } else { "allows" }));
    }
    let spots = SourceLocations::new(analysis.sources());
    let proposals = fixes.proposals.iter().map(|proposal| proposed(proposal, deny, &spots)).collect();
    Ok(FixListView { deny, proposals, notes })
}

fn proposed(proposal: &Proposal, deny: bool, spots: &SourceLocations<'_>) -> ProposedFix {
    let effects = &proposal.side_effects;
    let number = |of: fn(&SideEffect) -> &ConnectionSet| effects.iter().filter(|effect| !of(effect).is_empty()).count();
    let pairs = |verb: &str, number: usize| (number > 0).then(|| format!("{verb} {}", count(number, "other pair")));
    let besides = [pairs("opens", number(|effect| &effect.opened)), pairs("closes", number(|effect| &effect.closed))];
    let besides: Vec<String> = besides.into_iter().flatten().collect();
    let exact = besides.is_empty();
    let does = if deny { "Stops" } else { "Opens" };
    let mut effect =
        if exact { format!("{does} this flow, and nothing else") } else { format!("{does} this flow; also {}", besides.join(" and ")) };
    if let Some(wider) = proposal.wider {
        effect += &format!(". Nothing narrower works: {wider}");
    }
    let mut lines: Vec<String> = effects.iter().take(LISTED).map(line).collect();
    if effects.len() > LISTED {
        lines.push(format!("and {} more", effects.len() - LISTED));
    }
    ProposedFix { fix: FixView { title: proposal.title.clone(), edits: edits_of(proposal, spots) }, effect, exact, besides: lines }
}

fn line(effect: &SideEffect) -> String {
    let said = |verb: &str, set: &ConnectionSet| (!set.is_empty()).then(|| format!("{verb} {}", ports(&set_view(set, set))));
    let words: Vec<String> = [said("opens", &effect.opened), said("closes", &effect.closed)].into_iter().flatten().collect();
    format!("`{}` → `{}`: {}", effect.from, effect.to, words.join("; "))
}
