//! Who uses the NAT gateways and endpoints of a network, for which demands, by which route.
//!
//! Facts only: rules, the cost of traffic and lists of endpoints judge by them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use super::reach::is_granted_with_tables;
use super::subject::resource_of;
use crate::demands::{Confidence, Demand, DemandSource, Demands};
use crate::network::{
    EndpointIndex, Fact, Name, NatIndex, Network, RouteTable, SubnetIndex, TableIndex, Target, VpcIndex,
    Workload, WorkloadIndex, WorkloadKind,
};
use crate::paths::{Component, GoalTarget, Trace, Verdict, trace_from};
use crate::template::reference::references;
use crate::template::{Resource, Template};

/// Types that name subnets or VPCs and send nothing by themselves.
const SILENT: [&str; 24] = [
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::DAX::SubnetGroup",
    "AWS::DocDB::DBSubnetGroup",
    "AWS::EC2::FlowLog",
    "AWS::EC2::GatewayRouteTableAssociation",
    "AWS::EC2::InstanceConnectEndpoint",
    "AWS::EC2::NatGateway",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetCidrBlock",
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCEndpoint",
    "AWS::EFS::MountTarget",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::MemoryDB::SubnetGroup",
    "AWS::Neptune::DBSubnetGroup",
    "AWS::RDS::DBProxyEndpoint",
    "AWS::RDS::DBSubnetGroup",
    "AWS::Redshift::ClusterSubnetGroup",
    "AWS::Lambda::Version",
];

/// A NAT gateway or endpoint that traffic goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// A NAT gateway.
    Nat(NatIndex),
    /// An endpoint of either kind.
    Endpoint(EndpointIndex),
}

/// A demand on its way from one subnet.
#[derive(Debug)]
pub(crate) struct Passage {
    /// Who sends: a function, or the source that a poller stands at.
    pub(crate) workload: WorkloadIndex,
    /// From where; nothing where that is not known.
    pub(crate) subnet: Option<SubnetIndex>,
    /// What: a position in [`Demands::demands`].
    pub(crate) demand: usize,
    /// Whether it arrives.
    pub(crate) verdict: Verdict,
    /// What it goes through on the way, in order.
    pub(crate) ways: Vec<Way>,
}

/// Something that stands in subnets and of which nobody says what it sends: instances, tasks, whatever else names
/// subnets.
#[derive(Debug)]
pub(crate) struct Resident {
    /// Its logical id, or its name.
    pub(crate) id: String,
    /// Its subnets.
    pub(crate) subnets: Vec<SubnetIndex>,
    /// Whether it may stand in others too.
    pub(crate) anywhere: bool,
}

/// What leaves the subnets of one network, and how.
#[derive(Debug)]
pub(crate) struct Egress {
    /// The ways of all demands, those that something merely allows too.
    pub(crate) passages: Vec<Passage>,
    /// Whose demands are not known.
    pub(crate) residents: Vec<Resident>,
}

/// Who stands where traffic takes a NAT gateway.
#[derive(Debug, Default)]
pub(crate) struct Behind<'e> {
    /// The subnets that have a route to it.
    pub(crate) subnets: Vec<SubnetIndex>,
    /// Whether other subnets may have one too.
    pub(crate) open: bool,
    /// The demands that go through it.
    pub(crate) passages: Vec<&'e Passage>,
    /// Whoever stands there and may send anything.
    pub(crate) residents: Vec<&'e Resident>,
    /// The functions there of whose demands something is not known.
    pub(crate) unknown: Vec<WorkloadIndex>,
    /// The functions there all of whose known demands go elsewhere.
    pub(crate) elsewhere: Vec<WorkloadIndex>,
}

impl Behind<'_> {
    /// Whether nobody uses it, as far as the template tells.
    pub(crate) fn is_unused(&self) -> bool {
        !self.open && self.passages.is_empty() && self.residents.is_empty() && self.unknown.is_empty()
    }
}

impl Egress {
    /// Follows every demand, and finds who else stands in the subnets.
    pub(crate) fn of(subject: &Subject<'_, '_>, at: usize) -> Self {
        let Some(situated) = subject.networks.get(at) else {
            return Self { passages: Vec::new(), residents: Vec::new() };
        };
        let network = &situated.network;
        let mut passages = Vec::new();
        let mut answers = subject.answers().iter().filter(|answer| answer.network == at).peekable();
        for (number, demand) in subject.demands().demands.iter().enumerate() {
            let exists =
                subject.template.with_guards(|guards| !guards.exclude(situated.situation, demand.when));
            let Some(from) = sender(network, &demand.source).filter(|_| exists && !demand.forbidden) else {
                continue;
            };
            let Some(workload) = network.workloads.get(from.0).filter(|workload| workload.in_vpc) else {
                continue;
            };
            if is_granted_with_tables(demand) {
                continue;
            }
            // What is meant is traced already.
            while answers.next_if(|answer| answer.number < number).is_some() {}
            let answer = answers.next_if(|answer| answer.number == number);
            let answer = answer.filter(|answer| network.workload(&answer.function) == Some(from));
            let traces = match answer {
                Some(answer) => Cow::Borrowed(&*answer.traces),
                None => Cow::Owned(trace_from(network, subject.addresses, from, &demand.goal)),
            };
            for (place, trace) in traces.iter().enumerate() {
                passages.push(Passage {
                    workload: from,
                    subnet: workload.subnets.items.get(place).copied(),
                    demand: number,
                    verdict: trace.verdict,
                    ways: ways(network, trace),
                });
            }
        }
        Self { passages, residents: residents(subject.template, network) }
    }

    /// Who stands behind a NAT gateway.
    pub(crate) fn behind<'e>(&'e self, network: &Network, demands: &Demands, nat: NatIndex) -> Behind<'e> {
        let leads = |table: TableIndex| {
            network.tables.get(table.0).is_some_and(|table| {
                table
                    .routes
                    .items
                    .iter()
                    .any(|route| matches!(route.target, Target::NatGateway(to) if to == nat))
            })
        };
        // Tables and subnets that a parameter names are used by whoever has them.
        let given = |(at, table): (usize, &RouteTable)| leads(TableIndex(at)) && !is_own(&table.name);
        let open = network.tables.iter().enumerate().any(given);
        let mut found = Behind { open, ..Behind::default() };
        for (at, subnet) in network.subnets.iter().enumerate() {
            match &subnet.table {
                Fact::Known(table) if leads(*table) => {
                    found.subnets.push(SubnetIndex(at));
                    found.open |= !is_own(&subnet.name);
                }
                Fact::Known(_) => {}
                Fact::Unknown(_) => found.open = true,
            }
        }
        let stands_there = |subnets: &[SubnetIndex]| subnets.iter().any(|one| found.subnets.contains(one));
        found.residents =
            self.residents.iter().filter(|one| one.anywhere || stands_there(&one.subnets)).collect();
        found.passages =
            self.passages.iter().filter(|passage| passage.ways.contains(&Way::Nat(nat))).collect();
        for (at, workload) in network.workloads.iter().enumerate() {
            let at = WorkloadIndex(at);
            let is_there = workload.kind == WorkloadKind::Function
                && workload.in_vpc
                && (workload.subnets.rest.is_some() || stands_there(&workload.subnets.items));
            if !is_there || found.passages.iter().any(|passage| passage.workload == at) {
                continue;
            }
            let is_known = workload.subnets.rest.is_none()
                && is_known(demands, &workload.name.to_string())
                && self
                    .goes(at)
                    .all(|passage| passage.verdict != Verdict::Unknown || !passage.ways.is_empty());
            if is_known { found.elsewhere.push(at) } else { found.unknown.push(at) }
        }
        found
    }

    /// Whoever may send anything from a VPC.
    pub(crate) fn residents_in<'e>(
        &'e self,
        network: &'e Network,
        vpc: VpcIndex,
    ) -> impl Iterator<Item = &'e Resident> {
        let is_there = move |at: &SubnetIndex| {
            network.subnets.get(at.0).is_none_or(|subnet| subnet.vpc.known().is_none_or(|own| *own == vpc))
        };
        self.residents.iter().filter(move |one| one.anywhere || one.subnets.iter().any(is_there))
    }

    /// The ways of a workload's demands.
    pub(crate) fn goes(&self, from: WorkloadIndex) -> impl Iterator<Item = &Passage> {
        self.passages.iter().filter(move |passage| passage.workload == from)
    }
}

/// Whether everything that a function may call is known, as far as a template can tell: its role and all policies of
/// it, and no variable that names something unknown.
pub(crate) fn is_known(demands: &Demands, function: &str) -> bool {
    demands.knowledge(function).is_some_and(|known| {
        known.role_known && known.role_complete && !known.allows_everything && known.open_variables.is_empty()
    })
}

/// What a function is known to demand, beyond what something merely allows.
pub(crate) fn meant<'d>(demands: &'d Demands, function: &'d str) -> impl Iterator<Item = &'d Demand> {
    demands.of(function).filter(|demand| {
        !demand.forbidden && demand.confidence > Confidence::Possible && !is_granted_with_tables(demand)
    })
}

/// Whether something of the template demands a service from inside of a VPC; any VPC that is not known may be it.
pub(crate) fn demands_service(network: &Network, demands: &Demands, service: &str, vpc: VpcIndex) -> bool {
    let is_it = |target: &GoalTarget| match target {
        GoalTarget::Service(own) => own == service || own.strip_suffix("-fips") == Some(service),
        _ => false,
    };
    demands.demands.iter().filter(|demand| !demand.forbidden && is_it(&demand.goal.target)).any(|demand| {
        match sender(network, &demand.source).and_then(|at| network.workloads.get(at.0)) {
            Some(workload) => workload.in_vpc && may_stand_in(network, workload, vpc),
            None => !matches!(demand.source, DemandSource::Function(_)),
        }
    })
}

/// Whether a workload stands in a VPC, or may.
pub(crate) fn may_stand_in(network: &Network, workload: &Workload, vpc: VpcIndex) -> bool {
    let subnets = || workload.subnets.items.iter().filter_map(|at| network.subnets.get(at.0));
    match workload.vpc {
        Some(own) => own == vpc,
        None => {
            workload.subnets.rest.is_some()
                || subnets().next().is_none()
                || subnets().any(|subnet| subnet.vpc.known().is_none_or(|own| *own == vpc))
        }
    }
}

/// Whether the template makes it, or it comes with what the template makes.
fn is_own(name: &Name) -> bool {
    match name {
        Name::Logical(_) => true,
        Name::Implied { of, .. } => is_own(of),
        Name::Aws(_) | Name::Unknown { .. } => false,
    }
}

/// Types that connect a VPC with other networks, from which its endpoints may be used.
const CONNECTIONS: [&str; 12] = [
    "AWS::DirectConnect::",
    "AWS::EC2::ClientVpn",
    "AWS::EC2::LocalGatewayRouteTableVPCAssociation",
    "AWS::EC2::TransitGateway",
    "AWS::EC2::VPCPeeringConnection",
    "AWS::EC2::VPNConnection",
    "AWS::EC2::VPNGateway",
    "AWS::NetworkManager::",
    "AWS::RAM::ResourceShare",
    "AWS::Route53Resolver::ResolverEndpoint",
    "AWS::VpcLattice::",
    "AWS::WorkSpaces::",
];

/// Whether the template connects its networks with others.
pub(crate) fn is_connected(template: &Template<'_>) -> bool {
    template.resources.iter().any(|one| CONNECTIONS.iter().any(|start| one.kind.starts_with(start)))
}

/// Whether a VPC is this stack's alone: made here, and neither it nor a subnet or table of it is put out or handed on.
pub(crate) fn is_private(subject: &Subject<'_, '_>, network: &Network, vpc: VpcIndex) -> bool {
    let kept = |name: &Name| match name {
        Name::Logical(id) => !subject.is_shared(id),
        Name::Implied { .. } => true,
        Name::Aws(_) | Name::Unknown { .. } => false,
    };
    let made = |name: &Name| resource_of(subject.template, name).is_some();
    network.vpcs.get(vpc.0).is_some_and(|own| made(&own.name) && kept(&own.name))
        && network.subnets.iter().filter(|one| one.vpc.known() == Some(&vpc)).all(|one| kept(&one.name))
        && network.tables.iter().filter(|one| one.vpc.known() == Some(&vpc)).all(|one| kept(&one.name))
}

/// Whether another resource names one, beside those of the given types.
pub(crate) fn is_named(template: &Template<'_>, id: &str, but: &[&str]) -> bool {
    template.resources.iter().filter(|one| one.id != id && !but.contains(&&*one.kind)).any(|one| {
        let mut named = false;
        references(template.node(one.body), template.text(), &mut |reference| named |= reference.name == id);
        named
    })
}

/// The functions in a VPC.
pub(crate) fn functions_in(network: &Network, vpc: VpcIndex) -> impl Iterator<Item = &Workload> {
    network.workloads.iter().filter(move |workload| {
        workload.kind == WorkloadKind::Function && workload.in_vpc && may_stand_in(network, workload, vpc)
    })
}

/// What sends the packets of a demand.
fn sender(network: &Network, source: &DemandSource) -> Option<WorkloadIndex> {
    match source {
        DemandSource::Function(id) | DemandSource::CapacityProvider(id) => network.workload(id),
        DemandSource::Poller { mapping, source } => {
            network.workload(mapping).or_else(|| network.workload(source.as_deref()?))
        }
    }
}

/// The gateways and endpoints that a trace goes through.
pub(crate) fn ways(network: &Network, trace: &Trace) -> Vec<Way> {
    let mut found = Vec::new();
    let passed = trace.hops.iter().map(|hop| (hop.component, &hop.id));
    let stopped = trace.blockers.iter().map(|blocker| (blocker.component, &blocker.id));
    for (component, id) in passed.chain(stopped) {
        let way = match component {
            Component::NatGateway => {
                let at = network.nat_gateways.iter().position(|nat| nat.name.to_string() == *id);
                at.map(|at| Way::Nat(NatIndex(at)))
            }
            Component::GatewayEndpoint | Component::InterfaceEndpoint => {
                let at = network.endpoints.iter().position(|endpoint| endpoint.name.to_string() == *id);
                at.map(|at| Way::Endpoint(EndpointIndex(at)))
            }
            _ => None,
        };
        if let Some(way) = way.filter(|way| !found.contains(way)) {
            found.push(way);
        }
    }
    found
}

/// Whoever stands in subnets and may send anything.
pub(crate) fn residents(template: &Template<'_>, network: &Network) -> Vec<Resident> {
    let mut found: Vec<Resident> = Vec::new();
    let services = template.resources.iter().any(|resource| resource.kind == "AWS::ECS::Service");
    for workload in network.workloads.iter().filter(|workload| workload.in_vpc && sends(template, workload)) {
        found.push(Resident {
            id: workload.name.to_string(),
            subnets: workload.subnets.items.clone(),
            anywhere: workload.subnets.rest.is_some() || workload.subnets.items.is_empty(),
        });
    }
    let workloads: BTreeSet<String> =
        network.workloads.iter().map(|workload| workload.name.to_string()).collect();
    let subnets = subnets_by_id(template, network);
    for resource in &template.resources {
        let is_workload = workloads.contains(&resource.id);
        let is_function = resource.kind == "AWS::Lambda::Function";
        // A policy may name the subnets that others are allowed to use.
        let is_silent = SILENT.contains(&&*resource.kind) || resource.kind.starts_with("AWS::IAM::");
        if is_silent || is_workload && !is_function {
            continue;
        }
        let subnets = named_subnets(template, &subnets, resource);
        // Tasks are run by hand, or by others, in whatever subnet.
        let anywhere = resource.kind == "AWS::ECS::Cluster" && !services;
        if anywhere || !subnets.is_empty() {
            found.push(Resident { id: resource.id.clone(), subnets, anywhere });
        }
    }
    found
}

/// Whether a workload sends of its own accord, and nobody says what. What a function sends is told by its demands;
/// data stores answer, but for those that were given a role to load from or call other services.
fn sends(template: &Template<'_>, workload: &Workload) -> bool {
    let has = |path: &[&str]| {
        resource_of(template, &workload.name)
            .is_none_or(|resource| !template.property(resource, path).is_empty())
    };
    match workload.kind {
        WorkloadKind::Instance | WorkloadKind::EcsService | WorkloadKind::NetworkInterface => true,
        WorkloadKind::DatabaseInstance | WorkloadKind::DatabaseCluster => has(&["AssociatedRoles"]),
        WorkloadKind::Redshift => has(&["EnhancedVpcRouting"]),
        // One that signs users in asks their identity provider.
        WorkloadKind::LoadBalancer => signs_in(template),
        // An outbound one asks servers that may be anywhere; an inbound one only answers.
        WorkloadKind::ResolverEndpoint => resource_of(template, &workload.name).is_none_or(|resource| {
            let directions = template.property(resource, &["Direction"]);
            directions
                .iter()
                .any(|case| case.value.known().is_none_or(|word| word.eq_ignore_ascii_case("OUTBOUND")))
        }),
        WorkloadKind::Function
        | WorkloadKind::Poller
        | WorkloadKind::CapacityProvider
        | WorkloadKind::DatabaseProxy
        | WorkloadKind::Cache
        | WorkloadKind::MemoryDb
        | WorkloadKind::SearchDomain
        | WorkloadKind::KafkaCluster
        | WorkloadKind::Broker
        | WorkloadKind::FileSystem => false,
    }
}

fn signs_in(template: &Template<'_>) -> bool {
    template
        .resources
        .iter()
        .filter(|one| one.kind.starts_with("AWS::ElasticLoadBalancingV2::Listener"))
        .any(|one| template.node(one.body).span().slice(template.text()).contains("authenticate-"))
}

/// The subnets that are resources of the template, by their logical ids.
fn subnets_by_id<'n>(template: &'n Template<'_>, network: &Network) -> BTreeMap<&'n str, Vec<SubnetIndex>> {
    let mut found: BTreeMap<&str, Vec<SubnetIndex>> = BTreeMap::new();
    for (at, subnet) in network.subnets.iter().enumerate() {
        if let Some(own) = resource_of(template, &subnet.name) {
            found.entry(&own.id).or_default().push(SubnetIndex(at));
        }
    }
    found
}

/// The subnets that a resource names; of a function, beside its own configuration.
fn named_subnets(
    template: &Template<'_>,
    subnets: &BTreeMap<&str, Vec<SubnetIndex>>,
    resource: &Resource,
) -> Vec<SubnetIndex> {
    let mut named: BTreeSet<SubnetIndex> = BTreeSet::new();
    let mut found = |name| named.extend(subnets.get(name).into_iter().flatten());
    if resource.kind == "AWS::Lambda::Function" {
        let properties = template.properties(resource);
        for entry in properties.into_iter().flat_map(crate::syntax::Node::entries) {
            if entry.name() != Some("VpcConfig") {
                references(entry.value, template.text(), &mut |reference| found(reference.name));
            }
        }
    } else {
        references(template.node(resource.body), template.text(), &mut |reference| found(reference.name));
    }
    named.into_iter().collect()
}
