//! Virtual networks.

use super::*;

#[test]
fn a_default_route_makes_everything_the_virtual_network() {
    let text = |to: &str, nsg: &str| {
        format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/24, {nsg} routes: [{{prefix: 0.0.0.0/0, to: {to}}}]}}]}}], nsgs: [{{name: g}}]}}"
        )
    };
    let open = scene(&text("VirtualAppliance", "nsg: g,"));
    says(&open, "AZ031", "{name: s", "stands for every address");
    verdict(&open, OUTSIDE, INSIDE, 443, ALLOWED);
    for (to, nsg) in [("Internet", "nsg: g,"), ("None", "nsg: g,")] {
        let closed = scene(&text(to, nsg));
        silent(&closed, "AZ031");
        verdict(&closed, OUTSIDE, INSIDE, 443, DENIED);
    }
    // Without a group no rule asks what the tag is.
    silent(&scene(&text("VirtualAppliance", "")), "AZ031");
}
