//! **Which paths differ between two versions?** For every Service and Ingress, how much of each client's connections arrives, before and after.
//!
//! Flows between pods may stay as they are while a Service loses a port, an endpoint or its front end; and of a Service that flows differ for, people want
//! to know how many of its clients still reach it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Analysis;
use crate::endpoints::{INTERNET, workload_title, workloads};
use crate::model::Protocol;
use crate::path::{Asked, PathVerdict};
use crate::snapshot::{Service, ServiceType, Snapshot};

/// So many paths are followed in each version.
pub const MOST_PATHS: usize = 20_000;

/// A Service or Ingress that some clients reach in another way.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PathDifference {
    /// The target as `path` takes it: `svc/shop/cart`, `ingress/shop/front`.
    pub to: String,
    /// The port of the Service; nothing for an Ingress.
    pub port: Option<u16>,
    /// The protocol.
    pub protocol: Protocol,
    /// How many clients reach it in the older version.
    pub before: Reached,
    /// How many do in the newer one.
    pub after: Reached,
    /// Those for whom it is not the same.
    pub differing: Vec<ClientDifference>,
}

/// How many clients reach a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Reached {
    /// How many clients there are, if there is the target.
    pub clients: usize,
    /// How many of them reach it with all of their connections.
    pub fully: usize,
}

impl Reached {
    fn count(&mut self, verdict: Option<PathVerdict>) {
        self.clients += usize::from(verdict.is_some());
        self.fully += usize::from(verdict == Some(PathVerdict::Allowed));
    }
}

/// A client that reaches a target in another way than before.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ClientDifference {
    /// A workload by its title, or `internet`.
    pub from: String,
    /// How it was; nothing if the older version does not have both.
    pub before: Option<PathVerdict>,
    /// How it is; nothing if the newer version does not have both.
    pub after: Option<PathVerdict>,
}

/// There are more paths than are followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyPaths(pub usize);

/// What is asked about, and from where.
#[derive(Default)]
struct Targets {
    by_name: BTreeMap<(String, Option<u16>, Protocol), From>,
    workloads: BTreeSet<String>,
}

/// Who is asked about.
#[derive(Clone, Copy, Default)]
struct From {
    internet: bool,
    workloads: bool,
}

impl Targets {
    fn add(&mut self, snapshot: &Snapshot) {
        self.workloads.extend(workloads(snapshot).map(|id| workload_title(snapshot, id)));
        for service in &snapshot.services {
            let name = format!("svc/{}/{}", snapshot.namespace_name(service.namespace), service.name);
            for port in &service.ports {
                self.note((name.clone(), Some(port.port), port.protocol), From { internet: is_exposed(service), workloads: true });
            }
        }
        for ingress in &snapshot.ingress_objects {
            let name = format!("ingress/{}/{}", snapshot.namespace_name(ingress.namespace), ingress.name);
            self.note((name, None, Protocol::TCP), From { internet: true, workloads: false });
        }
    }

    fn note(&mut self, target: (String, Option<u16>, Protocol), from: From) {
        let known = self.by_name.entry(target).or_default();
        *known = From { internet: known.internet || from.internet, workloads: known.workloads || from.workloads };
    }

    fn clients(&self, from: From) -> impl Iterator<Item = &str> {
        let all = self.workloads.iter().filter(move |_| from.workloads).map(String::as_str);
        from.internet.then_some(INTERNET).into_iter().chain(all)
    }
}

fn is_exposed(service: &Service) -> bool {
    matches!(service.service_type, ServiceType::NodePort | ServiceType::LoadBalancer)
}

impl Analysis {
    /// Which clients reach Services and Ingresses in another way than in a newer version: every workload, and the Internet where something is exposed to it.
    /// Clients of one difference are in the order of their titles, the Internet first.
    ///
    /// # Errors
    /// When these are more than [`MOST_PATHS`].
    pub fn path_differences(&self, newer: &Analysis) -> Result<Vec<PathDifference>, TooManyPaths> {
        let mut targets = Targets::default();
        targets.add(&self.snapshot);
        targets.add(&newer.snapshot);
        let count = targets.by_name.values().map(|from| targets.clients(*from).count()).sum();
        if count > MOST_PATHS {
            return Err(TooManyPaths(count));
        }
        let mut found = Vec::new();
        for ((to, port, protocol), from) in &targets.by_name {
            let mut difference = PathDifference {
                to: to.clone(),
                port: *port,
                protocol: *protocol,
                before: Reached::default(),
                after: Reached::default(),
                differing: Vec::new(),
            };
            for client in targets.clients(*from) {
                let asked = Asked { from: client, to, port: *port, protocol: *protocol, entry: None, node: None };
                // What cannot be asked is not there.
                let [before, after] = [self, newer].map(|version| version.path(&asked).ok().map(|answer| answer.verdict));
                difference.before.count(before);
                difference.after.count(after);
                if before != after {
                    difference.differing.push(ClientDifference { from: client.to_string(), before, after });
                }
            }
            if !difference.differing.is_empty() {
                found.push(difference);
            }
        }
        Ok(found)
    }
}
