//! Command lines and templates of Azure's, in any state: no panic, and every message points into the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::verdict::Flow;
use netpolis_core::model::Protocol;
use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;

/// Machines that are asked about; beyond them a text only takes longer.
const MOST: usize = 6;

/// The first byte chooses what the others are: a text as it is, the words of a command, or an expression in a template.
fn text(choice: u8, rest: &str) -> String {
    match choice % 3 {
        0 => rest.to_owned(),
        1 => format!("az {rest}"),
        _ => {
            // An expression may hold anything that a text of JSON may.
            let quoted: String = rest
                .chars()
                .filter(|c| !c.is_control())
                .flat_map(|c| if matches!(c, '"' | '\\') { vec!['\\', c] } else { vec![c] })
                .collect();
            format!(
                r#"{{"contentVersion": "1", "parameters": {{"p": {{"defaultValue": ["a", 1, {{"b": true}}]}}, "open": {{}}}}, "variables": {{"v": "[parameters('p')]"}}, "resources": [
{{"type": "Microsoft.Network/networkSecurityGroups", "name": "g", "properties": {{"copy": [{{"name": "securityRules", "count": 2, "input": {{"name": "r",
"properties": {{"priority": "[{quoted}]", "access": "[{quoted}]", "direction": "Inbound", "protocol": "Tcp", "sourcePortRange": "*",
"destinationPortRange": "[{quoted}]", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}}}}}}]}}}}]}}"#
            )
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (choice, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let text = text(*choice, &String::from_utf8_lossy(rest));
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("pasted", &text)]);
    for problem in scene.problems() {
        assert!(!problem.message.is_empty());
        for place in problem.place.iter().chain(problem.related.iter().map(|r| &r.place)) {
            let position = scene.sources().position(*place).expect("every place is in a document");
            assert!(text.is_char_boundary(position.start as usize) && text.is_char_boundary(position.end as usize));
        }
    }
    let machines = scene.snapshot().cloud.interfaces.iter().filter_map(|i| i.addresses.first().copied()).take(MOST);
    let ends: Vec<Endpoint> = machines.chain(["203.0.113.7".parse().expect("an address")]).map(Endpoint::Outside).collect();
    for from in &ends {
        for to in &ends {
            let answer = scene.decide(&Flow { from: *from, to: *to, traffic: Traffic::to_port(Protocol::TCP, 443) });
            assert!(!answer.summary.is_empty());
        }
    }
});
