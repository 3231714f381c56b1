//! AZ029: what ends or has ended, as of the day that the settings give.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::ends::{CLASSES, told};
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::facts::Subject;
use crate::language::azure::inventory::cluster_features;
use crate::language::azure::{AddressSku, Azure};
use crate::model::Labels;
use crate::snapshot::cloud::{CloudCluster, Feature};
use crate::text::Place;

const CODE: Code = Code("AZ029");

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

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Note],
    title: "something that ends or was retired, as of the day given: [the table](azure.md#4-what-ends)",
    advice: "what to use in its place is in the finding",
    explanation: r#"A warning if the end is near or past, else a note. The day of today is a setting; no verdict rests on it."#,
    bad: r#"az aks create -g g -n c --network-plugin kubenet --network-policy calico # here
"#,
    good: r#"az aks create -g g -n c --network-plugin azure --network-plugin-mode overlay --network-policy calico --network-dataplane azure
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    // What LINT039 says of Ingresses is not said again of the cluster.
    let is_said = |class: &str| snapshot.ingress_objects.iter().any(|i| i.spec.class.as_deref() == Some(class));
    let mut said: Vec<Subject> = CLASSES.into_iter().filter(|(class, _)| is_said(class)).map(|(_, subject)| subject).collect();
    for cluster in &snapshot.cloud.clusters {
        of_cluster(input, cluster, &mut said, found);
    }
    let mut once = |subject: Subject, place: Option<Place>| {
        if let Some(place) = place.filter(|_| !said.contains(&subject)) {
            said.push(subject);
            found.extend(told(input, CODE, subject, place, None));
        }
    };
    once(Subject::BasicAddress, basic_address(input));
    once(Subject::ApplicationGatewayV1, snapshot.cloud.gateways.iter().find(|g| g.first_version).map(|g| g.place));
    once(Subject::IngressNginx, ingress_nginx(input));
}

fn of_cluster(input: &LintInput<'_>, cluster: &CloudCluster, said: &mut Vec<Subject>, found: &mut Vec<Diagnostic>) {
    let features = cluster_features(cluster);
    let place_of = |wanted: Feature| features.iter().find(|(feature, _)| *feature == wanted).map(|(_, place)| *place);
    let mut once = |subject: Subject, place: Place| {
        if !said.contains(&subject) {
            said.push(subject);
            found.extend(told(input, CODE, subject, place, Some(format!("`{}`", cluster.name))));
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
fn basic_address(input: &LintInput<'_>) -> Option<Place> {
    let mut resources = input.loaded.resources();
    let basic = resources.find_map(|(document, resource)| match resource.kind.azure()? {
        Azure::PublicAddress(public) if public.sku == AddressSku::Basic => Some(resource.span.within(document)),
        _ => None,
    });
    basic.or_else(|| input.snapshot.cloud.interfaces.iter().find(|i| i.public == Some(AddressSku::Basic)).map(|i| i.place))
}

/// Pods of ingress-nginx, as its manifests label them.
fn ingress_nginx(input: &LintInput<'_>) -> Option<Place> {
    let labelled = |labels: &Labels| labels.get("app.kubernetes.io/name") == Some("ingress-nginx");
    input.snapshot.pods().find(|(_, endpoint)| labelled(&endpoint.labels)).map(|(_, endpoint)| endpoint.place)
}
