//! The pods of the ingress controller, which open the connections that Ingresses are about.
//!
//! An Ingress does nothing without a controller, so there is one. Where its pods are in the input, they are known by their image or labels, and one of them
//! stands for all of it. Where only its Service is, its namespace is known, and the labels that the Service asks for. Else nothing is, but that every namespace has the
//! label with its name; so too where several controllers serve Ingresses. Upstream: "Ingress controllers" of the Kubernetes documentation.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::language::{Kind, PodTemplate, Resource, WorkloadKind};
use crate::model::{Labels, UnknownLabels, ValueShape, well_known};
use crate::settings::UnlistedController;
use crate::snapshot::{Namespace, NamespaceId, OwnerKind, PodEndpoint, Role, Served, Snapshot};
use crate::text::{DocumentId, Place};

/// The name of what stands for the controller.
const NAME: &str = "ingress-controller";
/// Last parts of images of controllers.
const IMAGES: [&str; 8] = [
    "ingress-nginx/controller",
    "nginx-ingress-controller",
    "nginx-ingress",
    "traefik",
    "haproxy-ingress",
    "kubernetes-ingress",
    "kong",
    "kong-gateway",
];
/// Values of `app.kubernetes.io/name` of controllers.
const APP_NAMES: [&str; 7] =
    ["ingress-nginx", "traefik", "haproxy-ingress", "kubernetes-ingress", "nginx-ingress", "kong", "nginx-ingress-controller"];
/// What is in the name or namespace of a controller's Service.
const SERVICE_WORDS: [&str; 7] = ["ingress-nginx", "nginx-ingress", "traefik", "haproxy-ingress", "projectcontour", "kong", "app-routing"];

/// Adds one endpoint that stands for the controller.
pub(super) fn add(
    resources: &[(DocumentId, &Resource)],
    namespaces: &BTreeMap<&str, NamespaceId>,
    unlisted: UnlistedController,
    place: Place,
    snapshot: &mut Snapshot,
) {
    let known = match unlisted {
        UnlistedController::Anything => the_only_one(snapshot),
        UnlistedController::Unlabelled => None,
    };
    if let Some(endpoint) = known {
        snapshot.add_stand_in(OwnerKind::IngressController, NAME, PodEndpoint { role: Role::IngressController, ..endpoint });
        return;
    }
    let by_service = match unlisted {
        UnlistedController::Anything => of_service(resources, namespaces, snapshot),
        UnlistedController::Unlabelled => None,
    };
    let others = unlisted == UnlistedController::Anything;
    let (namespace, labels) = by_service.unwrap_or_else(|| {
        let keys = if others { alloc::vec![(well_known::NAMESPACE_NAME.into(), ValueShape::Any)] } else { Vec::new() };
        let unknown = UnknownLabels { keys, others };
        snapshot.namespaces.push(Namespace { name: String::new(), labels: Labels::default(), unknown, given: None });
        (NamespaceId::last(&snapshot.namespaces), Labels::default())
    });
    let unknown = UnknownLabels { keys: Vec::new(), others };
    let endpoint = PodEndpoint { unknown, ..PodEndpoint::stand_in(Role::IngressController, namespace, NAME, labels, place) };
    snapshot.add_stand_in(OwnerKind::IngressController, NAME, endpoint);
}

/// A pod of the controller that serves Ingresses, if it is the same for all.
fn the_only_one(snapshot: &Snapshot) -> Option<PodEndpoint> {
    let served = || snapshot.ingress_objects.iter().map(|object| &object.served).filter(|served| !matches!(served, Served::Gateway));
    let Some(Served::By(pods)) = served().find(|served| !matches!(served, Served::Nobody(_))) else { return None };
    let is_same = served().all(|served| matches!(served, Served::Nobody(_)) || matches!(served, Served::By(others) if others == pods));
    pods.first().filter(|_| is_same).and_then(|id| snapshot.pod(*id)).cloned()
}

/// The pods of a resource, if they are a controller's.
pub(super) fn controller(resource: &Resource) -> Option<&PodTemplate> {
    let template = match &resource.kind {
        Kind::Pod(pod) if !pod.terminated => &pod.template,
        Kind::Workload(workload) if !matches!(workload.kind, WorkloadKind::Job | WorkloadKind::CronJob) => &workload.template,
        _ => return None,
    };
    let by_image = template.programs.iter().any(|program| {
        let path = program.image.split('@').next().unwrap_or_default();
        let path = path.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(path, |(path, _)| path);
        let of_contour = path.ends_with("envoyproxy/envoy") && resource.meta.namespace.as_deref() == Some("projectcontour");
        let ends = |image: &str| path.strip_suffix(image).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
        of_contour || IMAGES.iter().any(|image| ends(image))
    });
    let by_labels = template.labels.get("app.kubernetes.io/name").is_some_and(|name| APP_NAMES.contains(&name))
        && template.labels.get("app.kubernetes.io/component").is_none_or(|component| component == "controller");
    (by_image || by_labels).then_some(template)
}

/// The namespace of a controller's Service, behind which no pod of the input stands, and the labels that it asks for.
fn of_service(
    resources: &[(DocumentId, &Resource)],
    namespaces: &BTreeMap<&str, NamespaceId>,
    snapshot: &Snapshot,
) -> Option<(NamespaceId, Labels)> {
    resources.iter().find_map(|(_, resource)| {
        let Kind::Service(service) = &resource.kind else { return None };
        let selector = service.selector.as_ref()?;
        let (namespace, name) = (resource.meta.namespace.as_deref()?, &*resource.meta.name);
        let named = SERVICE_WORDS.iter().any(|word| namespace.contains(word) || name.contains(word));
        let inner = ["admission", "metrics", "webhook"].iter().any(|word| name.contains(word));
        let serves_web = service.ports.iter().any(|p| matches!(p.port, 80 | 443));
        let id = *namespaces.get(namespace)?;
        let has_pods = snapshot
            .endpoints
            .iter()
            .any(|e| e.role == Role::Pod && e.namespace == id && selector.iter().all(|(key, value)| e.labels.get(key) == Some(value)));
        (named && !inner && serves_web && !has_pods).then(|| (id, selector.clone()))
    })
}
