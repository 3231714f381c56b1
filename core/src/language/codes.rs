//! The kinds of finding about Kubernetes objects, each with its stable code.
//!
//! A code names one cause. Codes are never reused; a kind of finding that is given up leaves a gap.

use crate::diagnostics::{Code, CodeInfo, Severity, codes};

codes! {
    // ---- the object as a whole -------------------------------------------------------------------------------------------------------

    /// A document is not a mapping, so it is no Kubernetes object.
    NOT_AN_OBJECT = "K8S001";
    /// `kind` is missing or empty.
    MISSING_KIND = "K8S002";
    /// `apiVersion` is missing or empty.
    MISSING_API_VERSION = "K8S003";
    /// The kind is known, but not under this `apiVersion`.
    WRONG_API_VERSION = "K8S004";
    /// The kind was served under this `apiVersion` in the past, and is read as it is today.
    OLD_API_VERSION = "K8S005";
    /// The kind is nearly one that is known: a misspelling.
    MISSPELT_KIND = "K8S006";
    /// A kind that plays no part in network policy.
    KIND_NOT_USED = "K8S007";
    /// A kind that makes pods, or decides about traffic, and is not read: the answer leaves it out.
    KIND_NOT_READ = "K8S008";
    /// A Kustomization: what it makes of its sources is known once it is built.
    KUSTOMIZATION = "K8S100" [Warning];
    /// A list that says itself that further items are not in it.
    PART_OF_A_LIST = "K8S101" [Warning];
    /// A command of `kubectl` or Helm that changes the cluster, and is not carried out here.
    COMMAND_NOT_FOLLOWED = "K8S110" [Note, Warning];
    /// Lists in lists, deeper than anybody writes.
    LISTS_TOO_DEEP = "K8S009";

    // ---- fields ----------------------------------------------------------------------------------------------------------------------

    /// A field that the kind does not have.
    UNKNOWN_FIELD = "K8S010";
    /// A value of a type that the field cannot hold.
    WRONG_TYPE = "K8S011";
    /// A field that must be there is not.
    REQUIRED = "K8S012";
    /// Text that is none of the words a field takes.
    UNSUPPORTED_VALUE = "K8S013";
    /// A name that is not a DNS-1123 name.
    INVALID_NAME = "K8S014";
    /// A label (or annotation) key or value that breaks their syntax.
    INVALID_LABEL = "K8S015";
    /// A label selector that cannot be evaluated.
    INVALID_SELECTOR = "K8S016";
    /// A number outside the range of ports, or of the field.
    OUT_OF_RANGE = "K8S017";
    /// Text that is not a valid port name.
    INVALID_PORT_NAME = "K8S018";
    /// A protocol other than `TCP`, `UDP` and `SCTP`.
    INVALID_PROTOCOL = "K8S019";
    /// Text that is not a CIDR.
    INVALID_CIDR = "K8S020";
    /// The same thing twice in a list that must not hold it twice.
    DUPLICATE_VALUE = "K8S021";
    /// More entries, or more characters, than the field takes.
    TOO_MANY = "K8S022";
    /// A CIDR with bits set beyond its length: read as its network.
    CIDR_HOST_BITS = "K8S023";
    /// A CIDR in a form that new API servers warn about or refuse: leading zeros, or IPv4 inside IPv6.
    CIDR_LEGACY_FORM = "K8S024";
    /// A label without a value: read as the empty text.
    EMPTY_LABEL = "K8S025";
    /// A namespace given to an object that has none.
    NAMESPACE_NOT_TAKEN = "K8S026";
    /// An address that cannot be read.
    INVALID_ADDRESS = "K8S027";
    /// A field set together with another that excludes it.
    FORBIDDEN = "K8S028";

    // ---- NetworkPolicy ---------------------------------------------------------------------------------------------------------------

    /// A peer that names nothing.
    EMPTY_PEER = "K8S030";
    /// A peer with `ipBlock` and a selector.
    IP_BLOCK_WITH_SELECTOR = "K8S031";
    /// An `except` that is not a smaller part of its `cidr`.
    EXCEPT_NOT_WITHIN = "K8S032";
    /// `endPort` below `port`.
    END_PORT_LESS_THAN_PORT = "K8S033";
    /// `endPort` with a named port.
    END_PORT_WITH_NAMED_PORT = "K8S034";
    /// `endPort` without `port`.
    END_PORT_WITHOUT_PORT = "K8S035";
    /// More than two `policyTypes`.
    TOO_MANY_POLICY_TYPES = "K8S036";
    /// Rules for a direction that `policyTypes` leaves out: they do nothing.
    RULES_WITHOUT_TYPE = "K8S037";
    /// An empty list item where a rule or port is due: it allows more than it seems to.
    NULL_ITEM = "K8S038";
    /// `egress: []` without `policyTypes`: egress is not isolated.
    EMPTY_EGRESS_WITHOUT_TYPES = "K8S039";
    /// Egress rules without `policyTypes`: ingress is isolated too, and nothing is let in.
    EGRESS_DENIES_INGRESS = "K8S040";
    /// A policy without `spec`.
    MISSING_SPEC = "K8S041";

    // ---- AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy ---------------------------------------------------------

    /// `from` is missing.
    MISSING_FROM = "K8S050";
    /// `to` is missing.
    MISSING_TO = "K8S051";
    /// `from` is empty.
    EMPTY_FROM = "K8S052";
    /// `to` is empty.
    EMPTY_TO = "K8S053";
    /// A peer with no field or several.
    PEER_NOT_ONE_FIELD = "K8S054";
    /// An entry of `ports` or `protocols` with no field or several.
    PORT_NOT_ONE_FIELD = "K8S055";
    /// A subject with no field or several.
    SUBJECT_NOT_ONE_FIELD = "K8S056";
    /// An action that the kind does not have.
    UNKNOWN_ACTION = "K8S057";
    /// A port range whose start is not before its end.
    RANGE_START_NOT_BEFORE_END = "K8S058";
    /// A BaselineAdminNetworkPolicy whose name is not `default`.
    BASELINE_NAME = "K8S059";
    /// A named port in a rule for addresses, nodes or domain names, which have none.
    NAMED_PORT_FOR_ADDRESSES = "K8S060";
    /// A domain name that breaks the pattern.
    INVALID_DOMAIN_NAME = "K8S061";
    /// The nested form of peers that v1alpha1 had until March 2024.
    OLD_NESTED_PEER = "K8S062";
    /// A peer whose only field is not known: it fails closed.
    UNKNOWN_PEER = "K8S063";
    /// Domain names in a rule that does not allow.
    DOMAIN_NAMES_NOT_ALLOWED_BY = "K8S064";
    /// `priority` is missing or outside 0 to 1000.
    INVALID_PRIORITY = "K8S065";
    /// `ports: []` or `protocols: []`.
    EMPTY_PORTS = "K8S066";

    // ---- pods, workloads, services ----------------------------------------------------------------------------------------------------

    /// A workload whose selector does not match the labels of its own template.
    SELECTOR_NOT_MATCHING_TEMPLATE = "K8S070";
    /// A pod (or template) without containers.
    NO_CONTAINERS = "K8S071";
    /// A workload that is suspended and so makes no pods.
    SUSPENDED = "K8S072";
    /// `kubernetes.io/metadata.name` with a value other than the namespace's name.
    NAMESPACE_NAME_LABEL = "K8S073";
    /// The annotation with which namespaces were isolated before NetworkPolicy became stable.
    DEAD_ANNOTATION = "K8S074";
    /// An Ingress backend that is not a Service.
    BACKEND_NOT_A_SERVICE = "K8S075";
    /// An Ingress without any backend, or a backend without its Service's name or port.
    INVALID_BACKEND = "K8S076";

    // ---- Calico ------------------------------------------------------------------------------------------------------------------------

    /// A selector that does not follow the language.
    SELECTOR = "CAL001";
    /// `global()` where it may not stand.
    GLOBAL_SELECTOR = "CAL002";
    /// A selector longer than 1,024 characters.
    SELECTOR_TOO_LONG = "CAL003";
    /// A number of a port without a protocol.
    PORTS_NEED_PROTOCOL = "CAL004";
    /// Ports with a protocol that has none.
    PORTS_WRONG_PROTOCOL = "CAL005";
    /// A port that is no number from 1 to 65535, or a range from a larger to a smaller one.
    CALICO_PORT_RANGE = "CAL006";
    /// A name that no port can have.
    CALICO_PORT_NAME = "CAL007";
    /// A protocol that is neither a known name nor a number from 1 to 255.
    CALICO_PROTOCOL = "CAL008";
    /// `icmp` without protocol ICMP or ICMPv6.
    ICMP_NEEDS_PROTOCOL = "CAL009";
    /// An ICMP type or code out of range, or a code without a type.
    ICMP_RANGE = "CAL010";
    /// ICMP with ipVersion 6, or ICMPv6 with 4.
    ICMP_IP_VERSION = "CAL011";
    /// IPv4 and IPv6 networks in one rule.
    MIXED_FAMILIES = "CAL012";
    /// Networks of another family than `ipVersion`.
    IP_VERSION_NET = "CAL013";
    /// A network that is none, or has bits beyond its length.
    CALICO_CIDR = "CAL014";
    /// All addresses in `notNets`.
    CATCH_ALL_NEGATION = "CAL015";
    /// `services` together with what it excludes, or without a name.
    SERVICE_CONFLICT = "CAL016";
    /// `services` on the wrong side of a rule.
    SERVICE_DIRECTION = "CAL017";
    /// `http` in an egress rule.
    HTTP_EGRESS = "CAL018";
    /// An `http` match that is not valid.
    HTTP_MATCH = "CAL019";
    /// An entry of `types` that is unknown or repeated.
    CALICO_TYPES = "CAL020";
    /// `preDNAT`, `doNotTrack` and `applyOnForward` in a combination that is not allowed.
    HOOK_FLAGS = "CAL021";
    /// A performance hint that is unknown or repeated.
    HINTS = "CAL022";
    /// A Tier with a word or number that is not allowed.
    TIER = "CAL023";
    /// `stagedAction` that is unknown, or `Delete` with other fields.
    STAGED_ACTION = "CAL024";
    /// A host endpoint without what it needs.
    HOST_ENDPOINT = "CAL025";
    /// A value that is not among those allowed.
    CALICO_VALUE = "CAL026";
    /// A label that Calico keeps for itself.
    RESERVED_LABEL = "CAL027";
    /// A policy in its stored form without `types`: it acts in both directions.
    STORED_WITHOUT_TYPES = "CAL028";
    /// No `types`, and empty lists, which upstream's two ways of filling them in read differently.
    TYPES_DIFFER = "CAL029";
    /// `services` without a namespace in a policy that has one.
    SERVICE_WITHOUT_NAMESPACE = "CAL030";
    /// An IPPool that Calico refuses: without a network, with a network that no pool may have, or with fields that exclude each other.
    IP_POOL = "CAL031";
    /// A configuration that is not used: its name is not one that Calico reads, or it sets for selected nodes what is evaluated for all only.
    CONFIGURATION_NOT_USED = "CAL032" [Warning];

    // ---- Azure -------------------------------------------------------------------------------------------------------------------------

    /// A priority that is no number from 100 to 4096.
    AZ_PRIORITY = "AZ001";
    /// Two rules of one group with the same priority and direction.
    AZ_DUPLICATE_PRIORITY = "AZ002";
    /// Two rules of one group with the same name.
    AZ_DUPLICATE_NAME = "AZ003";
    /// A name that Azure does not take.
    AZ_RULE_NAME = "AZ004";
    /// A word that is none of those that a field takes.
    AZ_WORD = "AZ005";
    /// Ports that are none.
    AZ_PORT = "AZ006";
    /// Text that is no address, prefix or service tag.
    AZ_PREFIX = "AZ007";
    /// A service tag or `*` in a list of prefixes.
    AZ_TAG_IN_LIST = "AZ008";
    /// A field and its plural, both filled in.
    AZ_SINGULAR_AND_PLURAL = "AZ009";
    /// An expression or variable is not known from the input, or how many turns a copy loop takes.
    AZ_UNRESOLVED = "AZ011" [Warning];
    /// More rules or addresses than a group takes.
    AZ_TOO_MANY = "AZ012";
    /// A field that must be there is not.
    AZ_REQUIRED = "AZ013";
    /// A prefix with bits set beyond its length.
    AZ_HOST_BITS = "AZ014";
    /// A description that is too long.
    AZ_DESCRIPTION = "AZ015";
    /// An application security group beside addresses.
    AZ_GROUP_AND_PREFIX = "AZ016";
    /// Several application security groups on one side, which not every API version takes.
    AZ_SEVERAL_GROUPS = "AZ017" [Warning];
    /// Ports of a protocol that has none.
    AZ_PORTS_IGNORED = "AZ018" [Warning];
    /// Resources that play no part here.
    AZ_NOT_READ = "AZ019" [Note];
    /// A field that is not known in the short form.
    AZ_FIELD = "AZ020";
    /// A network, subnet, security group or route table is referred to and not given.
    AZ_MISSING = "AZ021" [Warning];
    /// A subnet that Azure would refuse: outside its network, too small, or across another.
    AZ_SUBNET = "AZ022";
    /// An address space that Azure would refuse.
    AZ_SPACE = "AZ023";
    /// A peering works in one direction only, or joins networks that overlap.
    AZ_PEERING = "AZ024" [Warning, Error];
    /// An address that nothing in its subnet can have.
    AZ_ADDRESS = "AZ025";
    /// Something is assumed: a network, a default of a command line.
    AZ_ASSUMED = "AZ026" [Note];
    /// Ranges of a cluster that Azure would refuse.
    AZ_RANGES = "AZ027";
    /// Zones in a region without any, as of the list's date (a warning), or beyond the third.
    AZ_ZONES = "AZ030" [Warning, Error];
    /// A subnet's route for 0.0.0.0/0 makes `VirtualNetwork` every address in its security group's rules.
    AZ_DEFAULT_ROUTE = "AZ031" [Warning];
    /// A region is not known: a warning where another name is near.
    AZ_REGION = "AZ032" [Warning, Note];
    /// A security group in another region than what it is attached to.
    AZ_OTHER_REGION = "AZ033";
    /// Members of application security groups of one rule in different networks.
    AZ_GROUP_MEMBERS = "AZ034";
    /// A language that is not read.
    AZ_LANGUAGE = "AZ035";
    /// A command line that cannot be taken apart.
    AZ_COMMAND = "AZ040";
    /// An option that the command does not have, or a beginning that several options share.
    AZ_OPTION = "AZ041" [Warning, Error];
    /// A value that an option does not take.
    AZ_OPTION_VALUE = "AZ042";
    /// Options that do not go together.
    AZ_COMBINATION = "AZ043";
    /// A command that plays no part here.
    AZ_COMMAND_NOT_USED = "AZ044" [Warning, Note];
    /// What else one should know of a cluster: no policy engine, limits and end of a plugin or engine.
    AZ_CLUSTER_NOTE = "AZ045" [Warning, Note];
    /// A subnet has no address left for a machine.
    AZ_FULL = "AZ180";
    /// A name that several resource groups have, or an address that several networks have, and nothing says which is meant.
    AZ_AMBIGUOUS = "AZ181" [Warning];
    /// A value is to be filled in: a variable without a value, a name in brackets.
    FILL_IN = "AZ141" [Warning];
    /// A command changes something that no earlier command creates.
    CHANGES_NOTHING = "AZ142" [Warning];
    /// A template deploys another by its address: what that one holds is not in the input.
    AZ_LINKED = "AZ120" [Warning];
    /// PowerShell's `ConvertTo-Json` went less deep than the object: `-Depth 10`.
    AZ_CUT_OFF = "AZ121" [Error];
}
