//! The network: VPCs, subnets, route tables, groups and everything that stands in them, joined from the template,
//! from what describe calls print, and from assumptions.
//!
//! A [`Network`] is of one situation (one set of parameter values, as far as conditions ask for them): everything
//! in it exists. What is not known of it is a [`Missing`] at the place where the value would be.

mod assume;
mod balancer;
mod builder;
mod components;
mod dns;
mod fact;
mod firewall;
mod from_context;
mod from_template;
mod lattice;
mod name;
mod policy;
mod policy_condition;
mod prefix_lists;
mod public_access;
mod ranges;
mod resolve;
mod resource_policy;
mod service_name;
mod traffic;
mod transit;
mod vpn;
mod workload;

pub use assume::{Assumption, unknown_assumptions};
pub use balancer::{
    Balancer, BalancerKind, BalancerListener, ProxiedDatabases, Registered, RegisteredTarget, TargetGroup,
    TargetGroupIndex, TargetKind,
};
pub use builder::Builder;
pub use components::{
    AclEntry, AclIndex, AttachmentIndex, Cidr, Connectivity, Destination, Endpoint, EndpointIndex,
    EndpointKind, FirewallIndex, GatewayIndex, GatewayKind, GroupIndex, GroupRule, InternetGateway, Ipv6Cidr,
    NatGateway, NatIndex, NatPlacement, NetworkAcl, Peer, Peering, PeeringIndex, PrefixList, PrefixListIndex,
    Route, RouteTable, SecurityGroup, Subnet, SubnetIndex, Symbol, TableIndex, Target, TransitGatewayIndex,
    TransitTableIndex, Vpc, VpcIndex, VpnConnectionIndex, VpnGatewayIndex, Zone,
};
pub use dns::{
    HostRecord, HostedZone, HostedZoneIndex, REGION, RecordTarget, ResolverDirection, ResolverEndpoint,
    ResolverRule, ResolverRuleIndex, ResolverRuleKind, is_never_public, is_within, labels,
};
pub use fact::{Fact, Listed, Missing, Topic};
pub use firewall::{Firewall, FirewallAction, FirewallRule, Statefully};
pub use from_context::{Context, ContextProblem};
pub use lattice::{LatticeAssociation, LatticeService};
pub use name::{DEFAULT_ACL, DEFAULT_GROUP, DEFAULT_VPC, ENDPOINTS, MAIN_TABLE, Name};
pub(crate) use policy::covers;
pub use policy::{EndpointPolicy, OwnResource, PolicyAnswer, PolicyStatement, WrittenPolicy};
pub use policy_condition::{CallWay, CallerRole, PolicyCondition};
pub use prefix_lists::{prefix_list_in, prefix_list_places};
pub use public_access::PublicAccess;
pub use ranges::{Ranges, addresses_of, number_of};
pub use resolve::{Situated, Surroundings, resolve};
pub use resource_policy::{ResourcePolicy, ResourceStatement};
pub use service_name::endpoint_suffix;
pub use traffic::{IcmpType, Ports, Protocol};
pub use transit::{Attached, Attachment, TransitGateway, TransitRoute, TransitTable};
pub use vpn::{VpnConnection, VpnEnd, VpnGateway};
pub use workload::{Listener, Placement, Workload, WorkloadIndex, WorkloadKind};

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::finding::FileId;
use crate::language::Phrase;
use crate::text::Span;

/// A place in one of the texts that were read: the template, a nested one, or a context file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The text: 0 is the template.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// A place in the template itself.
    pub fn in_template(span: Span) -> Self {
        Self { file: FileId(0), span }
    }
}

/// Everything that is known of the network in one situation. Indexes are positions in these lists.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The region, where known.
    pub region: Option<String>,
    /// The organization that the account is in, where known: `o-abc123`.
    pub organization: Option<String>,
    /// VPCs.
    pub vpcs: Vec<Vpc>,
    /// Subnets, and what stands for subnets that are not known.
    pub subnets: Vec<Subnet>,
    /// Route tables; every VPC has its main one.
    pub tables: Vec<RouteTable>,
    /// Tables for what comes in by an internet gateway or a virtual private gateway, by the gateway's name.
    pub edges: Vec<(Name, TableIndex)>,
    /// Network ACLs; every VPC has its default one.
    pub acls: Vec<NetworkAcl>,
    /// Security groups; every VPC has its default one.
    pub groups: Vec<SecurityGroup>,
    /// Internet gateways.
    pub internet_gateways: Vec<InternetGateway>,
    /// NAT gateways.
    pub nat_gateways: Vec<NatGateway>,
    /// Peering connections.
    pub peerings: Vec<Peering>,
    /// Transit gateways.
    pub transit_gateways: Vec<TransitGateway>,
    /// What is attached to transit gateways.
    pub attachments: Vec<Attachment>,
    /// Route tables of transit gateways.
    pub transit_tables: Vec<TransitTable>,
    /// Virtual private gateways.
    pub vpn_gateways: Vec<VpnGateway>,
    /// VPN connections.
    pub vpn_connections: Vec<VpnConnection>,
    /// Firewalls of AWS Network Firewall.
    pub firewalls: Vec<Firewall>,
    /// VPC Block Public Access, where it is set.
    pub public_access: Option<PublicAccess>,
    /// Interface and gateway endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Prefix lists.
    pub prefix_lists: Vec<PrefixList>,
    /// Hosted zones.
    pub zones: Vec<HostedZone>,
    /// Resolver endpoints; they are workloads too.
    pub resolver_endpoints: Vec<ResolverEndpoint>,
    /// Resolver rules.
    pub resolver_rules: Vec<ResolverRule>,
    /// Functions, databases, instances and whatever else stands in subnets.
    pub workloads: Vec<Workload>,
    /// Policies of resources that ask which way calls come.
    pub resource_policies: Vec<ResourcePolicy>,
    /// Buckets, queues and topics of the template.
    pub own_resources: Vec<OwnResource>,
    /// The roles of functions, where a policy asks for them.
    pub caller_roles: Vec<CallerRole>,
    /// Services of VPC Lattice.
    pub lattice_services: Vec<LatticeService>,
    /// What load balancers listen on.
    pub balancers: Vec<Balancer>,
    /// What they forward to.
    pub target_groups: Vec<TargetGroup>,
    /// What database proxies lead to.
    pub proxied: Vec<ProxiedDatabases>,
    /// What all of it rests on: values assumed, situations left out.
    pub assumptions: Vec<Phrase>,
    /// How many workloads there were when their names were first looked up, and where each name leads.
    pub(crate) workload_names: OnceCell<(usize, HashMap<String, usize>)>,
}

impl Network {
    /// The workload of a name, or of another name for it.
    pub fn workload(&self, name: &str) -> Option<WorkloadIndex> {
        let (count, names) =
            self.workload_names.get_or_init(|| (self.workloads.len(), self.name_workloads()));
        if *count == self.workloads.len() {
            return names.get(name).copied().map(WorkloadIndex);
        }
        self.name_workloads().get(name).copied().map(WorkloadIndex)
    }

    fn name_workloads(&self) -> HashMap<String, usize> {
        let mut names = HashMap::new();
        for (at, workload) in self.workloads.iter().enumerate() {
            names.entry(workload.name.to_string()).or_insert(at);
        }
        for (at, workload) in self.workloads.iter().enumerate() {
            for other in &workload.also_known_as {
                names.entry(other.to_string()).or_insert(at);
            }
        }
        names
    }

    /// The transit gateway of a name, where the network has one.
    pub fn transit_gateway(&self, name: &Name) -> Option<TransitGatewayIndex> {
        self.transit_gateways.iter().position(|gateway| gateway.name == *name).map(TransitGatewayIndex)
    }

    /// The virtual private gateway of a name, where the network has one.
    pub fn vpn_gateway(&self, name: &Name) -> Option<VpnGatewayIndex> {
        self.vpn_gateways.iter().position(|gateway| gateway.name == *name).map(VpnGatewayIndex)
    }

    /// The table for what comes in by a gateway, where it has one.
    pub fn edge(&self, gateway: &Name) -> Option<TableIndex> {
        self.edges.iter().find(|(name, _)| name == gateway).map(|(_, table)| *table)
    }

    /// The firewall of a name, where the network has one.
    pub fn firewall(&self, name: &Name) -> Option<FirewallIndex> {
        self.firewalls.iter().position(|firewall| firewall.name == *name).map(FirewallIndex)
    }
}
