//! What `az … --query … -o tsv` prints, as far as the commands before it tell: identifiers, names, and what a resource was made with.
//!
//! Upstream: azure-cli reference, "How to query Azure CLI command output"; the output of the commands of the modules `network`, `vm` and `acs`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Command, Word};

/// Resources by the words of their commands, with their types.
const TYPES: [(&str, &str); 11] = [
    ("aks", "Microsoft.ContainerService/managedClusters"),
    ("network application-gateway", "Microsoft.Network/applicationGateways"),
    ("network asg", "Microsoft.Network/applicationSecurityGroups"),
    ("network lb", "Microsoft.Network/loadBalancers"),
    ("network nat gateway", "Microsoft.Network/natGateways"),
    ("network nic", "Microsoft.Network/networkInterfaces"),
    ("network nsg", "Microsoft.Network/networkSecurityGroups"),
    ("network public-ip", "Microsoft.Network/publicIPAddresses"),
    ("network route-table", "Microsoft.Network/routeTables"),
    ("network vnet", "Microsoft.Network/virtualNetworks"),
    ("vm", "Microsoft.Compute/virtualMachines"),
];

/// Fields of what is printed that options of the command say that makes the resource: of which kind, the field, and the options.
const FIELDS: [(&str, &str, &[&str]); 6] = [
    ("network vnet subnet", "addressprefix", &["--address-prefixes", "--address-prefix"]),
    ("network vnet subnet", "addressprefixes[0]", &["--address-prefixes", "--address-prefix"]),
    ("network vnet", "addressspace.addressprefixes[0]", &["--address-prefixes", "--address-prefix"]),
    ("network nic", "ipconfigurations[0].privateipaddress", &["--private-ip-address"]),
    ("network vnet", "location", &["--location", "-l"]),
    ("network nsg", "location", &["--location", "-l"]),
];

/// What a command about one resource says: `network vnet subnet`, `show`, and its options.
struct Said<'c> {
    kind: String,
    verb: &'c str,
    words: &'c [Word],
}

impl<'c> Said<'c> {
    fn of(words: &'c [Word]) -> Option<Self> {
        if words.first().is_none_or(|word| word.text != "az") {
            return None;
        }
        let mut path: Vec<&str> = words.iter().skip(1).take_while(|w| !w.text.starts_with('-')).map(|w| w.text.as_str()).collect();
        let verb = path.pop()?;
        Some(Said { kind: path.join(" "), verb, words })
    }

    /// The one value of an option; nothing where it has none or several.
    fn value(&self, flags: &[&str]) -> Option<&'c Word> {
        let at = self.words.iter().position(|w| flags.contains(&w.text.as_str()))?;
        if let Some(value) = self.words.get(at).and_then(|w| w.value.as_deref()) {
            return Some(value);
        }
        let is_last = self.words.get(at + 2).is_none_or(|next| !next.quoted && next.text.starts_with('-'));
        self.words.get(at + 1).filter(|_| is_last)
    }

    fn text(&self, flags: &[&str]) -> Option<&'c str> {
        self.value(flags).map(|word| word.text.as_str())
    }

    fn name(&self) -> Option<&'c str> {
        self.text(&["--name", "-n", "--ids", "--nodepool-name"])
    }

    /// Whether it is about the same resource as another one of its kind.
    fn is_of(&self, other: &Said<'_>) -> bool {
        let same = |flags: &[&str]| match (self.text(flags), other.text(flags)) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => flags.contains(&"-g"),
        };
        self.kind == other.kind && same(&["--name", "-n"]) && same(&["--resource-group", "-g"]) && {
            !self.kind.starts_with("network vnet ") || same(&["--vnet-name"])
        }
    }

    /// How the identifiers in its resource group begin; nothing where the group is not known.
    fn group(&self) -> Option<String> {
        let group = self.value(&["--resource-group", "-g"]).filter(|word| !word.unknown)?;
        Some(format!("/subscriptions//resourceGroups/{}/providers", group.text))
    }

    /// The identifier of a resource: all of it where its group is known, or else its name.
    fn id(&self, kind: &str, name: &str) -> String {
        let full = TYPES.iter().find(|(known, _)| *known == kind);
        match (full, self.group()) {
            (Some((_, kind)), Some(group)) => format!("{group}/{kind}/{name}"),
            _ => name.to_string(),
        }
    }

    fn subnet(&self, network: &str, name: &str) -> String {
        match self.group() {
            Some(group) => format!("{group}/Microsoft.Network/virtualNetworks/{network}/subnets/{name}"),
            None => format!("/virtualNetworks/{network}/subnets/{name}"),
        }
    }
}

/// What a command prints that shows or makes a resource: what its query asks for. Nothing where that cannot be told.
pub(super) fn printed(words: &[Word], earlier: &[Command]) -> Option<String> {
    let said = Said::of(words)?;
    let query = said.text(&["--query"]).unwrap_or("id").to_ascii_lowercase();
    let wanted = query.rsplit(['.', ' ', '[']).next().unwrap_or_default().trim_matches([']', '"', '\'']);
    let name = said.name().filter(|_| ["show", "create", "update"].contains(&said.verb))?;
    // `az network nsg create` prints `{"NewNSG": {…}}`.
    let is_outer = |outer: &str| outer.starts_with("new") || ["publicip", "routetable", "loadbalancer"].contains(&outer);
    let own = query.split_once('.').filter(|(outer, _)| said.verb == "create" && is_outer(outer)).map_or(&*query, |(_, inner)| inner);
    match own {
        "name" => return Some(name.to_string()),
        "id" if said.kind == "network nsg rule" => {
            let group = said.text(&["--nsg-name"])?;
            return Some(format!("/networkSecurityGroups/{group}/securityRules/{name}"));
        }
        "id" if said.kind == "network vnet subnet" => return Some(said.subnet(said.text(&["--vnet-name"])?, name)),
        "id" => return Some(said.id(&said.kind, name)),
        _ => {}
    }
    match (said.kind.as_str(), own) {
        ("network vnet", _) if own.contains("subnet") && wanted == "id" => {
            let subnet = said.text(&["--subnet-name"]).or_else(|| only_subnet(name, own, earlier))?;
            return Some(said.subnet(name, subnet));
        }
        ("vm", "networkprofile.networkinterfaces[0].id") => return interface_of(&said, name, earlier),
        _ => {}
    }
    if wanted == "id" || wanted == "name" {
        // That of another resource, which it belongs to or has.
        return None;
    }
    if let Some((.., flags)) = FIELDS.iter().find(|(kind, field, _)| *kind == said.kind && *field == own) {
        return made_with(&said, flags, earlier);
    }
    query.ends_with("id").then(|| name.to_string())
}

/// The first subnet of a network, where the script makes only one.
fn only_subnet<'c>(network: &str, query: &str, earlier: &'c [Command]) -> Option<&'c str> {
    let mut found: Vec<&str> = Vec::new();
    for said in earlier.iter().filter_map(|command| Said::of(&command.words)).filter(|said| said.verb == "create") {
        if said.kind == "network vnet" && said.name() == Some(network) {
            found.extend(said.text(&["--subnet-name"]));
        } else if said.kind == "network vnet subnet" && said.text(&["--vnet-name"]) == Some(network) {
            found.extend(said.name());
        }
    }
    // `subnets[?name=='web'].id`
    if let Some((_, after)) = query.split_once("?name==") {
        let wanted = after.trim_start_matches(['\'', '`', '"']).split(['\'', '`', '"', ']']).next()?;
        return found.into_iter().find(|name| name.eq_ignore_ascii_case(wanted));
    }
    match found.as_slice() {
        [only] if query.contains("[0]") => Some(only),
        _ => None,
    }
}

/// The identifier of a machine's first interface.
fn interface_of(said: &Said<'_>, name: &str, earlier: &[Command]) -> Option<String> {
    let made = earlier.iter().filter_map(|command| Said::of(&command.words)).find(|made| made.verb == "create" && made.is_of(said))?;
    let interface = match made.words.iter().any(|word| word.text == "--nics") {
        true => made.text(&["--nics"])?.to_string(),
        false => format!("{name}VMNic"),
    };
    Some(said.id("network nic", &interface))
}

/// The value that a resource was made with, if nothing changed it since.
fn made_with(said: &Said<'_>, flags: &[&str], earlier: &[Command]) -> Option<String> {
    let mut value: Option<&Word> = None;
    for command in earlier {
        let Some(other) = Said::of(&command.words) else { continue };
        let is_with_network = said.kind == "network vnet subnet" && other.kind == "network vnet" && other.verb == "create";
        let own = other.is_of(said);
        if own && other.verb == "update" && other.words.iter().any(|word| ["--set", "--add", "--remove"].contains(&word.text.as_str())) {
            return None;
        }
        let found = if own && matches!(other.verb, "create" | "update") {
            other.value(flags)
        } else if is_with_network && other.text(&["--subnet-name"]) == said.name() && other.name() == said.text(&["--vnet-name"]) {
            other.value(&["--subnet-prefixes", "--subnet-prefix"])
        } else {
            None
        };
        if found.is_some() && command.doubt.is_some() {
            return None;
        }
        value = found.or(value);
    }
    value.filter(|word| !word.unknown && !word.text.contains([' ', ','])).map(|word| word.text.clone())
}
