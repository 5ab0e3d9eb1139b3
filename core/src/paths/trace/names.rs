//! Names: who is asked, what is answered, and what stands in the way of asking.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::super::answer::Answer;
use super::super::flow::{Addresses, Belongs};
use super::super::names::{Asked, By, Viewpoint, answering, is_elsewhere};
use super::super::obstacle::{Hindrance, Obstacle};
use super::super::walk::{Report, Standing};
use super::super::{
    Action, Blocker, Code, Component, Difference, Direction, Goal, GoalTarget, Hop, Verdict, words,
};
use super::{Tracer, missed, plain, standing};
use crate::language::Phrase;
use crate::network::{
    Fact, HostedZone, HostedZoneIndex, Missing, Ports, Protocol, Ranges, RecordTarget, ResolverDirection,
    ResolverRule, Topic, Vpc, VpcIndex, Workload, WorkloadKind, is_never_public, is_within, number_of,
};

/// Records that lead to records; more are a ring.
const CHAIN: u8 = 8;

/// The port of DNS.
const DNS: u16 = 53;

/// Who answers what a workload asks.
enum Server {
    /// Amazon's resolver of its VPC.
    Amazon,
    /// Nobody: the resolver is switched off.
    Off(VpcIndex),
    /// Servers that DHCP options name.
    Others(VpcIndex),
}

impl Tracer<'_> {
    /// A destination that is given by name.
    pub(super) fn to_name(&self, source: &Standing, asked: &Asked<'_>) -> Answer {
        match self.server(source) {
            Server::Amazon => self.by_resolver(source, source.vpc, false, asked, CHAIN),
            Server::Off(vpc) => {
                let answer = self.by_resolver(source, source.vpc, false, asked, CHAIN);
                answer.stopped(self.switched_off(vpc, words::dns_support_off))
            }
            Server::Others(vpc) => self.by_others(source, vpc, asked),
        }
    }

    /// What stops a function that looks a resource up by its name.
    pub(super) fn looked_up(&self, source: &Standing, workload: &Workload, answer: Answer) -> Answer {
        let has_name = match workload.kind {
            WorkloadKind::DatabaseInstance
            | WorkloadKind::DatabaseCluster
            | WorkloadKind::DatabaseProxy
            | WorkloadKind::Cache
            | WorkloadKind::MemoryDb
            | WorkloadKind::SearchDomain
            | WorkloadKind::Redshift
            | WorkloadKind::KafkaCluster
            | WorkloadKind::Broker
            | WorkloadKind::LoadBalancer => true,
            // These are called by their addresses, or by nobody.
            WorkloadKind::Instance
            | WorkloadKind::EcsService
            | WorkloadKind::NetworkInterface
            | WorkloadKind::FileSystem
            | WorkloadKind::Function
            | WorkloadKind::Poller
            | WorkloadKind::CapacityProvider
            | WorkloadKind::ResolverEndpoint => false,
        };
        if !has_name {
            return answer;
        }
        match self.server(source) {
            Server::Amazon => answer,
            Server::Off(vpc) => answer.stopped(self.switched_off(vpc, words::dns_support_off)),
            Server::Others(vpc) => match self.ways_to_servers(source, vpc) {
                Err(blockers) => blockers.into_iter().fold(answer, Answer::stopped),
                Ok(_) => answer,
            },
        }
    }

    fn server(&self, source: &Standing) -> Server {
        let Some(at) = source.vpc else { return Server::Amazon };
        let vpc = &self.network.vpcs[at.0];
        if vpc.amazon_dns.known() == Some(&false) {
            return Server::Others(at);
        }
        if vpc.dns_support.known() == Some(&false) { Server::Off(at) } else { Server::Amazon }
    }

    pub(super) fn switched_off(&self, vpc: VpcIndex, why: impl Fn(&Vpc) -> Phrase) -> Blocker {
        let of = &self.network.vpcs[vpc.0];
        let obstacle = Some(Box::new(Obstacle::of_name(Hindrance::VpcDns { vpc }, self.goal)));
        let (id, message) = (of.name.to_string(), why(of));
        blocker(Code::VPCHECK_DNS_DISABLED, id, message, of.at, obstacle)
    }

    /// What Amazon's resolver of a VPC answers.
    fn by_resolver(
        &self,
        source: &Standing,
        vpc: Option<VpcIndex>,
        inbound: bool,
        asked: &Asked<'_>,
        chain: u8,
    ) -> Answer {
        let Some(chain) = chain.checked_sub(1) else { return missed(Missing::TooManyCases) };
        let network = self.network;
        let unknown = network.subnets[source.subnet.0].vpc.get().err().cloned();
        let unknown = unknown.unwrap_or(Missing::NotFollowed(Topic::Dns));
        let view = Viewpoint { vpc, unknown: &unknown, inbound };
        let mut answer: Option<Answer> = None;
        let mut doubts: Vec<(Answer, Missing)> = Vec::new();
        for (by, doubt) in answering(network, view, asked) {
            let found = match by {
                By::Endpoint(at) => self.by_endpoint(source, asked, &network.endpoints[at.0]),
                By::Zone(at) => self.by_zone(source, vpc, asked, &network.zones[at.0], chain),
                By::Rule(at) => self.by_rule(source, asked, &network.resolver_rules[at.0]),
            };
            match doubt {
                None => answer = Some(found),
                Some(missing) => doubts.push((found, missing)),
            }
        }
        let mut answer = answer.unwrap_or_else(|| match self.elsewhere(view, asked) {
            Some(zone) => self.by_zone_elsewhere(source, view, asked, zone, chain),
            None => self.publicly(source, asked),
        });
        for (other, missing) in doubts {
            answer = other.unless(answer, &missing);
        }
        answer
    }

    /// A private zone that has the name, but that the asker's VPC does not see, where nothing public can be meant.
    fn elsewhere(&self, view: Viewpoint<'_>, asked: &Asked<'_>) -> Option<HostedZoneIndex> {
        let host = asked.host.as_deref().filter(|_| asked.service.is_none())?;
        let zones = || self.network.zones.iter().enumerate();
        let has = |zone: &HostedZone| zone.domain.known().is_none_or(|domain| is_within(host, domain));
        // A zone of which less is known may be the public one.
        if zones().any(|(_, zone)| zone.private.known() != Some(&true) && has(zone)) {
            return None;
        }
        let (at, _) = zones().find(|(at, zone)| {
            zone.domain.known().is_some_and(|domain| is_within(host, domain))
                && (is_never_public(host) || !zone.answering(host).is_empty())
                && is_elsewhere(self.network, HostedZoneIndex(*at), view)
        })?;
        Some(HostedZoneIndex(at))
    }

    fn by_zone_elsewhere(
        &self,
        source: &Standing,
        view: Viewpoint<'_>,
        asked: &Asked<'_>,
        at: HostedZoneIndex,
        chain: u8,
    ) -> Answer {
        let zone = &self.network.zones[at.0];
        let answer = self.by_zone(source, view.vpc, asked, zone, chain);
        let Some(vpc) = view.vpc else { return answer };
        let of = &self.network.vpcs[vpc.0].name;
        let by = Hindrance::Zone { zone: at, vpc };
        let obstacle = Some(Box::new(Obstacle::of_name(by, self.goal)));
        let message = words::zone_elsewhere(asked.words(), zone, of);
        let code = Code::VPCHECK_ZONE_NOT_ASSOCIATED;
        answer.stopped(blocker(code, zone.name.to_string(), message, zone.vpcs_at.or(zone.at), obstacle))
    }

    /// What the public DNS answers.
    fn publicly(&self, source: &Standing, asked: &Asked<'_>) -> Answer {
        if let Some(service) = asked.service {
            return self.unless_other_endpoint(source, service);
        }
        let host = asked.words();
        if let Some(nets) = self.addresses.get(host) {
            return self.to_given(source, nets);
        }
        // The name of an internal load balancer is public, its addresses are not.
        if is_never_public(host) || host.starts_with("internal-") && host.contains(".elb.") {
            return unanswered(host, Action::Unknown, words::never_public(host));
        }
        let answer = self.to_public_host(source, host);
        let answer = self.or_by_endpoint(source, host, answer);
        if !may_be_of_s3(host, self.network.region.as_deref()) {
            return answer;
        }
        let by_service = self.to_public_service(source, "s3", host);
        answer.unless(by_service, &Missing::HostAddress(host.to_owned()))
    }

    /// AWS says that private DNS answers a service's default name, and of the name for both versions of IP it says nothing.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html>
    fn or_by_endpoint(&self, source: &Standing, host: &str, answer: Answer) -> Answer {
        let Some(name) = host.strip_suffix(".api.aws") else { return answer };
        let name = format!("{name}.amazonaws.com");
        let own = self.network.region.as_deref();
        let of_region = |region: Option<&str>| region.is_some() && own.is_none_or(|own| region == Some(own));
        let Some(service) = crate::services::of_host(&name).filter(|found| of_region(found.region)) else {
            return answer;
        };
        let asked = Asked::service(self.network, &service.suffix);
        let missing = Missing::Undocumented(Topic::DualStackNames);
        let view = Viewpoint { vpc: source.vpc, unknown: &missing, inbound: false };
        let by = answering(self.network, view, &asked);
        let endpoint = by.into_iter().find_map(|(by, _)| match by {
            By::Endpoint(at) => Some(at),
            By::Zone(_) | By::Rule(_) => None,
        });
        match endpoint {
            Some(at) => {
                let other = self.by_endpoint(source, &asked, &self.network.endpoints[at.0]);
                answer.unless(other, &missing)
            }
            None => answer,
        }
    }

    /// A host somewhere in the internet.
    fn to_public_host(&self, source: &Standing, host: &str) -> Answer {
        let open = Some(Missing::HostAddress(host.to_owned()));
        let addresses = Addresses { ranges: Ranges::public_addresses(), open, belongs: Belongs::Internet };
        let answer = self.to_all(source, &[plain(addresses)], &self.ports(&[]));
        let mut answer = self.or_by_ipv6(source, answer, Some(host));
        answer.assumptions.push(words::taken_as_public(host));
        answer.after(resolved(host, words::answered_publicly(host), None))
    }

    /// What a hosted zone answers.
    fn by_zone(
        &self,
        source: &Standing,
        vpc: Option<VpcIndex>,
        asked: &Asked<'_>,
        zone: &HostedZone,
        chain: u8,
    ) -> Answer {
        let host = asked.words();
        let answer = match self.addresses.get(host).filter(|_| asked.service.is_none()) {
            Some(nets) => self.to_given(source, nets),
            None => self.by_records(source, vpc, asked, zone, chain),
        };
        // Private zones are seen in VPCs with both attributes only.
        let off = vpc.filter(|vpc| self.network.vpcs[vpc.0].dns_hostnames.known() == Some(&false));
        match off.filter(|_| zone.private.known() == Some(&true)) {
            Some(vpc) => answer.stopped(self.switched_off(vpc, |vpc| words::zone_needs_hostnames(zone, vpc))),
            None => answer,
        }
    }

    fn by_records(
        &self,
        source: &Standing,
        vpc: Option<VpcIndex>,
        asked: &Asked<'_>,
        zone: &HostedZone,
        chain: u8,
    ) -> Answer {
        let host = asked.words();
        let records = zone.answering(host);
        let Some(first) = records.first() else { return no_record(asked, zone) };
        let is_ipv6 = |kind: &Fact<String>| kind.known().is_some_and(|kind| kind == "AAAA");
        let (mut joined, mut rest): (Option<Answer>, Option<Missing>) = (None, None);
        // Who has both tries both; what is said of version 4 counts.
        let only_ipv6 = records.iter().all(|record| is_ipv6(&record.kind));
        for record in records.iter().filter(|record| only_ipv6 || !is_ipv6(&record.kind)) {
            rest = rest.or_else(|| record.targets.rest.clone());
            for target in &record.targets.items {
                let one = self.by_target(source, vpc, target, chain);
                joined = Some(match joined {
                    Some(before) => before.or(one, Difference::Placement),
                    None => one,
                });
            }
        }
        let answer = match (joined, rest) {
            (Some(answer), None) => answer,
            (Some(answer), Some(missing)) => answer.unless(missed(missing.clone()), &missing),
            (None, missing) => missed(missing.unwrap_or(Missing::NotFollowed(Topic::Dns))),
        };
        answer.after(resolved(
            host,
            words::answered_by_record(host, zone, &first.targets, self.network),
            first.at,
        ))
    }

    /// Where a record leads.
    fn by_target(
        &self,
        source: &Standing,
        vpc: Option<VpcIndex>,
        target: &RecordTarget,
        chain: u8,
    ) -> Answer {
        match target {
            RecordTarget::Address(address) => self.to_numbers(source, &[Ipv4Net::from(*address)]),
            RecordTarget::Endpoint(at) => self.to_endpoint(source, &self.network.endpoints[at.0], None),
            RecordTarget::Workload(name) => self.to_resource(source, &name.to_string()),
            RecordTarget::Host(host) if host.contains(':') => match host.parse::<std::net::Ipv6Addr>() {
                Ok(address) => self.to_ipv6_numbers(source, address.into()),
                Err(_) => missed(Missing::HostAddress(host.clone())),
            },
            RecordTarget::Host(host) => match crate::services::of_host(host) {
                Some(service)
                    if service.region.is_none_or(|region| self.network.region.as_deref() == Some(region)) =>
                {
                    let asked = Asked::service(self.network, &service.suffix);
                    self.by_resolver(source, vpc, false, &asked, chain)
                }
                _ => self.by_resolver(source, vpc, false, &Asked::host(host), chain),
            },
        }
    }

    /// A rule has servers outside asked: the outbound endpoint needs a way to them.
    fn by_rule(&self, source: &Standing, asked: &Asked<'_>, rule: &ResolverRule) -> Answer {
        let host = asked.words();
        let given = self.addresses.get(host).filter(|_| asked.service.is_none());
        let mut answer = match given {
            Some(nets) => self.to_given(source, nets),
            None => missed(Missing::HostAddress(host.to_owned())),
        };
        let mut ways: Option<Answer> = None;
        let endpoint = rule.endpoint.map(|at| &self.network.workloads[at.0]);
        for subnet in endpoint.into_iter().flat_map(|endpoint| &endpoint.subnets.items) {
            let Some(endpoint) = endpoint else { continue };
            let from = standing(self.network, endpoint, *subnet);
            for (address, port) in &rule.servers.items {
                let way = self.way_to_server(&from, *address, *port, Protocol::UDP);
                ways = Some(match ways {
                    Some(before) => before.or(way, Difference::Placement),
                    None => way,
                });
            }
        }
        if let Some(ways) = ways {
            let ways = ways.settled();
            match ways.verdict() {
                Verdict::Blocked => {
                    for blocker in ways.blockers.iter().take(1) {
                        answer =
                            answer.stopped(unasked(rule.domain_in_words(), blocker, words::not_forwarded));
                    }
                }
                // Another server, or another interface, is asked then.
                Verdict::Partial | Verdict::Reachable => {}
                Verdict::Unknown => {
                    for missing in ways.missing {
                        answer = answer.unless(missed(missing.clone()), &missing);
                    }
                }
            }
        }
        let detail = words::forwarded(host, rule, endpoint.map(|endpoint| &endpoint.name));
        answer.after(resolved(host, detail, rule.at))
    }

    /// The way of a query to a name server.
    fn way_to_server(&self, from: &Standing, address: Ipv4Addr, port: u16, protocol: Protocol) -> Answer {
        let goal = Goal { target: GoalTarget::Address(address), ports: Some(Ports::one(port)), protocol };
        Tracer { network: self.network, addresses: self.addresses, goal: &goal }
            .to_numbers(from, &[Ipv4Net::from(address)])
    }

    /// The servers of DHCP options that can be asked.
    ///
    /// # Errors
    /// What stops every one of them.
    fn ways_to_servers(&self, source: &Standing, vpc: VpcIndex) -> Result<Vec<Ipv4Addr>, Vec<Blocker>> {
        let servers = &self.network.vpcs[vpc.0].name_servers;
        let (mut open, mut blockers) = (Vec::new(), Vec::new());
        for address in &servers.items {
            let way = self.way_to_server(source, *address, DNS, Protocol::UDP).settled();
            match way.blockers.first() {
                Some(first) if way.verdict() == Verdict::Blocked => {
                    blockers.push(unasked(&address.to_string(), first, words::server_unreachable));
                }
                _ => open.push(*address),
            }
        }
        if open.is_empty() && !blockers.is_empty() && servers.rest.is_none() {
            Err(blockers)
        } else {
            Ok(open)
        }
    }

    /// What servers of one's own answer: what they know of private names is theirs to tell.
    fn by_others(&self, source: &Standing, vpc: VpcIndex, asked: &Asked<'_>) -> Answer {
        let open = match self.ways_to_servers(source, vpc) {
            Ok(open) => open,
            Err(blockers) => {
                let answer = self.by_resolver(source, source.vpc, false, asked, CHAIN);
                return blockers.into_iter().rev().fold(answer, Answer::stopped);
            }
        };
        let own = &self.network.vpcs[vpc.0];
        let mut joined: Option<Answer> = None;
        let mut add = |one: Answer| {
            joined = Some(match joined.take() {
                Some(before) => before.or(one, Difference::Placement),
                None => one,
            });
        };
        for address in &open {
            add(self.by_server(source, *address, asked));
        }
        if own.name_servers.rest.is_some() || open.is_empty() {
            add(self.by_stranger(source, asked));
        }
        let answer = joined.unwrap_or_else(|| missed(Missing::NotFollowed(Topic::Dns)));
        let large = open.iter().any(|address| {
            self.way_to_server(source, *address, DNS, Protocol::TCP).settled().verdict() == Verdict::Blocked
        });
        let mut answer = answer.after(resolved(asked.words(), words::asks_others(own), own.name_servers_at));
        if large {
            answer.assumptions.push(words::answers_are_short());
        }
        answer
    }

    fn by_server(&self, source: &Standing, address: Ipv4Addr, asked: &Asked<'_>) -> Answer {
        let inbound = self.network.resolver_endpoints.iter().find(|endpoint| {
            endpoint.addresses.items.contains(&address)
                && endpoint.direction.known() == Some(&ResolverDirection::Inbound)
        });
        if let Some(inbound) = inbound {
            let vpc = self.network.workloads[inbound.workload.0].vpc;
            return self.by_resolver(source, vpc, true, asked, CHAIN);
        }
        let number = number_of(address);
        if Ranges::public_addresses().contains_all(&Ranges::between(number, number)) {
            return self.publicly(source, asked);
        }
        self.by_stranger(source, asked)
    }

    /// A server that may pass on what it is asked to Amazon's resolver, or not.
    fn by_stranger(&self, source: &Standing, asked: &Asked<'_>) -> Answer {
        let missing = Missing::NotFollowed(Topic::Dns);
        let by_amazon = self.by_resolver(source, source.vpc, false, asked, CHAIN);
        by_amazon.unless(self.publicly(source, asked), &missing)
    }
}

/// Whether a name is one of S3 that private DNS does not answer, and that may have the addresses of the service in this
/// region, which a gateway endpoint carries: those for both versions of IP, which AWS does not say to work by endpoints,
/// and the global ones, whose bucket may be of any region.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>
fn may_be_of_s3(host: &str, region: Option<&str>) -> bool {
    let Some(before) = host.strip_suffix(".amazonaws.com") else { return false };
    let is_s3 = |name: &str| name.rsplit('.').next() == Some("s3");
    let regional =
        before.rsplit_once('.').and_then(|(before, of)| Some((before.strip_suffix(".dualstack")?, of)));
    match regional {
        Some((before, of)) => is_s3(before) && region.is_none_or(|region| region == of),
        None => is_s3(before),
    }
}

fn resolved(host: &str, detail: Phrase, at: Option<crate::network::Place>) -> Hop {
    hop(host, Action::Resolve, detail, at)
}

fn hop(host: &str, action: Action, detail: Phrase, at: Option<crate::network::Place>) -> Hop {
    Hop { direction: Direction::Out, component: Component::Resolver, id: host.to_owned(), action, detail, at }
}

/// Nobody knows here what the name is answered with.
fn unanswered(host: &str, action: Action, detail: Phrase) -> Answer {
    missed(Missing::HostAddress(host.to_owned())).after(hop(host, action, detail, None))
}

/// A server that cannot be asked, for the reason of another blocker; what mends that one mends it.
fn unasked(server: &str, why: &Blocker, words: impl Fn(&str, &Phrase) -> Phrase) -> Blocker {
    let message = words(server, &why.message);
    let code = Code::VPCHECK_NAME_SERVER_UNREACHABLE;
    blocker(code, server.to_owned(), message, why.at, why.obstacle.clone())
}

fn blocker(
    code: Code,
    id: String,
    message: Phrase,
    at: Option<crate::network::Place>,
    obstacle: Option<Box<Obstacle>>,
) -> Blocker {
    let (direction, component) = (Direction::Out, Component::Resolver);
    Blocker { code, direction, component, id, of: None, message, at, obstacle }
}

/// A private zone goes before the public DNS even where it has no record. Records of hosts are often written by
/// others; those of AWS's names hardly are.
fn no_record(asked: &Asked<'_>, zone: &HostedZone) -> Answer {
    let host = asked.words();
    let message = words::no_record(host, zone);
    if asked.service.is_none() || zone.records.rest.is_some() {
        return unanswered(host, Action::Unknown, message);
    }
    let code = Code::VPCHECK_NO_RECORD;
    let by = blocker(code, zone.name.to_string(), message, zone.at, None);
    Answer::from(Report::default()).stopped(by)
}
