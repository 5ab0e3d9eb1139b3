//! The parts of a network.

use std::net::Ipv4Addr;

use ipnet::{Ipv4Net, Ipv6Net};

use super::Place;
use super::fact::{Fact, Listed, Missing};
use super::name::Name;
use super::policy::EndpointPolicy;
use super::traffic::{IcmpType, Ports, Protocol};
use super::workload::WorkloadIndex;
use crate::template::Text;

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub usize);
    )*};
}

index! {
    /// Position in [`super::Network::vpcs`].
    VpcIndex,
    /// Position in [`super::Network::subnets`].
    SubnetIndex,
    /// Position in [`super::Network::tables`].
    TableIndex,
    /// Position in [`super::Network::acls`].
    AclIndex,
    /// Position in [`super::Network::groups`].
    GroupIndex,
    /// Position in [`super::Network::internet_gateways`].
    GatewayIndex,
    /// Position in [`super::Network::nat_gateways`].
    NatIndex,
    /// Position in [`super::Network::peerings`].
    PeeringIndex,
    /// Position in [`super::Network::endpoints`].
    EndpointIndex,
    /// Position in [`super::Network::prefix_lists`].
    PrefixListIndex,
    /// Position in [`super::Network::transit_gateways`].
    TransitGatewayIndex,
    /// Position in [`super::Network::attachments`].
    AttachmentIndex,
    /// Position in [`super::Network::transit_tables`].
    TransitTableIndex,
    /// Position in [`super::Network::vpn_gateways`].
    VpnGatewayIndex,
    /// Position in [`super::Network::vpn_connections`].
    VpnConnectionIndex,
    /// Position in [`super::Network::firewalls`].
    FirewallIndex,
}

/// A range of addresses, or the value that stands for it: two equal values are the same range.
#[derive(Clone, Debug, PartialEq)]
pub enum Cidr {
    /// Known.
    Known(Ipv4Net),
    /// Not known.
    Symbol(Symbol),
}

/// A range of addresses of IP version 6, or the value that stands for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Ipv6Cidr {
    /// Known.
    Known(Ipv6Net),
    /// Not known, as those that Amazon chooses.
    Symbol(Symbol),
}

impl Ipv6Cidr {
    /// Every address: `::/0`.
    pub fn all() -> Self {
        Self::Known(Ipv6Net::default())
    }
}

/// A value that is not known.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The value, as far as it is known.
    pub text: Text,
    /// What would settle it.
    pub missing: Missing,
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A zone: the same value is the same zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Zone {
    /// By its name: `ap-northeast-1a`.
    Named(String),
    /// By its id, the same in every account: `apne1-az4`.
    Identified(String),
    /// By its number in `Fn::GetAZs` of the stack's region: distinct numbers are distinct zones.
    Numbered(usize),
}

impl Zone {
    /// Whether both are the same zone; nothing where a name and a number cannot be compared.
    pub fn same(&self, other: &Zone) -> Option<bool> {
        match (self, other) {
            (Self::Named(one), Self::Named(two)) => same_name(one, two),
            (Self::Identified(one), Self::Identified(two)) => Some(one == two),
            (Self::Numbered(one), Self::Numbered(two)) => Some(one == two),
            _ => None,
        }
    }
}

/// Names of zones of one region; the region of a name may not be known: `AWS::Regiona`.
fn same_name(one: &str, two: &str) -> Option<bool> {
    const REGION: &str = "AWS::Region";
    match (one.strip_prefix(REGION), two.strip_prefix(REGION)) {
        (Some(letter), None) if two.ends_with(letter) => None,
        (None, Some(letter)) if one.ends_with(letter) => None,
        _ => Some(one == two),
    }
}

/// A VPC.
#[derive(Clone, Debug)]
pub struct Vpc {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Its IPv4 ranges.
    pub cidrs: Listed<Cidr>,
    /// Its IPv6 ranges.
    pub ipv6_cidrs: Listed<Ipv6Cidr>,
    /// `EnableDnsSupport`.
    pub dns_support: Fact<bool>,
    /// `EnableDnsHostnames`.
    pub dns_hostnames: Fact<bool>,
    /// Whether the resolver that its DHCP options name is Amazon's.
    pub amazon_dns: Fact<bool>,
    /// The servers that its DHCP options name beside Amazon's.
    pub name_servers: Listed<Ipv4Addr>,
    /// Where these are written.
    pub name_servers_at: Option<Place>,
    /// Why it may have endpoints beside those that are known. Nothing where it has none.
    pub other_endpoints: Option<Missing>,
    /// Its main route table.
    pub main_table: TableIndex,
    /// Its default network ACL.
    pub default_acl: AclIndex,
    /// Its default security group.
    pub default_group: GroupIndex,
}

/// A subnet.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Its VPC.
    pub vpc: Fact<VpcIndex>,
    /// Its IPv4 range.
    pub cidr: Fact<Cidr>,
    /// Its IPv6 range; known to be none where it has IPv4 only.
    pub ipv6_cidr: Fact<Option<Ipv6Cidr>>,
    /// Whether its resolver makes IPv6 addresses of IPv4 ones (`EnableDns64`), which a NAT gateway takes back.
    pub dns64: Fact<bool>,
    /// Its zone.
    pub zone: Fact<Zone>,
    /// Its route table: the VPC's main one where none is associated.
    pub table: Fact<TableIndex>,
    /// Where the association is written.
    pub table_at: Option<Place>,
    /// Its network ACL: the VPC's default one where none is associated.
    pub acl: Fact<AclIndex>,
    /// Where that association is written.
    pub acl_at: Option<Place>,
    /// Whether it stands for a list of subnets that is not known, one or many.
    pub several: bool,
    /// Addresses that were free when it was described.
    pub free: Option<u32>,
}

/// A route table. The local routes of its VPC are not among the routes: they follow from the VPC.
#[derive(Clone, Debug)]
pub struct RouteTable {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Its VPC.
    pub vpc: Fact<VpcIndex>,
    /// Its routes.
    pub routes: Listed<Route>,
}

/// A route.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where it is written.
    pub at: Option<Place>,
    /// What it is for.
    pub destination: Destination,
    /// Where it leads.
    pub target: Target,
    /// Whether AWS says that the target is gone.
    pub blackhole: bool,
    /// Whether the table learned it from a virtual private gateway: what is written beats it on equal ground.
    pub propagated: bool,
}

/// What a route is for.
#[derive(Clone, Debug)]
pub enum Destination {
    /// Addresses.
    Cidr(Cidr),
    /// The addresses of a prefix list.
    PrefixList(PrefixListIndex),
    /// Addresses of IP version 6.
    Ipv6(Ipv6Cidr),
    /// Not known.
    Unknown(Missing),
}

/// Where a route leads.
#[derive(Clone, Debug)]
pub enum Target {
    /// Inside the VPC.
    Local,
    /// An internet gateway.
    InternetGateway(GatewayIndex),
    /// A NAT gateway.
    NatGateway(NatIndex),
    /// A gateway endpoint.
    GatewayEndpoint(EndpointIndex),
    /// A peering connection.
    Peering(PeeringIndex),
    /// An instance or network interface.
    Interface {
        /// Its name.
        name: Name,
        /// The workload, where it is known.
        workload: Option<WorkloadIndex>,
        /// Whether it drops what is not its own (`SourceDestCheck`).
        source_dest_check: Fact<bool>,
    },
    /// Something whose inside vpcheck does not follow.
    Gateway {
        /// What.
        kind: GatewayKind,
        /// Its name.
        name: Name,
    },
    /// Not known.
    Unknown(Missing),
}

/// The kinds of gateways that a route names by what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GatewayKind {
    /// A transit gateway.
    TransitGateway,
    /// A virtual private gateway.
    VpnGateway,
    /// A gateway of AWS Outposts.
    LocalGateway,
    /// A gateway of AWS Wavelength.
    CarrierGateway,
    /// A core network of Cloud WAN.
    CoreNetwork,
    /// An egress-only internet gateway.
    EgressOnlyInternetGateway,
    /// An endpoint of a firewall or a gateway load balancer.
    ApplianceEndpoint,
}

/// An internet gateway.
#[derive(Clone, Debug)]
pub struct InternetGateway {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The VPC that it is attached to; known to be none where nothing attaches it.
    pub vpc: Fact<Option<VpcIndex>>,
    /// Where the attachment is written.
    pub attached_at: Option<Place>,
}

/// Whether a NAT gateway has a public address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Connectivity {
    /// It has.
    Public,
    /// It has private addresses only.
    Private,
}

/// Where a NAT gateway stands.
#[derive(Clone, Debug)]
pub enum NatPlacement {
    /// In a subnet.
    Zonal(Fact<SubnetIndex>),
    /// In every zone of a VPC, beside its subnets.
    Regional(Fact<VpcIndex>),
}

/// A NAT gateway.
#[derive(Clone, Debug)]
pub struct NatGateway {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Whether it has a public address.
    pub connectivity: Fact<Connectivity>,
    /// Where it stands.
    pub placement: NatPlacement,
    /// The zones that a regional one has addresses in; nothing where it follows the interfaces of the VPC.
    pub zones: Option<Listed<Zone>>,
    /// The route table of a regional one, where it has its own.
    pub table: Option<TableIndex>,
    /// A fixed private address.
    pub address: Option<Ipv4Addr>,
    /// The resource of its one public address, where that is of this template.
    pub elastic_ip: Option<String>,
}

/// A peering connection.
#[derive(Clone, Debug)]
pub struct Peering {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The VPC that asked for it.
    pub requester: Fact<VpcIndex>,
    /// The other one.
    pub accepter: Fact<VpcIndex>,
    /// Whether it carries traffic.
    pub active: Fact<bool>,
    /// Whether both are in one region: then groups may be named across it.
    pub same_region: Fact<bool>,
}

/// A security group.
#[derive(Clone, Debug)]
pub struct SecurityGroup {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Its VPC.
    pub vpc: Fact<VpcIndex>,
    /// What may come in.
    pub ingress: Listed<GroupRule>,
    /// What may go out. The allowance that a group without egress rules has is one rule here, with `default` set.
    pub egress: Listed<GroupRule>,
    /// Whether it is of the template and handed to nobody: nothing that is not described wears it.
    pub own: bool,
}

/// A rule of a security group.
#[derive(Clone, Debug)]
pub struct GroupRule {
    /// Where it is written.
    pub at: Option<Place>,
    /// Whether nobody wrote it.
    pub default: bool,
    /// Its protocol.
    pub protocol: Fact<Protocol>,
    /// Its ports, for protocols that have them.
    pub ports: Fact<Ports>,
    /// Its type and code, for ICMP.
    pub icmp: IcmpType,
    /// The other side.
    pub peer: Peer,
}

/// The other side of a security group's rule.
#[derive(Clone, Debug)]
pub enum Peer {
    /// Addresses.
    Cidr(Cidr),
    /// The addresses of a prefix list.
    PrefixList(PrefixListIndex),
    /// The private addresses of whatever wears a group.
    Group(GroupIndex),
    /// Addresses of IP version 6.
    Ipv6(Ipv6Cidr),
    /// Not known.
    Unknown(Missing),
}

/// A network ACL. The denial at its end is not among the entries.
#[derive(Clone, Debug)]
pub struct NetworkAcl {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Its VPC.
    pub vpc: Fact<VpcIndex>,
    /// Entries for what comes in, by number.
    pub ingress: Listed<AclEntry>,
    /// Entries for what goes out, by number.
    pub egress: Listed<AclEntry>,
}

/// An entry of a network ACL.
#[derive(Clone, Debug)]
pub struct AclEntry {
    /// Where it is written.
    pub at: Option<Place>,
    /// Its number. Entries without a known number stand last, and may come before any other.
    pub number: Fact<u16>,
    /// Whether it allows.
    pub allow: Fact<bool>,
    /// Its protocol.
    pub protocol: Fact<Protocol>,
    /// Its ports, for protocols that have them.
    pub ports: Fact<Ports>,
    /// Its type and code, for ICMP.
    pub icmp: IcmpType,
    /// The addresses of the other side; nothing for an entry of IP version 6.
    pub cidr: Option<Cidr>,
    /// The same of an entry of IP version 6.
    pub ipv6_cidr: Option<Ipv6Cidr>,
}

/// A prefix list.
#[derive(Clone, Debug)]
pub struct PrefixList {
    /// Its name: `pl-63a5400a`.
    pub name: Name,
    /// The service whose addresses it holds, by the suffix of its endpoint service: `s3`.
    pub service: Option<String>,
    /// Its addresses.
    pub ranges: Fact<Vec<Ipv4Net>>,
}

/// An endpoint of a service in a VPC.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Its VPC.
    pub vpc: Fact<VpcIndex>,
    /// The service, by its suffix: `s3`, `ecr.api`; the whole name for services of others.
    pub service: Fact<String>,
    /// Interface or gateway.
    pub kind: EndpointKind,
    /// Its policy.
    pub policy: EndpointPolicy,
}

/// The two kinds of endpoints that carry traffic to services.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a VPC has a few dozen endpoints; most are of the large kind")]
pub enum EndpointKind {
    /// Interfaces in subnets.
    Interface {
        /// Its subnets.
        subnets: Listed<SubnetIndex>,
        /// Its groups; the VPC's default group where none is named.
        groups: Listed<GroupIndex>,
        /// `PrivateDnsEnabled`.
        private_dns: Fact<bool>,
        /// Where that is written.
        private_dns_at: Option<Place>,
        /// Whether private names are for inbound Resolver endpoints only (S3).
        inbound_resolver_only: Fact<bool>,
    },
    /// Routes to a prefix list. The routes are in the tables too.
    Gateway {
        /// The tables.
        tables: Listed<TableIndex>,
    },
}

#[cfg(test)]
mod tests {
    use super::Zone;

    #[test]
    fn zones_are_compared_as_far_as_they_can_be() {
        let named = |name: &str| Zone::Named(name.to_owned());
        assert_eq!(named("us-east-1a").same(&named("us-east-1b")), Some(false));
        assert_eq!(named("AWS::Regiona").same(&named("us-east-1a")), None);
        assert_eq!(named("AWS::Regiona").same(&named("us-east-1b")), Some(false));
        assert_eq!(named("us-east-1a").same(&Zone::Identified("use1-az1".to_owned())), None);
        assert_eq!(Zone::Numbered(1).same(&Zone::Numbered(1)), Some(true));
    }
}
