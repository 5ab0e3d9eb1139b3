//! Load balancers and database proxies: a first leg to their interfaces, and a second one from there to what they lead to.
//!
//! Every interface is looked at with the targets that it sends to. Those that have none while others have some are left
//! out, since the name of the balancer is not answered with them.

use super::super::answer::Answer;
use super::super::flow::{Addresses, Belongs, EPHEMERAL, Flow, PUBLIC_IP, PortSet};
use super::super::walk::{Relay, Report, Standing, Walk};
use super::super::{
    Action, Blocker, Code, Component, Difference, Direction, Goal, GoalTarget, Hop, Verdict, words,
};
use super::{Destination, Tracer, missed, plain, standing};
use crate::language::Phrase;
use crate::network::{
    Balancer, BalancerKind, BalancerListener, Fact, Missing, Network, Place, Ports, Protocol, Ranges,
    Registered, RegisteredTarget, SubnetIndex, TargetGroup, TargetKind, Topic, Workload, WorkloadIndex, Zone,
};
use crate::template::Unknown;

/// Balancers in a row: one may stand behind another, more do not.
const CHAIN: u8 = 2;

/// Who calls a balancer.
struct Caller<'a> {
    from: &'a Standing,
    /// The address that packets come under.
    sender: Addresses,
}

/// What a caller asks for. Nothing where whatever is listened on is meant.
#[derive(Clone)]
struct Asked {
    protocol: Protocol,
    ports: Option<PortSet>,
}

/// What a listener takes of it.
struct Heard<'n> {
    listener: &'n BalancerListener,
    protocol: Protocol,
    ports: PortSet,
}

/// A balancer that is called, and who calls it.
struct Call<'a, 'n> {
    caller: &'a Caller<'a>,
    balancer: &'n Balancer,
    workload: &'n Workload,
    id: String,
    /// How many balancers may follow.
    chain: u8,
}

/// Whether an interface sends to a subnet.
enum Serves {
    Yes,
    No,
    Maybe(Missing),
}

/// Joins ways of which any may be taken.
fn join(joined: &mut Option<Answer>, one: Answer, difference: Difference) {
    *joined = Some(match joined.take() {
        Some(before) => before.or(one, difference),
        None => one,
    });
}

/// Puts what a balancer does in place of its standing there, which the first leg has told.
fn by_hop(mut answer: Answer, hop: Hop) -> Answer {
    if answer.hops.first().is_some_and(|first| first.action == Action::Stand) {
        answer.hops.remove(0);
    }
    answer.after(hop)
}

fn set_of(ports: &Fact<Ports>) -> PortSet {
    match ports {
        Fact::Known(ports) => PortSet::of(*ports),
        Fact::Unknown(missing) => {
            PortSet { ranges: Ranges::between(1, u16::MAX.into()), open: Some(missing.clone()) }
        }
    }
}

fn in_words(protocol: Protocol, ports: &Ranges) -> String {
    format!("{protocol} {}", words::ranges(ports, |port| port.to_string()))
}

impl Tracer<'_> {
    /// To a load balancer, and on to its targets.
    pub(super) fn to_balancer(&self, source: &Standing, balancer: &Balancer) -> Answer {
        let caller = Caller { from: source, sender: self.addresses_of(source, false) };
        let asked = Asked { protocol: self.goal.protocol, ports: self.goal.ports.map(PortSet::of) };
        self.by_balancer(&caller, balancer, &asked, CHAIN)
    }

    fn by_balancer(&self, caller: &Caller<'_>, balancer: &Balancer, asked: &Asked, chain: u8) -> Answer {
        let workload = &self.network.workloads[balancer.workload.0];
        let id = workload.name.to_string();
        let Some(chain) = chain.checked_sub(1) else { return missed(Missing::TooManyCases) };
        if workload.subnets.items.is_empty() {
            let missing = workload.subnets.rest.clone();
            return missed(missing.unwrap_or(Missing::Undocumented(Topic::Placement)));
        }
        if !asked.protocol.has_ports() {
            return missed(Missing::Undocumented(Topic::LoadBalancer));
        }
        let call = Call { caller, balancer, workload, id, chain };
        let mut joined: Option<Answer> = None;
        let mut unheard = asked.ports.clone();
        let mut doubt = balancer.listeners.rest.clone();
        for listener in &balancer.listeners.items {
            for heard in listener.protocols.iter().filter_map(|protocol| hears(listener, *protocol, asked)) {
                if let (Some(left), Fact::Known(_)) = (&mut unheard, &listener.ports) {
                    left.ranges = left.ranges.without(&heard.ports.ranges);
                }
                if let (Some(_), Fact::Unknown(missing)) = (&unheard, &listener.ports) {
                    doubt = doubt.or_else(|| Some(missing.clone()));
                    continue;
                }
                join(&mut joined, self.by_listener(&call, &heard), Difference::Port);
            }
        }
        let nobody = joined.is_none() && unheard.is_none();
        if nobody || unheard.as_ref().is_some_and(|left| !left.ranges.is_empty()) {
            let one = self.unheard(&call, asked.protocol, unheard.as_ref(), doubt);
            join(&mut joined, one, Difference::Port);
        }
        let answer = joined.unwrap_or_else(|| missed(Missing::TooManyCases));
        match &workload.subnets.rest {
            Some(missing) => answer.unless(missed(missing.clone()), missing),
            None => answer,
        }
    }

    /// What no listener takes. The way to the balancer is told all the same.
    fn unheard(
        &self,
        call: &Call<'_, '_>,
        protocol: Protocol,
        ports: Option<&PortSet>,
        doubt: Option<Missing>,
    ) -> Answer {
        if let Some(missing) = doubt {
            return missed(missing);
        }
        let listeners = &call.balancer.listeners.items;
        let known = listeners.iter().filter_map(|listener| Some((listener, listener.ports.known()?)));
        let all: Vec<String> = known
            .clone()
            .flat_map(|(listener, ports)| listener.protocols.iter().map(move |own| format!("{own} {ports}")))
            .collect();
        let all = all.join(", ");
        let is_classic = matches!(call.balancer.kind, Fact::Known(BalancerKind::Classic));
        let Some(ports) = ports else {
            return call.stop(mismatch(is_classic), words::no_listener(&call.id, "", ""), None);
        };
        let asked = in_words(protocol, &ports.ranges);
        let same_port = |ports_of: &Ports| {
            Ranges::between(ports_of.first.into(), ports_of.last.into()).contains_all(&ports.ranges)
        };
        let other = known.clone().find(|(_, own)| same_port(own)).map(|(listener, _)| listener);
        let stopped = match other {
            Some(listener) => call.stop(
                Code::PROTOCOL_RESTRICTION,
                words::other_protocol(&call.id, &asked, &all),
                listener.at,
            ),
            None => call.stop(mismatch(is_classic), words::no_listener(&call.id, &asked, &all), None),
        };
        let mut joined: Option<Answer> = None;
        for node in &call.workload.subnets.items {
            join(&mut joined, self.first_leg(call, *node, protocol, ports), Difference::Placement);
        }
        joined.map_or(stopped.clone(), |first| first.then(stopped))
    }

    /// By one listener: to each interface, and on from there.
    fn by_listener(&self, call: &Call<'_, '_>, heard: &Heard<'_>) -> Answer {
        let nodes = &call.workload.subnets.items;
        let legs: Vec<(SubnetIndex, Option<Answer>)> =
            nodes.iter().map(|node| (*node, self.second_leg(call, *node, heard))).collect();
        let some_serve = legs.iter().any(|(_, leg)| leg.is_some());
        let (mut joined, mut left_out): (Option<Answer>, Vec<Phrase>) = (None, Vec::new());
        for (node, leg) in legs {
            let second = match leg {
                Some(leg) => leg,
                None if some_serve => {
                    left_out.push(words::left_out(&call.id, &self.network.subnets[node.0].name));
                    continue;
                }
                None => self.without_targets(call, heard),
            };
            let first = self.first_leg(call, node, heard.protocol, &heard.ports);
            join(&mut joined, first.then(second), Difference::Placement);
        }
        let mut answer = joined.unwrap_or_else(|| missed(Missing::TooManyCases));
        answer.assumptions.extend(left_out);
        answer
    }

    /// No interface has a target.
    fn without_targets(&self, call: &Call<'_, '_>, heard: &Heard<'_>) -> Answer {
        let groups = heard.listener.forwards.items.iter();
        let group = groups.map(|at| &self.network.target_groups[at.0]).next();
        match group {
            Some(group) => {
                let what = words::not_in_its_zones(&call.id, &group.name);
                let code = if matches!(call.balancer.kind, Fact::Known(BalancerKind::Classic)) {
                    Code::ELB_INSTALLED_AZ_RESTRICTION
                } else {
                    Code::ELBV2_NO_TARGETS_IN_AZ
                };
                call.stop(code, what, group.at)
            }
            None => missed(Missing::TooManyCases),
        }
    }

    /// From the caller to an interface of the balancer.
    fn first_leg(
        &self,
        call: &Call<'_, '_>,
        node: SubnetIndex,
        protocol: Protocol,
        ports: &PortSet,
    ) -> Answer {
        let (from, sender) = (call.caller.from, &call.caller.sender);
        let destination = self.interface_of(call.workload, node);
        match &call.workload.public_address {
            Fact::Known(true) => self.by_public_name(call, node, protocol, ports),
            // Who is asked by its name is public or not; by its interfaces it is reached as any other.
            Fact::Known(false) | Fact::Unknown(_) => {
                let answer = self.to_one(from, sender.clone(), &destination, protocol, ports);
                match &call.workload.public_address {
                    Fact::Unknown(missing) => answer.unless(missed(missing.clone()), missing),
                    Fact::Known(_) => answer,
                }
            }
        }
    }

    /// An internet-facing balancer has a public name: callers leave the VPC and come in again from outside.
    fn by_public_name(
        &self,
        call: &Call<'_, '_>,
        node: SubnetIndex,
        protocol: Protocol,
        ports: &PortSet,
    ) -> Answer {
        let ranges = Ranges::public_addresses();
        let open = Some(Missing::HostAddress(call.id.clone()));
        let outside = Addresses { ranges, open, belongs: Belongs::Internet };
        let sender = call.caller.sender.clone();
        let out = self.to_one(call.caller.from, sender, &plain(outside), protocol, ports);
        let resolved = Hop {
            direction: Direction::Out,
            component: Component::Resolver,
            id: call.id.clone(),
            action: Action::Resolve,
            detail: words::balancer_is_public(&call.id),
            at: call.workload.at,
        };
        let inside = standing(self.network, call.workload, node);
        let flow = Flow {
            protocol,
            source: public_sender(self.network, call, &out),
            destination: self.interface_of(call.workload, node).addresses,
            source_ports: PortSet::of(EPHEMERAL),
            ports: ports.clone(),
            translated: Vec::new(),
            entered: Vec::new(),
        };
        let mut walk = Walk::new(self.network);
        match walk.come_in(&flow, &inside) {
            Ok(()) => out.then(walk.report.into()).after(resolved),
            Err(_) => missed(Missing::TooManyCases),
        }
    }

    /// From an interface to whatever a listener forwards to. Nothing where no target is served from there.
    fn second_leg(&self, call: &Call<'_, '_>, node: SubnetIndex, heard: &Heard<'_>) -> Option<Answer> {
        let (listener, mut joined) = (heard.listener, None);
        for group in &listener.forwards.items {
            let group = &self.network.target_groups[group.0];
            join(&mut joined, self.to_group(call, node, heard, group)?, Difference::Placement);
        }
        Some(match (joined, &listener.forwards.rest, listener.answers) {
            (Some(answer), None, _) => answer,
            (Some(answer), Some(missing), _) => answer.unless(missed(missing.clone()), missing),
            (None, Some(missing), _) => missed(missing.clone()),
            (None, None, Some(_)) => {
                call.told(Action::Forward, words::answers_itself(listener), listener.answers)
            }
            (None, None, None) => {
                let code = Code::ELBV2_LISTENER_REQUIRES_TG_ACCEPT;
                call.stop(code, words::forwards_nowhere(listener), listener.at)
            }
        })
    }

    fn to_group(
        &self,
        call: &Call<'_, '_>,
        node: SubnetIndex,
        heard: &Heard<'_>,
        group: &TargetGroup,
    ) -> Option<Answer> {
        let is_classic = matches!(call.balancer.kind, Fact::Known(BalancerKind::Classic));
        if group.targets.items.is_empty() {
            return Some(match &group.targets.rest {
                Some(missing) => missed(missing.clone()),
                None if is_classic => {
                    call.stop(Code::TARGET_ADDRESS_RESTRICTION, words::no_instances(&call.id), group.at)
                }
                None => call.stop(Code::ELBV2_LISTENER_HAS_NO_TG, words::no_targets(&group.name), group.at),
            });
        }
        let passes_on = matches!(call.balancer.kind, Fact::Known(BalancerKind::Network));
        if passes_on && !group.protocols.is_empty() && !group.protocols.contains(&heard.protocol) {
            let what = words::group_of_other_protocol(group, &heard.protocol.to_string());
            return Some(call.stop(Code::ELBV2_LISTENER_REQUIRES_TG_ACCEPT, what, group.at));
        }
        let mut joined = None;
        for target in &group.targets.items {
            if let Some(one) = self.to_target(call, node, heard, group, target) {
                join(&mut joined, one, Difference::Placement);
            }
        }
        if joined.is_none() && is_classic && self.has_target_elsewhere(call, heard, group) {
            let what = words::not_across_zones(&call.id, &self.network.subnets[node.0].name);
            return Some(call.stop(Code::ELB_NOT_CROSSZONE, what, call.workload.at));
        }
        match &group.targets.rest {
            Some(missing) => joined.map(|answer| answer.unless(missed(missing.clone()), missing)),
            None => joined,
        }
    }

    /// Whether another interface serves a target of the group.
    fn has_target_elsewhere(&self, call: &Call<'_, '_>, heard: &Heard<'_>, group: &TargetGroup) -> bool {
        let serves = |node: &SubnetIndex| {
            group
                .targets
                .items
                .iter()
                .any(|target| self.to_target(call, *node, heard, group, target).is_some())
        };
        call.workload.subnets.items.iter().any(serves)
    }

    fn to_target(
        &self,
        call: &Call<'_, '_>,
        node: SubnetIndex,
        heard: &Heard<'_>,
        group: &TargetGroup,
        target: &RegisteredTarget,
    ) -> Option<Answer> {
        let protocol = match call.balancer.kind {
            Fact::Known(BalancerKind::Network) => heard.protocol,
            _ => Protocol::TCP,
        };
        let ports = set_of(target.ports.as_ref().unwrap_or(&group.ports));
        let leg =
            Leg { call, node: standing(self.network, call.workload, node), heard, group, protocol, ports };
        match &target.who {
            Registered::Function(name) => {
                Some(call.told(Action::Forward, words::invokes(heard.listener, name), target.at))
            }
            Registered::Unknown(missing) => Some(missed(missing.clone())),
            Registered::Address(address) => {
                let goal = Goal {
                    target: GoalTarget::Address(*address),
                    ports: leg.ports.ranges.first().and_then(|port| u16::try_from(port).ok()).map(Ports::one),
                    protocol,
                };
                let tracer = Tracer { network: self.network, addresses: self.addresses, goal: &goal };
                let answer = tracer.to_numbers(&leg.node, &[(*address).into()]);
                Some(by_hop(answer, leg.hop(&address.to_string(), false)))
            }
            Registered::Workload(at) => match self.network.balancer(*at) {
                Some(inner) => Some(self.to_inner(&leg, inner)),
                None => self.to_members(&leg, &self.network.workloads[at.0]),
            },
            Registered::Members(members) => self.to_members(&leg, members),
        }
    }

    /// A balancer behind a balancer sees the caller's address.
    fn to_inner(&self, leg: &Leg<'_, '_>, inner: &Balancer) -> Answer {
        let caller = Caller { from: &leg.node, sender: self.sender(leg, true) };
        let asked = Asked { protocol: leg.protocol, ports: Some(leg.ports.clone()) };
        let answer = self.by_balancer(&caller, inner, &asked, leg.call.chain);
        let id = self.network.workloads[inner.workload.0].name.to_string();
        by_hop(answer, leg.hop(&id, true))
    }

    /// What stands in subnets, in each that the interface serves.
    fn to_members(&self, leg: &Leg<'_, '_>, members: &Workload) -> Option<Answer> {
        if members.subnets.items.is_empty() {
            let missing = members.subnets.rest.clone();
            return Some(missed(missing.unwrap_or(Missing::Undocumented(Topic::Placement))));
        }
        let mut joined = None;
        for subnet in &members.subnets.items {
            let mut destination = self.interface_of(members, *subnet);
            match self.serves(leg, *subnet) {
                Serves::No => continue,
                Serves::Yes => {}
                Serves::Maybe(missing) => destination.missing = Some(missing),
            }
            join(&mut joined, self.to_member(leg, members, &destination), Difference::Placement);
        }
        match &members.subnets.rest {
            Some(missing) => joined.map(|answer| answer.unless(missed(missing.clone()), missing)),
            None => joined,
        }
    }

    fn to_member(&self, leg: &Leg<'_, '_>, members: &Workload, destination: &Destination) -> Answer {
        let id = members.name.to_string();
        let under = |keeps: bool| {
            let is_foreign = keeps && leg.call.caller.from.vpc != leg.node.vpc;
            let relay = match leg.call.balancer.kind {
                Fact::Known(BalancerKind::Classic) => Some(Relay::Classic),
                _ => is_foreign.then_some(Relay::TakesBack),
            };
            let destination = Destination { relay, ..destination.clone() };
            let answer =
                self.to_one(&leg.node, self.sender(leg, keeps), &destination, leg.protocol, &leg.ports);
            by_hop(answer, leg.hop(&id, keeps))
        };
        let mut answer = match leg.keeps() {
            Fact::Known(false) => under(false),
            Fact::Unknown(missing) => under(true).unless(under(false), &missing),
            Fact::Known(true) => {
                let kept = under(true);
                let is_stopped = |blocker: &Blocker| {
                    blocker.component == Component::SecurityGroup && blocker.of.as_ref() == Some(&id)
                };
                if kept.verdict() == Verdict::Blocked
                    && kept.blockers.iter().any(is_stopped)
                    && under(false).verdict() == Verdict::Reachable
                {
                    kept.then(leg.keeps_address(&id))
                } else {
                    kept
                }
            }
        };
        if answer.verdict() != Verdict::Blocked
            && let Some(why) = self.fails_health(leg, destination)
        {
            answer.assumptions.push(words::unhealthy(&leg.call.id, &id, &leg.group.name, &why));
        }
        answer
    }

    /// Why health checks, which come from the balancer's own address by TCP, do not reach a target.
    ///
    /// Targets that fail them still get what callers send where the whole group fails: balancers fail open. So this stops
    /// nothing for certain, <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>.
    fn fails_health(&self, leg: &Leg<'_, '_>, destination: &Destination) -> Option<Phrase> {
        if matches!(leg.call.balancer.kind, Fact::Known(BalancerKind::Classic)) {
            return None;
        }
        let ports = leg.group.health_port.as_ref().map_or_else(|| leg.ports.clone(), set_of);
        let sender = self.sender(leg, false);
        let check = self.to_one(&leg.node, sender, destination, Protocol::TCP, &ports);
        let is_stopped = check.verdict() == Verdict::Blocked;
        check.blockers.into_iter().next().filter(|_| is_stopped).map(|blocker| blocker.message)
    }

    /// The address that targets see.
    fn sender(&self, leg: &Leg<'_, '_>, keeps: bool) -> Addresses {
        if !keeps {
            return self.addresses_of(&leg.node, false);
        }
        let from = leg.call.caller.from;
        // Groups of the caller are not seen behind the balancer, its own are.
        let belongs = Belongs::Interface {
            id: from.id.clone(),
            subnet: from.subnet,
            vpc: from.vpc,
            groups: leg.node.groups.clone(),
        };
        let sender = if matches!(leg.call.workload.public_address, Fact::Known(true)) {
            let missing = Unknown::Attribute { resource: from.id.clone(), attribute: "PublicIp".to_owned() };
            let open = Some(Missing::Value(missing));
            Addresses { ranges: Ranges::public_addresses(), open, belongs: Belongs::Internet }
        } else {
            leg.call.caller.sender.clone()
        };
        Addresses { belongs, ..sender }
    }

    /// Whether an interface sends to targets in a subnet: only where the balancer is enabled in its zone, and without
    /// cross-zone load balancing only in its own.
    fn serves(&self, leg: &Leg<'_, '_>, subnet: SubnetIndex) -> Serves {
        let subnets = &self.network.subnets;
        let own = leg.node.subnet;
        let vpc = |at: SubnetIndex| subnets[at.0].vpc.known();
        if own == subnet || vpc(own).zip(vpc(subnet)).is_some_and(|(one, other)| one != other) {
            return Serves::Yes;
        }
        let same = |one: SubnetIndex, other: SubnetIndex| -> Fact<bool> {
            let zone = |at: SubnetIndex| -> &Fact<Zone> { &subnets[at.0].zone };
            match (zone(one), zone(other)) {
                (Fact::Known(one), Fact::Known(other)) => match one.same(other) {
                    Some(same) => Fact::Known(same),
                    None => Fact::Unknown(Missing::Region),
                },
                (Fact::Unknown(missing), _) | (_, Fact::Unknown(missing)) => Fact::Unknown(missing.clone()),
            }
        };
        let here = same(own, subnet);
        if here == Fact::Known(true) {
            return Serves::Yes;
        }
        let crosses = leg.group.cross_zone.as_ref().unwrap_or(&leg.call.balancer.cross_zone);
        match (crosses, here) {
            (Fact::Known(false), Fact::Known(_)) => return Serves::No,
            (Fact::Known(false), Fact::Unknown(missing)) => return Serves::Maybe(missing),
            (Fact::Unknown(missing), _) => return Serves::Maybe(missing.clone()),
            (Fact::Known(true), _) => {}
        }
        let mut doubt = None;
        for node in &leg.call.workload.subnets.items {
            match if *node == subnet { Fact::Known(true) } else { same(*node, subnet) } {
                Fact::Known(true) => return Serves::Yes,
                Fact::Known(false) => {}
                Fact::Unknown(missing) => doubt = doubt.or(Some(missing)),
            }
        }
        doubt.or_else(|| leg.call.workload.subnets.rest.clone()).map_or(Serves::No, Serves::Maybe)
    }

    /// What follows behind a proxy: its own way to its databases, where that is known.
    pub(super) fn through_proxy(&self, at: WorkloadIndex, answer: Answer) -> Answer {
        let Some(proxied) = self.network.proxied(at) else { return answer };
        let sender = &self.network.workloads[proxied.sender.0];
        let mut joined = None;
        for database in &proxied.databases.items {
            let id = self.network.workloads[database.0].name.to_string();
            let goal =
                Goal { target: GoalTarget::Resource(id.clone()), ports: None, protocol: Protocol::TCP };
            let tracer = Tracer { network: self.network, addresses: self.addresses, goal: &goal };
            for subnet in &sender.subnets.items {
                let leg = tracer.to_resource(&standing(self.network, sender, *subnet), &id);
                let hop = Hop {
                    direction: Direction::Out,
                    component: Component::Workload,
                    id: sender.name.to_string(),
                    action: Action::Forward,
                    detail: words::proxy_connects(&id),
                    at: proxied.at,
                };
                join(&mut joined, by_hop(leg, hop), Difference::Placement);
            }
        }
        match joined {
            Some(leg) if leg.verdict() != Verdict::Unknown => answer.then(leg),
            _ => {
                let mut answer = answer;
                answer.assumptions.push(words::proxy_taken_to_reach(&sender.name.to_string()));
                answer
            }
        }
    }
}

/// A way from an interface of a balancer to a target of a group.
struct Leg<'a, 'n> {
    call: &'a Call<'a, 'n>,
    node: Standing,
    heard: &'a Heard<'n>,
    group: &'a TargetGroup,
    protocol: Protocol,
    ports: PortSet,
}

impl Leg<'_, '_> {
    /// Whether targets see the caller's address.
    fn keeps(&self) -> Fact<bool> {
        match (&self.call.balancer.kind, &self.group.kind) {
            (Fact::Known(BalancerKind::Network), Fact::Known(TargetKind::Lambda)) => Fact::Known(false),
            (Fact::Known(BalancerKind::Network), _) => self.group.keeps_client.clone(),
            (Fact::Unknown(missing), _) => Fact::Unknown(missing.clone()),
            _ => Fact::Known(false),
        }
    }

    fn hop(&self, to: &str, keeps: bool) -> Hop {
        let detail = words::forwards_to(self.heard.listener, to, keeps);
        self.call.hop(Action::Forward, detail, self.heard.listener.at)
    }

    fn keeps_address(&self, target: &str) -> Answer {
        let what = words::keeps_address(&self.call.id, &self.call.caller.from.id, target);
        let at = self.group.keeps_client_at.or(self.group.at);
        self.call.stop(Code::ELBV2_SOURCE_ADDRESS_PRESERVATION, what, at)
    }
}

impl Call<'_, '_> {
    fn hop(&self, action: Action, detail: Phrase, at: Option<Place>) -> Hop {
        let (direction, component) = (Direction::Out, Component::Workload);
        Hop { direction, component, id: self.id.clone(), action, detail, at }
    }

    /// The balancer does this, and that is all.
    fn told(&self, action: Action, detail: Phrase, at: Option<Place>) -> Answer {
        let mut report = Report::default();
        report.hops.push(self.hop(action, detail, at));
        report.into()
    }

    /// The balancer stops everything.
    fn stop(&self, code: Code, message: Phrase, at: Option<Place>) -> Answer {
        let (direction, component) = (Direction::Out, Component::Workload);
        let at = at.or(self.workload.at);
        let mut report = Report::default();
        report.hops.push(self.hop(Action::Deny, message.clone(), at));
        let (id, of, obstacle) = (self.id.clone(), None, None);
        report.blockers.push(Blocker { code, direction, component, id, of, message, at, obstacle });
        report.into()
    }
}

/// What a listener takes of what is asked for.
fn hears<'n>(listener: &'n BalancerListener, protocol: Protocol, asked: &Asked) -> Option<Heard<'n>> {
    let own = set_of(&listener.ports);
    let Some(wanted) = &asked.ports else { return Some(Heard { listener, protocol, ports: own }) };
    let ranges = own.ranges.and(&wanted.ranges);
    let is_meant = protocol == asked.protocol && !ranges.is_empty();
    is_meant.then(|| Heard { listener, protocol, ports: PortSet { ranges, open: wanted.open.clone() } })
}

fn mismatch(is_classic: bool) -> Code {
    if is_classic { Code::ELB_LISTENERS_MISMATCH } else { Code::ELBV2_LISTENERS_MISMATCH }
}

/// The public address that packets come under: that of the NAT gateway on their way.
fn public_sender(network: &Network, call: &Call<'_, '_>, out: &Answer) -> Addresses {
    let nat = out.hops.iter().rfind(|hop| hop.component == Component::NatGateway);
    let address = |id: &str| {
        let gateway = network.nat_gateways.iter().find(|nat| nat.name.to_string() == id);
        gateway.and_then(|nat| nat.elastic_ip.clone()).unwrap_or_else(|| id.to_owned())
    };
    let resource = nat.map_or_else(|| call.caller.from.id.clone(), |hop| address(&hop.id));
    let missing = Missing::Value(Unknown::Attribute { resource, attribute: PUBLIC_IP.to_owned() });
    Addresses { ranges: Ranges::public_addresses(), open: Some(missing), belongs: Belongs::Internet }
}
