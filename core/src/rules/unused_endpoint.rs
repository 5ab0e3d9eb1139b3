use super::egress::{Egress, demands_service, functions_in, is_connected, is_known, is_named, is_private};
use super::listing::quoted;
use super::subject::{Faults, in_template, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::{
    Endpoint, EndpointKind, GroupIndex, GroupRule, Listed, Name, Network, Peer, Place, Protocol, Situated,
    WorkloadKind,
};
use crate::phrase;
use crate::services;
use crate::suggest::remove_resources;
use crate::template::Template;

const ID: RuleId = RuleId("unused-endpoint");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Info,
    fix: Some(Safety::Unsafe),
    summary: || {
        phrase!(
            en: "Nothing in the template needs an interface endpoint",
            ja: "インターフェイスエンドポイントを必要とするものがテンプレートにない",
        )
    },
    check,
};

/// Services that anybody may call without a permission.
const WITHOUT_PERMISSION: [&str; 4] = ["sts", "sts-fips", "execute-api", "lattice"];

/// Who could use the endpoint.
#[derive(Debug, PartialEq)]
enum Callers {
    /// These functions, the only ones in the VPC.
    Functions(Vec<String>),
    /// Whatever wears these groups, which are Lambda's by their names.
    Groups(Vec<(String, Option<Place>)>),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Unused {
    pub(crate) endpoint: String,
    pub(crate) service: String,
    callers: Callers,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    if !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for (one, egress) in subject.networks.iter().zip(subject.egress()) {
        for endpoint in &one.network.endpoints {
            if let Some(unused) = unused(subject, &one.network, egress, endpoint) {
                faults.add(unused, one.situation);
            }
        }
    }
    for (unused, situations) in faults {
        let named = |endpoint: &Endpoint| endpoint.name.matches(&unused.endpoint);
        let exists = |one: &&Situated| one.network.endpoints.iter().any(named);
        let always = subject.networks.iter().filter(exists).count() == situations.len();
        let fix = if always { fix(subject.template, &unused.endpoint) } else { None };
        let paid = std::slice::from_ref(&unused.endpoint);
        let costs = subject.costs(&situations, &|parts| Some(parts.by_the_hour(paid)?.into()));
        let finding = finding(subject.template, &unused).costing(costs);
        findings.push(finding.fix(fix).only_where(subject.only_where(&situations)));
    }
}

/// Whether nobody demands what an endpoint leads to.
pub(crate) fn unused(
    subject: &Subject<'_, '_>,
    network: &Network,
    egress: &Egress,
    endpoint: &Endpoint,
) -> Option<Unused> {
    let template = subject.template;
    let resource = resource_of(template, &endpoint.name)?;
    let service = endpoint.service.known().filter(|service| services::is_suffix(service))?;
    let vpc = *endpoint.vpc.known()?;
    // Gateway endpoints cost nothing.
    let EndpointKind::Interface { groups, .. } = &endpoint.kind else { return None };
    // One that admits nobody is told by a rule of its own.
    if !may_admit_https(network, groups)
        || WITHOUT_PERMISSION.contains(&&**service)
        || is_named(template, &resource.id, &[])
        || demands_service(network, subject.demands(), service, vpc)
    {
        return None;
    }
    let found = |callers| Unused { endpoint: resource.id.clone(), service: service.clone(), callers };
    let residents = egress.residents_in(network, vpc).next().is_some();
    if residents {
        return None;
    }
    let functions: Vec<String> =
        functions_in(network, vpc).map(|function| function.name.to_string()).collect();
    let known = |id: &String| {
        // What a layer sends is not known: extensions have their own calls, with the permissions of the function.
        let layers = template.resource(id).is_none_or(|own| !template.property(own, &["Layers"]).is_empty());
        is_known(subject.demands(), id) && !layers
    };
    if !functions.is_empty()
        && functions.iter().all(known)
        && !subject.is_shared(&resource.id)
        && !is_connected(template)
        && is_private(subject, network, vpc)
    {
        return Some(found(Callers::Functions(functions)));
    }
    if service_work(service).is_some() && functions.iter().all(known) {
        return lambda_groups(template, network, groups).map(|groups| found(Callers::Groups(groups)));
    }
    None
}

/// What the Lambda service does itself, for which people make an endpoint.
fn service_work(service: &str) -> Option<Phrase> {
    match service {
        "logs" => Some(phrase!(
            en: "the Lambda service sends what functions print to CloudWatch Logs, outside of their VPC",
            ja: "関数の標準出力は、Lambda サービスが VPC の外で CloudWatch Logs に送ります",
        )),
        "ecr.api" | "ecr.dkr" => Some(phrase!(
            en: "the Lambda service pulls container images itself, outside of the function's VPC",
            ja: "コンテナイメージは、Lambda サービスが関数の VPC の外で取得します",
        )),
        _ => None,
    }
}

/// When the endpoint of such a service is needed all the same.
fn still_needed(service: &str) -> Phrase {
    if service == "logs" {
        phrase!(
            en: "keep it if code calls the CloudWatch Logs API, for extensions such as Lambda Insights, on Lambda Managed Instances, or for ECS and EC2",
            ja: "コードが CloudWatch Logs の API を呼び出す場合、Lambda Insights などの拡張機能や Lambda マネージドインスタンスを使う場合、ECS や EC2 から使う場合は残してください",
        )
    } else {
        phrase!(
            en: "keep it if code calls the ECR API, or for ECS, EKS and EC2",
            ja: "コードが ECR の API を呼び出す場合や、ECS、EKS、EC2 から使う場合は残してください",
        )
    }
}

/// Whether groups let HTTPS in from anywhere, as far as they are known.
fn may_admit_https(network: &Network, groups: &Listed<GroupIndex>) -> bool {
    let admits = |rule: &GroupRule| {
        rule.protocol.known().is_none_or(|protocol| protocol.covers(Protocol::TCP))
            && rule.ports.known().is_none_or(|ports| ports.first <= 443 && 443 <= ports.last)
    };
    groups.rest.is_some()
        || groups
            .items
            .iter()
            .filter_map(|at| network.groups.get(at.0))
            .any(|group| group.ingress.rest.is_some() || group.ingress.items.iter().any(admits))
}

/// The groups that alone are let in, where all of them are Lambda's by their names and nothing else wears them.
fn lambda_groups(
    template: &Template<'_>,
    network: &Network,
    groups: &Listed<GroupIndex>,
) -> Option<Vec<(String, Option<Place>)>> {
    if groups.rest.is_some() || groups.items.is_empty() {
        return None;
    }
    let mut found: Vec<(String, Option<Place>)> = Vec::new();
    for own in groups.items.iter().map(|at| network.groups.get(at.0)) {
        let own = own.filter(|own| own.ingress.rest.is_none())?;
        for rule in &own.ingress.items {
            let Peer::Group(peer) = rule.peer else { return None };
            let worn = network.workloads.iter().any(|workload| {
                workload.kind != WorkloadKind::Function && workload.groups.items.contains(&peer)
            });
            let group = network.groups.get(peer.0)?;
            if worn || !is_of_lambda(template, &group.name) {
                return None;
            }
            let name = group.name.to_string();
            if !found.iter().any(|(known, _)| *known == name) {
                found.push((name, rule.at));
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Whether a group says that it is for functions.
fn is_of_lambda(template: &Template<'_>, name: &Name) -> bool {
    let says = |text: &str| text.to_ascii_lowercase().contains("lambda");
    resource_of(template, name).is_some_and(|group| {
        let described = |key: &str| {
            template.property(group, &[key]).iter().any(|case| case.value.known().is_some_and(says))
        };
        says(&group.id) || described("GroupName") || described("GroupDescription")
    })
}

fn fix(template: &Template<'_>, endpoint: &str) -> Option<Fix> {
    let edits = remove_resources(template, &[endpoint])?;
    let title = phrase!(en: "Remove `{endpoint}`", ja: "`{endpoint}` を削除する");
    Some(Fix { safety: Safety::Unsafe, title, edits })
}

fn finding(template: &Template<'_>, unused: &Unused) -> Finding {
    let Unused { endpoint, service, callers } = unused;
    let (message, cost) = match callers {
        Callers::Functions(functions) => {
            let (who, who_ja) = quoted(functions);
            let (alone, verb) =
                if functions.len() == 1 { ("the only function", "is") } else { ("the functions", "are") };
            (
                phrase!(
                    en: "nothing in this template needs `{endpoint}`: {alone} in the VPC, {who}, {verb} not known to call {service}",
                    ja: "`{endpoint}` を必要とするものがテンプレートにありません。VPC 内の関数 {who_ja} が {service} を呼び出す様子はありません",
                ),
                phrase!(
                    en: "an interface endpoint is paid by the hour in each zone, used or not; remove it, or declare the call if there is one: Metadata: {{vpcheck: {{reaches: [{service}]}}}}",
                    ja: "インターフェイスエンドポイントには、使わなくても AZ ごとに時間単位の料金がかかります。呼び出しがなければ削除し、ある場合は関数に Metadata: {{vpcheck: {{reaches: [{service}]}}}} と宣言してください",
                ),
            )
        }
        Callers::Groups(groups) => {
            let names: Vec<&str> = groups.iter().map(|(name, _)| name.as_str()).collect();
            let (who, who_ja) = quoted(&names);
            (
                phrase!(
                    en: "`{endpoint}` lets in functions only ({who}), and Lambda itself needs no endpoint for {service}",
                    ja: "`{endpoint}` は関数 ({who_ja}) だけを通しますが、Lambda 自体に {service} のエンドポイントは必要ありません",
                ),
                phrase!(
                    en: "an interface endpoint is paid by the hour in each zone, used or not",
                    ja: "インターフェイスエンドポイントには、使わなくても AZ ごとに時間単位の料金がかかります",
                ),
            )
        }
    };
    let help = match service_work(service) {
        Some(work) => {
            let (keep, Phrase { en, ja }) = (still_needed(service), work);
            let (cost_en, cost_ja) = (cost.en, cost.ja);
            let (keep_en, keep_ja) = (keep.en, keep.ja);
            phrase!(en: "{en}; {keep_en}; {cost_en}", ja: "{ja}。{keep_ja}。{cost_ja}")
        }
        None => cost,
    };
    let span = template.resource(endpoint).map(|own| template.node(own.key).span());
    let mut finding =
        Finding::new(ID, Severity::Info, span, message).help(help).about(endpoint).told_apart_by(service);
    if let Callers::Groups(groups) = callers {
        for (name, at) in groups {
            if let Some(span) = in_template(*at) {
                finding = finding
                    .label(span, phrase!(en: "only `{name}` is let in", ja: "`{name}` だけが許可されている"));
            }
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::testing::{costs, findings, fixed};
    use crate::rules::testing_egress::{BUCKETS, NETWORK, declaring, endpoint, function};

    const ID: &str = "unused-endpoint";

    fn of(rest: &str) -> Vec<String> {
        findings(&format!("{NETWORK}{BUCKETS}{rest}"), ID)
    }

    fn reader() -> String {
        function("Fn", "s3:GetObject", "!Ref A")
    }

    #[test]
    fn an_endpoint_that_nobody_demands_is_found() {
        let found = of(&format!("{}{}", endpoint("Queues", "sqs"), reader()));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("nothing in this template needs `Queues`: the only function in the VPC, `Fn`, is not known to call sqs"), "{found:?}");
        assert_eq!(of(&format!("{}{}", endpoint("Logs", "logs"), reader())).len(), 1);
    }

    #[test]
    fn it_is_taken_out() {
        let text = format!("{NETWORK}{BUCKETS}{}{}", endpoint("Queues", "sqs"), reader());
        let without = fixed(&text, ID);
        assert!(!without.contains("  Queues:") && without.contains("  Fn:"), "{without}");
        let used = format!("{text}  After: {{Type: AWS::SQS::Queue, DependsOn: Queues}}\n");
        assert_eq!(fixed(&used, ID), used, "something else waits for it");
    }

    #[test]
    fn lambda_needs_none_for_logs_and_images() {
        let text = |service: &str, name: &str| {
            format!(
            "Parameters: {{VpcId: {{Type: String}}, Subnets: {{Type: CommaDelimitedList}}}}
Resources:
  {name}: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: callers, VpcId: !Ref VpcId}}}}
  Own: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: e, VpcId: !Ref VpcId, SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref {name}}}]}}}}
  Endpoint: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: !Ref VpcId, VpcEndpointType: Interface, ServiceName: com.amazonaws.eu-west-1.{service}, SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Own]}}}}
"
        )
        };
        for service in ["logs", "ecr.api", "ecr.dkr"] {
            let found = findings(&text(service, "LambdaGroup"), ID);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(
                found[0]
                    .contains("lets in functions only (`LambdaGroup`), and Lambda itself needs no endpoint"),
                "{found:?}"
            );
        }
        assert!(findings(&text("kms", "LambdaGroup"), ID).is_empty());
        assert!(findings(&text("logs", "TaskGroup"), ID).is_empty(), "others may need it");
    }

    #[test]
    fn what_may_be_used_is_left_alone() {
        let queues = endpoint("Queues", "sqs");
        let unused = format!("{queues}{}", reader());
        let quiet = [
            queues.clone(),
            format!("{queues}{}", function("Fn", "sqs:SendMessage", "!Ref A")),
            format!("{queues}{}", declaring(&reader(), "sqs")),
            unused.replace("!GetAtt FnRole.Arn", "arn:aws:iam::111122223333:role/r"),
            format!("{unused}Outputs: {{V: {{Value: !Ref Vpc}}}}\n"),
            format!("{unused}Outputs: {{E: {{Value: !Ref Queues}}}}\n"),
            format!(
                "{unused}  Peer: {{Type: AWS::EC2::VPCPeeringConnection, Properties: {{VpcId: !Ref Vpc, PeerVpcId: vpc-1}}}}\n"
            ),
            format!("{unused}  Server: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref B}}}}\n"),
            // Told by endpoint-group-blocks-443.
            unused.replace("FromPort: 443, ToPort: 443", "FromPort: 80, ToPort: 80"),
            // Calls that need no permission.
            format!("{}{}", endpoint("Tokens", "sts"), reader()),
            format!("{}{}", endpoint("Partner", "vpce-svc-0123"), reader())
                .replace("com.amazonaws.eu-west-1.vpce", "com.amazonaws.vpce.eu-west-1.vpce"),
        ];
        for rest in quiet {
            let found = of(&rest);
            assert!(found.is_empty(), "{rest}: {found:?}");
        }
    }

    #[test]
    fn its_hours_are_told_where_its_zones_are_known() {
        let text = format!("{NETWORK}{BUCKETS}{}{}", endpoint("Queues", "sqs"), reader());
        // 730 x 0.011
        assert_eq!(costs(&text, ID, &Options::default()), ["8.03"]);
        let two = text.replace(
            "SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Q",
            "SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Q",
        );
        assert_eq!(costs(&two, ID, &Options::default()), ["16.06"]);
        let open = text.replace(
            "SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Q",
            "SubnetIds: !Ref Given, SecurityGroupIds: [!Ref Q",
        );
        let open = format!("Parameters: {{Given: {{Type: CommaDelimitedList}}}}\n{open}");
        assert_eq!(costs(&open, ID, &Options::default()), ["-"]);
    }
}
