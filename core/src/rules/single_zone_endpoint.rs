use super::single_zone_function::zone_name;
use super::subject::{Faults, in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::demands::Confidence;
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{
    Endpoint, EndpointKind, Fact, Listed, Name, Network, Subnet, SubnetIndex, VpcIndex, WorkloadKind, Zone,
};
use crate::paths::GoalTarget;
use crate::phrase;
use crate::suggest::{append_item, reference};
use crate::template::{Resource, Template};
use crate::text::Edit;

const ID: RuleId = RuleId("single-zone-endpoint");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Info,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A function runs in zones in which the endpoint it uses has no network interface",
            ja: "関数が動く AZ に、利用するエンドポイントのネットワークインターフェイスがない",
        )
    },
    check,
};

/// An endpoint, and who uses it from zones that it lacks.
#[derive(PartialEq)]
struct Lacking {
    name: Name,
    service: String,
    /// Functions, each with such a zone.
    functions: Vec<(String, String)>,
    /// A subnet of these functions in each such zone.
    subnets: Vec<Name>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults: Faults<Lacking> = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        for endpoint in &network.endpoints {
            let (Some(vpc), Some(service)) = (endpoint.vpc.known(), endpoint.service.known()) else {
                continue;
            };
            let Some(covered) = zones_of_service(network, *vpc, service) else { continue };
            if !answers_names(endpoint) {
                continue;
            }
            let mut lacking = Vec::new();
            let mut zones = covered.clone();
            let mut subnets: Vec<Name> = Vec::new();
            for workload in &network.workloads {
                let inside = workload.kind == WorkloadKind::Function && workload.in_vpc;
                let Some(function) = resource_of(template, &workload.name).filter(|_| inside) else {
                    continue;
                };
                let uses = subject.demands().of(&function.id).any(|demand| {
                    let there = template.with_guards(|guards| !guards.exclude(one.situation, demand.when));
                    there
                        && !demand.forbidden
                        && demand.confidence != Confidence::Possible
                        && matches!(&demand.goal.target, GoalTarget::Service(name) if name == service)
                });
                if uses && let Some((_, zone)) = uncovered(network, *vpc, &workload.subnets, &covered) {
                    lacking.push((function.id.clone(), zone_name(zone)));
                    while let Some((subnet, zone)) = uncovered(network, *vpc, &workload.subnets, &zones) {
                        zones.push(zone);
                        subnets.push(subnet.name.clone());
                    }
                }
            }
            if !lacking.is_empty() {
                let (name, service) = (endpoint.name.clone(), service.clone());
                faults.add(Lacking { name, service, functions: lacking, subnets }, one.situation);
            }
        }
    }
    for (Lacking { name, service, functions: lacking, subnets }, situations) in faults {
        let Some(endpoint) = resource_of(template, &name) else { continue };
        let Some((function, zone)) = lacking.first() else { continue };
        let mut finding = Finding::new(
            ID,
            Severity::Info,
            Some(key_of(template, endpoint, "SubnetIds")),
            phrase!(
                en: "`{name}` ({service}) has no network interface in zone {zone}, where `{function}` runs",
                ja: "`{name}` ({service}) のネットワークインターフェイスが、`{function}` の動く AZ ({zone}) にありません",
            ),
        )
        .only_where(subject.only_where(&situations))
        .help(phrase!(
            en: "add a subnet of that zone to the endpoint: when its own zones fail, functions of the others lose {service} too; weigh that against the hourly price of one more zone",
            ja: "その AZ のサブネットをエンドポイントに追加することを検討してください。エンドポイントのある AZ に障害が起きると、ほかの AZ の関数も {service} に接続できなくなります。AZ が増えると時間料金も増えます",
        ))
        .about(&endpoint.id)
        .fix(fix(template, endpoint, &subnets));
        for (function, zone) in &lacking {
            if let Some(resource) = template.resource(function) {
                finding = finding.label(
                    key_of(template, resource, "VpcConfig"),
                    phrase!(en: "`{function}` runs in {zone} too", ja: "`{function}` は {zone} でも動く"),
                );
            }
        }
        findings.push(finding);
    }
}

/// Adds subnets to the endpoint, where its own are written out as a list.
fn fix(template: &Template<'_>, endpoint: &Resource, subnets: &[Name]) -> Option<Fix> {
    let list = template.properties(endpoint)?.get("SubnetIds")?;
    let edits: Option<Vec<Edit>> =
        subnets.iter().map(|subnet| append_item(template, list, &reference(template, subnet)?)).collect();
    let names: Vec<String> = subnets.iter().map(|subnet| format!("`{subnet}`")).collect();
    let (id, names, names_ja) = (&endpoint.id, names.join(", "), names.join("、"));
    let title = phrase!(en: "Add {names} to `{id}`", ja: "`{id}` に {names_ja} を追加");
    Some(Fix { safety: Safety::Suggested, title, edits: edits? })
}

/// Whether the names of the service lead to an endpoint.
fn answers_names(endpoint: &Endpoint) -> bool {
    in_template(endpoint.at).is_some()
        && matches!(
            &endpoint.kind,
            EndpointKind::Interface {
                private_dns: Fact::Known(true),
                inbound_resolver_only: Fact::Known(false),
                ..
            }
        )
}

/// The zones of all interface endpoints of a service in a VPC; nothing where one is not known, or where a gateway
/// endpoint carries the service.
fn zones_of_service<'n>(network: &'n Network, vpc: VpcIndex, service: &str) -> Option<Vec<&'n Zone>> {
    let mut zones = Vec::new();
    for endpoint in &network.endpoints {
        if endpoint.vpc.known() != Some(&vpc) || endpoint.service.known().is_none_or(|own| own != service) {
            continue;
        }
        match &endpoint.kind {
            EndpointKind::Interface { subnets, .. } if subnets.rest.is_none() => {
                for at in &subnets.items {
                    let subnet = network.subnets.get(at.0).filter(|subnet| !subnet.several)?;
                    zones.push(subnet.zone.known()?);
                }
            }
            EndpointKind::Interface { .. } | EndpointKind::Gateway { .. } => return None,
        }
    }
    (!zones.is_empty()).then_some(zones)
}

/// A subnet in a zone that is none of those that are covered.
fn uncovered<'n>(
    network: &'n Network,
    vpc: VpcIndex,
    subnets: &Listed<SubnetIndex>,
    covered: &[&Zone],
) -> Option<(&'n Subnet, &'n Zone)> {
    subnets.items.iter().find_map(|at| {
        let subnet = network.subnets.get(at.0)?;
        let zone = subnet.zone.known()?;
        let outside = subnet.vpc.known() == Some(&vpc)
            && !subnet.several
            && covered.iter().all(|other| zone.same(other) == Some(false));
        outside.then_some((subnet, zone))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "single-zone-endpoint";

    fn text(endpoint: &str, function: &str) -> String {
        format!(
            "Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}}}
  C: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  Queue:
    Type: AWS::EC2::VPCEndpoint
    Properties: {{VpcId: !Ref Vpc, VpcEndpointType: Interface, PrivateDnsEnabled: true, ServiceName: com.amazonaws.us-east-1.sqs, {endpoint}}}
  Fn:
    Type: AWS::Lambda::Function
    Metadata: {{vpcheck: {{reaches: [sqs]}}}}
    Properties: {{VpcConfig: {{{function}, SecurityGroupIds: [sg-1]}}}}
"
        )
    }

    #[test]
    fn a_function_in_a_zone_more_is_told() {
        assert_eq!(
            findings(&text("SubnetIds: [!Ref A]", "SubnetIds: [!Ref A, !Ref B]"), ID),
            [
                "8:130 `Queue` (sqs) has no network interface in zone !Select [1, !GetAZs ''], where `Fn` runs | 12:18 `Fn` runs in !Select [1, !GetAZs ''] too"
            ]
        );
    }

    #[test]
    fn the_fix_adds_a_subnet_of_the_missing_zone() {
        let after = fixed(&text("SubnetIds: [!Ref A]", "SubnetIds: [!Ref A, !Ref B]"), ID);
        assert_eq!(after, text("SubnetIds: [!Ref A, !Ref B]", "SubnetIds: [!Ref A, !Ref B]"));
        let given = text("SubnetIds: !Ref Given", "SubnetIds: [!Ref A, !Ref B]");
        assert_eq!(fixed(&given, ID), given);
    }

    #[test]
    fn json_and_sam_are_no_different() {
        let json = r#"{"Transform": "AWS::Serverless-2016-10-31", "Resources": {
"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "AvailabilityZone": "us-east-1a"}},
"B": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "AvailabilityZone": "us-east-1b"}},
"E": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "Vpc"}, "VpcEndpointType": "Interface", "PrivateDnsEnabled": true, "ServiceName": "com.amazonaws.us-east-1.sqs", "SubnetIds": [{"Ref": "A"}]}},
"F": {"Type": "AWS::Serverless::Function", "Metadata": {"vpcheck": {"reaches": ["sqs"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "B"}], "SecurityGroupIds": ["sg-1"]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn covered_and_unknown_zones_and_unused_services_are_silent() {
        let both = "SubnetIds: [!Ref A, !Ref B]";
        let one = "SubnetIds: [!Ref A]";
        let cases = [
            text(both, both),
            text(one, one),
            text(one, "SubnetIds: [!Ref A, !Ref C]"),
            text("SubnetIds: [!Ref C]", both),
            text(one, both).replace("PrivateDnsEnabled: true", "PrivateDnsEnabled: false"),
            text(one, both).replace("reaches: [sqs]", "reaches: [sns]"),
        ];
        for text in cases {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn another_endpoint_of_the_service_covers_its_zone() {
        let more = text("SubnetIds: [!Ref A]", "SubnetIds: [!Ref A, !Ref B]")
            + "  More: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, ServiceName: com.amazonaws.us-east-1.sqs, SubnetIds: [!Ref B]}}\n";
        assert_eq!(findings(&more, ID), Vec::<String>::new());
    }
}
