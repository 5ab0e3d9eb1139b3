use super::causes::{Cause, Fault, listed, marked};
use super::subject::{in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::Name;
use crate::phrase;
use crate::text::Span;

pub(super) const ID: RuleId = RuleId("gateway-endpoint-not-routed");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A gateway endpoint is not on the route table of a subnet that needs it",
            ja: "ゲートウェイエンドポイントが、それを使うサブネットのルートテーブルに関連付けられていない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        if let Fault::NotRouted(endpoint) = &cause.fault {
            let finding = cause.told(subject, finding(subject, cause, endpoint));
            findings.push(cause.routed(subject, finding));
        }
    }
}

/// A table that the endpoint is not on: its name, the subnet, and where the choice of the table is written.
#[derive(PartialEq)]
struct Off {
    table: Name,
    is_main: bool,
    subnet: Name,
    at: Option<Span>,
}

fn finding(subject: &Subject<'_, '_>, cause: &Cause, endpoint: &Name) -> Finding {
    let template = subject.template;
    let off: Vec<Off> = cause.each(subject, |network, effect| {
        let subnet = network.subnets.get(effect.subnet?.0)?;
        let index = *subnet.table.known()?;
        let table = network.tables.get(index.0)?;
        let is_main = network.vpcs.iter().any(|vpc| vpc.main_table == index);
        let at = in_template(table.at.or(subnet.table_at).or(subnet.at));
        Some(Off { table: table.name.clone(), is_main, subnet: subnet.name.clone(), at })
    });
    let mut tables: Vec<Name> = Vec::new();
    for table in off.iter().filter(|off| !off.is_main).map(|off| &off.table) {
        if !tables.contains(table) {
            tables.push(table.clone());
        }
    }
    let subnets: Vec<Name> = off.iter().map(|off| off.subnet.clone()).collect();
    let resource = resource_of(template, endpoint);
    let services = cause.services(subject);
    let (services, services_ja) = (listed(&services, "and"), services.join("、"));
    let Phrase { en: subnets_en, ja: subnets_ja } = marked(&subnets);
    let Phrase { en: tables_en, ja: tables_ja } = marked(&tables);
    let (word, word_of) = if subnets.len() == 1 { ("table", "subnet") } else { ("tables", "subnets") };
    let by_nat = cause.effects.iter().all(|effect| effect.blocker.is_none());
    let message = if by_nat {
        phrase!(
            en: "gateway endpoint `{endpoint}` is not on the route {word} of {word_of} {subnets_en}: {services} is called through a NAT gateway, at its price",
            ja: "ゲートウェイエンドポイント `{endpoint}` がサブネット {subnets_ja} のルートテーブルにないため、{services_ja} への通信は有料の NAT ゲートウェイを通ります",
        )
    } else {
        phrase!(
            en: "gateway endpoint `{endpoint}` is not on the route {word} of {word_of} {subnets_en}, from which {services} is called",
            ja: "ゲートウェイエンドポイント `{endpoint}` が、{services_ja} を呼び出すサブネット {subnets_ja} のルートテーブルに関連付けられていません",
        )
    };
    let help = if tables.is_empty() {
        phrase!(
            en: "give {word_of} {subnets_en} a route table of its own and add that to the endpoint's RouteTableIds: a gateway endpoint serves the subnets of its tables only",
            ja: "サブネット {subnets_ja} に専用のルートテーブルを関連付け、エンドポイントの RouteTableIds に追加してください。ゲートウェイエンドポイントを使えるのは、指定したルートテーブルのサブネットだけです",
        )
    } else {
        phrase!(
            en: "add {tables_en} to its RouteTableIds: a gateway endpoint serves the subnets of its tables only",
            ja: "RouteTableIds に {tables_ja} を追加してください。ゲートウェイエンドポイントを使えるのは、指定したルートテーブルのサブネットだけです",
        )
    };
    let place = resource.map(|own| key_of(template, own, "RouteTableIds"));
    let mut finding = Finding::new(ID, cause.severity(subject, Severity::Error), place, message)
        .help(help)
        .about(endpoint.to_string());
    let mut told: Vec<Span> = Vec::new();
    for off in &off {
        if let Some(span) = off.at.filter(|span| !told.contains(span)) {
            told.push(span);
            let subnet = &off.subnet;
            finding = finding
                .label(span, phrase!(en: "the table of `{subnet}`", ja: "`{subnet}` のルートテーブル"));
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::causes::tests::{BY_NAT, S3, TABLE_B, told, with};
    use crate::rules::testing::findings;

    const ID: &str = "gateway-endpoint-not-routed";

    #[test]
    fn a_table_without_the_endpoint_is_found() {
        let text = with("s3", "B", &format!("{TABLE_B}{S3}"));
        let found = findings(&text, ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains(
                "gateway endpoint `S3` is not on the route table of subnet `B`, from which s3 is called"
            ),
            "{found:?}"
        );
        assert!(found[0].contains("18:3 the table of `B`"), "{found:?}");
        assert_eq!(told(&text), [(ID, Severity::Error)]);
        let both = with("s3", "A B", &format!("{TABLE_B}{S3}"));
        assert_eq!(told(&both), [(ID, Severity::Error)], "calls from one of the subnets fail");
    }

    #[test]
    fn it_is_a_warning_where_a_nat_gateway_carries_it() {
        let text = with("s3", "A", &format!("{BY_NAT}{TABLE_B}{}", S3.replace("TableA", "TableB")));
        let found = findings(&text, ID);
        assert!(found.len() == 1 && found[0].contains("s3 is called through a NAT gateway"), "{found:?}");
        assert_eq!(told(&text), [(ID, Severity::Warning)]);
    }

    #[test]
    fn a_subnet_on_the_main_table_sam_and_json_are_read_alike() {
        let text = with("s3", "B", S3);
        assert!(findings(&text, ID)[0].contains("subnet `B`"), "{text}");
        let sam = text.replace("AWS::Lambda::Function", "AWS::Serverless::Function");
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.1.0/24"}},
"T": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "V"}}},
"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "f", "VpcId": {"Ref": "V"}}},
"Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["dynamodb"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "G"}]}}},
"E": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "V"}, "ServiceName": "com.amazonaws.us-east-1.dynamodb", "RouteTableIds": [{"Ref": "T"}]}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_is_routed_or_not_known_is_left_alone() {
        for text in [
            with("s3", "A", S3),
            with("secretsmanager", "B", &format!("{TABLE_B}{S3}")),
            // The table is the one that the parameter names, or may be.
            with("s3", "B", &format!("{TABLE_B}{S3}"))
                .replace("!Ref TableB", "!Ref Given")
                .replace("!Ref TableA", "!Ref Given"),
            with("s3", "B", &format!("{TABLE_B}{S3}"))
                .replace("RouteTableId: !Ref TableB", "RouteTableId: !Ref Given"),
            with("s3", "B", &format!("{TABLE_B}{S3}")).replace("[!Ref B]", "[!Ref Given]"),
        ] {
            assert!(findings(&text, ID).is_empty(), "{text}");
        }
    }
}
