//! Minimal repair: the smallest set of changes after which a blocked way is open.
//!
//! An [`Atom`] is one change: it says what it does to the network, and how it is written. The search works on the
//! network, which is cheap; who applies a fix has its text analysed again.

mod acl_entry;
mod association;
mod dns;
mod endpoint_table;
mod group_rule;
mod named;
mod nat_subnet;
mod route;
mod search;
mod writing;

pub(crate) use search::{Failure, Repair, Want, put_on_tables, repair, repair_cause, repair_with};

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::language::Phrase;
use crate::network::{Name, Network, Situated};
use crate::paths::{Hindrance, Obstacle};
use crate::template::Template;
use crate::template::dependencies::Dependencies;

use acl_entry::AclEntryAtom;
use association::AssociationAtom;
pub(crate) use dns::{PrivateDnsAtom, VpcDnsAtom, ZoneVpcAtom};
use endpoint_table::EndpointTableAtom;
use group_rule::GroupRuleAtom;
use nat_subnet::NatSubnetAtom;
use route::RouteAtom;

/// What a repair is looked for in.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a, 't> {
    pub(crate) template: &'a Template<'t>,
    /// Its network in each situation.
    pub(crate) networks: &'a [Situated],
    /// What names answer.
    pub(crate) addresses: &'a BTreeMap<String, Vec<IpNet>>,
    /// Which resource is made after which.
    pub(crate) dependencies: &'a Dependencies,
}

/// One change. Components are known by their names, so that it is the same in every situation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Atom {
    /// A rule of a security group.
    Rule(GroupRuleAtom),
    /// An entry of a network ACL.
    Entry(AclEntryAtom),
    /// A route.
    Route(RouteAtom),
    /// A route table for a subnet.
    Association(AssociationAtom),
    /// A gateway endpoint on a route table.
    EndpointTable(EndpointTableAtom),
    /// A subnet for a NAT gateway.
    NatSubnet(NatSubnetAtom),
    /// The DNS attributes of a VPC.
    VpcDns(VpcDnsAtom),
    /// Private DNS of an endpoint.
    PrivateDns(PrivateDnsAtom),
    /// A VPC for a private zone.
    ZoneVpc(ZoneVpcAtom),
}

impl Atom {
    /// What would take an obstacle away: sets of changes of which one is enough, the likelier first.
    fn against(ground: Ground<'_, '_>, network: &Network, obstacle: &Obstacle) -> Vec<Vec<Atom>> {
        match &obstacle.by {
            Hindrance::Groups { worn, egress } => {
                let found = group_rule::against(ground, network, obstacle, worn, *egress);
                found.map(|rules| rules.into_iter().map(Self::Rule).collect()).into_iter().collect()
            }
            Hindrance::Acl { acl, egress, entry } => {
                let found = acl_entry::against(ground, network, obstacle, *acl, *egress, *entry);
                found.map(|entries| entries.into_iter().map(Self::Entry).collect()).into_iter().collect()
            }
            Hindrance::Route { table, subnet, vpc } => {
                route::against(ground, network, obstacle, *table, *subnet, *vpc)
            }
            Hindrance::VpcDns { vpc } => dns::against_vpc(ground, network, *vpc),
            Hindrance::Zone { zone, vpc } => dns::against_zone(ground, network, *zone, *vpc),
        }
    }

    /// Makes the change, where the network has what it is about.
    pub(crate) fn change(&self, network: &mut Network) {
        // What is not there in this situation needs no change.
        let _ = match self {
            Self::Rule(rule) => rule.change(network),
            Self::Entry(entry) => entry.change(network),
            Self::Route(route) => route.change(network),
            Self::Association(association) => association.change(network),
            Self::EndpointTable(table) => table.change(network),
            Self::NatSubnet(subnet) => subnet.change(network),
            Self::VpcDns(vpc) => vpc.change(network),
            Self::PrivateDns(endpoint) => endpoint.change(network),
            Self::ZoneVpc(zone) => zone.change(network),
        };
    }

    /// What it does, as a command.
    fn title(&self) -> Phrase {
        match self {
            Self::Rule(rule) => rule.title(),
            Self::Entry(entry) => entry.title(),
            Self::Route(route) => route.title(),
            Self::Association(association) => association.title(),
            Self::EndpointTable(table) => table.title(),
            Self::NatSubnet(subnet) => subnet.title(),
            Self::VpcDns(vpc) => vpc.title(),
            Self::PrivateDns(endpoint) => endpoint.title(),
            Self::ZoneVpc(zone) => zone.title(),
        }
    }
}

/// How the template names a component by its id, with the resource that it is, if it is one.
pub(crate) fn reference_to<'a>(
    template: &'a Template<'_>,
    name: &Name,
) -> Option<(crate::suggest::Written, Option<&'a crate::template::Resource>)> {
    named::reference(template, name).map(|found| (found.value, found.resource))
}

/// The position of the component of a name.
fn position<T>(list: &[T], of: impl Fn(&T) -> &Name, name: &Name) -> Option<usize> {
    list.iter().position(|one| of(one) == name)
}

#[cfg(test)]
mod tests {
    use crate::text::apply;
    use crate::{NoRepair, Options, TraceRequest, repair_path, trace};

    /// Two subnets with a database and a function, whose groups have the rules that are given.
    fn network(egress: &str, ingress: &str, rest: &str) -> String {
        format!(
            "Parameters: {{Given: {{Type: String}}}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  FnGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: f
      VpcId: !Ref Vpc
{egress}  DbGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: d
      VpcId: !Ref Vpc
{ingress}  DbSubnets: {{Type: AWS::RDS::DBSubnetGroup, Properties: {{DBSubnetGroupDescription: d, SubnetIds: [!Ref B]}}}}
  Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, DBSubnetGroupName: !Ref DbSubnets, VPCSecurityGroups: [!Ref DbGroup]}}}}
  Fn: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: [!Ref A], SecurityGroupIds: [!Ref FnGroup]}}}}}}
{rest}"
        )
    }

    const CLOSED: &str = "      SecurityGroupEgress:\n        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.9.0.0/16} # partner\n";
    const OPEN: &str = "      SecurityGroupIngress:\n        - {IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref FnGroup}\n";

    /// The text after the repair of the way to the database, which is open then.
    fn repaired(text: &str, to: &str) -> String {
        let options = Options::default();
        let repair = repair_path(text, &options, "Fn", None, to)
            .unwrap_or_else(|failure| panic!("{failure:?}\n{text}"));
        let after = apply(text, &repair.edits).expect("the edits fit");
        let request = TraceRequest { from: Some("Fn".to_owned()), to: Some(to.to_owned()) };
        let tracing = trace("t", &after, &options, &request).expect("a trace");
        let sum = tracing.traces.last().expect("a sum");
        assert_eq!(sum.verdict.name(), "reachable", "{sum:?}\n{after}");
        after
    }

    #[test]
    fn several_blockers_in_a_row_are_one_repair_without_a_ring() {
        let after = repaired(&network(CLOSED, "", ""), "Db");
        let egress = "# partner\n        - {IpProtocol: tcp, FromPort: 5432, ToPort: 5432, DestinationSecurityGroupId: !GetAtt DbGroup.GroupId}\n";
        assert!(after.contains(egress), "{after}");
        let ingress = "  DbGroupIngressFromFnGroup:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties:\n      GroupId: !GetAtt DbGroup.GroupId\n      IpProtocol: tcp\n      FromPort: 5432\n      ToPort: 5432\n      SourceSecurityGroupId: !GetAtt FnGroup.GroupId\n";
        assert!(after.contains(ingress), "{after}");
    }

    #[test]
    fn an_egress_rule_goes_where_it_makes_no_ring() {
        let after = repaired(&network(CLOSED, OPEN, ""), "Db");
        assert!(
            after.contains("  FnGroupEgressToDbGroup:\n    Type: AWS::EC2::SecurityGroupEgress\n"),
            "{after}"
        );
    }

    #[test]
    fn a_group_whose_egress_nobody_wrote_gets_no_rule() {
        let after = repaired(&network("", "", ""), "Db");
        assert!(!after.contains("Egress"), "it would close what is open: {after}");
        assert!(after.contains("      SecurityGroupIngress:\n        - IpProtocol: tcp\n"), "{after}");
    }

    #[test]
    fn acls_get_both_ways_before_what_denies() {
        let acl = "  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  Of: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref A, NetworkAclId: !Ref Acl}}
  No: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 10, Egress: true, Protocol: -1, RuleAction: deny, CidrBlock: 10.0.0.0/16}}\n";
        let after = repaired(&network("", OPEN, acl), "Db");
        for part in [
            "  AclEgress9:\n",
            "      RuleNumber: 9\n      Egress: true\n      Protocol: 6\n      RuleAction: allow\n      CidrBlock: 10.0.2.0/24\n      PortRange:\n        From: 5432\n        To: 5432\n",
            "      Egress: false\n      Protocol: 6\n      RuleAction: allow\n      CidrBlock: 10.0.2.0/24\n      PortRange:\n        From: 1024\n        To: 65535\n",
        ] {
            assert!(after.contains(part), "{part}\n{after}");
        }
    }

    #[test]
    fn a_peering_gets_its_routes_on_both_sides() {
        let text = network("", "", "  Other: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.7.0.0/16}}
  OtherSubnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Other, CidrBlock: 10.7.1.0/24}}
  OtherGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: o, VpcId: !Ref Other, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/16}]}}
  Server: {Type: AWS::EC2::Instance, Properties: {ImageId: ami-1, SubnetId: !Ref OtherSubnet, SecurityGroupIds: [!Ref OtherGroup]}}
  Peering: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref Vpc, PeerVpcId: !Ref Other}}
  TableA: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  UsesA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref TableA, SubnetId: !Ref A}}
  OtherTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Other}}
  OtherUses: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref OtherTable, SubnetId: !Ref OtherSubnet}}\n");
        let after = repaired(&text, "Server:22");
        for part in [
            "      RouteTableId: !Ref TableA\n      DestinationCidrBlock: 10.7.0.0/16\n      VpcPeeringConnectionId: !Ref Peering\n",
            "      RouteTableId: !Ref OtherTable\n      DestinationCidrBlock: 10.0.0.0/16\n      VpcPeeringConnectionId: !Ref Peering\n",
        ] {
            assert!(after.contains(part), "{part}\n{after}");
        }
    }

    #[test]
    fn a_group_that_must_name_itself_is_named_apart() {
        let text = network("", "", "").replace("[!Ref FnGroup]", "[!Ref DbGroup]");
        let after = repaired(&text, "Db");
        assert!(after.contains("  DbGroupIngressFromDbGroup:\n"), "{after}");
    }

    #[test]
    fn json_stays_json() {
        let text = r#"{"Resources": {
  "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
  "A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
  "G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}}},
  "H": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "h", "VpcId": {"Ref": "Vpc"}, "SecurityGroupIngress": []}},
  "Server": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1", "SubnetId": {"Ref": "A"}, "SecurityGroupIds": [{"Ref": "H"}]}},
  "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        let after = repaired(text, "Server:22");
        let rule = r#""SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "SourceSecurityGroupId": {"Fn::GetAtt": ["G", "GroupId"]}}]"#;
        assert!(after.contains(rule), "{after}");
    }

    #[test]
    fn what_is_not_of_this_template_is_not_repaired() {
        let options = Options::default();
        // No NAT gateway to route to.
        let nowhere = repair_path(&network("", OPEN, ""), &options, "Fn", None, "internet");
        assert_eq!(nowhere, Err(NoRepair::NoRemedy("NO_ROUTE_TO_DESTINATION", "route-table")));
        let open = repair_path(&network("", OPEN, ""), &options, "Fn", None, "Db");
        assert_eq!(open, Err(NoRepair::Open));
        let given = network("", "", "").replace("[!Ref DbGroup]", "[!Ref Given]");
        assert_eq!(repair_path(&given, &options, "Fn", None, "Db"), Err(NoRepair::Open));
    }
}
