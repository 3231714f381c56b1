//! AZ010: a service tag whose addresses are not known here.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::answers::lint::groups::once;
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::azure::read::rules::own_tag;
use crate::language::azure::read::service_tags::meant_tag;
use crate::snapshot::cloud::tags::{self, KnownTag};

const CODE: Code = Code("AZ010");
const HELP: &str = "where it matters, answers are \"cannot tell\"; give its addresses: `azure: {tags: {NAME: [10.0.0.0/24]}}`";

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Note],
    title: "the addresses of a service tag are not known here: a note for tags that Azure has",
    advice: "give its addresses under `tags`",
    explanation: r#"Microsoft changes the addresses of most service tags every week. Where the addresses matter, the verdict is "cannot tell"."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 443, from: Storage} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 443, from: VirtualNetwork}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let cloud = &input.snapshot.cloud;
    for group in cloud.groups.iter().filter(|group| !group.is_managed()) {
        let is_given = |tag: &str| cloud.tags.contains_key(&tag.to_lowercase()) || group.expansions.contains_key(&tag.to_lowercase());
        for (rule, place) in &group.rules {
            for side in [&rule.source, &rule.destination].into_iter().filter(|side| !side.expanded) {
                let at = side.span.map_or(*place, |span| span.within(place.document));
                for tag in side.tags.iter().filter(|tag| own_tag(tag).is_none() && !is_given(tag)) {
                    let (severity, message) = match tags::known(tag) {
                        KnownTag::Addresses(_) => continue,
                        KnownTag::SomewherePublic => (
                            Severity::Note,
                            format!("rule `{}`: the addresses of service tag `{tag}` change every week and are unknown here", rule.name),
                        ),
                        KnownTag::Unheard => (Severity::Warning, format!("rule `{}`: there is no service tag `{tag}`", rule.name)),
                    };
                    let help = match meant_tag(tag) {
                        Some(meant) => format!("did you mean `{meant}`? {HELP}"),
                        None => HELP.to_string(),
                    };
                    once(found, Diagnostic::at(CODE, severity, Some(at), message).help(help));
                }
            }
        }
    }
}
