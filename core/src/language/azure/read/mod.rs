//! Azure's network resources, in whichever shape they were pasted. Upstream: docs/azure.md 2.6.
//!
//! ```text
//! REST and ARM   {type, name, properties: {…}}          fields under `properties`
//! az … -o json   {type, name, …}                         the same, flattened
//! template       {$schema, parameters, variables, resources}
//! lists          […], {value: […]}, {count, data: […]}, {NewNSG: {…}}
//! effective      {value: [{association, effectiveSecurityRules: […]}]}
//! Terraform      {values: {root_module: {resources: […]}}}     (see `terraform`)
//! short form     azure: {networks, nsgs, machines, …}    (see `short`)
//! ```
//!
//! A field is looked for under `properties`, then in the object itself, in any case, as the Azure Resource Manager does.

mod beside;
mod cluster;
mod command;
mod effective;
mod foreign;
mod network;
mod parameters;
mod resource;
pub(crate) mod rules;
pub(crate) mod service_tags;
pub(crate) mod short;
mod template;
mod terraform;
mod terraform_cluster;
mod terraform_kubernetes;
mod terraform_plan;
mod turns;
mod value;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub(in crate::language) use command::{read_commands, shell};
pub(in crate::language) use foreign::{foreign, lost};
pub use parameters::ParameterFile;

use self::rules::last_segment;
use self::value::{Scalar, Template, field};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::{NodeRef, Value};
use crate::language::azure::{Azure, BARE_RULES, Reach, Reference, SHOWN_RULE, Scope, SecurityGroup, SecurityRule};
use crate::language::read::fields::Reader;
use crate::language::{Flaws, Kind, Meta, Resource, codes};
use crate::model::Labels;
use crate::text::Span;

/// The `apiVersion` that these resources have here.
const API_VERSION: &str = "azure";
/// Templates in templates, and lists in lists, are followed so deep.
const DEEPEST: usize = 8;

/// Reads the Azure resources of a document.
pub(in crate::language) struct AzureReader<'a, 'r> {
    reader: &'r mut Reader<'a>,
    template: Template,
    /// Whether what is read is to be deployed, not what is there.
    is_template: bool,
    /// Where the resources being read are.
    scope: Scope,
    /// What it hangs on whether the resources being read are there.
    conditions: Vec<Box<str>>,
    /// Whether the rules being read are default rules, which have numbers of their own.
    reads_defaults: bool,
    /// Whether they are Terraform's, which has other names for their fields.
    reads_terraform: bool,
    /// Whether the rules being read are effective rules, in which Azure itself puts tags into lists.
    reads_effective: bool,
    resources: &'r mut Vec<Resource>,
    /// Types of resource that play no part, with the first of them.
    unread: Option<(String, Span, usize)>,
    /// Expressions that were reported.
    reported: BTreeSet<String>,
    /// Command lines that play no part: the first of them, and how many.
    unused: Option<(String, Span, usize)>,
    /// Whether command lines are read.
    reads_commands: bool,
    /// The condition on which it hangs whether the command runs that is read, if that cannot be told.
    doubt: Option<Box<str>>,
    /// The subscription that `az account set` names, for the commands after it.
    subscription: Option<Box<str>>,
    /// The resource group that `az configure --defaults` names, for the commands after it.
    default_group: Option<Box<str>>,
    /// For each command, by where it begins, its subscription, as far as it is said.
    homes: BTreeMap<u32, Option<Box<str>>>,
    /// The name of the file that is read.
    file: &'a str,
    /// Values for the parameters of templates.
    files: &'a [ParameterFile],
}

/// Whether a document is one of Azure's.
pub(in crate::language) fn is_azure(node: NodeRef<'_>) -> bool {
    if let Some(mut items) = node.as_sequence() {
        return items.next().is_some_and(|first| first.get("kind").is_none() && (looks_like_azure(first) || is_rule(first)));
    }
    node.get("azure").is_some_and(|inner| inner.as_mapping().is_some())
        || (is_foreign(node) && (looks_like_azure(node) || terraform::root_module(node).is_some() || terraform::is_state_file(node)))
}

/// Whether it is not an object of Kubernetes's.
fn is_foreign(node: NodeRef<'_>) -> bool {
    !(node.get("kind").is_some_and(|k| k.as_str().is_some()) && node.get("apiVersion").is_some())
}

fn looks_like_azure(node: NodeRef<'_>) -> bool {
    if node.as_mapping().is_none() {
        return false;
    }
    let text = |name: &str| field(node, name).and_then(NodeRef::as_str).unwrap_or_default();
    let has = |name: &str| prop(node, name).is_some();
    text("type").starts_with("Microsoft.")
        || text("id").contains("/providers/Microsoft.")
        || text("$schema").contains("schema.management.azure.com")
        || (has("contentVersion") && has("resources"))
        || parameters::is_parameter_file(node)
        || ["securityRules", "defaultSecurityRules", "effectiveSecurityRules", "addressSpace", "agentPoolProfiles"]
            .iter()
            .any(|name| has(name))
        || printed(node).is_some()
        || listed(node).and_then(NodeRef::as_sequence).is_some_and(|mut items| items.next().is_some_and(looks_like_azure))
}

/// What a command that creates something prints around it. Upstream: `azure-cli`, modules `network` and `vm`.
fn printed(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    ["NewNSG", "newVNet", "publicIp", "NewNIC", "loadBalancer", "applicationGateway", "vmss", "vnetGateway"]
        .iter()
        .find_map(|name| field(node, name))
        .filter(|inner| inner.as_mapping().is_some())
}

/// The list in what REST and `az graph query` give: `{value: […]}`, `{count, data: […], total_records}`.
fn listed(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let of_graph = || field(node, "data").filter(|_| field(node, "total_records").is_some() || field(node, "count").is_some());
    field(node, "value").filter(|list| list.as_sequence().is_some()).or_else(of_graph).filter(|list| list.as_sequence().is_some())
}

/// A rule by itself: `az network nsg rule list`.
fn is_rule(node: NodeRef<'_>) -> bool {
    ["priority", "direction", "access"].iter().all(|name| prop(node, name).is_some())
}

/// A field under `properties`, or of the object itself.
fn prop<'a>(node: NodeRef<'a>, name: &str) -> Option<NodeRef<'a>> {
    field(node, "properties").and_then(|p| field(p, name)).or_else(|| field(node, name)).filter(|n| !n.is_null())
}

impl<'a, 'r> AzureReader<'a, 'r> {
    pub(in crate::language) fn new(reader: &'r mut Reader<'a>, resources: &'r mut Vec<Resource>) -> Self {
        AzureReader {
            reader,
            template: Template::default(),
            is_template: false,
            scope: Scope::default(),
            conditions: Vec::new(),
            reads_defaults: false,
            reads_terraform: false,
            reads_effective: false,
            resources,
            unread: None,
            reported: BTreeSet::new(),
            unused: None,
            reads_commands: false,
            doubt: None,
            subscription: None,
            default_group: None,
            homes: BTreeMap::new(),
            file: "",
            files: &[],
        }
    }

    /// With the name of the file that is read, and files with values for parameters.
    pub(in crate::language) fn with_files(self, file: &'a str, files: &'a [ParameterFile]) -> Self {
        AzureReader { file, files, ..self }
    }

    /// Reads a document.
    pub(in crate::language) fn document(mut self, root: NodeRef<'a>) {
        if let Some(short) = root.get("azure").filter(|inner| inner.as_mapping().is_some()) {
            self.short(short);
        } else if let Some(module) = terraform::root_module(root) {
            self.terraform(root, module);
        } else if terraform::is_state_file(root) {
            self.terraform_state(root);
        } else {
            self.value(root, 0);
        }
        self.finish();
    }

    fn finish(self) {
        if let Some((kind, span, count)) = self.unread {
            let others = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            let message = format!("`{kind}`{others} of Azure's resources play no part here, and are not used");
            self.reader.report(Diagnostic::new(codes::AZ_NOT_READ, Severity::Note, span, message));
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.reader.report(diagnostic);
    }

    /// Says that an expression cannot be told from the text, once.
    fn unresolved(&mut self, scalar: &Scalar) {
        if self.reads_commands {
            self.fill_in(scalar);
            return;
        }
        if self.reported.insert(scalar.text.clone()) {
            let message = format!("the value of `{}` is not in the input", scalar.text);
            let note = Diagnostic::new(codes::AZ_UNRESOLVED, Severity::Warning, scalar.span, message);
            self.report(
                note.help(
                    "where it matters, the answer is \"cannot tell\"; give the parameter a default value, or paste what was deployed",
                ),
            );
        }
    }

    /// Any value that may hold resources.
    fn value(&mut self, node: NodeRef<'a>, depth: usize) {
        if depth >= DEEPEST {
            return;
        }
        if let Some(items) = node.as_sequence() {
            let items: Vec<NodeRef<'a>> = items.collect();
            if items.first().is_some_and(|first| field(*first, "effectiveSecurityRules").is_some()) {
                self.effective(&items);
            } else if items.first().is_some_and(|first| is_rule(*first)) {
                self.bare_rules(node, &items);
            } else {
                items.into_iter().for_each(|item| self.value(item, depth + 1));
            }
            return;
        }
        if node.as_mapping().is_none() {
            return;
        }
        let schema = field(node, "$schema").and_then(NodeRef::as_str).unwrap_or_default();
        if parameters::is_parameter_file(node) {
            return;
        }
        if schema.contains("deploymentTemplate") || (field(node, "contentVersion").is_some() && field(node, "resources").is_some()) {
            self.deployment(node);
            return;
        }
        if let Some(inner) = printed(node) {
            self.value(inner, depth + 1);
        } else if field(node, "effectiveSecurityRules").is_some() {
            self.effective(&[node]);
        } else if let Some(list) = listed(node) {
            self.value(list, depth + 1);
        } else {
            self.resource(node);
        }
    }

    /// A template: what it deploys is read as a document of its own, whose values stand where they are written here.
    fn deployment(&mut self, node: NodeRef<'a>) {
        let before = self.resources.len();
        let template::Deployed { tree, marks, linked } = template::deploy(node, &parameters::given(self.files, self.file, node));
        for (span, what, _) in &linked {
            self.linked(what, *span);
        }
        let Some(root) = tree.root() else { return };
        let mut reader = Reader::new(self.reader.text_of_document());
        let mut inner = AzureReader::new(&mut reader, self.resources);
        inner.template = Template::new(marks);
        inner.is_template = true;
        inner.scope = Scope { deployment: true, ..Scope::default() };
        for resource in root.as_sequence().into_iter().flatten() {
            inner.resource(resource);
        }
        for (span, what, place) in linked {
            let said = Scope::of_id(&place);
            // An expression for the place may stand for any.
            let placed = place.is_empty() || !place.contains(['[', '$']);
            inner.scope = Scope { deployment: true, ..said };
            let name = Scalar { text: what.clone(), unknown: false, span };
            let why = format!("the linked template `{what}` may contain others").into();
            let reach = if placed { Reach::Placed } else { Reach::Document };
            inner.emit("Deployment", &name, span, Azure::MayChange { why, reach });
        }
        inner.finish();
        self.reader.findings.append(&mut reader.findings);
        if turns::has_free_deployment(node) {
            self.resources.get_mut(before..).into_iter().for_each(turns::either_of_groups);
        }
        self.rules_elsewhere();
    }

    /// A template that another one deploys by its address.
    fn linked(&mut self, what: &str, span: Span) {
        let message = format!("the linked template `{what}` is not in the input: it may contain or change what decides here");
        let warning = Diagnostic::new(codes::AZ_LINKED, Severity::Warning, span, message);
        self.report(
            warning.help("add that template (`az bicep build`, or the file itself), or what was deployed (`az network nsg show -o json`)"),
        );
    }

    /// One resource.
    fn resource(&mut self, node: NodeRef<'a>) {
        if node.as_mapping().is_none() {
            return;
        }
        let doubts = self.template.doubts(node).to_vec();
        for doubt in &doubts {
            let span = self.name(node).span;
            self.unresolved(&Scalar { text: doubt.to_string(), unknown: true, span });
        }
        self.in_doubt(&doubts, |reader| reader.resource_itself(node));
    }

    fn resource_itself(&mut self, node: NodeRef<'a>) {
        let around = self.scope.clone();
        self.scope = self.scope_of(node);
        self.resource_there(node);
        self.scope = around;
    }

    /// The scope of a resource: what its identifier says, or its resource group.
    fn scope_of(&self, node: NodeRef<'a>) -> Scope {
        let text = |name: &str| field(node, name).and_then(|n| self.template.scalar(n)).filter(|s| !s.unknown).map(|s| s.text);
        let own = text("id").map(|id| Scope::of_id(&id)).unwrap_or_default();
        let group = text("resourceGroup").or_else(|| text("resource_group_name")).filter(|g| !g.is_empty() && !g.contains(['[', '$']));
        Scope {
            subscription: own.subscription.or_else(|| self.scope.subscription.clone()),
            group: own.group.or_else(|| group.map(|g| g.to_lowercase().into())).or_else(|| self.scope.group.clone()),
            deployment: self.scope.deployment,
        }
    }

    /// The name of a resource.
    fn name(&self, node: NodeRef<'a>) -> Scalar {
        let found = field(node, "name").and_then(|n| self.template.scalar(n));
        let from_id = || {
            let id = field(node, "id").and_then(|n| self.template.scalar(n))?;
            Some(Scalar { text: last_segment(&id.text).to_string(), ..id })
        };
        found.or_else(from_id).unwrap_or_else(|| Scalar { text: String::new(), unknown: false, span: node.span() })
    }

    /// A resource for the analysis.
    fn emit(&mut self, kind: &str, name: &Scalar, span: Span, azure: Azure) {
        let meta = Meta {
            name: name.text.as_str().into(),
            name_span: name.span,
            generated: name.text.is_empty(),
            namespace: None,
            labels: Labels::default(),
            labels_span: span,
            scope: self.scope.clone(),
            condition: (!self.conditions.is_empty()).then(|| self.conditions.join(" and ").into()),
        };
        self.resources.push(Resource {
            api_version: API_VERSION.into(),
            kind_name: kind.into(),
            meta,
            kind_span: span,
            span,
            refused: false,
            flaws: Flaws::default(),
            kind: Kind::Azure(Box::new(azure)),
        });
    }

    /// A reference to another resource: `{"id": …}`, an identifier, or a name.
    fn reference(&self, node: NodeRef<'a>) -> Option<Reference> {
        let id = self.template.scalar(field(node, "id").filter(|_| node.as_mapping().is_some()).unwrap_or(node))?;
        (!id.text.is_empty()).then(|| reference_of(&id))
    }

    /// References of a list of `{"id": …}`.
    fn references(&self, node: Option<NodeRef<'a>>) -> Vec<Reference> {
        node.map_or_else(Vec::new, |n| self.template.items(n)).into_iter().filter_map(|item| self.reference(item)).collect()
    }

    fn text(&self, node: NodeRef<'a>, name: &str) -> Option<Scalar> {
        self.template.scalar(prop(node, name)?).filter(|s| !s.text.is_empty())
    }

    fn location(&self, node: NodeRef<'a>) -> Option<Box<str>> {
        self.text(node, "location").filter(|l| !l.unknown).map(|l| l.text.as_str().into())
    }

    /// Zones, as a list of texts or numbers.
    fn zones(&self, node: NodeRef<'a>) -> Vec<Box<str>> {
        let zones = prop(node, "zones").map_or_else(Vec::new, |z| self.template.scalars(z));
        zones.into_iter().filter(|z| !z.unknown).map(|s| s.text.as_str().into()).collect()
    }

    fn group(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let doubts = core::mem::take(&mut self.conditions);
        let (rules, mut unread) = self.each(node, "securityRules", |reader, item| reader.group_rule(item));
        unread.extend(self.not_rules(node));
        let mut rules: Vec<_> = rules.into_iter().filter_map(|found| found.map_err(|text| unread.push(text.into())).ok()).collect();
        self.check_group(&name.text, &mut rules);
        if let Some(properties) = field(node, "properties")
            && let Some(text) = self.template.unknown(properties)
        {
            unread.push(text.into());
        }
        // `az resource list` and the like show no properties at all.
        let is_shown = field(node, "id").is_some() && !self.is_template;
        if is_shown && ["securityRules", "defaultSecurityRules"].iter().all(|list| prop(node, list).is_none()) {
            unread.push(format!("the rules of `{}`", name.text).as_str().into());
        }
        let defaults = prop(node, "defaultSecurityRules").map_or_else(Vec::new, |list| self.template.items(list));
        let defaults = self.default_rules(&defaults);
        let endless = prop(node, "securityRules").and_then(|list| self.template.list(list).endless);
        let mut missing = unread.clone();
        missing.extend(endless.map(|(text, _)| text.into_boxed_str()));
        missing.extend(doubts.iter().cloned());
        missing.dedup();
        self.conditions = doubts;
        let group = SecurityGroup {
            location: self.location(node),
            rules,
            defaults,
            missing,
            unread,
            subnets: self.references(prop(node, "subnets")),
            interfaces: self.references(prop(node, "networkInterfaces")),
            ..SecurityGroup::default()
        };
        self.emit("NetworkSecurityGroup", name, node.span(), Azure::Group(group));
    }

    /// What stands where the rules of a group should, and is none. Upstream: azure-rest-api-specs, networkSecurityGroup.json,
    /// `NetworkSecurityGroupPropertiesFormat`.
    fn not_rules(&mut self, node: NodeRef<'a>) -> Option<Box<str>> {
        const KNOWN: [&str; 8] = [
            "securityRules",
            "defaultSecurityRules",
            "flushConnection",
            "subnets",
            "networkInterfaces",
            "flowLogs",
            "provisioningState",
            "resourceGuid",
        ];
        let list = prop(node, "securityRules").filter(|list| self.template.unknown(*list).is_none());
        let is_item = |item: &NodeRef<'a>| item.as_mapping().is_some() || item.is_null() || self.template.unknown(*item).is_some();
        let properties = field(node, "properties").filter(|p| self.template.unknown(*p).is_none());
        let other = properties.and_then(NodeRef::as_mapping).unwrap_or_default().iter();
        let mut other = other.filter(|entry| !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(&entry.key)));
        let (span, message) = if let Some(list) = list.filter(|list| list.as_sequence().is_none()) {
            (list.span(), String::from("`securityRules` is a list of rules"))
        } else if let Some(item) = list.and_then(NodeRef::as_sequence).and_then(|mut items| items.find(|item| !is_item(item))) {
            // PowerShell's marks of what it cut off are said already.
            item.as_str().filter(|text| !turns::is_cut_off(text)).or_else(|| item.as_str().is_none().then_some(""))?;
            (item.span(), String::from("an item of `securityRules` is a mapping"))
        } else {
            let entry = other.next()?;
            (entry.key_span, format!("a network security group has no property `{}`", entry.key))
        };
        let error = Diagnostic::new(codes::AZ_WORD, Severity::Error, span, message.clone());
        self.report(error.help("Azure refuses it; verdicts of flows that pass this group are \"cannot tell\""));
        Some(message.into())
    }

    /// Default rules that are shown. Azure makes them itself and ignores what it is sent, so nothing is wrong with them, whatever they say.
    /// Upstream: Azure REST API, "Network Security Groups - Create Or Update" (`defaultSecurityRules` is read-only).
    pub(in crate::language) fn default_rules(&mut self, nodes: &[NodeRef<'a>]) -> Vec<SecurityRule> {
        let (findings, reported) = (self.reader.findings.len(), self.reported.clone());
        self.reads_defaults = true;
        let rules = self.rules(nodes);
        self.reads_defaults = false;
        self.reader.findings.truncate(findings);
        self.reported = reported;
        rules
    }

    /// A rule that is a resource of its own, named `group/rule`.
    fn separate_rule(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let id = field(node, "id").and_then(|id| self.template.scalar(id)).map(|id| id.text).unwrap_or_default();
        // What `az network nsg rule show` prints has the group only in its identifier.
        let shown = name.text.rsplit_once('/').is_none();
        let group = name.text.rsplit_once('/').map(|(group, _)| String::from(group)).or_else(|| group_of(&id).map(String::from));
        let Some(group) = group else { return };
        let group = Reference { name: group.as_str().into(), parent: None, scope: Default::default(), span: name.span };
        // How often a loop makes the rule may not be to be told, so there may be more of them.
        let endless = self.conditions.first().cloned();
        let (kind, azure) = match self.group_rule(node) {
            Ok(rule) => {
                if let Some(expression) = endless {
                    self.emit(
                        "SecurityRules",
                        name,
                        node.span(),
                        Azure::MissingRules { group: group.clone(), expression, represented: true },
                    );
                }
                (if shown { SHOWN_RULE } else { "SecurityRule" }, Azure::Rule { group, rule: Box::new(rule) })
            }
            Err(expression) => ("SecurityRules", Azure::MissingRules { group, expression: expression.into(), represented: false }),
        };
        self.emit(kind, name, node.span(), azure);
    }

    /// `az network nsg rule list`: rules, and their group only in their identifiers.
    fn bare_rules(&mut self, list: NodeRef<'a>, items: &[NodeRef<'a>]) {
        let id = items.iter().find_map(|item| field(*item, "id")).and_then(NodeRef::as_str).unwrap_or_default();
        let name = Scalar { text: group_of(id).unwrap_or("rules").to_string(), unknown: false, span: list.span() };
        let is_default = |item: &&NodeRef<'a>| {
            field(**item, "type").and_then(NodeRef::as_str).is_some_and(|t| t.ends_with("defaultSecurityRules"))
                || matches!(prop(**item, "priority").map(NodeRef::value), Some(Value::Int(65000..)))
        };
        let (defaults, own): (Vec<NodeRef<'a>>, Vec<NodeRef<'a>>) = items.iter().copied().partition(|item| is_default(&item));
        let mut rules = self.rules(&own);
        self.check_group(&name.text, &mut rules);
        let defaults = self.default_rules(&defaults);
        let group = SecurityGroup { rules, defaults, ..SecurityGroup::default() };
        let kind = if group_of(id).is_some() { "NetworkSecurityGroup" } else { BARE_RULES };
        self.emit(kind, &name, list.span(), Azure::Group(group));
    }
}

/// The security group that the identifier of a rule names.
fn group_of(id: &str) -> Option<&str> {
    id.split('/').skip_while(|segment| !segment.eq_ignore_ascii_case("networkSecurityGroups")).nth(1)
}

/// The reference that an identifier is: the last name, and for a subnet the name of its network.
fn reference_of(id: &Scalar) -> Reference {
    let segments = template::split_names(id.text.trim());
    let name = segments.last().cloned().unwrap_or_default();
    let parent = segments.iter().position(|s| s.eq_ignore_ascii_case("virtualNetworks")).and_then(|i| segments.get(i + 1));
    let parent = parent.filter(|p| **p != name || segments.len() > 9).map(|p| Box::from(p.as_str()));
    Reference { name: name.as_str().into(), parent, scope: Scope::of_id(&id.text), span: id.span }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}
