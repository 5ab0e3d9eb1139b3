//! What leads where: routes, gateways and endpoints, and what functions must reach.

use super::model::{Model, Thing, id_of, is_on_border, named, plain};
use super::placing::is_default;
use super::table::{self, TableRow};
use super::{BoxKind, EdgeKind, route, words};
use crate::demands::DemandSource;
use crate::language::Phrase;
use crate::network::{
    Destination, EndpointKind, Fact, GatewayKind, NatPlacement, Network, Situated, Target, WorkloadIndex,
};
use crate::paths::{Component, Direction, Goal, GoalTarget, Trace, Verdict, trace_from};
use crate::phrase;
use crate::rules::Subject;
use crate::rules::reach::{is_meant, written};

/// A line between two things.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: EdgeKind,
    pub(super) verdict: Option<Verdict>,
    /// What goes there: `tcp 5432`, `0.0.0.0/0`.
    pub(super) what: Vec<String>,
    /// The boxes of the subnets that it starts in, where that matters.
    pub(super) subnets: Vec<String>,
}

impl Model {
    /// Adds a line, or what goes there to the one that is there.
    pub(super) fn link(
        &mut self,
        from: usize,
        to: usize,
        kind: EdgeKind,
        verdict: Option<Verdict>,
        what: String,
    ) {
        if from == to {
            return;
        }
        match self.links.iter_mut().find(|link| link.from == from && link.to == to && link.kind == kind) {
            Some(link) => {
                link.verdict = worst(link.verdict, verdict);
                if !link.what.contains(&what) {
                    link.what.push(what);
                }
            }
            None => self.links.push(Link { from, to, kind, verdict, what: vec![what], subnets: Vec::new() }),
        }
    }

    /// All lines and the rows of the table.
    pub(super) fn relate(
        &mut self,
        subject: &Subject<'_, '_>,
        situated: &Situated,
        path: Option<&(&str, Goal)>,
    ) {
        let network = &situated.network;
        self.routes(network);
        self.doors(network);
        self.table = table::standing(self, network);
        for demand in &subject.demands().demands {
            let exists =
                subject.template.with_guards(|guards| !guards.exclude(situated.situation, demand.when));
            if demand.forbidden || !is_meant(demand) || !exists {
                continue;
            }
            let source = match &demand.source {
                DemandSource::Function(id) | DemandSource::CapacityProvider(id) => network.workload(id),
                DemandSource::Poller { mapping, source } => {
                    network.workload(mapping).or_else(|| network.workload(source.as_deref()?))
                }
            };
            let Some(source) = source else { continue };
            self.demand(network, subject, source, &demand.goal);
        }
        if let Some((from, goal)) = path
            && let Some(source) = network.workload(from)
        {
            let traces = trace_from(network, subject.addresses, source, goal);
            self.route = route::of(self, network, source, goal, &traces);
            if let Some(route) = &self.route {
                let from = network.workloads[source.0].name.to_string();
                let (from, to) = (Phrase::verbatim(from), Phrase::verbatim(written(goal)));
                self.table.push(TableRow { from, relation: words::path(route.verdict), to });
            }
        }
    }

    fn demand(&mut self, network: &Network, subject: &Subject<'_, '_>, source: WorkloadIndex, goal: &Goal) {
        let workload = &network.workloads[source.0];
        let Some(from) = self.find(&id_of(BoxKind::Workload(workload.kind), &workload.name)) else { return };
        let what = written(goal);
        let mut row = TableRow {
            from: Phrase::verbatim(workload.name.to_string()),
            to: Phrase::verbatim(what.clone()),
            ..TableRow::default()
        };
        if self.loose.contains(&from) {
            row.relation = phrase!(en: "needs, outside of any VPC", ja: "必要な通信 (VPC 外)");
            self.table.push(row);
            return;
        }
        let mut sum: Option<Verdict> = None;
        for trace in trace_from(network, subject.addresses, source, goal) {
            let chain = self.chain(network, from, goal, &trace);
            for (at, pair) in chain.windows(2).enumerate() {
                let kind = if at == 0 { EdgeKind::Demand } else { EdgeKind::Door };
                let verdict = (at == 0).then_some(trace.verdict);
                self.link(pair[0], pair[1], kind, verdict, what.clone());
                if let (0, Some(subnet)) = (at, &trace.from.subnet) {
                    self.starts_in(pair[0], pair[1], subnet);
                }
            }
            sum = match sum {
                Some(sum) if sum != trace.verdict => Some(Verdict::Partial),
                _ => Some(trace.verdict),
            };
        }
        if let Some(sum) = sum {
            let Phrase { en, ja } = words::verdict(sum);
            row.relation = phrase!(en: "needs: {en}", ja: "必要な通信: {ja}");
            self.table.push(row);
        }
    }

    /// What a trace goes through, from the source to the destination.
    pub(super) fn chain(&mut self, network: &Network, from: usize, goal: &Goal, trace: &Trace) -> Vec<usize> {
        let mut chain = vec![from];
        let hops = trace.hops.iter().map(|hop| (hop.direction, hop.component, &hop.id));
        let stops = trace.blockers.iter().map(|stop| (stop.direction, stop.component, &stop.id));
        for (direction, component, id) in hops.chain(stops) {
            if direction == Direction::Back {
                continue;
            }
            let thing = self.passed(network, from, component, id);
            if let Some(thing) = thing.filter(|thing| !chain.contains(thing)) {
                chain.push(thing);
            }
        }
        let last = chain[chain.len() - 1];
        match self.destination(network, from, last, goal) {
            Some(End::At(thing)) if !chain.contains(&thing) => chain.push(thing),
            Some(End::Behind(thing, name, says)) => {
                if !chain.contains(&thing) {
                    chain.push(thing);
                }
                self.child(thing, name, says);
            }
            _ => {}
        }
        chain
    }

    /// The thing that a component of a trace is, where packets go through it.
    fn passed(&self, network: &Network, from: usize, component: Component, id: &str) -> Option<usize> {
        let by_kind = |kind: BoxKind| self.find(&format!("{}:{id}", kind.name()));
        match component {
            Component::NatGateway => by_kind(BoxKind::NatGateway),
            Component::InterfaceEndpoint => by_kind(BoxKind::InterfaceEndpoint),
            Component::GatewayEndpoint => by_kind(BoxKind::GatewayEndpoint),
            Component::InternetGateway => {
                by_kind(BoxKind::InternetGateway).or_else(|| self.any_gateway(from))
            }
            Component::PeeringConnection => by_kind(BoxKind::Peering),
            Component::TransitGateway => by_kind(BoxKind::TransitGateway),
            Component::VpnGateway | Component::Firewall | Component::EgressOnlyGateway => {
                by_kind(BoxKind::OtherGateway)
            }
            Component::Gateway => by_kind(BoxKind::TransitGateway).or_else(|| by_kind(BoxKind::OtherGateway)),
            Component::NetworkInterface => {
                let workload = network.workload(id)?;
                let workload = &network.workloads[workload.0];
                self.find(&id_of(BoxKind::Workload(workload.kind), &workload.name))
            }
            _ => None,
        }
    }

    /// The internet gateway of a thing's VPC.
    fn any_gateway(&self, of: usize) -> Option<usize> {
        let plan = &self.vpcs[self.plan_of(of)?];
        plan.left.iter().copied().find(|at| self.things[*at].kind == BoxKind::InternetGateway)
    }

    /// Where a goal is drawn. `last` is what is passed last.
    fn destination(&mut self, network: &Network, from: usize, last: usize, goal: &Goal) -> Option<End> {
        let plan = self.plan_of(from)?;
        let door = self.things[last].kind;
        let is_public = matches!(door, BoxKind::InternetGateway | BoxKind::NatGateway);
        let by_endpoint = matches!(door, BoxKind::InterfaceEndpoint | BoxKind::GatewayEndpoint);
        match &goal.target {
            GoalTarget::Resource(id) => {
                let Some(workload) = network.workload(id) else {
                    let endpoint = network.endpoints.iter().find(|endpoint| endpoint.name.matches(id))?;
                    return Some(End::At(self.find(&id_of(BoxKind::InterfaceEndpoint, &endpoint.name))?));
                };
                let workload = &network.workloads[workload.0];
                Some(End::At(self.find(&id_of(BoxKind::Workload(workload.kind), &workload.name))?))
            }
            GoalTarget::Service(service) if !is_public => Some(End::At(self.service(plan, service))),
            GoalTarget::Service(service) => {
                Some(End::Behind(self.internet(), service.clone(), words::public_endpoint()))
            }
            GoalTarget::Host(host) if by_endpoint => {
                let service = crate::services::of_host(host)?;
                Some(End::At(self.service(plan, &service.suffix)))
            }
            GoalTarget::Internet => Some(End::At(self.internet())),
            GoalTarget::Host(host) => {
                Some(End::Behind(self.internet(), host.clone(), words::kind(BoxKind::Host)))
            }
            GoalTarget::Address(_) | GoalTarget::Cidr(_) | GoalTarget::Ipv6(_) => {
                let name = goal.target.id();
                if matches!(door, BoxKind::TransitGateway | BoxKind::Peering) {
                    return Some(End::Behind(last, name, Phrase::verbatim("")));
                }
                let beyond = self.links.iter().find(|link| link.from == last && link.kind == EdgeKind::Door);
                if let Some(beyond) = beyond.filter(|_| door == BoxKind::OtherGateway) {
                    return Some(End::Behind(beyond.to, name, Phrase::verbatim("")));
                }
                if is_public {
                    return Some(End::Behind(self.internet(), name, Phrase::verbatim("")));
                }
                let id = format!("other-network:{name}");
                let at = self.thing(id, |id| Thing {
                    name: Phrase::verbatim(name),
                    ..plain(id, BoxKind::OtherNetwork)
                });
                self.put_outside(at);
                Some(End::At(at))
            }
        }
    }

    /// Notes in which subnet a demand's line starts.
    pub(super) fn starts_in(&mut self, from: usize, to: usize, subnet: &str) {
        let id = format!("subnet:{subnet}");
        let is_it = |link: &&mut Link| link.from == from && link.to == to && link.kind == EdgeKind::Demand;
        if let Some(link) = self.links.iter_mut().find(is_it)
            && !link.subnets.contains(&id)
        {
            link.subnets.push(id);
        }
    }

    fn child(&mut self, of: usize, name: String, says: Phrase) {
        let id = format!("host:{name}@{}", self.things[of].id);
        let at =
            self.thing(id, |id| Thing { name: Phrase::verbatim(name), says, ..plain(id, BoxKind::Host) });
        if !self.things[of].children.contains(&at) {
            self.things[of].children.push(at);
        }
    }

    fn internet(&mut self) -> usize {
        let at = self.thing("internet".to_owned(), |id| Thing {
            name: words::internet(),
            ..plain(id, BoxKind::Internet)
        });
        self.put_outside(at);
        at
    }

    fn put_outside(&mut self, thing: usize) {
        if !self.outside.contains(&thing) {
            self.outside.push(thing);
        }
    }

    /// The routes of subnets to gateways and endpoints.
    fn routes(&mut self, network: &Network) {
        let cells: Vec<(usize, usize, usize)> = self
            .vpcs
            .iter()
            .enumerate()
            .flat_map(|(plan, vpc)| {
                vpc.rows.iter().flat_map(move |row| row.cells.iter().map(move |cell| (plan, cell)))
            })
            .filter_map(|(plan, cell)| Some((plan, cell.thing, cell.subnet?)))
            .collect();
        for (plan, thing, subnet) in cells {
            let Fact::Known(table) = &network.subnets[subnet].table else { continue };
            for route in &network.tables[table.0].routes.items {
                let Some(to) = self.target(network, plan, &route.target) else { continue };
                // What only holds NAT gateways is told by their own lines.
                let is_nats = |this: &Self| {
                    let mut bands = this.vpcs[plan]
                        .rows
                        .iter()
                        .flat_map(|row| &row.bands)
                        .filter(|band| this.things[band.thing].subnets.contains(&this.things[thing].id));
                    let mut any = false;
                    bands.all(|band| {
                        any = true;
                        this.things[band.thing].kind == BoxKind::NatGateway
                    }) && any
                };
                if self.things[to].kind == BoxKind::InternetGateway && is_nats(self) {
                    continue;
                }
                let what = destination(network, &route.destination);
                self.link(thing, to, EdgeKind::Route, None, what);
            }
        }
    }

    /// The thing that a route leads to.
    fn target(&mut self, network: &Network, plan: usize, target: &Target) -> Option<usize> {
        match target {
            Target::InternetGateway(at) => {
                let gateway = &network.internet_gateways[at.0];
                self.find(&id_of(BoxKind::InternetGateway, &gateway.name))
                    .filter(|at| self.vpcs[plan].left.contains(at))
            }
            Target::NatGateway(at) => {
                self.find(&id_of(BoxKind::NatGateway, &network.nat_gateways[at.0].name))
            }
            Target::GatewayEndpoint(at) => {
                self.find(&id_of(BoxKind::GatewayEndpoint, &network.endpoints[at.0].name))
            }
            Target::Peering(at) => {
                let peering = &network.peerings[at.0];
                let other = [&peering.requester, &peering.accepter].into_iter().find_map(|side| {
                    let side = side.known().filter(|side| self.vpcs[plan].index != Some(**side))?;
                    Some(network.vpcs[side.0].name.to_string())
                });
                let made = named(BoxKind::Peering, &peering.name, peering.at);
                let at = self.thing(made.id.clone(), |_| made);
                self.put_outside(at);
                // The other VPC where it is drawn is told by its own line.
                let is_drawn = |name: &str| {
                    self.vpcs
                        .iter()
                        .any(|vpc| vpc.index.is_some_and(|at| network.vpcs[at.0].name.matches(name)))
                };
                if let Some(other) = other.filter(|other| !is_drawn(other)) {
                    self.child(at, other, words::kind(BoxKind::Vpc));
                }
                Some(at)
            }
            Target::Interface { workload, .. } => {
                let workload = &network.workloads[workload.as_ref()?.0];
                self.find(&id_of(BoxKind::Workload(workload.kind), &workload.name))
            }
            Target::Gateway { kind, name } if is_on_border(*kind) => {
                self.find(&id_of(BoxKind::OtherGateway, name)).filter(|at| self.vpcs[plan].left.contains(at))
            }
            Target::Gateway { kind, name } => {
                let made =
                    Thing { says: words::other_gateway(*kind), ..named(BoxKind::TransitGateway, name, None) };
                let at = self.thing(made.id.clone(), |_| made);
                self.put_outside(at);
                Some(at)
            }
            Target::Local | Target::Unknown(_) => None,
        }
    }

    /// Where gateways and endpoints lead.
    fn doors(&mut self, network: &Network) {
        for plan in 0..self.vpcs.len() {
            for (gateway, service) in self.vpcs[plan].right.clone() {
                if let (Some(gateway), Some(service)) = (gateway, service) {
                    self.link(gateway, service, EdgeKind::Door, None, String::new());
                }
            }
            for gateway in self.vpcs[plan].left.clone() {
                let to = match self.things[gateway].kind {
                    BoxKind::InternetGateway | BoxKind::NatGateway => self.internet(),
                    _ if self.things[gateway].says == words::other_gateway(GatewayKind::VpnGateway) => {
                        let at = self.thing("other-network:on-premises".to_owned(), |id| Thing {
                            name: words::on_premises(),
                            ..plain(id, BoxKind::OtherNetwork)
                        });
                        self.put_outside(at);
                        at
                    }
                    _ if self.things[gateway].says
                        == words::other_gateway(GatewayKind::EgressOnlyInternetGateway) =>
                    {
                        self.internet()
                    }
                    _ => continue,
                };
                self.link(gateway, to, EdgeKind::Door, None, String::new());
            }
        }
        for endpoint in &network.endpoints {
            let EndpointKind::Interface { .. } = endpoint.kind else { continue };
            let (Fact::Known(service), Some(from)) =
                (&endpoint.service, self.find(&id_of(BoxKind::InterfaceEndpoint, &endpoint.name)))
            else {
                continue;
            };
            let Some(plan) = self.plan_of(from) else { continue };
            let to = self.service(plan, service);
            self.link(from, to, EdgeKind::Door, None, String::new());
        }
        for nat in &network.nat_gateways {
            let NatPlacement::Zonal(Fact::Known(subnet)) = &nat.placement else { continue };
            let Some(from) = self.find(&id_of(BoxKind::NatGateway, &nat.name)) else { continue };
            let Fact::Known(table) = &network.subnets[subnet.0].table else { continue };
            let Some(plan) = self.plan_of(from) else { continue };
            let routes = &network.tables[table.0].routes.items;
            let Some(route) = routes.iter().find(|route| is_default(route)) else { continue };
            if let Some(to) = self.target(network, plan, &route.target) {
                self.link(from, to, EdgeKind::Door, None, destination(network, &route.destination));
            }
        }
    }
}

/// Where a chain ends.
enum End {
    /// At a thing.
    At(usize),
    /// At something with a name behind a thing.
    Behind(usize, String, Phrase),
}

/// What a route is for.
fn destination(network: &Network, destination: &Destination) -> String {
    match destination {
        Destination::Cidr(crate::network::Cidr::Known(net)) => net.to_string(),
        Destination::PrefixList(at) => {
            let list = &network.prefix_lists[at.0];
            list.service.clone().unwrap_or_else(|| list.name.to_string())
        }
        Destination::Ipv6(crate::network::Ipv6Cidr::Known(net)) => net.to_string(),
        Destination::Ipv6(crate::network::Ipv6Cidr::Symbol(_)) => "IPv6".to_owned(),
        Destination::Cidr(_) | Destination::Unknown(_) => "?".to_owned(),
    }
}

/// The verdict that a reader should see of two.
pub(super) fn worst(one: Option<Verdict>, other: Option<Verdict>) -> Option<Verdict> {
    match (one, other) {
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(Verdict::Blocked), _) | (_, Some(Verdict::Blocked)) => Some(Verdict::Blocked),
        (Some(Verdict::Partial), _) | (_, Some(Verdict::Partial)) => Some(Verdict::Partial),
        (Some(Verdict::Unknown), _) | (_, Some(Verdict::Unknown)) => Some(Verdict::Unknown),
        (one, other) => one.or(other),
    }
}
