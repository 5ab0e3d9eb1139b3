use std::collections::BTreeSet;

use super::causes::{Cause, Fault};
use super::missing_route_dependency::users_of;
use super::subject::{Faults, first_reference, resource_at, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{Fact, GatewayIndex, InternetGateway, Name, Network, Target, VpcIndex};
use crate::phrase;
use crate::suggest::{NewResource, Written, depend_on, insert_resource};
use crate::template::{Resource, Template, Unknown};

pub(super) const ID: RuleId = RuleId("internet-gateway-not-attached");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "A route leads to an internet gateway that is attached to no VPC",
            ja: "ルートの先のインターネットゲートウェイが、どの VPC にもアタッチされていない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    if !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        for (at, gateway) in network.internet_gateways.iter().enumerate() {
            let Some(resource) = resource_of(template, &gateway.name) else { continue };
            if !is_at_fault(subject, gateway) {
                continue;
            }
            let routes = routes_to(template, network, GatewayIndex(at));
            if !routes.is_empty() {
                let needing =
                    users_of(template, network, GatewayIndex(at), routes.iter().find_map(|(_, vpc)| *vpc));
                let vpc = routes
                    .iter()
                    .find_map(|(_, vpc)| network.vpcs.get((*vpc)?.0))
                    .map(|vpc| vpc.name.clone());
                let routes: Vec<String> = routes.iter().map(|(route, _)| route.id.clone()).collect();
                let needing: BTreeSet<String> = needing.iter().map(|one| one.id.clone()).collect();
                faults.add((resource.id.clone(), routes, needing, vpc), one.situation);
            }
        }
    }
    for ((id, routes, needing, vpc), situations) in faults {
        let Some(gateway) = template.resource(&id) else { continue };
        let mut finding = Finding::new(
            ID,
            Severity::Error,
            Some(template.node(gateway.key).span()),
            phrase!(
                en: "`{id}` is attached to no VPC, but routes lead to it",
                ja: "`{id}` はどの VPC にもアタッチされていませんが、ルートの先になっています",
            ),
        )
        .only_where(subject.only_where(&situations))
        .help(phrase!(
            en: "add an AWS::EC2::VPCGatewayAttachment, and let the routes depend on it: AWS refuses a route to a gateway that is not attached",
            ja: "AWS::EC2::VPCGatewayAttachment を追加し、ルートに DependsOn で指定してください。アタッチされていないゲートウェイへのルートは AWS に拒否されます",
        ))
        .about(&id)
        .fix(fix(template, gateway, vpc.as_ref(), &needing));
        for route in &routes {
            if let Some(span) =
                template.resource(route).and_then(|route| first_reference(template, route, &id))
            {
                finding = finding.label(span, phrase!(en: "`{route}` leads to it", ja: "`{route}` の宛先"));
            }
        }
        if let Some(cause) = Cause::by(subject, &Fault::Gateway(id)) {
            finding = cause.with_effects(subject, finding);
        }
        findings.push(finding);
    }
}

/// Whether this rule tells of a gateway to which a route leads.
pub(super) fn is_at_fault(subject: &Subject<'_, '_>, gateway: &InternetGateway) -> bool {
    // Another stack may attach what it is told of.
    let open = |gateway: &Resource| subject.is_shared(&gateway.id);
    gateway.vpc == Fact::Known(None)
        && subject.is_whole()
        && resource_of(subject.template, &gateway.name).is_some_and(|gateway| !open(gateway))
}

/// The routes of the template that lead to a gateway, with the VPC of their table.
fn routes_to<'a>(
    template: &'a Template<'_>,
    network: &Network,
    gateway: GatewayIndex,
) -> Vec<(&'a Resource, Option<VpcIndex>)> {
    let mut found = Vec::new();
    for table in &network.tables {
        for route in &table.routes.items {
            if matches!(route.target, Target::InternetGateway(at) if at == gateway)
                && let Some(resource) = resource_at(template, route.at)
            {
                found.push((resource, table.vpc.known().copied()));
            }
        }
    }
    found
}

/// Attaches the gateway to the VPC of the routes, and lets all wait that need it.
fn fix(
    template: &Template<'_>,
    gateway: &Resource,
    vpc: Option<&Name>,
    needing: &BTreeSet<String>,
) -> Option<Fix> {
    let vpc = match vpc? {
        Name::Logical(id) | Name::Unknown { value: Unknown::Parameter(id), item: None } => id.as_str(),
        _ => return None,
    };
    let condition = template.node(gateway.body).get("Condition").and_then(crate::syntax::Node::as_str);
    let new = NewResource {
        wanted_id: format!("{}Attachment", gateway.id),
        kind: "AWS::EC2::VPCGatewayAttachment",
        condition,
        properties: vec![
            ("VpcId", Written::reference(vpc)),
            ("InternetGatewayId", Written::reference(&gateway.id)),
        ],
    };
    let (id, edit) = insert_resource(template, gateway, &new)?;
    let mut edits = vec![edit];
    for user in needing {
        edits.push(depend_on(template, template.resource(user)?, &[&id])?);
    }
    Some(Fix {
        safety: Safety::Safe,
        title: phrase!(en: "Attach it to `{vpc}`", ja: "`{vpc}` にアタッチする"),
        edits,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "internet-gateway-not-attached";
    const TEXT: &str = "Resources:
  V:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Igw:
    Type: AWS::EC2::InternetGateway
  Table:
    Type: AWS::EC2::RouteTable
    Properties: {VpcId: !Ref V}
  Out:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref Table
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !Ref Igw
";

    #[test]
    fn a_gateway_nobody_attaches_is_found_and_attached() {
        assert_eq!(
            findings(TEXT, ID),
            ["5:3 `Igw` is attached to no VPC, but routes lead to it | 15:23 `Out` leads to it"]
        );
        let mended = fixed(TEXT, ID);
        assert!(mended.contains("  IgwAttachment:\n    Type: AWS::EC2::VPCGatewayAttachment\n    Properties:\n      VpcId: !Ref V\n      InternetGatewayId: !Ref Igw\n"), "{mended}");
        assert!(mended.contains("    Type: AWS::EC2::Route\n    DependsOn: IgwAttachment\n"), "{mended}");
        for rule in [ID, "missing-route-dependency", "invalid-syntax"] {
            assert_eq!(findings(&mended, rule), Vec::<String>::new(), "{rule}");
        }
    }

    #[test]
    fn json_is_mended_alike() {
        let text = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"Igw": {"Type": "AWS::EC2::InternetGateway"},
"Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "V"}}},
"Out": {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": {"Ref": "Igw"}}}}}"#;
        assert_eq!(findings(text, ID).len(), 1);
        let mended = fixed(text, ID);
        assert!(
            mended.contains(r#""Properties": {"VpcId": {"Ref": "V"}, "InternetGatewayId": {"Ref": "Igw"}}}"#),
            "{mended}"
        );
        assert_eq!(findings(&mended, ID), Vec::<String>::new());
    }

    #[test]
    fn an_attachment_that_is_left_out_is_told_with_its_situation() {
        let text = format!("Parameters: {{Env: {{Type: String}}}}\nConditions: {{Prod: !Equals [!Ref Env, prod]}}\n{TEXT}  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Condition: Prod
    Properties: {{VpcId: !Ref V, InternetGatewayId: !Ref Igw}}
");
        let found = findings(&text, ID);
        assert_eq!(found.len(), 1);
        assert!(!found[0].contains("where Env = prod"), "{found:?}");
    }

    #[test]
    fn attached_shared_or_incomplete_is_left_alone() {
        let attached = format!(
            "{TEXT}  Attachment:\n    Type: AWS::EC2::VPCGatewayAttachment\n    Properties: {{VpcId: !Ref V, InternetGatewayId: !Ref Igw}}\n"
        );
        let shared = format!("{TEXT}Outputs: {{Igw: {{Value: !Ref Igw}}}}\n");
        let made = format!("Transform: MyMacro\n{TEXT}");
        let unused = TEXT.replace("!Ref Igw", "!Ref Given") + "Parameters: {Given: {Type: String}}\n";
        for text in [attached, shared, made, unused] {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }
}
