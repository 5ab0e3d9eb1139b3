//! What takes addresses, and how many.

use std::collections::BTreeSet;

use super::{User, UserKind};
use crate::network::{
    EndpointKind, Fact, GroupIndex, Listed, Name, NatGateway, NatPlacement, Network, Place, Situated,
    SubnetIndex, Workload, WorkloadKind,
};
use crate::template::{Case, Guard, Resource, Template, Value};

/// Addresses that a subnet of an Application or Classic Load Balancer should have free.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html>
const BALANCER_NEEDS: u32 = 8;

pub(super) fn users(template: &Template<'_>, situated: &Situated) -> Vec<User> {
    let network = &situated.network;
    let reader = Reader { template, situation: situated.situation };
    let mut found = Vec::new();
    for endpoint in &network.endpoints {
        if let EndpointKind::Interface { subnets, .. } = &endpoint.kind {
            let takes = each(network, subnets, 1);
            found.push(user(UserKind::Endpoint, &endpoint.name, endpoint.at, takes));
        }
    }
    for gateway in &network.nat_gateways {
        if let NatPlacement::Zonal(Fact::Known(subnet)) = &gateway.placement {
            let count = nat_addresses(template, situated.situation, gateway).unwrap_or(1);
            let takes = each(network, &Listed::all(vec![*subnet]), count);
            // Its addresses are on one interface.
            let gateway = user(UserKind::NatGateway, &gateway.name, gateway.at, takes);
            found.push(User { total: gateway.total.min(1), ..gateway });
        }
    }
    functions(network, reader, &mut found);
    for workload in &network.workloads {
        if workload.in_vpc && workload.kind != WorkloadKind::Function {
            found.extend(of_workload(network, reader, workload));
        }
    }
    resolvers(network, reader, &mut found);
    found.retain(|user| user.total > 0);
    found
}

/// The addresses of a NAT gateway: the first one and those that are named or counted beside; nothing where that is not
/// known.
pub(super) fn nat_addresses(template: &Template<'_>, situation: Guard, gateway: &NatGateway) -> Option<u32> {
    let Name::Logical(id) = &gateway.name else { return None };
    let resource = template.resource(id)?;
    let reader = Reader { template, situation };
    let mut more = 0;
    for list in ["SecondaryAllocationIds", "SecondaryPrivateIpAddresses"] {
        match reader.property(resource, &[list]).map(|case| case.value) {
            Some(Value::List(items)) => more = more.max(u32::try_from(items.len()).ok()?),
            Some(Value::NoValue) | None => {}
            Some(_) => return None,
        }
    }
    if reader.property(resource, &["SecondaryPrivateIpAddressCount"]).is_some() {
        more = more.max(reader.number(resource, &["SecondaryPrivateIpAddressCount"])?);
    }
    Some(more.saturating_add(1))
}

fn user(kind: UserKind, name: &Name, at: Option<Place>, takes: Vec<(SubnetIndex, u32)>) -> User {
    let total = takes.iter().map(|(_, count)| *count).sum();
    User { kind, name: name.clone(), at, takes, total, spare: 0, distinct: true }
}

/// A number in each of the subnets that are one.
fn each(network: &Network, subnets: &Listed<SubnetIndex>, count: u32) -> Vec<(SubnetIndex, u32)> {
    let single = |at: &&SubnetIndex| network.subnets.get(at.0).is_some_and(|subnet| !subnet.several);
    subnets.items.iter().filter(single).map(|at| (*at, count)).collect()
}

/// Functions with the same groups share an interface in each subnet.
fn functions(network: &Network, reader: Reader<'_, '_>, found: &mut Vec<User>) {
    let mut shared: BTreeSet<(SubnetIndex, Vec<GroupIndex>)> = BTreeSet::new();
    for workload in &network.workloads {
        // Managed instances have interfaces of their own, whose number follows the load.
        let on_instances = || {
            let resource = reader.resource(&workload.name);
            resource.is_some_and(|one| reader.property(one, &["CapacityProviderConfig"]).is_some())
        };
        if workload.kind != WorkloadKind::Function || !workload.in_vpc || on_instances() {
            continue;
        }
        let mut groups = workload.groups.items.clone();
        groups.sort_unstable();
        let named = |at: &GroupIndex| {
            let name = network.groups.get(at.0).map(|group| &group.name);
            matches!(name, Some(Name::Logical(_) | Name::Aws(_)))
        };
        let distinct = workload.groups.rest.is_none() && !groups.is_empty() && groups.iter().all(named);
        for (subnet, count) in each(network, &workload.subnets, 1) {
            if shared.insert((subnet, groups.clone())) {
                let one = user(UserKind::Functions, &workload.name, workload.at, vec![(subnet, count)]);
                found.push(User { distinct, ..one });
            }
        }
    }
}

fn of_workload(network: &Network, reader: Reader<'_, '_>, workload: &Workload) -> Option<User> {
    let resource = reader.resource(&workload.name);
    let number = |path: &[&str], default: u32| match resource {
        Some(one) if reader.property(one, path).is_some() => reader.number(one, path).unwrap_or(0),
        _ => default,
    };
    let text = |path: &[&str]| {
        resource
            .and_then(|one| reader.property(one, path))
            .and_then(|case| case.value.known().map(str::to_owned))
    };
    let standing = each(network, &workload.subnets, 1);
    let one_only = standing.len() == 1 && workload.subnets.rest.is_none();
    // Spread over the subnets, nobody knows how.
    let spread = |total: u32| {
        let takes = if one_only {
            each(network, &workload.subnets, total)
        } else {
            each(network, &workload.subnets, 0)
        };
        (takes, total)
    };
    // As many in each.
    let even = |total: u32| {
        let subnets = u32::try_from(standing.len().max(1)).unwrap_or(1);
        (
            each(
                network,
                &workload.subnets,
                if workload.subnets.rest.is_none() { total / subnets } else { 0 },
            ),
            total,
        )
    };
    let in_each = || {
        let total = u32::try_from(standing.len()).unwrap_or(u32::MAX);
        (standing.clone(), total)
    };
    let (takes, total) = match workload.kind {
        // Functions are counted together; how many pollers and instances there are follows from the load.
        // Those of Resolver endpoints are counted one by one.
        WorkloadKind::Function
        | WorkloadKind::Poller
        | WorkloadKind::CapacityProvider
        | WorkloadKind::ResolverEndpoint => return None,
        // Its instances have the interfaces.
        WorkloadKind::DatabaseCluster
            if resource.is_some_and(|one| one.kind != "AWS::DocDBElastic::Cluster") =>
        {
            return None;
        }
        WorkloadKind::DatabaseInstance => {
            let standby = text(&["MultiAZ"]).is_some_and(|text| text.eq_ignore_ascii_case("true"));
            match (standby, standing.len()) {
                (true, 2) if workload.subnets.rest.is_none() => even(2),
                (true, _) => spread(2),
                (false, _) => spread(1),
            }
        }
        WorkloadKind::DatabaseProxy
        | WorkloadKind::DatabaseCluster
        | WorkloadKind::FileSystem
        | WorkloadKind::LoadBalancer => in_each(),
        WorkloadKind::Cache | WorkloadKind::MemoryDb => match resource.map_or("", |one| one.kind.as_str()) {
            "AWS::ElastiCache::ServerlessCache" => in_each(),
            "AWS::ElastiCache::CacheCluster" => spread(number(&["NumCacheNodes"], 1)),
            "AWS::ElastiCache::ReplicationGroup" => {
                let shards = number(&["NumNodeGroups"], 1).max(1);
                let of_shards = shards.saturating_mul(number(&["ReplicasPerNodeGroup"], 0).saturating_add(1));
                spread(number(&["NumCacheClusters"], 1).max(of_shards))
            }
            "AWS::MemoryDB::Cluster" => {
                let replicas = number(&["NumReplicasPerShard"], 1).saturating_add(1);
                spread(number(&["NumShards"], 1).max(1).saturating_mul(replicas))
            }
            _ => spread(1),
        },
        WorkloadKind::KafkaCluster => match text(&["NumberOfBrokerNodes"]) {
            Some(_) => even(number(&["NumberOfBrokerNodes"], 1)),
            None => in_each(),
        },
        WorkloadKind::SearchDomain => {
            let path = match resource.map_or("", |one| one.kind.as_str()) {
                "AWS::Elasticsearch::Domain" => "ElasticsearchClusterConfig",
                _ => "ClusterConfig",
            };
            even(number(&[path, "InstanceCount"], 1))
        }
        WorkloadKind::Redshift | WorkloadKind::Broker => spread(1),
        // Tasks without a network configuration of their own have no subnets here.
        WorkloadKind::EcsService => {
            let daemon =
                text(&["SchedulingStrategy"]).is_some_and(|text| text.eq_ignore_ascii_case("DAEMON"));
            spread(if daemon { 0 } else { number(&["DesiredCount"], 1) })
        }
        WorkloadKind::NetworkInterface => {
            let more = number(&["SecondaryPrivateIpAddressCount"], 0);
            let (takes, _) = spread(more.saturating_add(1));
            (takes, 1)
        }
        WorkloadKind::Instance => match resource {
            // Interfaces that are resources of their own are counted as such.
            Some(one)
                if reader
                    .property(one, &["NetworkInterfaces"])
                    .is_some_and(|case| names_interfaces(&case)) =>
            {
                return None;
            }
            _ if workload.groups_by_subnet.is_empty() => spread(1),
            _ => in_each(),
        },
    };
    let total = if standing.is_empty() { 0 } else { total };
    // Network and gateway load balancers keep one address a subnet.
    let grows = workload.kind == WorkloadKind::LoadBalancer
        && resource.is_some_and(|one| match reader.property(one, &["Type"]) {
            Some(kind) => kind.value.known() == Some("application"),
            None => true,
        });
    let spare = if grows { BALANCER_NEEDS - 1 } else { 0 };
    let own = user(UserKind::Workload(workload.kind), &workload.name, workload.at, takes);
    Some(User { total, spare, ..own })
}

/// Whether items name interfaces, or cannot be read.
fn names_interfaces(list: &Case) -> bool {
    let Value::List(items) = &list.value else { return true };
    items.iter().any(|item| match &item.value {
        Value::Map(entries) => entries.iter().any(|(key, _)| key == "NetworkInterfaceId"),
        _ => true,
    })
}

fn resolvers(network: &Network, reader: Reader<'_, '_>, found: &mut Vec<User>) {
    for resource in &reader.template.resources {
        if resource.kind != "AWS::Route53Resolver::ResolverEndpoint" || !reader.exists(resource.guard) {
            continue;
        }
        let mut takes: Vec<(SubnetIndex, u32)> = Vec::new();
        let addresses = reader.property(resource, &["IpAddresses"]);
        let Some(Value::List(items)) = addresses.map(|case| case.value) else { continue };
        for item in items.iter().filter(|item| reader.exists(item.guard)) {
            let Value::Map(entries) = &item.value else { continue };
            let value = entries.iter().find(|(key, _)| key == "SubnetId").map(|(_, case)| &case.value);
            let Some(at) = value.and_then(|value| subnet_of(network, value)) else { continue };
            match takes.iter_mut().find(|(known, _)| *known == at) {
                Some((_, count)) => *count += 1,
                None => takes.push((at, 1)),
            }
        }
        let at = Some(Place::in_template(reader.template.node(resource.key).span()));
        found.push(user(UserKind::Resolver, &Name::Logical(resource.id.clone()), at, takes));
    }
}

/// The subnet that a value names.
pub(crate) fn subnet_of(network: &Network, value: &Value) -> Option<SubnetIndex> {
    let name = match value.resource() {
        Some((id, _)) => Name::Logical(id.to_owned()),
        None => Name::Aws(value.known()?.trim().to_owned()),
    };
    network.subnets.iter().position(|subnet| subnet.name == name).map(SubnetIndex)
}

/// Reads what the network does not hold: numbers of nodes, tasks and addresses.
#[derive(Clone, Copy)]
struct Reader<'a, 't> {
    template: &'a Template<'t>,
    situation: Guard,
}

impl<'a> Reader<'a, '_> {
    fn resource(&self, name: &Name) -> Option<&'a Resource> {
        match name {
            Name::Logical(id) => self.template.resource(id),
            _ => None,
        }
    }

    /// Whether something exists in all of the situation.
    fn exists(&self, guard: Guard) -> bool {
        self.template.with_guards(|guards| guards.implies(self.situation, guard))
    }

    /// The value that holds in all of the situation; a value that is not known where there are several.
    fn property(&self, resource: &Resource, path: &[&str]) -> Option<Case> {
        let cases = self.template.property(resource, path);
        let some = cases.first().cloned();
        let here = cases.into_iter().find(|case| self.exists(case.guard));
        match here {
            Some(case) => (!matches!(case.value, Value::NoValue | Value::Null)).then_some(case),
            None => some
                .map(|case| Case { value: Value::Unknown(crate::template::Unknown::TooManyCases), ..case }),
        }
    }

    fn number(&self, resource: &Resource, path: &[&str]) -> Option<u32> {
        self.property(resource, path)?.value.known()?.trim().parse().ok()
    }
}
