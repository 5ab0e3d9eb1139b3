//! From signs to demands: what evidence together proves.

use std::collections::HashMap;

use super::permissions::{Grant, Permissions};
use super::scope::Scope;
use super::{Confidence, Demand, DemandSource, Evidence, EvidenceKind, resource_goal, service_goal};
use crate::network::Place;
use crate::order::Order;
use crate::paths::{Goal, GoalTarget};
use crate::template::Guard;

/// How much a sign says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// It is so: declared, mounted, named as an address.
    Certain,
    /// Code makes a client of the service.
    Client,
    /// A variable names something that is only reached through the service.
    Named,
    /// A layer calls the service, if the role lets it.
    Layer,
    /// A variable names something of the service, which need not mean a call.
    Hint,
    /// Somebody wrote down that it is meant.
    Likely,
    /// It may be.
    Possible,
}

/// Something that says that a source must reach a goal.
#[derive(Clone, Debug)]
pub(super) struct Sign {
    pub(super) source: DemandSource,
    pub(super) goal: Goal,
    pub(super) weight: Weight,
    pub(super) evidence: Evidence,
}

/// The demands that signs and permissions make.
pub(super) fn demands(
    scope: Scope<'_, '_>,
    signs: Vec<Sign>,
    forbidden: Vec<Sign>,
    permissions: &[(String, Permissions)],
) -> Vec<Demand> {
    let mut gathered = Gathered { scope, demands: Vec::new(), known: HashMap::new() };
    let mut by_function: HashMap<&str, &Permissions> = HashMap::with_capacity(permissions.len());
    for (id, own) in permissions {
        by_function.entry(id).or_insert(own);
    }
    for sign in signs {
        let own = match &sign.source {
            DemandSource::Function(id) => by_function.get(id.as_str()).copied(),
            DemandSource::Poller { .. } | DemandSource::CapacityProvider(_) => None,
        };
        let confidence = confidence(scope, &sign, own);
        gathered.add(sign.source, sign.goal, confidence, sign.evidence, false);
    }
    for (function, own) in permissions {
        for permission in &own.granted {
            let confidence = match permission.grant {
                Grant::Behind | Grant::Wide | Grant::Shared => Confidence::Possible,
                Grant::Specific => Confidence::Likely,
            };
            let source = DemandSource::Function(function.clone());
            let goal = service_goal(permission.suffix);
            gathered.add(source, goal, confidence, permission.evidence.clone(), false);
        }
    }
    for sign in forbidden {
        gathered.add(sign.source, sign.goal, Confidence::Certain, sign.evidence, true);
    }
    gathered.finish()
}

/// What a sign proves beside the permissions of its function.
fn confidence(scope: Scope<'_, '_>, sign: &Sign, own: Option<&Permissions>) -> Confidence {
    let suffix = match &sign.goal.target {
        GoalTarget::Service(suffix) => suffix.as_str(),
        _ => "",
    };
    let grant = own.into_iter().flat_map(|own| &own.granted).filter(|permission| {
        permission.suffix == suffix && scope.both(permission.evidence.when, sign.evidence.when).is_some()
    });
    let grant = grant.map(|permission| permission.grant).max();
    let is_open = own.is_none_or(|own| !own.known || !own.complete || own.everything);
    // Roles and keys are handed to others more often than used.
    let handed_on = matches!(suffix, "sts" | "kms");
    match (sign.weight, grant) {
        (Weight::Certain, _) | (Weight::Client | Weight::Layer, Some(_)) => Confidence::Certain,
        (Weight::Named | Weight::Hint, Some(grant)) if grant > Grant::Behind && !handed_on => {
            Confidence::Certain
        }
        (Weight::Client, None) if own.is_some_and(|own| own.everything) => Confidence::Certain,
        (Weight::Named | Weight::Hint, Some(_)) | (Weight::Likely, _) | (Weight::Client, None) => {
            Confidence::Likely
        }
        (Weight::Named, None) if is_open && !handed_on => Confidence::Likely,
        (Weight::Named | Weight::Layer | Weight::Hint, None) | (Weight::Possible, _) => Confidence::Possible,
    }
}

struct Gathered<'a, 't> {
    scope: Scope<'a, 't>,
    demands: Vec<(Demand, Vec<Confidence>)>,
    /// Where each stands, by source, goal and whether it is forbidden.
    known: HashMap<(DemandSource, Goal, bool), usize>,
}

impl Gathered<'_, '_> {
    fn add(
        &mut self,
        source: DemandSource,
        goal: Goal,
        confidence: Confidence,
        evidence: Evidence,
        forbidden: bool,
    ) {
        let key = (source, goal, forbidden);
        let known = self.known.get(&key).and_then(|at| self.demands.get_mut(*at));
        let Some((demand, each)) = known else {
            self.known.insert(key.clone(), self.demands.len());
            let (source, goal, when) = (key.0, key.1, evidence.when);
            let demand = Demand { source, goal, confidence, evidence: vec![evidence], forbidden, when };
            self.demands.push((demand, vec![confidence]));
            return;
        };
        demand.confidence = demand.confidence.max(confidence);
        demand.when = self.scope.either(demand.when, evidence.when);
        let known =
            demand.evidence.iter_mut().find(|own| own.at == evidence.at && own.words == evidence.words);
        match known {
            Some(known) => known.when = self.scope.either(known.when, evidence.when),
            None => {
                demand.evidence.push(evidence);
                each.push(confidence);
            }
        }
    }

    fn finish(mut self) -> Vec<Demand> {
        self.join_open_ports();
        let mut demands: Vec<Demand> = self
            .demands
            .into_iter()
            .map(|(mut demand, each)| {
                let mut evidence: Vec<_> = each.into_iter().zip(demand.evidence).collect();
                evidence.order_by_key(|(confidence, _)| std::cmp::Reverse(*confidence));
                demand.evidence = evidence.into_iter().map(|(_, evidence)| evidence).collect();
                demand
            })
            .collect();
        doubt_shared_rules(&mut demands);
        let mut functions: HashMap<&str, usize> = HashMap::new();
        for (at, function) in self.scope.functions().enumerate() {
            functions.entry(&function.id).or_insert(at);
        }
        demands.sort_by_cached_key(|demand| {
            let at = match &demand.source {
                DemandSource::Function(id) => functions.get(id.as_str()).copied(),
                DemandSource::Poller { .. } | DemandSource::CapacityProvider(_) => None,
            };
            (at.unwrap_or(functions.len()), demand.forbidden, std::cmp::Reverse(demand.confidence))
        });
        demands
    }

    /// A resource that is meant on the ports of its kind and, elsewhere, on one port is one demand.
    fn join_open_ports(&mut self) {
        const SEVERAL: usize = usize::MAX;
        let open_goal = |demand: &Demand| match &demand.goal.target {
            GoalTarget::Resource(id) => Some(resource_goal(id)),
            _ => None,
        };
        // Where each that is meant on a port stands, by what it would be without one.
        let mut on_a_port: HashMap<(DemandSource, Goal, bool), usize> = HashMap::new();
        for (at, (demand, _)) in self.demands.iter().enumerate() {
            if let Some(goal) = open_goal(demand).filter(|goal| *goal != demand.goal) {
                let place = on_a_port.entry((demand.source.clone(), goal, demand.forbidden));
                place.and_modify(|known| *known = SEVERAL).or_insert(at);
            }
        }
        for at in 0..self.demands.len() {
            let Some((demand, each)) = self.demands.get_mut(at) else { continue };
            if open_goal(demand).as_ref() != Some(&demand.goal) {
                continue;
            }
            let key = (demand.source.clone(), demand.goal.clone(), demand.forbidden);
            let Some(other) = on_a_port.get(&key).copied().filter(|other| *other != SEVERAL) else {
                continue;
            };
            let (confidence, when) = (demand.confidence, demand.when);
            let (evidence, each) = (std::mem::take(&mut demand.evidence), std::mem::take(each));
            if let Some((demand, all)) = self.demands.get_mut(other) {
                demand.confidence = demand.confidence.max(confidence);
                demand.when = self.scope.either(demand.when, when);
                demand.evidence.extend(evidence);
                all.extend(each);
            }
        }
        // Those that were joined to another have none left.
        self.demands.retain(|(demand, _)| !demand.evidence.is_empty());
    }
}

/// A rule may be meant for one of several that wear its group: where a variable names one, the others are in doubt.
fn doubt_shared_rules(demands: &mut [Demand]) {
    let rules = |demand: &Demand| -> Vec<Place> {
        let rules = demand.evidence.iter().filter(|evidence| evidence.kind == EvidenceKind::GroupRule);
        rules.map(|evidence| evidence.at).collect()
    };
    let used: Vec<(DemandSource, Place)> = demands
        .iter()
        .filter(|demand| demand.confidence == Confidence::Certain && !demand.forbidden)
        .flat_map(|demand| rules(demand).into_iter().map(|at| (demand.source.clone(), at)))
        .collect();
    for demand in demands {
        let own = rules(demand);
        let is_shared = own.len() == demand.evidence.len()
            && own
                .iter()
                .all(|at| used.iter().any(|(source, other)| *source == demand.source && other == at));
        if is_shared && demand.confidence == Confidence::Likely {
            demand.confidence = Confidence::Possible;
        }
    }
}

/// Evidence without actions.
pub(super) fn evidence(
    kind: EvidenceKind,
    at: Place,
    when: Guard,
    words: crate::language::Phrase,
) -> Evidence {
    Evidence { kind, at, words, actions: Vec::new(), resources: Vec::new(), when }
}
