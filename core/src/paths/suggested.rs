//! Destinations that a template suggests.

use std::collections::BTreeSet;

use super::{Goal, GoalTarget};
use crate::network::{Fact, Listener, Network, Ports, Protocol, Workload, WorkloadKind};
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
}
