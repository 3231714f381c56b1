//! Which controller serves an Ingress: by its class, the IngressClasses, and the arguments of the controllers of the input.
//!
//! Upstream: "Ingress class" of the Kubernetes documentation; `docs/user-guide/k8s-122-migration.md` and `docs/user-guide/multiple-ingress.md` of
//! `kubernetes/ingress-nginx`.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::ingress_controller::controller;
use crate::language::{IngressClass, Kind, PodTemplate, Resource};
use crate::model::{Operator, Requirement};
use crate::policy::Matched;
use crate::snapshot::{IngressObject, IngressSpec, Namespace, PodId, Served, Snapshot};
use crate::text::{DocumentId, Span};

/// A project that has an ingress controller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Family {
    IngressNginx,
    F5,
    Traefik,
    HaproxyIngress,
    HaproxyTech,
    Kong,
    Contour,
    Istio,
    /// Load balancers outside the cluster.
    Cloud,
    /// Application gateways of Azure.
    Gateway,
}

/// Families, the names that their classes usually have, and how `controller` of such a class begins.
const FAMILIES: [(Family, &[&str], &str); 15] = [
    (Family::IngressNginx, &["nginx"], "k8s.io/ingress-nginx"),
    (Family::IngressNginx, &["webapprouting.kubernetes.azure.com"], "webapprouting.kubernetes.azure.com/nginx"),
    (Family::IngressNginx, &["addon-http-application-routing"], "k8s.io/nginx"),
    (Family::F5, &["nginx"], "nginx.org/ingress-controller"),
    (Family::Traefik, &["traefik"], "traefik.io/ingress-controller"),
    (Family::HaproxyIngress, &["haproxy"], "haproxy-ingress.github.io/controller"),
    (Family::HaproxyTech, &["haproxy"], "haproxy.org/ingress-controller"),
    (Family::Kong, &["kong"], "ingress-controllers.konghq.com/kong"),
    (Family::Contour, &["contour"], "projectcontour.io/"),
    (Family::Istio, &["istio"], "istio.io/ingress-controller"),
    (Family::Cloud, &["alb"], "ingress.k8s.aws/alb"),
    (Family::Cloud, &["alb"], "eks.amazonaws.com/alb"),
    (Family::Cloud, &["gce", "gce-internal"], "k8s.io/ingress-gce"),
    (Family::Gateway, &["azure-application-gateway", "azure/application-gateway"], "azure/application-gateway"),
    (Family::Gateway, &["azure-alb-external"], "alb.networking.azure.io/alb-controller"),
];

/// Ends of images, and values of `app.kubernetes.io/name`, by which families are known; the longer ones first.
const PROGRAMS: [(&str, Family); 12] = [
    ("ingress-nginx/controller", Family::IngressNginx),
    ("nginx-ingress-controller", Family::IngressNginx),
    ("ingress-nginx", Family::IngressNginx),
    ("nginx-ingress", Family::F5),
    ("traefik", Family::Traefik),
    ("haproxy-ingress", Family::HaproxyIngress),
    ("kubernetes-ingress-controller", Family::Kong),
    ("kubernetes-ingress", Family::HaproxyTech),
    ("kong", Family::Kong),
    ("kong-gateway", Family::Kong),
    ("contour", Family::Contour),
    ("envoy", Family::Contour),
];

fn is_named(family: Family, class: &str) -> bool {
    FAMILIES.iter().any(|(of, names, _)| *of == family && names.contains(&class))
}

fn is_usual_name(class: &str) -> bool {
    FAMILIES.iter().any(|(_, names, _)| names.contains(&class))
}

fn family_of(controller: &str) -> Option<Family> {
    FAMILIES.iter().find(|(_, _, start)| controller.starts_with(start)).map(|(family, ..)| *family)
}

/// A controller of the input, with all its pods.
struct Controller<'a> {
    family: Option<Family>,
    title: String,
    /// Its namespace.
    namespace: String,
    args: Vec<&'a str>,
    pods: Vec<PodId>,
}

impl<'a> Controller<'a> {
    fn of(template: &'a PodTemplate, namespace: &str, name: &str, pods: Vec<PodId>) -> Self {
        let by_image = template.programs.iter().find_map(|program| {
            let path = program.image.split('@').next().unwrap_or_default();
            let path = path.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(path, |(path, _)| path);
            PROGRAMS.iter().find(|(end, _)| path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')))
        });
        let by_label = || template.labels.get("app.kubernetes.io/name").and_then(|name| PROGRAMS.iter().find(|(known, _)| *known == name));
        let family = by_image.or_else(by_label).map(|(_, family)| *family);
        let args = template.programs.iter().flat_map(|program| program.args.iter().map(|arg| &**arg)).collect();
        Controller { family, title: format!("{namespace}/{name}"), namespace: namespace.into(), args, pods }
    }

    /// The value of an option, as `--name=value` or as the next argument; an option alone is `true`.
    fn option(&self, name: &str) -> Option<&'a str> {
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            let Some(rest) = arg.trim_start_matches('-').strip_prefix(name).filter(|_| arg.starts_with('-')) else { continue };
            match rest.strip_prefix('=') {
                Some(value) => return Some(value.trim_matches(['"', '\'']).trim()),
                None if rest.is_empty() => return Some(args.next().filter(|next| !next.starts_with('-')).map_or("true", |next| *next)),
                None => {}
            }
        }
        None
    }

    fn is_set(&self, name: &str) -> bool {
        self.option(name).is_some_and(|value| matches!(value, "true" | "1" | "t" | "T" | "TRUE" | "True"))
    }

    /// Whether it looks at Ingresses of a namespace. Upstream: `docs/user-guide/cli-arguments.md` of `kubernetes/ingress-nginx`, `--watch-namespace`; the
    /// other projects' arguments of the same meaning.
    fn watches(&self, namespace: &Namespace) -> Matched {
        let named = ["watch-namespace", "providers.kubernetesingress.namespaces"].into_iter().find_map(|name| self.option(name));
        if let Some(list) = named.filter(|list| !list.is_empty() && *list != "true") {
            let is_it = |name: &str| match name {
                "$(POD_NAMESPACE)" => self.namespace == namespace.name,
                name => name == namespace.name,
            };
            let is_open = list.replace("$(POD_NAMESPACE)", "").contains(['$', '{']);
            return match list.split(',').any(|name| is_it(name.trim())) {
                true => Matched::Yes,
                false if is_open => Matched::Possibly,
                false => Matched::No,
            };
        }
        let Some(selector) = self.option("watch-namespace-selector").filter(|text| !text.is_empty()) else { return Matched::Yes };
        let judged = selector
            .split(',')
            .map(|part| asks_for(part.trim()).map(|requirement| requirement.judge(&namespace.labels, &namespace.unknown)));
        match judged.map(|one| one.unwrap_or((false, true))).fold((true, true), |(a, b), (c, d)| (a && c, b && d)) {
            (true, _) => Matched::Yes,
            (false, true) => Matched::Possibly,
            (false, false) => Matched::No,
        }
    }

    /// Whether it serves an Ingress of a class in a namespace.
    fn takes(&self, class: &Class<'_>, namespace: &Namespace) -> Matched {
        match (self.serves(class), self.watches(namespace)) {
            (Matched::No, _) | (_, Matched::No) => Matched::No,
            (Matched::Yes, Matched::Yes) => Matched::Yes,
            _ => Matched::Possibly,
        }
    }

    /// Whether it serves Ingresses of a class.
    fn serves(&self, class: &Class<'_>) -> Matched {
        let yes = |yes: bool| if yes { Matched::Yes } else { Matched::No };
        match (self.family, class) {
            (Some(Family::IngressNginx), class) => self.nginx_serves(class),
            (Some(Family::Traefik), Class::None) => yes(self.option("providers.kubernetesingress.ingressclass").is_none()),
            (_, Class::None) | (None, _) => Matched::Possibly,
            (Some(own), Class::Of { controller, .. }) => yes(family_of(controller) == Some(own)),
            (Some(own), Class::Named { name } | Class::Annotated { name }) => {
                let is_argument = |arg: &&str| arg.rsplit(['=', ' ']).next() == Some(*name);
                match is_named(own, name) || self.args.iter().any(is_argument) {
                    true => Matched::Yes,
                    false if is_usual_name(name) => Matched::No,
                    false => Matched::Possibly,
                }
            }
        }
    }

    fn nginx_serves(&self, class: &Class<'_>) -> Matched {
        let yes = |yes: bool| if yes { Matched::Yes } else { Matched::No };
        let own = self.option("ingress-class").unwrap_or("nginx");
        match *class {
            Class::None => yes(self.is_set("watch-ingress-without-class")),
            Class::Annotated { name } => yes(name == own),
            Class::Of { name, controller } => {
                let watched = self.option("controller-class").unwrap_or("k8s.io/ingress-nginx");
                // The managed NGINX of AKS names its class's controller after itself.
                let managed = name == own && family_of(controller) == Some(Family::IngressNginx);
                yes(controller == watched || managed || name == own && self.is_set("ingress-class-by-name"))
            }
            Class::Named { name } if name == own => Matched::Yes,
            Class::Named { name } if is_usual_name(name) && !is_named(Family::IngressNginx, name) => Matched::No,
            Class::Named { .. } => Matched::Possibly,
        }
    }
}

/// A requirement of a selector as it is written on command lines: `key=value`, `key!=value`, `key`, `!key`; nothing for other forms.
fn asks_for(text: &str) -> Option<Requirement> {
    if text.contains(['(', ')', ' ', '$', '{']) {
        return None;
    }
    let (key, operator) = match (text.split_once("!="), text.split_once('=')) {
        (Some((key, value)), _) => (key, Operator::NotIn(alloc::vec![value.into()])),
        (None, Some((key, value))) => (key, Operator::In(alloc::vec![value.trim_start_matches('=').into()])),
        (None, None) => match text.strip_prefix('!') {
            Some(key) => (key, Operator::DoesNotExist),
            None => (text, Operator::Exists),
        },
    };
    Some(Requirement { span: Span::default(), key: key.into(), operator })
}

/// The class of an Ingress, as far as it is known.
enum Class<'a> {
    /// It has none, and there is no default.
    None,
    /// By the annotation, which controllers compare with a name of their own.
    Annotated { name: &'a str },
    /// By its IngressClass.
    Of { name: &'a str, controller: &'a str },
    /// The IngressClass is not in the input.
    Named { name: &'a str },
}

impl<'a> Class<'a> {
    fn of(spec: &'a IngressSpec, classes: &BTreeMap<&'a str, &'a IngressClass>) -> Self {
        let object = |name: &'a str| match classes.get(name) {
            Some(class) => Class::Of { name, controller: &class.controller },
            None => Class::Named { name },
        };
        match spec.class.as_deref() {
            Some(name) if spec.class_annotated => Class::Annotated { name },
            Some(name) => object(name),
            None => classes.iter().find(|(_, class)| class.default).map_or(Class::None, |(name, _)| object(name)),
        }
    }

    /// The families that its names stand for.
    fn is_of(&self, family: Family) -> bool {
        match self {
            Class::None => false,
            Class::Of { controller, .. } => family_of(controller) == Some(family),
            Class::Annotated { name } | Class::Named { name } => is_named(family, name),
        }
    }

    fn words(&self) -> String {
        match self {
            Class::None => "it has no class".into(),
            Class::Annotated { name } | Class::Named { name } => format!("its class is `{name}`"),
            Class::Of { name, controller } => format!("its class `{name}` is served by controller `{controller}`"),
        }
    }
}

/// Says of every Ingress what serves it.
pub(super) fn serve(resources: &[(DocumentId, &Resource)], snapshot: &mut Snapshot) {
    let classes: BTreeMap<&str, &IngressClass> = resources.iter().filter_map(|(_, r)| Some((&*r.meta.name, class_of(&r.kind)?))).collect();
    let controllers = controllers(resources, snapshot);
    let mut objects = core::mem::take(&mut snapshot.ingress_objects);
    for object in &mut objects {
        let Some(namespace) = snapshot.namespace(object.namespace) else { continue };
        let class = Class::of(&object.spec, &classes);
        let served = served(&class, &controllers, !classes.is_empty(), namespace, || format!("{}/{}", namespace.name, object.name));
        object.of_nginx = is_of_nginx(object, &class, &served, &controllers);
        let by = controllers.iter().find(|c| matches!(&served, Served::By(pods) if c.pods == *pods));
        let nginx = by.filter(|c| c.family == Some(Family::IngressNginx) && !c.args.is_empty());
        // Upstream: `docs/user-guide/tls.md`, "SSL Passthrough": off, unless the controller is started with it.
        let passes_tls = nginx.is_none_or(|c| c.is_set("enable-ssl-passthrough"));
        let default = nginx.and_then(|c| c.option("default-backend-service")).filter(|name| !name.is_empty()).map(Into::into);
        object.spec.tls_passthrough &= passes_tls;
        object.default_backend = default;
        object.served = served;
    }
    snapshot.ingress_objects = objects;
}

fn class_of(kind: &Kind) -> Option<&IngressClass> {
    match kind {
        Kind::IngressClass(class) => Some(class),
        _ => None,
    }
}

/// The controllers of the input. Pods of the same namespace with the same arguments belong to one.
fn controllers<'a>(resources: &[(DocumentId, &'a Resource)], snapshot: &Snapshot) -> Vec<Controller<'a>> {
    let mut found: Vec<Controller<'a>> = Vec::new();
    for &(document, resource) in resources {
        let Some(template) = controller(resource) else { continue };
        let place = resource.span.within(document);
        let pods: Vec<PodId> = snapshot.pods().filter(|(_, pod)| pod.place == place).map(|(id, _)| id).collect();
        if pods.is_empty() {
            continue;
        }
        let namespace = pods.first().and_then(|id| snapshot.pod(*id)).map_or("", |pod| snapshot.namespace_name(pod.namespace));
        let new = Controller::of(template, namespace, &resource.meta.name, pods);
        let is_same = |known: &&mut Controller<'_>| known.namespace == namespace && known.args == new.args && known.family == new.family;
        match found.iter_mut().find(is_same) {
            Some(known) => known.pods.extend(new.pods),
            None => found.push(new),
        }
    }
    found
}

fn served(
    class: &Class<'_>,
    controllers: &[Controller<'_>],
    has_classes: bool,
    namespace: &Namespace,
    title: impl Fn() -> String,
) -> Served {
    if class.is_of(Family::Gateway) {
        return Served::Gateway;
    }
    let unknown = |why: String| Served::Unknown(format!("which controller serves Ingress `{}` is not known: {why}", title()).into());
    let of = |wanted: Matched| controllers.iter().filter(|c| c.takes(class, namespace) == wanted).collect::<Vec<_>>();
    let names = |of: &[&Controller<'_>]| of.iter().map(|c| format!("`{}`", c.title)).collect::<Vec<_>>().join(" and ");
    let (certain, possible) = (of(Matched::Yes), of(Matched::Possibly));
    match (certain.as_slice(), possible.as_slice()) {
        ([one], others) if others.is_empty() || !matches!(class, Class::None) => return Served::By(one.pods.clone()),
        ([], []) => {}
        ([], [one]) if matches!(class, Class::Named { .. }) => {
            return unknown(format!("{}, whose IngressClass is not in the input, and `{}` may be another's", class.words(), one.title));
        }
        (certain, possible) => {
            let all: Vec<&Controller<'_>> = certain.iter().chain(possible).copied().collect();
            return unknown(format!("{}, and {} may serve it", class.words(), names(&all)));
        }
    }
    let blind: Vec<&Controller<'_>> = controllers.iter().filter(|c| c.serves(class) == Matched::Yes).collect();
    if !blind.is_empty() {
        return unknown(format!("{} would serve its class, and does not watch namespace `{}`", names(&blind), namespace.name));
    }
    let all: Vec<&Controller<'_>> = controllers.iter().collect();
    match class {
        _ if controllers.is_empty() && class.is_of(Family::Cloud) => {
            unknown(format!("{}, a load balancer outside the cluster, and the addresses from which it connects are not in the input", class.words()))
        }
        _ if controllers.is_empty() => Served::Unlisted,
        Class::None if has_classes => Served::Nobody(
            format!(
                "no controller of the input serves Ingress `{}`: it has no class, no IngressClass is the default, and {} ignores Ingresses without a \
                 class",
                title(),
                names(&all)
            )
            .into(),
        ),
        Class::None => unknown(format!("it has no class, {} ignores such Ingresses, and a default IngressClass is not in the input", names(&all))),
        _ => unknown(format!("{}, which is not in the input; {} ignores it", class.words(), names(&all))),
    }
}

/// Whether ingress-nginx serves an Ingress, as far as it is known: by its controller, its class, or annotations that only ingress-nginx reads.
fn is_of_nginx(object: &IngressObject, class: &Class<'_>, served: &Served, controllers: &[Controller<'_>]) -> bool {
    match served {
        Served::By(pods) => {
            let by = controllers.iter().find(|c| c.pods == *pods);
            by.is_some_and(|c| c.family == Some(Family::IngressNginx))
        }
        Served::Unlisted => {
            let is_other = object.spec.alters.iter().any(|name| name.starts_with("nginx.org/"));
            class.is_of(Family::IngressNginx) && !is_other
                || matches!(class, Class::Of { controller, .. } if controller.starts_with("k8s.io/"))
        }
        Served::Gateway | Served::Unknown(_) | Served::Nobody(_) => false,
    }
}
