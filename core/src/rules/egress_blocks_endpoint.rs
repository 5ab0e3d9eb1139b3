use super::causes::{Cause, Fault, interface_endpoints, listed, marked};
use super::egress_blocks_gateway_endpoint::{egress_of, place_of};
use super::subject::resource_of;
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::Name;
use crate::phrase;

pub(super) const ID: RuleId = RuleId("egress-blocks-endpoint");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "The security group of a function does not let out what goes to an interface endpoint",
            ja: "関数のセキュリティグループが、インターフェイスエンドポイント宛ての通信を送信できない",
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
    let endpoints = cause.endpoints(subject);
    let of_endpoints = endpoints.iter().flat_map(|(_, groups)| groups).fold(Vec::new(), |mut all, group| {
        if !all.contains(group) {
            all.push(group.clone());
        }
        all
    });
    let names: Vec<Name> = endpoints.into_iter().map(|(endpoint, _)| endpoint).collect();
    let Phrase { en: groups_en, ja: groups_ja } = marked(groups);
    let Phrase { en: names_en, ja: names_ja } = marked(&names);
    let Phrase { en: to_en, ja: to_ja } = marked(&of_endpoints);
    let verb = if groups.len() == 1 { "does" } else { "do" };
    let kind = interface_endpoints(&names);
    let of = if of_endpoints.len() == 1 { "the security group" } else { "the security groups" };
    let mut finding = Finding::new(
        ID,
        cause.severity(subject, Severity::Error),
        egress_of(template, groups).or_else(|| place_of(cause)),
        phrase!(
            en: "{groups_en} {verb} not let out what goes to {kind} {names_en}",
            ja: "{groups_ja} のアウトバウンドルールが、インターフェイスエンドポイント {names_ja} への通信を許可していません",
        ),
    )
    .help(phrase!(
        en: "allow tcp 443 to {to_en}, {of} of the endpoint: with private DNS the service's name leads there and nowhere else, so every call runs into a timeout",
        ja: "エンドポイントのセキュリティグループ {to_ja} への tcp 443 を許可してください。プライベート DNS が有効だとサービス名はこのエンドポイントにしか解決されないため、呼び出しはすべてタイムアウトします",
    ))
    .told_apart_by(listed(&groups.iter().map(Name::to_string).collect::<Vec<_>>(), "and"));
    if let Some(group) = groups.iter().find_map(|group| resource_of(template, group)) {
        finding = finding.about(&group.id);
    }
    for endpoint in names.iter().filter_map(|endpoint| resource_of(template, endpoint)) {
        let id = &endpoint.id;
        finding = finding.label(
            template.node(endpoint.key).span(),
            phrase!(en: "nothing goes out to `{id}`", ja: "`{id}` へ送信できない"),
        );
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::causes::tests::{BY_NAT, CLOSED, SECRETS, with};
    use crate::rules::testing::findings;

    const ID: &str = "egress-blocks-endpoint";

    #[test]
    fn a_group_that_does_not_lead_to_the_endpoint_is_found() {
        let found = findings(&with("secretsmanager", "A", &format!("{BY_NAT}{SECRETS}{CLOSED}")), ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("15:3 `Group` does not let out what goes to interface endpoint `Secrets`"),
            "{found:?}"
        );
    }

    #[test]
    fn sam_and_json_are_read_alike() {
        let sam = with("secretsmanager", "A", &format!("{SECRETS}{CLOSED}"))
            .replace("AWS::Lambda::Function", "AWS::Serverless::Function");
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true}},
"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.1.0/24"}},
"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "f", "VpcId": {"Ref": "V"}, "SecurityGroupEgress": [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}]}},
"E": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "e", "VpcId": {"Ref": "V"}, "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16"}]}},
"Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["sqs"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "G"}]}}},
"Queues": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "V"}, "VpcEndpointType": "Interface", "PrivateDnsEnabled": true, "ServiceName": "com.amazonaws.us-east-1.sqs", "SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "E"}]}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_is_let_out_or_not_known_is_left_alone() {
        let to_group = "  ToEndpoint: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationSecurityGroupId: !Ref EndpointGroup}}\n";
        for rest in [
            SECRETS.to_owned(),
            format!("{SECRETS}{CLOSED}{to_group}"),
            format!(
                "{SECRETS}{CLOSED}{}",
                to_group.replace("DestinationSecurityGroupId: !Ref EndpointGroup", "CidrIp: !Ref Given")
            ),
            format!("{}{CLOSED}", SECRETS.replace("PrivateDnsEnabled: true", "PrivateDnsEnabled: false")),
        ] {
            assert!(findings(&with("secretsmanager", "A", &rest), ID).is_empty(), "{rest}");
        }
    }
}
