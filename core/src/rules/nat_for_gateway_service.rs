use super::causes::{Cause, Fault, marked};
use super::subject::in_template;
use super::{Area, RuleInfo, Subject, missing_endpoint};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::{Name, Target};
use crate::phrase;
use crate::suggest::endpoint_fix;
use crate::text::Span;

pub(super) const ID: RuleId = RuleId("nat-for-gateway-service");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Warning,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "S3 or DynamoDB is called through a NAT gateway, where a gateway endpoint is free",
            ja: "S3 や DynamoDB への通信が、無料のゲートウェイエンドポイントではなく NAT ゲートウェイを通る",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        if let Fault::NatForGateway(vpc, service) = &cause.fault {
            let fix = endpoint_fix(subject, &cause.needs(subject));
            findings.push(cause.told(subject, finding(subject, cause, vpc, service).fix(fix)));
        }
    }
}

/// A table by which it goes to a NAT gateway, and the route that says so.
#[derive(PartialEq)]
struct Passage {
    table: Name,
    nat: Name,
    at: Option<Span>,
}

fn finding(subject: &Subject<'_, '_>, cause: &Cause, vpc: &Name, service: &str) -> Finding {
    let passages: Vec<Passage> = cause.each(subject, |network, effect| {
        let subnet = network.subnets.get(effect.subnet?.0)?;
        let table = network.tables.get(subnet.table.known()?.0)?;
        let (nat, at) = table.routes.items.iter().find_map(|route| match &route.target {
            Target::NatGateway(nat) => Some((network.nat_gateways.get(nat.0)?, route.at)),
            _ => None,
        })?;
        Some(Passage { table: table.name.clone(), nat: nat.name.clone(), at: in_template(at) })
    });
    let mut nats: Vec<Name> = Vec::new();
    for passage in &passages {
        if !nats.contains(&passage.nat) {
            nats.push(passage.nat.clone());
        }
    }
    let tables: Vec<Name> = passages.iter().map(|passage| passage.table.clone()).collect();
    let word = if tables.len() == 1 { "route table" } else { "route tables" };
    let Phrase { en: tables, ja: tables_ja } = marked(&tables);
    let Phrase { en: through, ja: through_ja } = marked(&nats);
    let several = if nats.len() == 1 { "NAT gateway" } else { "NAT gateways" };
    let mut places = passages.iter().filter_map(|passage| Some((passage, passage.at?)));
    let first = places.next().map(|(_, span)| span);
    let mut finding = Finding::new(
        ID,
        Severity::Warning,
        first.or_else(|| missing_endpoint::place(subject, cause, vpc)),
        phrase!(
            en: "{service} is called through {several} {through}, where a gateway endpoint is free",
            ja: "{service} への通信が NAT ゲートウェイ {through_ja} を通ります。ゲートウェイエンドポイントなら無料です",
        ),
    )
    .help(phrase!(
        en: "add a gateway endpoint for {service} to {word} {tables}: it costs nothing, and the NAT gateway's charge for each GB of this traffic falls away",
        ja: "{service} のゲートウェイエンドポイントを、ルートテーブル {tables_ja} に追加してください。料金はかからず、この通信の分の NAT ゲートウェイの処理料金 (GB 単位) がなくなります",
    ))
    .told_apart_by(service)
    .costing(cause.costs_of_nat(subject, &[service.to_owned()]));
    if let Some(nat) = nats.first() {
        finding = finding.about(nat.to_string());
    }
    for (passage, span) in places {
        let (table, nat) = (&passage.table, &passage.nat);
        finding = finding
            .label(span, phrase!(en: "`{table}` sends it to `{nat}`", ja: "`{table}` から `{nat}` へ"));
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::finding::Severity;
    use crate::rules::causes::tests::{BY_NAT, S3, told, with};
    use crate::rules::testing::{costs, findings, fixed, traffic};

    const ID: &str = "nat-for-gateway-service";

    #[test]
    fn a_nat_gateway_that_carries_s3_is_found() {
        let text = with("s3, dynamodb", "A", BY_NAT);
        let found = findings(&text, ID);
        assert_eq!(found.len(), 2, "one for each endpoint: {found:?}");
        assert!(
            found[0]
                .starts_with("18:3 s3 is called through NAT gateway `Nat`, where a gateway endpoint is free"),
            "{found:?}"
        );
        assert!(found[0].contains("`Fn` calls `s3`"), "{found:?}");
        assert_eq!(told(&text), [(ID, Severity::Warning), (ID, Severity::Warning)]);
    }

    #[test]
    fn the_fix_adds_the_gateway_endpoint() {
        let after = fixed(&with("s3, dynamodb", "A", BY_NAT), ID);
        assert!(after.contains("S3Endpoint") && after.contains("DynamoDBEndpoint"), "{after}");
        assert!(findings(&after, ID).is_empty(), "{after}");
    }

    #[test]
    fn sam_is_read_alike() {
        let sam = with("s3", "A", BY_NAT).replace("AWS::Lambda::Function", "AWS::Serverless::Function");
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
    }

    #[test]
    fn json_is_read_alike() {
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"P": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.0.0/24"}},
"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.1.0/24"}},
"I": {"Type": "AWS::EC2::InternetGateway"},
"A": {"Type": "AWS::EC2::VPCGatewayAttachment", "Properties": {"VpcId": {"Ref": "V"}, "InternetGatewayId": {"Ref": "I"}}},
"PT": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "V"}}},
"PU": {"Type": "AWS::EC2::SubnetRouteTableAssociation", "Properties": {"RouteTableId": {"Ref": "PT"}, "SubnetId": {"Ref": "P"}}},
"PR": {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": {"Ref": "PT"}, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": {"Ref": "I"}}},
"Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": {"Ref": "P"}, "AllocationId": "eipalloc-1"}},
"T": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "V"}}},
"U": {"Type": "AWS::EC2::SubnetRouteTableAssociation", "Properties": {"RouteTableId": {"Ref": "T"}, "SubnetId": {"Ref": "S"}}},
"R": {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": {"Ref": "T"}, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": {"Ref": "Nat"}}},
"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "f", "VpcId": {"Ref": "V"}}},
"Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["s3"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_has_the_endpoint_or_may_is_left_alone() {
        for text in [
            with("s3", "A", &format!("{BY_NAT}{S3}")),
            with("s3", "A", &format!("{BY_NAT}{}", S3.replace("[!Ref TableA]", "!Ref Given"))),
            with(
                "s3",
                "A",
                &format!("{BY_NAT}{}", S3.replace("!Sub 'com.amazonaws.${AWS::Region}.s3'", "!Ref Given")),
            ),
            with("sqs, internet", "A", BY_NAT),
            with("s3", "A", ""),
            with("s3", "A", BY_NAT).replace("NatGatewayId: !Ref Nat", "TransitGatewayId: tgw-1"),
            with("s3", "A", BY_NAT).replace("VpcId: !Ref Vpc", "VpcId: !Ref Given"),
            format!("Transform: MyMacro\n{}", with("s3", "A", BY_NAT)),
        ] {
            assert!(findings(&text, ID).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_the_nat_gateway_takes_is_told_where_it_is_known() {
        let text = with("s3, dynamodb", "A", BY_NAT);
        let region = Some("us-east-1".to_owned());
        let options = Options { region: region.clone(), ..Options::default() };
        // Half of 10, 100 and 5000 GB x 0.045
        assert_eq!(costs(&text, ID, &options), ["0.23 2.25 112.50", "0.23 2.25 112.50"]);
        let given = Options { region, ..traffic(&[("Fn", "s3", 100)]) };
        assert_eq!(costs(&text, ID, &given), ["4.50", "-"]);
        assert_eq!(costs(&text, ID, &Options::default()), ["-", "-"], "the region is not known");
    }
}
