//! What the tests of every family share.

use crate::network::{Builder, Fact, Listed, Name, Network, Ports, Workload, Zone};
use crate::syntax::Limits;
use crate::template::{Inputs, lower};

/// The network of resources, beside subnets `A`, `B` and `C` of a VPC in zones 0, 1 and 2 and the parameters `SubnetList`,
/// `GroupList`, `OneSubnet`, `OneGroup`.
pub(super) fn network(resources: &str) -> Network {
    let text = format!(
        "Parameters:
  SubnetList: {{Type: 'List<AWS::EC2::Subnet::Id>'}}
  GroupList: {{Type: 'List<AWS::EC2::SecurityGroup::Id>'}}
  OneSubnet: {{Type: 'AWS::EC2::Subnet::Id'}}
  OneGroup: {{Type: 'AWS::EC2::SecurityGroup::Id'}}
Resources:
  Vpc: {{Type: 'AWS::EC2::VPC', Properties: {{CidrBlock: 10.0.0.0/16}}}}
  A: {{Type: 'AWS::EC2::Subnet', Properties: {{VpcId: !Ref Vpc, MapPublicIpOnLaunch: true}}}}
  B: {{Type: 'AWS::EC2::Subnet', Properties: {{VpcId: !Ref Vpc}}}}
  C: {{Type: 'AWS::EC2::Subnet', Properties: {{VpcId: !Ref Vpc}}}}
  Sg: {{Type: 'AWS::EC2::SecurityGroup', Properties: {{VpcId: !Ref Vpc}}}}
  Other: {{Type: 'AWS::EC2::SecurityGroup', Properties: {{VpcId: !Ref Vpc}}}}
{resources}"
    );
    let template = lower(&text, &Limits::default(), Inputs::default());
    assert!(template.parsed.errors.is_empty(), "{:?}", template.parsed.errors);
    let mut builder = Builder::default();
    let vpc = builder.vpc(&Name::Logical("Vpc".to_owned()));
    for (number, id) in ["A", "B", "C"].into_iter().enumerate() {
        let index = builder.subnet(&Name::Logical(id.to_owned()));
        builder.network.subnets[index.0].vpc = Fact::Known(vpc);
        builder.network.subnets[index.0].zone = Fact::Known(Zone::Numbered(number));
    }
    let reader = super::Reader { template: &template, situation: template.default_situation() };
    super::declare(reader, &mut builder).unwrap();
    builder.network
}

pub(super) fn workload<'n>(network: &'n Network, id: &str) -> &'n Workload {
    let index = network.workload(id).unwrap_or_else(|| panic!("no {id}"));
    &network.workloads[index.0]
}

pub(super) fn subnet_names(network: &Network, workload: &Workload) -> Vec<String> {
    workload.subnets.items.iter().map(|at| network.subnets[at.0].name.to_string()).collect()
}

pub(super) fn names_of(network: &Network, groups: &Listed<crate::network::GroupIndex>) -> Vec<String> {
    groups.items.iter().map(|at| network.groups[at.0].name.to_string()).collect()
}

pub(super) fn group_names(network: &Network, workload: &Workload) -> Vec<String> {
    names_of(network, &workload.groups)
}

/// The known ports.
pub(super) fn ports(workload: &Workload) -> Vec<u16> {
    let known = workload.listeners.iter().filter_map(|listener| listener.ports.known());
    known.map(|Ports { first, .. }| *first).collect()
}

/// The default group of the tests' VPC.
pub(super) const DEFAULT_GROUP: &str = "Vpc (default security group)";
