use super::causes::{Cause, Fault, listed};
use super::subject::{in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::network::Name;
use crate::phrase;
use crate::suggest::repair::{Atom, PrivateDnsAtom};
use crate::template::reference::references;
use crate::template::{Part, Resource, Template, Value};

pub(super) const ID: RuleId = RuleId("private-dns-disabled");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A function calls a service whose endpoint has no private DNS, so that the call goes past it",
            ja: "関数が呼び出すサービスのエンドポイントでプライベート DNS が無効なため、呼び出しがエンドポイントを通らない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        let Fault::NoPrivateDns(endpoint) = &cause.fault else { continue };
        let Some(resource) = resource_of(subject.template, endpoint) else { continue };
        let finding = cause.told(subject, finding(subject, cause, endpoint, resource));
        let atom = Atom::PrivateDns(PrivateDnsAtom { endpoint: endpoint.clone() });
        findings.push(cause.changed(subject, finding, atom));
    }
}

fn finding(subject: &Subject<'_, '_>, cause: &Cause, endpoint: &Name, resource: &Resource) -> Finding {
    let services = cause.services(subject);
    let (services, services_ja) = (listed(&services, "and"), services.join("、"));
    let by_nat = cause.effects.iter().all(|effect| effect.blocker.is_none());
    let message = if by_nat {
        phrase!(
            en: "endpoint `{endpoint}` has no private DNS: {services} is called through a NAT gateway, past the endpoint that is paid for",
            ja: "エンドポイント `{endpoint}` のプライベート DNS が無効なため、{services_ja} の呼び出しは有料のエンドポイントを使わず、NAT ゲートウェイを通ります",
        )
    } else {
        phrase!(
            en: "endpoint `{endpoint}` has no private DNS: the name of {services} still leads to public addresses, which have no way",
            ja: "エンドポイント `{endpoint}` のプライベート DNS が無効なため、{services_ja} の名前は経路のないパブリック IP アドレスに解決されます",
        )
    };
    let place = key_of(subject.template, resource, "PrivateDnsEnabled");
    Finding::new(ID, cause.severity(subject, Severity::Warning), Some(place), message)
        .help(phrase!(
            en: "set PrivateDnsEnabled to true, or have the code call the endpoint's own name (AWS_ENDPOINT_URL); in a template it is off unless written",
            ja: "PrivateDnsEnabled を true にするか、コードからエンドポイント固有の名前 (AWS_ENDPOINT_URL) を呼び出してください。テンプレートで指定しなければ無効です",
        ))
        .about(endpoint.to_string())
}

/// Whether calls of a function are meant for the public name: nobody gives it, or others, the endpoint's own names.
pub(super) fn is_told(subject: &Subject<'_, '_>, endpoint: &Name, function: &Name) -> bool {
    let template = subject.template;
    let (Some(endpoint), Some(function)) = (resource_of(template, endpoint), resource_of(template, function))
    else {
        return false;
    };
    let is_own =
        in_template(Some(crate::network::Place::in_template(template.node(endpoint.key).span()))).is_some();
    is_own && !subject.is_shared(&endpoint.id) && !takes_an_endpoint(template, function, &endpoint.id)
}

/// Whether a variable of a function names an endpoint, or says that one is to be called.
fn takes_an_endpoint(template: &Template<'_>, function: &Resource, endpoint: &str) -> bool {
    let mut named = false;
    references(template.node(function.body), template.text(), &mut |reference| {
        named |= reference.name == endpoint;
    });
    let variables = template.property(function, &["Environment", "Variables"]);
    named
        || variables.iter().any(|case| match &case.value {
            Value::Map(entries) => entries.iter().any(|(name, value)| {
                let name = name.to_ascii_uppercase();
                let names_it = name.contains("ENDPOINT_URL") || name.contains("VPCE");
                let has_it = match &value.value {
                    Value::Text(text) => text.parts.iter().any(
                        |part| matches!(part, Part::Literal(text) if text.contains(".vpce.") || text.contains("vpce-")),
                    ),
                    _ => false,
                };
                names_it || has_it
            }),
            Value::Unknown(_) => true,
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::causes::tests::{BY_NAT, SECRETS, told, with};
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "private-dns-disabled";

    fn nameless() -> String {
        SECRETS.replace("PrivateDnsEnabled: true", "PrivateDnsEnabled: false")
    }

    #[test]
    fn a_call_goes_past_an_endpoint_without_private_dns() {
        let text = with("secretsmanager", "A", &nameless());
        assert_eq!(told(&text), [(ID, Severity::Error)]);
        let found = findings(&text, ID);
        assert!(
            found[0]
                .contains("`Secrets` has no private DNS: the name of secretsmanager still leads to public"),
            "{found:?}"
        );
        assert!(found[0].contains("so `Fn` cannot reach `secretsmanager`"), "{found:?}");
        let after = fixed(&text, ID);
        assert!(after.contains("PrivateDnsEnabled: true"), "{after}");
        assert_eq!(told(&after), []);
    }

    #[test]
    fn a_nat_gateway_that_carries_it_makes_a_warning() {
        let text = with("secretsmanager", "A", &format!("{BY_NAT}{}", nameless()));
        assert_eq!(told(&text), [(ID, Severity::Warning)]);
        assert!(findings(&text, ID)[0].contains("is called through a NAT gateway, past the endpoint"));
        assert_eq!(told(&fixed(&text, ID)), []);
        let unwritten = text.replace(", PrivateDnsEnabled: false", "");
        assert!(fixed(&unwritten, ID).contains("PrivateDnsEnabled: true"));
    }

    #[test]
    fn json_is_read_alike() {
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true}},
"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.1.0/24"}},
"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "f", "VpcId": {"Ref": "V"}, "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16"}]}},
"E": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "V"}, "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.us-east-1.sqs", "SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "G"}]}},
"Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["sqs"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
        assert!(fixed(json, ID).contains(r#""PrivateDnsEnabled": true"#));
    }

    #[test]
    fn whoever_calls_the_endpoint_by_its_own_name_is_left_alone() {
        let text = with("secretsmanager", "A", &nameless());
        let url = |variable: &str| {
            text.replace(
                "Properties: {VpcConfig",
                &format!("Properties: {{Environment: {{Variables: {{{variable}}}}}, VpcConfig"),
            )
        };
        for quiet in [
            url("AWS_ENDPOINT_URL_SECRETS_MANAGER: !Ref Given"),
            url("SECRETS: 'https://vpce-1-2.secretsmanager.us-east-1.vpce.amazonaws.com'"),
            url("SECRETS: !Select [0, !GetAtt Secrets.DnsEntries]"),
            format!("{text}Outputs: {{Names: {{Value: !Ref Secrets, Export: {{Name: secrets}}}}}}\n"),
            text.replace("VpcId: !Ref Vpc, VpcEndpointType", "VpcId: !Ref Given, VpcEndpointType"),
            with("dynamodb", "A", &nameless().replace("secretsmanager'", "dynamodb'")),
            // The hub pattern: a zone leads to the endpoint.
            format!("{text}  Hub: {{Type: AWS::Route53::HostedZone, Properties: {{Name: !Sub 'secretsmanager.${{AWS::Region}}.amazonaws.com', VPCs: [{{VPCId: !Ref Vpc, VPCRegion: !Ref 'AWS::Region'}}]}}}}
  Apex: {{Type: AWS::Route53::RecordSet, Properties: {{HostedZoneId: !Ref Hub, Name: !Sub 'secretsmanager.${{AWS::Region}}.amazonaws.com', Type: A, AliasTarget: {{HostedZoneId: !Select [0, !Split [':', !Select [0, !GetAtt Secrets.DnsEntries]]], DNSName: !Select [1, !Split [':', !Select [0, !GetAtt Secrets.DnsEntries]]]}}}}}}\n"),
        ] {
            assert_eq!(findings(&quiet, ID), Vec::<String>::new(), "{quiet}");
        }
    }
}
