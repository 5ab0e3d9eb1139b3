use super::listing::plain;
use super::subject::{Faults, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::network::{Endpoint, Network, Ports, Protocol, VpcIndex, Workload, WorkloadIndex, WorkloadKind};
use crate::paths::{Component, Goal, GoalTarget, Verdict, trace_from};
use crate::phrase;
use crate::suggest::{Need, endpoint_fix};
use crate::template::{Case, Part, Resource, Template, Value};

const ID: RuleId = RuleId("ecr-endpoint-incomplete");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Warning,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "Tasks pull images from ECR, and not all endpoints for it are there",
            ja: "タスクが ECR からイメージを取得するのに、必要なエンドポイントがそろっていない",
        )
    },
    check,
};

/// What a pull goes through: the login and the manifest, the registry, and the layers.
pub(crate) const NEEDED: [&str; 3] = ["ecr.api", "ecr.dkr", "s3"];

#[derive(Debug, PartialEq)]
struct Incomplete {
    service: String,
    /// An endpoint for ECR that is there.
    endpoint: String,
    missing: Vec<&'static str>,
    /// The NAT gateway that carries them; nothing where there is no way.
    nat: Option<String>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    if !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for one in subject.networks {
        for (at, workload) in one.network.workloads.iter().enumerate() {
            let pulls = workload.kind == WorkloadKind::EcsService
                && workload.subnets.rest.is_none()
                && pulls_from_ecr(subject.template, workload);
            if pulls && let Some(found) = incomplete(subject, &one.network, WorkloadIndex(at)) {
                faults.add(found, one.situation);
            }
        }
    }
    for (found, situations) in faults {
        let needs: Vec<(usize, Vec<Need>)> = (subject.networks.iter().enumerate())
            .filter(|(_, one)| situations.contains(&one.situation))
            .filter_map(|(at, one)| Some((at, needs(&found, one.network.workload(&found.service)?))))
            .collect();
        let fix = endpoint_fix(subject, &needs);
        let finding = finding(subject.template, &found).fix(fix);
        findings.push(finding.only_where(subject.only_where(&situations)));
    }
}

fn needs(found: &Incomplete, from: WorkloadIndex) -> Vec<Need> {
    found.missing.iter().map(|service| Need { service: (*service).to_owned(), from }).collect()
}

fn incomplete(subject: &Subject<'_, '_>, network: &Network, at: WorkloadIndex) -> Option<Incomplete> {
    let workload = network.workloads.get(at.0)?;
    let subnet = workload.subnets.items.first().and_then(|subnet| network.subnets.get(subnet.0))?;
    let vpc: VpcIndex = *subnet.vpc.known()?;
    // A VPC that is made elsewhere may have the others.
    if network.vpcs.get(vpc.0)?.other_endpoints.is_some() {
        return None;
    }
    let own: Vec<&Endpoint> =
        network.endpoints.iter().filter(|one| one.vpc.known().is_none_or(|of| *of == vpc)).collect();
    if own.iter().any(|one| one.service.known().is_none() || one.vpc.known().is_none()) {
        return None;
    }
    let of = |service: &str| own.iter().find(|one| one.service.known().is_some_and(|own| own == service));
    let endpoint = of("ecr.api").or_else(|| of("ecr.dkr"))?;
    let missing: Vec<&'static str> = NEEDED.into_iter().filter(|service| of(service).is_none()).collect();
    let mut nat = None;
    for service in &missing {
        let target = GoalTarget::Service((*service).to_owned());
        let goal = Goal { target, ports: Some(Ports::one(443)), protocol: Protocol::TCP };
        for trace in trace_from(network, subject.addresses, at, &goal) {
            let passed = trace.hops.iter().find(|hop| hop.component == Component::NatGateway);
            match (trace.verdict, passed) {
                (Verdict::Blocked, _) => {}
                (Verdict::Reachable, Some(hop)) => nat = Some(hop.id.clone()),
                // By an internet gateway it is free.
                _ => return None,
            }
        }
    }
    if missing.is_empty() {
        return None;
    }
    Some(Incomplete { service: workload.name.to_string(), endpoint: endpoint.name.to_string(), missing, nat })
}

/// Whether the images of a service's tasks come from a private registry of ECR, or may. Public ones have no endpoint.
pub(crate) fn pulls_from_ecr(template: &Template<'_>, workload: &Workload) -> bool {
    let Some(service) = resource_of(template, &workload.name) else { return false };
    let task = template.property(service, &["TaskDefinition"]);
    let task = task.iter().find_map(|case| template.resource(case.value.resource()?.0));
    task.is_none_or(|task| {
        let images = images(template, task);
        images.is_empty() || images.iter().any(|image| is_of_ecr(template, image))
    })
}

fn images(template: &Template<'_>, task: &Resource) -> Vec<Case> {
    let containers = template.property(task, &["ContainerDefinitions"]);
    let items = containers.iter().flat_map(|case| match &case.value {
        Value::List(items) => &**items,
        _ => &[],
    });
    let entries = items.flat_map(|container| match &container.value {
        Value::Map(entries) => &**entries,
        _ => &[],
    });
    entries.filter(|(name, _)| name == "Image").map(|(_, case)| case.clone()).collect()
}

fn is_of_ecr(template: &Template<'_>, image: &Case) -> bool {
    let Value::Text(text) = &image.value else { return matches!(image.value, Value::Unknown(_)) };
    text.parts.iter().any(|part| match part {
        Part::Literal(literal) => literal.contains(".dkr.ecr"),
        Part::Resource { id, .. } => {
            template.resource(id).is_some_and(|resource| resource.kind == "AWS::ECR::Repository")
        }
        Part::Unknown(unknown) => !matches!(unknown, crate::template::Unknown::Pseudo(_)),
        Part::Zone { .. } | Part::Item { .. } => false,
    })
}

fn finding(template: &Template<'_>, found: &Incomplete) -> Finding {
    let Incomplete { service, endpoint, missing, nat } = found;
    let (lacking, lacking_ja) = plain(missing);
    let (message, why) = match nat {
        None => (
            phrase!(
                en: "`{service}` pulls its images by `{endpoint}`, but has no way to {lacking}, which a pull needs too",
                ja: "`{service}` は `{endpoint}` でイメージを取得しますが、同じく必要な {lacking_ja} への経路がありません",
            ),
            phrase!(
                en: "tasks stay pending and stop with CannotPullContainerError",
                ja: "タスクは CannotPullContainerError で起動できません",
            ),
        ),
        Some(nat) => (
            phrase!(
                en: "`{service}` has `{endpoint}` to pull its images, but {lacking} still goes through `{nat}`",
                ja: "`{service}` のイメージ取得用に `{endpoint}` がありますが、{lacking_ja} への通信は `{nat}` を通ります",
            ),
            phrase!(
                en: "the endpoint is paid for and a pull still costs NAT traffic",
                ja: "エンドポイントの料金に加えて、イメージ取得のたびに NAT ゲートウェイの料金がかかります",
            ),
        ),
    };
    let (why_en, why_ja) = (why.en, why.ja);
    let span = template.resource(endpoint).map(|own| template.node(own.key).span());
    let mut finding = Finding::new(ID, Severity::Warning, span, message)
        .help(phrase!(
            en: "{why_en}: a pull asks ecr.api for a token, ecr.dkr for the manifest and S3 for the layers; add what is missing, for s3 a gateway endpoint (free) on the tables of the tasks' subnets",
            ja: "{why_ja}。イメージの取得では、ecr.api から認証トークンを、ecr.dkr からマニフェストを、S3 からレイヤーを受け取ります。足りないエンドポイントを追加してください。S3 は無料のゲートウェイエンドポイントを、タスクのサブネットのルートテーブルに追加します",
        ))
        .about(endpoint)
        .told_apart_by(missing.join(","));
    if let Some(own) = template.resource(service) {
        finding = finding.label(
            template.node(own.key).span(),
            phrase!(en: "this service's tasks", ja: "このサービスのタスク"),
        );
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};
    use crate::rules::testing_egress::{BUCKETS, NAT, NETWORK, endpoint};

    const ID: &str = "ecr-endpoint-incomplete";

    const SERVICE: &str = "  Images: {Type: AWS::ECR::Repository}
  Task: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: a, Image: !Sub '${Images.RepositoryUri}:1'}]}}
  Tasks: {Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref Task, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A], SecurityGroups: [!Ref Group]}}}}\n";

    fn of(rest: &str) -> Vec<String> {
        findings(&format!("{NETWORK}{SERVICE}{rest}"), ID)
    }

    #[test]
    fn a_pull_without_a_part_of_its_way_is_found() {
        let (api, registry) = (endpoint("Api", "ecr.api"), endpoint("Registry", "ecr.dkr"));
        let found = of(&format!("{api}{registry}"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`Tasks` pulls its images by `Api`, but has no way to s3"), "{found:?}");
        let found = of(&format!("{registry}{BUCKETS}"));
        assert!(found.len() == 1 && found[0].contains("has no way to ecr.api"), "{found:?}");
        let found = of(&format!("{NAT}{api}{registry}"));
        assert!(found.len() == 1 && found[0].contains("s3 still goes through `Nat`"), "{found:?}");
    }

    #[test]
    fn the_fix_adds_the_other_parts() {
        let text = format!("{NETWORK}{SERVICE}{}", endpoint("Registry", "ecr.dkr"));
        let after = fixed(&text, ID);
        assert!(after.contains("EcrApiEndpoint") && after.contains("S3Endpoint"), "{after}");
        assert!(findings(&after, ID).is_empty(), "{after}");
    }

    #[test]
    fn whole_sets_and_other_images_are_left_alone() {
        let (api, registry) = (endpoint("Api", "ecr.api"), endpoint("Registry", "ecr.dkr"));
        assert!(of("").is_empty());
        assert!(of(&format!("{api}{registry}{BUCKETS}")).is_empty());
        let public =
            format!("{NETWORK}{SERVICE}{api}").replace("!Sub '${Images.RepositoryUri}:1'", "'nginx:1'");
        assert!(findings(&public, ID).is_empty());
        assert!(findings(&format!("{NETWORK}{api}"), ID).is_empty());
    }
}
