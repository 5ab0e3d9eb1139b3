use std::collections::BTreeMap;

use super::subject::{Faults, resource_at, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{
    Cidr, Connectivity, Destination, Fact, GatewayIndex, NatPlacement, Network, Target, VpcIndex,
};
use crate::phrase;
use crate::suggest::depend_on;
use crate::template::{Guard, Resource, Template};

const ID: RuleId = RuleId("missing-route-dependency");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Warning,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "Something needs a gateway or route while the stack is made, but does not wait for it",
            ja: "スタックの作成中に必要なゲートウェイやルートへの DependsOn がない",
        )
    },
    check,
};

/// What has to be there before a resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// It uses an internet gateway, which this attaches.
    Attachment,
    /// It runs a function in a VPC, which gets out by this.
    WayOut,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for one in subject.networks {
        for (resource, needed, why) in attachments(subject, &one.network) {
            faults.add((resource.id.clone(), needed, why), one.situation);
        }
        for (resource, needed) in ways_out(subject, &one.network) {
            faults.add((resource.id.clone(), needed, Why::WayOut), one.situation);
        }
    }
    // One finding for all that a resource has to wait for.
    let mut joined: BTreeMap<(String, Why), (Vec<String>, Vec<Guard>)> = BTreeMap::new();
    for ((resource, needed, why), situations) in faults {
        let (known, _) = joined.entry((resource, why)).or_insert_with(|| (Vec::new(), situations));
        if !known.contains(&needed) {
            known.push(needed);
        }
    }
    for ((resource, why), (needed, situations)) in joined {
        findings.extend(finding(subject, &resource, why, &needed, &situations));
    }
}

/// What uses an internet gateway without waiting for its attachment.
fn attachments<'a>(subject: &'a Subject<'_, '_>, network: &Network) -> Vec<(&'a Resource, String, Why)> {
    let template = subject.template;
    let mut found = Vec::new();
    for (at, gateway) in network.internet_gateways.iter().enumerate() {
        let (Some(own), Fact::Known(Some(vpc))) = (resource_of(template, &gateway.name), &gateway.vpc) else {
            continue;
        };
        let attaching: Vec<&Resource> = template
            .resources
            .iter()
            .filter(|one| one.kind == "AWS::EC2::VPCGatewayAttachment" && attaches(template, one, own))
            .collect();
        let Some(first) = resource_at(template, gateway.attached_at).or_else(|| attaching.first().copied())
        else {
            continue;
        };
        for user in users_of(template, network, GatewayIndex(at), Some(*vpc)) {
            let dependencies = subject.dependencies();
            let waits = attaching.iter().any(|one| dependencies.is_after(&user.id, &one.id));
            if !waits && !dependencies.is_after(&first.id, &user.id) {
                found.push((user, first.id.clone(), Why::Attachment));
            }
        }
    }
    found
}

fn attaches(template: &Template<'_>, attachment: &Resource, gateway: &Resource) -> bool {
    template
        .property(attachment, &["InternetGatewayId"])
        .iter()
        .any(|case| case.value.resource().is_some_and(|(id, _)| id == gateway.id))
}

/// What cannot be made before a gateway is attached to `vpc`: routes to it, public NAT gateways, and addresses of
/// instances.
pub(super) fn users_of<'a>(
    template: &'a Template<'_>,
    network: &Network,
    gateway: GatewayIndex,
    vpc: Option<VpcIndex>,
) -> Vec<&'a Resource> {
    let mut found: Vec<&Resource> = Vec::new();
    for route in network.tables.iter().flat_map(|table| &table.routes.items) {
        if matches!(route.target, Target::InternetGateway(at) if at == gateway) {
            found.extend(resource_at(template, route.at));
        }
    }
    let in_vpc = |of: Option<VpcIndex>| of.is_some() && of == vpc;
    for nat in &network.nat_gateways {
        let of = match &nat.placement {
            NatPlacement::Zonal(Fact::Known(subnet)) => {
                network.subnets.get(subnet.0).and_then(|subnet| subnet.vpc.known())
            }
            NatPlacement::Regional(vpc) => vpc.known(),
            NatPlacement::Zonal(Fact::Unknown(_)) => None,
        };
        if nat.connectivity == Fact::Known(Connectivity::Public) && in_vpc(of.copied()) {
            found.extend(resource_of(template, &nat.name));
        }
    }
    for address in template.resources.iter().filter(|one| one.kind == "AWS::EC2::EIP") {
        let instance = template.property(address, &["InstanceId"]).into_iter().find_map(|case| {
            let (id, _) = case.value.resource()?;
            network.workload(id).and_then(|at| network.workloads.get(at.0))
        });
        let subnet =
            instance.and_then(|one| one.subnets.items.first()).and_then(|at| network.subnets.get(at.0));
        if in_vpc(subnet.and_then(|subnet| subnet.vpc.known()).copied()) {
            found.push(address);
        }
    }
    found
}

/// Custom resources whose function answers from a VPC, with what its answer needs. The answer goes to an address of S3.
fn ways_out<'a>(subject: &'a Subject<'_, '_>, network: &Network) -> Vec<(&'a Resource, String)> {
    let template = subject.template;
    let mut found = Vec::new();
    for custom in template.resources.iter().filter(|one| one.is_custom()) {
        let function = template.property(custom, &["ServiceToken"]).into_iter().find_map(|case| {
            let (id, _) = case.value.resource()?;
            let function = network.workloads.get(network.workload(id)?.0)?;
            (function.in_vpc && resource_of(template, &function.name)?.kind == "AWS::Lambda::Function")
                .then_some(function)
        });
        let Some(function) = function else { continue };
        for subnet in &function.subnets.items {
            let table = network.subnets.get(subnet.0).and_then(|subnet| subnet.table.known());
            let Some(table) = table.and_then(|at| network.tables.get(at.0)) else { continue };
            let ways: Vec<&Resource> = table
                .routes
                .items
                .iter()
                .filter_map(|route| match (&route.destination, &route.target) {
                    (_, Target::GatewayEndpoint(at)) => {
                        let endpoint = network.endpoints.get(at.0)?;
                        (endpoint.service == Fact::Known("s3".to_owned()))
                            .then(|| resource_of(template, &endpoint.name))?
                    }
                    (Destination::Cidr(Cidr::Known(net)), Target::NatGateway(_)) if net.prefix_len() == 0 => {
                        resource_at(template, route.at)
                    }
                    _ => None,
                })
                .collect();
            let dependencies = subject.dependencies();
            let waits = ways.iter().any(|way| dependencies.is_after(&custom.id, &way.id));
            let Some(first) = ways.first().filter(|_| !waits) else { continue };
            if !dependencies.is_after(&first.id, &custom.id) {
                found.push((custom, first.id.clone()));
            }
        }
    }
    found
}

fn finding(
    subject: &Subject<'_, '_>,
    resource: &str,
    why: Why,
    needed: &[String],
    situations: &[Guard],
) -> Option<Finding> {
    let template = subject.template;
    let declared = template.resource(resource)?;
    let listed = needed.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let (message, help) = match why {
        Why::Attachment => (
            phrase!(
                en: "`{resource}` does not wait for {listed}, which attaches the internet gateway",
                ja: "`{resource}` に、インターネットゲートウェイをアタッチする {listed} への DependsOn がありません",
            ),
            phrase!(
                en: "add `DependsOn: {listed}`: CloudFormation may make it first, and then AWS refuses it",
                ja: "DependsOn に {listed} を追加してください。先に作成されると AWS に拒否されます",
            ),
        ),
        Why::WayOut => (
            phrase!(
                en: "`{resource}` runs a function in a VPC before its way out is there: {listed}",
                ja: "`{resource}` が呼び出す VPC 内の関数の通信経路 {listed} への DependsOn がありません",
            ),
            phrase!(
                en: "add `DependsOn: {listed}`: without it the function cannot answer, and the stack waits for up to an hour, also when it is deleted",
                ja: "DependsOn に {listed} を追加してください。経路がないと関数が応答を返せず、作成時も削除時もスタックが最大 1 時間待ち続けます",
            ),
        ),
    };
    let mut finding = Finding::new(ID, Severity::Warning, Some(template.node(declared.key).span()), message)
        .only_where(subject.only_where(situations))
        .help(help)
        .about(resource)
        .fix(fix(subject, declared, needed));
    for id in needed {
        if let Some(other) = template.resource(id) {
            finding = finding.label(
                template.node(other.key).span(),
                phrase!(en: "has to be there first", ja: "先に作成する必要がある"),
            );
        }
    }
    Some(finding)
}

fn fix(subject: &Subject<'_, '_>, resource: &Resource, needed: &[String]) -> Option<Fix> {
    let dependencies = subject.dependencies();
    if needed.iter().any(|id| dependencies.is_after(id, &resource.id)) {
        return None;
    }
    let ids: Vec<&str> = needed.iter().map(String::as_str).collect();
    let listed = ids.join(", ");
    Some(Fix {
        safety: Safety::Safe,
        title: phrase!(en: "Depend on {listed}", ja: "DependsOn に {listed} を追加する"),
        edits: vec![depend_on(subject.template, resource, &ids)?],
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "missing-route-dependency";
    const BASE: &str = "Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref V, InternetGatewayId: !Ref Igw}}
  Public: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}
";

    fn of(rest: &str) -> Vec<String> {
        findings(&format!("{BASE}{rest}"), ID)
    }

    #[test]
    fn what_uses_the_gateway_has_to_wait_for_its_attachment() {
        let text = format!("{BASE}  Out: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Public, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}}}
  Nat: {{Type: AWS::EC2::NatGateway, Properties: {{SubnetId: !Ref A, AllocationId: !GetAtt Ip.AllocationId}}}}
  Ip: {{Type: AWS::EC2::EIP, Properties: {{Domain: vpc}}}}
  Host: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref A}}}}
  HostIp: {{Type: AWS::EC2::EIP, Properties: {{InstanceId: !Ref Host}}}}
");
        let told = |line: u32, id: &str| {
            format!(
                "{line}:3 `{id}` does not wait for `Attachment`, which attaches the internet gateway | 4:3 has to be there first"
            )
        };
        assert_eq!(findings(&text, ID), [told(7, "Out"), told(8, "Nat"), told(11, "HostIp")]);
        let mended = fixed(&text, ID);
        assert!(
            mended.contains("Nat: {Type: AWS::EC2::NatGateway, DependsOn: Attachment, Properties"),
            "{mended}"
        );
        assert_eq!(findings(&mended, ID), Vec::<String>::new());
    }

    #[test]
    fn waiting_by_any_way_is_enough() {
        let quiet = [
            "  Out: {Type: AWS::EC2::Route, DependsOn: Attachment, Properties: {RouteTableId: !Ref Public, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}\n",
            "  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Public, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !GetAtt Attachment.InternetGatewayId}}\n",
            "  Ip: {Type: AWS::EC2::EIP, DependsOn: [Attachment], Properties: {Domain: vpc}}\n  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref A, AllocationId: !GetAtt Ip.AllocationId}}\n",
            "  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref A, ConnectivityType: private}}\n",
            "  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: subnet-1, AllocationId: eipalloc-1}}\n",
        ];
        for rest in quiet {
            assert_eq!(of(rest), Vec::<String>::new(), "{rest}");
        }
    }

    const CUSTOM: &str = "  Nat: {Type: AWS::EC2::NatGateway, DependsOn: Attachment, Properties: {SubnetId: !Ref A, AllocationId: eipalloc-1}}
  Private: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24}}
  OfB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref B, RouteTableId: !Ref Private}}
  Fn: {Type: AWS::Serverless::Function, Properties: {VpcConfig: {SubnetIds: [!Ref B], SecurityGroupIds: [sg-1]}}}
";

    #[test]
    fn a_custom_resource_in_a_vpc_has_to_wait_for_the_way_out() {
        let route = "  Default: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Private, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}\n";
        let call = "  Call: {Type: Custom::Call, Properties: {ServiceToken: !GetAtt Fn.Arn}}\n";
        let text = format!("{BASE}{CUSTOM}{route}{call}");
        assert_eq!(
            findings(&text, ID),
            [
                "13:3 `Call` runs a function in a VPC before its way out is there: `Default` | 12:3 has to be there first"
            ]
        );
        assert!(fixed(&text, ID).contains("Call: {Type: Custom::Call, DependsOn: Default, Prop"));
        let endpoint = "  S3: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref V, ServiceName: com.amazonaws.us-east-1.s3, RouteTableIds: [!Ref Private]}}\n";
        assert_eq!(of(&format!("{CUSTOM}{endpoint}{call}")).len(), 1);
        let waiting = call.replace("Custom::Call,", "Custom::Call, DependsOn: S3,");
        assert_eq!(of(&format!("{CUSTOM}{route}{endpoint}{waiting}")), Vec::<String>::new());
        assert_eq!(of(&format!("{CUSTOM}{call}")), Vec::<String>::new(), "no way out is in the template");
    }

    #[test]
    fn json_is_mended_alike() {
        let text = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC"}, "Igw": {"Type": "AWS::EC2::InternetGateway"},
"Attachment": {"Type": "AWS::EC2::VPCGatewayAttachment", "Properties": {"VpcId": {"Ref": "V"}, "InternetGatewayId": {"Ref": "Igw"}}},
"Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "V"}}},
"Out": {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": {"Ref": "Igw"}}}}}"#;
        assert_eq!(findings(text, ID).len(), 1);
        assert!(fixed(text, ID).contains(r#""AWS::EC2::Route", "DependsOn": "Attachment", "Prop"#));
    }
}
