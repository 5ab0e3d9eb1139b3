//! Which services are called from inside of VPCs, by whom, and by which way.

use super::wanted::{Need, vpc_of_sender};
use super::{Call, EndpointPlan, ServiceUse, Today};
use crate::demands::Evidence;
use crate::language::Phrase;
use crate::network::{Missing, Network, Place, Ports, Protocol, VpcIndex, WorkloadIndex, WorkloadKind};
use crate::paths::{Goal, GoalTarget, Trace, Verdict, trace_from};
use crate::rules::egress::{Way, ways};
use crate::rules::{ECR_PARTS, Subject, pulls_from_ecr};
use crate::{phrase, services};

/// A service that is called from inside of one VPC.
pub(super) struct Use {
    pub(super) service: String,
    pub(super) vpc: Option<VpcIndex>,
    pub(super) senders: Vec<WorkloadIndex>,
    /// Those of them that have no endpoint on their way.
    lacking: Vec<WorkloadIndex>,
    at: Option<Place>,
    calls: Vec<Call>,
    pub(super) today: Today,
    through: Vec<String>,
    why: Option<Phrase>,
    pub(super) missing: Vec<Missing>,
}

/// Calls that a pull of an image makes.
const PULLS: [&str; 3] = ["ecr:getdownloadurlforlayer", "ecr:batchgetimage", "ecr:getauthorizationtoken"];

/// Every service that functions and others call in a network, in the order of the demands.
pub(super) fn uses(subject: &Subject<'_, '_>, at: usize) -> Vec<Use> {
    let mut found: Vec<Use> = Vec::new();
    let Some(network) = subject.networks.get(at).map(|one| &one.network) else { return found };
    for answer in subject.answers().iter().filter(|one| one.network == at && !one.demand.forbidden) {
        let GoalTarget::Service(service) = &answer.demand.goal.target else { continue };
        let Some(sender) = network.workload(&answer.function) else { continue };
        let evidence = answer.demand.evidence.first();
        add(&mut found, network, service, sender, evidence, &answer.traces);
        let mut actions = answer.demand.evidence.iter().flat_map(|evidence| &evidence.actions);
        let pulls = actions.any(|action| PULLS.contains(&action.to_ascii_lowercase().as_str()));
        if service == "ecr.api" && pulls {
            images(&mut found, subject, network, sender, evidence);
        }
    }
    for (number, workload) in network.workloads.iter().enumerate() {
        if workload.kind == WorkloadKind::EcsService
            && workload.in_vpc
            && pulls_from_ecr(subject.template, workload)
        {
            images(&mut found, subject, network, WorkloadIndex(number), None);
        }
    }
    found
}

/// All that a pull of an image goes to. By an internet gateway it is free, and no use of an endpoint.
fn images(
    found: &mut Vec<Use>,
    subject: &Subject<'_, '_>,
    network: &Network,
    sender: WorkloadIndex,
    evidence: Option<&Evidence>,
) {
    for service in ECR_PARTS {
        let target = GoalTarget::Service(service.to_owned());
        let goal = Goal { target, ports: Some(Ports::one(443)), protocol: Protocol::TCP };
        let traces = trace_from(network, subject.addresses, sender, &goal);
        let by_gateway =
            |trace: &Trace| trace.verdict == Verdict::Reachable && ways(network, trace).is_empty();
        if !traces.iter().any(by_gateway) {
            add(found, network, service, sender, evidence, &traces);
        }
    }
}

fn add(
    found: &mut Vec<Use>,
    network: &Network,
    service: &str,
    sender: WorkloadIndex,
    evidence: Option<&Evidence>,
    traces: &[Trace],
) {
    let Some(workload) = network.workloads.get(sender.0).filter(|workload| workload.in_vpc) else { return };
    let vpc = vpc_of_sender(network, workload);
    let place = found.iter().position(|one| one.service == service && one.vpc == vpc);
    let place = place.unwrap_or_else(|| {
        found.push(Use {
            service: service.to_owned(),
            vpc,
            senders: Vec::new(),
            lacking: Vec::new(),
            at: evidence.map_or(workload.at, |evidence| Some(evidence.at)),
            calls: Vec::new(),
            today: Today::Endpoint,
            through: Vec::new(),
            why: None,
            missing: Vec::new(),
        });
        found.len() - 1
    });
    let Some(own) = found.get_mut(place) else { return };
    if !own.senders.contains(&sender) {
        own.senders.push(sender);
        own.calls.extend(evidence.map(|evidence| Call {
            from: workload.name.to_string(),
            words: evidence.words.clone(),
            at: evidence.at,
        }));
    }
    for trace in traces {
        let passed = ways(network, trace);
        let today = today(&passed, trace);
        for way in passed {
            let name = match way {
                Way::Nat(nat) => network.nat_gateways.get(nat.0).map(|nat| &nat.name),
                Way::Endpoint(endpoint) => network.endpoints.get(endpoint.0).map(|endpoint| &endpoint.name),
            };
            let name = name.map(ToString::to_string).unwrap_or_default();
            if !own.through.contains(&name) {
                own.through.push(name);
            }
        }
        if today != Today::Endpoint && !own.lacking.contains(&sender) {
            own.lacking.push(sender);
        }
        own.today = own.today.max(today);
        if own.why.is_none() {
            own.why = trace.blockers.first().map(|blocker| blocker.message.clone());
        }
        if trace.verdict == Verdict::Unknown {
            let new = trace.missing.iter().filter(|one| !own.missing.contains(one)).cloned();
            let new: Vec<Missing> = new.collect();
            own.missing.extend(new);
        }
    }
}

fn today(passed: &[Way], trace: &Trace) -> Today {
    let by_nat = passed.iter().any(|way| matches!(way, Way::Nat(_)));
    let by_endpoint = passed.iter().any(|way| matches!(way, Way::Endpoint(_)));
    match trace.verdict {
        Verdict::Blocked | Verdict::Partial => Today::None,
        Verdict::Reachable if by_nat => Today::Nat,
        Verdict::Reachable if by_endpoint => Today::Endpoint,
        Verdict::Reachable | Verdict::Unknown => Today::Unknown,
    }
}

impl Use {
    /// What an endpoint would carry.
    pub(super) fn needs(&self) -> Vec<Need> {
        let need = |from: &WorkloadIndex| Need { service: self.service.clone(), from: *from };
        self.lacking.iter().map(need).collect()
    }

    /// As it is told. `wanted` says whether an endpoint is lacking.
    pub(super) fn told(&self, network: &Network, wanted: bool, add: Option<EndpointPlan>) -> ServiceUse {
        let names = self.senders.iter().filter_map(|at| network.workloads.get(at.0));
        ServiceUse {
            service: self.service.clone(),
            demanded_by: names.map(|workload| workload.name.to_string()).collect(),
            at: self.at,
            calls: self.calls.clone(),
            today: self.today,
            through: self.through.clone(),
            remark: self.remark(wanted),
            open: Vec::new(),
            add,
        }
    }

    fn remark(&self, wanted: bool) -> Option<Phrase> {
        let without_endpoint = without_endpoint(&self.service);
        if self.today == Today::Endpoint {
            return None;
        }
        if without_endpoint.is_some() {
            return without_endpoint;
        }
        if !wanted && self.today == Today::None {
            return self.why.clone();
        }
        None
    }
}

/// Why no endpoint leads to a service, where none does.
pub(super) fn without_endpoint(service: &str) -> Option<Phrase> {
    if services::has_endpoint(service) {
        return None;
    }
    Some(if services::leads_to_private_ones_only(service) {
        phrase!(
            en: "an endpoint for {service} leads to private APIs only",
            ja: "{service} のエンドポイントで届くのはプライベート API だけです",
        )
    } else if services::is_suffix(service) {
        phrase!(
            en: "{service} is a global service: its endpoint is there in one region only",
            ja: "{service} はグローバルサービスで、エンドポイントがあるのは一つのリージョンだけです",
        )
    } else {
        phrase!(
            en: "no endpoint service is known for {service}",
            ja: "{service} のエンドポイントサービスは確認されていません",
        )
    })
}
