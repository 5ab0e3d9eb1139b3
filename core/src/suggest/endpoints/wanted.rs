//! Which endpoints a network lacks: the one proposer, for suggestions, fixes and costs.

use crate::network::{
    Endpoint, EndpointKind, Fact, Listed, Missing, Network, SubnetIndex, TableIndex, Topic, VpcIndex,
    Workload, WorkloadIndex, Zone,
};
use crate::paths::vpc_of;
use crate::services;

/// A service that something in a VPC calls, and that no endpoint carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// The service, by the suffix of its endpoint service.
    pub(crate) service: String,
    /// Who calls it.
    pub(crate) from: WorkloadIndex,
}

/// An endpoint that needs call for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// The service.
    pub(crate) service: String,
    /// The VPC; nothing where nothing tells it.
    pub(crate) vpc: Option<VpcIndex>,
    /// Whether it is a gateway endpoint.
    pub(crate) gateway: bool,
    /// Who needs it.
    pub(crate) senders: Vec<WorkloadIndex>,
    /// The subnets of an interface endpoint: one for each zone in use.
    pub(crate) subnets: Listed<SubnetIndex>,
    /// Subnets that are left out because they may be in the zone of another one.
    pub(crate) doubtful: Vec<SubnetIndex>,
    /// The tables of a gateway endpoint.
    pub(crate) tables: Listed<TableIndex>,
}

/// One endpoint for each service and VPC that lacks it, in the order of the needs. Services for which no endpoint
/// leads there, and endpoints that are there already, give none.
pub(crate) fn wanted(network: &Network, needs: &[Need]) -> Vec<Wanted> {
    let mut found: Vec<Wanted> = Vec::new();
    for need in needs.iter().filter(|need| services::has_endpoint(&need.service)) {
        let Some(sender) = network.workloads.get(need.from.0).filter(|sender| sender.in_vpc) else {
            continue;
        };
        let (vpc, gateway) = (vpc_of_sender(network, sender), services::has_gateway(&need.service));
        if network.endpoints.iter().any(|endpoint| is_there(endpoint, &need.service, vpc, gateway)) {
            continue;
        }
        let same = |one: &&mut Wanted| one.service == need.service && one.vpc == vpc;
        match found.iter_mut().find(same) {
            Some(one) if one.senders.contains(&need.from) => {}
            Some(one) => one.senders.push(need.from),
            None => found.push(Wanted {
                service: need.service.clone(),
                vpc,
                gateway,
                senders: vec![need.from],
                subnets: Listed::default(),
                doubtful: Vec::new(),
                tables: Listed::default(),
            }),
        }
    }
    for one in &mut found {
        if one.gateway { one.tables = tables(network, &one.senders) } else { one.stand(network) }
    }
    found
}

/// The VPC that a workload stands in, as far as anything tells.
pub(crate) fn vpc_of_sender(network: &Network, sender: &Workload) -> Option<VpcIndex> {
    let of_subnets = || sender.subnets.items.iter().find_map(|subnet| vpc_of(network, sender, *subnet));
    let of_groups =
        || sender.groups.items.iter().find_map(|group| network.groups.get(group.0)?.vpc.known().copied());
    sender.vpc.or_else(of_subnets).or_else(of_groups)
}

/// Whether an endpoint is the one for a service, or may be.
fn is_there(endpoint: &Endpoint, service: &str, vpc: Option<VpcIndex>, gateway: bool) -> bool {
    let bare = |name: &str| name.strip_suffix("-fips").unwrap_or(name).to_owned();
    endpoint.service.known().is_none_or(|own| bare(own) == bare(service))
        && vpc.is_none_or(|vpc| endpoint.vpc.known().is_none_or(|own| *own == vpc))
        && matches!(endpoint.kind, EndpointKind::Gateway { .. }) == gateway
}

/// The subnets of workloads, each once.
pub(crate) fn subnets_of(network: &Network, senders: &[WorkloadIndex]) -> Listed<SubnetIndex> {
    let mut found = Listed::default();
    for sender in senders.iter().filter_map(|at| network.workloads.get(at.0)) {
        for subnet in &sender.subnets.items {
            if !found.items.contains(subnet) {
                found.items.push(*subnet);
            }
        }
        found.rest = found.rest.or_else(|| sender.subnets.rest.clone());
    }
    found
}

fn tables(network: &Network, senders: &[WorkloadIndex]) -> Listed<TableIndex> {
    let Listed { items, rest } = subnets_of(network, senders);
    let mut found = Listed { items: Vec::new(), rest };
    for subnet in items.iter().filter_map(|at| network.subnets.get(at.0)) {
        match &subnet.table {
            Fact::Known(table) if found.items.contains(table) => {}
            Fact::Known(table) => found.items.push(*table),
            Fact::Unknown(missing) => found.rest = found.rest.or_else(|| Some(missing.clone())),
        }
    }
    if found.items.is_empty() && found.rest.is_none() {
        found.rest = Some(Missing::Undocumented(Topic::Placement));
    }
    found
}

impl Wanted {
    /// Chooses the subnets: the first of each zone.
    fn stand(&mut self, network: &Network) {
        let all = subnets_of(network, &self.senders);
        let mut zones: Vec<&Zone> = Vec::new();
        let mut open: Vec<SubnetIndex> = Vec::new();
        self.subnets.rest = all.rest;
        for at in all.items {
            let Some(subnet) = network.subnets.get(at.0) else { continue };
            match subnet.zone.known() {
                Some(zone) if zones.iter().any(|other| other.same(zone) != Some(false)) => {}
                Some(zone) => {
                    zones.push(zone);
                    self.subnets.items.push(at);
                }
                // Whoever names subnets by parameters gives them for zones of their own; where the template makes
                // them and leaves the zone to AWS, two may come to stand in one, which an endpoint does not take.
                None if subnet.at.is_none() => self.subnets.items.push(at),
                None => open.push(at),
            }
        }
        if self.subnets.items.is_empty() && !open.is_empty() {
            self.subnets.items.push(open.remove(0));
        }
        self.doubtful = open;
    }
}
