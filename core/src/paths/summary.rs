//! Sums up traces: over the subnets of a source, and over situations.

use super::answer::either;
use super::trace::{merge, sum, tidy};
use super::{Difference, Trace, Verdict};
use crate::phrase;

/// One trace a subnet and then their sum, from the answers in each situation (described in words; empty where there is
/// one only).
pub fn summed_up(answers: Vec<(String, Vec<Trace>)>) -> Vec<Trace> {
    let mut joined: Vec<Trace> = Vec::new();
    let several = answers.len() > 1;
    for (situation, traces) in answers {
        for mut trace in traces {
            if several && !situation.is_empty() {
                for blocker in &mut trace.blockers {
                    let (en, ja) = (&blocker.message.en, &blocker.message.ja);
                    blocker.message = phrase!(en: "where {situation}: {en}", ja: "{situation} のとき: {ja}");
                }
            }
            match joined.iter_mut().find(|known| known.from.subnet == trace.from.subnet) {
                Some(known) => by_condition(known, trace),
                None => joined.push(trace),
            }
        }
    }
    let total = sum(&joined);
    // A source in no VPC, or of unknown subnets, has one answer, which is the sum.
    if joined.iter().any(|trace| trace.from.subnet.is_some()) {
        joined.extend(total);
    }
    joined
}

fn by_condition(known: &mut Trace, other: Trace) {
    let before = known.verdict;
    known.verdict = either(before, other.verdict);
    if before != other.verdict
        && known.verdict == Verdict::Partial
        && !known.partial_by.contains(&Difference::Condition)
    {
        known.partial_by.push(Difference::Condition);
    }
    if before == Verdict::Reachable && other.verdict != Verdict::Reachable {
        known.hops.clone_from(&other.hops);
    }
    merge(&mut known.partial_by, &other.partial_by);
    merge(&mut known.blockers, &other.blockers);
    merge(&mut known.missing, &other.missing);
    merge(&mut known.assumptions, &other.assumptions);
    *known = tidy(known.clone());
}
