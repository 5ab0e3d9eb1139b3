use super::causes::{Cause, Effect, Fault, listed};
use super::subject::resource_of;
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Cidr, Destination, Name, Network, RouteTable, Target};
use crate::phrase;

pub(super) const ID: RuleId = RuleId("subnet-without-route-table");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: None,
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
            findings.push(cause.told(subject, finding(subject, cause, subnet)));
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
