//! Reads pods, and the workloads that make them.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashSet;

use crate::diagnostics::Severity;
use crate::document::{Entry, NodeRef, Value};
use crate::language::calico::environment;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::{ContainerPort, Owner, Pod, PodInterfaces, PodTemplate, Program, Readiness, Replicas, Workload, WorkloadKind, codes};
use crate::model::{LabelSelector, Labels, Operator, Requirement};
use crate::snapshot::Toleration;
use crate::text::Span;

/// Fields of a PodSpec that do not matter to policy.
const POD_SPEC: &[&str] = &[
    "activeDeadlineSeconds",
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "enableServiceLinks",
    "ephemeralContainers",
    "hostAliases",
    "hostIPC",
    "hostPID",
    "hostUsers",
    "hostname",
    "hostnameOverride",
    "imagePullSecrets",
    "nodeSelector",
    "os",
    "overhead",
    "preemptionPolicy",
    "priority",
    "priorityClassName",
    "readinessGates",
    "resourceClaims",
    "resources",
    "restartPolicy",
    "runtimeClassName",
    "schedulerName",
    "schedulingGates",
    "schedulingGroup",
    "securityContext",
    "setHostnameAsFQDN",
    "shareProcessNamespace",
    "subdomain",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
    "volumes",
    "workloadRef",
];

/// Fields of a container that do not matter to policy.
const CONTAINER: &[&str] = &[
    "args",
    "command",
    "env",
    "envFrom",
    "image",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "name",
    "readinessProbe",
    "resizePolicy",
    "resources",
    "restartPolicyRules",
    "securityContext",
    "startupProbe",
    "stdin",
    "stdinOnce",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "volumeDevices",
    "volumeMounts",
    "workingDir",
];

/// Fields of the metadata of a template that do not matter to policy.
const TEMPLATE_METADATA: &[&str] = &[
    "clusterName",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Fields of the spec of each kind of workload that do not matter to policy.
const fn workload_fields(kind: WorkloadKind) -> &'static [&'static str] {
    match kind {
        WorkloadKind::Rollout | WorkloadKind::CloneSet | WorkloadKind::DeploymentConfig => &[],
        WorkloadKind::Deployment => {
            &["minReadySeconds", "paused", "progressDeadlineSeconds", "revisionHistoryLimit", "rollbackTo", "strategy"]
        }
        WorkloadKind::ReplicaSet | WorkloadKind::ReplicationController => &["minReadySeconds"],
        WorkloadKind::StatefulSet => &[
            "minReadySeconds",
            "ordinals",
            "persistentVolumeClaimRetentionPolicy",
            "podManagementPolicy",
            "revisionHistoryLimit",
            "serviceName",
            "updateStrategy",
            "volumeClaimTemplates",
        ],
        WorkloadKind::DaemonSet => &["minReadySeconds", "revisionHistoryLimit", "templateGeneration", "updateStrategy"],
        WorkloadKind::Job => &[
            "activeDeadlineSeconds",
            "backoffLimit",
            "backoffLimitPerIndex",
            "completionMode",
            "completions",
            "managedBy",
            "manualSelector",
            "maxFailedIndexes",
            "podFailurePolicy",
            "podReplacementPolicy",
            "successPolicy",
            "ttlSecondsAfterFinished",
        ],
        WorkloadKind::CronJob => &[
            "concurrencyPolicy",
            "failedJobsHistoryLimit",
            "schedule",
            "startingDeadlineSeconds",
            "successfulJobsHistoryLimit",
            "timeZone",
        ],
    }
}

/// The account of pods that name none.
const DEFAULT_ACCOUNT: &str = "default";
/// Words of a command line that are kept.
const MOST_ARGUMENTS: usize = 100;
/// What Go's 32-bit counters hold.
const MOST_REPLICAS: i64 = i32::MAX as i64;

impl<'a> Reader<'a> {
    /// A Pod: its spec, its status with whether it is being deleted, and what its metadata said.
    pub(in crate::language) fn pod(
        &mut self,
        spec: &Slot<'a, '_>,
        (status, leaving): (&Slot<'a, '_>, bool),
        labels: (Labels, Span),
        owner: Option<Owner>,
    ) -> Pod {
        let template = PodTemplate { labels: labels.0, labels_span: labels.1, ..self.pod_spec(spec) };
        let mut pod = Pod { template, addresses: Vec::new(), host_address: None, owner, terminated: false, readiness: Readiness::Ready };
        if leaving {
            pod.readiness = Readiness::Leaving;
        }
        // The status is written by the cluster; what is in it beyond these fields is left alone.
        let Some(node) = status.value() else { return pod };
        if !status.is_mapping() {
            self.expected(status, "a mapping");
            return pod;
        }
        let field = |name: &'static str| {
            let value = node.get(name);
            Slot { path: status.path.field(name), node: value, at: value.map_or(status.at, |v| v.span()), key: status.key }
        };
        let phase = field("phase");
        let phase = self.text(&phase);
        pod.terminated = matches!(phase, Some("Succeeded" | "Failed"));
        if !is_ready(node, phase) {
            pod.readiness = Readiness::NotReady;
        }
        let host = field("hostIP");
        pod.host_address = self.address(&host);
        let all = field("podIPs");
        for item in self.items(&all) {
            let Some([ip]) = self.fields(&item, ["ip"], &[]) else { continue };
            pod.addresses.extend(self.address(&ip));
        }
        let single = field("podIP");
        if let Some(address) = self.address(&single)
            && !pod.addresses.contains(&address)
        {
            pod.addresses.insert(0, address);
        }
        pod
    }

    /// A PodSpec, without labels, which are not in it.
    fn pod_spec(&mut self, spec: &Slot<'a, '_>) -> PodTemplate {
        let mut template = PodTemplate { service_account: DEFAULT_ACCOUNT.into(), ..PodTemplate::default() };
        let known = ["containers", "initContainers", "hostNetwork", "nodeName", "serviceAccountName", "serviceAccount", "dnsPolicy"];
        let Some([containers, init_containers, host_network, node, account, old_account, dns]) = self.fields(spec, known, POD_SPEC) else {
            if !spec.is_set() {
                self.report(spec.warning(codes::NO_CONTAINERS, "a pod needs a spec with containers; an API server refuses it"));
            }
            return template;
        };
        template.host_network = self.flag(&host_network).unwrap_or(false);
        template.foreign_dns = matches!(self.text(&dns), Some("Default" | "None"));
        template.wanted = spec.value().map_or_else(Labels::default, wanted);
        template.tolerations = spec.value().map_or_else(Vec::new, tolerations);
        template.node = self.text(&node).filter(|name| !name.is_empty()).map(Into::into);
        let (account, old_account) = (self.text(&account), self.text(&old_account));
        if let Some(account) = account.or(old_account).filter(|name| !name.is_empty()) {
            template.service_account = account.into();
        }
        if containers.len() == 0 && (!containers.is_set() || containers.is_empty_list()) {
            self.report(containers.warning(codes::NO_CONTAINERS, "a pod needs at least one container; an API server refuses it"));
        }
        for container in self.items(&containers) {
            self.container(&container, &mut template, false);
        }
        for container in self.items(&init_containers) {
            self.container(&container, &mut template, true);
        }
        template
    }

    /// One container; of init containers only those that stay ("sidecars") serve ports later on.
    fn container(&mut self, slot: &Slot<'a, '_>, template: &mut PodTemplate, init: bool) {
        let Some([list, restart]) = self.fields(slot, ["ports", "restartPolicy"], CONTAINER) else { return };
        let stays = self.text(&restart) == Some("Always");
        if let Some(node) = slot.value().filter(|_| !init || stays) {
            let program = program(node);
            self.flaws.effects.extend(program.iter().flat_map(environment::effects));
            template.programs.extend(program);
        }
        let mut names: HashSet<&str> = HashSet::new();
        if list.is_mapping() && list.len() == 0 {
            // The wrong type, but it is plain that no port is declared.
            self.findings.extend(self.wrong_type(&list, "a list"));
            return;
        }
        for item in self.items(&list) {
            let known = ["name", "containerPort", "protocol", "hostPort", "hostIP"];
            let Some([name, number, protocol, host_port, host_address]) = self.fields(&item, known, &[]) else { continue };
            let host_address = self.text(&host_address).and_then(|text| text.parse().ok());
            let name_text = self.text(&name).filter(|text| !text.is_empty()).and_then(|_| self.port_name(&name));
            if let Some(text) = name_text
                && !names.insert(text)
            {
                self.refuse(name.duplicate(quoted(text)).help("port names are unique within a container"));
            }
            if !number.is_set() {
                self.refuse(number.required(codes::REQUIRED, "a number from 1 to 65535"));
            }
            let number = self.port_number(&number);
            let protocol = self.protocol(&protocol);
            // 0 is what upstream's types hold where no host port is asked for.
            let host_port = self.integer(&host_port).filter(|number| *number != 0).and_then(|number| self.fitting_port(&host_port, number));
            if let Some(number) = number {
                let ports = if !init || stays { &mut template.ports } else { &mut template.init_ports };
                ports.push(ContainerPort { name: name_text.map(Into::into), number, protocol, host_port, host_address, span: item.at });
            }
        }
    }

    /// A pod template.
    fn template(&mut self, slot: &Slot<'a, '_>) -> PodTemplate {
        let Some([metadata, spec]) = self.fields(slot, ["metadata", "spec"], &["apiVersion", "kind"]) else {
            if !slot.is_set() {
                self.refuse(slot.required(codes::REQUIRED, "the pod template"));
            }
            return PodTemplate { service_account: DEFAULT_ACCOUNT.into(), labels_span: slot.span(), ..PodTemplate::default() };
        };
        let template = self.pod_spec(&spec);
        let (labels, labels_span) = match self.fields(&metadata, ["labels", "annotations"], TEMPLATE_METADATA) {
            Some([labels, annotations]) => {
                self.annotations(&annotations);
                (self.labels(&labels), labels.span())
            }
            None => (Labels::default(), metadata.span()),
        };
        PodTemplate { labels, labels_span, interfaces: interfaces(&metadata), ..template }
    }

    /// The `spec` of a workload. `current` is whether its API version is one that is served today: those demand a selector.
    pub(in crate::language) fn workload(
        &mut self,
        spec: &Slot<'a, '_>,
        kind: WorkloadKind,
        owner: Option<Owner>,
        current: bool,
    ) -> Workload {
        let mut workload = Workload {
            kind,
            replicas: Replicas::Count(1),
            template: PodTemplate::default(),
            readiness: Readiness::Ready,
            owner,
            first_ordinal: spec.value().and_then(|s| s.get("ordinals")?.get("start")).and_then(count).unwrap_or(0),
            indexed: None,
            own_selector: false,
            outer_labels: Labels::default(),
        };
        workload.template.service_account = DEFAULT_ACCOUNT.into();
        workload.template.labels_span = spec.span();
        if !spec.is_set() {
            self.refuse(spec.required(codes::REQUIRED, "a workload needs a spec"));
            return workload;
        }
        match kind {
            WorkloadKind::CronJob => return self.cron_job(spec, workload, current),
            WorkloadKind::Job => self.job(spec, &mut workload),
            WorkloadKind::DaemonSet => {
                let Some([template, selector]) = self.fields(spec, ["template", "selector"], workload_fields(kind)) else {
                    return workload;
                };
                workload.replicas = Replicas::PerNode;
                workload.template = self.template(&template);
                self.own_selector(&selector, &workload.template, &template, current);
            }
            WorkloadKind::ReplicationController => self.replication_controller(spec, &mut workload),
            WorkloadKind::Rollout | WorkloadKind::CloneSet | WorkloadKind::DeploymentConfig => {
                // What else these have is theirs to check.
                let find = |name: &'static str| {
                    let entry = spec.node?.entry(name)?;
                    let value = spec.node?.value_of(entry);
                    Some(Slot { path: spec.path.field(name), node: Some(value), at: value.span(), key: entry.key_span })
                };
                if let Some(template) = find("template") {
                    workload.template = self.template(&template);
                }
                if let Some(replicas) = find("replicas") {
                    workload.replicas = self.replicas(&replicas);
                }
            }
            WorkloadKind::Deployment | WorkloadKind::ReplicaSet | WorkloadKind::StatefulSet => {
                let known = ["template", "selector", "replicas"];
                let Some([template, selector, replicas]) = self.fields(spec, known, workload_fields(kind)) else { return workload };
                workload.template = self.template(&template);
                workload.replicas = self.replicas(&replicas);
                self.own_selector(&selector, &workload.template, &template, current);
            }
        }
        workload
    }

    /// The `spec` of a CronJob: that of its Jobs, with the labels that these have.
    fn cron_job(&mut self, spec: &Slot<'a, '_>, workload: Workload, current: bool) -> Workload {
        let fields = workload_fields(WorkloadKind::CronJob);
        let Some([job, suspend]) = self.fields(spec, ["jobTemplate", "suspend"], fields) else { return workload };
        if !job.is_set() {
            self.refuse(job.required(codes::REQUIRED, "the job template"));
        }
        let Some([metadata, job_spec]) = self.fields(&job, ["metadata", "spec"], &[]) else { return workload };
        let mut of_job = Labels::default();
        if let Some([labels, annotations]) = self.fields(&metadata, ["labels", "annotations"], TEMPLATE_METADATA) {
            of_job = self.labels(&labels);
            self.annotations(&annotations);
        }
        let of_jobs = self.workload(&job_spec, WorkloadKind::Job, workload.owner, current);
        let mut workload = Workload { kind: WorkloadKind::CronJob, outer_labels: of_job, ..of_jobs };
        self.suspended(&suspend, &mut workload);
        workload
    }

    fn job(&mut self, spec: &Slot<'a, '_>, workload: &mut Workload) {
        let known = ["template", "selector", "parallelism", "suspend"];
        let fields = workload_fields(WorkloadKind::Job);
        let Some([template, selector, parallelism, suspend]) = self.fields(spec, known, fields) else { return };
        let field = |name: &str| spec.value().and_then(|s| s.get(name));
        workload.own_selector = field("manualSelector").map(|n| n.value()) == Some(&Value::Bool(true));
        let is_indexed = field("completionMode").and_then(|n| n.as_str()) == Some("Indexed");
        workload.indexed = field("completions").and_then(count).filter(|_| is_indexed);
        workload.template = self.template(&template);
        workload.replicas = self.replicas(&parallelism);
        self.suspended(&suspend, workload);
        if let Some(selector) = self.selector(&selector) {
            self.check_own_selector(&selector, &workload.template, &template);
        }
    }

    /// The `spec` of a ReplicationController, whose selector is a mapping of labels.
    fn replication_controller(&mut self, spec: &Slot<'a, '_>, workload: &mut Workload) {
        let known = ["template", "selector", "replicas"];
        let fields = workload_fields(WorkloadKind::ReplicationController);
        let Some([template, selector, replicas]) = self.fields(spec, known, fields) else { return };
        workload.template = self.template(&template);
        workload.replicas = self.replicas(&replicas);
        let span = selector.span();
        let requirement = |(entry, value): (&Entry, &str)| Requirement {
            span: entry.key_span,
            key: entry.key.clone(),
            operator: Operator::In(alloc::vec![Box::from(value)]),
        };
        let requirements = self.label_entries(&selector).into_iter().map(requirement).collect();
        self.check_own_selector(&LabelSelector { span, requirements }, &workload.template, &template);
    }

    fn replicas(&mut self, slot: &Slot<'a, '_>) -> Replicas {
        let count = self.bounded(slot, codes::OUT_OF_RANGE, 0, MOST_REPLICAS).unwrap_or(1);
        Replicas::Count(u32::try_from(count).unwrap_or(1))
    }

    fn suspended(&mut self, slot: &Slot<'a, '_>, workload: &mut Workload) {
        if self.flag(slot) == Some(true) {
            workload.replicas = Replicas::Count(0);
            let mut note = slot.warning(codes::SUSPENDED, "it is suspended, so it creates no pods");
            note.severity = Severity::Note;
            self.report(note);
        }
    }

    /// The selector by which a workload finds its pods. In today's API versions it must be there and must not be empty.
    fn own_selector(&mut self, slot: &Slot<'a, '_>, template: &PodTemplate, template_slot: &Slot<'a, '_>, current: bool) {
        match self.selector(slot) {
            None if current && !slot.is_set() => {
                self.refuse(slot.required(codes::REQUIRED, "").help("write `matchLabels` with labels of the template"));
            }
            Some(selector) if selector.is_everything() && current && slot.len() == 0 => {
                self.refuse(slot.invalid(codes::INVALID_SELECTOR, "{}", "empty selector is invalid here"));
            }
            Some(selector) => self.check_own_selector(&selector, template, template_slot),
            None => {}
        }
    }

    fn check_own_selector(&mut self, selector: &LabelSelector, template: &PodTemplate, template_slot: &Slot<'a, '_>) {
        let Some(unmet) = selector.requirements.iter().find(|requirement| !requirement.matches(&template.labels)) else { return };
        let mut diagnostic =
            template_slot.error(codes::SELECTOR_NOT_MATCHING_TEMPLATE, "Invalid value: `selector` does not match template `labels`");
        if let Some(place) = &mut diagnostic.place {
            place.span = unmet.span;
        }
        let help = format!("the pods of the template need {unmet}: give the template that label, or change the selector");
        // The pods are those of the template whatever the selector says, so the workload is not refused here.
        self.report(diagnostic.help(help).related(template.labels_span, "the labels of the template"));
    }
}

/// A whole number that is not negative.
fn count(node: NodeRef<'_>) -> Option<u32> {
    match node.value() {
        Value::Int(number) => u32::try_from(*number).ok(),
        _ => None,
    }
}

/// What a container runs, as far as it is plain text.
fn program(container: NodeRef<'_>) -> Option<Program> {
    let image = container.get("image").and_then(|n| n.as_str())?;
    let list = |name: &str| container.get(name).and_then(|n| n.as_sequence()).into_iter().flatten();
    let args = list("command").chain(list("args")).filter_map(|n| n.as_str().map(Into::into)).take(MOST_ARGUMENTS).collect();
    Some(Program { image: image.into(), args, env: environment::variables(container, image) })
}

/// Whether a status says that the pod is ready, or says nothing of it. Upstream: "Pod Lifecycle"; a pod that waits for a node or for its containers has
/// no condition of its own yet.
fn is_ready(status: NodeRef<'_>, phase: Option<&str>) -> bool {
    let conditions = status.get("conditions").and_then(|list| list.as_sequence());
    let ready = conditions.into_iter().flatten().find(|c| c.get("type").and_then(|t| t.as_str()) == Some("Ready"));
    match ready.and_then(|c| c.get("status")).and_then(|s| s.as_str()) {
        Some(word) => word == "True",
        // It is ready if all of its containers are.
        None => {
            !matches!(phase, Some("Pending" | "Unknown")) && items(status.get("containerStatuses")).all(|container| !is_false(container))
        }
    }
}

/// Whether a status says that a container is not ready.
fn is_false(container: NodeRef<'_>) -> bool {
    container.get("ready").is_some_and(|ready| *ready.value() == Value::Bool(false))
}

fn items<'a>(node: Option<NodeRef<'a>>) -> impl Iterator<Item = NodeRef<'a>> {
    node.and_then(NodeRef::as_sequence).into_iter().flatten()
}

/// Labels that a node must have for a pod to run on it, as far as each has one value. Upstream: "Assigning Pods to Nodes"; `spec.os.name`.
fn wanted(spec: NodeRef<'_>) -> Labels {
    let mut labels = Labels::default();
    if let Some(selector) = spec.get("nodeSelector") {
        for entry in selector.as_mapping().unwrap_or_default() {
            if let Some(value) = selector.value_of(entry).as_str() {
                labels.set(&entry.key, value);
            }
        }
    }
    if let Some(os) = spec.get("os").and_then(|os| os.get("name")?.as_str()) {
        labels.set("kubernetes.io/os", os);
    }
    let required = spec.get("affinity").and_then(|a| a.get("nodeAffinity")?.get("requiredDuringSchedulingIgnoredDuringExecution"));
    // Of several terms one is enough, so none of them must hold.
    let mut terms = items(required.and_then(|r| r.get("nodeSelectorTerms")));
    let (first, second) = (terms.next(), terms.next());
    let expressions = first.filter(|_| second.is_none()).and_then(|term| term.get("matchExpressions"));
    for expression in items(expressions) {
        let word = |name: &str| expression.get(name).and_then(|v| v.as_str());
        let mut values = items(expression.get("values"));
        let (value, more) = (values.next().and_then(|v| v.as_str()), values.next());
        if let (Some(key), Some("In"), Some(value), None) = (word("key"), word("operator"), value, more) {
            labels.set(key, value);
        }
    }
    labels
}

/// The taints that a pod puts up with. Upstream: "Taints and Tolerations"; an operator that is left out is `Equal`.
fn tolerations(spec: NodeRef<'_>) -> Vec<Toleration> {
    let read = |item: NodeRef<'_>| {
        let text = |name: &str| item.get(name).and_then(|value| value.as_str()).filter(|text| !text.is_empty()).map(Box::from);
        let exists = item.get("operator").and_then(|operator| operator.as_str()) == Some("Exists");
        let value = (!exists).then(|| text("value").unwrap_or_default());
        Toleration { key: text("key"), value, effect: text("effect") }
    };
    items(spec.get("tolerations")).map(read).collect()
}

/// What annotations say of a pod's addresses and interfaces.
pub(super) fn interfaces(metadata: &Slot<'_, '_>) -> PodInterfaces {
    let text = |name: &str| metadata.value().and_then(|m| m.get("annotations")?.get(name)?.as_str());
    // `["10.0.0.1", "2001:db8::1"]`, `10.0.0.1/32,2001:db8::1/128`: of each the address.
    let list = |name: &str| -> Vec<IpAddr> {
        let words = text(name).unwrap_or_default().split(['[', ']', '"', ',', ' ']).filter(|word| !word.is_empty());
        words.filter_map(|word| word.split('/').next()?.parse().ok()).collect()
    };
    let own = ["cni.projectcalico.org/podIPs", "cni.projectcalico.org/podIP", "cni.projectcalico.org/ipAddrs"];
    PodInterfaces {
        own: own.into_iter().map(list).find(|addresses| !addresses.is_empty()).unwrap_or_default(),
        floating: list("cni.projectcalico.org/floatingIPs"),
        others: text("k8s.v1.cni.cncf.io/networks").is_some_and(|networks| !matches!(networks.trim(), "" | "[]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_lists_are_sorted() {
        use WorkloadKind::*;
        let kinds = [Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob];
        for list in [POD_SPEC, CONTAINER, TEMPLATE_METADATA].into_iter().chain(kinds.map(workload_fields)) {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
