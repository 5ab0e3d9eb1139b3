//! Sums up traces: over the subnets of a source, and over situations.

use super::answer::either;
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
                Some(known) => by_condition(known, &trace),
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

fn by_condition(known: &mut Trace, other: &Trace) {
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

/// The sum of a source's traces: over its subnets.
fn sum(traces: &[Trace]) -> Option<Trace> {
    let (first, rest) = traces.split_first()?;
    let mut sum = first.clone();
    sum.from.subnet = None;
    for trace in rest {
        let before = sum.verdict;
        sum.verdict = either(before, trace.verdict);
        if before != trace.verdict
            && sum.verdict == Verdict::Partial
            && !sum.partial_by.contains(&Difference::Subnet)
        {
            sum.partial_by.push(Difference::Subnet);
        }
        merge(&mut sum.partial_by, &trace.partial_by);
        merge(&mut sum.blockers, &trace.blockers);
        merge(&mut sum.missing, &trace.missing);
        merge(&mut sum.assumptions, &trace.assumptions);
    }
    sum.hops.clear();
    sum.partial_by.sort_unstable();
    Some(tidy(sum))
}

/// What is certain needs nothing to settle it.
fn tidy(mut trace: Trace) -> Trace {
    match trace.verdict {
        Verdict::Unknown => trace.blockers.clear(),
        Verdict::Reachable | Verdict::Blocked | Verdict::Partial => trace.missing.clear(),
    }
    if trace.verdict != Verdict::Partial {
        trace.partial_by.clear();
    }
    trace
}

fn merge<T: Clone + PartialEq>(list: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}
