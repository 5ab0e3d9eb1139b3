use super::causes::{Cause, Fault, listed};
use super::subject::{in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::cost::Band;
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::network::Name;
use crate::phrase;
use crate::services::has_gateway;
use crate::suggest::endpoint_fix;
use crate::text::Span;

pub(super) const ID: RuleId = RuleId("missing-endpoint");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A VPC has no endpoint for a service that a function in it calls",
            ja: "関数が呼び出すサービスのエンドポイントが VPC にない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        let finding = match &cause.fault {
            Fault::NoEndpoint(vpc) => {
                no_way(subject, cause, vpc).fix(endpoint_fix(subject, &cause.needs(subject)))
            }
            // What works as it is is left to who weighs the price.
            Fault::NatForEndpoints(vpc) => by_nat(subject, cause, vpc),
            _ => continue,
        };
        findings.push(cause.told(subject, finding));
    }
}

/// Where the VPC is declared, else where the first function is put into it.
pub(super) fn place(subject: &Subject<'_, '_>, cause: &Cause, vpc: &Name) -> Option<Span> {
    let template = subject.template;
    if let Some(own) = resource_of(template, vpc) {
        return Some(template.node(own.key).span());
    }
    let functions = cause.functions(subject);
    let function = functions.iter().find_map(|function| template.resource(function))?;
    Some(key_of(template, function, "VpcConfig"))
}

fn no_way(subject: &Subject<'_, '_>, cause: &Cause, vpc: &Name) -> Finding {
    let services = cause.services(subject);
    let (gateway, interface): (Vec<String>, Vec<String>) =
        services.iter().cloned().partition(|service| has_gateway(service));
    let (names, names_ja) = (listed(&services, "or"), services.join("、"));
    let them = if services.len() == 1 { "it" } else { "them" };
    let (gateway, gateway_ja) = (listed(&gateway, "and"), gateway.join("、"));
    let (interface, interface_ja) = (listed(&interface, "and"), interface.join("、"));
    let help = match (gateway.is_empty(), interface.is_empty()) {
        (false, true) => phrase!(
            en: "add a gateway endpoint for {gateway} to the route tables of the functions' subnets: it costs nothing",
            ja: "{gateway_ja} のゲートウェイエンドポイントを、関数のサブネットのルートテーブルに追加してください。料金はかかりません",
        ),
        (true, _) => phrase!(
            en: "add an interface endpoint with private DNS for {interface}, or a way to the internet through a NAT gateway: without one of them every call runs into a timeout",
            ja: "{interface_ja} のインターフェイスエンドポイント (プライベート DNS 有効) か、NAT ゲートウェイ経由のインターネットへの経路を用意してください。どちらもなければ、呼び出しはすべてタイムアウトします",
        ),
        (false, false) => phrase!(
            en: "add a gateway endpoint for {gateway} (free), and an interface endpoint with private DNS for {interface}; a NAT gateway would carry both: without a way every call runs into a timeout",
            ja: "{gateway_ja} にはゲートウェイエンドポイント (無料)、{interface_ja} にはインターフェイスエンドポイント (プライベート DNS 有効) を用意してください。NAT ゲートウェイでも届きますが、経路がなければ呼び出しはすべてタイムアウトします",
        ),
    };
    let mut finding = Finding::new(
        ID,
        cause.severity(subject, Severity::Error),
        place(subject, cause, vpc),
        phrase!(
            en: "`{vpc}` has no endpoint for {names}, and no other way leads to {them}",
            ja: "`{vpc}` に {names_ja} のエンドポイントがなく、ほかに届く経路もありません",
        ),
    )
    .help(help)
    .about(vpc.to_string())
    .told_apart_by("no way");
    // The table of a subnet that has none of its own may be what was forgotten.
    let without: Vec<(Name, Span)> = cause.each(subject, |network, effect| {
        let subnet = network.subnets.get(effect.subnet?.0)?;
        let falls = network.vpcs.iter().any(|vpc| Some(&vpc.main_table) == subnet.table.known());
        let span = in_template(subnet.at).filter(|_| falls && subnet.table_at.is_none())?;
        Some((subnet.name.clone(), span))
    });
    for (subnet, span) in without {
        finding = finding.label(
            span,
            phrase!(
                en: "`{subnet}` has no route table of its own",
                ja: "`{subnet}` にはルートテーブルの関連付けがない",
            ),
        );
    }
    finding
}

fn by_nat(subject: &Subject<'_, '_>, cause: &Cause, vpc: &Name) -> Finding {
    let services = cause.services(subject);
    let (names, names_ja) = (listed(&services, "and"), services.join("、"));
    let verb = if services.len() == 1 { "is" } else { "are" };
    let them = if services.len() == 1 { "it" } else { "them" };
    let price = subject.costs(&cause.situations, &|parts| Some(parts.proposed(&services)?.into()));
    let (price, price_ja) = match price {
        Some(Band { typical, .. }) => {
            (format!(" (about ${typical} a month)"), format!(" (月額 約 ${typical}) "))
        }
        None => Default::default(),
    };
    let many = if services.len() == 1 { "an interface endpoint" } else { "interface endpoints" };
    Finding::new(
        ID,
        cause.severity(subject, Severity::Info),
        place(subject, cause, vpc),
        phrase!(
            en: "{names} {verb} called through a NAT gateway: `{vpc}` has no endpoint for {them}",
            ja: "{names_ja} への通信は NAT ゲートウェイを通ります (`{vpc}` にエンドポイントがありません)",
        ),
    )
    .help(phrase!(
        en: "nothing fails; {many} would keep these calls inside AWS's network and off the NAT gateway, at a price by the hour and zone{price}: it pays for much traffic, or where the NAT gateway is needed for nothing else",
        ja: "動作に問題はありません。インターフェイスエンドポイントを使うと通信は AWS のネットワーク内で完結し、NAT ゲートウェイの処理料金もかかりませんが、AZ ごとの時間料金{price_ja}が発生します。通信量が多い場合や、NAT ゲートウェイをなくせる場合に有利です",
    ))
    .about(vpc.to_string())
    .told_apart_by("nat")
    .costing(cause.costs_of_nat(subject, &services))
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::finding::Severity;
    use crate::rules::causes::tests::{BY_NAT, SECRETS, told, with};
    use crate::rules::testing::{costs, findings, fixed};

    const ID: &str = "missing-endpoint";

    #[test]
    fn a_service_without_any_way_is_found() {
        let found = findings(&with("secretsmanager, s3", "A", ""), ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(
                "3:3 `Vpc` has no endpoint for secretsmanager or s3, and no other way leads to them"
            ),
            "{found:?}"
        );
        let on_main = findings(&with("sqs", "B", ""), ID);
        assert!(on_main[0].contains("6:3 `B` has no route table of its own"), "{on_main:?}");
    }

    #[test]
    fn what_a_nat_gateway_carries_is_worth_knowing() {
        let text = with("secretsmanager, sqs", "A", BY_NAT);
        assert_eq!(told(&text), [(ID, Severity::Info)]);
        let found = findings(&text, ID);
        assert!(found[0].contains("secretsmanager and sqs are called through a NAT gateway"), "{found:?}");
    }

    #[test]
    fn the_fix_adds_what_is_missing_and_what_a_nat_gateway_carries_is_left() {
        let text = with("secretsmanager, s3", "A", "");
        let after = fixed(&text, ID);
        assert!(after.contains("S3Endpoint") && after.contains("SecretsManagerEndpoint"), "{after}");
        assert!(findings(&after, ID).is_empty(), "{after}");
        let by_nat = with("secretsmanager, sqs", "A", BY_NAT);
        assert_eq!(fixed(&by_nat, ID), by_nat);
        // B falls to the main table, which a template cannot name.
        let on_main = with("s3", "B", "");
        assert_eq!(fixed(&on_main, ID), on_main);
    }

    #[test]
    fn sam_and_json_are_read_alike() {
        let sam = with("sqs", "A", "").replace("AWS::Lambda::Function", "AWS::Serverless::Function");
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.1.0/24"}},
"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "f", "VpcId": {"Ref": "V"}}},
"Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["sqs"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_has_an_endpoint_may_have_one_or_none_exists_for_is_left_alone() {
        let no_dns = SECRETS.replace("PrivateDnsEnabled: true", "PrivateDnsEnabled: false");
        for text in [
            with("secretsmanager", "A", SECRETS),
            with("secretsmanager", "A", &no_dns),
            with(
                "secretsmanager",
                "A",
                &SECRETS.replace("!Sub 'com.amazonaws.${AWS::Region}.secretsmanager'", "!Ref Given"),
            ),
            with("secretsmanager", "A", "").replace("VpcId: !Ref Vpc", "VpcId: !Ref Given"),
            // Endpoints for these lead to private APIs, or are in one region only.
            with("execute-api, iam, internet", "A", ""),
            format!("Transform: MyMacro\n{}", with("secretsmanager", "A", "")),
        ] {
            assert!(findings(&text, ID).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_the_nat_gateway_takes_and_endpoints_would_is_told() {
        let options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
        let text = with("secretsmanager, sqs", "A", BY_NAT);
        // 10, 100 and 5000 GB x 0.045
        assert_eq!(costs(&text, ID, &options), ["0.45 4.50 225.00"]);
        let found = crate::analyze("t.yaml", &text, &options).findings;
        let help = &found.iter().find(|one| one.rule.0 == ID).unwrap().help.en;
        assert!(help.contains("by the hour and zone (about $14.60 a month)"), "2 x 7.30: {help}");
        let no_way = with("secretsmanager", "A", "");
        assert_eq!(costs(&no_way, ID, &options), ["-"], "what does not arrive costs nothing");
    }
}
