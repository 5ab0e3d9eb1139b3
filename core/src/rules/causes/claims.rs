//! Which rule sees what stops a way, and what it takes for the fault.

use super::super::subject::resource_of;
use super::super::{
    Subject, blackhole_route, egress_blocks_endpoint, egress_blocks_gateway_endpoint,
    endpoint_group_blocks_443, endpoint_policy_denies, function_in_public_subnet,
    gateway_endpoint_not_routed, internet_gateway_not_attached, missing_endpoint, nat_for_gateway_service,
    nat_in_private_subnet, private_dns_disabled, private_zone_not_associated, private_zone_shadows_service,
    subnet_without_route_table, vpc_dns_disabled,
};
use super::{Claim, Effect, Fault, HTTPS, Reached, by_destination, goes_outside};
use crate::demands::EvidenceKind;
use crate::finding::RuleId;
use crate::network::{
    Endpoint, EndpointIndex, EndpointKind, GroupIndex, Listed, Name, Network, RouteTable, SubnetIndex,
    TableIndex, Target, VpcIndex, Workload, WorkloadKind,
};
use crate::paths::{Action, Blocker, Code, Component, Direction, GoalTarget, Trace, Verdict};
use crate::services;

/// From a function in one of its subnets to what it demands.
pub(super) struct Way<'a, 's, 't> {
    pub(super) subject: &'a Subject<'s, 't>,
    pub(super) network: &'a Network,
    pub(super) answer: &'a Reached,
    pub(super) at: usize,
    pub(super) function: &'a Workload,
    pub(super) subnet: Option<SubnetIndex>,
    pub(super) vpc: Option<VpcIndex>,
}

impl Way<'_, '_, '_> {
    pub(super) fn claims(&self, trace: &Trace, claims: &mut Vec<Claim>) {
        let effect = |blocker: Option<&Blocker>, endpoint| Effect {
            answer: self.at,
            subnet: self.subnet,
            blocker: blocker.cloned(),
            endpoint,
        };
        match trace.verdict {
            Verdict::Unknown => {}
            Verdict::Reachable => {
                if let Some((rule, fault, endpoint)) = self.better_way(trace) {
                    claims.push(Claim { rule, fault: Some(fault), effect: effect(None, endpoint) });
                }
            }
            Verdict::Blocked | Verdict::Partial => {
                let first = claims.len();
                for blocker in &trace.blockers {
                    let effect = |endpoint| effect(Some(blocker), endpoint);
                    claims.push(match self.claim(blocker) {
                        Some((rule, fault, endpoint)) => {
                            Claim { rule, fault: Some(fault), effect: effect(endpoint) }
                        }
                        None => Claim {
                            rule: by_destination(self.answer.sum.verdict),
                            fault: None,
                            effect: effect(None),
                        },
                    });
                }
                self.egress_for_want_of_endpoint(claims.get_mut(first..).unwrap_or_default());
            }
        }
    }

    /// Where an endpoint is missing, its addresses would be others: what the function's groups let out to the public
    /// ones says nothing.
    fn egress_for_want_of_endpoint(&self, claims: &mut [Claim]) {
        let is_want = |rule: RuleId| rule == missing_endpoint::ID || rule == private_dns_disabled::ID;
        let missing = claims.iter().find(|claim| is_want(claim.rule) && claim.fault.is_some());
        let Some((rule, fault)) = missing.and_then(|claim| Some((claim.rule, claim.fault.clone()?))) else {
            return;
        };
        for claim in claims {
            let blocker = claim.effect.blocker.as_ref();
            let is_own_egress = blocker.is_some_and(|blocker| {
                blocker.component == Component::SecurityGroup
                    && blocker.of.as_deref().is_some_and(|wearer| self.function.name.matches(wearer))
            });
            if is_own_egress && claim.effect.endpoint.is_none() {
                (claim.rule, claim.fault) = (rule, Some(fault.clone()));
            }
        }
    }

    /// The rule that sees a blocker, and what it takes for the fault.
    fn claim(&self, blocker: &Blocker) -> Option<(RuleId, Fault, Option<EndpointIndex>)> {
        if blocker.direction == Direction::Back {
            return None;
        }
        if blocker.component == Component::SecurityGroup {
            return self.of_groups(blocker);
        }
        let without_endpoint = |(rule, fault)| (rule, fault, None);
        if blocker.component == Component::Resolver {
            return self.of_names(blocker).map(without_endpoint);
        }
        match blocker.code {
            Code::VPCHECK_ENDPOINT_POLICY => {
                let mut endpoints = self.network.endpoints.iter();
                let at = endpoints.position(|endpoint| endpoint.name.matches(&blocker.id))?;
                let name = self.network.endpoints[at].name.clone();
                Some((endpoint_policy_denies::ID, Fault::Policy(name), Some(EndpointIndex(at))))
            }
            Code::NO_ROUTE_TO_DESTINATION if blocker.of.is_none() => self.no_route(),
            Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS if blocker.of.is_none() => {
                self.public_subnet().map(without_endpoint)
            }
            _ => on_the_way(self.subject, self.network, self.subnet, blocker).map(without_endpoint),
        }
    }

    /// What is wrong with the answer to a name.
    fn of_names(&self, blocker: &Blocker) -> Option<(RuleId, Fault)> {
        let template = self.subject.template;
        let zone = || {
            self.network
                .zones
                .iter()
                .find(|zone| zone.name.matches(&blocker.id))
                .map(|zone| zone.name.clone())
        };
        match blocker.code {
            Code::VPCHECK_DNS_DISABLED => {
                let vpc = self.network.vpcs.iter().find(|vpc| vpc.name.matches(&blocker.id))?;
                resource_of(template, &vpc.name)?;
                Some((vpc_dns_disabled::ID, Fault::VpcDns(vpc.name.clone())))
            }
            Code::VPCHECK_ZONE_NOT_ASSOCIATED => {
                let vpc = self.network.vpcs.get(self.vpc?.0)?.name.clone();
                Some((private_zone_not_associated::ID, Fault::ZoneElsewhere(zone()?, vpc)))
            }
            Code::VPCHECK_NO_RECORD => Some((private_zone_shadows_service::ID, Fault::Shadow(zone()?))),
            _ => None,
        }
    }

    /// The interface endpoint of the demanded service that nobody finds by the service's name, in a VPC of which all is
    /// known.
    fn nameless_endpoint(&self) -> Option<(EndpointIndex, &Name)> {
        let service =
            self.service().filter(|service| services::has_private_dns(service) && self.is_https())?;
        let vpc = self.network.vpcs.get(self.vpc?.0)?;
        if vpc.other_endpoints.is_some() || !self.subject.is_whole() || self.interface_endpoint().is_some() {
            return None;
        }
        let is_it = |endpoint: &Endpoint| {
            matches!(&endpoint.kind, EndpointKind::Interface { private_dns, .. } if private_dns.known() == Some(&false))
                && self.is_here(endpoint)
                && endpoint.service.known().is_some_and(|own| own == service)
        };
        let at = self.network.endpoints.iter().position(is_it)?;
        let name = &self.network.endpoints.get(at)?.name;
        let is_told = private_dns_disabled::is_told(self.subject, name, &self.function.name);
        is_told.then_some((EndpointIndex(at), name))
    }

    fn service(&self) -> Option<&str> {
        match &self.answer.demand.goal.target {
            GoalTarget::Service(service) => Some(service),
            _ => None,
        }
    }

    fn table(&self) -> Option<(TableIndex, &RouteTable)> {
        table_of(self.network, self.subnet?)
    }

    fn names(&self, groups: &Listed<GroupIndex>) -> Vec<Name> {
        let groups = groups.items.iter().filter_map(|group| self.network.groups.get(group.0));
        groups.map(|group| group.name.clone()).collect()
    }

    /// The gateway endpoint of the demanded service in the function's VPC.
    fn gateway_endpoint(&self) -> Option<(EndpointIndex, &Listed<TableIndex>)> {
        let service = self.service()?;
        let table = self.table().map(|(table, _)| table);
        self.network.endpoints.iter().enumerate().find_map(|(at, endpoint)| match &endpoint.kind {
            EndpointKind::Gateway { tables }
                if endpoint.service.known().is_some_and(|of| of == service)
                    && (self.is_here(endpoint) || table.is_some_and(|own| tables.items.contains(&own))) =>
            {
                Some((EndpointIndex(at), tables))
            }
            _ => None,
        })
    }

    fn is_here(&self, endpoint: &Endpoint) -> bool {
        self.vpc.is_some() && endpoint.vpc.known().copied() == self.vpc
    }

    /// The interface endpoint that calls go to.
    fn interface_endpoint(&self) -> Option<EndpointIndex> {
        let answers = |endpoint: &Endpoint| match (&endpoint.kind, &self.answer.demand.goal.target) {
            (EndpointKind::Interface { .. }, GoalTarget::Resource(id)) => endpoint.name.matches(id),
            (
                EndpointKind::Interface { private_dns, inbound_resolver_only, .. },
                GoalTarget::Service(service),
            ) => {
                self.is_here(endpoint)
                    && endpoint.service.known() == Some(service)
                    && private_dns.known() == Some(&true)
                    && inbound_resolver_only.known() == Some(&false)
            }
            _ => false,
        };
        self.network.endpoints.iter().position(answers).map(EndpointIndex)
    }

    fn is_https(&self) -> bool {
        self.answer.demand.goal.ports.is_none_or(|ports| ports.first == HTTPS && ports.last == HTTPS)
    }

    fn of_groups(&self, blocker: &Blocker) -> Option<(RuleId, Fault, Option<EndpointIndex>)> {
        let wearer = blocker.of.as_deref()?;
        if self.function.name.matches(wearer) {
            let (rule, endpoint) = if let Some((endpoint, _)) = self.gateway_endpoint() {
                (egress_blocks_gateway_endpoint::ID, Some(endpoint))
            } else if let Some(endpoint) = self.interface_endpoint() {
                (egress_blocks_endpoint::ID, Some(endpoint))
            } else if let Some((endpoint, name)) = self.nameless_endpoint() {
                return Some((private_dns_disabled::ID, Fault::NoPrivateDns(name.clone()), Some(endpoint)));
            } else if goes_outside(&self.answer.demand.goal.target) {
                (by_destination(self.answer.sum.verdict), None)
            } else {
                return None;
            };
            let groups = self.subnet.map(|subnet| self.function.groups_in(subnet));
            let fault = Fault::Egress(self.names(groups.unwrap_or(&self.function.groups)));
            return Some((rule, fault, endpoint));
        }
        let (at, groups) = self.network.endpoints.iter().enumerate().find_map(|(at, endpoint)| {
            let EndpointKind::Interface { groups, .. } = &endpoint.kind else { return None };
            endpoint.name.matches(wearer).then_some((EndpointIndex(at), groups))
        })?;
        let fault = Fault::Ingress(self.names(groups));
        self.is_https().then_some((endpoint_group_blocks_443::ID, fault, Some(at)))
    }

    /// The rule is about functions: what polls for them is told apart.
    fn public_subnet(&self) -> Option<(RuleId, Fault)> {
        if self.function.kind != WorkloadKind::Function {
            return None;
        }
        let function = self.function.name.to_string();
        function_in_public_subnet::is_told(self.subject.template, self.network, &function, self.subnet?)
            .then_some((function_in_public_subnet::ID, Fault::PublicSubnet(function)))
    }

    /// The function's own table leads nowhere.
    fn no_route(&self) -> Option<(RuleId, Fault, Option<EndpointIndex>)> {
        let (table, _) = self.table()?;
        if let Some((endpoint, tables)) = self.gateway_endpoint()
            && tables.rest.is_none()
            && !tables.items.contains(&table)
        {
            let name = self.network.endpoints.get(endpoint.0)?.name.clone();
            return Some((gateway_endpoint_not_routed::ID, Fault::NotRouted(name), Some(endpoint)));
        }
        if let Some((endpoint, name)) = self.nameless_endpoint() {
            return Some((private_dns_disabled::ID, Fault::NoPrivateDns(name.clone()), Some(endpoint)));
        }
        // Where another subnet has a way, what this one lacks is the way.
        if self.answer.sum.verdict == Verdict::Blocked
            && let Some(vpc) = self.lacks_endpoint()
        {
            return Some((missing_endpoint::ID, Fault::NoEndpoint(vpc.clone()), None));
        }
        let subnet = self.network.subnets.get(self.subnet?.0)?;
        let vpc = self.network.vpcs.get(self.vpc?.0)?;
        let is_own = resource_of(self.subject.template, &subnet.name).is_some();
        let falls = vpc.main_table == table && subnet.table_at.is_none();
        (is_own && falls && self.subject.is_whole())
            .then(|| (subnet_without_route_table::ID, Fault::NoTable(subnet.name.clone()), None))
    }

    /// The VPC, where it certainly has no endpoint for the demanded service though there is one.
    fn lacks_endpoint(&self) -> Option<&Name> {
        let service = self.service().filter(|service| services::has_endpoint(service) && self.is_https())?;
        let vpc = self.network.vpcs.get(self.vpc?.0)?;
        let bare = |name: &str| name.strip_suffix("-fips").unwrap_or(name).to_owned();
        let may_be = |endpoint: &Endpoint| {
            endpoint.vpc.known().is_none_or(|of| Some(*of) == self.vpc)
                && endpoint.service.known().is_none_or(|of| bare(of) == bare(service))
        };
        let is_missing = vpc.other_endpoints.is_none()
            && self.subject.is_whole()
            && !self.network.endpoints.iter().any(may_be);
        is_missing.then_some(&vpc.name)
    }

    /// A way that works leads through a NAT gateway, though an endpoint is or could be a better one.
    fn better_way(&self, trace: &Trace) -> Option<(RuleId, Fault, Option<EndpointIndex>)> {
        let by_nat = |hop: &crate::paths::Hop| {
            hop.component == Component::NatGateway && hop.action == Action::Translate
        };
        let (service, (table, routes)) = (self.service()?, self.table()?);
        if !trace.hops.iter().any(by_nat) || routes.routes.rest.is_some() {
            return None;
        }
        if let Some((endpoint, tables)) = self.gateway_endpoint() {
            let name = self.network.endpoints.get(endpoint.0)?.name.clone();
            let off = tables.rest.is_none() && !tables.items.contains(&table);
            return off.then_some((gateway_endpoint_not_routed::ID, Fault::NotRouted(name), Some(endpoint)));
        }
        if let Some((endpoint, name)) = self.nameless_endpoint() {
            return Some((private_dns_disabled::ID, Fault::NoPrivateDns(name.clone()), Some(endpoint)));
        }
        if services::has_gateway(service) {
            // The answer of a custom resource is a few hundred bytes, once for each deployment.
            let mut evidence = self.answer.demand.evidence.iter();
            if evidence.all(|evidence| evidence.kind == EvidenceKind::CustomResource) {
                return None;
            }
            let vpc = self.lacks_gateway_endpoint(service)?;
            let fault = Fault::NatForGateway(vpc.clone(), service.to_owned());
            return Some((nat_for_gateway_service::ID, fault, None));
        }
        // Where another subnet has no way at all, that comes first.
        let vpc = self.lacks_endpoint().filter(|_| self.answer.sum.verdict == Verdict::Reachable)?;
        Some((missing_endpoint::ID, Fault::NatForEndpoints(vpc.clone()), None))
    }

    fn lacks_gateway_endpoint(&self, service: &str) -> Option<&Name> {
        let vpc = self.network.vpcs.get(self.vpc?.0)?;
        let may_be = |endpoint: &Endpoint| {
            matches!(endpoint.kind, EndpointKind::Gateway { .. })
                && endpoint.vpc.known().is_none_or(|of| Some(*of) == self.vpc)
                && endpoint.service.known().is_none_or(|of| of == service)
        };
        let is_missing = vpc.other_endpoints.is_none()
            && self.subject.is_whole()
            && !self.network.endpoints.iter().any(may_be);
        is_missing.then_some(&vpc.name)
    }
}

/// What is wrong with the NAT gateway, internet gateway or route that stops packets from a subnet. Its rule tells it,
/// whatever is demanded.
pub(in crate::rules) fn on_the_way(
    subject: &Subject<'_, '_>,
    network: &Network,
    subnet: Option<SubnetIndex>,
    blocker: &Blocker,
) -> Option<(RuleId, Fault)> {
    if let Some(nat) = &blocker.of {
        let stays = matches!(blocker.code, Code::NO_ROUTE_TO_DESTINATION | Code::VPCHECK_NAT_LOOP);
        let gateway = network.nat_gateways.iter().find(|one| one.name.matches(nat))?;
        if stays && nat_in_private_subnet::is_at_fault(subject, network, gateway) {
            return Some((nat_in_private_subnet::ID, Fault::Nat(nat.to_owned())));
        }
        // A NAT gateway of another VPC is told by the route to it.
    }
    not_attached(subject, network, blocker).or_else(|| dead_route(subject, network, subnet?, blocker))
}

fn not_attached(subject: &Subject<'_, '_>, network: &Network, blocker: &Blocker) -> Option<(RuleId, Fault)> {
    let gateway = network.internet_gateways.iter().find(|one| one.name.matches(&blocker.id))?;
    let is_it = blocker.component == Component::InternetGateway
        && blocker.code == Code::BAD_STATE_ATTACHMENT
        && internet_gateway_not_attached::is_at_fault(subject, gateway);
    is_it.then(|| (internet_gateway_not_attached::ID, Fault::Gateway(blocker.id.clone())))
}

/// The route of the subnet's table that ends at what stops the packets.
fn dead_route(
    subject: &Subject<'_, '_>,
    network: &Network,
    subnet: SubnetIndex,
    blocker: &Blocker,
) -> Option<(RuleId, Fault)> {
    let (_, table) = table_of(network, subnet)?;
    let vpc = *table.vpc.known()?;
    let is_named = |name: Option<&Name>| name.is_some_and(|name| name.matches(&blocker.id));
    let names = |target: &Target| {
        is_named(match target {
            Target::InternetGateway(at) => network.internet_gateways.get(at.0).map(|one| &one.name),
            Target::NatGateway(at) => network.nat_gateways.get(at.0).map(|one| &one.name),
            Target::Peering(at) => network.peerings.get(at.0).map(|one| &one.name),
            Target::GatewayEndpoint(at) => network.endpoints.get(at.0).map(|one| &one.name),
            Target::Gateway { name, .. } => Some(name),
            _ => None,
        })
    };
    let route = table.routes.items.iter().find(|route| {
        names(&route.target) && blackhole_route::is_told(subject.template, network, vpc, route)
    })?;
    Some((blackhole_route::ID, Fault::Route(route.at?)))
}

pub(super) fn table_of(network: &Network, subnet: SubnetIndex) -> Option<(TableIndex, &RouteTable)> {
    let table = *network.subnets.get(subnet.0)?.table.known()?;
    Some((table, network.tables.get(table.0)?))
}
