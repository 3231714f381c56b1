//! The kinds of finding about Kubernetes objects, each with its stable code.
//!
//! A code names one cause. Codes are never reused; a kind of finding that is given up leaves a gap.

use crate::diagnostics::Code;

// ---- the object as a whole -------------------------------------------------------------------------------------------------------

/// A document is not a mapping, so it is no Kubernetes object.
pub const NOT_AN_OBJECT: Code = Code("K8S001");
/// `kind` is missing or empty.
pub const MISSING_KIND: Code = Code("K8S002");
/// `apiVersion` is missing or empty.
pub const MISSING_API_VERSION: Code = Code("K8S003");
/// The kind is known, but not under this `apiVersion`.
pub const WRONG_API_VERSION: Code = Code("K8S004");
/// The kind was served under this `apiVersion` in the past, and is read as it is today.
pub const OLD_API_VERSION: Code = Code("K8S005");
/// The kind is nearly one that is known: a misspelling.
pub const MISSPELT_KIND: Code = Code("K8S006");
/// A kind that plays no part in network policy.
pub const KIND_NOT_USED: Code = Code("K8S007");
/// A kind that makes pods, or decides about traffic, and is not read: the answer leaves it out.
pub const KIND_NOT_READ: Code = Code("K8S008");
/// A Kustomization, or a Component of some: its sources are not what it makes of them.
pub const KUSTOMIZATION: Code = Code("K8S100");
/// Lists in lists, deeper than anybody writes.
pub const LISTS_TOO_DEEP: Code = Code("K8S009");

// ---- fields ----------------------------------------------------------------------------------------------------------------------

/// A field that the kind does not have.
pub const UNKNOWN_FIELD: Code = Code("K8S010");
/// A value of a type that the field cannot hold.
pub const WRONG_TYPE: Code = Code("K8S011");
/// A field that must be there is not.
pub const REQUIRED: Code = Code("K8S012");
/// Text that is none of the words a field takes.
pub const UNSUPPORTED_VALUE: Code = Code("K8S013");
/// A name that is not a DNS-1123 name.
pub const INVALID_NAME: Code = Code("K8S014");
/// A label (or annotation) key or value that breaks their syntax.
pub const INVALID_LABEL: Code = Code("K8S015");
/// A label selector that cannot be evaluated.
pub const INVALID_SELECTOR: Code = Code("K8S016");
/// A number outside the range of ports, or of the field.
pub const OUT_OF_RANGE: Code = Code("K8S017");
/// Text that is not a valid port name.
pub const INVALID_PORT_NAME: Code = Code("K8S018");
/// A protocol other than `TCP`, `UDP` and `SCTP`.
pub const INVALID_PROTOCOL: Code = Code("K8S019");
/// Text that is not a CIDR.
pub const INVALID_CIDR: Code = Code("K8S020");
/// The same thing twice in a list that must not hold it twice.
pub const DUPLICATE_VALUE: Code = Code("K8S021");
/// More entries, or more characters, than the field takes.
pub const TOO_MANY: Code = Code("K8S022");
/// A CIDR with bits set beyond its length: read as its network.
pub const CIDR_HOST_BITS: Code = Code("K8S023");
/// A CIDR in a form that new API servers warn about or refuse: leading zeros, or IPv4 inside IPv6.
pub const CIDR_LEGACY_FORM: Code = Code("K8S024");
/// A label without a value: read as the empty text.
pub const EMPTY_LABEL: Code = Code("K8S025");
/// A namespace given to an object that has none.
pub const NAMESPACE_NOT_TAKEN: Code = Code("K8S026");
/// An address that cannot be read.
pub const INVALID_ADDRESS: Code = Code("K8S027");
/// A field set together with another that excludes it.
pub const FORBIDDEN: Code = Code("K8S028");

// ---- NetworkPolicy ---------------------------------------------------------------------------------------------------------------

/// A peer that names nothing.
pub const EMPTY_PEER: Code = Code("K8S030");
/// A peer with `ipBlock` and a selector.
pub const IP_BLOCK_WITH_SELECTOR: Code = Code("K8S031");
/// An `except` that is not a smaller part of its `cidr`.
pub const EXCEPT_NOT_WITHIN: Code = Code("K8S032");
/// `endPort` below `port`.
pub const END_PORT_LESS_THAN_PORT: Code = Code("K8S033");
/// `endPort` with a named port.
pub const END_PORT_WITH_NAMED_PORT: Code = Code("K8S034");
/// `endPort` without `port`.
pub const END_PORT_WITHOUT_PORT: Code = Code("K8S035");
/// More than two `policyTypes`.
pub const TOO_MANY_POLICY_TYPES: Code = Code("K8S036");
/// Rules for a direction that `policyTypes` leaves out: they do nothing.
pub const RULES_WITHOUT_TYPE: Code = Code("K8S037");
/// An empty list item where a rule or port is due: it allows more than it seems to.
pub const NULL_ITEM: Code = Code("K8S038");
/// `egress: []` without `policyTypes`: egress is not isolated.
pub const EMPTY_EGRESS_WITHOUT_TYPES: Code = Code("K8S039");
/// Egress rules without `policyTypes`: ingress is isolated too, and nothing is let in.
pub const EGRESS_DENIES_INGRESS: Code = Code("K8S040");
/// A policy without `spec`.
pub const MISSING_SPEC: Code = Code("K8S041");

// ---- AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy ---------------------------------------------------------

/// `from` is missing.
pub const MISSING_FROM: Code = Code("K8S050");
/// `to` is missing.
pub const MISSING_TO: Code = Code("K8S051");
/// `from` is empty.
pub const EMPTY_FROM: Code = Code("K8S052");
/// `to` is empty.
pub const EMPTY_TO: Code = Code("K8S053");
/// A peer with no field or several.
pub const PEER_NOT_ONE_FIELD: Code = Code("K8S054");
/// An entry of `ports` or `protocols` with no field or several.
pub const PORT_NOT_ONE_FIELD: Code = Code("K8S055");
/// A subject with no field or several.
pub const SUBJECT_NOT_ONE_FIELD: Code = Code("K8S056");
/// An action that the kind does not have.
pub const UNKNOWN_ACTION: Code = Code("K8S057");
/// A port range whose start is not before its end.
pub const RANGE_START_NOT_BEFORE_END: Code = Code("K8S058");
/// A BaselineAdminNetworkPolicy whose name is not `default`.
pub const BASELINE_NAME: Code = Code("K8S059");
/// A named port in a rule for addresses, nodes or domain names, which have none.
pub const NAMED_PORT_FOR_ADDRESSES: Code = Code("K8S060");
/// A domain name that breaks the pattern.
pub const INVALID_DOMAIN_NAME: Code = Code("K8S061");
/// The nested form of peers that v1alpha1 had until March 2024.
pub const OLD_NESTED_PEER: Code = Code("K8S062");
/// A peer whose only field is not known: it fails closed.
pub const UNKNOWN_PEER: Code = Code("K8S063");
/// Domain names in a rule that does not allow.
pub const DOMAIN_NAMES_NOT_ALLOWED_BY: Code = Code("K8S064");
/// `priority` is missing or outside 0 to 1000.
pub const INVALID_PRIORITY: Code = Code("K8S065");
/// `ports: []` or `protocols: []`.
pub const EMPTY_PORTS: Code = Code("K8S066");

// ---- pods, workloads, services ----------------------------------------------------------------------------------------------------

/// A workload whose selector does not match the labels of its own template.
pub const SELECTOR_NOT_MATCHING_TEMPLATE: Code = Code("K8S070");
/// A pod (or template) without containers.
pub const NO_CONTAINERS: Code = Code("K8S071");
/// A workload that is suspended and so makes no pods.
pub const SUSPENDED: Code = Code("K8S072");
/// `kubernetes.io/metadata.name` with a value other than the namespace's name.
pub const NAMESPACE_NAME_LABEL: Code = Code("K8S073");
/// The annotation with which namespaces were isolated before NetworkPolicy became stable.
pub const DEAD_ANNOTATION: Code = Code("K8S074");
/// An Ingress backend that is not a Service.
pub const BACKEND_NOT_A_SERVICE: Code = Code("K8S075");
/// An Ingress without any backend, or a backend without its Service's name or port.
pub const INVALID_BACKEND: Code = Code("K8S076");

// ---- Calico ------------------------------------------------------------------------------------------------------------------------

/// A selector that does not follow the language.
pub const SELECTOR: Code = Code("CAL001");
/// `global()` where it may not stand.
pub const GLOBAL_SELECTOR: Code = Code("CAL002");
/// A selector longer than 1,024 characters.
pub const SELECTOR_TOO_LONG: Code = Code("CAL003");
/// A number of a port without a protocol.
pub const PORTS_NEED_PROTOCOL: Code = Code("CAL004");
/// Ports with a protocol that has none.
pub const PORTS_WRONG_PROTOCOL: Code = Code("CAL005");
/// A port that is no number from 1 to 65535, or a range from a larger to a smaller one.
pub const CALICO_PORT_RANGE: Code = Code("CAL006");
/// A name that no port can have.
pub const CALICO_PORT_NAME: Code = Code("CAL007");
/// A protocol that is neither a known name nor a number from 1 to 255.
pub const CALICO_PROTOCOL: Code = Code("CAL008");
/// `icmp` without protocol ICMP or ICMPv6.
pub const ICMP_NEEDS_PROTOCOL: Code = Code("CAL009");
/// An ICMP type or code out of range, or a code without a type.
pub const ICMP_RANGE: Code = Code("CAL010");
/// ICMP with ipVersion 6, or ICMPv6 with 4.
pub const ICMP_IP_VERSION: Code = Code("CAL011");
/// IPv4 and IPv6 networks in one rule.
pub const MIXED_FAMILIES: Code = Code("CAL012");
/// Networks of another family than `ipVersion`.
pub const IP_VERSION_NET: Code = Code("CAL013");
/// A network that is none, or has bits beyond its length.
pub const CALICO_CIDR: Code = Code("CAL014");
/// All addresses in `notNets`.
pub const CATCH_ALL_NEGATION: Code = Code("CAL015");
/// `services` together with what it excludes, or without a name.
pub const SERVICE_CONFLICT: Code = Code("CAL016");
/// `services` on the wrong side of a rule.
pub const SERVICE_DIRECTION: Code = Code("CAL017");
/// `http` in an egress rule.
pub const HTTP_EGRESS: Code = Code("CAL018");
/// An `http` match that is not valid.
pub const HTTP_MATCH: Code = Code("CAL019");
/// An entry of `types` that is unknown or repeated.
pub const CALICO_TYPES: Code = Code("CAL020");
/// `preDNAT`, `doNotTrack` and `applyOnForward` in a combination that is not allowed.
pub const HOOK_FLAGS: Code = Code("CAL021");
/// A performance hint that is unknown or repeated.
pub const HINTS: Code = Code("CAL022");
/// A Tier with a word or number that is not allowed.
pub const TIER: Code = Code("CAL023");
/// `stagedAction` that is unknown, or `Delete` with other fields.
pub const STAGED_ACTION: Code = Code("CAL024");
/// A host endpoint without what it needs.
pub const HOST_ENDPOINT: Code = Code("CAL025");
/// A value that is not among those allowed.
pub const CALICO_VALUE: Code = Code("CAL026");
/// A label that Calico keeps for itself.
pub const RESERVED_LABEL: Code = Code("CAL027");
/// A policy in its stored form without `types`: it acts in both directions.
pub const STORED_WITHOUT_TYPES: Code = Code("CAL028");
/// No `types`, and empty lists, which upstream's two ways of filling them in read differently.
pub const TYPES_DIFFER: Code = Code("CAL029");
/// `services` without a namespace in a policy that has one.
pub const SERVICE_WITHOUT_NAMESPACE: Code = Code("CAL030");

// ---- Azure -------------------------------------------------------------------------------------------------------------------------

/// A priority that is no number from 100 to 4096.
pub const AZ_PRIORITY: Code = Code("AZ001");
/// Two rules of one group with the same priority and direction.
pub const AZ_DUPLICATE_PRIORITY: Code = Code("AZ002");
/// Two rules of one group with the same name.
pub const AZ_DUPLICATE_NAME: Code = Code("AZ003");
/// A name that Azure does not take.
pub const AZ_RULE_NAME: Code = Code("AZ004");
/// A word that is none of those that a field takes.
pub const AZ_WORD: Code = Code("AZ005");
/// Ports that are none.
pub const AZ_PORT: Code = Code("AZ006");
/// Text that is no address, prefix or service tag.
pub const AZ_PREFIX: Code = Code("AZ007");
/// A service tag or `*` in a list of prefixes.
pub const AZ_TAG_IN_LIST: Code = Code("AZ008");
/// A field and its plural, both filled in.
pub const AZ_SINGULAR_AND_PLURAL: Code = Code("AZ009");
/// A service tag whose addresses are not known here.
pub const AZ_UNKNOWN_TAG: Code = Code("AZ010");
/// An expression that nothing in the template resolves.
pub const AZ_UNRESOLVED: Code = Code("AZ011");
/// More rules or addresses than a group takes.
pub const AZ_TOO_MANY: Code = Code("AZ012");
/// A field that must be there is not.
pub const AZ_REQUIRED: Code = Code("AZ013");
/// A prefix with bits set beyond its length.
pub const AZ_HOST_BITS: Code = Code("AZ014");
/// A description that is too long.
pub const AZ_DESCRIPTION: Code = Code("AZ015");
/// An application security group beside addresses.
pub const AZ_GROUP_AND_PREFIX: Code = Code("AZ016");
/// Several application security groups on one side.
pub const AZ_SEVERAL_GROUPS: Code = Code("AZ017");
/// Ports with a protocol that has none.
pub const AZ_PORTS_IGNORED: Code = Code("AZ018");
/// Resources of Azure's that are not read.
pub const AZ_NOT_READ: Code = Code("AZ019");
/// A field that is not known in the short form.
pub const AZ_FIELD: Code = Code("AZ020");
/// A network, subnet, group or address that is referred to and not given.
pub const AZ_MISSING: Code = Code("AZ021");
/// A subnet that Azure would refuse: outside its network, too small, or across another.
pub const AZ_SUBNET: Code = Code("AZ022");
/// An address space that Azure would refuse.
pub const AZ_SPACE: Code = Code("AZ023");
/// A peering that does not work: one side only, or overlapping networks.
pub const AZ_PEERING: Code = Code("AZ024");
/// An address that nothing in its subnet can have.
pub const AZ_ADDRESS: Code = Code("AZ025");
/// Something assumed because the text does not say it.
pub const AZ_ASSUMED: Code = Code("AZ026");
/// Ranges of a cluster that Azure would refuse.
pub const AZ_RANGES: Code = Code("AZ027");
/// A subnet too small for its cluster.
pub const AZ_EXHAUSTED: Code = Code("AZ028");
/// A public address of a kind that was retired.
pub const AZ_RETIRED: Code = Code("AZ029");
/// Zones in a region that has none.
pub const AZ_ZONES: Code = Code("AZ030");
/// A route for all addresses, with which `VirtualNetwork` stands for every address.
pub const AZ_DEFAULT_ROUTE: Code = Code("AZ031");
/// A region that is not known.
pub const AZ_REGION: Code = Code("AZ032");
/// A security group in another region than what it is attached to.
pub const AZ_OTHER_REGION: Code = Code("AZ033");
/// Members of application security groups of one rule in different networks.
pub const AZ_GROUP_MEMBERS: Code = Code("AZ034");
/// A language that is not read.
pub const AZ_LANGUAGE: Code = Code("AZ035");
/// A command line that cannot be taken apart.
pub const AZ_COMMAND: Code = Code("AZ040");
/// An option that the command does not have.
pub const AZ_OPTION: Code = Code("AZ041");
/// A value that an option does not take.
pub const AZ_OPTION_VALUE: Code = Code("AZ042");
/// Options that do not go together.
pub const AZ_COMBINATION: Code = Code("AZ043");
/// A command that plays no part here.
pub const AZ_COMMAND_NOT_USED: Code = Code("AZ044");
/// What else one should know of a cluster.
pub const AZ_CLUSTER_NOTE: Code = Code("AZ045");
/// A subnet has no address left for a machine.
pub const AZ_FULL: Code = Code("AZ180");
/// A name or an address may mean several things.
pub const AZ_AMBIGUOUS: Code = Code("AZ181");
/// A command of `kubectl` that changes objects, and is not carried out.
pub const COMMAND_OF_KUBECTL: Code = Code("AZ140");
/// A value that somebody is to fill in: a variable without a value, a name in brackets.
pub const FILL_IN: Code = Code("AZ141");
/// A command that changes something which the text does not make.
pub const CHANGES_NOTHING: Code = Code("AZ142");
/// A template deploys another by its address.
pub const AZ_LINKED: Code = Code("AZ120");
/// PowerShell's JSON is not as deep as the object.
pub const AZ_CUT_OFF: Code = Code("AZ121");
