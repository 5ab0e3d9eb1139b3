use super::causes::{Cause, Fault};
use super::subject::{Faults, are_different, in_template, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::network::{
    Cidr, Destination, Fact, GatewayKind, Name, NatPlacement, Network, PeeringIndex, Place, Ranges, Route,
    Target, VpcIndex,
};
use crate::phrase;
use crate::template::Template;

pub(super) const ID: RuleId = RuleId("blackhole-route");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "A route leads to something that cannot carry its traffic",
            ja: "ルートの宛先が、その通信を運べない",
        )
    },
    check,
};

/// Why the target of a route cannot carry its traffic.
#[derive(Debug, PartialEq)]
enum Why {
    /// The target belongs to another VPC than the table.
    Elsewhere { target: String, of: String, table: String },
    /// Neither side of a peering connection is the table's VPC.
    NotASide { peering: String, table: String },
    /// The VPC on the other side does not have these addresses.
    NotThere { peering: String, other: String, destination: String, ranges: String },
    /// Nobody accepts the peering connection.
    NotAccepted { peering: String },
    /// The table's VPC is not attached to the gateway.
    NotAttached { gateway: String, table: String },
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults: Faults<(Place, String, Why)> = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        for table in &network.tables {
            let Some(vpc) = table.vpc.known() else { continue };
            for route in &table.routes.items {
                if let Some(place) = route.at.filter(|place| place.file.0 == 0)
                    && let Some(why) = why(subject.template, network, *vpc, route)
                {
                    faults.add((place, table.name.to_string(), why), one.situation);
                }
            }
        }
    }
    for ((place, table, why), situations) in faults {
        let owner = owner(subject.template, place).unwrap_or(table);
        let mut finding = Finding::new(ID, Severity::Warning, in_template(Some(place)), message(&why))
            .only_where(subject.only_where(&situations))
            .help(help(&why))
            .about(owner)
            .told_apart_by(told_apart(&why));
        if let Some(cause) = Cause::by(subject, &Fault::Route(place)) {
            finding.severity = cause.severity(subject, Severity::Warning);
            finding = cause.with_effects(subject, finding);
        }
        findings.push(finding);
    }
}

/// Whether this rule tells of a route of a VPC.
pub(super) fn is_told(template: &Template<'_>, network: &Network, vpc: VpcIndex, route: &Route) -> bool {
    in_template(route.at).is_some() && why(template, network, vpc, route).is_some()
}

/// The resource that declares a route: a route, or an endpoint that names the table.
fn owner(template: &Template<'_>, place: Place) -> Option<String> {
    let within = |id| template.node(id).span().contains(place.span);
    let found = template.resources.iter().filter(|one| one.made_by.is_none());
    found.into_iter().find(|one| within(one.key) || within(one.body)).map(|one| one.id.clone())
}

fn why(template: &Template<'_>, network: &Network, table: VpcIndex, route: &Route) -> Option<Why> {
    let name = |at: VpcIndex| network.vpcs.get(at.0).map_or_else(String::new, |vpc| vpc.name.to_string());
    let elsewhere = |target: String, of: VpcIndex| {
        are_different(template, network, table, of).then(|| Why::Elsewhere {
            target,
            of: name(of),
            table: name(table),
        })
    };
    match &route.target {
        Target::InternetGateway(at) => {
            let gateway = network.internet_gateways.get(at.0)?;
            elsewhere(gateway.name.to_string(), (*gateway.vpc.known()?)?)
        }
        Target::NatGateway(at) => {
            let nat = network.nat_gateways.get(at.0)?;
            let of = match &nat.placement {
                NatPlacement::Zonal(subnet) => network.subnets.get(subnet.known()?.0)?.vpc.known()?,
                NatPlacement::Regional(vpc) => vpc.known()?,
            };
            elsewhere(nat.name.to_string(), *of)
        }
        Target::GatewayEndpoint(at) => {
            let endpoint = network.endpoints.get(at.0)?;
            elsewhere(endpoint.name.to_string(), *endpoint.vpc.known()?)
        }
        Target::Peering(at) => peering(template, network, table, route, *at),
        Target::Gateway { kind: GatewayKind::VpnGateway, name } => {
            let gateway = network.vpn_gateways.get(network.vpn_gateway(name)?.0)?;
            match gateway.vpc.known()? {
                Some(vpc) => elsewhere(gateway.name.to_string(), *vpc),
                None => not_attached(template, &gateway.name, network, table),
            }
        }
        Target::Gateway { kind: GatewayKind::TransitGateway, name } => {
            let index = network.transit_gateway(name)?;
            let gateway = network.transit_gateways.get(index.0)?;
            let mut own = network.attachments.iter().filter(|one| one.gateway.known() == Some(&index));
            // One whose VPC is not known may be this one's.
            let may_be_own = |vpc: &VpcIndex| !are_different(template, network, table, *vpc);
            let may_attach = own.any(|one| one.vpc().is_some_and(|vpc| vpc.known().is_none_or(may_be_own)));
            if may_attach || gateway.others.is_some() {
                None
            } else {
                not_attached(template, name, network, table)
            }
        }
        Target::Local | Target::Interface { .. } | Target::Gateway { .. } | Target::Unknown(_) => None,
    }
}

/// Who is handed a gateway may attach it.
fn not_attached(template: &Template<'_>, gateway: &Name, network: &Network, table: VpcIndex) -> Option<Why> {
    let own = resource_of(template, gateway)?;
    if template.handed_on().contains(&own.id) {
        return None;
    }
    let table = network.vpcs.get(table.0)?.name.to_string();
    Some(Why::NotAttached { gateway: gateway.to_string(), table })
}

fn peering(
    template: &Template<'_>,
    network: &Network,
    table: VpcIndex,
    route: &Route,
    at: PeeringIndex,
) -> Option<Why> {
    let peering = network.peerings.get(at.0)?;
    let own_name = peering.name.to_string();
    resource_of(template, &peering.name)?;
    if peering.active == Fact::Known(false) {
        return Some(Why::NotAccepted { peering: own_name });
    }
    let (requester, accepter) = (*peering.requester.known()?, *peering.accepter.known()?);
    let name = |at: VpcIndex| network.vpcs.get(at.0).map_or_else(String::new, |vpc| vpc.name.to_string());
    let is_not = |side: VpcIndex| are_different(template, network, table, side);
    let other = match (requester == table, accepter == table) {
        (true, false) => accepter,
        (false, true) => requester,
        _ if is_not(requester) && is_not(accepter) => {
            return Some(Why::NotASide { peering: own_name, table: name(table) });
        }
        _ => return None,
    };
    let vpc = network.vpcs.get(other.0)?;
    let Destination::Cidr(Cidr::Known(destination)) = &route.destination else { return None };
    if vpc.cidrs.rest.is_some() || vpc.cidrs.items.is_empty() {
        return None;
    }
    let mut ranges = Vec::new();
    for cidr in &vpc.cidrs.items {
        let Cidr::Known(net) = cidr else { return None };
        ranges.push(*net);
    }
    let there = Ranges::of_nets(ranges.iter().copied()).overlaps(&Ranges::of_net(*destination));
    (!there).then(|| Why::NotThere {
        peering: own_name,
        other: name(other),
        destination: destination.to_string(),
        ranges: ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    })
}

fn message(why: &Why) -> Phrase {
    match why {
        Why::Elsewhere { target, of, table } => phrase!(
            en: "the route is of the VPC `{table}`, but `{target}` belongs to the VPC `{of}`",
            ja: "ルートは VPC `{table}` のものですが、宛先の `{target}` は VPC `{of}` のものです",
        ),
        Why::NotASide { peering, table } => phrase!(
            en: "the route is of the VPC `{table}`, which is neither side of `{peering}`",
            ja: "ルートは VPC `{table}` のものですが、`{peering}` はこの VPC のピアリング接続ではありません",
        ),
        Why::NotThere { peering, other, destination, ranges } => phrase!(
            en: "`{peering}` leads to `{other}` ({ranges}), which has no address of {destination}",
            ja: "`{peering}` の先の `{other}` ({ranges}) に {destination} のアドレスはありません",
        ),
        Why::NotAccepted { peering } => phrase!(
            en: "`{peering}` carries nothing before it is accepted",
            ja: "`{peering}` は承認されるまで通信を運べません",
        ),
        Why::NotAttached { gateway, table } => phrase!(
            en: "the VPC `{table}` is not attached to `{gateway}`",
            ja: "VPC `{table}` は `{gateway}` にアタッチされていません",
        ),
    }
}

fn help(why: &Why) -> Phrase {
    match why {
        Why::Elsewhere { .. } => phrase!(
            en: "use the gateway of the same VPC: gateways and endpoints serve their own VPC only",
            ja: "同じ VPC のゲートウェイを指定してください。ゲートウェイやエンドポイントは、自分の VPC の通信しか運べません",
        ),
        Why::NotASide { .. } => phrase!(
            en: "peering does not pass through a third VPC: use a connection of this VPC, or a transit gateway",
            ja: "ピアリングは第三の VPC を経由できません。この VPC のピアリング接続か、Transit Gateway を使ってください",
        ),
        Why::NotThere { .. } => phrase!(
            en: "correct the destination: peering leads to the addresses of the other VPC only",
            ja: "宛先を直してください。ピアリングで届くのは、相手の VPC のアドレスだけです",
        ),
        Why::NotAccepted { .. } => phrase!(
            en: "let the owner of the other VPC accept it",
            ja: "相手の VPC の所有者に承認してもらってください",
        ),
        Why::NotAttached { .. } => phrase!(
            en: "attach the VPC: AWS::EC2::TransitGatewayAttachment for a transit gateway, AWS::EC2::VPCGatewayAttachment for a virtual private gateway",
            ja: "VPC をアタッチしてください。Transit Gateway なら AWS::EC2::TransitGatewayAttachment、仮想プライベートゲートウェイなら AWS::EC2::VPCGatewayAttachment です",
        ),
    }
}

fn told_apart(why: &Why) -> String {
    match why {
        Why::Elsewhere { target, .. } => target.clone(),
        Why::NotASide { peering, .. } | Why::NotThere { peering, .. } | Why::NotAccepted { peering } => {
            peering.clone()
        }
        Why::NotAttached { gateway, .. } => gateway.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "blackhole-route";
    const BASE: &str = "Parameters: {Given: {Type: String}}
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  W: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  X: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.2.0.0/16}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref W, InternetGatewayId: !Ref Igw}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref W, CidrBlock: 10.1.0.0/24}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref A, AllocationId: eipalloc-1}}
  Peer: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref V, PeerVpcId: !Ref W}}
  Far: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref W, PeerVpcId: !Ref X}}
";

    fn route(target: &str, to: &str) -> Vec<String> {
        let text = format!(
            "{BASE}  R: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: {to}, {target}}}}}\n"
        );
        findings(&text, ID)
    }

    #[test]
    fn gateways_carry_what_is_attached_to_them() {
        let gateways = "  Hub: {Type: AWS::EC2::TransitGateway}
  Vgw: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
";
        let route = |target: &str, more: &str| {
            let text = format!(
                "{BASE}{gateways}  R: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: 10.5.0.0/16, {target}}}}}\n{more}"
            );
            findings(&text, ID)
        };
        for (gateway, target) in [("Hub", "TransitGatewayId: !Ref Hub"), ("Vgw", "GatewayId: !Ref Vgw")] {
            assert_eq!(route(target, ""), [format!("15:3 the VPC `V` is not attached to `{gateway}`")]);
            let shared = format!("Outputs: {{Gateway: {{Value: !Ref {gateway}}}}}\n");
            assert!(route(target, &shared).is_empty(), "another stack may attach it");
        }
        let to_hub = |vpc: &str| {
            format!(
                "  ToHub: {{Type: AWS::EC2::TransitGatewayAttachment, Properties: {{TransitGatewayId: !Ref Hub, VpcId: !Ref {vpc}, SubnetIds: [subnet-1]}}}}\n"
            )
        };
        assert!(route("TransitGatewayId: !Ref Hub", &to_hub("V")).is_empty());
        assert!(route("TransitGatewayId: !Ref Hub", &to_hub("Given")).is_empty(), "it may be this VPC");
        assert_eq!(route("TransitGatewayId: !Ref Hub", &to_hub("W")).len(), 1);
        let to_vgw = |vpc: &str| {
            format!(
                "  ToVgw: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpnGatewayId: !Ref Vgw, VpcId: !Ref {vpc}}}}}\n"
            )
        };
        assert!(route("GatewayId: !Ref Vgw", &to_vgw("V")).is_empty());
        assert_eq!(
            route("GatewayId: !Ref Vgw", &to_vgw("W")),
            ["15:3 the route is of the VPC `V`, but `Vgw` belongs to the VPC `W`"]
        );
        assert!(route("TransitGatewayId: tgw-0123456789abcdef0", "").is_empty());
    }

    #[test]
    fn what_belongs_elsewhere_carries_nothing() {
        for target in ["GatewayId: !Ref Igw", "NatGatewayId: !Ref Nat"] {
            let id = target.rsplit(' ').next().unwrap();
            assert_eq!(
                route(target, "0.0.0.0/0"),
                [format!("13:3 the route is of the VPC `V`, but `{id}` belongs to the VPC `W`")]
            );
        }
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC"}, "W": {"Type": "AWS::EC2::VPC"},
"Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "V"}}},
"S3": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "W"}, "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": [{"Ref": "Table"}]}}}}"#;
        assert_eq!(
            findings(json, ID),
            ["3:142 the route is of the VPC `V`, but `S3` belongs to the VPC `W`"]
        );
    }

    #[test]
    fn peering_leads_to_the_other_side_only() {
        assert_eq!(
            route("VpcPeeringConnectionId: !Ref Far", "10.2.0.0/16"),
            ["13:3 the route is of the VPC `V`, which is neither side of `Far`"]
        );
        assert_eq!(
            route("VpcPeeringConnectionId: !Ref Peer", "10.2.0.0/16"),
            ["13:3 `Peer` leads to `W` (10.1.0.0/16), which has no address of 10.2.0.0/16"]
        );
    }

    #[test]
    fn what_carries_or_may_is_left_alone() {
        for (target, to) in [
            ("VpcPeeringConnectionId: !Ref Peer", "10.1.0.0/16"),
            ("VpcPeeringConnectionId: !Ref Peer", "10.0.0.0/8"),
            ("VpcPeeringConnectionId: !Ref Given", "10.9.0.0/16"),
            ("GatewayId: !Ref Given", "0.0.0.0/0"),
            ("NatGatewayId: !Ref Given", "0.0.0.0/0"),
            ("TransitGatewayId: tgw-1", "10.9.0.0/16"),
        ] {
            assert_eq!(route(target, to), Vec::<String>::new(), "{target} {to}");
        }
        let given = BASE.replace("VpcId: !Ref V}}\n  Igw", "VpcId: !Ref Given}}\n  Igw");
        let text = format!(
            "{given}  R: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}}}\n"
        );
        assert_eq!(findings(&text, ID), Vec::<String>::new());
    }
}
