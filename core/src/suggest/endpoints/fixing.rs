//! The fix of rules that miss an endpoint.

use super::draft::{Draft, drafts, prove, supposed};
use super::wanted::Need;
use super::writing::write;
use crate::finding::{Fix, Safety};
use crate::language::Phrase;
use crate::network::{Network, Situated};
use crate::paths::Verdict;
use crate::phrase;
use crate::rules::Subject;
use crate::services::has_gateway;
use crate::suggest::repair::{Ground, Repair, Want, repair};
use crate::text::{Edit, apply};

/// Adds an endpoint for every need, where paths prove that each of them does what is needed. `needs` are those of
/// networks, by their positions; all networks must ask for the same change.
pub(crate) fn endpoint_fix(subject: &Subject<'_, '_>, needs: &[(usize, Vec<Need>)]) -> Option<Fix> {
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
        drafts.iter().any(|draft| {
            draft.wanted.service == need.service && draft.wanted.senders.contains(&need.from)
        })
    };
    if drafts.is_empty() || !needs.iter().all(covers) {
        return None;
    }
    change(subject, at, &drafts)
}

/// Adds endpoints to a network, and opens what else stands in the way. Nothing where that is not proven.
pub(super) fn change(subject: &Subject<'_, '_>, at: usize, drafts: &[Draft]) -> Option<Change> {
    let network = &subject.networks.get(at)?.network;
    let after = supposed(network, drafts);
    let mut edits = write(subject.template, network, drafts).edits?;
    let verdicts = drafts.iter().map(|draft| prove(&after, subject.addresses, draft).verdict);
    let also = match verdicts.fold(Verdict::Reachable, worse) {
        Verdict::Reachable => None,
        Verdict::Blocked | Verdict::Partial => {
            let repair = opened(subject, at, after, drafts)?;
            let also = repair.title();
            edits.extend(repair.edits);
            Some(also)
        }
        Verdict::Unknown => return None,
    };
    apply(subject.template.text(), &edits).ok()?;
    Some(Change { edits, also })
}

fn worse(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
        (Verdict::Reachable, other) => other,
        (one, _) => one,
    }
}

/// What it takes beside the endpoints so that everybody gets to them.
fn opened(subject: &Subject<'_, '_>, at: usize, after: Network, drafts: &[Draft]) -> Option<Repair> {
    let situation = subject.networks.get(at)?.situation;
    let networks = [Situated { situation, network: after }];
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
