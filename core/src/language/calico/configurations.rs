//! What holds of Felix's settings on a node: the first of the places that set it, by upstream's order.
//!
//! Upstream: `SourcesInDescendingOrder` of `felix/config/config_params.go`: the environment, then `node.NAME`, then configurations for selected nodes,
//! then `default`.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Calico, FelixConfiguration, environment};
use crate::language::{Kind, Resource};
use crate::model::{ClusterEngine, Labels, UnknownLabels};
use crate::policy::{Doubt, EndpointToHost};
use crate::settings::Dataplane;
use crate::text::{DocumentId, Place};

/// The FelixConfiguration that holds for all nodes.
const DEFAULT: &str = "default";

/// All that sets something.
pub(in crate::language) struct Configurations<'a> {
    /// What the agent's own environment sets, of each DaemonSet or pod of it, and what is known of that which an operator makes.
    environment: Vec<(FelixConfiguration, Place)>,
    of_nodes: Vec<(&'a str, &'a FelixConfiguration, Place)>,
    /// Those for selected nodes, by name.
    selected: Vec<(&'a str, &'a FelixConfiguration, Place)>,
    common: Option<(&'a FelixConfiguration, Place)>,
    /// The nodes of the input with their labels.
    nodes: BTreeMap<&'a str, (&'a Labels, &'a UnknownLabels)>,
}

/// What a setting is on a node.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::language) enum Setting<T> {
    /// Nothing sets it.
    Unset,
    /// This, set here.
    Is(T, Place),
    /// One of these; nothing stands for what holds where nothing sets it.
    OneOf(Vec<Option<(T, Place)>>, Doubt),
    /// It is set here, and cannot be read.
    Unread(Doubt),
}

impl<T> Setting<T> {
    /// It, where it is known.
    pub(in crate::language) fn known(self) -> Option<T> {
        match self {
            Setting::Is(value, _) => Some(value),
            _ => None,
        }
    }
}

impl<'a> Configurations<'a> {
    /// Those of an input.
    pub(in crate::language) fn of(resources: &[(DocumentId, &'a Resource)]) -> Self {
        let mut found =
            Configurations { environment: Vec::new(), of_nodes: Vec::new(), selected: Vec::new(), common: None, nodes: BTreeMap::new() };
        for &(document, resource) in resources {
            let place = resource.span.within(document);
            match &resource.kind {
                Kind::Node(_) => {
                    found.nodes.insert(&resource.meta.name, (&resource.meta.labels, &resource.flaws.labels));
                }
                Kind::Calico(calico) => found.add(calico, &resource.meta.name, place),
                // The service runs Calico by its operator.
                Kind::Azure(_) if resource.kind.cluster_engine() == Some(ClusterEngine::Calico) => {
                    found.environment.push(by_operator(None, place))
                }
                kind => {
                    let felix = kind.template().and_then(environment::felix);
                    found.environment.extend(felix.map(|felix| (felix, place)));
                }
            }
        }
        found
    }

    fn add(&mut self, calico: &'a Calico, name: &'a str, place: Place) {
        match calico {
            Calico::Felix(felix) if felix.nodes.is_some() => self.selected.push((name, felix, place)),
            Calico::Felix(felix) => match name.strip_prefix("node.") {
                Some(node) => self.of_nodes.push((node, felix, place)),
                None if name == DEFAULT => self.common = Some((felix, place)),
                None => {}
            },
            Calico::Release(release) if release.by_operator => self.environment.push(by_operator(release.bpf.then_some(true), place)),
            _ => {}
        }
    }

    /// The nodes that may have settings of their own.
    pub(in crate::language) fn own_nodes(&self) -> BTreeSet<&'a str> {
        let selected = self.nodes.keys().copied().filter(|_| !self.selected.is_empty());
        self.of_nodes.iter().map(|(node, ..)| *node).chain(selected).collect()
    }

    /// Where what holds for a node is written, as far as that is more than what holds for all.
    pub(in crate::language) fn place_of(&self, node: Option<&str>) -> Option<Place> {
        let own = self.of_nodes.iter().find(|(of, ..)| Some(*of) == node).map(|(.., place)| *place);
        own.or(self.common.map(|(_, place)| place))
    }

    /// Whether the environment of the agent is in the input.
    pub(in crate::language) fn knows_environment(&self) -> bool {
        !self.environment.is_empty()
    }

    /// What a setting is on a node; without a name on nodes that have no settings of their own, and whose labels are not known.
    pub(in crate::language) fn setting<T: PartialEq>(
        &self,
        node: Option<&str>,
        name: &str,
        of: impl Fn(&FelixConfiguration) -> Option<T>,
    ) -> Setting<T> {
        let is_it = |setting: &str| setting.is_empty() || setting.eq_ignore_ascii_case(name);
        for (felix, place) in &self.environment {
            if let Some((_, span)) = felix.unread.iter().find(|(setting, _)| is_it(setting)) {
                let text = format!("what the environment of Calico's agent sets of `{name}` cannot be read");
                return Setting::Unread(Doubt { text, places: alloc::vec![span.within(place.document)] });
            }
        }
        let values = self.environment.iter().filter_map(|(felix, place)| Some((of(felix)?, *place)));
        let (mut set, mut open) = (values.collect::<Vec<_>>(), false);
        if set.is_empty()
            && let Some((_, felix, place)) = self.of_nodes.iter().find(|(own, ..)| Some(*own) == node)
        {
            set.extend(of(felix).map(|value| (value, *place)));
        }
        if set.is_empty() {
            let mut certain = false;
            for (_, felix, place) in &self.selected {
                let (Some(value), (surely, maybe)) = (of(felix), self.selects(felix, node)) else { continue };
                if maybe {
                    set.push((value, *place));
                    certain |= surely;
                }
            }
            open = !certain && !set.is_empty();
        }
        let common = || self.common.and_then(|(felix, place)| Some((of(felix)?, place)));
        if open || set.is_empty() {
            set.extend(common());
        }
        let falls_through = open && common().is_none();
        let is_same = !falls_through && set.windows(2).all(|pair| matches!(pair, [(one, _), (other, _)] if one == other));
        if !is_same {
            let places = set.iter().map(|(_, place)| *place).collect();
            let doubt = Doubt { text: format!("which of several configurations of Calico sets `{name}` there is not known"), places };
            let nothing = falls_through.then_some(None);
            return Setting::OneOf(set.into_iter().map(Some).chain(nothing).collect(), doubt);
        }
        set.into_iter().next().map_or(Setting::Unset, |(value, place)| Setting::Is(value, place))
    }

    /// Whether a configuration is for a node, for certain and possibly.
    fn selects(&self, felix: &FelixConfiguration, node: Option<&str>) -> (bool, bool) {
        let Some(selector) = &felix.nodes else { return (false, false) };
        let (none, unknown) = (Labels::default(), UnknownLabels { keys: Vec::new(), others: true });
        let (labels, open) = node.and_then(|node| self.nodes.get(node).copied()).unwrap_or((&none, &unknown));
        selector.judge(&|key| open.look_up(labels, key))
    }

    /// What becomes of packets from pods to their own node. Upstream: Felix alone drops them; its manifests and its operator set `Accept`.
    pub(in crate::language) fn endpoint_to_host(&self, node: Option<&str>) -> Result<EndpointToHost, Doubt> {
        match self.setting(node, "defaultEndpointToHostAction", |felix| felix.endpoint_to_host) {
            Setting::Is(action, _) => Ok(action),
            Setting::Unset if self.knows_environment() => Ok(EndpointToHost::Drop),
            Setting::Unset => Err(Doubt { text: String::from(UNSAID), places: Vec::new() }),
            Setting::OneOf(_, doubt) | Setting::Unread(doubt) => Err(doubt),
        }
    }
}

/// Why it is not known what becomes of packets from pods to their own node.
const UNSAID: &str = "the input does not say how Calico is installed: its manifests and its operator set `defaultEndpointToHostAction: Accept`, \
                      without which nodes drop packets of their own pods";

/// What Calico's operator sets of its agent: in its environment, and whether eBPF programs stand in for the packet filter. Upstream: `tigera/operator`,
/// `pkg/render/node.go` and `pkg/controller/installation/bpf.go`.
fn by_operator(bpf: Option<bool>, place: Place) -> (FelixConfiguration, Place) {
    (FelixConfiguration { endpoint_to_host: Some(EndpointToHost::Accept), bpf, ..FelixConfiguration::default() }, place)
}

/// What translates addresses on nodes, if Calico's eBPF programs do.
pub(crate) fn dataplane<'a>(resources: impl Iterator<Item = (DocumentId, &'a Resource)>) -> Option<Dataplane> {
    let resources: Vec<(DocumentId, &Resource)> = resources.collect();
    let configurations = Configurations::of(&resources);
    let by_environment = configurations.environment.iter().find_map(|(felix, _)| felix.bpf);
    let by_objects = || {
        resources.iter().any(|(_, resource)| match resource.kind.calico() {
            Some(Calico::Felix(felix)) => felix.bpf == Some(true) && felix.nodes.is_none(),
            Some(Calico::Release(release)) => release.bpf,
            _ => false,
        })
    };
    let returns = |felix: &FelixConfiguration| felix.direct_return;
    let any = || resources.iter().any(|(_, r)| matches!(r.kind.calico(), Some(Calico::Felix(felix)) if returns(felix) == Some(true)));
    let direct = || configurations.environment.iter().find_map(|(felix, _)| returns(felix)).unwrap_or_else(any);
    by_environment.unwrap_or_else(by_objects).then(|| if direct() { Dataplane::EbpfDsr } else { Dataplane::Ebpf })
}
