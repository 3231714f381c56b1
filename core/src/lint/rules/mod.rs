//! The rules, one a file.

pub(super) mod azure_npm;
pub(super) mod block_covers_pods;
pub(super) mod cuts_off_dns;
pub(super) mod either_or_both;
pub(super) mod equal_priority;
pub(super) mod host_network;
pub(super) mod missing_service;
pub(super) mod missing_tier;
pub(super) mod mixed_versions;
pub(super) mod no_engine;
pub(super) mod peer_selects_nothing;
pub(super) mod pointless_rule;
pub(super) mod port_name_outside;
pub(super) mod security_groups;
pub(super) mod selects_nothing;
pub(super) mod service_port;
pub(super) mod typo;
pub(super) mod unknown_namespace;
pub(super) mod unknown_port_name;
