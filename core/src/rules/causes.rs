//! Why functions do not reach what they must: every blocker of every answer belongs to one cause, and every cause to
//! one rule.
//!
//! A blocker is claimed for a fault ("the egress of this group", "this NAT gateway") in the name of a rule. Claims of one
//! fault are one cause. Where they name several rules, the first of [`ORDER`] reports it and carries what else follows
//! from it. Ways that work, but by a NAT gateway where an endpoint is the better one, are claimed alike.

mod claims;

use std::collections::HashSet;

pub(super) use claims::on_the_way;

use claims::{Way, table_of};

use super::reach::{Reached, goal_words, sender};
use super::subject::in_template;
use super::{
    Subject, blackhole_route, egress_blocks_endpoint, egress_blocks_gateway_endpoint,
    endpoint_group_blocks_443, endpoint_policy_denies, file_system_without_mount_target,
    function_in_public_subnet, gateway_endpoint_not_routed, internet_gateway_not_attached,
    joined_globals_vpc_config, missing_endpoint, nat_for_gateway_service, nat_in_private_subnet,
    partially_reachable_destination, private_dns_disabled, private_zone_not_associated,
    private_zone_shadows_service, resolver_rule_not_associated, subnet_without_route_table,
    unreachable_destination, vpc_dns_disabled,
};
use crate::cost::{Band, Usd};
use crate::demands::{Confidence, DemandSource};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::network::{EndpointIndex, EndpointKind, Name, Network, Place, SubnetIndex};
use crate::paths::{Blocker, Code, Component, Goal, GoalTarget, Hop, Verdict, vpc_of};
use crate::phrase;
use crate::suggest::Need;
use crate::template::Guard;
use crate::text::Span;

/// Who reports a cause that several rules see: the first.
const ORDER: [RuleId; 19] = [
    nat_in_private_subnet::ID,
    internet_gateway_not_attached::ID,
    function_in_public_subnet::ID,
    endpoint_group_blocks_443::ID,
    egress_blocks_gateway_endpoint::ID,
    egress_blocks_endpoint::ID,
    gateway_endpoint_not_routed::ID,
    endpoint_policy_denies::ID,
    vpc_dns_disabled::ID,
    private_dns_disabled::ID,
    private_zone_not_associated::ID,
    private_zone_shadows_service::ID,
    nat_for_gateway_service::ID,
    missing_endpoint::ID,
    blackhole_route::ID,
    subnet_without_route_table::ID,
    joined_globals_vpc_config::ID,
    unreachable_destination::ID,
    partially_reachable_destination::ID,
];

/// The port of HTTPS, on which endpoints answer.
pub(super) const HTTPS: u16 = 443;

/// What is wrong, or could be better.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// A NAT gateway has no way out.
    Nat(String),
    /// Nothing attaches an internet gateway.
    Gateway(String),
    /// A function is in a public subnet.
    PublicSubnet(String),
    /// The groups of endpoints do not let callers in.
    Ingress(Vec<Name>),
    /// The groups of functions do not let calls out.
    Egress(Vec<Name>),
    /// A gateway endpoint is not on a table.
    NotRouted(Name),
    /// A VPC has no endpoint for what is called in it.
    NoEndpoint(Name),
    /// A NAT gateway carries what a gateway endpoint would carry for nothing.
    NatForGateway(Name, String),
    /// A NAT gateway carries what endpoints could.
    NatForEndpoints(Name),
    /// The DNS attributes of a VPC are off.
    VpcDns(Name),
    /// An endpoint has no private DNS, so that nobody finds it.
    NoPrivateDns(Name),
    /// A VPC is not associated with the zone that a name is in.
    ZoneElsewhere(Name, Name),
    /// A private zone takes the names of services away.
    Shadow(Name),
    /// The policy of an endpoint lets nothing through.
    Policy(Name),
    /// A route leads nowhere.
    Route(Place),
    /// A subnet has no table of its own.
    NoTable(Name),
    /// SAM adds subnets to those that a function names.
    Joined(String),
    /// Whatever else stops a function.
    Other { function: String, verdict: Verdict, by: Vec<(Code, Component, String, Option<Place>)> },
}

/// What follows from a fault for one demand.
#[derive(Clone, Debug)]
pub(crate) struct Effect {
    /// Position in [`Subject::answers`].
    pub(crate) answer: usize,
    /// From which subnet.
    pub(crate) subnet: Option<SubnetIndex>,
    /// What stops it; nothing where a NAT gateway carries it.
    pub(crate) blocker: Option<Blocker>,
    /// The endpoint that is or could be used.
    pub(crate) endpoint: Option<EndpointIndex>,
}

/// A fault, the rule that tells it, and what follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) rule: RuleId,
    pub(crate) fault: Fault,
    pub(crate) effects: Vec<Effect>,
    pub(crate) situations: Vec<Guard>,
}

struct Claim {
    rule: RuleId,
    /// Nothing where no rule but those of destinations sees a fault.
    fault: Option<Fault>,
    effect: Effect,
}

/// Every cause, in the order of the functions.
pub(crate) fn causes(subject: &Subject<'_, '_>) -> Vec<Cause> {
    let mut claims: Vec<Claim> = Vec::new();
    for (at, answer) in subject.answers().iter().enumerate() {
        if answer.demand.forbidden || matches!(answer.sum.verdict, Verdict::Unknown) {
            continue;
        }
        let Some(situated) = subject.networks.get(answer.network) else { continue };
        let network = &situated.network;
        let Some(function) = network.workload(&answer.function).and_then(|own| network.workloads.get(own.0))
        else {
            continue;
        };
        // Told by a rule of its own; where the name leads once it is forwarded, nobody knows.
        if resolver_rule_not_associated::would_forward(network, &answer.demand.goal.target) {
            continue;
        }
        // Over IP version 6, which is not followed, there may be another way.
        if goes_outside(&answer.demand.goal.target)
            && function_in_public_subnet::allows_ipv6(subject.template, &answer.function)
        {
            continue;
        }
        for (number, trace) in answer.traces.iter().enumerate() {
            let subnet = function.subnets.items.get(number).copied();
            // A missing mount target has a rule of its own.
            if let GoalTarget::Resource(id) = &answer.demand.goal.target
                && file_system_without_mount_target::is_told(subject, situated, function, subnet, id)
            {
                continue;
            }
            let vpc = subnet.and_then(|subnet| vpc_of(network, function, subnet));
            Way { subject, network, answer, at, function, subnet, vpc }.claims(trace, &mut claims);
        }
    }
    egress_without_endpoints(&mut claims);
    endpoints_of_subnets_without_table(subject, &mut claims);
    subnets_of_globals(subject, &mut claims);
    joined(subject, claims)
}

fn goes_outside(target: &GoalTarget) -> bool {
    matches!(target, GoalTarget::Service(_) | GoalTarget::Internet | GoalTarget::Host(_))
}

/// What the egress of a group stops is one cause where an endpoint is among it; else it is told by destination.
fn egress_without_endpoints(claims: &mut [Claim]) {
    let of_endpoints: Vec<Fault> = claims
        .iter()
        .filter(|claim| {
            [egress_blocks_gateway_endpoint::ID, egress_blocks_endpoint::ID].contains(&claim.rule)
        })
        .filter_map(|claim| claim.fault.clone())
        .collect();
    for claim in claims {
        let is_egress = matches!(claim.fault, Some(Fault::Egress(_)));
        if is_egress && !claim.fault.as_ref().is_some_and(|fault| of_endpoints.contains(fault)) {
            claim.fault = None;
        }
    }
}

/// A subnet that lacks its table lacks the gateway endpoints on it too: one cause, where the function's other subnets
/// have the endpoint.
fn endpoints_of_subnets_without_table(subject: &Subject<'_, '_>, claims: &mut [Claim]) {
    let place = |claim: &Claim| {
        let answer = subject.answers().get(claim.effect.answer)?;
        Some((answer, claim.effect.subnet?))
    };
    let mut bare: Vec<(usize, SubnetIndex, Fault)> = Vec::new();
    for claim in claims.iter() {
        if let (Some(fault @ Fault::NoTable(_)), Some((answer, subnet))) = (&claim.fault, place(claim)) {
            bare = with(bare, (answer.network, subnet, fault.clone()));
        }
    }
    for claim in claims {
        let (Some(Fault::NotRouted(_)), Some((answer, own))) = (&claim.fault, place(claim)) else { continue };
        let known = bare.iter().find(|(at, subnet, _)| *at == answer.network && *subnet == own);
        if let Some((_, _, fault)) = known
            && let Some(endpoint) = claim.effect.endpoint
            && is_on_another(subject, answer, own, endpoint)
        {
            (claim.rule, claim.fault) = (subnet_without_route_table::ID, Some(fault.clone()));
        }
    }
}

/// Where a function reaches a destination from all subnets that it names itself, those that SAM adds are at fault.
fn subnets_of_globals(subject: &Subject<'_, '_>, claims: &mut [Claim]) {
    for claim in claims.iter_mut().filter(|claim| claim.fault.is_none()) {
        let Some(answer) = subject.answers().get(claim.effect.answer) else { continue };
        let network = subject.networks.get(answer.network).map(|one| &one.network);
        let function = network.and_then(|network| {
            Some((network, network.workloads.get(network.workload(&answer.function)?.0)?))
        });
        let Some((network, function)) = function else { continue };
        let is_added = |at: SubnetIndex| {
            let subnet = network.subnets.get(at.0);
            subnet.is_some_and(|own| {
                joined_globals_vpc_config::is_subnet_of_globals(subject.template, &answer.function, &own.name)
            })
        };
        let own = function.subnets.items.iter().zip(&answer.traces).filter(|(at, _)| !is_added(**at));
        let verdicts: Vec<Verdict> = own.map(|(_, trace)| trace.verdict).collect();
        if claim.effect.subnet.is_some_and(is_added)
            && !verdicts.is_empty()
            && verdicts.iter().all(|verdict| *verdict == Verdict::Reachable)
        {
            claim.rule = joined_globals_vpc_config::ID;
            claim.fault = Some(Fault::Joined(answer.function.clone()));
        }
    }
}

/// Whether a gateway endpoint is on the table of another subnet of the function.
fn is_on_another(
    subject: &Subject<'_, '_>,
    answer: &Reached,
    own: SubnetIndex,
    endpoint: EndpointIndex,
) -> bool {
    let Some(network) = subject.networks.get(answer.network).map(|one| &one.network) else { return false };
    let function = network.workload(&answer.function).and_then(|at| network.workloads.get(at.0));
    let Some(EndpointKind::Gateway { tables }) = network.endpoints.get(endpoint.0).map(|one| &one.kind)
    else {
        return false;
    };
    let is_on = |subnet: &SubnetIndex| {
        *subnet != own && table_of(network, *subnet).is_some_and(|(table, _)| tables.items.contains(&table))
    };
    function.is_some_and(|function| function.subnets.items.iter().any(is_on))
}

fn joined(subject: &Subject<'_, '_>, claims: Vec<Claim>) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    let mut add = |rule: RuleId, fault: Fault, effects: Vec<Effect>, situation: Guard| {
        let rank = |rule: RuleId| ORDER.iter().position(|own| *own == rule);
        match causes.iter_mut().find(|cause| cause.fault == fault) {
            Some(cause) => {
                if rank(rule) < rank(cause.rule) {
                    cause.rule = rule;
                }
                cause.effects.extend(effects);
                if !cause.situations.contains(&situation) {
                    cause.situations.push(situation);
                }
            }
            None => causes.push(Cause { rule, fault, effects, situations: vec![situation] }),
        }
    };
    let mut claims = claims.into_iter().peekable();
    while let Some(at) = claims.peek().map(|claim| claim.effect.answer) {
        let Some(answer) = subject.answers().get(at) else { break };
        // What is left of an answer is one fault.
        let (mut by, mut left) = (Vec::new(), Vec::new());
        while let Some(claim) = claims.next_if(|claim| claim.effect.answer == at) {
            match (claim.fault, &claim.effect.blocker) {
                (Some(fault), _) => add(claim.rule, fault, vec![claim.effect], answer.situation),
                (None, Some(blocker)) => {
                    let key = (blocker.code, blocker.component, blocker.id.clone(), blocker.at);
                    if !by.contains(&key) {
                        by.push(key);
                        left.push(claim.effect);
                    }
                }
                (None, None) => {}
            }
        }
        if !left.is_empty() {
            let (function, verdict) = (answer.function.clone(), answer.sum.verdict);
            let fault = Fault::Other { function, verdict, by };
            add(by_destination(verdict), fault, left, answer.situation);
        }
    }
    causes
}

/// The rule that tells what no other does.
fn by_destination(verdict: Verdict) -> RuleId {
    if verdict == Verdict::Partial {
        partially_reachable_destination::ID
    } else {
        unreachable_destination::ID
    }
}

impl Cause {
    /// The causes that a rule tells.
    pub(crate) fn of<'a>(subject: &'a Subject<'_, '_>, rule: RuleId) -> impl Iterator<Item = &'a Cause> {
        subject.causes().iter().filter(move |cause| cause.rule == rule)
    }

    /// The cause that is a fault, if it has effects.
    pub(crate) fn by<'a>(subject: &'a Subject<'_, '_>, fault: &Fault) -> Option<&'a Cause> {
        subject.causes().iter().find(|cause| cause.fault == *fault)
    }

    /// An error where a certain demand has no way left, a warning where a likely one has none; where all ways work, a
    /// warning or what the rule is at worst.
    pub(crate) fn severity(&self, subject: &Subject<'_, '_>, worst: Severity) -> Severity {
        let stopped = self.effects.iter().filter(|effect| effect.blocker.is_some());
        let certain = stopped
            .filter_map(|effect| subject.answers().get(effect.answer))
            .map(|answer| answer.demand.confidence == Confidence::Certain)
            .max();
        match certain {
            Some(true) => Severity::Error,
            Some(false) => Severity::Warning,
            None => worst.min(Severity::Warning),
        }
    }

    /// The answers that it has effects on, each once.
    pub(crate) fn answers<'a>(&self, subject: &'a Subject<'_, '_>) -> Vec<&'a Reached> {
        let mut known: HashSet<(&str, &Goal)> = HashSet::new();
        let answers = self.effects.iter().filter_map(|effect| subject.answers().get(effect.answer));
        answers.filter(|answer| known.insert((&answer.function, &answer.demand.goal))).collect()
    }

    /// The functions that it has effects on.
    pub(crate) fn functions(&self, subject: &Subject<'_, '_>) -> Vec<String> {
        let names = self.answers(subject).into_iter().map(|answer| answer.function.clone());
        names.fold(Vec::new(), with)
    }

    /// The same as people read them, in both languages.
    pub(crate) fn senders(&self, subject: &Subject<'_, '_>) -> Vec<(String, String)> {
        let senders = self.answers(subject).into_iter().map(|answer| sender(&answer.demand.source));
        senders.fold(Vec::new(), with)
    }

    /// The services that it has effects on.
    pub(crate) fn services(&self, subject: &Subject<'_, '_>) -> Vec<String> {
        let of = |answer: &Reached| match &answer.demand.goal.target {
            GoalTarget::Service(service) => Some(service.clone()),
            _ => None,
        };
        self.answers(subject).into_iter().filter_map(of).fold(Vec::new(), with)
    }

    /// The services that it keeps from whom, by the position of the network.
    pub(crate) fn needs(&self, subject: &Subject<'_, '_>) -> Vec<(usize, Vec<Need>)> {
        let mut found: Vec<(usize, Vec<Need>)> = Vec::new();
        for answer in self.effects.iter().filter_map(|effect| subject.answers().get(effect.answer)) {
            let network = subject.networks.get(answer.network).map(|one| &one.network);
            let from = network.and_then(|network| network.workload(&answer.function));
            let (GoalTarget::Service(service), Some(from)) = (&answer.demand.goal.target, from) else {
                continue;
            };
            let need = Need { service: service.clone(), from };
            match found.iter_mut().find(|(at, _)| *at == answer.network) {
                Some((_, needs)) if needs.contains(&need) => {}
                Some((_, needs)) => needs.push(need),
                None => found.push((answer.network, vec![need])),
            }
        }
        found
    }

    /// What the calls of its functions to services cost on their way through NAT gateways.
    pub(crate) fn costs_of_nat(&self, subject: &Subject<'_, '_>, services: &[String]) -> Option<Band<Usd>> {
        let functions = self.functions(subject);
        subject.costs(&self.situations, &|parts| {
            parts.by_traffic(&|flow, meter| {
                functions.contains(&flow.function)
                    && services.contains(&flow.destination)
                    && flow.is_by_nat(meter)
            })
        })
    }

    /// What `name` gives for each effect in its network, each once.
    pub(crate) fn each<T: PartialEq>(
        &self,
        subject: &Subject<'_, '_>,
        name: impl Fn(&Network, &Effect) -> Option<T>,
    ) -> Vec<T> {
        let of = |effect: &Effect| {
            let answer = subject.answers().get(effect.answer)?;
            name(&subject.networks.get(answer.network)?.network, effect)
        };
        self.effects.iter().filter_map(of).fold(Vec::new(), with)
    }

    /// The endpoints that are or could be used, and the groups of interface endpoints.
    pub(crate) fn endpoints(&self, subject: &Subject<'_, '_>) -> Vec<(Name, Vec<Name>)> {
        self.each(subject, |network, effect| {
            let endpoint = network.endpoints.get(effect.endpoint?.0)?;
            let groups = match &endpoint.kind {
                EndpointKind::Interface { groups, .. } => {
                    let groups = groups.items.iter().filter_map(|group| network.groups.get(group.0));
                    groups.map(|group| group.name.clone()).collect()
                }
                EndpointKind::Gateway { .. } => Vec::new(),
            };
            Some((endpoint.name.clone(), groups))
        })
    }

    /// One way that it stops, hop by hop; none where all ways work.
    pub(crate) fn path(&self, subject: &Subject<'_, '_>) -> Vec<Hop> {
        let stopped = |effect: &Effect| {
            let blocker = effect.blocker.as_ref()?;
            let traces = subject.answers().get(effect.answer)?.traces.iter();
            let way =
                traces.filter(|trace| trace.blockers.contains(blocker)).find(|way| !way.hops.is_empty())?;
            Some(way.hops.clone())
        };
        let mut hops = self.effects.iter().find_map(stopped).unwrap_or_default();
        for hop in &mut hops {
            hop.at = in_template(hop.at).map(Place::in_template);
        }
        hops
    }

    /// Completes a finding: whom it is about, in which situations, and what follows from it, at the evidence.
    pub(crate) fn told(&self, subject: &Subject<'_, '_>, finding: Finding) -> Finding {
        let mut finding = self.with_effects(subject, finding);
        if let [function] = &*self.functions(subject) {
            let is_one =
                subject.template.resource(function).is_some_and(|one| one.kind == "AWS::Lambda::Function");
            finding.function = is_one.then(|| function.clone());
        }
        finding.only_where(subject.only_where(&self.situations))
    }

    /// A label for each function: what it cannot reach therefore, or reaches in part, or by a NAT gateway.
    pub(crate) fn with_effects(&self, subject: &Subject<'_, '_>, mut finding: Finding) -> Finding {
        let mut told: Vec<(&DemandSource, Option<Verdict>, Vec<String>, Span)> = Vec::new();
        let blocked = self.effects.iter().filter(|effect| effect.blocker.is_some());
        let blocked = blocked.filter_map(|effect| subject.answers().get(effect.answer));
        let stopped: HashSet<(&str, &Goal)> =
            blocked.map(|answer| (answer.function.as_str(), &answer.demand.goal)).collect();
        for answer in self.answers(subject) {
            let is_stopped = stopped.contains(&(answer.function.as_str(), &answer.demand.goal));
            let verdict = is_stopped.then_some(answer.sum.verdict);
            let evidence = answer.demand.evidence.iter().find_map(|evidence| in_template(Some(evidence.at)));
            let own = subject.template.resource(&answer.function);
            let place = evidence.or_else(|| own.map(|own| subject.template.node(own.key).span()));
            let goal = goal_words(&answer.demand.goal);
            let source = &answer.demand.source;
            match told.iter_mut().find(|(of, verdict_of, ..)| *of == source && *verdict_of == verdict) {
                Some((_, _, goals, _)) => goals.push(goal),
                None => {
                    if let Some(place) = place {
                        told.push((source, verdict, vec![goal], place));
                    }
                }
            }
        }
        finding.path = self.path(subject);
        finding.callers = self.functions(subject);
        finding.callers.retain(|caller| stopped.iter().any(|(stopped, _)| stopped == caller));
        for (source, verdict, goals, place) in told {
            let (sender, sender_ja) = sender(source);
            let (goals, goals_ja) = (listed(&goals, "and"), goals.join("、"));
            let words = match verdict {
                None => phrase!(
                    en: "{sender} calls {goals}",
                    ja: "{sender_ja} が {goals_ja} を呼び出します",
                ),
                Some(Verdict::Partial) => phrase!(
                    en: "so {sender} reaches {goals} only in part",
                    ja: "そのため {sender_ja} から {goals_ja} へは一部しか届きません",
                ),
                Some(_) => phrase!(
                    en: "so {sender} cannot reach {goals}",
                    ja: "そのため {sender_ja} から {goals_ja} に届きません",
                ),
            };
            finding = finding.label(place, words);
        }
        finding
    }
}

fn with<T: PartialEq>(mut list: Vec<T>, item: T) -> Vec<T> {
    if !list.contains(&item) {
        list.push(item);
    }
    list
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(words: &[String], and: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

/// `interface endpoint` or `interface endpoints`.
pub(crate) fn interface_endpoints(names: &[Name]) -> &'static str {
    if names.len() == 1 { "interface endpoint" } else { "interface endpoints" }
}

/// The same of names, marked as code, in both languages.
pub(crate) fn marked(names: &[Name]) -> Phrase {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Phrase { en: listed(&names, "and"), ja: names.join("、") }
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::finding::Severity;
    use crate::rules::testing::findings;
    use crate::{Options, analyze};

    /// A VPC with a public subnet and two private ones, a NAT gateway, and a function that calls what it declares.
    pub(crate) fn with(reaches: &str, subnets: &str, rest: &str) -> String {
        let subnets: Vec<String> = subnets.split(' ').map(|subnet| format!("!Ref {subnet}")).collect();
        let subnets = subnets.join(", ");
        format!(
            "Parameters: {{Given: {{Type: String}}}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}}}
  Public: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  Gateway: {{Type: AWS::EC2::InternetGateway}}
  Attached: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}}}
  PublicTable: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  PublicUses: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref PublicTable, SubnetId: !Ref Public}}}}
  Out: {{Type: AWS::EC2::Route, DependsOn: Attached, Properties: {{RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}}}
  Nat: {{Type: AWS::EC2::NatGateway, DependsOn: Attached, Properties: {{SubnetId: !Ref Public, AllocationId: eipalloc-1}}}}
  TableA: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  UsesA: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref TableA, SubnetId: !Ref A}}}}
  Group: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: g, VpcId: !Ref Vpc}}}}
  EndpointGroup: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: e, VpcId: !Ref Vpc, SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}}]}}}}
  Fn: {{Type: AWS::Lambda::Function, Metadata: {{vpcheck: {{reaches: [{reaches}]}}}}, Properties: {{VpcConfig: {{SubnetIds: [{subnets}], SecurityGroupIds: [!Ref Group]}}}}}}
{rest}"
        )
    }

    pub(crate) const TABLE_B: &str = "  TableB: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  UsesB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref TableB, SubnetId: !Ref B}}\n";
    pub(crate) const BY_NAT: &str = "  Away: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref TableA, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}\n";
    pub(crate) const S3: &str = "  S3: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3', RouteTableIds: [!Ref TableA]}}\n";
    pub(crate) const SECRETS: &str = "  Secrets: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, PrivateDnsEnabled: true, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.secretsmanager', SubnetIds: [!Ref A], SecurityGroupIds: [!Ref EndpointGroup]}}\n";
    /// The function's group lets out to nothing but a database.
    pub(crate) const CLOSED: &str = "  ToDb: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}}\n";

    /// Rule and severity of everything told of ways and endpoints.
    pub(crate) fn told(text: &str) -> Vec<(&'static str, Severity)> {
        let of_ways =
            |rule: &str| super::ORDER.iter().any(|own| own.0 == rule) || rule == "mixed-subnet-egress";
        let analysis = analyze("template.yaml", text, &Options::default());
        let found = analysis.findings.iter().filter(|finding| of_ways(finding.rule.0));
        found.map(|finding| (finding.rule.0, finding.severity)).collect()
    }

    #[test]
    fn one_cause_is_told_once_by_the_first_rule_that_sees_it() {
        use Severity::{Error, Info, Warning};
        let nat_inside = with("s3, secretsmanager, internet", "A", BY_NAT)
            .replace("SubnetId: !Ref Public, Alloc", "SubnetId: !Ref A, Alloc");
        let loose = with("s3, secretsmanager", "A", BY_NAT).replace("  Attached:", "  Unused:").replace("AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}", "AWS::EC2::EIP").replace("DependsOn: Attached, ", "");
        for (text, expected) in [
            (with("internet", "A", BY_NAT), vec![]),
            (nat_inside, vec![("nat-in-private-subnet", Error)]),
            (loose, vec![("internet-gateway-not-attached", Error)]),
            (with("s3, secretsmanager", "Public", ""), vec![("function-in-public-subnet", Error)]),
            (
                with("s3, secretsmanager", "A", &format!("{BY_NAT}{S3}{SECRETS}{CLOSED}")),
                vec![("egress-blocks-gateway-endpoint", Error)],
            ),
            (
                with("secretsmanager, internet", "A", &format!("{BY_NAT}{SECRETS}{CLOSED}")),
                vec![("egress-blocks-endpoint", Error)],
            ),
            (with("internet", "A", &format!("{BY_NAT}{CLOSED}")), vec![("unreachable-destination", Error)]),
            (with("s3, secretsmanager", "A", ""), vec![("missing-endpoint", Error)]),
            (
                with("s3, secretsmanager", "A", BY_NAT),
                vec![("missing-endpoint", Info), ("nat-for-gateway-service", Warning)],
            ),
            // Different causes are told each.
            (
                with("s3, secretsmanager", "A", &format!("{S3}{CLOSED}")),
                vec![("missing-endpoint", Error), ("egress-blocks-gateway-endpoint", Error)],
            ),
            (
                with("s3, internet", "B", ""),
                vec![("missing-endpoint", Error), ("subnet-without-route-table", Error)],
            ),
            // One subnet has a way, the other no table.
            (with("secretsmanager", "A B", BY_NAT), vec![("subnet-without-route-table", Error)]),
            // What it lacks with the table follows, where the other subnet has it.
            (
                with("s3, internet", "A B", &format!("{BY_NAT}{S3}")),
                vec![("subnet-without-route-table", Error)],
            ),
            (
                with("s3, internet", "B", &format!("{BY_NAT}{S3}")),
                vec![("subnet-without-route-table", Error), ("gateway-endpoint-not-routed", Error)],
            ),
            (with("s3", "A B", S3), vec![("gateway-endpoint-not-routed", Error)]),
            (
                with("s3, internet", "A B", &format!("{BY_NAT}{S3}{TABLE_B}")),
                vec![("gateway-endpoint-not-routed", Error), ("partially-reachable-destination", Error)],
            ),
            (
                with("internet", "A B", &format!("{BY_NAT}{TABLE_B}")),
                vec![("partially-reachable-destination", Error)],
            ),
        ] {
            assert_eq!(told(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_follows_is_told_by_function() {
        let found = findings(&with("s3, secretsmanager", "Public", ""), "function-in-public-subnet");
        assert!(found[0].contains("so `Fn` cannot reach `s3` and `secretsmanager`"), "{found:?}");
    }

    #[test]
    fn permissions_alone_make_a_warning() {
        let role = "  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:*:*:secret:db-*'}]}}]}}\n";
        let text = with("", "A", role)
            .replace("Properties: {VpcConfig", "Properties: {Role: !GetAtt Role.Arn, VpcConfig");
        assert_eq!(told(&text), [("missing-endpoint", Severity::Warning)]);
    }

    #[test]
    fn what_may_have_another_way_is_left_alone() {
        let ipv6 = with("s3", "A", "").replace(
            "SecurityGroupIds: [!Ref Group]}",
            "SecurityGroupIds: [!Ref Group], Ipv6AllowedForDualStack: true}",
        );
        let given = with("s3", "A", "").replace("!Ref Vpc", "!Ref Given");
        let import = with("s3", "A", "").replace("[!Ref A]", "[!ImportValue Subnet]");
        for text in [ipv6, given, import] {
            assert_eq!(told(&text), [], "{text}");
        }
    }
}
