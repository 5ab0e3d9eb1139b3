//! Rules of security groups that name a group of a function, or a group that a function leads to.

use super::scope::Scope;
use super::weigh::{Sign, Weight, evidence};
use super::{DemandSource, EvidenceKind, resource_goal};
use crate::network::{Fact, GroupIndex, GroupRule, Name, Network, Peer, Situated, Workload, WorkloadKind};
use crate::phrase;
use crate::template::Guard;

/// Reads the rules of all networks.
pub(super) fn read(scope: Scope<'_, '_>, networks: &[Situated], signs: &mut Vec<Sign>) {
    for one in networks {
        let network = &one.network;
        let is_function = |workload: &&Workload| workload.kind == WorkloadKind::Function && workload.in_vpc;
        let stores: Vec<&Workload> =
            network.workloads.iter().filter(|workload| is_store(scope, workload)).collect();
        for function in network.workloads.iter().filter(is_function) {
            for store in &stores {
                between(network, function, store, one.situation, signs);
            }
        }
    }
}

/// What a function connects to because it was let in. File systems are mounted, which is told elsewhere; an instance
/// of a cluster is reached by the cluster's name.
fn is_store(scope: Scope<'_, '_>, workload: &Workload) -> bool {
    let is_kind = matches!(
        workload.kind,
        WorkloadKind::DatabaseInstance
            | WorkloadKind::DatabaseCluster
            | WorkloadKind::DatabaseProxy
            | WorkloadKind::Cache
            | WorkloadKind::MemoryDb
            | WorkloadKind::SearchDomain
            | WorkloadKind::Redshift
            | WorkloadKind::KafkaCluster
            | WorkloadKind::Broker
            | WorkloadKind::LoadBalancer
    );
    let Name::Logical(id) = &workload.name else { return false };
    let in_cluster = || {
        let resource = scope.template.resource(id);
        resource.is_some_and(|resource| !scope.property(resource, &["DBClusterIdentifier"]).is_empty())
    };
    is_kind && workload.in_vpc && !in_cluster()
}

fn between(network: &Network, function: &Workload, store: &Workload, when: Guard, signs: &mut Vec<Sign>) {
    let (Name::Logical(from), Name::Logical(to)) = (&function.name, &store.name) else { return };
    let own = &function.groups.items;
    let theirs = &store.groups.items;
    // A group that both wear is let in or out as a whole: then a rule that names it says little of the two.
    let ingress =
        theirs.iter().flat_map(|group| rules(network, *group, true).map(move |rule| (*group, rule, own)));
    let egress =
        own.iter().flat_map(|group| rules(network, *group, false).map(move |rule| (*group, rule, theirs)));
    for (group, rule, others) in ingress.chain(egress) {
        let Peer::Group(peer) = rule.peer else { continue };
        let Some(at) = rule.at.filter(|_| others.contains(&peer) && admits(rule, store)) else { continue };
        let name = |index: GroupIndex| {
            network.groups.get(index.0).map(|group| group.name.to_string()).unwrap_or_default()
        };
        let (one, other) = (name(group), name(peer));
        let words = phrase!(
            en: "a rule of the security group `{one}` names `{other}`",
            ja: "セキュリティグループ `{one}` のルールが `{other}` を指定しています",
        );
        let shared = own.iter().any(|group| theirs.contains(group));
        signs.push(Sign {
            source: DemandSource::Function(from.clone()),
            goal: resource_goal(to),
            weight: if shared { Weight::Possible } else { Weight::Likely },
            evidence: evidence(EvidenceKind::GroupRule, at, when, words),
        });
    }
}

fn rules(network: &Network, group: GroupIndex, ingress: bool) -> impl Iterator<Item = &GroupRule> {
    network.groups.get(group.0).into_iter().flat_map(move |group| {
        let list = if ingress { &group.ingress } else { &group.egress };
        list.items.iter().filter(|rule| !rule.default)
    })
}

/// Whether a rule lets traffic to a port of the store through, as far as both are known.
fn admits(rule: &GroupRule, store: &Workload) -> bool {
    store.listeners.iter().any(|listener| {
        let protocol = rule.protocol.known().is_some_and(|protocol| protocol.covers(listener.protocol));
        let ports = match (&rule.ports, &listener.ports) {
            (Fact::Known(rule), Fact::Known(own)) => rule.first <= own.last && own.first <= rule.last,
            _ => true,
        };
        protocol && ports
    })
}
