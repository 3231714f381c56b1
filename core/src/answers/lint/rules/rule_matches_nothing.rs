//! LINT021: a rule of a security group that no packet can match.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::groups::{Fate, once};
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::Direction;

const CODE: Code = Code("LINT021");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a rule of a security group matches no packet here",
    advice: "inbound rules see private addresses; application security groups need members",
    explanation: r#"One of its sides has no address, such as an application security group without members, or its own side holds no address of what the group guards.
Inbound rules see private addresses: a public address is translated before. Upstream: [docs/azure.md](azure.md), 2."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 443, to: 20.1.2.3} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 443, to: 10.0.0.4}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for group in input.group_rules() {
        let (word, which) = match group.direction {
            Direction::Ingress => ("destination", "inbound"),
            Direction::Egress => ("source", "outbound"),
        };
        for rule in &group.rules {
            let name = rule.name();
            let problem = |message| Diagnostic::at(CODE, Severity::Warning, Some(rule.rule.place), message);
            match rule.fate {
                Fate::Empty => {
                    let message = format!("rule `{name}` matches no packet: its source or destination has no address here");
                    once(found, problem(message).help("an application security group without members matches nothing"));
                }
                Fate::Elsewhere => {
                    let (policy, behind) = (&group.policy.name, &group.behind);
                    let message =
                        format!("rule `{name}` matches no packet: its {word} holds no address of what `{policy}` guards ({behind})");
                    let help = format!("{which} rules see private addresses: a public address is translated earlier (DNAT)");
                    once(found, problem(message).help(help));
                }
                Fate::NotJudged | Fate::NeverReached | Fate::Reached => {}
            }
        }
    }
}
