use super::causes::{Cause, Effect, Fault, listed};
use super::subject::resource_of;
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::network::{Cidr, Destination, Name, Network, RouteTable, Target};
use crate::phrase;

pub(super) const ID: RuleId = RuleId("subnet-without-route-table");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A subnet has no route table of its own, and a function in it needs a way out",
            ja: "サブネットにルートテーブルの関連付けがなく、そこに置かれた関数が外に出られない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        if let Fault::NoTable(subnet) = &cause.fault {
            let finding = cause.told(subject, finding(subject, cause, subnet));
            findings.push(cause.mended(subject, finding));
        }
    }
}

fn finding(subject: &Subject<'_, '_>, cause: &Cause, subnet: &Name) -> Finding {
    let template = subject.template;
    let place = resource_of(template, subnet).map(|own| template.node(own.key).span());
    let functions: Vec<String> =
        cause.functions(subject).iter().map(|function| format!("`{function}`")).collect();
    let (functions, functions_ja) = (listed(&functions, "and"), functions.join("、"));
    let help = match &*cause.each(subject, leading_out).concat() {
        [table] => phrase!(
            en: "associate it with `{table}` (AWS::EC2::SubnetRouteTableAssociation), which leads out: without an association a subnet has the VPC's main table, and that has the local route only",
            ja: "外への経路がある `{table}` を AWS::EC2::SubnetRouteTableAssociation で関連付けてください。関連付けのないサブネットでは VPC のメインルートテーブルが使われ、そこには local ルートしかありません",
        ),
        _ => phrase!(
            en: "associate it with a table that leads out (AWS::EC2::SubnetRouteTableAssociation): without an association a subnet has the VPC's main table, and that has the local route only",
            ja: "外への経路があるルートテーブルを AWS::EC2::SubnetRouteTableAssociation で関連付けてください。関連付けのないサブネットでは VPC のメインルートテーブルが使われ、そこには local ルートしかありません",
        ),
    };
    Finding::new(
        ID,
        cause.severity(subject, Severity::Warning),
        place,
        phrase!(
            en: "`{subnet}` has no route table of its own, so nothing leads out of the VPC from there for {functions}",
            ja: "`{subnet}` にはルートテーブルの関連付けがなく、そこから {functions_ja} は VPC の外に出られません",
        ),
    )
    .help(help)
    .about(subnet.to_string())
}

/// The tables of the subnet's VPC that send everything to a NAT gateway.
fn leading_out(network: &Network, effect: &Effect) -> Option<Vec<Name>> {
    let subnet = network.subnets.get(effect.subnet?.0)?;
    let leads = |table: &&RouteTable| {
        table.vpc.known().is_some()
            && table.vpc.known() == subnet.vpc.known()
            && table.routes.items.iter().any(|route| {
                matches!(route.target, Target::NatGateway(_))
                    && matches!(route.destination, Destination::Cidr(Cidr::Known(net)) if net.prefix_len() == 0)
            })
    };
    Some(network.tables.iter().filter(leads).map(|table| table.name.clone()).collect())
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::causes::tests::{BY_NAT, TABLE_B, told, with};
    use crate::rules::testing::findings;

    const ID: &str = "subnet-without-route-table";

    #[test]
    fn a_subnet_that_falls_to_the_main_table_is_found() {
        let text = with("internet", "A B", BY_NAT);
        let found = findings(&text, ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(
                "6:3 `B` has no route table of its own, so nothing leads out of the VPC from there for `Fn`"
            ),
            "{found:?}"
        );
        assert!(found[0].contains("so `Fn` reaches `internet` only in part"), "{found:?}");
        assert_eq!(told(&with("internet", "B", BY_NAT)), [(ID, Severity::Error)]);
    }

    #[test]
    fn sam_and_json_are_read_alike() {
        let sam = with("internet", "B", "").replace("AWS::Lambda::Function", "AWS::Serverless::Function");
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.1.0/24"}},
"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "f", "VpcId": {"Ref": "V"}}},
"Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["api.example.com"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn subnets_with_tables_without_demands_or_not_known_are_left_alone() {
        for text in [
            with("internet", "B", TABLE_B),
            with("", "B", ""),
            with("10.0.1.9:5432", "B", ""),
            with("internet", "B", "").replace("VpcId: !Ref Vpc", "VpcId: !Ref Given"),
            with("internet", "B", "").replace("[!Ref B]", "[!Ref Given]"),
            format!("Transform: MyMacro\n{}", with("internet", "B", "")),
        ] {
            assert!(findings(&text, ID).is_empty(), "{text}");
        }
    }
}
