use super::egress::{Egress, Way, is_connected, is_known, meant};
use super::listing::{plain, quoted};
use super::subject::{Faults, in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::demands::{EvidenceKind, names_a_store};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{
    Cidr, EndpointKind, EndpointPolicy, GroupIndex, GroupRule, Name, NatGateway, Network, Peer, Place,
    Target, Workload, WorkloadKind,
};
use crate::paths::GoalTarget;
use crate::phrase;
use crate::services;
use crate::template::reference::references;
use crate::template::{Resource, Template, Value};

const ID: RuleId = RuleId("vpc-not-needed");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Need,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "A function is in a VPC and is not known to need anything in it",
            ja: "VPC 内の関数が、VPC 内のものを必要としているように見えない",
        )
    },
    check,
};

/// A function that may do without its VPC.
#[derive(Debug, PartialEq)]
pub(super) struct Unneeded {
    function: String,
    /// What it reaches, each with the place and words of the best evidence.
    reaches: Vec<(String, Place, crate::language::Phrase)>,
    /// How many interfaces Lambda keeps for it, where its subnets are known.
    interfaces: Option<usize>,
    /// The endpoints and NAT gateways that only its traffic goes through, as far as the template tells.
    spared: Vec<String>,
    /// A NAT gateway with an elastic address that its traffic goes through.
    fixed: Option<String>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for (one, egress) in subject.networks.iter().zip(subject.egress()) {
        for workload in &one.network.workloads {
            if let Some(unneeded) = unneeded(subject, &one.network, egress, workload) {
                faults.add(unneeded, one.situation);
            }
        }
    }
    for (unneeded, situations) in faults {
        findings.push(finding(subject.template, &unneeded).only_where(subject.only_where(&situations)));
    }
}

/// Whether a function is not known to need its VPC. Whatever may be a reason to be there gives nothing.
pub(super) fn unneeded(
    subject: &Subject<'_, '_>,
    network: &Network,
    egress: &Egress,
    workload: &Workload,
) -> Option<Unneeded> {
    let template = subject.template;
    let function = resource_of(template, &workload.name)?;
    let demands = subject.demands();
    let id = &function.id;
    let is_candidate = workload.kind == WorkloadKind::Function
        && workload.in_vpc
        && subject.is_whole()
        && is_known(demands, id)
        && demands.vpc_conditions.is_empty();
    if !is_candidate
        || is_by_choice(template, function)
        || has(template, function, "FileSystemConfigs")
        || has(template, function, "CapacityProviderConfig")
        || names_store_parameter(template, function)
        || is_connected(template)
        || has_private_names(template)
    {
        return None;
    }
    let mut reaches: Vec<(String, Place, crate::language::Phrase)> = Vec::new();
    for demand in demands.of(id).filter(|demand| !demand.forbidden) {
        let is_public = match &demand.goal.target {
            // A private API has the same service as a public one.
            GoalTarget::Service(service) => service != "execute-api",
            GoalTarget::Internet => true,
            GoalTarget::Resource(_)
            | GoalTarget::Host(_)
            | GoalTarget::Address(_)
            | GoalTarget::Cidr(_)
            | GoalTarget::Ipv6(_) => false,
        };
        if !is_public || demand.evidence.iter().any(|evidence| evidence.kind == EvidenceKind::GroupRule) {
            return None;
        }
    }
    for demand in meant(demands, id) {
        let name = demand.goal.target.id();
        if let Some(evidence) = demand.evidence.first()
            && !reaches.iter().any(|(known, ..)| *known == name)
        {
            reaches.push((name, evidence.at, evidence.words.clone()));
        }
    }
    let is_alone =
        !network.workloads.iter().any(|other| other.in_vpc && other.kind != WorkloadKind::Function)
            && egress.residents.is_empty();
    let is_plain = endpoints_are_plain(template, network)
        && groups_name_nothing(subject, network, workload)
        && !leads_elsewhere(network, workload);
    if reaches.is_empty() || !is_alone || !is_plain {
        return None;
    }
    let at = network.workload(id)?;
    let mut ways: Vec<Way> = Vec::new();
    for way in egress.goes(at).flat_map(|passage| &passage.ways) {
        if !ways.contains(way) {
            ways.push(*way);
        }
    }
    let others = |way: &Way| egress.passages.iter().any(|one| one.workload != at && one.ways.contains(way));
    let mut spared = Vec::new();
    let mut fixed = None;
    for way in &ways {
        let (name, costs) = match way {
            Way::Nat(nat) => {
                let nat = network.nat_gateways.get(nat.0)?;
                if has_fixed_address(template, nat) {
                    fixed = fixed.or(Some(nat.name.to_string()));
                }
                (&nat.name, true)
            }
            Way::Endpoint(endpoint) => {
                let endpoint = network.endpoints.get(endpoint.0)?;
                (&endpoint.name, matches!(endpoint.kind, EndpointKind::Interface { .. }))
            }
        };
        if costs && !others(way) && resource_of(template, name).is_some() {
            spared.push(name.to_string());
        }
    }
    let subnets = &workload.subnets;
    let is_one = |at: &crate::network::SubnetIndex| network.subnets.get(at.0).is_some_and(|one| !one.several);
    let counted = subnets.rest.is_none() && subnets.items.iter().all(is_one);
    Some(Unneeded {
        function: id.clone(),
        reaches,
        interfaces: counted.then_some(subnets.items.len()),
        spared,
        fixed,
    })
}

/// Whether the VPC is offered as a choice to whoever deploys: then it is theirs.
fn is_by_choice(template: &Template<'_>, function: &Resource) -> bool {
    let is_open = |path: &[&str], whole: bool| {
        let cases = template.property(function, path);
        cases.len() != 1
            || cases.iter().any(|case| match case.value {
                Value::NoValue => true,
                Value::Unknown(_) => whole,
                _ => false,
            })
    };
    is_open(&["VpcConfig"], true)
        || is_open(&["VpcConfig", "SubnetIds"], false)
        || is_open(&["VpcConfig", "SecurityGroupIds"], false)
}

fn has(template: &Template<'_>, function: &Resource, property: &str) -> bool {
    !template.property(function, &[property]).is_empty()
}

/// Whether a parameter is about a data store by its name, and so about what stands in the VPC.
fn names_store_parameter(template: &Template<'_>, function: &Resource) -> bool {
    let by_parameter = template.parameters.iter().any(|parameter| names_a_store(&parameter.name));
    // Imports of other stacks are named by what they are.
    let mut by_name = false;
    for resource in
        template.resources.iter().filter(|one| one.kind == "AWS::EC2::SecurityGroup" || one.id == function.id)
    {
        references(template.node(resource.body), template.text(), &mut |reference| {
            by_name |= names_a_store(reference.name) && template.resource(reference.name).is_none();
        });
    }
    let by_variable =
        template.property(function, &["Environment", "Variables"]).iter().any(|case| match &case.value {
            Value::Map(entries) => entries.iter().any(|(name, _)| names_a_store(name)),
            _ => true,
        });
    by_parameter || by_name || by_variable
}

/// Whether private APIs or names are about, which are there for callers inside.
fn has_private_names(template: &Template<'_>) -> bool {
    template.resources.iter().any(|one| match one.kind.as_str() {
        "AWS::ApiGateway::RestApi" | "AWS::ApiGateway::DomainName" | "AWS::ApiGateway::DomainNameV2" => {
            let types = template.property(one, &["EndpointConfiguration", "Types"]);
            let is_private = |case: &crate::template::Case| match &case.value {
                Value::List(items) => items
                    .iter()
                    .any(|item| item.value.known() != Some("REGIONAL") && item.value.known() != Some("EDGE")),
                value => value.known() != Some("REGIONAL") && value.known() != Some("EDGE"),
            };
            types.iter().any(is_private)
        }
        "AWS::Route53::HostedZone" => has(template, one, "VPCs"),
        kind => {
            kind.starts_with("AWS::ServiceDiscovery::")
                || kind.starts_with("AWS::Route53Resolver::")
                || kind == "AWS::ApiGatewayV2::VpcLink"
                || kind == "AWS::EFS::FileSystem"
        }
    })
}

/// Whether all endpoints lead to AWS's services and let everything through. One that does not keeps data in, or leads
/// to a partner.
fn endpoints_are_plain(template: &Template<'_>, network: &Network) -> bool {
    network.endpoints.iter().all(|endpoint| {
        let service = endpoint.service.known();
        let of_aws = service.is_some_and(|service| services::is_suffix(service) && service != "execute-api");
        let is_own = resource_of(template, &endpoint.name).is_some();
        of_aws && is_own && !matches!(endpoint.policy, EndpointPolicy::Written(_))
    })
}

/// Whether its groups are the template's, and neither let it out to something in particular nor are let in anywhere
/// but at endpoints.
fn groups_name_nothing(subject: &Subject<'_, '_>, network: &Network, workload: &Workload) -> bool {
    let own = &workload.groups;
    let of_endpoints: Vec<GroupIndex> = network
        .endpoints
        .iter()
        .flat_map(|endpoint| match &endpoint.kind {
            EndpointKind::Interface { groups, .. } => groups.items.clone(),
            EndpointKind::Gateway { .. } => Vec::new(),
        })
        .collect();
    let is_kept = |at: &GroupIndex| {
        network.groups.get(at.0).is_some_and(|group| {
            let made = resource_of(subject.template, &group.name).filter(|one| !subject.is_shared(&one.id));
            made.is_some()
                && group.egress.rest.is_none()
                && group.egress.items.iter().all(|rule| lets_out(rule, &of_endpoints))
        })
    };
    let is_let_in = network.groups.iter().enumerate().any(|(at, group)| {
        !of_endpoints.contains(&GroupIndex(at))
            && group.ingress.items.iter().any(|rule| matches!(rule.peer, Peer::Group(peer) if own.items.contains(&peer) && peer != GroupIndex(at)))
    });
    own.rest.is_none() && !own.items.is_empty() && own.items.iter().all(is_kept) && !is_let_in
}

/// Whether a rule lets out to everywhere, to HTTPS of endpoints or to a service: nothing that is only in the VPC.
fn lets_out(rule: &GroupRule, of_endpoints: &[GroupIndex]) -> bool {
    let https = rule.ports.known().is_some_and(|ports| (ports.first, ports.last) == (443, 443));
    match &rule.peer {
        Peer::Cidr(Cidr::Known(net)) => {
            let all_ports = rule.ports.known().is_some_and(|ports| ports.first <= 443 && 443 <= ports.last);
            net.prefix_len() == 0 && all_ports
                // The rule by which the CDK lets nothing out.
                || net.prefix_len() == 32 && net.addr().is_broadcast()
        }
        Peer::Group(peer) => https && of_endpoints.contains(peer),
        Peer::PrefixList(_) | Peer::Ipv6(_) => true,
        Peer::Cidr(Cidr::Symbol(_)) | Peer::Unknown(_) => false,
    }
}

/// Whether its subnets have routes to other networks.
fn leads_elsewhere(network: &Network, workload: &Workload) -> bool {
    let table =
        |at: &crate::network::SubnetIndex| network.tables.get(network.subnets.get(at.0)?.table.known()?.0);
    workload.subnets.items.iter().filter_map(table).any(|table| {
        table.routes.items.iter().any(|route| {
            matches!(
                route.target,
                Target::Peering(_) | Target::Gateway { .. } | Target::Interface { .. } | Target::Unknown(_)
            )
        })
    })
}

/// Whether a NAT gateway has an elastic address, which partners may know.
fn has_fixed_address(template: &Template<'_>, nat: &NatGateway) -> bool {
    match &nat.name {
        Name::Logical(id) => template.resource(id).is_some_and(|nat| has(template, nat, "AllocationId")),
        _ => false,
    }
}

fn finding(template: &Template<'_>, unneeded: &Unneeded) -> Finding {
    let id = &unneeded.function;
    let names: Vec<&str> = unneeded.reaches.iter().map(|(name, ..)| name.as_str()).collect();
    let (reached, reached_ja) = plain(&names);
    let it = if names.len() == 1 { "it" } else { "them" };
    let (addresses, addresses_ja) = match unneeded.interfaces {
        Some(1) => ("the address of its interface".to_owned(), "インターフェイスの IP アドレス".to_owned()),
        Some(count) => (
            format!("the addresses of its interfaces in {count} subnets"),
            format!("{count} サブネット分のインターフェイスの IP アドレス"),
        ),
        None => ("the addresses of its interfaces".to_owned(), "インターフェイスの IP アドレス".to_owned()),
    };
    let (money, money_ja) = if unneeded.spared.is_empty() {
        (String::new(), String::new())
    } else {
        let (spared, spared_ja) = quoted(&unneeded.spared);
        let cost = if unneeded.spared.len() == 1 { "costs" } else { "cost" };
        (
            format!(" and, if nobody else uses them, what {spared} {cost}"),
            format!("と、ほかに使うものがなければ {spared_ja} の料金"),
        )
    };
    let (source, source_ja) = match &unneeded.fixed {
        Some(nat) => (
            format!(", and the fixed source address of `{nat}`, which others may have let in"),
            format!(
                "と、`{nat}` の固定の送信元 IP アドレス (通信先が許可リストに登録している場合があります)"
            ),
        ),
        None => (String::new(), String::new()),
    };
    let function = template.resource(id);
    let mut finding = Finding::new(
        ID,
        Severity::Info,
        function.map(|function| key_of(template, function, "VpcConfig")),
        phrase!(
            en: "`{id}` may not need its VPC: it is known to reach {reached} only, and nothing in the VPC is named",
            ja: "`{id}` に VPC は不要かもしれません。わかっている通信先は {reached_ja} だけで、VPC 内のものはどこにも指定されていません",
        ),
    )
    .help(phrase!(
        en: "without VpcConfig it reaches {it} over public endpoints, signed and by TLS as now; that spares {addresses}{money}, and gives up security groups and routes that limit where it can send{source}; if code connects to something in the VPC (an address that it reads from a secret, say), keep it and declare that: Metadata: {{vpcheck: {{reaches: [...]}}}}",
        ja: "VpcConfig がなくても、パブリックエンドポイント経由で、今と同じく署名と TLS を使って通信できます。節約できるのは{addresses_ja}{money_ja}です。失うのは、セキュリティグループとルートによる送信先の制限{source_ja}です。シークレットから読んだ接続先など、VPC 内のものにコードが接続する場合はそのままにして、関数に Metadata: {{vpcheck: {{reaches: [...]}}}} と宣言してください",
    ))
    .about(id);
    finding.function = Some(id.clone());
    let mut told = Vec::new();
    for (_, at, words) in &unneeded.reaches {
        if let Some(span) = in_template(Some(*at)).filter(|span| !told.contains(span)) {
            told.push(span);
            finding = finding.label(span, words.clone());
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;
    use crate::rules::testing_egress::{BUCKETS, NAT, NETWORK, declaring, endpoint, function};

    const ID: &str = "vpc-not-needed";

    fn of(rest: &str) -> Vec<String> {
        findings(&format!("{NETWORK}{rest}"), ID)
    }

    fn reader() -> String {
        function("Fn", "s3:GetObject", "!Ref A")
    }

    #[test]
    fn a_function_that_names_nothing_inside_is_found() {
        let found = of(&format!("{BUCKETS}{}", reader()));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`Fn` may not need its VPC: it is known to reach s3 only"), "{found:?}");
        assert!(found[0].contains("its role allows s3:GetObject"), "{found:?}");
        assert_eq!(
            of(&format!("{NAT}{}", declaring(&reader(), "internet"))).len(),
            1,
            "a fixed address is named, no reason for silence"
        );
        assert_eq!(
            of(&format!("{}{}", endpoint("Queues", "sqs"), function("Fn", "sqs:SendMessage", "!Ref A")))
                .len(),
            1
        );
    }

    #[test]
    fn the_fixed_address_and_the_money_are_named() {
        let text = format!("{NETWORK}{NAT}{}", declaring(&reader(), "internet"));
        let analysis = crate::analyze("t.yaml", &text, &crate::Options::default());
        let found = analysis.findings.iter().find(|finding| finding.rule.0 == ID).expect("it is found");
        assert!(found.help.en.contains("the fixed source address of `Nat`"), "{}", found.help.en);
        assert!(found.help.en.contains("what `Nat` cost"), "{}", found.help.en);
    }

    #[test]
    fn sam_json_and_parameters_are_read_alike() {
        let sam = "Transform: AWS::Serverless-2016-10-31
Parameters: {VpcId: {Type: String}, Subnets: {Type: CommaDelimitedList}}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: f, VpcId: !Ref VpcId}}
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.13, CodeUri: ., Policies: [{S3ReadPolicy: {BucketName: b}}], VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}}}\n";
        assert_eq!(findings(sam, ID).len(), 1);
        let json = r#"{"Resources": {
            "G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "VpcId": "vpc-1"}},
            "R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}, "Policies": [{"PolicyName": "p", "PolicyDocument":
                {"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}}]}},
            "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["R", "Arn"]},
                "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn a_reason_to_stay_is_a_reason_for_silence() {
        let own = reader();
        let quiet = [
            function("Fn", "", "!Ref A"),
            own.replace("!GetAtt FnRole.Arn", "arn:aws:iam::111122223333:role/r"),
            own.replace("s3:GetObject", "*"),
            own.replace("s3:GetObject", "execute-api:Invoke"),
            own.replace("[!Ref Group]", "[sg-0aaa]"),
            own.replace("      Role:", "      FileSystemConfigs: [{Arn: 'arn:aws:elasticfilesystem:eu-west-1:1:access-point/fsap-1', LocalMountPath: /mnt/a}]\n      Role:"),
            own.replace("      Role:", "      Environment: {Variables: {DB_NAME: orders}}\n      Role:"),
            own.replace("      Role:", "      Environment: {Variables: {API_URL: '{{resolve:ssm:url}}'}}\n      Role:"),
            declaring(&own, "10.0.9.9:5432"),
            format!("{own}  Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres}}}}\n"),
            format!("{own}  Server: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref B}}}}\n"),
            format!("{own}  In: {{Type: AWS::EC2::SecurityGroupIngress, Properties: {{GroupId: sg-0aaa, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Group}}}}\n"),
            format!("{own}  Eg: {{Type: AWS::EC2::SecurityGroupEgress, Properties: {{GroupId: !Ref Group, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/8}}}}\n"),
            format!("{own}  Zone: {{Type: AWS::Route53::HostedZone, Properties: {{Name: corp, VPCs: [{{VPCId: !Ref Vpc, VPCRegion: eu-west-1}}]}}}}\n"),
            format!("{own}  Api: {{Type: AWS::ApiGateway::RestApi, Properties: {{EndpointConfiguration: {{Types: [PRIVATE]}}}}}}\n"),
            format!("{own}  Peer: {{Type: AWS::EC2::VPCPeeringConnection, Properties: {{VpcId: !Ref Vpc, PeerVpcId: vpc-1}}}}\n"),
            format!("{own}  Policy: {{Type: AWS::S3::BucketPolicy, Properties: {{Bucket: b, PolicyDocument: {{Statement: [{{Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*', Condition: {{StringNotEquals: {{'aws:SourceVpc': vpc-1}}}}}}]}}}}}}\n"),
            format!("{own}{}", BUCKETS.replace("RouteTableIds", "PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: '*'}]}, RouteTableIds")),
            format!("{own}Parameters: {{DbSecret: {{Type: String}}}}\n"),
            format!("{own}Outputs: {{G: {{Value: !Ref Group}}}}\n"),
            format!("{own}Parameters: {{In: {{Type: String}}}}\nConditions: {{IsIn: !Equals [!Ref In, 'yes']}}\n").replace("VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]}", "VpcConfig: !If [IsIn, {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]}, !Ref AWS::NoValue]"),
        ];
        for rest in quiet {
            let found = of(&rest);
            assert!(found.is_empty(), "{rest}: {found:?}");
        }
    }
}
