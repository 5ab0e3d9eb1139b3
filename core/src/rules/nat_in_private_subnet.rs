use super::causes::{self, Cause};
use super::subject::{Faults, first_reference, in_template, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{
    Cidr, Connectivity, Destination, Fact, NatGateway, NatPlacement, Network, Place, RouteTable, SubnetIndex,
    Target,
};
use crate::phrase;
use crate::template::{Resource, Template};
use crate::text::Edit;

pub(super) const ID: RuleId = RuleId("nat-in-private-subnet");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A public NAT gateway is in a subnet without a route to an internet gateway",
            ja: "パブリック NAT ゲートウェイが、インターネットゲートウェイへのルートがないサブネットにある",
        )
    },
    check,
};

#[derive(PartialEq)]
struct Fault {
    nat: String,
    subnet: String,
    /// Where the table of the subnet is said, and where its way to anywhere goes, if it has one.
    table_at: Option<Place>,
    default_at: Option<Place>,
    /// A subnet that would do.
    better: Option<String>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    if !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        for nat in &network.nat_gateways {
            if let Some(fault) = fault_of(subject, network, nat) {
                faults.add(fault, one.situation);
            }
        }
    }
    for (fault, situations) in faults {
        let mut finding = finding(subject.template, &fault);
        if let Some(cause) = Cause::by(subject, &causes::Fault::Nat(fault.nat.clone())) {
            finding = cause.with_effects(subject, finding);
        }
        findings.push(finding.only_where(subject.only_where(&situations)));
    }
}

/// Whether this rule tells of a NAT gateway.
pub(super) fn is_at_fault(subject: &Subject<'_, '_>, network: &Network, nat: &NatGateway) -> bool {
    subject.is_whole() && fault_of(subject, network, nat).is_some()
}

fn fault_of(subject: &Subject<'_, '_>, network: &Network, nat: &NatGateway) -> Option<Fault> {
    let NatPlacement::Zonal(Fact::Known(subnet)) = nat.placement else { return None };
    let is_public = nat.connectivity == Fact::Known(Connectivity::Public);
    let resource = resource_of(subject.template, &nat.name).filter(|_| is_public)?;
    fault(subject, network, resource, subnet)
}

fn fault(subject: &Subject<'_, '_>, network: &Network, nat: &Resource, at: SubnetIndex) -> Option<Fault> {
    let template = subject.template;
    let subnet = network.subnets.get(at.0)?;
    let own = resource_of(template, &subnet.name)?;
    let table = network.tables.get(subnet.table.known()?.0)?;
    let default = table.routes.items.iter().find(|route| is_everything(&route.destination));
    // Others may associate the subnet with a table, or give a default route to its own.
    let open_to_others = match resource_of(template, &table.name) {
        Some(table) => subject.is_shared(&table.id),
        None => subject.is_shared(&own.id) || subnet.table_at.is_some(),
    };
    if open_to_others && default.is_none() || may_lead_out(table) {
        return None;
    }
    Some(Fault {
        nat: nat.id.clone(),
        subnet: own.id.clone(),
        table_at: subnet.table_at,
        default_at: default.and_then(|route| route.at),
        better: better(template, network, nat, at).map(|subnet| subnet.id.clone()),
    })
}

fn is_everything(destination: &Destination) -> bool {
    matches!(destination, Destination::Cidr(Cidr::Known(net)) if net.prefix_len() == 0)
}

/// Whether a table has, or may have, a route that ends at an internet gateway.
fn may_lead_out(table: &RouteTable) -> bool {
    table.routes.rest.is_some()
        || table.routes.items.iter().any(|route| match (&route.destination, &route.target) {
            (Destination::Ipv6(_), _) => false,
            (Destination::Unknown(_), _)
            | (
                _,
                Target::InternetGateway(_)
                | Target::Unknown(_)
                | Target::Gateway { .. }
                | Target::Interface { .. },
            ) => true,
            (_, Target::Local | Target::NatGateway(_) | Target::GatewayEndpoint(_) | Target::Peering(_)) => {
                false
            }
        })
}

/// The one subnet of the template that leads to an internet gateway, in the same zone where there are several.
fn better<'a>(
    template: &'a Template<'_>,
    network: &Network,
    nat: &Resource,
    at: SubnetIndex,
) -> Option<&'a Resource> {
    let now = network.subnets.get(at.0)?;
    let candidates: Vec<(&Resource, bool)> = network
        .subnets
        .iter()
        .filter(|other| other.vpc.known().is_some() && other.vpc.known() == now.vpc.known())
        .filter_map(|other| {
            let table = network.tables.get(other.table.known()?.0)?;
            let public = table.routes.items.iter().any(|route| {
                is_everything(&route.destination) && matches!(route.target, Target::InternetGateway(_))
            });
            let resource = resource_of(template, &other.name).filter(|_| public)?;
            let same = matches!((&other.zone, &now.zone), (Fact::Known(one), Fact::Known(two)) if one.same(two) == Some(true));
            let there = template.with_guards(|guards| guards.implies(nat.guard, resource.guard));
            there.then_some((resource, same))
        })
        .collect();
    let mut same_zone = candidates.iter().filter(|(_, same)| *same);
    match (&*candidates, same_zone.next(), same_zone.next()) {
        ([(only, _)], ..) | (_, Some((only, _)), None) => Some(only),
        _ => None,
    }
}

fn finding(template: &Template<'_>, fault: &Fault) -> Finding {
    let Fault { nat, subnet, .. } = fault;
    let resource = template.resource(nat);
    let place = resource.and_then(|nat| first_reference(template, nat, subnet));
    let mut finding = Finding::new(
        ID,
        Severity::Error,
        place.or_else(|| resource.map(|nat| template.node(nat.key).span())),
        phrase!(
            en: "`{nat}` is in `{subnet}`, which has no route to an internet gateway",
            ja: "`{nat}` のあるサブネット `{subnet}` に、インターネットゲートウェイへのルートがありません",
        ),
    )
    .help(phrase!(
        en: "put the NAT gateway into a public subnet, or route 0.0.0.0/0 of this one to an internet gateway: nothing that goes through it arrives otherwise",
        ja: "NAT ゲートウェイをパブリックサブネットに移すか、このサブネットの 0.0.0.0/0 をインターネットゲートウェイに向けてください。このままでは NAT ゲートウェイを通る通信が外に届きません",
    ))
    .about(nat)
    .told_apart_by(subnet);
    if let Some(span) = in_template(fault.default_at) {
        finding = finding.label(
            span,
            phrase!(en: "the default route of `{subnet}` leads elsewhere", ja: "`{subnet}` のデフォルトルートの宛先は別のもの"),
        );
    } else if let Some(span) = in_template(fault.table_at) {
        finding = finding.label(
            span,
            phrase!(en: "`{subnet}` has this table, without a default route", ja: "`{subnet}` のルートテーブルにはデフォルトルートがない"),
        );
    } else if let Some(own) = template.resource(subnet) {
        finding = finding.label(
            template.node(own.key).span(),
            phrase!(
                en: "`{subnet}` has no table of its own, and the VPC's main one leads nowhere",
                ja: "`{subnet}` に関連付けられたルートテーブルがなく、VPC のメインルートテーブルには外へのルートがない",
            ),
        );
    }
    let fix = fault.better.as_ref().zip(place).filter(|(_, span)| span.slice(template.text()) == subnet).map(
        |(better, span)| Fix {
            safety: Safety::Suggested,
            title: phrase!(en: "Put it into `{better}`", ja: "`{better}` に移す"),
            edits: vec![Edit::replace(span, better.clone())],
        },
    );
    finding.fix(fix)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "nat-in-private-subnet";
    const BASE: &str = "Parameters: {Gateway: {Type: String}}
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref V, InternetGatewayId: !Ref Igw}}
  Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}
  Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24}}
  PublicTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  PrivateTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  OfPublic: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Public, RouteTableId: !Ref PublicTable}}
  OfPrivate: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Private, RouteTableId: !Ref PrivateTable}}
  Out: {Type: AWS::EC2::Route, DependsOn: Attachment, Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}
";
    const NAT: &str = "  Nat: {Type: AWS::EC2::NatGateway, DependsOn: Attachment, Properties: {SubnetId: !Ref Private, AllocationId: eipalloc-1}}\n";

    #[test]
    fn a_nat_gateway_without_a_way_out_is_found_and_moved() {
        let text = format!(
            "{BASE}{NAT}  Default: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}}}\n"
        );
        assert_eq!(
            findings(&text, ID),
            [
                "13:88 `Nat` is in `Private`, which has no route to an internet gateway | 14:3 the default route of `Private` leads elsewhere"
            ]
        );
        let mended = fixed(&text, ID);
        assert!(mended.contains("SubnetId: !Ref Public, AllocationId"), "{mended}");
        assert_eq!(findings(&mended, ID), Vec::<String>::new());
    }

    #[test]
    fn no_default_route_and_no_table_are_found_too() {
        let found = findings(&format!("{BASE}{NAT}"), ID);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("11:3 `Private` has this table, without a default route"), "{found:?}");
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.0.0/24"}},
"Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": {"Ref": "A"}, "AllocationId": "eipalloc-1"}}}}"#;
        let found = findings(json, ID);
        assert!(found[0].contains("2:1 `A` has no table of its own"), "{found:?}");
        assert_eq!(fixed(json, ID), json, "no other subnet would do");
    }

    #[test]
    fn what_leads_out_or_may_is_left_alone() {
        let quiet = [
            NAT.replace("Private", "Public"),
            NAT.replace("AllocationId: eipalloc-1", "ConnectivityType: private"),
            NAT.replace("!Ref Private", "!Ref Gateway"),
            format!(
                "{NAT}  Default: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}}}\n"
            ),
            format!(
                "{NAT}  Default: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, VpcEndpointId: vpce-1}}}}\n"
            ),
            format!("{NAT}Outputs: {{Table: {{Value: !Ref PrivateTable}}}}\n"),
        ];
        for rest in quiet {
            let text = format!("{BASE}{rest}");
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{rest}");
        }
        assert_eq!(findings(&format!("Transform: MyMacro\n{BASE}{NAT}"), ID), Vec::<String>::new());
        let taken = format!(
            "{BASE}{NAT}  Default: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref PrivateTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}}}\nOutputs: {{Table: {{Value: !Ref PrivateTable}}}}\n"
        );
        assert_eq!(findings(&taken, ID).len(), 1, "nobody can give the table another default route");
    }
}
