//! Puts a network together: components are named before, or without ever, being described.

use std::collections::HashMap;

use super::components::{
    AclIndex, AttachmentIndex, Endpoint, EndpointIndex, GatewayIndex, GroupIndex, GroupRule, InternetGateway,
    NatGateway, NatIndex, NatPlacement, NetworkAcl, Peer, Peering, PeeringIndex, PrefixList, PrefixListIndex,
    RouteTable, SecurityGroup, Subnet, SubnetIndex, TableIndex, TransitGatewayIndex, TransitTableIndex, Vpc,
    VpcIndex, VpnGatewayIndex,
};
use super::fact::{Fact, Listed, Missing, Topic};
use super::name::{DEFAULT_ACL, DEFAULT_GROUP, DEFAULT_VPC, ENDPOINTS, MAIN_TABLE, Name};
use super::prefix_lists;
use super::traffic::{IcmpType, Ports, Protocol};
use super::transit::{Attached, Attachment, TransitGateway, TransitTable};
use super::vpn::VpnGateway;
use super::workload::{Workload, WorkloadIndex};
use super::{Cidr, Ipv6Cidr, Network};
use crate::template::Unknown;

/// A network in the making. Asking for a component by name makes one of which nothing is known; whoever knows more
/// writes it into [`Builder::network`].
#[derive(Clone, Debug, Default)]
pub struct Builder {
    /// The network so far.
    pub network: Network,
    vpcs: HashMap<Name, VpcIndex>,
    subnets: HashMap<Name, SubnetIndex>,
    tables: HashMap<Name, TableIndex>,
    acls: HashMap<Name, AclIndex>,
    groups: HashMap<Name, GroupIndex>,
    internet_gateways: HashMap<Name, GatewayIndex>,
    nat_gateways: HashMap<Name, NatIndex>,
    peerings: HashMap<Name, PeeringIndex>,
    transit_gateways: HashMap<Name, TransitGatewayIndex>,
    attachments: HashMap<Name, AttachmentIndex>,
    transit_tables: HashMap<Name, TransitTableIndex>,
    vpn_gateways: HashMap<Name, VpnGatewayIndex>,
    endpoints: HashMap<Name, EndpointIndex>,
    prefix_lists: HashMap<Name, PrefixListIndex>,
    workloads: HashMap<Name, WorkloadIndex>,
    assumed: HashMap<Unknown, Vec<Name>>,
    /// The default VPC of the account and region, where a describe call shows it.
    pub default_vpc: Option<VpcIndex>,
}

/// Nobody described the component.
pub(super) fn undescribed(name: &Name) -> Missing {
    match name {
        Name::Unknown { value, .. } => Missing::Value(value.clone()),
        Name::Implied { of, .. } => undescribed(of),
        _ => Missing::Component(name.clone()),
    }
}

impl Builder {
    /// Says which items a list of subnets or route tables has that is not known.
    pub fn assume_items(&mut self, list: Unknown, items: Vec<Name>) {
        self.assumed.insert(list, items);
    }

    /// The items that a list that is not known is assumed to have.
    pub fn assumed_items(&self, list: &Unknown) -> Option<&[Name]> {
        self.assumed.get(list).map(Vec::as_slice)
    }

    /// The VPC of a name, with its main table, default ACL and default group.
    pub fn vpc(&mut self, name: &Name) -> VpcIndex {
        if let Some(known) = self.vpcs.get(name) {
            return *known;
        }
        let index = VpcIndex(self.network.vpcs.len());
        self.vpcs.insert(name.clone(), index);
        let missing = undescribed(name);
        let implied = |what| Name::Implied { of: Box::new(name.clone()), what };
        let (main_table, default_acl, default_group) = (
            self.table(&implied(MAIN_TABLE)),
            self.acl(&implied(DEFAULT_ACL)),
            self.group(&implied(DEFAULT_GROUP)),
        );
        self.network.tables[main_table.0].vpc = Fact::Known(index);
        self.network.acls[default_acl.0].vpc = Fact::Known(index);
        self.network.groups[default_group.0].vpc = Fact::Known(index);
        self.network.vpcs.push(Vpc {
            name: name.clone(),
            at: None,
            cidrs: Listed::unknown(missing.clone()),
            ipv6_cidrs: Listed::unknown(missing.clone()),
            dns_support: Fact::Unknown(missing.clone()),
            dns_hostnames: Fact::Unknown(missing.clone()),
            amazon_dns: Fact::Unknown(missing.clone()),
            name_servers: Listed::default(),
            name_servers_at: None,
            other_endpoints: Some(match missing {
                Missing::Component(_) => Missing::Component(implied(ENDPOINTS)),
                value => value,
            }),
            main_table,
            default_acl,
            default_group,
        });
        index
    }

    /// The subnet of a name.
    pub fn subnet(&mut self, name: &Name) -> SubnetIndex {
        let network = &mut self.network;
        *self.subnets.entry(name.clone()).or_insert_with(|| {
            let missing = undescribed(name);
            network.subnets.push(Subnet {
                name: name.clone(),
                at: None,
                vpc: Fact::Unknown(missing.clone()),
                cidr: Fact::Unknown(missing.clone()),
                ipv6_cidr: Fact::Unknown(missing.clone()),
                dns64: Fact::Unknown(missing.clone()),
                zone: Fact::Unknown(missing.clone()),
                table: Fact::Unknown(missing.clone()),
                table_at: None,
                acl: Fact::Unknown(missing),
                acl_at: None,
                several: false,
                free: None,
            });
            SubnetIndex(network.subnets.len() - 1)
        })
    }

    /// The route table of a name.
    pub fn table(&mut self, name: &Name) -> TableIndex {
        let network = &mut self.network;
        *self.tables.entry(name.clone()).or_insert_with(|| {
            let missing = undescribed(name);
            network.tables.push(RouteTable {
                name: name.clone(),
                at: None,
                vpc: Fact::Unknown(missing.clone()),
                routes: Listed::unknown(missing),
            });
            TableIndex(network.tables.len() - 1)
        })
    }

    /// The network ACL of a name.
    pub fn acl(&mut self, name: &Name) -> AclIndex {
        let network = &mut self.network;
        *self.acls.entry(name.clone()).or_insert_with(|| {
            let missing = undescribed(name);
            network.acls.push(NetworkAcl {
                name: name.clone(),
                at: None,
                vpc: Fact::Unknown(missing.clone()),
                ingress: Listed::unknown(missing.clone()),
                egress: Listed::unknown(missing),
            });
            AclIndex(network.acls.len() - 1)
        })
    }

    /// The security group of a name.
    pub fn group(&mut self, name: &Name) -> GroupIndex {
        let network = &mut self.network;
        *self.groups.entry(name.clone()).or_insert_with(|| {
            let missing = undescribed(name);
            network.groups.push(SecurityGroup {
                name: name.clone(),
                at: None,
                vpc: Fact::Unknown(missing.clone()),
                ingress: Listed::unknown(missing.clone()),
                egress: Listed::unknown(missing),
                own: false,
            });
            GroupIndex(network.groups.len() - 1)
        })
    }

    /// The internet gateway of a name.
    pub fn internet_gateway(&mut self, name: &Name) -> GatewayIndex {
        let network = &mut self.network;
        *self.internet_gateways.entry(name.clone()).or_insert_with(|| {
            network.internet_gateways.push(InternetGateway {
                name: name.clone(),
                at: None,
                vpc: Fact::Unknown(undescribed(name)),
                attached_at: None,
            });
            GatewayIndex(network.internet_gateways.len() - 1)
        })
    }

    /// The NAT gateway of a name.
    pub fn nat_gateway(&mut self, name: &Name) -> NatIndex {
        let network = &mut self.network;
        *self.nat_gateways.entry(name.clone()).or_insert_with(|| {
            let missing = undescribed(name);
            network.nat_gateways.push(NatGateway {
                name: name.clone(),
                at: None,
                connectivity: Fact::Unknown(missing.clone()),
                placement: NatPlacement::Zonal(Fact::Unknown(missing)),
                zones: None,
                table: None,
                address: None,
                elastic_ip: None,
            });
            NatIndex(network.nat_gateways.len() - 1)
        })
    }

    /// The peering connection of a name.
    pub fn peering(&mut self, name: &Name) -> PeeringIndex {
        let network = &mut self.network;
        *self.peerings.entry(name.clone()).or_insert_with(|| {
            let missing = undescribed(name);
            network.peerings.push(Peering {
                name: name.clone(),
                at: None,
                requester: Fact::Unknown(missing.clone()),
                accepter: Fact::Unknown(missing.clone()),
                active: Fact::Unknown(missing.clone()),
                same_region: Fact::Unknown(missing),
            });
            PeeringIndex(network.peerings.len() - 1)
        })
    }

    /// The transit gateway of a name. Of one that nobody describes, attachments and tables are not known.
    pub fn transit_gateway(&mut self, name: &Name) -> TransitGatewayIndex {
        let network = &mut self.network;
        *self.transit_gateways.entry(name.clone()).or_insert_with(|| {
            let missing = Missing::Beyond(Topic::TransitGateway, name.clone());
            network.transit_gateways.push(TransitGateway {
                name: name.clone(),
                at: None,
                association_table: Fact::Unknown(missing.clone()),
                propagation_table: Fact::Unknown(missing.clone()),
                group_references: Fact::Unknown(missing.clone()),
                others: Some(missing),
            });
            TransitGatewayIndex(network.transit_gateways.len() - 1)
        })
    }

    /// The attachment of a name to a transit gateway.
    pub fn attachment(&mut self, name: &Name) -> AttachmentIndex {
        let network = &mut self.network;
        *self.attachments.entry(name.clone()).or_insert_with(|| {
            let missing = Missing::Beyond(Topic::TransitGateway, name.clone());
            network.attachments.push(Attachment {
                name: name.clone(),
                at: None,
                gateway: Fact::Unknown(missing.clone()),
                attached: Attached::Elsewhere,
                table: Fact::Unknown(missing.clone()),
                group_references: Fact::Unknown(missing),
            });
            AttachmentIndex(network.attachments.len() - 1)
        })
    }

    /// The route table of a name in a transit gateway.
    pub fn transit_table(&mut self, name: &Name) -> TransitTableIndex {
        let network = &mut self.network;
        *self.transit_tables.entry(name.clone()).or_insert_with(|| {
            let missing = Missing::Beyond(Topic::TransitGateway, name.clone());
            network.transit_tables.push(TransitTable {
                name: name.clone(),
                at: None,
                routes: Listed::unknown(missing.clone()),
                learned: Listed::unknown(missing),
            });
            TransitTableIndex(network.transit_tables.len() - 1)
        })
    }

    /// The virtual private gateway of a name.
    pub fn vpn_gateway(&mut self, name: &Name) -> VpnGatewayIndex {
        let network = &mut self.network;
        *self.vpn_gateways.entry(name.clone()).or_insert_with(|| {
            let vpc = Fact::Unknown(Missing::Beyond(Topic::VpnGateway, name.clone()));
            network.vpn_gateways.push(VpnGateway { name: name.clone(), at: None, vpc, attached_at: None });
            VpnGatewayIndex(network.vpn_gateways.len() - 1)
        })
    }

    /// The default VPC, where components are made that name none.
    pub fn default_vpc(&mut self) -> VpcIndex {
        match self.default_vpc {
            Some(known) => known,
            None => self.vpc(&Name::Aws(DEFAULT_VPC.to_owned())),
        }
    }

    /// The prefix list of a name. Of those that AWS keeps for its services, the service is known.
    pub fn prefix_list(&mut self, name: &Name) -> PrefixListIndex {
        let network = &mut self.network;
        *self.prefix_lists.entry(name.clone()).or_insert_with(|| {
            let service = match name {
                Name::Aws(id) => prefix_lists::service_of(network.region.as_deref(), id),
                _ => None,
            };
            network.prefix_lists.push(PrefixList {
                name: name.clone(),
                service: service.map(str::to_owned),
                ranges: Fact::Unknown(Missing::PrefixList(name.to_string())),
            });
            PrefixListIndex(network.prefix_lists.len() - 1)
        })
    }

    /// The prefix list with the public addresses of a service, given by the suffix of its endpoint service.
    pub fn service_prefix_list(&mut self, service: &str) -> PrefixListIndex {
        let lists = &self.network.prefix_lists;
        if let Some(at) = lists.iter().position(|list| list.service.as_deref() == Some(service)) {
            return PrefixListIndex(at);
        }
        let id = prefix_lists::id_of(self.network.region.as_deref(), service).unwrap_or(service);
        let index = self.prefix_list(&Name::Aws(id.to_owned()));
        self.network.prefix_lists[index.0].service = Some(service.to_owned());
        index
    }

    /// The internet gateway of a name, where it was asked for before.
    pub fn known_internet_gateway(&self, name: &Name) -> Option<GatewayIndex> {
        self.internet_gateways.get(name).copied()
    }

    /// The route table of a name, where it was asked for before.
    pub fn known_table(&self, name: &Name) -> Option<TableIndex> {
        self.tables.get(name).copied()
    }

    /// The subnet of a name, where it was asked for before.
    pub fn known_subnet(&self, name: &Name) -> Option<SubnetIndex> {
        self.subnets.get(name).copied()
    }

    /// The security group of a name, where it was asked for before.
    pub fn known_group(&self, name: &Name) -> Option<GroupIndex> {
        self.groups.get(name).copied()
    }

    /// The endpoint of a name, where there is one already.
    pub fn known_endpoint(&self, name: &Name) -> Option<EndpointIndex> {
        self.endpoints.get(name).copied()
    }

    /// The workload of a name, where there is one already.
    pub fn known_workload(&self, name: &Name) -> Option<WorkloadIndex> {
        self.workloads.get(name).copied()
    }

    /// Adds an endpoint, in place of one of the same name.
    pub fn endpoint(&mut self, endpoint: Endpoint) -> EndpointIndex {
        let network = &mut self.network;
        match self.endpoints.get(&endpoint.name) {
            Some(known) => {
                network.endpoints[known.0] = endpoint;
                *known
            }
            None => {
                let index = EndpointIndex(network.endpoints.len());
                self.endpoints.insert(endpoint.name.clone(), index);
                network.endpoints.push(endpoint);
                index
            }
        }
    }

    /// Adds a workload, in place of one of the same name.
    pub fn workload(&mut self, workload: Workload) -> WorkloadIndex {
        let network = &mut self.network;
        match self.workloads.get(&workload.name) {
            Some(known) => {
                network.workloads[known.0] = workload;
                *known
            }
            None => {
                let index = WorkloadIndex(network.workloads.len());
                self.workloads.insert(workload.name.clone(), index);
                network.workloads.push(workload);
                index
            }
        }
    }

    /// Says which route table is the main one of a VPC. The implied one takes that name, or makes way for the one that
    /// has it already.
    pub fn name_main_table(&mut self, vpc: VpcIndex, name: &Name) {
        let implied = Name::Implied { of: Box::new(self.network.vpcs[vpc.0].name.clone()), what: MAIN_TABLE };
        let index = self.network.vpcs[vpc.0].main_table;
        if !self.tables.contains_key(name) && self.network.tables[index.0].name == implied {
            self.network.tables[index.0].name = name.clone();
            self.tables.insert(name.clone(), index);
        }
        let index = self.table(name);
        self.tables.insert(implied, index);
        self.network.vpcs[vpc.0].main_table = index;
    }

    /// Says which network ACL is the default one of a VPC, as [`Self::name_main_table`] does.
    pub fn name_default_acl(&mut self, vpc: VpcIndex, name: &Name) {
        let implied =
            Name::Implied { of: Box::new(self.network.vpcs[vpc.0].name.clone()), what: DEFAULT_ACL };
        let index = self.network.vpcs[vpc.0].default_acl;
        if !self.acls.contains_key(name) && self.network.acls[index.0].name == implied {
            self.network.acls[index.0].name = name.clone();
            self.acls.insert(name.clone(), index);
        }
        let index = self.acl(name);
        self.acls.insert(implied, index);
        self.network.vpcs[vpc.0].default_acl = index;
    }

    /// Says which security group is the default one of a VPC, as [`Self::name_main_table`] does.
    pub fn name_default_group(&mut self, vpc: VpcIndex, name: &Name) {
        let implied =
            Name::Implied { of: Box::new(self.network.vpcs[vpc.0].name.clone()), what: DEFAULT_GROUP };
        let index = self.network.vpcs[vpc.0].default_group;
        if !self.groups.contains_key(name) && self.network.groups[index.0].name == implied {
            self.network.groups[index.0].name = name.clone();
            self.groups.insert(name.clone(), index);
        }
        let index = self.group(name);
        self.groups.insert(implied, index);
        self.network.vpcs[vpc.0].default_group = index;
    }

    /// Writes what AWS gives to a VPC that was just made: a main table without routes of its own, an ACL that allows
    /// everything, a default group whose members reach each other and that lets everything out.
    pub fn as_made_new(&mut self, vpc: VpcIndex) {
        self.network.vpcs[vpc.0].other_endpoints = None;
        let Vpc { main_table, default_acl, default_group, .. } = self.network.vpcs[vpc.0];
        self.network.tables[main_table.0].routes = Listed::default();
        let acl = &mut self.network.acls[default_acl.0];
        acl.ingress = Listed::all(allow_all_entries());
        acl.egress = Listed::all(allow_all_entries());
        let group = &mut self.network.groups[default_group.0];
        group.ingress = Listed::all(vec![GroupRule { peer: Peer::Group(default_group), ..allow_all_rule() }]);
        group.egress = Listed::all(vec![allow_all_rule()]);
    }
}

fn all_addresses() -> Cidr {
    Cidr::Known(ipnet::Ipv4Net::default())
}

/// The egress rule that a group has until one is written, and that default groups have.
pub(super) fn allow_all_rule() -> GroupRule {
    GroupRule {
        at: None,
        default: true,
        protocol: Fact::Known(Protocol::All),
        ports: Fact::Known(Ports::ALL),
        icmp: IcmpType { kind: None, code: None },
        peer: Peer::Cidr(all_addresses()),
    }
}

/// The entries of default network ACLs, for both versions of IP.
pub(super) fn allow_all_entries() -> Vec<super::AclEntry> {
    let ipv6 = super::AclEntry { cidr: None, ipv6_cidr: Some(Ipv6Cidr::all()), ..allow_all_entry(101) };
    vec![allow_all_entry(100), ipv6]
}

fn allow_all_entry(number: u16) -> super::AclEntry {
    super::AclEntry {
        at: None,
        number: Fact::Known(number),
        allow: Fact::Known(true),
        protocol: Fact::Known(Protocol::All),
        ports: Fact::Known(Ports::ALL),
        icmp: IcmpType { kind: None, code: None },
        cidr: Some(all_addresses()),
        ipv6_cidr: None,
    }
}
