//! Destinations that a template suggests.

use std::collections::BTreeSet;

use super::{Goal, GoalTarget};
use crate::network::{Fact, Listener, Network, Ports, Protocol, Registered, Workload, WorkloadKind};
use crate::services;

/// What a user would ask for without being told: data stores and other listeners, services with an endpoint, the
/// internet; each once, in the order of the template.
pub fn suggested_goals(network: &Network) -> Vec<Goal> {
    let stores = network
        .workloads
        .iter()
        .filter(|workload| {
            workload.kind != WorkloadKind::Function && workload.in_vpc && !workload.listeners.is_empty()
        })
        .map(to_listener);
    // The services of others have no name that a caller would know; their endpoints are asked for by their own names.
    let endpoints = network
        .endpoints
        .iter()
        .filter_map(|endpoint| endpoint.service.known())
        .filter(|service| services::is_suffix(service))
        .map(|service| GoalTarget::Service(service.clone()));
    let public = endpoints.chain([GoalTarget::Internet]).map(|target| Goal {
        target,
        ports: Some(Ports::one(443)),
        protocol: Protocol::TCP,
    });
    let mut seen = BTreeSet::new();
    stores.chain(public).filter(|goal| seen.insert(goal.target.clone())).collect()
}

/// The port is named where there is one only and it is known: people want to see it.
fn to_listener(workload: &Workload) -> Goal {
    let (ports, protocol) = match workload.listeners.as_slice() {
        [Listener { ports: Fact::Known(ports), protocol, .. }] => (Some(*ports), *protocol),
        _ => (None, Protocol::TCP),
    };
    Goal { target: GoalTarget::Resource(workload.name.to_string()), ports, protocol }
}

/// Where a load balancer sends what it takes: its targets, each with the port of its group or its own. Members of Auto
/// Scaling groups have no name to be asked for.
pub(crate) fn behind(network: &Network, balancer: &str) -> Vec<Goal> {
    let own = network.workload(balancer).and_then(|at| network.balancer(at));
    let forwards = own.into_iter().flat_map(|own| &own.listeners.items).flat_map(|one| &one.forwards.items);
    let mut found: Vec<Goal> = Vec::new();
    for group in forwards.filter_map(|at| network.target_groups.get(at.0)) {
        for one in &group.targets.items {
            let target = match &one.who {
                Registered::Workload(at) => GoalTarget::Resource(network.workloads[at.0].name.to_string()),
                Registered::Address(address) => GoalTarget::Address(*address),
                Registered::Members(_) | Registered::Function(_) | Registered::Unknown(_) => continue,
            };
            let ports = one.ports.as_ref().unwrap_or(&group.ports).known().copied();
            let protocol = group.protocols.first().copied().unwrap_or(Protocol::TCP);
            let goal = Goal { target, ports, protocol };
            if !found.contains(&goal) {
                found.push(goal);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Endpoint, EndpointKind, EndpointPolicy, Listed, Missing, Name, Placement};

    fn workload(name: &str, kind: WorkloadKind, in_vpc: bool, port: Option<u16>) -> Workload {
        let listener =
            |port| Listener { protocol: Protocol::TCP, ports: Fact::Known(Ports::one(port)), at: None };
        Workload {
            name: Name::Logical(name.to_owned()),
            also_known_as: Vec::new(),
            at: None,
            kind,
            network_at: None,
            in_vpc,
            vpc: None,
            subnets: Listed::default(),
            groups: Listed::default(),
            groups_by_subnet: Vec::new(),
            placement: Placement::One,
            listeners: port.map(listener).into_iter().collect(),
            address: None,
            public_address: Fact::Known(false),
            ipv6: Fact::Known(true),
        }
    }

    fn endpoint(name: &str, service: Fact<String>) -> Endpoint {
        Endpoint {
            name: Name::Logical(name.to_owned()),
            at: None,
            vpc: Fact::Unknown(Missing::TooManyCases),
            service,
            kind: EndpointKind::Gateway { tables: Listed::default() },
            policy: EndpointPolicy::Open,
        }
    }

    #[test]
    fn listeners_in_vpcs_services_with_endpoints_and_the_internet_are_suggested_once() {
        let network = Network {
            workloads: vec![
                workload("Function", WorkloadKind::Function, true, None),
                workload("Store", WorkloadKind::DatabaseInstance, true, Some(5432)),
                workload("Outside", WorkloadKind::Cache, false, Some(6379)),
                workload("Machine", WorkloadKind::Instance, true, None),
                workload("Cache", WorkloadKind::Cache, true, Some(6379)),
            ],
            endpoints: vec![
                endpoint("Queues", Fact::Known("sqs".to_owned())),
                endpoint("Objects", Fact::Known("s3".to_owned())),
                endpoint("QueuesToo", Fact::Known("sqs".to_owned())),
                endpoint("Partner", Fact::Known("com.amazonaws.vpce.us-east-1.vpce-svc-1".to_owned())),
                endpoint("Open", Fact::Unknown(Missing::Region)),
            ],
            ..Network::default()
        };
        let ids: Vec<String> = suggested_goals(&network)
            .into_iter()
            .map(|goal| format!("{} {}", goal.target.id(), goal.ports.map_or(0, |ports| ports.first)))
            .collect();
        assert_eq!(ids, ["Store 5432", "Cache 6379", "sqs 443", "s3 443", "internet 443"]);
    }

    #[test]
    fn a_balancer_is_asked_for_its_targets_without_a_function_before_it() {
        use crate::paths::Verdict;
        use crate::{Options, TraceRequest, trace};
        let text = "Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Front: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: f, VpcId: !Ref Vpc}}
  Behind: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: b, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: !Ref Front}]}}
  Web: {Type: AWS::EC2::Instance, Properties: {ImageId: ami-1, SubnetId: !Ref A, SecurityGroupIds: [!Ref Behind]}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internal, Subnets: [!Ref A], SecurityGroups: [!Ref Front]}}
  Targets: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Port: 80, Protocol: HTTP, Targets: [{Id: !Ref Web}, {Id: !Ref Web, Port: 8080}]}}
  Listener: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Balancer, Port: 443, Protocol: HTTPS, DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]}}
";
        let request = TraceRequest { from: Some("Balancer".to_owned()), to: None };
        let tracing = trace("t.yaml", text, &Options::default(), &request).unwrap();
        let sums: Vec<(Option<Ports>, Verdict)> = tracing
            .traces
            .iter()
            .filter(|trace| trace.from.subnet.is_none())
            .map(|trace| (trace.to.ports, trace.verdict))
            .collect();
        assert_eq!(
            sums,
            [(Some(Ports::one(80)), Verdict::Reachable), (Some(Ports::one(8080)), Verdict::Blocked)]
        );
    }
}
