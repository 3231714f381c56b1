//! Policies that are moved to another place of a tier.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::move_policy::move_policy;
use netpolis_core::settings::Settings;

fn analysis(text: &str) -> Analysis {
    let mut analysis = Analysis::new(Settings::default());
    analysis.set_files(&[("p.yaml", text)]);
    analysis
}

fn order_in(analysis: &Analysis, tier: &str) -> Vec<String> {
    let ruleset = analysis.compiled().ruleset();
    let tier = ruleset.tiers.iter().find(|t| t.name == tier);
    tier.map_or_else(Vec::new, |t| t.groups.iter().flatten().map(|id| ruleset.policy(*id).unwrap().title()).collect())
}

/// Moves, applies the change, and returns the new order, or why there is none.
fn moved(text: &str, name: &str, tier: &str, position: usize) -> Result<(Vec<String>, String), String> {
    let before = analysis(text);
    let policy = before.compiled().ruleset().policies.iter().find(|p| p.name == name).unwrap();
    let mut fix = move_policy(before.compiled(), before.loaded(), policy.id, tier, position).map_err(|error| error.to_string())?;
    fix.edits.sort_by_key(|(place, _)| std::cmp::Reverse(before.sources().position(*place).unwrap().start));
    let mut text = text.to_string();
    for (place, insert) in &fix.edits {
        let at = before.sources().position(*place).unwrap();
        text.replace_range(at.start as usize..at.end as usize, insert);
    }
    let after = analysis(&text);
    assert!(after.loaded().diagnostics.is_empty(), "{text}\n{:?}", after.loaded().diagnostics);
    Ok((order_in(&after, tier), fix.title))
}

fn policy(name: &str, spec: &str) -> String {
    format!("---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: {name}}}\nspec:\n{spec}")
}

fn three() -> String {
    [policy("a", "  order: 10\n  selector: all()\n"), policy("b", "  order: 20\n  selector: all()\n"), policy("c", "  selector: all()\n")]
        .concat()
}

#[test]
fn a_policy_can_go_to_every_place_of_its_tier() {
    for name in ["a", "b", "c"] {
        for position in 0..3 {
            let mut expected: Vec<&str> = ["a", "b", "c"].into_iter().filter(|n| *n != name).collect();
            expected.insert(position, name);
            match moved(&three(), name, "default", position) {
                Ok((order, _)) => assert_eq!(order, expected, "{name} to {position}"),
                Err(message) => {
                    assert!(name != "c" && position == 2 && message.contains("`c` has no `order`"), "{name} to {position}: {message}");
                }
            }
        }
    }
    assert_eq!(moved(&three(), "c", "default", 1).unwrap().1, "move `c` before `b`");
}

#[test]
fn another_tier_is_written_as_the_text_is() {
    let tier = "---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: first}\nspec: {order: 1}\n";
    let there = policy("x", "  tier: first\n  order: 5\n  selector: all()\n");
    for spec in ["  selector: all()\n", "  tier: 'default'\n  selector: all()\n", "  {selector: all()}\n", "  {\"selector\": \"all()\"}\n"]
    {
        let text = [tier, &there, &policy("z", spec)].concat();
        assert_eq!(moved(&text, "z", "first", 0).unwrap().0, ["z", "x"], "{spec}");
        assert_eq!(moved(&text, "z", "first", 1).unwrap().0, ["x", "z"], "{spec}");
    }
}

#[test]
fn what_cannot_be_is_said() {
    let kubernetes = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: k}\nspec: {podSelector: {}}\n";
    let text = [kubernetes, &three()].concat();
    assert!(moved(&text, "k", "default", 0).unwrap_err().contains("no order of its own"));
    let same = [policy("a", "  order: 10\n"), policy("b", "  order: 10\n"), policy("c", "  order: 30\n")].concat();
    let message = moved(&same, "c", "default", 1).unwrap_err();
    assert!(message.contains("`a` and `b` have the same `order`"), "{message}");
    // Names decide between equal orders, so some places are to be had all the same.
    let named = [policy("a", "  order: 10\n"), policy("c", "  order: 10\n"), policy("b", "  order: 30\n")].concat();
    assert_eq!(moved(&named, "b", "default", 1).unwrap().0, ["a", "b", "c"]);
}
