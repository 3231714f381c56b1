//! LINT039 and AZ029: what ends or has ended, as of the day that the settings give. Upstream: `crate::facts`, docs/azure.md 4.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::facts::{self, Nearness, Subject};
use crate::language::Kind;
use crate::language::azure::inventory::cluster_features;
use crate::language::azure::{AddressSku, Azure};
use crate::language::codes::AZ_RETIRED;
use crate::path::HTTP_ROUTING_CLASS;
use crate::snapshot::cloud::CloudCluster;
use crate::snapshot::cloud::Feature;
use crate::text::Place;

const CODE: Code = Code("LINT039");
/// The class of the NGINX that the application routing add-on manages.
const APP_ROUTING_CLASS: &str = "webapprouting.kubernetes.azure.com";

/// What a feature of a cluster has to do with what ends.
const OF_FEATURES: &[(Feature, Subject)] = &[
    (Feature::HttpRouting, Subject::HttpRouting),
    (Feature::AppRouting, Subject::AppRoutingNginx),
    (Feature::BasicBalancer, Subject::BasicBalancer),
    (Feature::AvailabilitySet, Subject::AvailabilitySet),
    (Feature::OpenServiceMesh, Subject::OpenServiceMesh),
    (Feature::Windows2019, Subject::Windows2019),
    (Feature::Windows2022, Subject::Windows2022),
    (Feature::Kubenet, Subject::Kubenet),
];

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let mut said: Vec<Subject> = Vec::new();
    for (class, subject) in [(HTTP_ROUTING_CLASS, Subject::HttpRouting), (APP_ROUTING_CLASS, Subject::AppRoutingNginx)] {
        if ingresses(analysis, class, subject, found) {
            said.push(subject);
        }
    }
    for cluster in &analysis.snapshot().cloud.clusters {
        of_cluster(analysis, cluster, &mut said, found);
    }
    let mut once = |subject: Subject, place: Option<Place>| {
        if let Some(place) = place.filter(|_| !said.contains(&subject)) {
            said.push(subject);
            found.extend(told(analysis, AZ_RETIRED, subject, place, None));
        }
    };
    once(Subject::BasicAddress, basic_address(analysis));
    once(Subject::ApplicationGatewayV1, analysis.snapshot().cloud.gateways.iter().find(|g| g.first_version).map(|g| g.place));
    once(Subject::IngressNginx, ingress_nginx(analysis));
}

/// A fact that is told at a place; `lead` says who is concerned.
fn told(analysis: &Analysis, code: Code, subject: Subject, place: Place, lead: Option<String>) -> Option<Diagnostic> {
    let today = analysis.settings().today;
    let fact = facts::about(subject)?;
    // New subscriptions cannot begin with it even before its end; the project ingress-nginx is not Azure's, and its pods run on.
    let severity = match (subject, fact.nearness(today)) {
        (Subject::IngressNginx, _) => Severity::Note,
        (Subject::NpmOnWindows, _) | (_, Nearness::Past | Nearness::Near) => Severity::Warning,
        (_, Nearness::Far) => Severity::Note,
    };
    let sentence = fact.sentence(today);
    let message = match lead {
        Some(lead) => format!("{lead}: {sentence}"),
        None => sentence,
    };
    Some(Diagnostic::at(code, severity, Some(place), message).help(fact.advice()))
}

/// Ingresses of a class whose controller ends, said once.
fn ingresses(analysis: &Analysis, class: &str, subject: Subject, found: &mut Vec<Diagnostic>) -> bool {
    let of_class: Vec<_> = analysis.snapshot().ingress_objects.iter().filter(|i| i.spec.class.as_deref() == Some(class)).collect();
    let Some(first) = of_class.iter().min_by_key(|i| i.place) else { return false };
    let lead = match of_class.len() {
        1 => format!("Ingress `{}`", first.name),
        many => format!("Ingress `{}` and {} more", first.name, many - 1),
    };
    found.extend(told(analysis, CODE, subject, first.place, Some(format!("{lead} of class `{class}`"))));
    true
}

fn of_cluster(analysis: &Analysis, cluster: &CloudCluster, said: &mut Vec<Subject>, found: &mut Vec<Diagnostic>) {
    let features = cluster_features(cluster);
    let place_of = |wanted: Feature| features.iter().find(|(feature, _)| *feature == wanted).map(|(_, place)| *place);
    let mut once = |subject: Subject, place: Place| {
        if !said.contains(&subject) {
            said.push(subject);
            found.extend(told(analysis, AZ_RETIRED, subject, place, Some(format!("`{}`", cluster.name))));
        }
    };
    for (feature, subject) in OF_FEATURES {
        // The managed NGINX is not what the add-on's Gateway API needs.
        let only_gateway = *feature == Feature::AppRouting && place_of(Feature::AppRoutingIstio).is_some();
        if let Some(place) = place_of(*feature).filter(|_| !only_gateway) {
            once(*subject, place);
        }
    }
    let Some(policy) = place_of(Feature::AzurePolicy) else { return };
    if let Some(windows) = cluster.pools.iter().find(|pool| pool.windows) {
        once(Subject::NpmOnWindows, windows.place);
    }
    if cluster.pools.iter().any(|pool| !pool.windows) {
        once(Subject::NpmOnLinux, policy);
    }
}

/// A Basic public address: one of its own, or that of a machine.
fn basic_address(analysis: &Analysis) -> Option<Place> {
    let mut resources = analysis.loaded().resources();
    let basic = resources.find_map(|(document, resource)| match &resource.kind {
        Kind::Azure(azure) => match &**azure {
            Azure::PublicAddress(public) if public.sku == AddressSku::Basic => Some(resource.span.within(document)),
            _ => None,
        },
        _ => None,
    });
    basic.or_else(|| analysis.snapshot().cloud.interfaces.iter().find(|i| i.public == Some(AddressSku::Basic)).map(|i| i.place))
}

/// Pods of ingress-nginx, as its manifests label them.
fn ingress_nginx(analysis: &Analysis) -> Option<Place> {
    let labelled = |labels: &crate::model::Labels| labels.get("app.kubernetes.io/name") == Some("ingress-nginx");
    analysis.snapshot().pods().find(|(_, endpoint)| labelled(&endpoint.labels)).map(|(_, endpoint)| endpoint.place)
}
