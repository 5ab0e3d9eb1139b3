use super::causes::{Cause, Fault, listed, marked};
use super::subject::{in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::{EndpointKind, Name, prefix_list_in};
use crate::phrase;
use crate::template::Template;
use crate::text::Span;

pub(super) const ID: RuleId = RuleId("egress-blocks-gateway-endpoint");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "The security group of a function does not let out what a gateway endpoint would carry",
            ja: "関数のセキュリティグループが、ゲートウェイエンドポイント宛ての通信を送信できない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        if let Fault::Egress(groups) = &cause.fault {
            let finding = cause.told(subject, finding(subject, cause, groups));
            findings.push(cause.mended(subject, finding));
        }
    }
}

fn finding(subject: &Subject<'_, '_>, cause: &Cause, groups: &[Name]) -> Finding {
    let template = subject.template;
    let services: Vec<String> = cause.each(subject, |network, effect| {
        let endpoint = network.endpoints.get(effect.endpoint?.0)?;
        let is_gateway = matches!(endpoint.kind, EndpointKind::Gateway { .. });
        endpoint.service.known().filter(|_| is_gateway).cloned()
    });
    let region = subject.networks.first().and_then(|situated| situated.network.region.as_deref());
    let lists: Vec<String> = services
        .iter()
        .map(|service| match region.and_then(|region| prefix_list_in(region, service)) {
            Some(id) => format!("{service} ({id})"),
            None => service.clone(),
        })
        .collect();
    let (names, endpoints) = (listed(&services, "and"), cause.endpoints(subject));
    let (lists, lists_ja) = (listed(&lists, "and"), lists.join("、"));
    let names_ja = services.join("、");
    let Phrase { en: groups_en, ja: groups_ja } = marked(groups);
    let verb = if groups.len() == 1 { "does" } else { "do" };
    let mut finding = Finding::new(
        ID,
        cause.severity(subject, Severity::Error),
        egress_of(template, groups).or_else(|| place_of(cause)),
        phrase!(
            en: "{groups_en} {verb} not let out what goes to {names} through the gateway endpoint",
            ja: "{groups_ja} のアウトバウンドルールが、ゲートウェイエンドポイント経由の {names_ja} への通信を許可していません",
        ),
    )
    .help(phrase!(
        en: "allow tcp 443 to the prefix list of {lists}: a gateway endpoint leaves the public addresses of the service as they are, so no rule to a security group or to the VPC's own range covers them",
        ja: "{lists_ja} のプレフィックスリストへの tcp 443 を許可してください。ゲートウェイエンドポイントを使っても宛先はサービスのパブリックアドレスのままなので、セキュリティグループや VPC の CIDR を宛先にしたルールでは許可されません",
    ))
    .told_apart_by(listed(&groups.iter().map(Name::to_string).collect::<Vec<_>>(), "and"));
    if let Some(group) = groups.iter().find_map(|group| resource_of(template, group)) {
        finding = finding.about(&group.id);
    }
    for endpoint in endpoints.iter().filter_map(|(endpoint, _)| resource_of(template, endpoint)) {
        let id = &endpoint.id;
        finding = finding.label(
            template.node(endpoint.key).span(),
            phrase!(en: "`{id}` would carry it", ja: "`{id}` を通るはずの通信"),
        );
    }
    finding
}

/// Where the egress of the first group of the template is written.
pub(super) fn egress_of(template: &Template<'_>, groups: &[Name]) -> Option<Span> {
    let group = groups.iter().find_map(|group| resource_of(template, group))?;
    Some(key_of(template, group, "SecurityGroupEgress"))
}

/// Where the first blocker is written.
pub(super) fn place_of(cause: &Cause) -> Option<Span> {
    cause.effects.iter().find_map(|effect| in_template(effect.blocker.as_ref()?.at))
}

#[cfg(test)]
mod tests {
    use crate::rules::causes::tests::{BY_NAT, CLOSED, S3, SECRETS, with};
    use crate::rules::testing::findings;

    const ID: &str = "egress-blocks-gateway-endpoint";

    #[test]
    fn a_group_that_leads_into_the_vpc_only_is_found() {
        let found = findings(&with("s3, secretsmanager", "A", &format!("{S3}{SECRETS}{CLOSED}")), ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .starts_with("15:3 `Group` does not let out what goes to s3 through the gateway endpoint"),
            "{found:?}"
        );
        assert!(found[0].contains("so `Fn` cannot reach `s3` and `secretsmanager`"), "{found:?}");
    }

    const GIVEN: &str = "Transform: AWS::Serverless-2016-10-31
Parameters:
  Vpc: {Type: AWS::EC2::VPC::Id}
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Tables: {Type: List<String>}
Resources:
  EndpointGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: e, VpcId: !Ref Vpc}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: f
      VpcId: !Ref Vpc
      SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationSecurityGroupId: !Ref EndpointGroup}]
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}
      Policies: [S3ReadPolicy: {BucketName: data}]
  S3: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3', RouteTableIds: !Ref Tables}}
";

    #[test]
    fn neither_vpc_nor_subnets_need_be_known() {
        let found = findings(GIVEN, ID);
        assert!(found.len() == 1 && found[0].starts_with("13:7 `Group` does not let out"), "{found:?}");
        // Others may put an interface endpoint for S3 into a group that they are told of.
        let shared = format!("{GIVEN}Outputs: {{Group: {{Value: !Ref EndpointGroup}}}}\n");
        assert!(findings(&shared, ID).is_empty());
    }

    #[test]
    fn json_is_read_alike() {
        let json = r#"{"Parameters": {"Vpc": {"Type": "AWS::EC2::VPC::Id"}, "Subnet": {"Type": "String"}}, "Resources": {
"E": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "e", "VpcId": {"Ref": "Vpc"}}},
"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "f", "VpcId": {"Ref": "Vpc"}, "SecurityGroupEgress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "DestinationSecurityGroupId": {"Ref": "E"}}]}},
"Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["dynamodb"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Ref": "G"}]}}},
"Tables": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "Vpc"}, "ServiceName": "com.amazonaws.us-east-1.dynamodb"}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_is_let_out_or_has_no_endpoint_is_left_alone() {
        let list = "  ToS3: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationPrefixListId: pl-63a5400a}}\n";
        for rest in [
            S3.to_owned(),
            format!("{BY_NAT}{CLOSED}"),
            format!("{S3}{CLOSED}{list}"),
            format!("{S3}{CLOSED}{}", list.replace("pl-63a5400a", "!Ref Given")),
        ] {
            assert!(findings(&with("s3", "A", &rest), ID).is_empty(), "{rest}");
        }
        let open = GIVEN.replace("DestinationSecurityGroupId: !Ref EndpointGroup", "CidrIp: 10.0.0.0/8");
        assert!(findings(&open, ID).is_empty(), "an S3 interface endpoint may be in that range");
    }
}
