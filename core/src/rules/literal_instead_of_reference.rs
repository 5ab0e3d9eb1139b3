use std::collections::BTreeSet;

use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::phrase;
use crate::suggest::reference_to;
use crate::syntax::{CollectionStyle, Node};
use crate::template::reference::inside_quotes;
use crate::template::{Resource, Template};
use crate::text::{Edit, Span};

const ID: RuleId = RuleId("literal-instead-of-reference");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Warning,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "A property that takes an id holds the name of a parameter or resource as a plain word",
            ja: "ID を書くべきプロパティに、パラメータやリソースの名前が文字列のまま書かれている",
        )
    },
    check,
};

/// Properties that hold ids of network components, or lists of them.
const PROPERTIES: [&str; 34] = [
    "AccepterVpcId",
    "AllocationId",
    "AwsVpcSubnetIds",
    "CarrierGatewayId",
    "ClientSubnets",
    "DestinationPrefixListId",
    "DestinationSecurityGroupId",
    "EgressOnlyInternetGatewayId",
    "GatewayId",
    "GroupId",
    "GroupSet",
    "InternetGatewayId",
    "NatGatewayId",
    "NetworkAclId",
    "NetworkInterfaceId",
    "PeerVpcId",
    "RouteTableId",
    "RouteTableIds",
    "SecurityGroupIds",
    "SecurityGroups",
    "SourcePrefixListId",
    "SourceSecurityGroupId",
    "SubnetId",
    "SubnetIds",
    "Subnets",
    "TransitGatewayId",
    "VPCSecurityGroups",
    "VPCZoneIdentifier",
    "VpcEndpointId",
    "VpcId",
    "VpcPeeringConnectionId",
    "VpcSecurityGroupIds",
    "VpcSubnetIds",
    "VpnGatewayId",
];

/// Properties under which such properties stand.
const HOLDERS: [&str; 16] = [
    "AwsvpcConfiguration",
    "BrokerNodeGroupInfo",
    "EndpointConfiguration",
    "FileSystemConfigs",
    "IpAddresses",
    "LaunchTemplateData",
    "NetworkConfiguration",
    "NetworkInterfaces",
    "ResourcesVpcConfig",
    "SecurityGroupEgress",
    "SecurityGroupIngress",
    "SubnetMappings",
    "VPCOptions",
    "VPCs",
    "VpcConfig",
    "VpcConfiguration",
];

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    // A list of `Globals` stands in many functions and is written once.
    let mut seen = BTreeSet::new();
    for resource in &template.resources {
        if resource.is_custom() || !resource.kind.starts_with("AWS::") {
            continue;
        }
        let Some(properties) = template.properties(resource) else { continue };
        let mut found = Vec::new();
        look_into(properties, resource, 3, &mut found);
        for literal in found {
            if let Some(finding) = finding(subject, resource, &literal)
                && seen.insert(literal.node.span())
            {
                findings.push(finding);
            }
        }
    }
}

/// A plain word in a property.
struct Literal<'a> {
    node: Node<'a>,
    property: &'a str,
    /// The list that it stands in.
    list: Option<Node<'a>>,
    /// Whether an edit reaches it: it did not come by an alias or a merge.
    own: bool,
}

fn look_into<'a>(map: Node<'a>, resource: &Resource, depth: usize, found: &mut Vec<Literal<'a>>) {
    let Some(depth) = depth.checked_sub(1).filter(|_| map.tag().is_none()) else { return };
    for entry in map.entries() {
        let Some(property) = entry.name() else { continue };
        let value = entry.value;
        let own = !entry.merged && value.target() == value.id();
        if HOLDERS.contains(&property) {
            if value.is_mapping() {
                look_into(value, resource, depth, found);
            }
            value.items().into_iter().for_each(|item| look_into(item, resource, depth, found));
        } else if PROPERTIES.contains(&property)
            && !takes_names(&resource.kind, property)
            && value.tag().is_none()
        {
            let mut add = |node: Node<'a>, list: Option<Node<'a>>| {
                if node.as_str().is_some() && node.tag().is_none() {
                    let own = own && node.target() == node.id();
                    found.push(Literal { node, property, list, own });
                }
            };
            add(value, None);
            value.items().into_iter().for_each(|item| add(item, Some(value)));
        }
    }
}

/// Properties that take the names that groups give themselves, beside ids or in their place.
fn takes_names(kind: &str, property: &str) -> bool {
    property == "SecurityGroups"
        && matches!(
            kind,
            "AWS::EC2::Instance" | "AWS::EC2::LaunchTemplate" | "AWS::AutoScaling::LaunchConfiguration"
        )
}

fn finding(subject: &Subject<'_, '_>, resource: &Resource, literal: &Literal<'_>) -> Option<Finding> {
    let template = subject.template;
    let name = literal.node.as_str()?;
    let (property, id) = (literal.property, &resource.id);
    let target = template.resources.iter().find(|target| target.id == name && target.made_by.is_none());
    let declared = match (template.parameter(name), target) {
        (Some(parameter), _) => template.node(parameter.key).span(),
        (None, Some(target)) => template.node(target.key).span(),
        (None, None) => return None,
    };
    let message = if target.is_some() {
        phrase!(
            en: "`{property}` holds the word \"{name}\", not the id of the resource `{name}`",
            ja: "`{property}` の値はリソース `{name}` の ID ではなく、文字列 \"{name}\" です",
        )
    } else {
        phrase!(
            en: "`{property}` holds the word \"{name}\", not the value of the parameter `{name}`",
            ja: "`{property}` の値はパラメータ `{name}` の値ではなく、文字列 \"{name}\" です",
        )
    };
    Some(
        Finding::new(ID, Severity::Warning, Some(literal.node.span()), message)
            .label(declared, phrase!(en: "probably meant", ja: "おそらくこれを参照する意図"))
            .help(phrase!(
                en: "refer to it: `!Ref {name}`; AWS takes the word for an id and finds nothing",
                ja: "`!Ref {name}` で参照してください。このままでは文字列が ID とみなされ、該当するものが見つかりません",
            ))
            .about(id)
            .told_apart_by(format!("{property}/{name}"))
            .fix(fix(subject, resource, literal, name)),
    )
}

/// A reference in place of the word, where it returns what the property takes.
fn fix(subject: &Subject<'_, '_>, resource: &Resource, literal: &Literal<'_>, name: &str) -> Option<Fix> {
    let template = subject.template;
    let text = template.text();
    if !literal.own || inside_quotes(literal.node, text).slice(text) != name {
        return None;
    }
    let in_list = literal.list.is_some();
    let span = match template.parameter(name) {
        // A list inside a list is refused: it takes the place of the whole one.
        Some(parameter) if parameter.is_list() && in_list => sole_item(literal)?,
        Some(_) => literal.node.span(),
        None => {
            let target = template.resource(name)?;
            let fits = KINDS
                .iter()
                .any(|(kind, properties)| *kind == target.kind && properties.contains(&literal.property));
            let ring = target.id == resource.id || subject.dependencies().is_after(&target.id, &resource.id);
            if !fits || ring || !exists_with(template, resource, target) {
                return None;
            }
            literal.node.span()
        }
    };
    Some(Fix {
        safety: Safety::Safe,
        title: phrase!(en: "Refer to `{name}`", ja: "`{name}` を参照する"),
        edits: vec![Edit::replace(span, reference_to(template, name))],
    })
}

/// The list of one item, in brackets.
fn sole_item(literal: &Literal<'_>) -> Option<Span> {
    let list = literal.list?;
    (list.items().len() == 1 && list.collection_style() == Some(CollectionStyle::Flow)).then(|| list.span())
}

/// A resource that may not be there is no safe thing to refer to.
fn exists_with(template: &Template<'_>, resource: &Resource, target: &Resource) -> bool {
    template.with_guards(|guards| guards.implies(resource.guard, target.guard))
}

/// What `Ref` of a kind of resource may stand in.
const KINDS: [(&str, &[&str]); 12] = [
    (
        "AWS::EC2::Subnet",
        &[
            "SubnetId",
            "SubnetIds",
            "Subnets",
            "ClientSubnets",
            "VPCZoneIdentifier",
            "VpcSubnetIds",
            "AwsVpcSubnetIds",
        ],
    ),
    ("AWS::EC2::VPC", &["VpcId", "PeerVpcId"]),
    (
        "AWS::EC2::SecurityGroup",
        &[
            "GroupId",
            "GroupSet",
            "SecurityGroupIds",
            "SecurityGroups",
            "SourceSecurityGroupId",
            "DestinationSecurityGroupId",
            "VPCSecurityGroups",
            "VpcSecurityGroupIds",
        ],
    ),
    ("AWS::EC2::RouteTable", &["RouteTableId", "RouteTableIds"]),
    ("AWS::EC2::InternetGateway", &["InternetGatewayId", "GatewayId"]),
    ("AWS::EC2::NatGateway", &["NatGatewayId"]),
    ("AWS::EC2::NetworkAcl", &["NetworkAclId"]),
    ("AWS::EC2::NetworkInterface", &["NetworkInterfaceId"]),
    ("AWS::EC2::TransitGateway", &["TransitGatewayId"]),
    ("AWS::EC2::VPCEndpoint", &["VpcEndpointId"]),
    ("AWS::EC2::VPCPeeringConnection", &["VpcPeeringConnectionId"]),
    ("AWS::EC2::VPNGateway", &["VpnGatewayId", "GatewayId"]),
];

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "literal-instead-of-reference";

    #[test]
    fn words_that_are_names_are_found_and_mended() {
        let text = "Parameters:
  VpcId: {Type: AWS::EC2::VPC::Id}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: a, VpcId: VpcId}}
  Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, CidrBlock: 10.0.0.0/24}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig:
        SubnetIds: [Private, 'Private', subnet-1]
        SecurityGroupIds:
          - Group
";
        assert_eq!(
            findings(text, ID),
            [
                "4:83 `VpcId` holds the word \"VpcId\", not the value of the parameter `VpcId` | 2:3 probably meant",
                "10:21 `SubnetIds` holds the word \"Private\", not the id of the resource `Private` | 5:3 probably meant",
                "10:30 `SubnetIds` holds the word \"Private\", not the id of the resource `Private` | 5:3 probably meant",
                "12:13 `SecurityGroupIds` holds the word \"Group\", not the id of the resource `Group` | 4:3 probably meant",
            ]
        );
        let mended = fixed(text, ID);
        assert!(mended.contains("SubnetIds: [!Ref Private, !Ref Private, subnet-1]"), "{mended}");
        assert!(
            mended.contains("          - !Ref Group\n") && mended.contains("VpcId: !Ref VpcId}}"),
            "{mended}"
        );
        assert_eq!(findings(&mended, ID), Vec::<String>::new());
    }

    #[test]
    fn json_gets_the_long_form() {
        let text = r#"{"Parameters": {"Ids": {"Type": "List<AWS::EC2::Subnet::Id>"}}, "Resources": {
  "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {"SubnetIds": ["Ids"], "SecurityGroupIds": ["sg-1"]}}}}}"#;
        assert_eq!(findings(text, ID).len(), 1);
        assert!(fixed(text, ID).contains(r#""SubnetIds": {"Ref": "Ids"}, "Sec"#), "{}", fixed(text, ID));
    }

    #[test]
    fn a_list_of_globals_is_told_once() {
        let text = "Transform: AWS::Serverless-2016-10-31
Parameters: {One: {Type: String}}
Globals: {Function: {VpcConfig: {SubnetIds: [One], SecurityGroupIds: [sg-1]}}}
Resources:
  A: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
  B: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
";
        assert_eq!(findings(text, ID).len(), 1);
        assert!(fixed(text, ID).contains("[!Ref One]"));
    }

    #[test]
    fn a_reference_that_would_make_a_ring_or_not_fit_is_not_offered() {
        let text = "Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: a
      SecurityGroupIngress: [{IpProtocol: -1, SourceSecurityGroupId: Group}]
  Topic: {Type: AWS::SNS::Topic}
  Route: {Type: AWS::EC2::Route, Properties: {RouteTableId: rtb-1, NatGatewayId: Topic}}
";
        assert_eq!(findings(text, ID).len(), 2);
        assert_eq!(fixed(text, ID), text);
    }

    #[test]
    fn ids_and_words_elsewhere_are_left_alone() {
        let text = "Parameters: {VpcId: {Type: String}, SubnetIds: {Type: CommaDelimitedList}}
Resources:
  Web: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: VpcId, VpcId: vpc-1, GroupName: Web}}
  Host: {Type: AWS::EC2::Instance, Properties: {SecurityGroups: [Web]}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Environment: {Variables: {VpcId: VpcId}}
      VpcConfig: {SubnetIds: !Ref SubnetIds, SecurityGroupIds: [!GetAtt Web.GroupId]}
      Tags: [{Key: VpcId, Value: VpcId}]
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://a', Parameters: {VpcId: VpcId}}}
  Own: {Type: Custom::Thing, Properties: {ServiceToken: a, VpcId: VpcId}}
";
        assert_eq!(findings(text, ID), Vec::<String>::new());
    }
}
