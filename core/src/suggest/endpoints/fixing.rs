//! The fix of rules that miss an endpoint.

use super::draft::{Draft, drafts, prove, supposed};
use super::wanted::Need;
use super::writing::write;
use crate::finding::{Fix, Safety};
use crate::language::Phrase;
use crate::network::{NatIndex, Network, Situated};
use crate::paths::Verdict;
use crate::phrase;
use crate::rules::{Subject, vpc_of_nat};
use crate::services::has_gateway;
use crate::suggest::repair::{Ground, Repair, Want, repair};
use crate::text::{Edit, apply};

/// Adds an endpoint for every need, where paths prove that each of them does what is needed. `needs` are those of
/// networks, by their positions; all networks must ask for the same change.
pub(crate) fn endpoint_fix(subject: &Subject<'_, '_>, needs: &[(usize, Vec<Need>)]) -> Option<Fix> {
    if !subject.has_repairs {
        return None;
    }
    let mut found: Option<Change> = None;
    for (at, needs) in needs {
        let change = change_for(subject, *at, needs)?;
        if found.as_ref().is_some_and(|known| *known != change) {
            return None;
        }
        found = Some(change);
    }
    let mut services: Vec<&str> = Vec::new();
    for need in needs.iter().flat_map(|(_, needs)| needs) {
        if !services.contains(&&*need.service) {
            services.push(&need.service);
        }
    }
    let names_ja = services.join("、");
    let Phrase { en, ja } = match &*services {
        [] => return None,
        [one] if has_gateway(one) => phrase!(
            en: "Add a gateway endpoint for {one}",
            ja: "{one} のゲートウェイエンドポイントを追加",
        ),
        [one] => phrase!(
            en: "Add an interface endpoint for {one}",
            ja: "{one} のインターフェイスエンドポイントを追加",
        ),
        [first @ .., last] => {
            let first = first.join(", ");
            phrase!(
                en: "Add endpoints for {first} and {last}",
                ja: "{names_ja} のエンドポイントを追加",
            )
        }
    };
    let Change { edits, also } = found?;
    let title = match also {
        Some(also) => {
            let (more, more_ja) = (lower(&also.en), also.ja);
            phrase!(en: "{en}; {more}", ja: "{ja}、{more_ja}")
        }
        None => Phrase { en, ja },
    };
    Some(Fix { safety: Safety::Suggested, title, edits })
}

/// With a small letter, inside a sentence.
fn lower(text: &str) -> String {
    text.get(..1).map(str::to_ascii_lowercase).unwrap_or_default() + text.get(1..).unwrap_or_default()
}

/// A change that paths prove.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) edits: Vec<Edit>,
    /// What it takes beside the endpoints: rules of groups, entries of ACLs.
    pub(super) also: Option<Phrase>,
}

fn change_for(subject: &Subject<'_, '_>, at: usize, needs: &[Need]) -> Option<Change> {
    let network = &subject.networks.get(at)?.network;
    let drafts = drafts(subject.template, network, needs);
    let covers = |need: &Need| {
        drafts
            .iter()
            .any(|draft| draft.wanted.service == need.service && draft.wanted.senders.contains(&need.from))
    };
    if drafts.is_empty() || !needs.iter().all(covers) || has_spare_nat(subject, at, &drafts) {
        return None;
    }
    change(subject, at, &drafts)
}

/// Whether a NAT gateway stands unused in one of the VPCs: then a route to it may be what is missing.
fn has_spare_nat(subject: &Subject<'_, '_>, at: usize, drafts: &[Draft]) -> bool {
    let (Some(situated), Some(egress)) = (subject.networks.get(at), subject.egress().get(at)) else {
        return false;
    };
    let network = &situated.network;
    (0..network.nat_gateways.len()).map(NatIndex).any(|nat| {
        let vpc = network.nat_gateways.get(nat.0).and_then(|gateway| vpc_of_nat(network, gateway));
        vpc.is_some()
            && drafts.iter().any(|draft| draft.wanted.vpc == vpc)
            && egress.behind(network, subject.demands(), nat).is_unused()
    })
}

/// Adds endpoints to a network, and opens what else stands in the way. Nothing where that is not proven.
pub(super) fn change(subject: &Subject<'_, '_>, at: usize, drafts: &[Draft]) -> Option<Change> {
    let mut edits = write(subject.template, &subject.networks.get(at)?.network, drafts).edits?;
    let Outcome { verdict, repair, .. } = outcome(subject, at, drafts)?;
    if verdict != Verdict::Reachable {
        return None;
    }
    let also = repair.as_ref().map(Repair::title);
    edits.extend(repair.into_iter().flat_map(|repair| repair.edits));
    apply(subject.template.text(), &edits).ok()?;
    Some(Change { edits, also })
}

/// A network with endpoints in it.
pub(super) struct Outcome {
    /// With all that it takes beside them.
    pub(super) network: Network,
    /// The worst verdict of all who need them, then.
    verdict: Verdict,
    /// What it takes beside them.
    repair: Option<Repair>,
}

/// The network with endpoints and with what it takes beside them, where that can be told.
pub(super) fn outcome(subject: &Subject<'_, '_>, at: usize, drafts: &[Draft]) -> Option<Outcome> {
    let mut network = supposed(&subject.networks.get(at)?.network, drafts);
    let verdicts = drafts.iter().map(|draft| prove(&network, subject.addresses, draft).verdict);
    let mut verdict = verdicts.fold(Verdict::Reachable, worse);
    let mut repair = None;
    if matches!(verdict, Verdict::Blocked | Verdict::Partial)
        && let Some(found) = opened(subject, at, &network, drafts)
    {
        found.atoms.iter().for_each(|atom| atom.change(&mut network));
        (verdict, repair) = (Verdict::Reachable, Some(found));
    }
    Some(Outcome { network, verdict, repair })
}

fn worse(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
        (Verdict::Reachable, other) => other,
        (one, _) => one,
    }
}

/// What it takes beside the endpoints so that everybody gets to them.
fn opened(subject: &Subject<'_, '_>, at: usize, after: &Network, drafts: &[Draft]) -> Option<Repair> {
    let situation = subject.networks.get(at)?.situation;
    let networks = [Situated { situation, network: after.clone() }];
    let network = &networks[0].network;
    let wants: Vec<Want> = drafts
        .iter()
        .flat_map(|draft| draft.wanted.senders.iter().map(move |sender| (draft, sender)))
        .filter_map(|(draft, sender)| {
            let from = network.workloads.get(sender.0)?.name.to_string();
            Some(Want { network: 0, from, subnet: None, goal: draft.goal() })
        })
        .collect();
    let ground = Ground {
        template: subject.template,
        networks: &networks,
        addresses: subject.addresses,
        dependencies: subject.dependencies(),
    };
    repair(ground, &wants).ok()
}
