//! The fix of rules that miss an endpoint.

use super::draft::{drafts, prove, supposed};
use super::wanted::Need;
use super::writing::write;
use crate::finding::{Fix, Safety};
use crate::paths::Verdict;
use crate::phrase;
use crate::rules::Subject;
use crate::services::has_gateway;
use crate::text::Edit;

/// Adds an endpoint for every need, where paths prove that each of them does what is needed. `needs` are those of
/// networks, by their positions; all networks must ask for the same change.
pub(crate) fn endpoint_fix(subject: &Subject<'_, '_>, needs: &[(usize, Vec<Need>)]) -> Option<Fix> {
    let mut found: Option<Vec<Edit>> = None;
    for (at, needs) in needs {
        let edits = edits(subject, *at, needs)?;
        if found.as_ref().is_some_and(|known| *known != edits) {
            return None;
        }
        found = Some(edits);
    }
    let mut services: Vec<&str> = Vec::new();
    for need in needs.iter().flat_map(|(_, needs)| needs) {
        if !services.contains(&&*need.service) {
            services.push(&need.service);
        }
    }
    let names_ja = services.join("、");
    let title = match &*services {
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
    Some(Fix { safety: Safety::Suggested, title, edits: found? })
}

fn edits(subject: &Subject<'_, '_>, at: usize, needs: &[Need]) -> Option<Vec<Edit>> {
    let network = &subject.networks.get(at)?.network;
    let drafts = drafts(subject.template, network, needs);
    let covers = |need: &Need| {
        let is_it = |one: &&super::wanted::Wanted| {
            one.service == need.service && one.senders.contains(&need.from)
        };
        drafts.iter().map(|draft| &draft.wanted).find(is_it).is_some()
    };
    if drafts.is_empty() || !needs.iter().all(covers) {
        return None;
    }
    let after = supposed(network, &drafts);
    let is_proven = |draft| prove(&after, subject.addresses, draft).verdict == Verdict::Reachable;
    if !drafts.iter().all(is_proven) {
        return None;
    }
    write(subject.template, network, &drafts).edits
}
